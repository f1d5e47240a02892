package link

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/change"
	"onemap/api/pg"
)

// announced is how many rows are announced one by one; of more the readers of the
// change log are told to fetch anew.
const announced = 100

// Announce records what a merge into a table has brought or changed, in the
// caller's transaction. A kind of object is called like its table.
func Announce[T any](ctx context.Context, tx pgx.Tx, table string, b Batch, m pg.Merged, of func(*T) (ref string, id uuid.UUID), list []T) error {
	if m.Fresh+m.Changed == 0 {
		return nil
	}
	if len(list) > announced {
		return change.Record(ctx, tx, change.Bulk(table, b.Now, int(m.Fresh+m.Changed)))
	}
	var refs []string
	var ids []uuid.UUID
	for i := range list {
		if ref, id := of(&list[i]); id == uuid.Nil {
			refs = append(refs, ref)
		} else {
			ids = append(ids, id)
		}
	}
	rows, err := tx.Query(ctx, "SELECT id, rev FROM "+table+" WHERE (source = $1 AND source_ref = ANY ($2) OR id = ANY ($3)) AND updated_at = $4", b.Source, refs, ids, b.Now)
	if err != nil {
		return fmt.Errorf("changes of %s: %w", table, err)
	}
	changes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (change.Change, error) {
		c := change.Change{Kind: table, At: b.Now, Body: struct{}{}}
		var id uuid.UUID
		err := row.Scan(&id, &c.Rev)
		c.Object = id.String()
		return c, err
	})
	if err != nil {
		return fmt.Errorf("changes of %s: %w", table, err)
	}
	return change.Record(ctx, tx, changes...)
}
