package region

import (
	"context"
	"math"
	"slices"
	"sync"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"onemap/api/fault"
	"onemap/api/web"
	"onemap/geo/coverage"
	"onemap/geo/grid"
)

type partsQuery struct {
	Code  string `path:"code" pattern:"^[0-9]{4,15}$"`
	Level string `query:"level" doc:"All regions of a level under it; without, those right under it." enum:"district,street,community,grid"`
	Zoom  int    `query:"zoom" default:"24" minimum:"0" maximum:"24" doc:"The zoom of a web map (tiles of 512 pixels) they are for: borders are simplified by half a pixel, neighbours keep sharing theirs. From 18 on they are as they are."`
}

// mostFeatures is how many regions one answer holds.
const mostFeatures = 10_000

func (s *Service) parts(_ context.Context, q *partsQuery) (*web.CollectionAnswer, error) {
	ix := s.Index()
	code := grid.Code(q.Code)
	if _, there := ix.Ref(code); !there {
		return nil, fault.Missing("region")
	}
	level := grid.Level(q.Level)
	refs := ix.Children(code)
	if q.Level != "" {
		refs = slices.DeleteFunc(ix.AtLevel(level), func(r grid.Ref) bool { return r.Code == code || !r.Code.Within(code) })
	} else if len(refs) > 0 {
		level = refs[0].Level
	}
	if len(refs) > mostFeatures {
		return nil, fault.Newf(fault.Invalid, "region.parts", "There are %d regions of this level under %s; ask under a smaller one, for %d at most.", len(refs), code, mostFeatures)
	}
	drawn := s.simple.at(ix, level, q.Zoom)
	features := make([]*geojson.Feature, 0, len(refs))
	for _, ref := range refs {
		r, _ := ix.Region(ref.Code)
		if geom, there := drawn[ref.Code]; there {
			r.Geom = geom
		}
		features = append(features, feature(r))
	}
	return web.Collection(features)
}

func feature(r grid.Region) *geojson.Feature {
	f := geojson.NewFeature(r.Geom)
	f.ID = string(r.Code)
	f.Properties = geojson.Properties{"code": string(r.Code), "level": string(r.Code.Level()), "name": r.Name, "name_en": r.NameEn, "parent": string(r.Code.Parent())}
	return f
}

// simple keeps simplified levels of the newest edition. A level is simplified
// whole, so that what different questions bring fits together on one map.
type simple struct {
	mu     sync.Mutex
	of     *grid.Index
	levels map[levelAt]*simplified
	order  []levelAt // as they were asked for, the oldest first
}

type levelAt struct {
	level grid.Level
	zoom  int
}

type simplified struct {
	once  sync.Once
	geoms map[grid.Code]orb.MultiPolygon
}

const (
	wholeZoom   = 18 // from here on nothing is simplified: half a pixel is 15 cm
	keptLevels  = 12
	aroundEarth = 40_075_016.686 // m, of the equator
)

// at gives the polygons of a level for a zoom; nil where they are as they are.
func (s *simple) at(ix *grid.Index, level grid.Level, zoom int) map[grid.Code]orb.MultiPolygon {
	if zoom >= wholeZoom {
		return nil
	}
	d := s.drawing(ix, levelAt{level, zoom})
	d.once.Do(func() {
		var regions []grid.Region
		bound := orb.Bound{Min: orb.Point{180, 90}, Max: orb.Point{-180, -90}}
		for _, ref := range ix.AtLevel(level) {
			r, _ := ix.Region(ref.Code)
			regions = append(regions, r)
			bound = bound.Union(ref.Bound)
		}
		pixel := aroundEarth * math.Cos(bound.Center()[1]*math.Pi/180) / 512 / math.Exp2(float64(zoom))
		d.geoms = make(map[grid.Code]orb.MultiPolygon, len(regions))
		for _, p := range coverage.Simplify(polygonsOf(regions), pixel/2) {
			d.geoms[grid.Code(p.Code)] = p.Geom
		}
	})
	return d.geoms
}

func (s *simple) drawing(ix *grid.Index, key levelAt) *simplified {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of != ix {
		s.of, s.levels, s.order = ix, make(map[levelAt]*simplified), nil
	}
	if d, there := s.levels[key]; there {
		return d
	}
	if len(s.order) == keptLevels {
		delete(s.levels, s.order[0])
		s.order = s.order[1:]
	}
	s.order = append(s.order, key)
	d := &simplified{}
	s.levels[key] = d
	return d
}

func polygonsOf(regions []grid.Region) []coverage.Polygon {
	list := make([]coverage.Polygon, len(regions))
	for i, r := range regions {
		list[i] = coverage.Polygon{Code: string(r.Code), Geom: r.Geom}
	}
	return list
}
