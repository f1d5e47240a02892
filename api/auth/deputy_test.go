package auth_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/auth"
)

const day = 24 * time.Hour

// now is what an account may do at this moment of the clock.
func (d town) now(login string) []actor.Grant {
	d.t.Helper()
	a, err := d.Auth.Account(d.t.Context(), login)
	if err != nil {
		d.t.Fatal(err)
	}
	return a.Grants
}

func TestAGrantCountsInItsTimeOnly(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	boss, worker := d.member("boss", "", admin("")), d.member("sweeper", apitest.StreetA)
	from, until := d.Clock.Now().Add(day), d.Clock.Now().Add(3*day)
	if _, err := d.Auth.Give(d.as(boss), worker, auth.Giving{Role: actor.Worker, Scope: apitest.StreetA, StartsAt: &from, EndsAt: &until}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		forward time.Duration
		want    int
	}{{day - time.Second, 0}, {time.Second, 1}, {2*day - time.Second, 1}, {time.Second, 0}} {
		d.Clock.Advance(step.forward)
		if got := d.now("sweeper"); len(got) != step.want {
			t.Errorf("at %v the worker holds %v, want %d", d.Clock.Now(), got, step.want)
		}
	}
}

func TestADeputyActsWhileBothMay(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	boss := d.member("boss", "", admin(""))
	away := d.member("away", apitest.StreetA, actor.Grant{Role: actor.Operator, Prefix: apitest.StreetA})
	sits := d.member("sits", apitest.StreetA)
	d.member("neighbour", apitest.StreetB)
	own := d.grants(away)[0]
	begin := d.Clock.Now()
	ask := auth.Deputising{Login: "sits", From: begin.Add(day), Until: begin.Add(11 * day), Reason: "年假"}
	for name, wrong := range map[string]struct {
		change func(*auth.Deputising)
		code   string
	}{
		"a neighbour":            {func(x *auth.Deputising) { x.Login = "neighbour" }, "deputy.invalid"},
		"nobody":                 {func(x *auth.Deputising) { x.Login = "nobody" }, "deputy.invalid"},
		"oneself":                {func(x *auth.Deputising) { x.Login = "away" }, "deputy.invalid"},
		"for too long":           {func(x *auth.Deputising) { x.Until = x.From.Add(auth.DeputyTime + time.Second) }, "deputy.invalid"},
		"backwards":              {func(x *auth.Deputising) { x.Until = x.From }, "deputy.invalid"},
		"in the past":            {func(x *auth.Deputising) { x.From = begin.Add(-time.Hour) }, "deputy.invalid"},
		"with somebody's grants": {func(x *auth.Deputising) { x.Grants = []uuid.UUID{d.grants(boss)[0].ID} }, "deputy.invalid"},
	} {
		x := ask
		wrong.change(&x)
		if _, err := d.Auth.Deputise(d.as(away), x); code(err) != wrong.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := d.Auth.Deputise(d.as(sits), auth.Deputising{Login: "away", From: ask.From, Until: ask.Until}); code(err) != "deputy.nothing" {
		t.Errorf("who holds nothing lends something: %v", err)
	}
	made, err := d.Auth.Deputise(d.as(away), ask)
	if err != nil || len(made) != 1 {
		t.Fatalf("%+v, %v", made, err)
	}
	if _, err := d.Auth.Deputise(d.as(away), ask); code(err) != "grant.exists" {
		t.Errorf("named twice: %v", err)
	}
	if got := d.now("sits"); len(got) != 0 {
		t.Errorf("before the holiday: %v", got)
	}
	d.Clock.Advance(day)
	want := []actor.Grant{{ID: made[0].ID, Role: actor.Operator, Prefix: apitest.StreetA, DeputyFor: away}}
	if got := d.now("sits"); !slices.Equal(got, want) {
		t.Errorf("in the holiday: %+v", got)
	}
	for _, who := range []uuid.UUID{away, sits} {
		mine, others, err := d.Auth.Deputies(d.as(who))
		if err != nil || len(mine)+len(others) != 1 || (who == away) != (len(mine) == 1) {
			t.Errorf("%v, %v, %v", mine, others, err)
		}
	}
	if _, err := d.Auth.Deputise(d.as(sits), auth.Deputising{Login: "away", From: d.Clock.Now(), Until: d.Clock.Now().Add(day)}); code(err) != "deputy.nothing" {
		t.Errorf("handed on: %v", err)
	}
	// The one stood in for is closed, opened, and loses the grant.
	off, on := true, false
	if _, err := d.Auth.ChangeAccount(d.as(boss), away, auth.Rewrite{Rev: 1, Disabled: &off}); err != nil {
		t.Fatal(err)
	}
	if got := d.now("sits"); len(got) != 0 {
		t.Errorf("stands in for a closed account: %v", got)
	}
	if _, err := d.Auth.ChangeAccount(d.as(boss), away, auth.Rewrite{Rev: 2, Disabled: &on}); err != nil {
		t.Fatal(err)
	}
	if got := d.now("sits"); len(got) != 1 {
		t.Errorf("after opening: %v", got)
	}
	if _, err := d.Auth.End(d.as(boss), own.ID, ""); err != nil {
		t.Fatal(err)
	}
	if got := d.now("sits"); len(got) != 0 {
		t.Errorf("the deputy holds what its owner lost: %v", got)
	}
}

func TestEitherSideEndsADeputy(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	away := d.member("away", apitest.CityCode, actor.Grant{Role: actor.Supervisor, Prefix: apitest.CityCode}, actor.Grant{Role: actor.Auditor, Prefix: apitest.CityCode})
	sits, passer := d.member("sits", apitest.StreetA), d.member("passer", apitest.StreetA)
	for _, who := range []uuid.UUID{away, sits} {
		made, err := d.Auth.Deputise(d.as(away), auth.Deputising{Login: "sits", From: d.Clock.Now(), Until: d.Clock.Now().Add(day)})
		if err != nil || len(made) != 1 || made[0].Role != actor.Supervisor { // an auditor's is nobody's to lend
			t.Fatalf("%+v, %v", made, err)
		}
		if _, err := d.Auth.End(d.as(passer), made[0].ID, ""); code(err) != "grant.missing" {
			t.Errorf("a passer-by: %v", err)
		}
		if _, err := d.Auth.End(d.as(who), made[0].ID, ""); err != nil {
			t.Error(err)
		}
		if got := d.now("sits"); len(got) != 0 {
			t.Errorf("after the end: %v", got)
		}
	}
}

// A deputy of an administrator gives for the time of the holiday, and no longer.
func TestADeputyGivesForTheHolidayOnly(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	away := d.member("away", apitest.StreetA, admin(apitest.StreetA))
	sits := d.member("sits", apitest.StreetA)
	until := d.Clock.Now().Add(5 * day)
	if _, err := d.Auth.Deputise(d.as(away), auth.Deputising{Login: "sits", From: d.Clock.Now(), Until: until}); err != nil {
		t.Fatal(err)
	}
	g, err := d.Auth.Give(d.as(sits), sits, auth.Giving{Role: actor.Administrator, Scope: apitest.StreetA})
	if err != nil || g.EndsAt == nil || !g.EndsAt.Equal(until) {
		t.Fatalf("%+v, %v", g, err)
	}
	if _, err := d.Auth.Change(d.as(sits), g.ID, auth.Regrant{Endless: true}); code(err) != "grant.beyond_time" {
		t.Errorf("made it last: %v", err)
	}
	d.Clock.Advance(5 * day)
	if got := d.now("sits"); len(got) != 0 {
		t.Errorf("after the holiday: %v", got)
	}
}
