package tiles

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
)

const (
	// cell is the side of a cluster's cell in tile units: an eighth of a tile,
	// 64 pixels where a tile is drawn at 512. Cells are counted from the corner
	// of the world, and a whole number of them makes a tile, so none straddles
	// a border between tiles.
	cell = 512

	// clusterBit marks the number of a cluster and keeps it apart from fids.
	clusterBit = 1 << 52
)

// pointSource renders a table of points: clusters below EveryZoom, then all.
type pointSource struct {
	pool       *pgxpool.Pool
	layer      Layer
	table      string
	attributes []attribute
	// condition is nil where everybody sees everything.
	condition func(a *args, s Sight, f Filter, clustered bool) conditions
}

// conditions are what a private layer adds to a statement: which rows, and what
// of them a cluster counts.
type conditions struct {
	where  string
	counts []attribute
}

func (s pointSource) Describe() Layer { return s.layer }

func (s pointSource) Extent(ctx context.Context) (orb.Bound, bool, error) {
	if !s.layer.Private {
		if b, ok, err := extent(ctx, s.pool, s.table, "point"); ok || err != nil {
			return b, ok, err
		}
	}
	// Where private things lie is private: the city's own box stands for it.
	return extent(ctx, s.pool, "region", "geom")
}

func (s pointSource) Tile(ctx context.Context, id ID, sight Sight, filter Filter) ([]byte, error) {
	sql, a := s.statement(id, sight, filter)
	return queryTile(ctx, s.pool, sql, a)
}

func (s pointSource) statement(id ID, sight Sight, filter Filter) (string, args) {
	var a args
	c := conditions{where: "TRUE"}
	clustered := int(id.Z) < s.layer.EveryZoom
	if s.condition != nil {
		c = s.condition(&a, sight, filter, clustered)
	}
	if clustered {
		return s.clusters(id, c, a)
	}
	return s.every(id, c, a)
}

// placed is the SQL of the position on the lattice of the zoom, relative to the
// tile's corner, in whole tile units. It is rounded on the lattice of the
// world and not within the tile, so that a point on a border is in exactly one
// tile. Spherical Mercator, the same as EPSG:3857 over the WGS84 sphere; only
// rows inside the envelope come here, so the logarithm has its argument.
func placed(id ID, a *args) (tx, ty string) {
	side, x0, y0 := id.lattice()
	s := a.add(side) + "::float8"
	tx = fmt.Sprintf("(LEAST(floor((ST_X(t.point) + 180) / 360 * %s + 0.5), %s - 1) - %s::float8)::int", s, s, a.add(x0))
	ty = fmt.Sprintf("(floor((0.5 - ln(tan(pi() / 4 + radians(ST_Y(t.point)) / 2)) / (2 * pi())) * %s + 0.5) - %s::float8)::int", s, a.add(y0))
	return tx, ty
}

// every draws each point by itself, those of a narrow rim around the tile, too.
// OFFSET 0 keeps the planner from computing a position once for each use of it.
func (s pointSource) every(id ID, c conditions, a args) (string, args) {
	tx, ty := placed(id, &a)
	envelope := a.box(id.Bound(pointBuffer+1), 4326)
	return fmt.Sprintf(`
SELECT ST_AsMVT(f, '%s', %d, 'geom', 'fid')
FROM (
    SELECT p.fid%s, 1 AS n, ST_MakePoint(p.tx, p.ty) AS geom
    FROM (
        SELECT t.fid%s, %s AS tx, %s AS ty
        FROM %s t
        WHERE t.point && %s AND %s
        OFFSET 0
    ) p
    WHERE p.tx BETWEEN %d AND %d AND p.ty BETWEEN %d AND %d
    ORDER BY p.fid
) f`,
		s.layer.Name, Extent,
		named("p", s.attributes),
		selected(s.attributes), tx, ty,
		s.table,
		envelope, c.where,
		-pointBuffer, Extent+pointBuffer, -pointBuffer, Extent+pointBuffer), a
}

