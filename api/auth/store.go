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

// selectActor is an account with the grants it holds at the time $1: its own,
// and those it stands in for while their holder holds them. What has not begun,
// has ended or belongs to a closed account does not exist.
const selectActor = `
SELECT a.id, a.login, a.name, a.demo, COALESCE((
    SELECT jsonb_agg(jsonb_build_object('ID', g.id, 'Role', g.role, 'Prefix', g.scope, 'Department', COALESCE(g.department, ''),
        'DeputyFor', COALESCE(of.account_id, '00000000-0000-0000-0000-000000000000')) ORDER BY g.role, g.scope, g.id)
    FROM account_grant g
    LEFT JOIN account_grant of ON of.id = g.deputy_for
    LEFT JOIN account holder ON holder.id = of.account_id
    WHERE g.account_id = a.id AND a.disabled_at IS NULL AND g.starts_at <= $1 AND (g.ends_at IS NULL OR g.ends_at > $1)
      AND (g.deputy_for IS NULL OR holder.disabled_at IS NULL AND of.starts_at <= $1 AND (of.ends_at IS NULL OR of.ends_at > $1))), '[]'::jsonb)
FROM account a `

func scanActor(row pgx.Row) (actor.Actor, error) {
	var a actor.Actor
	var grants []byte
	if err := row.Scan(&a.ID, &a.Login, &a.Name, &a.Demo, &grants); err != nil {
		return actor.Nobody, err
	}
	return a, json.Unmarshal(grants, &a.Grants)
}

func bySession(ctx context.Context, q pg.Querier, tokenHash []byte, now time.Time) (actor.Actor, error) {
	return scanActor(q.QueryRow(ctx, selectActor+`
JOIN session s ON s.account_id = a.id WHERE s.token_hash = $2 AND s.expires_at > $1 AND a.disabled_at IS NULL`, now, tokenHash))
}

func byLogin(ctx context.Context, q pg.Querier, login string, now time.Time) (a actor.Actor, passwordHash string, err error) {
	a, err = scanActor(q.QueryRow(ctx, selectActor+`WHERE a.login = $2 AND a.disabled_at IS NULL`, now, login))
	if err != nil {
		return a, "", err
	}
	err = q.QueryRow(ctx, "SELECT password_hash FROM account WHERE id = $1", a.ID).Scan(&passwordHash)
	return a, passwordHash, err
}

// byKey gives the machine behind a key: an actor with the key's one grant.
func byKey(ctx context.Context, q pg.Querier, tokenHash []byte) (actor.Actor, error) {
	var a actor.Actor
	var g actor.Grant
	err := q.QueryRow(ctx, "SELECT id, name, role, scope, COALESCE(department, '') FROM api_key WHERE token_hash = $1", tokenHash).
		Scan(&a.ID, &a.Name, &g.Role, &g.Prefix, &g.Department)
	a.Login, a.Key, a.Grants = "key:"+a.Name, true, []actor.Grant{g}
	return a, err
}

func insertSession(ctx context.Context, tx pgx.Tx, tokenHash []byte, account uuid.UUID, now, expires time.Time) error {
	_, err := tx.Exec(ctx, "INSERT INTO session (token_hash, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4)", tokenHash, account, now, expires)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "DELETE FROM session WHERE expires_at <= $1", now)
	return err
}

func insertAccount(ctx context.Context, tx pgx.Tx, id uuid.UUID, n NewAccount, passwordHash string, now time.Time) error {
	_, err := tx.Exec(ctx, "INSERT INTO account (id, login, name, password_hash, demo, scope, sso_allowed, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		id, n.Login, n.Name, passwordHash, n.Demo, n.Scope, n.SSO, pg.OrNull(n.by), now)
	return err
}

func missing(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
