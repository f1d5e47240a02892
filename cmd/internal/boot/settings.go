package boot

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/alecthomas/kong"

	"onemap/api/actor"
	"onemap/api/auth"
	"onemap/api/page"
	"onemap/api/setting"
)

// AfterApply notes which flags were given, and how: what is given wins over what
// administrators set.
func (c *Config) AfterApply(k *kong.Context) error {
	c.Given = map[string]setting.Source{}
	for _, f := range k.Flags() {
		for _, name := range f.Envs {
			if _, ok := os.LookupEnv(name); ok {
				c.Given[f.Name] = setting.ByEnvironment
			}
		}
	}
	for _, p := range k.Path {
		if p.Flag != nil {
			c.Given[p.Flag.Name] = setting.ByFlag
		}
	}
	return nil
}

// settings are what administrators may set, beginning with what the start says.
func (c Config) settings() setting.Values {
	v := setting.Values{KeepLeft: c.KeepLeft, SessionHours: int(auth.SessionLife.Hours()), IdleMinutes: int(auth.IdleLife.Minutes())}
	for _, role := range actor.Roles {
		if slices.Contains(c.MustSecond, string(role)) {
			v.SecondFactor = append(v.SecondFactor, role)
		}
	}
	return v
}

// rules are those of signing in, as they are set now.
func (w *World) rules() auth.Rules {
	v := w.Settings.Values()
	return auth.Rules{Life: time.Duration(v.SessionHours) * time.Hour, Idle: time.Duration(v.IdleMinutes) * time.Minute, SecondFactor: v.SecondFactor}
}

func (w *World) keepLeft() int { return w.Settings.Values().KeepLeft }

// city is what residents' pages say of the city.
func (w *World) city() page.City {
	v := w.Settings.Values()
	return page.City{Name: v.CityName, NameEn: v.CityNameEn, Contact: v.Contact, ContactEn: v.ContactEn}
}

// fixed are the settings that only a new start changes. Nothing secret is among
// them: of keys and passwords only where they come from.
func (c Config) fixed(s ServeConfig) []setting.Fixed {
	yes := func(is bool) string { return strconv.FormatBool(is) }
	list := []setting.Fixed{
		{Key: "zone", Flag: "zone", Value: c.Zone},
		{Key: "public_url", Flag: "public-url", Value: c.PublicURL},
		{Key: "listen", Flag: "listen", Value: s.Listen},
		{Key: "trust_proxy", Flag: "trust-proxy", Value: yes(s.TrustProxy)},
		{Key: "demo", Flag: "demo", Value: yes(c.Demo)},
		{Key: "allow_demo", Flag: "allow-demo", Value: yes(s.AllowDemo)},
		{Key: "oidc_issuer", Flag: "oidc-issuer", Value: s.OIDCIssuer},
	}
	if s.OIDCIssuer != "" {
		list = append(list,
			setting.Fixed{Key: "oidc_claim", Flag: "oidc-claim", Value: s.OIDCClaim},
			setting.Fixed{Key: "oidc_create", Flag: "oidc-create", Value: yes(s.OIDCCreate)})
	}
	return append(list,
		setting.Fixed{Key: "data", Flag: "data", Value: c.Data},
		setting.Fixed{Key: "database", Flag: "database-url", Value: where(c.DatabaseURL)},
		keptIn("people_key", "people-key", c.PeopleKey, c.peopleKey().File),
		keptIn("audit_key", "audit-key", c.AuditKey, c.auditKey().File),
		setting.Fixed{Key: "audit_heads", Flag: "audit-heads", Value: c.auditHeads()},
		setting.Fixed{Key: "keep_changes", Flag: "keep-changes", Value: fmt.Sprint(c.KeepChanges)},
		setting.Fixed{Key: "keep_changes_days", Flag: "keep-changes-days", Value: fmt.Sprint(c.KeepChangesDays)},
		setting.Fixed{Key: "cache_mb", Flag: "cache-mb", Value: fmt.Sprint(s.CacheMB)},
		setting.Fixed{Key: "log_level", Flag: "log-level", Value: c.LogLevel},
		setting.Fixed{Key: "log_format", Flag: "log-format", Value: c.LogFormat},
	)
}

// keptIn says where a key is, and never what it is.
func keptIn(key, flag, value, file string) setting.Fixed {
	if value != "" {
		return setting.Fixed{Key: key, Flag: flag}
	}
	return setting.Fixed{Key: key, Flag: flag + "-file", Value: file}
}

// where is a database's host and name; "" is the private one.
func where(address string) string {
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return ""
	}
	return u.Host + u.Path
}