// clusters counts the points of each cell and draws a cell's only point as
// itself. Only the counts are aggregated; the attributes of single points are
// fetched afterwards by fid, at most one for each cell.
func (s pointSource) clusters(id ID, c conditions, a args) (string, args) {
	tx, ty := placed(id, &a)
	envelope := a.box(id.Bound(1), 4326)
	var carried, counted, shown strings.Builder
	for _, at := range c.counts {
		fmt.Fprintf(&carried, ", %s AS %s", at.sql, at.name)
		fmt.Fprintf(&counted, ", count(*) FILTER (WHERE p.%s)::int AS %s", at.name, at.name)
		fmt.Fprintf(&shown, ", CASE WHEN c.n > 1 THEN c.%s END AS %s", at.name, at.name)
	}
	return fmt.Sprintf(`
SELECT ST_AsMVT(f, '%s', %d, 'geom', 'fid')
FROM (
    SELECT CASE WHEN c.n = 1 THEN c.one ELSE %s::bigint + c.cy::bigint * 1048576 + c.cx END AS fid,
        c.n%s%s, ST_MakePoint(c.tx, c.ty) AS geom
    FROM (
        SELECT p.tx / %d AS cx, p.ty / %d AS cy, count(*)::int AS n, min(p.fid) AS one,
            sum(p.tx) / count(*) AS tx, sum(p.ty) / count(*) AS ty%s
        FROM (
            SELECT t.fid, %s AS tx, %s AS ty%s
            FROM %s t
            WHERE t.point && %s AND %s
            OFFSET 0
        ) p
        WHERE p.tx BETWEEN 0 AND %d AND p.ty BETWEEN 0 AND %d
        GROUP BY p.tx / %d, p.ty / %d
    ) c
    LEFT JOIN LATERAL (
        SELECT t.fid%s
        FROM %s t
        WHERE c.n = 1 AND t.fid = c.one
        LIMIT 1
    ) s ON TRUE
    ORDER BY 1
) f`,
		s.layer.Name, Extent,
		a.add(clusterBase(id)),
		shown.String(), named("s", s.attributes),
		cell, cell,
		counted.String(),
		tx, ty, carried.String(),
		s.table,
		envelope, c.where,
		Extent-1, Extent-1,
		cell, cell,
		selected(s.attributes),
		s.table), a
}

// clusterBase is the number of the cluster in the tile's first cell. A cluster
// is numbered by zoom (5 bits) and by the row and column of its cell in the
// world (20 bits each, enough up to zoom 17), under clusterBit.
func clusterBase(id ID) int64 {
	const perTile = Extent / cell
	return clusterBit | int64(id.Z)<<40 | int64(id.Y)*perTile<<20 | int64(id.X)*perTile
}

func facilities(pool *pgxpool.Pool) Source {
	return pointSource{
		pool:  pool,
		table: "facility",
		layer: Layer{
			Name: "facilities", Description: "Public facilities", MinZoom: 10, MaxZoom: 18, EveryZoom: 16, Live: true,
			Inside: []Inside{{ID: "facilities", MinZoom: 10, MaxZoom: 18, Fields: map[string]string{
				"n":    "Number: how many; those below are given where it is 1",
				"id":   "String: uuid",
				"code": "String: the code on its plate", "kind": "String", "class": "String", "state": "String", "name": "String",
			}}},
		},
		attributes: []attribute{
			{"id", "t.id::text"},
			{"code", "t.code"},
			{"kind", "t.kind"},
			{"class", "t.class"},
			{"state", "t.state"},
			{"name", "NULLIF(t.name, '')"},
		},
	}
}

func services(pool *pgxpool.Pool) Source {
	return pointSource{
		pool:  pool,
		table: "service",
		layer: Layer{
			Name: "services", Description: "Public services", MinZoom: 10, MaxZoom: 18, EveryZoom: 14, Live: true,
			Inside: []Inside{{ID: "services", MinZoom: 10, MaxZoom: 18, Fields: map[string]string{
				"n":  "Number: how many; those below are given where it is 1",
				"id": "String: uuid", "kind": "String", "name": "String", "name_en": "String",
			}}},
		},
		attributes: []attribute{
			{"id", "t.id::text"},
			{"kind", "t.kind"},
			{"name", "NULLIF(t.name, '')"},
			{"name_en", "NULLIF(t.name_en, '')"},
		},
	}
}
