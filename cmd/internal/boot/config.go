package boot

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"onemap/api/seal"
	"onemap/api/setting"
)

// Config is everything a start can be told. Kong reads it from flags and, under
// the ONEMAP_ prefix, from the environment.
type Config struct {
	Data          string `help:"The data folder: private database, photos." default:"data" type:"path" env:"ONEMAP_DATA"`
	DatabaseURL   string `help:"Use this PostgreSQL (15 or newer, with PostGIS 3.3 or newer) instead of a private one." env:"ONEMAP_DATABASE_URL"`
	Zone          string `help:"The city's time zone." default:"Asia/Shanghai" env:"ONEMAP_ZONE"`
	PublicURL     string `help:"Where residents reach this server, as in https://map.example.gov.cn: what QR plates carry." name:"public-url" env:"ONEMAP_PUBLIC_URL"`
	Font          string `help:"A TrueType font with Chinese characters to print plates with. Default: that of the package fonts-wqy-microhei." type:"path" env:"ONEMAP_FONT"`
	PeopleKeyFile string `help:"The key that people's data is sealed with; made at the first start. Processes that share a database share the key. Default: people.key in the data folder." type:"path" env:"ONEMAP_PEOPLE_KEY_FILE"`
	PeopleKey     string `help:"That key itself, base64: for the environment only, where a secret store puts it." hidden:"" env:"ONEMAP_PEOPLE_KEY"`
	AuditKeyFile  string `help:"The key that audit entries are marked and sealed with; made at the first start. Processes that share a database share the key. Default: audit.key in the data folder." type:"path" env:"ONEMAP_AUDIT_KEY_FILE"`
	AuditKey      string `help:"That key itself, base64: for the environment only, where a secret store puts it." hidden:"" env:"ONEMAP_AUDIT_KEY"`
	AuditHeads    string `help:"The file that signed heads of the audit log are added to; best on another disk. Default: audit-heads.jsonl in the data folder." type:"path" env:"ONEMAP_AUDIT_HEADS"`
	KeepLeft      int    `help:"For how many months the records of people who have moved away or died are kept before they are erased; 0 keeps them until they are erased by hand." default:"24" env:"ONEMAP_KEEP_LEFT"`
	KeepChanges   uint64 `help:"How many changes at least are kept, so that screens and processes that slept go on from where they stopped; there may be two million more." default:"1000000" env:"ONEMAP_KEEP_CHANGES"`
	// Both must be past before a change is dropped.
	KeepChangesDays uint16 `help:"For how many days at least changes are kept." default:"3" env:"ONEMAP_KEEP_CHANGES_DAYS"`
	// For servers only, which say so: commands sign nobody in.
	MustSecond []string `kong:"-"`
	Demo       bool     `kong:"-"`
	// Given says which flags were not left at their defaults, and how.
	Given     map[string]setting.Source `kong:"-"`
	LogLevel  string                    `help:"debug, info, warn or error." default:"info" enum:"debug,info,warn,error" env:"ONEMAP_LOG_LEVEL"`
	LogFormat string                    `help:"text or json." default:"text" enum:"text,json" env:"ONEMAP_LOG_FORMAT"`
}

// Logger makes the log that the configuration asks for.
func (c Config) Logger(w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // the enum above allows nothing else
	o := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// zone is the city's time zone; the program carries the tables it needs.
func (c Config) zone() (*time.Location, error) {
	if c.Zone == "" {
		return time.UTC, nil
	}
	z, err := time.LoadLocation(c.Zone)
	if err != nil {
		return nil, fmt.Errorf("zone %q is no time zone such as Asia/Shanghai: %w", c.Zone, err)
	}
	return z, nil
}

// peopleKey is where the key of people's data is.
func (c Config) peopleKey() seal.Source {
	file := c.PeopleKeyFile
	if file == "" {
		file = filepath.Join(c.Data, "people.key")
	}
	return seal.Source{File: file, Value: c.PeopleKey}
}

// auditKey is where the key of the audit log is.
func (c Config) auditKey() seal.Source {
	file := c.AuditKeyFile
	if file == "" {
		file = filepath.Join(c.Data, "audit.key")
	}
	return seal.Source{File: file, Value: c.AuditKey, Of: "the audit log", Options: "--audit-key-file, ONEMAP_AUDIT_KEY_FILE or ONEMAP_AUDIT_KEY"}
}

// auditHeads is the file of signed heads.
func (c Config) auditHeads() string {
	if c.AuditHeads != "" {
		return c.AuditHeads
	}
	return filepath.Join(c.Data, "audit-heads.jsonl")
}

// photos is the folder of the photos.
func (c Config) photos() (string, error) {
	dir := filepath.Join(c.Data, "photos")
	return dir, os.MkdirAll(dir, 0o700)
}

// imports is the folder of uploaded files.
func (c Config) imports() (string, error) {
	dir := filepath.Join(c.Data, "imports")
	return dir, os.MkdirAll(dir, 0o700)
}
