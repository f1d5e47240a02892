package tiles

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
)

// buildingSource renders the outlines of buildings.
type buildingSource struct{ pool *pgxpool.Pool }

func (s buildingSource) Describe() Layer {
	return Layer{
		Name: "buildings", Description: "Buildings", MinZoom: 13, MaxZoom: 16,
		Inside: []Inside{{ID: "buildings", MinZoom: 13, MaxZoom: 16, Fields: map[string]string{
			"id": "String: uuid", "name": "String", "use": "String",
			"levels": "Number: storeys above ground", "height": "Number: metres",
		}}},
	}
}

func (s buildingSource) Extent(ctx context.Context) (orb.Bound, bool, error) {
	return extent(ctx, s.pool, "building", "geom")
}

func (s buildingSource) Tile(ctx context.Context, id ID, _ Sight, _ Filter) ([]byte, error) {
	sql, a := s.statement(id)
	return queryTile(ctx, s.pool, sql, a)
}

// statement leaves out what is smaller than a pixel both ways: at the lowest
// zoom that is a building of under ten metres. OFFSET 0 keeps the planner from
// cutting each outline twice, once to ask whether anything is left of it.
func (s buildingSource) statement(id ID) (string, args) {
	var a args
	tile := a.box(id.Mercator(0), 3857)
	in := a.box(id.Bound(shapeBuffer), 4326)
	return fmt.Sprintf(`
SELECT ST_AsMVT(f, 'buildings', %d, 'geom', 'fid')
FROM (
    SELECT t.fid, t.id::text AS id, NULLIF(t.name, '') AS name, NULLIF(t.use, '') AS use,
        t.levels, t.height_m AS height,
        ST_AsMVTGeom(ST_Transform(t.geom, 3857), %s, %d, %d, TRUE) AS geom
    FROM building t
    WHERE t.geom && %s AND %s
    ORDER BY t.fid
    OFFSET 0
) f
WHERE f.geom IS NOT NULL`, Extent, tile, Extent, shapeBuffer, in, atLeast(id, 1, &a)), a
}

// pixel is a screen pixel in tile units where a tile is drawn at 512.
const pixel = Extent / 512

// atLeast is the condition that the box of t.geom is so many pixels wide or
// high. The box stands in the geometry's header.
func atLeast(id ID, pixels int, a *args) string {
	b := id.Bound(0)
	share := float64(pixels*pixel) / Extent
	return fmt.Sprintf("(ST_XMax(box2d(t.geom)) - ST_XMin(box2d(t.geom)) >= %s::float8 OR ST_YMax(box2d(t.geom)) - ST_YMin(box2d(t.geom)) >= %s::float8)",
		a.add((b.Max[0]-b.Min[0])*share), a.add((b.Max[1]-b.Min[1])*share))
}
