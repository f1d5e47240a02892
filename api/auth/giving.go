package auth

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/audit"
	"onemap/api/fault"
	"onemap/api/pg"
)

// Giving is what a grant is made of. Without StartsAt it begins at once; without
// EndsAt it ends with the giver's own, or never.
type Giving struct {
	Role       actor.Role
	Scope      string
	Department string
	StartsAt   *time.Time
	EndsAt     *time.Time
	Reason     string
}

// Give grants an account a role; see authority for who may.
func (s *Service) Give(ctx context.Context, account uuid.UUID, want Giving) (g Grant, err error) {
	err = pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		by, err := s.changing(ctx, tx)
		if err != nil {
			return err
		}
		x, err := s.seen(ctx, tx, by, account, false)
		if err != nil {
			return err
		}
		g, err = s.give(ctx, tx, by, x, want)
		return err
	})
	return g, inWords(err, "")
}

// changing locks the authority and reads what the actor has of it.
func (s *Service) changing(ctx context.Context, tx pgx.Tx) (authority, error) {
	if err := lockAuthority(ctx, tx); err != nil {
		return authority{}, err
	}
	by, err := s.authorityOf(ctx, tx, actor.From(ctx))
	if err == nil && by.by.Key {
		err = fault.New(fault.Forbidden, "auth.person", "Accounts and grants are a person's business; a key cannot answer for them.")
	}
	return by, err
}

func (s *Service) give(ctx context.Context, tx pgx.Tx, by authority, x Account, want Giving) (Grant, error) {
	now := s.now()
	g := Grant{
		ID: s.newID(), Account: Who{x.ID, x.Login, x.Name}, Role: want.Role, Scope: want.Scope, Department: want.Department,
		StartsAt: now, EndsAt: want.EndsAt, GivenAt: now, GivenBy: by.who(), Reason: strings.TrimSpace(want.Reason), disabled: x.DisabledAt != nil,
	}
	if want.StartsAt != nil {
		g.StartsAt = *want.StartsAt
	}
	var f fault.Fields
	validateGrant(&f, actor.Grant{Role: g.Role, Prefix: g.Scope, Department: g.Department})
	if g.StartsAt.Before(now.Add(-time.Minute)) { // a clock that goes wrong a little is no lie
		f.Add("starts_at", want.StartsAt, "must not lie in the past")
	}
	if g.EndsAt != nil && (!g.EndsAt.After(g.StartsAt) || !g.EndsAt.After(now)) {
		f.Add("ends_at", want.EndsAt, "must come after the beginning, and after now")
	}
	validateReason(&f, g.Reason)
	if err := f.Err("grant.invalid"); err != nil {
		return g, err
	}
	until, ok := by.reaches(g.Role, g.Scope)
	switch {
	case !ok:
		return g, errBeyond
	case g.Role == actor.Auditor && x.ID == by.by.ID:
		return g, fault.New(fault.Forbidden, "grant.self", "Nobody makes themselves an auditor.")
	case until != nil && (g.EndsAt != nil && g.EndsAt.After(*until) || !g.StartsAt.Before(*until)):
		return g, beyondTime(*until)
	case g.EndsAt == nil:
		g.EndsAt = until
	}
	if err := s.departmentOpen(ctx, tx, g); err != nil {
		return g, err
	}
	if err := unlike(g, x.all); err != nil {
		return g, err
	}
	noteGrant(ctx, g, "role", "scope", "time")
	return g, insertGrant(ctx, tx, g)
}

// noteGrant tells the audit of a grant, and whose it is.
func noteGrant(ctx context.Context, g Grant, fields ...string) {
	audit.Note(ctx, "grant", g.ID.String(), fields...)
	audit.Note(ctx, "account", g.Account.ID.String())
	audit.In(ctx, g.Scope)
}

var errBeyond = fault.New(fault.Forbidden, "grant.beyond", "Nobody gives more than they hold: this role on this place is not yours to give or to take.")

func beyondTime(until time.Time) error {
	var f fault.Fields
	f.Add("ends_at", nil, "your own grant ends at %s, and what you give ends no later", until.Format(time.RFC3339))
	return f.Err("grant.beyond_time")
}

// who is the giver on the record: nobody for a command.
func (a authority) who() *Who {
	if a.by.IsCommand() {
		return nil
	}
	return &Who{a.by.ID, a.by.Login, a.by.Name}
}

// unlike refuses a grant that is there already for some of its time, and one
// that makes a watched one the watchman.
func unlike(g Grant, others []Grant) error {
	for _, o := range others {
		same := o.ID != g.ID && o.Role == g.Role && o.Scope == g.Scope && o.Department == g.Department && (o.For == nil) == (g.For == nil) &&
			(o.For == nil || o.For.Grant == g.For.Grant)
		if same && g.overlap(o) {
			return errHeld
		}
	}
	return parted(g, others)
}

var errHeld = fault.New(fault.Conflict, "grant.exists", "The account holds this role on this place already at that time.")

