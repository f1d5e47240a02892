package basemap

import (
	"context"

	"github.com/paulmach/orb"

	"onemap/api/pg"
	"onemap/geo/parcel"
)

// Along names what grids may be cut along.
const (
	Roads  = "roads"
	Rivers = "rivers"
	Walls  = "walls" // around schools, hospitals, works and goods yards
)

// kept is, for each class of a layer, what it keeps apart; ranks of roads and
// rails up to most, so that links, sidings and trams in the street count less.
// Paths, what runs in a tunnel, and subways keep nothing apart.
var kept = []struct {
	along, layer, class string
	most                int16
	rank                parcel.Rank
}{
	{Roads, "road", "motorway", 0, parcel.Barrier},
	{Roads, "road", "motorway", 9, parcel.Main},
	{Roads, "road", "trunk", 1, parcel.Barrier},
	{Roads, "road", "trunk", 9, parcel.Main},
	{Roads, "road", "primary", 9, parcel.Main},
	{Roads, "road", "secondary", 9, parcel.Main},
	{Roads, "road", "tertiary", 9, parcel.Main},
	{Roads, "road", "residential", 9, parcel.Street},
	{Roads, "road", "pedestrian", 9, parcel.Street},
	{Roads, "road", "service", 9, parcel.Lane},
	{Roads, "road", "track", 9, parcel.Lane},
	{Roads, "rail", "rail", 5, parcel.Barrier},
	{Roads, "rail", "light_rail", 9, parcel.Barrier},
	{Rivers, "waterway", "river", 9, parcel.Barrier},
	{Rivers, "waterway", "canal", 9, parcel.Barrier},
	{Rivers, "waterway", "stream", 9, parcel.Street},
	{Rivers, "waterway", "ditch", 9, parcel.Lane},
	{Walls, "landuse", "education", 9, parcel.Lane},
	{Walls, "landuse", "health", 9, parcel.Lane},
	{Walls, "landuse", "industrial", 9, parcel.Lane},
	{Walls, "landuse", "railway", 9, parcel.Lane},
}

// Barriers are the lines in a box along which grids may be cut, of the kinds
// that are named: [Roads] (and railways), [Rivers], [Walls].
func Barriers(ctx context.Context, q pg.Querier, box orb.Bound, along []string) ([]parcel.Line, error) {
	rows, err := q.Query(ctx, `
SELECT layer, class, rank, geom FROM basemap
WHERE geom && ST_MakeEnvelope($1, $2, $3, $4, 4326) AND layer IN ('road', 'rail', 'waterway', 'landuse') AND NOT tunnel
ORDER BY source, source_ref, layer`, box.Min[0], box.Min[1], box.Max[0], box.Max[1])
	if err != nil {
		return nil, pg.Fault(err)
	}
	defer rows.Close()
	wanted := map[string]bool{}
	for _, a := range along {
		wanted[a] = true
	}
	var list []parcel.Line
	for rows.Next() {
		var layer, class string
		var rank int16
		var geom orb.Geometry
		if err := rows.Scan(&layer, &class, &rank, &geom); err != nil {
			return nil, pg.Fault(err)
		}
		for _, k := range kept {
			if wanted[k.along] && k.layer == layer && k.class == class && rank <= k.most {
				list = append(list, parcel.Lines(geom, k.rank)...)
				break
			}
		}
	}
	return list, pg.Fault(rows.Err())
}
