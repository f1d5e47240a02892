package region

import (
	"context"
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"onemap/api/pg"
	"onemap/api/web"
	"onemap/geo/grid"
)

type terrainQuery struct {
	PlacePath
	Lon    float64 `query:"lon" required:"true" minimum:"-180" maximum:"180" doc:"WGS84."`
	Lat    float64 `query:"lat" required:"true" minimum:"-85" maximum:"85"`
	Radius float64 `query:"radius" default:"250" minimum:"1" maximum:"500" doc:"Metres to each side of the point."`
}

func (s *Service) listTerrain(ctx context.Context, q *terrainQuery) (*web.CollectionAnswer, error) {
	features, err := s.Along(ctx, grid.Code(q.Code), orb.Point{q.Lon, q.Lat}, q.Radius)
	if err != nil {
		return nil, err
	}
	return web.Collection(features)
}

// Along is what borders of grids may follow around a point of a place of the
// actor's: roads, rivers and walls, as grids are cut along them, and the
// footprints of buildings, as far as they reach into a square of some metres to
// each side. What lies beside the place is left out.
func (s *Service) Along(ctx context.Context, code grid.Code, at orb.Point, metres float64) ([]*geojson.Feature, error) {
	if _, err := s.place(ctx, code); err != nil {
		return nil, err
	}
	ref, _ := s.Index().Ref(code)
	const degree = 111_320.0 // metres of latitude
	up := metres / degree
	side := up / math.Cos(at[1]*math.Pi/180)
	box := orb.Bound{
		Min: orb.Point{max(at[0]-side, ref.Bound.Min[0]-side), max(at[1]-up, ref.Bound.Min[1]-up)},
		Max: orb.Point{min(at[0]+side, ref.Bound.Max[0]+side), min(at[1]+up, ref.Bound.Max[1]+up)},
	}
	if box.Min[0] > box.Max[0] || box.Min[1] > box.Max[1] {
		return nil, nil
	}
	var list []*geojson.Feature
	add := func(kind string, g orb.Geometry) {
		f := geojson.NewFeature(g)
		f.Properties = geojson.Properties{"kind": kind}
		list = append(list, f)
	}
	for _, kind := range [...]string{"roads", "rivers", "walls"} {
		lines, err := s.terrain.Barriers(ctx, s.pool, box, []string{kind})
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			add(kind, l.Way)
		}
	}
	houses, err := s.terrain.Footprints(ctx, s.pool, box)
	if err != nil {
		return nil, pg.Fault(err)
	}
	for _, h := range houses {
		add("buildings", h)
	}
	return list, nil
}
