package coverage

import (
	"testing"

	"github.com/paulmach/orb"

	"onemap/geo/grid"
	"onemap/geo/grid/gridtest"
	"onemap/geo/lattice"
)

func vertices(polygons []Polygon) (n int) {
	for _, p := range polygons {
		for _, poly := range p.Geom {
			for _, ring := range poly {
				n += len(ring) - 1
			}
		}
	}
	return n
}

// However coarse, a simplified town still proves as a coverage of its own outline,
// no grid goes, and what is left out lies no further off than was asked for.
func TestSimplifiedTownsStayCoverages(t *testing.T) {
	t.Parallel()
	for seed := range 8 {
		w := townOf(gridtest.Town{Side: 12, Step: step, X: west, Y: south, Seed: seed})
		before := vertices(w.grids)
		for _, tolerance := range []float64{0, 0.5, 2, 8, 40, 1000, 1e6} {
			out := Simplify(w.grids, tolerance)
			geoms := make([]orb.MultiPolygon, len(out))
			for i, p := range out {
				geoms[i] = p.Geom
				if p.Code != w.grids[i].Code {
					t.Fatalf("%s where %s was", p.Code, w.grids[i].Code)
				}
			}
			outline, err := grid.Union(geoms)
			if err != nil {
				t.Fatalf("seed %d at %g m: %v", seed, tolerance, err)
			}
			c, err := New(&Polygon{"P", outline}, out, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if !c.Valid() {
				t.Errorf("seed %d at %g m: %v", seed, tolerance, c.Findings())
			}
			now := vertices(out)
			if tolerance == 0 && now != before || tolerance >= 8 && now*2 > before {
				t.Errorf("seed %d at %g m: %d of %d vertices", seed, tolerance, now, before)
			}
			if seed == 0 {
				t.Logf("at %g m %d of %d vertices", tolerance, now, before)
			}
			for i := range w.grids {
				for _, p := range w.grids[i].Geom[0][0] {
					n, _ := lattice.On(p[0], p[1])
					best := 1e9
					for _, e := range edgesOf(out[i].Geom) {
						best = min(best, apartFrom(n, e, 0.0103, 0.0111))
					}
					if best > tolerance*1.01+0.02 {
						t.Fatalf("seed %d at %g m: a vertex is %g m off", seed, tolerance, best)
					}
				}
			}
		}
	}
}

func edgesOf(geom orb.MultiPolygon) (list []edge) {
	for _, poly := range geom {
		for _, ring := range poly {
			around(openNodes(ring), func(e edge) { list = append(list, e) })
		}
	}
	return list
}

// A lens between two others, an island and a hole with what fills it would have no
// ground as straight lines, and keep some.
func TestNothingVanishesWhenSimplified(t *testing.T) {
	t.Parallel()
	hole := polygonOf(square(3_000, 3_000, 2_000))
	around := polygonOf(square(0, 0, 9_000))
	inner := hole[0][0].Clone()
	inner.Reverse()
	around[0] = append(around[0], inner)
	list := []Polygon{{"A", around}, {"B", hole}, {"C", polygonOf(square(20_000, 20_000, 100))}}
	out := Simplify(list, 1e5)
	c, err := New(nil, out, Options{})
	if err != nil || !c.Valid() || len(out) != 3 {
		t.Fatalf("%v: %v", err, c.Findings())
	}
	for i, p := range out {
		if s := tidy(p.Code, p.Geom); s.empty() || len(p.Geom[0]) != len(list[i].Geom[0]) {
			t.Errorf("%s is left with %v", p.Code, p.Geom)
		}
	}
}
