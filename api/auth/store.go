package auth

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/pg"
)

// actorColumns are an account with the grants it holds at the time $1: its own,
// and those it stands in for while their holder holds them. What has not begun,
// has ended or belongs to a closed account does not exist.
const actorColumns = `
    a.id, a.login, a.name, a.demo, COALESCE((
    SELECT jsonb_agg(jsonb_build_object('ID', g.id, 'Role', g.role, 'Prefix', g.scope, 'Department', COALESCE(g.department, ''),
        'DeputyFor', COALESCE(of.account_id, '00000000-0000-0000-0000-000000000000')) ORDER BY g.role, g.scope, g.id)
    FROM account_grant g
    LEFT JOIN account_grant of ON of.id = g.deputy_for
    LEFT JOIN account holder ON holder.id = of.account_id
    WHERE g.account_id = a.id AND a.disabled_at IS NULL AND g.starts_at <= $1 AND (g.ends_at IS NULL OR g.ends_at > $1)
      AND (g.deputy_for IS NULL OR holder.disabled_at IS NULL AND of.starts_at <= $1 AND (of.ends_at IS NULL OR of.ends_at > $1))), '[]'::jsonb)`

const selectActor = "SELECT " + actorColumns + " FROM account a "

// scanActor reads an actor, and what stands behind its columns into more.
func scanActor(row pgx.Row, more ...any) (actor.Actor, error) {
	var a actor.Actor
	var grants []byte
	if err := row.Scan(append([]any{&a.ID, &a.Login, &a.Name, &a.Demo, &grants}, more...)...); err != nil {
		return actor.Nobody, err
	}
	return a, json.Unmarshal(grants, &a.Grants)
}

func insertAccount(ctx context.Context, tx pgx.Tx, id uuid.UUID, n NewAccount, passwordHash string, now time.Time) error {
	_, err := tx.Exec(ctx, `
INSERT INTO account (id, login, name, password_hash, password_set_at, must_change, demo, scope, sso_allowed, created_by, created_at)
VALUES ($1, $2, $3, NULLIF($4, ''), CASE WHEN $4 = '' THEN NULL ELSE $10::timestamptz END, $5, $6, $7, $8, $9, $10)`,
		id, n.Login, n.Name, passwordHash, n.MustChange, n.Demo, n.Scope, n.SSO, pg.OrNull(n.by), now)
	return err
}

func missing(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
