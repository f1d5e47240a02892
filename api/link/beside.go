package link

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/pg"
)

// Spot is a row, by its number, that may be about an object at its place.
type Spot struct {
	Row        int
	Kind, Name string
	Point      orb.Point // WGS84
}

// How near, in metres, an object of the same kind is the same: with the same
// name, and without looking at the name.
const named, unnamed = 50.0, 2.0

// Beside finds the objects of other sources that rows are about by their place.
// title is an SQL expression over the table that says what an object is to a person.
func Beside(ctx context.Context, q pg.Querier, table, title, source string, spots []Spot, found []Found) error {
	if len(spots) == 0 {
		return nil
	}
	if others, err := Others(ctx, q, table, source); err != nil || !others {
		return err
	}
	at, kinds, names := make([]int32, len(spots)), make([]string, len(spots)), make([]string, len(spots))
	lon, lat := make([]float64, len(spots)), make([]float64, len(spots))
	for i, s := range spots {
		at[i], kinds[i], names[i], lon[i], lat[i] = int32(s.Row), s.Kind, s.Name, s.Point[0], s.Point[1]
	}
	rows, err := q.Query(ctx, `
SELECT n.at, t.id, `+title+`, t.name <> '' AND t.name = n.name AS alike, ST_Distance(t.point::geography, n.point::geography) AS metres
FROM (SELECT at, kind, name, ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS point
      FROM unnest($1::int[], $2::text[], $3::text[], $4::float8[], $5::float8[]) AS u (at, kind, name, lon, lat)) n
JOIN `+table+` t ON t.point && ST_Expand(n.point, 0.0006 / GREATEST(cos(radians(ST_Y(n.point))), 0.01), 0.0006) AND t.kind = n.kind AND t.source <> $6
WHERE ST_DWithin(t.point::geography, n.point::geography, CASE WHEN t.name <> '' AND t.name = n.name THEN $7::float8 ELSE $8::float8 END)
ORDER BY n.at, alike DESC, metres`, at, kinds, names, lon, lat, source, named, unnamed)
	if err != nil {
		return fmt.Errorf("%s by place: %w", table, err)
	}
	type near struct {
		Candidate
		alike bool
	}
	beside := map[int32][]near{}
	var row int32
	var c near
	if _, err := pgx.ForEachRow(rows, []any{&row, &c.ID, &c.Title, &c.alike, &c.Metres}, func() error {
		if list := beside[row]; len(list) == 0 || len(list) < 10 && list[0].alike == c.alike {
			c.Why = ByPlace
			beside[row] = append(list, c)
		}
		return nil
	}); err != nil {
		return fmt.Errorf("%s by place: %w", table, err)
	}
	for row, list := range beside {
		if len(list) == 1 {
			found[row] = Found{ID: list[0].ID, By: ByPlace}
			continue
		}
		for _, c := range list {
			found[row].Candidates = append(found[row].Candidates, c.Candidate)
		}
	}
	return nil
}

// Others says whether a table has objects of other sources: a city's first file
// meets nothing, and need not look for each of its rows. It looks at both ends of
// the index on source, whatever the planner knows of a table that is filling up.
func Others(ctx context.Context, q pg.Querier, table, source string) (others bool, err error) {
	err = q.QueryRow(ctx, "SELECT COALESCE(min(source) <> $1 OR max(source) <> $1, false) FROM "+table, source).Scan(&others)
	if err != nil {
		return false, fmt.Errorf("sources of %s: %w", table, err)
	}
	return others, nil
}

// Coded gives the objects of a table that have one of the codes.
func Coded(ctx context.Context, q pg.Querier, table string, codes []string) (map[string]uuid.UUID, error) {
	if len(codes) == 0 {
		return map[string]uuid.UUID{}, nil
	}
	met, err := pg.Pairs[string, uuid.UUID](ctx, q, "SELECT code, id FROM "+table+" WHERE code = ANY($1)", codes)
	if err != nil {
		return nil, fmt.Errorf("%s by code: %w", table, err)
	}
	return met, nil
}
