package tiles

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
)

// basemapSource renders what lies under the data, eight layers in one tile.
type basemapSource struct{ pool *pgxpool.Pool }

const (
	basemapMin = 5
	basemapMax = 16
	// classMin is where a class without a zoom of its own begins.
	classMin = 14
	// lineMax is the last zoom at which lines are thinned out.
	lineMax = 12
)

// basemapZooms say from which zoom a class is drawn, by source-layer, in the
// order in which a tile holds them.
var basemapZooms = []struct {
	layer   string
	classes []class
}{
	{"landuse", []class{{"residential", 9}, {"commercial", 10}, {"industrial", 10}, {"retail", 11}, {"education", 11}, {"health", 12}, {"railway", 12}}},
	{"green", []class{{"forest", 8}, {"farmland", 10}, {"park", 10}, {"meadow", 11}, {"cemetery", 12}, {"grass", 13}, {"garden", 14}, {"pitch", 14}}},
	{"water", []class{{"water", 5}}},
	{"waterway", []class{{"river", 8}, {"canal", 10}, {"stream", 12}, {"ditch", 14}}},
	{"boundary", []class{{"admin", 5}}},
	{"road", []class{
		{"motorway", 5},
		{"trunk", 6},
		{"primary", 8},
		{"secondary", 10},
		{"tertiary", 11},
		{"residential", 12},
		{"pedestrian", 13},
		{"service", 14},
		{"cycleway", 14},
		{"path", 14},
		{"track", 14},
		{"steps", 15},
	}},
	{"rail", []class{{"rail", 9}, {"subway", 11}, {"light_rail", 11}, {"tram", 12}}},
	{"place", []class{{"city", 5}, {"town", 8}, {"suburb", 10}, {"village", 11}, {"quarter", 12}, {"neighbourhood", 13}, {"hamlet", 13}, {"locality", 14}}},
}

type class struct {
	name string
	zoom int
}

func (s basemapSource) Describe() Layer {
	l := Layer{Name: "basemap", Description: "Roads, rail, water, green, land use, places, boundaries", MinZoom: basemapMin, MaxZoom: basemapMax}
	for _, z := range basemapZooms {
		first := classMin
		for _, c := range z.classes {
			first = min(first, c.zoom)
		}
		l.Inside = append(l.Inside, Inside{ID: z.layer, MinZoom: first, MaxZoom: basemapMax, Fields: map[string]string{
			"class": "String", "name": "String", "name_en": "String", "rank": "Number: 0 the most important",
			"bridge": "Boolean: on roads, rail and waterways", "tunnel": "Boolean: on roads, rail and waterways",
		}})
	}
	return l
}

func (s basemapSource) Extent(ctx context.Context) (orb.Bound, bool, error) {
	return extent(ctx, s.pool, "basemap", "geom")
}

// Attribution credits OpenStreetMap once anything was imported from it.
func (s basemapSource) Attribution(ctx context.Context) (string, error) {
	var imported bool
	if err := s.pool.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM basemap WHERE source = 'osm')").Scan(&imported); err != nil {
		return "", fmt.Errorf("attribution of the basemap: %w", err)
	}
	if !imported {
		return "", nil
	}
	return `© <a href="https://www.openstreetmap.org/copyright" rel="noopener">OpenStreetMap contributors</a>`, nil
}

func (s basemapSource) Tile(ctx context.Context, id ID, _ Sight, _ Filter) ([]byte, error) {
	sql, a := s.statement(id)
	return queryTile(ctx, s.pool, sql, a)
}

// drawn is the condition that a row is drawn at the zoom: its class is due,
// areas can be made out, and of the boundaries the more important ones come first.
func drawn(id ID, a *args) string {
	var parts []string
	z := int(id.Z)
	for _, l := range basemapZooms {
		var due, known []string
		for _, c := range l.classes {
			known = append(known, "'"+c.name+"'")
			if z >= c.zoom {
				due = append(due, "'"+c.name+"'")
			}
		}
		condition := "t.layer = '" + l.layer + "'"
		switch {
		case len(due) == 0 && z < classMin:
			continue
		case z < classMin:
			condition += " AND t.class IN (" + strings.Join(due, ", ") + ")"
		case len(due) < len(known):
			condition += " AND (t.class IN (" + strings.Join(due, ", ") + ") OR t.class NOT IN (" + strings.Join(known, ", ") + "))"
		}
		if l.layer == "boundary" {
			condition += fmt.Sprintf(" AND t.rank <= %d", z-4)
		}
		parts = append(parts, "("+condition+")")
	}
	pixels := 4
	if z >= classMin {
		pixels = 1
	}
	return "(" + strings.Join(parts, " OR ") + ") AND (t.layer NOT IN ('landuse', 'green', 'water') OR " + atLeast(id, pixels, a) + ")"
}

// statement reads the rows once and gathers them by source-layer. Below the
// middle zooms roads, rail and rivers lose the bends nobody can see; areas do
// not, since two that share a border would part. The least important features
// come first, so that the others are drawn over them.
func (s basemapSource) statement(id ID) (string, args) {
	var a args
	tile := a.box(id.Mercator(0), 3857)
	in := a.box(id.Bound(shapeBuffer), 4326)
	shape := "ST_Transform(t.geom, 3857)"
	if id.Z <= lineMax {
		shape = fmt.Sprintf("CASE WHEN t.layer IN ('road', 'rail', 'waterway') THEN ST_Simplify(%s, %s::float8, TRUE) ELSE %s END",
			shape, a.add(id.span()/Extent*2), shape)
	}
	var order []string
	for _, l := range basemapZooms {
		order = append(order, "'"+l.layer+"'")
	}
	return fmt.Sprintf(`
SELECT string_agg(g.mvt, ''::bytea ORDER BY array_position(ARRAY[%s], g.layer))
FROM (
    SELECT r.layer, ST_AsMVT(f, r.layer, %d, 'geom', 'fid' ORDER BY r.rank DESC, r.fid) AS mvt
    FROM (
        SELECT t.layer, t.fid, t.class, t.name, t.name_en, t.rank, t.bridge, t.tunnel,
            ST_AsMVTGeom(%s, %s, %d, CASE WHEN t.layer = 'place' THEN %d ELSE %d END, TRUE) AS geom
        FROM basemap t
        WHERE t.geom && %s AND %s
        OFFSET 0
    ) r
    CROSS JOIN LATERAL (
        SELECT r.fid, r.class, NULLIF(r.name, '') AS name, NULLIF(r.name_en, '') AS name_en, r.rank,
            CASE WHEN r.layer IN ('road', 'rail', 'waterway') THEN r.bridge END AS bridge,
            CASE WHEN r.layer IN ('road', 'rail', 'waterway') THEN r.tunnel END AS tunnel,
            r.geom
    ) f
    WHERE r.geom IS NOT NULL
    GROUP BY r.layer
) g`, strings.Join(order, ", "), Extent, shape, tile, Extent, pointBuffer, shapeBuffer, in, drawn(id, &a)), a
}
