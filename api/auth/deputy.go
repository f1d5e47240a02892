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
)

// DeputyTime is the longest that one naming of a deputy lasts.
const DeputyTime = 60 * 24 * time.Hour

// Deputising names somebody who stands in for the actor: with the grants named,
// or with all that the actor holds in their own right.
type Deputising struct {
	Login  string
	From   time.Time
	Until  time.Time
	Grants []uuid.UUID
	Reason string
}

// Deputise lets a colleague act with the actor's own grants for a while. A grant
// that the actor only stands in with is not handed on, and what an auditor holds
// is nobody's to lend.
func (s *Service) Deputise(ctx context.Context, want Deputising) (made []Grant, err error) {
	now := s.now()
	var f fault.Fields
	if want.From.Before(now.Add(-time.Minute)) {
		f.Add("from", want.From, "must not lie in the past")
	}
	if !want.Until.After(want.From) || want.Until.Sub(want.From) > DeputyTime {
		f.Add("until", want.Until, "must come after the beginning, by %d days at most", int(DeputyTime.Hours())/24)
	}
	validateReason(&f, want.Reason)
	if err := f.Err("deputy.invalid"); err != nil {
		return nil, err
	}
	err = pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		made = nil
		by, err := s.changing(ctx, tx)
		if err != nil {
			return err
		}
		own, err := by.lendable(want.Grants)
		if err != nil {
			return err
		}
		deputy, err := s.colleague(ctx, tx, by, want.Login, own)
		if err != nil {
			return err
		}
		for _, of := range own {
			g := Grant{
				ID: s.newID(), Account: Who{deputy.ID, deputy.Login, deputy.Name}, Role: of.Role, Scope: of.Scope, Department: of.Department,
				StartsAt: want.From, EndsAt: earlier(&want.Until, of.EndsAt), GivenAt: now, GivenBy: by.who(), Reason: strings.TrimSpace(want.Reason),
				For: &standingFor{Grant: of.ID, Holder: of.Account, startsAt: of.StartsAt, endsAt: of.EndsAt},
			}
			if !g.EndsAt.After(g.StartsAt) {
				continue // it will have ended before the holiday begins
			}
			if err := unlike(g, append(deputy.all, made...)); err != nil {
				return err
			}
			if err := insertGrant(ctx, tx, g); err != nil {
				return err
			}
			noteGrant(ctx, g, "deputy")
			made = append(made, g)
		}
		if len(made) == 0 {
			return errNothingToLend
		}
		return nil
	})
	return made, err
}

var errNothingToLend = fault.New(fault.Conflict, "deputy.nothing", "There is no grant of your own to stand in for at that time.")

// lendable are the actor's own grants, those named or all; what is an auditor's
// is left out of all and refused when named.
func (a authority) lendable(named []uuid.UUID) ([]Grant, error) {
	var list []Grant
	for _, g := range a.held {
		if g.For == nil && g.Role != actor.Auditor && (len(named) == 0 || slices.Contains(named, g.ID)) {
			list = append(list, g)
		}
	}
	for i, id := range named {
		if !slices.ContainsFunc(list, func(g Grant) bool { return g.ID == id }) {
			var f fault.Fields
			f.Add("grants", i, "only your own grants, and none of an auditor's")
			return nil, f.Err("deputy.invalid")
		}
	}
	if len(list) == 0 {
		return nil, errNothingToLend
	}
	return list, nil
}

// colleague is an open account that could stand in: it belongs where the grants
// do, above or below. Any other is not found, so that nobody learns of logins.
func (s *Service) colleague(ctx context.Context, q pg.Querier, by authority, login string, grants []Grant) (Account, error) {
	list, err := s.accountsWhere(ctx, q, "WHERE a.login = $1 AND a.disabled_at IS NULL", loginOf(login))
	if err != nil {
		return Account{}, err
	}
	if len(list) == 0 || list[0].ID == by.by.ID || slices.ContainsFunc(grants, func(g Grant) bool {
		return !strings.HasPrefix(list[0].Scope, g.Scope) && !strings.HasPrefix(g.Scope, list[0].Scope)
	}) {
		var f fault.Fields
		f.Add("login", nil, "no colleague of these places has this login")
		return Account{}, f.Err("deputy.invalid")
	}
	return list[0], nil
}

// Deputies lists who stands in for the actor, and for whom the actor does, now
// or later.
func (s *Service) Deputies(ctx context.Context) (mine, others []Grant, err error) {
	by, err := s.authorityOf(ctx, s.pool, actor.From(ctx))
	if err != nil || by.by.ID == uuid.Nil {
		return nil, nil, err
	}
	list, err := grantsWhere(ctx, s.pool, `WHERE g.deputy_for IS NOT NULL AND g.ends_at > $2 AND (g.account_id = $1 OR of.account_id = $1) ORDER BY g.starts_at, g.id`, by.by.ID, s.now())
	for _, g := range list {
		if g.Account.ID == by.by.ID {
			others = append(others, g)
		} else {
			mine = append(mine, g)
		}
	}
	return mine, others, err
}
