package tiles

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
)

const (
	// A cluster's cell is 512 tile units wide (cellBits of them), an eighth of
	// a tile: 64 pixels where a tile is drawn at 512. Cells are counted from
	// the corner of the world, and a whole number of them makes a tile, so none
	// straddles a border between tiles.
	cellBits = 9
	perTile  = Extent >> cellBits

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
// of them a cluster counts: how many of each kind, and of those that meet a
// condition.
type conditions struct {
	where  string
	kind   string   // a column; '' where there is but one kind
	kinds  []string // its values, under which they are counted
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
	c := conditions{where: "TRUE", kind: "''"}
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
// itself. Points are counted by cell and kind, and the few sums added up to
// cells: to ask each point for every kind takes longer than to read it. Only the
// counts are aggregated; the attributes of single points are fetched afterwards by fid, at most one for each cell. Points just outside the
// tile fall into cells of their own (a shift rounds down, also below zero) and
// leave with them: a condition on positions would be planned for a single row
// and the points be sorted instead of hashed, three times the work.
func (s pointSource) clusters(id ID, c conditions, a args) (string, args) {
	tx, ty := placed(id, &a)
	envelope := a.box(id.Bound(1), 4326)
	var carried, counted, added, shown strings.Builder
	show := func(name string) { fmt.Fprintf(&shown, ", CASE WHEN c.n > 1 THEN c.%s END AS %s", name, name) }
	for _, kind := range c.kinds {
		fmt.Fprintf(&added, ", COALESCE(sum(k.n) FILTER (WHERE k.kind = '%s'), 0)::int AS %s", kind, kind)
		show(kind)
	}
	for _, at := range c.counts {
		fmt.Fprintf(&carried, ", %s AS %s", at.sql, at.name)
		fmt.Fprintf(&counted, ", count(*) FILTER (WHERE p.%s) AS %s", at.name, at.name)
		fmt.Fprintf(&added, ", sum(k.%s)::int AS %s", at.name, at.name)
		show(at.name)
	}
	return fmt.Sprintf(`
SELECT ST_AsMVT(f, '%[1]s', %[2]d, 'geom', 'fid')
FROM (
    SELECT CASE WHEN c.n = 1 THEN c.one ELSE %[3]s::bigint + c.cy::bigint * 1048576 + c.cx END AS fid,
        c.n%[4]s%[5]s, ST_MakePoint(c.tx, c.ty) AS geom
    FROM (
        SELECT k.cx, k.cy, sum(k.n)::int AS n, min(k.one) AS one,
            sum(k.tx)::bigint / sum(k.n)::bigint AS tx, sum(k.ty)::bigint / sum(k.n)::bigint AS ty%[16]s
        FROM (
            SELECT p.tx >> %[6]d AS cx, p.ty >> %[6]d AS cy, p.kind, count(*) AS n, min(p.fid) AS one,
                sum(p.tx) AS tx, sum(p.ty) AS ty%[7]s
            FROM (
                SELECT t.fid, %[17]s AS kind, %[8]s AS tx, %[9]s AS ty%[10]s
                FROM %[11]s t
                WHERE t.point && %[12]s AND %[13]s
                OFFSET 0
            ) p
            GROUP BY p.tx >> %[6]d, p.ty >> %[6]d, p.kind
        ) k
        GROUP BY k.cx, k.cy
        OFFSET 0
    ) c
    LEFT JOIN LATERAL (
        SELECT t.fid%[14]s
        FROM %[11]s t
        WHERE c.n = 1 AND t.fid = c.one
        LIMIT 1
    ) s ON TRUE
    WHERE c.cx BETWEEN 0 AND %[15]d AND c.cy BETWEEN 0 AND %[15]d
    ORDER BY 1
) f`,
		s.layer.Name, Extent, a.add(clusterBase(id)), shown.String(), named("s", s.attributes),
		cellBits, counted.String(), tx, ty, carried.String(), s.table, envelope, c.where,
		selected(s.attributes), perTile-1, added.String(), c.kind), a
}

// clusterBase is the number of the cluster in the tile's first cell. A cluster
// is numbered by zoom (5 bits) and by the row and column of its cell in the
// world (20 bits each, enough up to zoom 17), under clusterBit.
func clusterBase(id ID) int64 {
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
