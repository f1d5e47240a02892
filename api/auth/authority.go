package auth

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/geo/grid"
)

// authority is what an account may say about others' grants, read at one moment
// from the database: not from the request, whose actor may be older.
//
// The rules: administrators of a place give and end grants on it and on what
// lies under it, for no longer than their own reaches; what an auditor holds is
// given and ended only by administrators of the whole city, never to oneself,
// and nobody is administrator and auditor of the same place at the same time:
// who is watched does not choose the watchman.
type authority struct {
	by   actor.Actor
	held []Grant // in force at this moment
}

// lockAuthority makes whoever changes what somebody may do wait for each other.
func lockAuthority(ctx context.Context, tx pgx.Tx) error {
	var one int
	return tx.QueryRow(ctx, "SELECT one FROM authority WHERE one = 1 FOR UPDATE").Scan(&one)
}

func (s *Service) authorityOf(ctx context.Context, q pg.Querier, a actor.Actor) (authority, error) {
	if a.IsCommand() {
		return authority{by: a}, nil
	}
	if !a.Staff() {
		return authority{}, errSignIn
	}
	if a.Key { // a key's grant is its own and has no account that could answer for what it gives
		return authority{by: a}, nil
	}
	all, err := grantsOf(ctx, q, a.ID)
	now := s.now()
	return authority{by: a, held: slices.DeleteFunc(all, func(g Grant) bool { return g.State(now) != "valid" })}, err
}

// none says that there is nothing here to administer for this actor.
func (a authority) none() bool { return a.places().Empty() }

// places are those administered.
func (a authority) places() actor.Scope {
	if a.by.IsCommand() {
		return actor.Everywhere()
	}
	var list []string
	for _, g := range a.held {
		if g.Role == actor.Administrator {
			list = append(list, g.Scope)
		}
	}
	return actor.Under(list...)
}

// over says whether a place is administered.
func (a authority) over(scope string) bool { return a.places().Holds(scope, "") }

// reaches says whether a role on a place is within the authority, and until
// when; nil is without end.
func (a authority) reaches(role actor.Role, scope string) (until *time.Time, ok bool) {
	if a.by.IsCommand() {
		return nil, true
	}
	for _, g := range a.held {
		if g.Role != actor.Administrator || !strings.HasPrefix(scope, g.Scope) || role == actor.Auditor && !citywide(g.Scope) {
			continue
		}
		if end := g.until(); !ok || end == nil || until != nil && end.After(*until) {
			until, ok = end, true
		}
	}
	return until, ok
}

// citywide prefixes hold a whole city, or more.
func citywide(scope string) bool { return len(scope) <= grid.City.Digits() }

// sees says whether an account is there for the authority: it belongs to a
// place administered, or holds something there.
func (a authority) sees(x Account) bool {
	return a.over(x.Scope) || slices.ContainsFunc(x.open, func(g Grant) bool { return a.over(g.Scope) })
}

// seesGrant says the same of one grant of an account: of somebody who belongs
// elsewhere, only what they hold here.
func (a authority) seesGrant(x Account, g Grant) bool { return a.over(x.Scope) || a.over(g.Scope) }

// manages says whether the account's password, sessions and name are for the
// authority to touch: whoever could become the account must not gain by it.
func (a authority) manages(x Account) bool {
	return a.over(x.Scope) && !slices.ContainsFunc(x.open, func(g Grant) bool {
		_, ok := a.reaches(g.Role, g.Scope)
		return !ok
	})
}

// manageable is an account that the actor may reset, sign out or close: one that
// belongs under what the actor administers and holds, now or later, nothing that
// the actor could not give. One that is only seen is refused, any other is not found.
func (s *Service) manageable(ctx context.Context, q pg.Querier, a actor.Actor, account uuid.UUID) (Account, error) {
	by, err := s.authorityOf(ctx, q, a)
	if err != nil {
		return Account{}, err
	}
	x, err := s.seen(ctx, q, by, account, false)
	if err == nil && !x.Manageable {
		err = errMightier
	}
	return x, err
}

// parted says that a grant makes somebody administrator and auditor of one place
// at one time.
func parted(g Grant, others []Grant) error {
	against := map[actor.Role]actor.Role{actor.Auditor: actor.Administrator, actor.Administrator: actor.Auditor}[g.Role]
	for _, o := range others {
		if against != "" && o.Role == against && o.ID != g.ID && g.overlap(o) && (strings.HasPrefix(o.Scope, g.Scope) || strings.HasPrefix(g.Scope, o.Scope)) {
			return fault.New(fault.Conflict, "grant.parted", "Nobody is administrator and auditor of the same place at the same time.")
		}
	}
	return nil
}

// lastAdministrator refuses a change after which nobody is left who administers
// what a city-wide administrator did, in their own right and without an end.
func (s *Service) lastAdministrator(ctx context.Context, tx pgx.Tx, lost []Grant) error {
	for _, g := range lost {
		if g.Role != actor.Administrator || !citywide(g.Scope) || g.EndsAt != nil || g.For != nil || g.State(s.now()) != "valid" {
			continue
		}
		var left bool
		err := tx.QueryRow(ctx, `
SELECT EXISTS (SELECT 1 FROM account_grant g JOIN account a ON a.id = g.account_id
    WHERE g.role = 'administrator' AND starts_with($1, g.scope) AND g.ends_at IS NULL AND g.deputy_for IS NULL AND g.starts_at <= $2 AND a.disabled_at IS NULL)`,
			g.Scope, s.now()).Scan(&left)
		if err != nil {
			return err
		}
		if !left {
			return fault.New(fault.Conflict, "grant.last", "This is the last administrator of the whole city; give the role to somebody else first.")
		}
	}
	return nil
}
