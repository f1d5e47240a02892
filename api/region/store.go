package region

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/pg"
	"onemap/geo/grid"
)

// ReadIndex builds the index of what the transaction sees.
func ReadIndex(ctx context.Context, q pg.Querier) (*grid.Index, error) {
	// One statement, so that edition and polygons are of the same moment.
	rows, err := q.Query(ctx, `
SELECT e.edition, r.code, r.name, r.name_en, r.geom
FROM region_edition e LEFT JOIN region r ON true ORDER BY r.code`)
	if err != nil {
		return nil, fmt.Errorf("read regions: %w", err)
	}
	var (
		edition           int64
		code, name, name2 *string
		geom              orb.Geometry
		list              []grid.Region
	)
	_, err = pgx.ForEachRow(rows, []any{&edition, &code, &name, &name2, &geom}, func() error {
		if code != nil {
			list = append(list, grid.Region{Code: grid.Code(*code), Name: *name, NameEn: *name2, Geom: geom.(orb.MultiPolygon)})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read regions: %w", err)
	}
	return grid.NewIndex(edition, list)
}

// nextEdition waits for those who hold the edition in force. It asks for the
// table, not for the row: whoever comes later to hold it waits behind the
// redraw, where a row shared by one writer after the other would never be free.
func nextEdition(ctx context.Context, tx pgx.Tx) (edition int64, err error) {
	if _, err := tx.Exec(ctx, "LOCK TABLE region_edition IN EXCLUSIVE MODE"); err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, "UPDATE region_edition SET edition = edition + 1 WHERE one = 1 RETURNING edition").Scan(&edition)
	return edition, err
}

func holdEdition(ctx context.Context, tx pgx.Tx) (edition int64, err error) {
	err = tx.QueryRow(ctx, "SELECT edition FROM region_edition WHERE one = 1 FOR SHARE").Scan(&edition)
	return edition, err
}

const upsert = `
WITH was AS (
    INSERT INTO region_past (code, since, until, level, parent, name, name_en, source, geom)
    SELECT code, since, @edition, level, parent, name, name_en, source, geom FROM region
    WHERE code = @code AND since < @edition AND (name, name_en, geom) IS DISTINCT FROM (@name, @name_en, @geom::geometry))
INSERT INTO region AS r (code, level, parent, name, name_en, source, geom, since, updated_at)
VALUES (@code, @level, @parent, @name, @name_en, @source, @geom::geometry, @edition, @now)
ON CONFLICT (code) DO UPDATE SET parent = excluded.parent, name = excluded.name, name_en = excluded.name_en,
    source = excluded.source, geom = excluded.geom, updated_at = excluded.updated_at,
    since = CASE WHEN (r.name, r.name_en, r.geom) IS DISTINCT FROM (excluded.name, excluded.name_en, excluded.geom) THEN excluded.since ELSE r.since END`

// put writes a region whose parent is known already, or "" when it has none. As
// it was it goes into the past.
func put(ctx context.Context, tx pgx.Tx, r grid.Region, parent grid.Code, source string, edition int64, now time.Time) error {
	_, err := tx.Exec(ctx, upsert, pgx.NamedArgs{
		"code": string(r.Code), "level": string(r.Code.Level()), "parent": nullable(parent), "name": r.Name, "name_en": r.NameEn,
		"source": source, "geom": r.Geom, "edition": edition, "now": now,
	})
	return err
}

// adopt ties regions that came before their parent to it.
func adopt(ctx context.Context, tx pgx.Tx) error {
	const sql = `
UPDATE region r SET parent = p.code FROM region p
WHERE r.parent IS NULL AND length(r.code) > 4
  AND p.code = left(r.code, CASE length(r.code) WHEN 15 THEN 12 WHEN 12 THEN 9 WHEN 9 THEN 6 ELSE 4 END)`
	_, err := tx.Exec(ctx, sql)
	return err
}

func nullable(code grid.Code) *string {
	if code == "" {
		return nil
	}
	s := string(code)
	return &s
}

// dropGrids removes the grids of a community that are not in keep, and gives their codes.
func dropGrids(ctx context.Context, tx pgx.Tx, community grid.Code, keep []string, edition int64) ([]grid.Code, error) {
	return drop(ctx, tx, edition, "parent = $2 AND level = 'grid' AND NOT code = ANY ($3)", string(community), keep)
}

// drop removes the regions of a condition, whose parameters begin at $2, into the
// past, and gives their codes.
func drop(ctx context.Context, tx pgx.Tx, edition int64, where string, args ...any) ([]grid.Code, error) {
	rows, err := tx.Query(ctx, `
WITH gone AS (
    DELETE FROM region WHERE `+where+` RETURNING code, since, level, parent, name, name_en, source, geom),
past AS (
    INSERT INTO region_past (code, since, until, level, parent, name, name_en, source, geom)
    SELECT code, since, $1, level, parent, name, name_en, source, geom FROM gone WHERE since < $1)
SELECT code FROM gone ORDER BY code`, append([]any{edition}, args...)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[grid.Code])
}
