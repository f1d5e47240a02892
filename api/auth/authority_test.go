package auth_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/auth"
)

// Who gives what where: role and place of the giver against role and place of
// what is given.
func TestWhoMayGiveWhatWhere(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	target := d.member("target", apitest.StreetA)
	const district = "990101"
	givers := map[string]uuid.UUID{}
	for _, role := range actor.Roles {
		for _, place := range []string{"", apitest.CityCode, district, apitest.StreetA, apitest.StreetB} {
			g := actor.Grant{Role: role, Prefix: place}
			if role == actor.Handler {
				g.Department = "D01"
			}
			givers[string(role)+" of "+place] = d.member(string(role)+"-"+place+"x", "", g)
		}
	}
	for name, giver := range givers {
		role, place, _ := strings.Cut(name, " of ")
		for _, given := range actor.Roles {
			for _, on := range []string{"", apitest.CityCode, district, apitest.StreetA, apitest.StreetB, apitest.GridA} {
				want := ""
				switch {
				case role != string(actor.Administrator) || !strings.HasPrefix(apitest.StreetA, place):
					want = "account.missing"
				case !strings.HasPrefix(on, place), given == actor.Auditor && len(place) > 4:
					want = "grant.beyond"
				}
				ask := auth.Giving{Role: given, Scope: on}
				if given == actor.Handler {
					ask.Department = "D01"
				}
				g, err := d.Auth.Give(d.as(giver), target, ask)
				if code(err) != want {
					t.Errorf("the %s gives %s on %q: %q, want %q", name, given, on, code(err), want)
				}
				if err == nil {
					d.exec("DELETE FROM account_grant WHERE id = $1", g.ID)
				}
			}
		}
	}
}

func TestAKeyAndAVisitorGiveNothing(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	target := d.member("target", apitest.StreetA)
	key := actor.With(t.Context(), actor.Actor{ID: apitest.NewID(), Login: "key:k", Key: true, Grants: []actor.Grant{admin("")}})
	if _, err := d.Auth.Give(key, target, auth.Giving{Role: actor.Worker, Scope: apitest.StreetA}); code(err) != "auth.person" {
		t.Error(err)
	}
	if _, err := d.Auth.Give(t.Context(), target, auth.Giving{Role: actor.Worker, Scope: apitest.StreetA}); code(err) != "auth.needed" {
		t.Error(err)
	}
	if _, err := d.Auth.AccountByID(key, target, false); code(err) != "account.missing" {
		t.Error(err)
	}
	// What the request claims to hold counts for nothing: the database is asked.
	liar := d.member("liar", apitest.StreetA)
	claims := actor.With(t.Context(), actor.Actor{ID: liar, Login: "liar", Grants: []actor.Grant{admin("")}})
	if _, err := d.Auth.Give(claims, liar, auth.Giving{Role: actor.Administrator}); code(err) != "account.missing" {
		t.Error(err)
	}
}

func TestTheWatchedDoNotChooseTheWatchman(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	boss, other := d.member("boss", "", admin("")), d.member("other", "", admin(""))
	if _, err := d.Auth.Give(d.as(boss), boss, auth.Giving{Role: actor.Auditor, Scope: apitest.CityCode}); code(err) != "grant.self" {
		t.Errorf("made themselves an auditor: %v", err)
	}
	for _, place := range []string{"", apitest.CityCode, apitest.StreetA} {
		if _, err := d.Auth.Give(d.as(boss), other, auth.Giving{Role: actor.Auditor, Scope: place}); code(err) != "grant.parted" {
			t.Errorf("an administrator became auditor of %q: %v", place, err)
		}
	}
	watch := d.member("watch", apitest.CityCode, actor.Grant{Role: actor.Auditor, Prefix: apitest.StreetA})
	for place, want := range map[string]string{apitest.StreetB: "", apitest.CityCode: "grant.parted", apitest.GridA: "grant.parted"} {
		if _, err := d.Auth.Give(d.as(boss), watch, auth.Giving{Role: actor.Administrator, Scope: place}); code(err) != want {
			t.Errorf("the auditor of street A became administrator of %q: %v", place, err)
		}
	}
	// A street's administrator neither ends the auditor of the street nor becomes one by a new password.
	street := d.member("street", apitest.StreetA, admin(apitest.StreetA))
	inspector := d.member("inspector", apitest.StreetA, actor.Grant{Role: actor.Auditor, Prefix: apitest.StreetA})
	if _, err := d.Auth.End(d.as(street), d.grants(inspector)[0].ID, ""); code(err) != "grant.beyond" {
		t.Errorf("ended the auditor: %v", err)
	}
	name := "x"
	if _, err := d.Auth.ChangeAccount(d.as(street), inspector, auth.Rewrite{Rev: 1, Name: &name}); code(err) != "account.beyond" {
		t.Errorf("changed the auditor's account: %v", err)
	}
}

func TestTheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	boss := d.member("boss", "", admin(""))
	own := d.grants(boss)[0].ID
	soon := d.Clock.Now().Add(time.Hour)
	if _, err := d.Auth.End(d.as(boss), own, ""); code(err) != "grant.last" {
		t.Errorf("ended: %v", err)
	}
	if _, err := d.Auth.Change(d.as(boss), own, auth.Regrant{EndsAt: &soon}); code(err) != "grant.last" {
		t.Errorf("given an end: %v", err)
	}
	city := d.member("city", apitest.CityCode, admin(apitest.CityCode))
	off := true
	if _, err := d.Auth.ChangeAccount(actor.With(t.Context(), actor.Command("x")), boss, auth.Rewrite{Rev: 1, Disabled: &off}); code(err) != "grant.last" {
		t.Errorf("closed while only a city's administrator is left: %v", err)
	}
	if _, err := d.Auth.End(d.as(boss), d.grants(city)[0].ID, ""); err != nil {
		t.Errorf("the whole installation's administrator is left: %v", err)
	}
	if len(d.grants(boss)) != 1 || d.grants(boss)[0].EndsAt != nil {
		t.Errorf("%+v", d.grants(boss))
	}

	// Two who end each other at the same moment: one of them remains.
	second := d.member("second", "", admin(""))
	errs := make([]error, 2)
	var g sync.WaitGroup
	for i, pair := range [][2]uuid.UUID{{boss, second}, {second, boss}} {
		victim := d.grants(pair[1])[0].ID
		g.Go(func() { _, errs[i] = d.Auth.End(d.as(pair[0]), victim, "") })
	}
	g.Wait()
	if left := len(d.grants(boss)) + len(d.grants(second)); left != 1 || (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("%d administrators are left: %v", left, errs)
	}
}

// The giver loses the grant while giving: the gift waits, and then is none.
func TestWhoLosesTheGrantWhileGivingGivesNothing(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	d.member("boss", "", admin(""))
	giver, friend := d.member("giver", apitest.StreetA, admin(apitest.StreetA)), d.member("friend", apitest.StreetA)
	done := make(chan error)
	err := pgx.BeginFunc(t.Context(), d.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), "SELECT one FROM authority FOR UPDATE"); err != nil {
			return err
		}
		go func() {
			_, err := d.Auth.Give(d.as(giver), friend, auth.Giving{Role: actor.Administrator, Scope: apitest.StreetA})
			done <- err
		}()
		for waiting := false; !waiting; {
			if err := d.Root.QueryRow(t.Context(), "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')").Scan(&waiting); err != nil {
				return err
			}
		}
		_, err := tx.Exec(t.Context(), "UPDATE account_grant SET ends_at = $2 WHERE account_id = $1", giver, d.Clock.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-done; code(err) != "account.missing" {
		t.Errorf("gave what was lost: %v", err)
	}
	if len(d.grants(friend)) != 0 {
		t.Error("the friend holds it")
	}
}

