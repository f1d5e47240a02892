package place

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
)

// Moving is an object that a redraw moves: from the deepest region that it is
// tied to, to the one that holds it then.
type Moving struct {
	Kind     string
	ID       uuid.UUID
	Label    string
	At       orb.Point // WGS84
	From, To string
}

// Ahead lists the objects of a table that Move would move for a redraw, in the order of their ids, with what names them (label, an expression).
func Ahead(ctx context.Context, tx pgx.Tx, kind, table, keep, label string, r Redraw) ([]Moving, error) {
	m, err := elsewhere(ctx, tx, table, "NOT ("+keep+")", "t.scope_code", r)
	if err != nil || len(m.ids) == 0 {
		return nil, err
	}
	rows, err := tx.Query(ctx, `
SELECT t.id, `+label+`, t.point, t.scope_code, n.scope_code
FROM `+table+` t JOIN unnest($1::uuid[], $2::text[]) AS n (id, scope_code) ON n.id = t.id
ORDER BY t.id`, m.ids, m.scopes)
	if err != nil {
		return nil, fmt.Errorf("objects of %s: %w", table, err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Moving, error) {
		o := Moving{Kind: kind}
		err := row.Scan(&o.ID, &o.Label, &o.At, &o.From, &o.To)
		return o, err
	})
}
