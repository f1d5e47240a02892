package transfer

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/pg"
	"onemap/api/seal"
)

// resealAtOnce is how many rows are sealed again in one transaction.
const resealAtOnce = 100

// Reseal seals the rows that wait, or waited, for somebody's decision with the
// newest key, and makes anew what they are known by.
func (l *Loader) Reseal(ctx context.Context, done func(rows int)) error {
	err := l.Keys.Walk(ctx, func(fn func(tx pgx.Tx) error) error { return pg.InTx(ctx, l.Pool, fn) }, func(tx pgx.Tx, after uuid.UUID) ([]uuid.UUID, error) {
		return l.reseal(ctx, tx, after)
	}, done)
	if err != nil {
		return fmt.Errorf("seal rows of files again: %w", err)
	}
	return nil
}

func (l *Loader) reseal(ctx context.Context, tx pgx.Tx, after uuid.UUID) (ids []uuid.UUID, err error) {
	rows, err := tx.Query(ctx, `
SELECT d.id, r.kind, d.given FROM import_doubt d JOIN import_run r ON r.id = d.run_id
WHERE d.id > $1 AND `+seal.HeadOf("d.given")+` <> $2 ORDER BY d.id LIMIT $3 FOR UPDATE OF d`, after, l.Keys.Head(), resealAtOnce)
	if err != nil {
		return nil, err
	}
	var id uuid.UUID
	var kind string
	var given []byte
	var keys, sealed [][]byte
	if _, err := pgx.ForEachRow(rows, []any{&id, &kind, &given}, func() error {
		w, err := l.unseal(given)
		if err != nil {
			return fmt.Errorf("row %s: %w", id, err)
		}
		plain, err := l.Keys.Open(sealedDoubt, given)
		if err != nil {
			return err
		}
		ids = append(ids, id)
		keys, sealed = append(keys, l.Keys.Blind(blindRow, keyedRow(kind, w.Source, w.Ref))), append(sealed, l.Keys.Seal(sealedDoubt, plain))
		return nil
	}); err != nil || len(ids) == 0 {
		return nil, err
	}
	_, err = tx.Exec(ctx, `
UPDATE import_doubt d SET row_key = n.row_key, given = n.given
FROM unnest($1::uuid[], $2::bytea[], $3::bytea[]) AS n (id, row_key, given) WHERE d.id = n.id`, ids, keys, sealed)
	return ids, err
}

// Naming counts the rows that wait under a reference made with a key.
func (l *Loader) Naming(ctx context.Context, number int) ([]seal.Left, error) {
	left := seal.Left{What: "rows of files that wait for a decision: decide on them"}
	rows, err := l.Pool.Query(ctx, "SELECT given FROM import_doubt WHERE state = 'open'")
	if err != nil {
		return nil, fmt.Errorf("what names a key: %w", err)
	}
	var given []byte
	_, err = pgx.ForEachRow(rows, []any{&given}, func() error {
		w, err := l.unseal(given)
		if seal.KeyOf(w.Ref) == number {
			left.Rows++
		}
		return err
	})
	return []seal.Left{left}, err
}
