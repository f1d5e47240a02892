package link

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Again finds what an earlier request with the same idempotency key wrote: the
// key is the reference of what it creates. It gives the zero id when there is
// nothing, or no key. Another request with the key waits for this transaction.
func Again(ctx context.Context, tx pgx.Tx, table, source, key string) (id uuid.UUID, err error) {
	if key == "" {
		return id, nil
	}
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", table+" "+key); err != nil {
		return id, err
	}
	err = tx.QueryRow(ctx, "SELECT id FROM "+table+" WHERE source = $1 AND source_ref = $2", source, key).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return id, err
}
