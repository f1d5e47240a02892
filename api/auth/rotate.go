package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/pg"
	"onemap/api/seal"
)

// Reseal seals the secrets of the apps for codes with the newest key.
func (s *Service) Reseal(ctx context.Context, done func(rows int)) error {
	err := s.Keys.Walk(ctx, func(fn func(tx pgx.Tx) error) error { return pg.InTx(ctx, s.pool, fn) }, func(tx pgx.Tx, after uuid.UUID) ([]uuid.UUID, error) {
		var id uuid.UUID
		var sealed []byte
		err := tx.QueryRow(ctx, `
SELECT id, totp_sealed FROM account WHERE id > $1 AND `+seal.HeadOf("totp_sealed")+` <> $2 ORDER BY id LIMIT 1 FOR UPDATE`, after, s.Keys.Head()).Scan(&id, &sealed)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		secret, err := s.Keys.Open(purposeOfTOTP(id), sealed)
		if err != nil {
			return nil, fmt.Errorf("account %s: %w", id, err)
		}
		_, err = tx.Exec(ctx, "UPDATE account SET totp_sealed = $2 WHERE id = $1", id, s.Keys.Seal(purposeOfTOTP(id), secret))
		return []uuid.UUID{id}, err
	}, done)
	if err != nil {
		return fmt.Errorf("seal the secrets of apps again: %w", err)
	}
	return nil
}

// Naming counts the recovery codes, which are known to their owners only.
func (s *Service) Naming(ctx context.Context, number int) ([]seal.Left, error) {
	left := seal.Left{What: "recovery codes that were not used yet: their owners can ask for new ones at /account"}
	if err := s.pool.QueryRow(ctx, "SELECT count(*) FROM recovery_code WHERE key = $1 AND used_at IS NULL", number).Scan(&left.Rows); err != nil {
		return nil, fmt.Errorf("what names a key: %w", err)
	}
	return []seal.Left{left}, nil
}
