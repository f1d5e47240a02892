package check

import (
	"context"
	"fmt"
	"math"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/crosswalk"
	"onemap/geo/grid"
)

// cellsValid: the grids of other departments are polygons that PostGIS calls sound,
// and none is without ground.
func cellsValid(ctx context.Context, tx pgx.Tx, _ *grid.Index) (Result, error) {
	r := Result{Rule: "nets: each cell is a sound polygon"}
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM net_cell").Scan(&r.Looked); err != nil {
		return r, err
	}
	return offenders(ctx, tx, r, `
SELECT c.code || ' of net ' || n.name || ' (' || n.scope || '): ' || CASE WHEN ST_IsValid(c.geom) THEN 'has no ground' ELSE ST_IsValidReason(c.geom) END
FROM net_cell c JOIN net n ON n.id = c.net_id WHERE NOT ST_IsValid(c.geom) OR ST_Area(c.geom) = 0
ORDER BY n.scope, n.name, c.code LIMIT $1`, most)
}

// crosswalksAgree: what a crosswalk says a cell has in a grid is what PostGIS says.
func crosswalksAgree(ctx context.Context, tx pgx.Tx, ix *grid.Index) (Result, error) {
	r := Result{Rule: "nets: the crosswalk is what PostGIS computes", Offenders: []string{}}
	type key struct {
		net        uuid.UUID
		cell, grid string
	}
	ours := map[key]float64{}
	list, err := crosswalk.Grounds(ctx, tx, ix)
	if err != nil {
		return r, err
	}
	for _, g := range list {
		ours[key{g.Net, g.Cell, g.Grid}] = g.Area
	}
	rows, err := tx.Query(ctx, `
SELECT c.net_id, c.code, r.code, ST_Area(ST_Intersection(ST_MakeValid(c.geom), r.geom)::geography), ST_Perimeter(c.geom::geography) + ST_Perimeter(r.geom::geography)
FROM net n JOIN net_cell c ON c.net_id = n.id
JOIN region r ON r.level = 'grid' AND starts_with(r.code, n.scope) AND r.geom && c.geom AND ST_Intersects(r.geom, ST_MakeValid(c.geom))
ORDER BY n.scope, n.name, c.code, r.code`)
	if err != nil {
		return r, err
	}
	var k key
	var area, border float64
	_, err = pgx.ForEachRow(rows, []any{&k.net, &k.cell, &k.grid, &area, &border}, func() error {
		r.Looked++
		had := ours[k]
		delete(ours, k)
		// Borders are cut on a lattice of 11 mm, and metres are those of each piece's middle.
		if math.Abs(had-area) > 0.03*border+0.002*area && len(r.Offenders) < most {
			r.Offenders = append(r.Offenders, fmt.Sprintf("%s has %.1f m2 of grid %s, PostGIS finds %.1f", k.cell, had, k.grid, area))
		}
		return nil
	})
	for k, had := range ours {
		if had > 1 && len(r.Offenders) < most {
			r.Offenders = append(r.Offenders, fmt.Sprintf("%s has %.1f m2 of grid %s, PostGIS finds none", k.cell, had, k.grid))
		}
	}
	return r, err
}
