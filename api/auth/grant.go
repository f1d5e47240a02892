package auth

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/pg"
)

// Who names an account.
type Who struct {
	ID    uuid.UUID `json:"id"`
	Login string    `json:"login"`
	Name  string    `json:"name"`
}

// Grant is a role on a jurisdiction from StartsAt to before EndsAt (open when
// nil), with who gave it and why. It stays when it has ended.
type Grant struct {
	ID         uuid.UUID
	Account    Who
	Role       actor.Role
	Scope      string
	Department string
	StartsAt   time.Time
	EndsAt     *time.Time
	GivenAt    time.Time
	GivenBy    *Who // nil: a command of the installation
	Reason     string
	For        *standingFor
	EndedAt    *time.Time // somebody ended it before its time
	EndedBy    *Who
	EndReason  string
	disabled   bool // the account is closed
}

// standingFor is the grant that a deputy acts with, and its holder.
type standingFor struct {
	Grant    uuid.UUID
	Holder   Who
	startsAt time.Time
	endsAt   *time.Time
	disabled bool
}

// State says whether a grant counts at a time: "future", "valid" or "ended".
// A deputy's counts only while that of the one stood in for does.
func (g Grant) State(now time.Time) string {
	over := g.EndsAt != nil && !g.EndsAt.After(now)
	early := g.StartsAt.After(now)
	if d := g.For; d != nil {
		over = over || d.disabled || d.endsAt != nil && !d.endsAt.After(now)
		early = early || d.startsAt.After(now)
	}
	switch {
	case over || g.disabled:
		return "ended"
	case early:
		return "future"
	}
	return "valid"
}

// until is when a grant ends by what is known today; nil is never.
func (g Grant) until() *time.Time {
	if g.For == nil {
		return g.EndsAt
	}
	return earlier(g.EndsAt, g.For.endsAt)
}

// earlier of two ends, where nil is never.
func earlier(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.Before(*a) {
		return b
	}
	return a
}

// overlap says whether two grants are both in force at some time.
func (g Grant) overlap(o Grant) bool {
	return (g.EndsAt == nil || o.StartsAt.Before(*g.EndsAt)) && (o.EndsAt == nil || g.StartsAt.Before(*o.EndsAt)) &&
		!g.empty() && !o.empty()
}

// empty grants were ended before they began.
func (g Grant) empty() bool { return g.EndsAt != nil && !g.EndsAt.After(g.StartsAt) }

const selectGrant = `
SELECT g.id, a.id, a.login, a.name, a.disabled_at IS NOT NULL, g.role, g.scope, COALESCE(g.department, ''), g.starts_at, g.ends_at, g.given_at,
    giver.id, COALESCE(giver.login, ''), COALESCE(giver.name, ''), g.reason,
    of.id, holder.id, COALESCE(holder.login, ''), COALESCE(holder.name, ''), of.starts_at, of.ends_at, COALESCE(holder.disabled_at IS NOT NULL, false),
    g.ended_at, ender.id, COALESCE(ender.login, ''), COALESCE(ender.name, ''), g.end_reason
FROM account_grant g
JOIN account a ON a.id = g.account_id
LEFT JOIN account giver ON giver.id = g.given_by
LEFT JOIN account_grant of ON of.id = g.deputy_for
LEFT JOIN account holder ON holder.id = of.account_id
LEFT JOIN account ender ON ender.id = g.ended_by `

func scanGrant(row pgx.CollectableRow) (Grant, error) {
	var g Grant
	var giver, holder, ender Who
	var giverID, of, holderID, enderID *uuid.UUID
	var ofStarts *time.Time
	var d standingFor
	err := row.Scan(&g.ID, &g.Account.ID, &g.Account.Login, &g.Account.Name, &g.disabled, &g.Role, &g.Scope, &g.Department, &g.StartsAt, &g.EndsAt, &g.GivenAt,
		&giverID, &giver.Login, &giver.Name, &g.Reason,
		&of, &holderID, &holder.Login, &holder.Name, &ofStarts, &d.endsAt, &d.disabled,
		&g.EndedAt, &enderID, &ender.Login, &ender.Name, &g.EndReason)
	if err != nil {
		return g, err
	}
	g.GivenBy, g.EndedBy = giver.known(giverID), ender.known(enderID)
	if of != nil {
		d.Grant, d.Holder, d.startsAt = *of, *holder.known(holderID), *ofStarts
		g.For = &d
	}
	return g, nil
}

func (w Who) known(id *uuid.UUID) *Who {
	if id == nil {
		return nil
	}
	w.ID = *id
	return &w
}

// grantsOf lists the grants of accounts, of all times, in the order they begin.
func grantsOf(ctx context.Context, q pg.Querier, accounts ...uuid.UUID) ([]Grant, error) {
	return grantsWhere(ctx, q, `WHERE g.account_id = ANY ($1) ORDER BY g.starts_at, g.id`, accounts)
}

func grantsWhere(ctx context.Context, q pg.Querier, where string, args ...any) ([]Grant, error) {
	rows, err := q.Query(ctx, selectGrant+where, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanGrant)
}

// GrantsOn lists the grants that name one of some places and have not ended, in
// the order of the places.
func (s *Service) GrantsOn(ctx context.Context, q pg.Querier, scopes []string) ([]Grant, error) {
	list, err := grantsWhere(ctx, q, "WHERE g.scope = ANY ($1) ORDER BY g.scope, a.login, g.id", scopes)
	return slices.DeleteFunc(list, func(g Grant) bool { return g.State(s.now()) == "ended" }), err
}

func insertGrant(ctx context.Context, tx pgx.Tx, g Grant) error {
	var giver, of uuid.UUID
	if g.GivenBy != nil {
		giver = g.GivenBy.ID
	}
	if g.For != nil {
		of = g.For.Grant
	}
	_, err := tx.Exec(ctx, `
INSERT INTO account_grant (id, account_id, role, scope, department, starts_at, ends_at, given_by, given_at, reason, deputy_for)
VALUES ($1, $2, $3, $4, NULLIF($5, ''), $6, $7, $8, $9, $10, $11)`,
		g.ID, g.Account.ID, g.Role, g.Scope, g.Department, g.StartsAt, g.EndsAt, pg.OrNull(giver), g.GivenAt, g.Reason, pg.OrNull(of))
	return err
}
