package setting

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/actor"
	"onemap/api/audit"
	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/web"
	"onemap/geo/grid"
)

// Change is the kind by which the change log names a setting.
const Change = "setting"

// Source is where a value in force comes from.
type Source string

// The sources. What comes from a flag or the environment wins over what is set here.
const (
	ByDefault     Source = "default"
	ByFlag        Source = "flag"
	ByEnvironment Source = "environment"
	BySetting     Source = "set"
)

// Config is what the service works with.
type Config struct {
	Pool *pgxpool.Pool
	Now  func() time.Time
	// Start are the values that the server was started with.
	Start Values
	// Given says of a flag whether it came from the command line or the
	// environment; the rest are defaults.
	Given map[string]Source
}

// Service keeps the settings.
type Service struct {
	Config
	// Fixed are what the server was started with and only a new start changes.
	Fixed  []Fixed
	values atomic.Pointer[Values]
}

// Fixed is something that is only shown.
type Fixed struct {
	Key   string
	Value string
	Flag  string
}

// New makes the service; Load must run before what is set here counts.
func New(c Config) *Service {
	s := &Service{Config: c}
	start := c.Start
	s.values.Store(&start)
	return s
}

// Values are the settings in force now.
func (s *Service) Values() Values { return *s.values.Load() }

// given says where a flag's value comes from.
func (s *Service) given(flag string) Source {
	if by := s.Given[flag]; flag != "" && by != "" {
		return by
	}
	return ByDefault
}

func (s *Service) held(k kind) bool { return s.given(k.flag) != ByDefault }

// Load reads what is set, for this process to live by.
func (s *Service) Load(ctx context.Context) error {
	rows, err := readAll(ctx, s.Pool)
	if err != nil {
		return err
	}
	v := s.Start
	for _, k := range kinds {
		// What an older or newer version took and this one does not leaves the start's value.
		if r, ok := rows[k.key]; ok && r.Value != nil && !s.held(k) {
			k.take(r.Value, &v)
		}
	}
	s.values.Store(&v)
	return nil
}

// row is a setting that was changed at some time.
type row struct {
	Key       string
	Value     json.RawMessage // nil: what the server starts with
	Former    json.RawMessage
	Rev       int64
	ChangedBy string
	ChangedAt time.Time
}

const selectRows = `SELECT s.key, s.value, s.former, s.rev, a.name, s.changed_at FROM setting s JOIN account a ON a.id = s.changed_by `

func readAll(ctx context.Context, q pg.Querier) (map[string]row, error) {
	rows, err := q.Query(ctx, selectRows)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	out := map[string]row{}
	for _, r := range list {
		out[r.Key] = r
	}
	return out, err
}

// wholeCity refuses whoever does not administer a whole city.
func wholeCity(a actor.Actor) error {
	for _, g := range a.Grants {
		if g.Role == actor.Administrator && len(g.Prefix) <= grid.City.Digits() {
			return nil
		}
	}
	return fault.New(fault.Forbidden, "setting.role", "The settings are for administrators of the whole city.")
}

// Set puts another value in force: nil is what the server starts with.
func (s *Service) Set(ctx context.Context, key string, raw json.RawMessage, rev int64) error {
	a, err := web.SignedIn(ctx)
	if err != nil {
		return err
	}
	k, known := kindOf(key)
	switch {
	case a.Key:
		return fault.New(fault.Forbidden, "auth.person", "Settings are a person's business; a key cannot answer for them.")
	case !a.Has(actor.Administrator):
		return wholeCity(a)
	case !known || wholeCity(a) != nil: // does not exist for administrators of a part
		return fault.Missing("setting")
	case s.held(k):
		return fault.Newf(fault.Conflict, "setting.held", "This was given at the server's start (--%s); it is changed there.", k.flag)
	}
	v := s.Start
	if raw != nil {
		if wrong := k.take(raw, &v); wrong != "" {
			var f fault.Fields
			f.Add("body.value", nil, "%s", wrong)
			return f.Err("setting.invalid")
		}
		if raw, err = json.Marshal(k.of(&v)); err != nil {
			return err
		}
	}
	if err := pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error { return s.write(ctx, tx, k, raw, rev, a.ID) }); err != nil {
		return err
	}
	return s.Load(ctx)
}

func (s *Service) write(ctx context.Context, tx pgx.Tx, k kind, raw json.RawMessage, rev int64, by uuid.UUID) error {
	now := s.Now()
	tag, err := tx.Exec(ctx, `
INSERT INTO setting (key, value, former, rev, changed_by, changed_at)
SELECT $1, $2, NULL, 1, $4, $5 WHERE $3 = 0
ON CONFLICT (key) DO NOTHING`, k.key, raw, rev, by, now)
	if err == nil && rev > 0 {
		tag, err = tx.Exec(ctx, "UPDATE setting SET value = $2, former = value, rev = rev + 1, changed_by = $4, changed_at = $5 WHERE key = $1 AND rev = $3", k.key, raw, rev, by, now)
	}
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return web.Changed("setting")
	}
	audit.Note(ctx, Change, k.key, "value")
	return change.Record(ctx, tx, change.Change{Kind: Change, Object: k.key, Rev: rev + 1, At: now})
}
