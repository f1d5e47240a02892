package grid

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/paulmach/orb"

	"onemap/geo/crs"
)

// BenchmarkGridsReal is BenchmarkGrids on real polygons: villages and towns, of
// which some overlap and some touch themselves, and time zones of up to 137,053
// corners that lie on one another.
func BenchmarkGridsReal(b *testing.B) {
	for _, name := range []string{"taiwan-villages", "taiwan-towns"} {
		b.Run(name, func(b *testing.B) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			s := realSet(b, name)
			for range b.N {
				s.measure(b)
			}
		})
	}
	b.Run("timezones-complex", func(b *testing.B) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		s := realSet(b, "timezones-complex")
		var shapes []orb.MultiPolygon
		for _, r := range s.regions[:len(s.regions)-1] {
			shapes = append(shapes, r.Geom)
		}
		for range b.N {
			overlap(b, s.name, shapes, s.places[:some], 2_000)
		}
	})
}

// realSet is a file of the shared data set as communities of a city around them,
// asked for in the boxes of its polygons.
func realSet(b *testing.B, name string) set {
	s := set{name: name, level: Community, share: 1.0 / 15}
	var box orb.Bound
	for i, f := range shared(b, "polygons/"+name+".geojson").Features {
		s.regions = append(s.regions, Region{Code: Code(fmt.Sprintf("9900%08d", i)), Geom: polygons(b, f.Geometry)})
		if box = box.Union(f.Geometry.Bound()); i == 0 {
			box = f.Geometry.Bound()
		}
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for range 1 << 18 {
		part := s.regions[rng.IntN(len(s.regions))].Geom
		in := part[rng.IntN(len(part))].Bound()
		s.places = append(s.places, crs.WGS84{
			Lon: in.Min[0] + rng.Float64()*(in.Max[0]-in.Min[0]), Lat: in.Min[1] + rng.Float64()*(in.Max[1]-in.Min[1]),
		})
	}
	s.regions = append(s.regions, Region{Code: "9900", Geom: orb.MultiPolygon{box.Pad(0.1).ToPolygon()}})
	return s
}
