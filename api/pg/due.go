package pg

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"
)

// builders is how many indexes are made at once: each is sorted by one process.
const builders = 2

// BuildDue makes the indexes that loads have laid aside (Stripped), and returns
// when none is left that nobody else is at. One that cannot be made now, or whose
// maker dies, stays due, and Migrate makes it at the next start.
func BuildDue(ctx context.Context, pool *pgxpool.Pool) error {
	g, ctx := errgroup.WithContext(ctx)
	for range builders {
		g.Go(func() error { return buildDue(ctx, pool) })
	}
	return g.Wait()
}

// forIndexes gives a transaction what making indexes needs: memory to sort in, and
// files of new indexes synchronised at the commit, where the log does without them
// (wal_level = minimal), even small ones: their pages cost more in the log.
const forIndexes = "SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL wal_skip_threshold = '64kB'"

// beginner is a pool or a connection.
type beginner interface {
	Begin(ctx context.Context) (pgx.Tx, error)
}

// buildDue makes, in one transaction, what is due and nobody else is at.
func buildDue(ctx context.Context, db beginner) error {
	err := pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		if err := AsOwner(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, forIndexes+"; SET LOCAL max_parallel_maintenance_workers = 0"); err != nil {
			return err
		}
		for {
			var definition string
			// The widest take longest, and go first.
			err := tx.QueryRow(ctx, `
DELETE FROM index_due WHERE name = (SELECT name FROM index_due ORDER BY length(definition) DESC, name LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING definition`).Scan(&definition)
			if errors.Is(err, pgx.ErrNoRows) {
				return nil
			}
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, definition); err != nil {
				return err
			}
		}
	})
	if err != nil {
		return fmt.Errorf("make an index that is due: %w", err)
	}
	return nil
}
