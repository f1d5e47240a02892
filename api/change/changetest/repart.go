// Package changetest makes the change log of a test small enough to go over its
// partitions' ends.
package changetest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/pg"
)

// Repart cuts inbox and log anew into partitions of size, at once and beside whoever
// works with them: what is in them stays, and ten are free. A change.Keeper of that
// Size goes on so.
func Repart(tb testing.TB, pool *pgxpool.Pool, size int64) {
	tb.Helper()
	ctx := tb.Context()
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if err := pg.AsOwner(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "LOCK TABLE change_inbox, change_log"); err != nil {
			return err
		}
		for table, key := range map[string]string{"change_inbox": "id", "change_log": "pos"} {
			if err := repart(ctx, tx, table, key, size); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func repart(ctx context.Context, tx pgx.Tx, table, key string, size int64) error {
	var parts []string
	var top int64
	err := tx.QueryRow(ctx, `
SELECT (SELECT array_agg(inhrelid::regclass::text) FROM pg_inherits WHERE inhparent = $1::regclass),
       GREATEST((SELECT max(`+key+`) FROM `+table+`), (SELECT max(pos) FROM change_batch), (SELECT last_value FROM change_inbox_id_seq))`, table).Scan(&parts, &top)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "CREATE TEMPORARY TABLE kept_"+table+" ON COMMIT DROP AS SELECT * FROM "+table); err != nil {
		return err
	}
	for _, part := range parts {
		if _, err := tx.Exec(ctx, "DROP TABLE "+part); err != nil {
			return err
		}
	}
	for low := int64(0); low <= top+10*size; low += size {
		if _, err := tx.Exec(ctx, "SELECT change_partition($1, $2, $3)", table, low, low+size); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, "INSERT INTO "+table+" OVERRIDING SYSTEM VALUE SELECT * FROM kept_"+table)
	return err
}
