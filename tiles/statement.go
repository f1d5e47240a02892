package tiles

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"
)

// Buffers in tile units, as the tile contract says.
const (
	shapeBuffer = 64
	pointBuffer = 16
)

// args collects the values of a statement; add answers the placeholder.
type args []any

func (a *args) add(v any) string {
	*a = append(*a, v)
	return "$" + strconv.Itoa(len(*a))
}

// box adds an envelope as ONE geometry parameter. A statement that is prepared
// once and planned generically would otherwise build the envelope again for
// every row. Text in hex needs no codec on the connection.
func (a *args) box(b orb.Bound, srid int) string {
	hex, err := ewkb.MarshalToHex(b.ToPolygon(), srid)
	if err != nil { // a polygon always encodes
		panic(err)
	}
	return a.add(hex) + "::geometry"
}

// queryTile runs a statement that answers one tile.
func queryTile(ctx context.Context, pool *pgxpool.Pool, sql string, a args) ([]byte, error) {
	rows, err := pool.Query(ctx, sql, a...)
	if err != nil {
		return nil, fmt.Errorf("render tile: %w", err)
	}
	tile, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[[]byte])
	if err != nil {
		return nil, fmt.Errorf("render tile: %w", err)
	}
	return tile, nil
}

// extent asks the spatial index of a table for its box, without reading rows.
// The box may be a little too wide after deletions.
func extent(ctx context.Context, pool *pgxpool.Pool, table, column string) (orb.Bound, bool, error) {
	const q = `
SELECT ST_XMin(e.box), ST_YMin(e.box), ST_XMax(e.box), ST_YMax(e.box)
FROM (SELECT ST_EstimatedExtent($1, $2) AS box WHERE EXISTS (SELECT 1 FROM %s)) e
WHERE e.box IS NOT NULL`
	var b orb.Bound
	err := pool.QueryRow(ctx, fmt.Sprintf(q, table), table, column).Scan(&b.Min[0], &b.Min[1], &b.Max[0], &b.Max[1])
	if errors.Is(err, pgx.ErrNoRows) {
		return orb.Bound{}, false, nil
	}
	if err != nil {
		return orb.Bound{}, false, fmt.Errorf("extent of %s: %w", table, err)
	}
	return b, true, nil
}

// attribute is one property of a feature: its name in the tile, and the SQL
// that gives it from the table aliased t.
type attribute struct{ name, sql string }

// selected lists attributes for a SELECT with a comma before each.
func selected(list []attribute) string {
	var b strings.Builder
	for _, at := range list {
		b.WriteString(", " + at.sql + " AS " + at.name)
	}
	return b.String()
}

// named lists the attributes of a subquery's alias with a comma before each.
func named(alias string, list []attribute) string {
	var b strings.Builder
	for _, at := range list {
		b.WriteString(", " + alias + "." + at.name)
	}
	return b.String()
}

// PostGIS gives the sources of all layers, read from the database. The pool's
// search_path names the city's schema.
func PostGIS(pool *pgxpool.Pool) []Source {
	return []Source{
		basemapSource{pool},
		buildingSource{pool},
		facilities(pool),
		regionSource{pool},
		services(pool),
		cases(pool),
	}
}