func TestWhatIsGivenEndsWithTheGiversOwn(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	d.member("boss", "", admin(""))
	end := d.Clock.Now().Add(30 * 24 * time.Hour)
	giver := d.member("giver", apitest.StreetA)
	own := d.hold(giver, admin(apitest.StreetA), &end)
	friend := d.member("friend", apitest.StreetA)
	later := end.Add(time.Second)
	worker := auth.Giving{Role: actor.Worker, Scope: apitest.StreetA, EndsAt: &later}
	if _, err := d.Auth.Give(d.as(giver), friend, worker); code(err) != "grant.beyond_time" {
		t.Errorf("gave for longer: %v", err)
	}
	worker.EndsAt, worker.StartsAt = nil, &later
	if _, err := d.Auth.Give(d.as(giver), friend, worker); code(err) != "grant.beyond_time" {
		t.Errorf("gave what begins later: %v", err)
	}
	worker.StartsAt = nil
	g, err := d.Auth.Give(d.as(giver), friend, worker)
	if err != nil || g.EndsAt == nil || !g.EndsAt.Equal(end) {
		t.Fatalf("%+v, %v", g, err)
	}
	for what, want := range map[string]auth.Regrant{"a later end": {EndsAt: &later}, "no end": {Endless: true}} {
		for of, id := range map[string]uuid.UUID{"what they gave": g.ID, "their own": own} {
			if _, err := d.Auth.Change(d.as(giver), id, want); code(err) != "grant.beyond_time" {
				t.Errorf("%s got %s: %v", of, what, err)
			}
		}
	}
	if _, err := d.Auth.Give(d.as(giver), friend, worker); code(err) != "grant.exists" {
		t.Errorf("given twice: %v", err)
	}
	past := d.Clock.Now().Add(-time.Hour)
	if _, err := d.Auth.Give(d.as(giver), friend, auth.Giving{Role: "king", Scope: "99", StartsAt: &past, EndsAt: &past}); code(err) != "grant.invalid" {
		t.Error(err)
	}
	if _, err := d.Auth.End(d.as(giver), g.ID, "left us"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Auth.End(d.as(giver), g.ID, ""); code(err) != "grant.ended" {
		t.Errorf("ended twice: %v", err)
	}
	x, err := d.Auth.AccountByID(d.as(giver), friend, true)
	if err != nil || len(x.Grants) != 1 || x.Grants[0].EndReason != "left us" || x.Grants[0].EndedBy.ID != giver || x.Grants[0].GivenBy.ID != giver {
		t.Errorf("the history says %+v, %v", x.Grants, err)
	}
	if _, err := d.Auth.Give(d.as(giver), friend, worker); err != nil {
		t.Errorf("given again after it ended: %v", err)
	}
}

// A closed account keeps its grants for the day it is opened again: closing is
// no way to become somebody mightier.
func TestAClosedAccountIsNoWayUp(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	boss := d.member("boss", "", admin(""))
	street := d.member("street", apitest.StreetA, admin(apitest.StreetA))
	mighty := d.member("mighty", apitest.StreetA, admin(apitest.CityCode))
	on, off := true, false
	if _, err := d.Auth.ChangeAccount(d.as(boss), mighty, auth.Rewrite{Rev: 1, Disabled: &on}); err != nil {
		t.Fatal(err)
	}
	x, err := d.Auth.AccountByID(d.as(street), mighty, false)
	if err != nil || x.Manageable {
		t.Errorf("%+v, %v", x, err)
	}
	if _, err := d.Auth.ChangeAccount(d.as(street), mighty, auth.Rewrite{Rev: 2, Disabled: &off}); code(err) != "account.beyond" {
		t.Errorf("opened again: %v", err)
	}
	if _, err := d.Auth.ChangeAccount(d.as(boss), mighty, auth.Rewrite{Rev: 1, Disabled: &off}); code(err) != "account.conflict" {
		t.Errorf("an older revision: %v", err)
	}
	if _, err := d.Auth.ChangeAccount(d.as(boss), boss, auth.Rewrite{Rev: 1, Disabled: &on}); code(err) != "account.self" {
		t.Errorf("closed themselves: %v", err)
	}
	// A closed giver gives nothing.
	if _, err := d.Auth.Give(d.as(mighty), street, auth.Giving{Role: actor.Worker, Scope: apitest.StreetA}); code(err) != "account.missing" {
		t.Error(err)
	}
}

// Whatever two actors try, together and in any order: nobody ends up with a role
// on a place, or for a time, that neither of them held at the beginning.
func TestNoWayUp(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	places := []string{"", apitest.CityCode, "990101", apitest.StreetA, apitest.StreetB, apitest.GridA}
	roles := []actor.Role{actor.Administrator, actor.Administrator, actor.Auditor, actor.Worker, actor.Leader}
	tried, done := 0, 0
	for seed := range uint64(8) {
		random := rand.New(rand.NewPCG(seed, 4))
		pick := func(n int) int { return random.IntN(n) }
		d.exec("DELETE FROM account_grant")
		var accounts []uuid.UUID
		for i := range 5 {
			id := d.member(fmt.Sprintf("s%d-%d", seed, i), places[pick(len(places))])
			accounts = append(accounts, id)
			for n := range 1 + pick(2) {
				g := actor.Grant{Role: roles[pick(len(roles))], Prefix: places[pick(len(places))]}
				if i == 0 && n == 0 {
					g = admin(places[pick(4)])
				}
				var end *time.Time
				if pick(2) == 0 {
					at := d.Clock.Now().Add(time.Duration(1+pick(90)) * 24 * time.Hour)
					end = &at
				}
				if !slices.ContainsFunc(d.grants(id), func(o auth.Grant) bool { return o.Role == g.Role && o.Scope == g.Prefix }) {
					d.hold(id, g, end)
				}
			}
		}
		actors := accounts[:2]
		var held, before []auth.Grant
		for i, id := range accounts {
			before = append(before, d.grants(id)...)
			if i < len(actors) {
				held = append(held, d.grants(id)...)
			}
		}
		for range 40 {
			tried++
			if d.attempt(random, actors[pick(2)], accounts, roles, places) == nil {
				done++
			}
		}
		for _, id := range accounts {
			for _, g := range d.grants(id) {
				old := slices.ContainsFunc(before, func(o auth.Grant) bool { return o.ID == g.ID && !after(g.EndsAt, o.EndsAt) })
				if !old && !slices.ContainsFunc(held, func(h auth.Grant) bool { return covers(h, g) }) {
					t.Errorf("seed %d: %s holds %s on %q until %v, which nobody there could give; the two held %+v", seed, g.Account.Login, g.Role, g.Scope, g.EndsAt, held)
				}
			}
		}
	}
	if done < tried/10 {
		t.Errorf("%d of %d attempts went through: too few to prove anything", done, tried)
	}
}

// attempt does something at random and says how it ended.
func (d town) attempt(random *rand.Rand, by uuid.UUID, accounts []uuid.UUID, roles []actor.Role, places []string) error {
	ctx, whom := d.as(by), accounts[random.IntN(len(accounts))]
	at := d.Clock.Now().Add(time.Duration(1+random.IntN(100)) * 24 * time.Hour)
	switch random.IntN(6) {
	case 0, 1:
		want := auth.Giving{Role: roles[random.IntN(len(roles))], Scope: places[random.IntN(len(places))]}
		if random.IntN(2) == 0 {
			want.EndsAt = &at
		}
		_, err := d.Auth.Give(ctx, whom, want)
		return err
	case 2:
		id, err := d.anyGrant(random, accounts)
		if err == nil {
			_, err = d.Auth.Change(ctx, id, auth.Regrant{EndsAt: &at, Endless: random.IntN(2) == 0})
		}
		return err
	case 3:
		id, err := d.anyGrant(random, accounts)
		if err == nil && random.IntN(2) == 0 {
			_, err = d.Auth.End(ctx, id, "")
		}
		return err
	case 4:
		var login string
		if err := d.Pool.QueryRow(ctx, "SELECT login FROM account WHERE id = $1", whom).Scan(&login); err != nil {
			d.t.Fatal(err)
		}
		_, err := d.Auth.Deputise(ctx, auth.Deputising{Login: login, From: d.Clock.Now(), Until: d.Clock.Now().Add(50 * 24 * time.Hour)})
		return err
	default:
		scope, off := places[random.IntN(len(places))], random.IntN(2) == 0
		x, err := d.Auth.AccountByID(ctx, whom, false)
		if err == nil {
			_, err = d.Auth.ChangeAccount(ctx, whom, auth.Rewrite{Rev: x.Rev, Scope: &scope, Disabled: &off})
		}
		return err
	}
}

// anyGrant is one that the accounts hold now or later.
func (d town) anyGrant(random *rand.Rand, accounts []uuid.UUID) (uuid.UUID, error) {
	d.t.Helper()
	rows, err := d.Pool.Query(d.t.Context(), "SELECT id FROM account_grant WHERE account_id = ANY($1) AND (ends_at IS NULL OR ends_at > $2) ORDER BY id", accounts, d.Clock.Now())
	if err != nil {
		d.t.Fatal(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		d.t.Fatal(err)
	}
	if len(ids) == 0 {
		return uuid.Nil, errNothing
	}
	return ids[random.IntN(len(ids))], nil
}

var errNothing = errors.New("nothing to try")

// after says whether an end lies behind another; none lies behind all.
func after(a, b *time.Time) bool { return b != nil && (a == nil || a.After(*b)) }

// covers says, in other words than the code's, whether what is held would do for g.
func covers(h, g auth.Grant) bool {
	if after(g.EndsAt, h.EndsAt) {
		return false
	}
	lent := g.For != nil && g.Role == h.Role && g.Scope == h.Scope && h.Role != actor.Auditor
	given := h.Role == actor.Administrator && len(g.Scope) >= len(h.Scope) && g.Scope[:len(h.Scope)] == h.Scope &&
		(g.Role != actor.Auditor || h.Scope == "" || h.Scope == apitest.CityCode)
	return lent || given
}
