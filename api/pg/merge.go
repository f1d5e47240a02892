package pg

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Merged counts what became of the rows of a merge.
type Merged struct {
	Fresh, Changed, Unchanged int64
}

// Add sums two merges.
func (m Merged) Add(n Merged) Merged {
	return Merged{m.Fresh + n.Fresh, m.Changed + n.Changed, m.Unchanged + n.Unchanged}
}

// Rows is a set of rows to merge into a table by their key: rows that are new
// are inserted, rows that differ in Compare take those columns from the input
// and get the next rev, the others stay untouched. The table has rev and
// updated_at; every column named here is in Values, in the order Key, Once,
// Compare. Of Existing rows those that are not in the table are left out.
type Rows struct {
	Table   string
	Key     []string // unique in the table and in the input
	Once    []string // written at the insert only: id, codes, what people maintain here
	Compare []string
	Values  [][]any
	// Existing rows are only updated: their key is the id of an object found before.
	Existing bool
}

// Merge merges rows in the caller's transaction. A rev of 1 and updated_at are
// set here; now is the time of the change.
func Merge(ctx context.Context, tx pgx.Tx, r Rows, now any) (Merged, error) {
	var m Merged
	if len(r.Values) == 0 {
		return m, nil
	}
	columns := append(append(append([]string{}, r.Key...), r.Once...), r.Compare...)
	list := strings.Join(columns, ", ")
	incoming := "incoming_" + r.Table
	if _, err := tx.Exec(ctx, fmt.Sprintf("CREATE TEMP TABLE %s ON COMMIT DROP AS SELECT %s FROM %s WITH NO DATA", incoming, list, r.Table)); err != nil {
		return m, fmt.Errorf("merge into %s: %w", r.Table, err)
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{incoming}, columns, pgx.CopyFromRows(r.Values)); err != nil {
		return m, fmt.Errorf("merge into %s: %w", r.Table, err)
	}
	if _, err := tx.Exec(ctx, "ANALYZE "+incoming); err != nil {
		return m, fmt.Errorf("merge into %s: %w", r.Table, err)
	}
	same := pairs("t.%[1]s = i.%[1]s", " AND ", r.Key)
	if len(r.Compare) > 0 {
		changed, err := tx.Exec(ctx, fmt.Sprintf("UPDATE %s t SET %s, rev = t.rev + 1, updated_at = $1 FROM %s i WHERE %s AND (%s) IS DISTINCT FROM (%s)",
			r.Table, pairs("%[1]s = i.%[1]s", ", ", r.Compare), incoming, same, pairs("t.%[1]s", ", ", r.Compare), pairs("i.%[1]s", ", ", r.Compare)), now)
		if err != nil {
			return m, fmt.Errorf("merge into %s: %w", r.Table, err)
		}
		m.Changed = changed.RowsAffected()
	}
	if !r.Existing {
		fresh, err := tx.Exec(ctx, fmt.Sprintf("INSERT INTO %s (%s, rev, updated_at) SELECT %s, 1, $1 FROM %s i WHERE NOT EXISTS (SELECT FROM %s t WHERE %s)",
			r.Table, list, list, incoming, r.Table, same), now)
		if err != nil {
			return m, fmt.Errorf("merge into %s: %w", r.Table, err)
		}
		m.Fresh = fresh.RowsAffected()
	}
	if _, err := tx.Exec(ctx, "DROP TABLE "+incoming); err != nil {
		return m, fmt.Errorf("merge into %s: %w", r.Table, err)
	}
	m.Unchanged = int64(len(r.Values)) - m.Changed - m.Fresh
	return m, nil
}

func pairs(format, between string, columns []string) string {
	parts := make([]string, len(columns))
	for i, c := range columns {
		parts[i] = fmt.Sprintf(format, c)
	}
	return strings.Join(parts, between)
}
