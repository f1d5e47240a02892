package change

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// partition is a part of the inbox or of the log: keys from low to below high.
type partition struct {
	parent, name string
	low, high    int64
	detaching    bool // a detachment was begun and could not end
}

const selectPartitions = `
SELECT parent::regclass::text AS parent, c.relname::text AS name, i.inhdetachpending AS detaching,
       COALESCE(substring(bound FROM 'FROM \(''(\d+)''\)')::bigint, 0) AS low, substring(bound FROM 'TO \(''(\d+)''\)')::bigint AS high
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid, pg_get_expr(c.relpartbound, c.oid) bound, CAST($1::text AS regclass) parent
WHERE i.inhparent = parent`

// partitions lists the parts of a table, from the lowest keys on.
func partitions(ctx context.Context, conn *pgx.Conn, table string) ([]partition, error) {
	rows, err := conn.Query(ctx, selectPartitions+" ORDER BY high", table)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p partition, err error) {
		err = row.Scan(&p.parent, &p.name, &p.detaching, &p.low, &p.high)
		return p, err
	})
	if err != nil {
		return nil, fmt.Errorf("partitions of %s: %w", table, err)
	}
	return list, nil
}

func (p partition) table() string { return pgx.Identifier{p.name}.Sanitize() }

// drop takes the partition out beside whoever reads and writes its table, and then
// away. Broken off, or kept up by a transaction for longer than lock_timeout, it
// goes on in a later round.
func (p partition) drop(ctx context.Context, conn *pgx.Conn) error {
	how := "CONCURRENTLY"
	if p.detaching {
		how = "FINALIZE"
	}
	if _, err := conn.Exec(ctx, "ALTER TABLE "+p.parent+" DETACH PARTITION "+p.table()+" "+how); err != nil {
		return fmt.Errorf("detach %s: %w", p.name, err)
	}
	return dropDetached(ctx, conn)
}

// dropDetached drops what has been detached: now, or before somebody was killed.
func dropDetached(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, `
SELECT relname::text FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND NOT relispartition AND relname ~ '^change_(inbox|log)_(first|[0-9]+)$'`)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("partitions that are detached: %w", err)
	}
	for _, name := range names {
		if _, err := conn.Exec(ctx, "DROP TABLE "+pgx.Identifier{name}.Sanitize()); err != nil {
			return fmt.Errorf("drop %s: %w", name, err)
		}
	}
	return nil
}
