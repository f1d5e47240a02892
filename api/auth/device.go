package auth

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/pg"
)

// A browser stays known for so long after it was last used, and an account has
// at most so many.
const (
	DeviceLife  = 400 * 24 * time.Hour // what browsers keep a cookie for at most
	mostDevices = 20
)

// keepDevice remembers the browser of a session that has become open.
func (s *Service) keepDevice(ctx context.Context, tx pgx.Tx, c ceremony, from Sender, e *Entered, now time.Time) error {
	if c.Stage != stageOpen {
		return nil
	}
	e.Device = from.Device
	if known, err := deviceIn(ctx, tx, from.Device); err != nil {
		return err
	} else if !known {
		e.Device = rand.Text() // never a token that somebody else chose
	}
	b := &pgx.Batch{}
	b.Queue("DELETE FROM known_device WHERE used_at <= $1", now.Add(-DeviceLife))
	b.Queue(`INSERT INTO known_device (token_hash, account_id, created_at, used_at) VALUES ($1, $2, $3, $3)
ON CONFLICT (token_hash, account_id) DO UPDATE SET used_at = excluded.used_at`, hashToken(e.Device), c.Actor.ID, now)
	b.Queue(`DELETE FROM known_device WHERE account_id = $1 AND used_at < (
    SELECT min(used_at) FROM (SELECT used_at FROM known_device WHERE account_id = $1 ORDER BY used_at DESC LIMIT $2) newest)`, c.Actor.ID, mostDevices)
	return tx.SendBatch(ctx, b).Close()
}

func deviceIn(ctx context.Context, q pg.Querier, device string) (known bool, err error) {
	if device == "" {
		return false, nil
	}
	err = q.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM known_device WHERE token_hash = $1)", hashToken(device)).Scan(&known)
	return known, err
}

// knows says whether the browser has signed in to the account with this login.
// It asks the same way whether there is such a login or not.
func (s *Service) knows(ctx context.Context, device, login string) (known bool, err error) {
	err = s.pool.QueryRow(ctx, `
SELECT EXISTS (SELECT 1 FROM known_device d JOIN account a ON a.id = d.account_id WHERE d.token_hash = $1 AND a.login = $2 AND d.used_at > $3)`,
		hashToken(device), login, s.now().Add(-DeviceLife)).Scan(&known)
	return known, err
}

func forgetDevices(ctx context.Context, tx pgx.Tx, account uuid.UUID) error {
	_, err := tx.Exec(ctx, "DELETE FROM known_device WHERE account_id = $1", account)
	return err
}
