package region

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/geo/grid"
)

// given is when a code was given.
type given struct {
	edition int64
	at      *time.Time // nil is before editions were kept
}

func (g given) String() string {
	if g.at == nil {
		return "before editions were kept"
	}
	return fmt.Sprintf("with edition %d on %s", g.edition, g.at.Format(time.DateOnly))
}

// taken finds, of regions that are to be, those whose code is no longer theirs to
// take: it was given before, is not in force, and had never this polygon. A region
// that comes back as it was, by undoing or from the same file, has its code again.
func taken(ctx context.Context, q pg.Querier, list []grid.Region) (map[grid.Code]given, error) {
	codes := make([]string, len(list))
	for i, r := range list {
		codes[i] = string(r.Code)
	}
	rows, err := q.Query(ctx, `
SELECT c.code, c.given, e.at FROM region_code c LEFT JOIN edition e ON e.edition = c.given
WHERE c.code = ANY ($1) AND NOT EXISTS (SELECT FROM region r WHERE r.code = c.code)`, codes)
	if err != nil {
		return nil, err
	}
	out := map[grid.Code]given{}
	var code grid.Code
	var g given
	if _, err := pgx.ForEachRow(rows, []any{&code, &g.edition, &g.at}, func() error { out[code] = g; return nil }); err != nil || len(out) == 0 {
		return nil, err
	}
	for _, r := range list {
		if _, gone := out[r.Code]; !gone {
			continue
		}
		var back bool
		err := q.QueryRow(ctx, "SELECT EXISTS (SELECT FROM region_past WHERE code = $1 AND (geom = $2::geometry OR ST_Equals(geom, $2::geometry)))", string(r.Code), r.Geom).Scan(&back)
		if err != nil {
			return nil, fmt.Errorf("polygons that %s had: %w", r.Code, err)
		}
		if back {
			delete(out, r.Code)
		}
	}
	return out, nil
}

// give writes that regions have their codes from an edition on, where these are new,
// and refuses codes of regions that are gone. It holds for whoever publishes.
func give(ctx context.Context, tx pgx.Tx, edition int64, list []grid.Region) error {
	gone, err := taken(ctx, tx, list)
	if err != nil {
		return err
	}
	for _, r := range list { // the first of them, in the order of codes
		if g, ok := gone[r.Code]; ok {
			return fault.Newf(fault.Conflict, "region.code_given",
				"The code %s was given %s to other ground, which is no region any more; codes are not given twice. Take one that was never given (in a draft a region without a code gets the next), or undo the edition that took the region away.", r.Code, g)
		}
	}
	codes := make([]string, len(list))
	for i, r := range list {
		codes[i] = string(r.Code)
	}
	_, err = tx.Exec(ctx, "INSERT INTO region_code (code, given) SELECT c, $2 FROM unnest($1::text[]) AS c ON CONFLICT (code) DO NOTHING", codes, edition)
	return err
}
