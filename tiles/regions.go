package tiles

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
)

// regionSource renders the tree of regions, two levels at a time, and a point
// for the label of each.
type regionSource struct{ pool *pgxpool.Pool }

func (s regionSource) Describe() Layer {
	fields := map[string]string{"code": "String", "level": "String", "name": "String", "name_en": "String"}
	return Layer{
		Name: "grids", Description: "Regions: city, district, street, community, grid", MinZoom: 4, MaxZoom: 18,
		Inside: []Inside{
			{ID: "grids", Description: "polygons", MinZoom: 4, MaxZoom: 18, Fields: fields},
			{ID: "grid_labels", Description: "a point inside each polygon", MinZoom: 4, MaxZoom: 18, Fields: fields},
		},
	}
}

func (s regionSource) Extent(ctx context.Context) (orb.Bound, bool, error) {
	return extent(ctx, s.pool, "region", "geom")
}

// levels are the two levels drawn at a zoom.
func levels(z uint8) [2]string {
	switch {
	case z < 9:
		return [2]string{"city", "district"}
	case z < 12:
		return [2]string{"district", "street"}
	case z < 14:
		return [2]string{"street", "community"}
	}
	return [2]string{"community", "grid"}
}

func (s regionSource) Tile(ctx context.Context, id ID, _ Sight, _ Filter) ([]byte, error) {
	sql, a := s.statement(id)
	return queryTile(ctx, s.pool, sql, a)
}

// statement draws polygons whose shared borders must stay shared. So a vertex
// is moved by a rule that looks at that vertex alone: it is snapped to the
// tile's units. ST_AsMVTGeom would also drop vertices close to the one before,
// which depends on where a ring begins and which way it runs. A region's
// number in the tile is its code: at most 15 digits, below 2^50. MATERIALIZED
// keeps the planner from computing a shape again for each mention of it.
func (s regionSource) statement(id ID) (string, args) {
	var a args
	shown := levels(id.Z)
	in := a.box(id.Bound(shapeBuffer), 4326)
	cut := a.box(id.Mercator(shapeBuffer), 3857)
	scale := Extent / id.span()
	corner := id.Mercator(0)
	k := a.add(scale) + "::float8"
	dx := a.add(-corner.Min[0]*scale) + "::float8"
	dy := a.add(corner.Max[1]*scale) + "::float8"
	within := fmt.Sprintf("SELECT t.code::bigint AS fid, t.code, t.level, NULLIF(t.name, '') AS name, NULLIF(t.name_en, '') AS name_en, t.geom"+
		" FROM region t WHERE t.geom && %s AND t.level = ANY(%s::text[])", in, a.add(shown[:]))
	return fmt.Sprintf(`
WITH within AS MATERIALIZED (%[1]s),
shape AS MATERIALIZED (
    SELECT w.fid, w.code, w.level, w.name, w.name_en,
        ST_ForcePolygonCCW(ST_CollectionExtract(ST_SnapToGrid(ST_Affine(
            ST_ClipByBox2D(ST_Transform(w.geom, 3857), %[2]s::box2d),
            %[3]s, 0, 0, -%[3]s, %[4]s, %[5]s), 1), 3)) AS geom
    FROM within w
),
label AS MATERIALIZED (
    SELECT w.fid, w.code, w.level, w.name, w.name_en,
        ST_SnapToGrid(ST_Affine(ST_Transform(ST_PointOnSurface(w.geom), 3857), %[3]s, 0, 0, -%[3]s, %[4]s, %[5]s), 1) AS geom
    FROM within w
)
SELECT COALESCE((
    SELECT ST_AsMVT(f, 'grids', %[6]d, 'geom', 'fid')
    FROM (
        SELECT s.fid, s.code, s.level, s.name, s.name_en, s.geom
        FROM shape s
        WHERE NOT ST_IsEmpty(s.geom)
        ORDER BY s.fid
    ) f
), '') || COALESCE((
    SELECT ST_AsMVT(f, 'grid_labels', %[6]d, 'geom', 'fid')
    FROM (
        SELECT l.fid, l.code, l.level, l.name, l.name_en, l.geom
        FROM label l
        WHERE ST_X(l.geom) BETWEEN 0 AND %[7]d AND ST_Y(l.geom) BETWEEN 0 AND %[7]d
        ORDER BY l.fid
    ) f
), '')`, within, cut, k, dx, dy, Extent, Extent-1), a
}