// End takes a grant away, from now on; its row stays. Administrators of its
// place do so, and for a deputy's both sides.
func (s *Service) End(ctx context.Context, id uuid.UUID, reason string) (g Grant, err error) {
	err = pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		by, err := s.changing(ctx, tx)
		if err != nil {
			return err
		}
		if g, err = s.grantFor(ctx, tx, by, id); err != nil {
			return err
		}
		noteGrant(ctx, g, "end")
		was := g
		now := s.now()
		if g.EndsAt != nil && !g.EndsAt.After(now) {
			return errEnded
		}
		end := now
		if g.StartsAt.After(now) {
			end = g.StartsAt
		}
		g.EndsAt, g.EndedAt, g.EndedBy, g.EndReason = &end, &now, by.who(), strings.TrimSpace(reason)
		if _, err := tx.Exec(ctx, "UPDATE account_grant SET ends_at = $2, ended_at = $3, ended_by = $4, end_reason = $5 WHERE id = $1",
			g.ID, end, now, pg.OrNull(by.by.ID), g.EndReason); err != nil {
			return err
		}
		return s.lastAdministrator(ctx, tx, []Grant{was})
	})
	return g, err
}

var errEnded = fault.New(fault.Conflict, "grant.ended", "This grant has ended already.")

// grantFor is a grant that the authority may end or change. One of an account
// that it does not see is not found.
func (s *Service) grantFor(ctx context.Context, tx pgx.Tx, by authority, id uuid.UUID) (Grant, error) {
	found, err := grantsWhere(ctx, tx, "WHERE g.id = $1", id)
	if err != nil {
		return Grant{}, err
	}
	if len(found) == 0 {
		return Grant{}, fault.Missing("grant")
	}
	g := found[0]
	if g.For != nil && by.by.ID != uuid.Nil && (g.Account.ID == by.by.ID || g.For.Holder.ID == by.by.ID) {
		return g, nil
	}
	if _, ok := by.reaches(g.Role, g.Scope); ok {
		return g, nil
	}
	x, err := s.accountByID(ctx, tx, g.Account.ID)
	switch {
	case err != nil:
		return g, err
	case by.sees(x) && by.seesGrant(x, g):
		return g, errBeyond
	}
	return g, fault.Missing("grant")
}

// Regrant changes a grant's time and reason; its role and place never.
type Regrant struct {
	StartsAt *time.Time
	EndsAt   *time.Time
	Endless  bool // it shall have no end
	Reason   *string
}

// Change gives a grant another time.
func (s *Service) Change(ctx context.Context, id uuid.UUID, want Regrant) (g Grant, err error) {
	err = pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		by, err := s.changing(ctx, tx)
		if err != nil {
			return err
		}
		if g, err = s.grantFor(ctx, tx, by, id); err != nil {
			return err
		}
		noteGrant(ctx, g, "time", "reason")
		was := g
		if err := s.rewrite(by, &g, want); err != nil {
			return err
		}
		x, err := s.accountByID(ctx, tx, g.Account.ID)
		if err != nil {
			return err
		}
		if err := unlike(g, x.all); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE account_grant SET starts_at = $2, ends_at = $3, reason = $4 WHERE id = $1", g.ID, g.StartsAt, g.EndsAt, g.Reason); err != nil {
			return err
		}
		return s.lastAdministrator(ctx, tx, []Grant{was})
	})
	return g, err
}

func (s *Service) rewrite(by authority, g *Grant, want Regrant) error {
	now := s.now()
	if g.For != nil {
		return fault.New(fault.Conflict, "grant.deputy", "A deputy's time is changed by ending it and naming the deputy anew.")
	}
	if g.EndsAt != nil && !g.EndsAt.After(now) {
		return errEnded
	}
	var f fault.Fields
	if want.StartsAt != nil && !want.StartsAt.Equal(g.StartsAt) {
		if !g.StartsAt.After(now) || want.StartsAt.Before(now.Add(-time.Minute)) {
			f.Add("starts_at", want.StartsAt, "what has begun has begun, and nothing begins in the past")
		}
		g.StartsAt = *want.StartsAt
	}
	if want.Endless {
		g.EndsAt = nil
	} else if want.EndsAt != nil {
		g.EndsAt = want.EndsAt
	}
	if g.EndsAt != nil && (!g.EndsAt.After(now) || !g.EndsAt.After(g.StartsAt)) {
		f.Add("ends_at", want.EndsAt, "must come after the beginning, and after now")
	}
	if want.Reason != nil {
		g.Reason = strings.TrimSpace(*want.Reason)
		validateReason(&f, g.Reason)
	}
	if err := f.Err("grant.invalid"); err != nil {
		return err
	}
	until, ok := by.reaches(g.Role, g.Scope)
	switch {
	case !ok:
		return errBeyond
	case g.Role == actor.Auditor && g.Account.ID == by.by.ID:
		return fault.New(fault.Forbidden, "grant.self", "Nobody makes themselves an auditor.")
	case (want.Endless || want.EndsAt != nil) && until != nil && (g.EndsAt == nil || g.EndsAt.After(*until)):
		return beyondTime(*until)
	}
	return nil
}
