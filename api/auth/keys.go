package auth

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/audit"
	"onemap/api/fault"
	"onemap/api/pg"
)

// GiveKey makes a key as an administrator of its place, who gives it no more and
// for no longer than they could give a person.
func (s *Service) GiveKey(ctx context.Context, n NewKey) (id uuid.UUID, key string, err error) {
	by, err := s.keeper(ctx)
	if err != nil {
		return id, "", err
	}
	until, ok := by.reaches(n.Grant.Role, n.Grant.Prefix)
	switch {
	case !ok:
		return id, "", errBeyond
	case until != nil && n.ExpiresAt.After(*until):
		return id, "", beyondTime(*until)
	}
	n.By = by.by.ID
	return s.MakeKey(ctx, n)
}

// keeper is somebody who may have keys to keep: an administrator, never a key.
func (s *Service) keeper(ctx context.Context) (authority, error) {
	by, err := s.authorityOf(ctx, s.pool, actor.From(ctx))
	switch {
	case err != nil:
		return by, err
	case by.by.Key:
		return by, fault.New(fault.Forbidden, "auth.person", "Keys are a person's business; a key cannot answer for them.")
	case by.none():
		return by, errNoAdministrator
	}
	return by, nil
}

// MachineKeys lists the keys of the places that the actor administers; those that were
// revoked or have expired stay on the list.
func (s *Service) MachineKeys(ctx context.Context) ([]Key, error) {
	by, err := s.keeper(ctx)
	if err != nil {
		return nil, err
	}
	args := pgx.NamedArgs{}
	rows, err := s.pool.Query(ctx, `
SELECT k.id, k.name, k.role, k.scope, COALESCE(k.department, ''), k.read_only, k.created_at, COALESCE(a.login, ''), k.expires_at, k.used_at, k.revoked_at
FROM api_key k LEFT JOIN account a ON a.id = k.created_by
WHERE `+by.places().Where("k.scope", "", args)+` ORDER BY k.revoked_at IS NOT NULL, k.created_at DESC, k.id LIMIT 1000`, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Key])
}

// RevokeKey ends a key of a place that the actor administers; any other is not
// found.
func (s *Service) RevokeKey(ctx context.Context, id uuid.UUID) error {
	by, err := s.keeper(ctx)
	if err != nil {
		return err
	}
	return pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		var scope string
		err := tx.QueryRow(ctx, "SELECT scope FROM api_key WHERE id = $1 FOR UPDATE", id).Scan(&scope)
		if missing(err) || err == nil && !by.over(scope) {
			return fault.Missing("key")
		}
		if err != nil {
			return err
		}
		audit.Note(ctx, "key", id.String(), "revoked_at")
		audit.In(ctx, scope)
		_, err = tx.Exec(ctx, "UPDATE api_key SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL", s.now(), id)
		return err
	})
}
