package check

import (
	"context"

	"github.com/jackc/pgx/v5"

	"onemap/geo/grid"
)

// roomsFollow: a room lies in the grid of its building.
func roomsFollow(ctx context.Context, tx pgx.Tx, _ *grid.Index) (Result, error) {
	r := Result{Rule: "dwelling: grid_code is its building's"}
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM dwelling").Scan(&r.Looked); err != nil {
		return r, err
	}
	return offenders(ctx, tx, r, `
SELECT d.id::text || ' has ' || d.scope_code || ', its building ' || b.scope_code
FROM dwelling d JOIN building b ON b.id = d.building_id
WHERE (d.scope_code, d.grid_code) IS DISTINCT FROM (b.scope_code, b.grid_code)
LIMIT $1`, most)
}

// storeysWhole: the storeys of a building follow one another, the ground floor
// among them, and each room lies on storeys that there are.
func storeysWhole(ctx context.Context, tx pgx.Tx, _ *grid.Index) (Result, error) {
	r := Result{Rule: "storeys: no gap, the ground floor is there, rooms lie on them"}
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM building_storey").Scan(&r.Looked); err != nil {
		return r, err
	}
	return offenders(ctx, tx, r, `
SELECT COALESCE(s.building_id, d.building_id)::text || ' has ' || COALESCE(s.n, 0) || ' storeys from ' || COALESCE(s.low, 0) || ' to ' || COALESCE(s.high, 0)
    || CASE WHEN d.building_id IS NULL THEN '' ELSE ', rooms from ' || d.low || ' to ' || d.high END
FROM (SELECT building_id, count(*) AS n, min(ordinal) AS low, max(ordinal) AS high FROM building_storey GROUP BY building_id) s
FULL JOIN (SELECT building_id, min(storey_from) AS low, max(storey_to) AS high FROM dwelling GROUP BY building_id) d ON d.building_id = s.building_id
WHERE s.building_id IS NULL OR s.n <> s.high - s.low + 1 OR 0 NOT BETWEEN s.low AND s.high OR d.low < s.low OR d.high > s.high
LIMIT $1`, most)
}

// roomsApart: no two rooms of a unit have one cell of the stack.
func roomsApart(ctx context.Context, tx pgx.Tx, _ *grid.Index) (Result, error) {
	r := Result{Rule: "dwelling: no two rooms of a unit overlap"}
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM dwelling").Scan(&r.Looked); err != nil {
		return r, err
	}
	return offenders(ctx, tx, r, `
SELECT 'storey ' || storey || ', column ' || cell || ' of ' || building_id || ' has ' || string_agg(code, ' and ' ORDER BY code)
FROM dwelling, generate_series(storey_from::int, storey_to::int) AS storey, generate_series(col::int, col + colspan - 1) AS cell
GROUP BY building_id, unit_id, storey, cell HAVING count(*) > 1
LIMIT $1`, most)
}
