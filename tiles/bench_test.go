package tiles

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/paulmach/orb"
)

// suburbs are where the town is spread evenly: about eighty buildings a tile of zoom 14.
var suburbs = orb.Bound{Min: orb.Point{116.2, 39.83}, Max: orb.Point{116.3, 39.9}}

// A tile of buildings rendered by PostGIS, nothing kept.
func BenchmarkRenderBuildings(b *testing.B) {
	c := openTown(b)
	s := c.source(b, "buildings")
	ids := over(14, suburbs)
	var bytes int
	for i := 0; b.Loop(); i++ {
		tile, err := s.Tile(b.Context(), ids[i%len(ids)], Sight{}, Filter{})
		if err != nil {
			b.Fatal(err)
		}
		bytes += len(tile)
	}
	b.ReportMetric(float64(bytes)/float64(b.N), "B/tile")
}

// The other layers, each at a zoom where much is shown.
func BenchmarkRender(b *testing.B) {
	c := openTown(b)
	for layer, z := range map[string]int{"basemap": 14, "facilities": 16, "services": 10, "grids": 14, "cases": 6} {
		b.Run(fmt.Sprintf("%s-z%d", layer, z), func(b *testing.B) {
			s, ids := c.source(b, layer), over(z, downtown)
			for i := 0; b.Loop(); i++ {
				if _, err := s.Tile(b.Context(), ids[i%len(ids)], everywhere, Filter{Now: noon}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// A request answered from memory, through the router.
func BenchmarkCacheHit(b *testing.B) {
	s, err := New(Config{Sources: []Source{fakeOf("a", constant(long))}})
	if err != nil {
		b.Fatal(err)
	}
	e := routes(s)
	for name, headers := range map[string][]string{"200": {"Accept-Encoding", "zstd, gzip"}, "304": {"Accept-Encoding", "zstd, gzip", "If-None-Match", "*"}} {
		b.Run(name, func(b *testing.B) {
			r := httptest.NewRequest("GET", "/tiles/a/3/0/0.mvt", nil)
			for i := 0; i < len(headers); i += 2 {
				r.Header.Set(headers[i], headers[i+1])
			}
			b.ReportAllocs()
			for b.Loop() {
				e.ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
}
