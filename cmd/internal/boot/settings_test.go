package boot

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/auth"
	"onemap/api/change"
	"onemap/api/setting"
)

// Each setting does what its page says, in the process that set it at once and
// in another when the change log reaches it.
func TestSettingsTakeEffect(t *testing.T) {
	t.Parallel()
	p, city := open(t)
	administrator := p.account(t, "administrator.city", actor.Administrator, apitest.CityCode)
	elsewhere, err := Open(t.Context(), p.Config, Serving, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = elsewhere.Close() })
	other := answering(t, elsewhere, ServeConfig{CacheMB: 8})
	set := func(key, value string) {
		t.Helper()
		c := call{method: http.MethodPut, address: "/api/v1/settings/" + key, media: "application/json", body: `{"value":` + value + `}`, header: map[string]string{"If-Match": `"0"`}}
		if s := p.send(t, administrator, c); s.status != 200 || s.etag != `"1"` {
			t.Fatalf("%s: %d %s", key, s.status, s.body)
		}
		if err := other.server.apply(t.Context(), 1, []change.Entry{{Pos: 1, Kind: setting.Change, Object: key, Rev: 1}}); err != nil {
			t.Fatal(err)
		}
	}
	me := func(by somebody) []int {
		ask := call{method: http.MethodGet, address: "/api/v1/session"}
		return []int{other.send(t, by, ask).status, p.send(t, by, ask).status}
	}

	if !p.People.Overdue().IsZero() {
		t.Error("people are kept for some months before anything was set")
	}
	set("keep_left", "3")
	if p.People.Overdue().IsZero() || !p.People.Overdue().Equal(elsewhere.People.Overdue()) {
		t.Errorf("kept until %v here, %v there", p.People.Overdue(), elsewhere.People.Overdue())
	}

	set("contact", `"热线 12345"`)
	if p.city().Contact != "热线 12345" || elsewhere.city().Contact != "热线 12345" {
		t.Errorf("%+v, %+v", p.city(), elsewhere.city())
	}

	// Somebody idle for ten minutes, and a screen that hangs on a wall.
	idle, wall := p.account(t, "registrar.idle", actor.Registrar, apitest.StreetA), p.account(t, "leader.wall", actor.Leader, apitest.StreetA)
	since := func(login string, ago time.Duration) {
		t.Helper()
		if _, err := city.Pool.Exec(t.Context(), "UPDATE session SET seen_at = $1, created_at = $1 WHERE account_id = (SELECT id FROM account WHERE login = $2)", time.Now().Add(-ago), login); err != nil {
			t.Fatal(err)
		}
	}
	since("leader.wall", 10*time.Minute)
	since("registrar.idle", 10*time.Minute)
	set("idle_minutes", "5")
	for _, status := range append(me(idle), 401) {
		if status != 401 {
			t.Errorf("idle for ten minutes of five: %d", status)
		}
	}
	for _, status := range me(wall) {
		if status != 200 {
			t.Errorf("the screen on the wall: %d", status)
		}
	}
	since("leader.wall", 100*time.Minute)
	set("session_hours", "1")
	for _, status := range me(wall) {
		if status != 401 {
			t.Errorf("a session of 100 minutes of an hour: %d", status)
		}
	}

	set("second_factor", `["leader"]`)
	for _, w := range []*World{p.World, elsewhere} {
		in, err := w.Auth.SignIn(t.Context(), auth.Try{Login: "leader.wall", Password: apitest.Password})
		if err != nil || in.Next != "enrol" || time.Until(in.Expires) > time.Hour {
			t.Errorf("%+v, %v", in, err)
		}
	}
	if in, err := p.Auth.SignIn(t.Context(), auth.Try{Login: "registrar.idle", Password: apitest.Password}); err != nil || in.Next != "" || time.Until(in.Expires) > time.Hour {
		t.Errorf("%+v, %v", in, err)
	}
}

// What is shown of the start says where it is from, and holds no secret.
func TestWhatTheStartWasTold(t *testing.T) {
	t.Setenv("ONEMAP_ZONE", "Asia/Urumqi")
	t.Setenv("ONEMAP_KEEP_LEFT", "6")
	var c struct {
		Serve struct {
			Config
			ServeConfig
		} `cmd:""`
	}
	parser, err := kong.New(&c)
	if err == nil {
		_, err = parser.Parse([]string{"serve", "--database-url", "postgres://me:hush@db.example/onemap?sslmode=require", "--oidc-secret", "hush", "--people-key", "hush", "--keep-left", "9"})
	}
	if err != nil {
		t.Fatal(err)
	}
	config := c.Serve.Config
	if config.Given["zone"] != setting.ByEnvironment || config.Given["keep-left"] != setting.ByFlag || config.Given["listen"] != "" || config.settings().KeepLeft != 9 {
		t.Errorf("%+v %d", config.Given, config.KeepLeft)
	}
	text, err := json.Marshal(config.fixed(c.Serve.ServeConfig))
	if err != nil || strings.Contains(string(text), "hush") || !strings.Contains(string(text), "db.example/onemap") || !strings.Contains(string(text), "Asia/Urumqi") {
		t.Errorf("%s, %v", text, err)
	}
}
