package crosswalk

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/fault"
	"onemap/api/pg"
)

const selectNets = `
SELECT n.id, n.scope, n.name, n.kind, n.title, n.title_en, n.rev, n.file_name, n.imported_by, n.imported_at, n.updated_at,
    (SELECT count(*) FROM net_cell c WHERE c.net_id = n.id)
FROM net n `

func scanNet(row pgx.CollectableRow) (n Net, err error) {
	err = row.Scan(&n.ID, &n.Scope, &n.Name, &n.Kind, &n.Title, &n.TitleEn, &n.Rev, &n.FileName, &n.ImportedBy, &n.ImportedAt, &n.UpdatedAt, &n.Cells)
	return n, err
}

// readNets lists the nets over a place, those under it included; "" is everywhere.
func readNets(ctx context.Context, q pg.Querier, place string) ([]Net, error) {
	rows, err := q.Query(ctx, selectNets+"WHERE starts_with(n.scope, $1) OR starts_with($1, n.scope) ORDER BY n.scope, n.name", place)
	if err != nil {
		return nil, pg.Fault(err)
	}
	list, err := pgx.CollectRows(rows, scanNet)
	return list, pg.Fault(err)
}

// readNet reads one; lock is "" or " FOR UPDATE".
func readNet(ctx context.Context, q pg.Querier, id uuid.UUID, lock string) (Net, error) {
	rows, err := q.Query(ctx, selectNets+"WHERE n.id = $1"+lock, id)
	if err != nil {
		return Net{}, pg.Fault(err)
	}
	n, err := pgx.CollectExactlyOneRow(rows, scanNet)
	if errors.Is(err, pgx.ErrNoRows) {
		return n, fault.Missing("net")
	}
	return n, pg.Fault(err)
}

// readCells reads a net's cells by code.
func readCells(ctx context.Context, q pg.Querier, id uuid.UUID) ([]Cell, error) {
	rows, err := q.Query(ctx, "SELECT code, name, geom FROM net_cell WHERE net_id = $1 ORDER BY code", id)
	if err != nil {
		return nil, pg.Fault(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Cell, err error) {
		var geom orb.Geometry
		if err = row.Scan(&c.Code, &c.Name, &geom); err == nil {
			c.Geom = geom.(orb.MultiPolygon)
		}
		return c, err
	})
	return list, pg.Fault(err)
}

// replaceCells puts cells in the place of a net's own.
func replaceCells(ctx context.Context, tx pgx.Tx, id uuid.UUID, cells []Cell, had map[string]Cell) error {
	kept := make([]string, len(cells))
	b := &pgx.Batch{}
	for i, c := range cells {
		kept[i] = c.Code
		if was, ok := had[c.Code]; ok && was.Name == c.Name && orb.Equal(was.Geom, c.Geom) {
			continue
		}
		b.Queue(`
INSERT INTO net_cell (net_id, code, name, geom) VALUES ($1, $2, $3, $4)
ON CONFLICT (net_id, code) DO UPDATE SET name = excluded.name, geom = excluded.geom`, id, c.Code, c.Name, c.Geom)
	}
	b.Queue("DELETE FROM net_cell WHERE net_id = $1 AND NOT code = ANY ($2)", id, kept)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("cells of a net: %w", err)
	}
	return nil
}
