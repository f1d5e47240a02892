package setting_test

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/audit"
	"onemap/api/fault"
	"onemap/api/setting"
)

var start = setting.Values{KeepLeft: 24, SessionHours: 12, IdleMinutes: 120, SecondFactor: []actor.Role{actor.Registrar, actor.Administrator}}

func process(c *apitest.City, given map[string]setting.Source) *setting.Service {
	return setting.New(setting.Config{Pool: c.Pool, Now: c.Clock.Now, Start: start, Given: given})
}

func line(t *testing.T, s *setting.Service, ctx context.Context, key string) setting.Line {
	t.Helper()
	list, err := s.List(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range list {
		if l.Key == key {
			return l
		}
	}
	t.Fatalf("no %s among %+v", key, list)
	return setting.Line{}
}

func TestASettingIsChangedAndTakenBack(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	here, there := process(c, nil), process(c, nil)
	ctx := c.As(actor.Administrator)
	if l := line(t, here, ctx, "keep_left"); l.Source != setting.ByDefault || l.Value != 24 || l.Former != nil || l.Rev != 0 || !l.Editable || l.Variable != "ONEMAP_KEEP_LEFT" {
		t.Errorf("never changed: %+v", l)
	}
	audited, _ := c.Audit.Command(ctx, "test")
	if err := here.Set(audited, "keep_left", json.RawMessage("36"), 0); err != nil {
		t.Fatal(err)
	}
	if here.Values().KeepLeft != 36 || there.Values().KeepLeft != 24 {
		t.Errorf("here %d, elsewhere before it reads again %d", here.Values().KeepLeft, there.Values().KeepLeft)
	}
	if err := there.Load(t.Context()); err != nil || there.Values().KeepLeft != 36 {
		t.Errorf("elsewhere %d, %v", there.Values().KeepLeft, err)
	}
	if l := line(t, here, ctx, "keep_left"); l.Source != setting.BySetting || l.Value != 36 || l.Former != 24 || l.Rev != 1 || l.By != "王administrator" || !l.At.Equal(apitest.Start) {
		t.Errorf("changed: %+v", l)
	}
	var change string
	if err := c.Pool.QueryRow(t.Context(), "SELECT kind || ' ' || object || ' ' || rev FROM change_inbox WHERE kind = 'setting'").Scan(&change); err != nil || change != "setting keep_left 1" {
		t.Errorf("told as %q, %v", change, err)
	}
	if e := c.Audited(t, audit.Ask{Kind: "setting", Object: "keep_left"}); len(e) != 1 || !reflect.DeepEqual(e[0].Fields, []string{"value"}) {
		t.Errorf("audited as %+v", e)
	}
	if err := here.Set(ctx, "keep_left", json.RawMessage("1"), 0); !fault.Is(err, fault.Stale) {
		t.Errorf("on top of what was never seen: %v", err)
	}
	if err := here.Set(ctx, "keep_left", json.RawMessage("1"), 7); !fault.Is(err, fault.Stale) {
		t.Errorf("on top of what never was: %v", err)
	}
	// Back to the start, and from there back again.
	if err := here.Set(ctx, "keep_left", nil, 1); err != nil {
		t.Fatal(err)
	}
	if l := line(t, here, ctx, "keep_left"); here.Values().KeepLeft != 24 || l.Source != setting.ByDefault || l.Former != 36 || l.Rev != 2 {
		t.Errorf("set back: %+v", l)
	}
}

// What the start was told wins, also over what was set before.
func TestTheStartWins(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	ctx := c.As(actor.Administrator)
	if err := process(c, nil).Set(ctx, "keep_left", json.RawMessage("36"), 0); err != nil {
		t.Fatal(err)
	}
	s := process(c, map[string]setting.Source{"keep-left": setting.ByEnvironment})
	if err := s.Load(t.Context()); err != nil || s.Values().KeepLeft != 24 {
		t.Errorf("%d, %v", s.Values().KeepLeft, err)
	}
	if l := line(t, s, ctx, "keep_left"); l.Source != setting.ByEnvironment || l.Value != 24 || l.Editable {
		t.Errorf("%+v", l)
	}
	if err := s.Set(ctx, "keep_left", json.RawMessage("36"), 1); !fault.Is(err, fault.Conflict) {
		t.Errorf("set all the same: %v", err)
	}
	if err := s.Set(ctx, "contact", json.RawMessage(`"12345"`), 0); err != nil {
		t.Errorf("another: %v", err)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	s, ctx := process(c, nil), c.As(actor.Administrator)
	long := strings.Repeat("字", 121)
	for _, bad := range [][2]string{
		{"keep_left", "-1"},
		{"keep_left", "601"},
		{"keep_left", "1.5"},
		{"keep_left", `"24"`},
		{"session_hours", "0"},
		{"session_hours", "25"},
		{"idle_minutes", "4"},
		{"idle_minutes", "721"},
		{"contact", `"` + long + `"`},
		{"contact", "5"},
		{"contact", `"a\nb"`},
		{"contact", `"a\u202eb"`},
		{"city_name", `["x"]`},
		{"second_factor", `["king"]`},
		{"second_factor", `"none"`},
		{"second_factor", `{}`},
	} {
		if err := s.Set(ctx, bad[0], json.RawMessage(bad[1]), 0); !fault.Is(err, fault.Invalid) || fault.As(err).Fields[0].Location != "body.value" {
			t.Errorf("%s = %s: %v", bad[0], bad[1], err)
		}
	}
	if !reflect.DeepEqual(s.Values(), start) {
		t.Errorf("something was set: %+v", s.Values())
	}
	for key, good := range map[string]string{
		"keep_left": "0", "session_hours": "24", "idle_minutes": "5", "contact": `" 热线 12345 "`, "second_factor": `["administrator","operator","operator"]`,
	} {
		if err := s.Set(ctx, key, json.RawMessage(good), 0); err != nil {
			t.Errorf("%s = %s: %v", key, good, err)
		}
	}
	want := setting.Values{Contact: "热线 12345", SessionHours: 24, IdleMinutes: 5, SecondFactor: []actor.Role{actor.Operator, actor.Administrator}}
	if !reflect.DeepEqual(s.Values(), want) {
		t.Errorf("%+v, want %+v", s.Values(), want)
	}
	if err := s.Set(ctx, "second_factor", json.RawMessage("[]"), 1); err != nil || len(s.Values().SecondFactor) != 0 {
		t.Errorf("no role at all: %v", err)
	}
}

// A row that another version wrote does not stop the server.
func TestARowThatIsNotUnderstood(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	c.Beneath(t, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), "INSERT INTO setting (key, value, rev, changed_by, changed_at) VALUES ('keep_left', '\"long\"', 1, $1, now()), ('moon', '1', 1, $1, now())", apitest.ID("administrator"))
		return err
	})
	s := process(c, nil)
	if err := s.Load(t.Context()); err != nil || !reflect.DeepEqual(s.Values(), start) {
		t.Errorf("%+v, %v", s.Values(), err)
	}
	if l := line(t, s, c.As(actor.Administrator), "keep_left"); l.Value != 24 {
		t.Errorf("%+v", l)
	}
}

func TestWhoSets(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	s := process(c, nil)
	machine := apitest.Actor(actor.Administrator)
	machine.Key = true
	for who, x := range map[string]struct {
		ctx       context.Context
		list, set fault.Kind
	}{
		"a visitor":                   {t.Context(), fault.Unauthenticated, fault.Unauthenticated},
		"an auditor":                  {c.As(actor.Auditor), fault.Forbidden, fault.Forbidden},
		"the administrator of a part": {c.As(actor.Administrator, apitest.StreetA), fault.Forbidden, fault.NotFound},
		"a key":                       {actor.With(t.Context(), machine), 0, fault.Forbidden},
	} {
		if _, err := s.List(x.ctx); x.list != 0 && !fault.Is(err, x.list) {
			t.Errorf("%s reads: %v", who, err)
		}
		if err := s.Set(x.ctx, "contact", json.RawMessage(`"x"`), 0); !fault.Is(err, x.set) {
			t.Errorf("%s sets: %v", who, err)
		}
	}
	if err := s.Set(c.As(actor.Administrator, ""), "moon", json.RawMessage("1"), 0); !fault.Is(err, fault.NotFound) {
		t.Errorf("what there is not: %v", err)
	}
}
