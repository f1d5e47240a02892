package live

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"onemap/geo/grid/crossing"
	"onemap/geo/lattice"
)

// outline is a tangle of rings at places of a world, and the same for package crossing.
func outline(r *rand.Rand, place func(*rand.Rand) lattice.Node, vertices int) (orb.MultiPolygon, *crossing.Polygon) {
	var rings [][]lattice.Node
	var p orb.MultiPolygon
	for range 1 + r.IntN(2) {
		var ring []lattice.Node
		var points orb.Ring
		for range 3 + r.IntN(vertices) {
			n := place(r)
			ring, points = append(ring, n), append(points, n.Point())
		}
		rings, p = append(rings, ring), append(p, orb.Polygon{points})
	}
	return p, crossing.NewPolygon(rings, 0)
}

func TestAreaHolds(t *testing.T) {
	t.Parallel()
	for name, place := range worlds {
		r := rand.New(rand.NewPCG(2, 3))
		for range 40 {
			p, want := outline(r, place, []int{4, 300}[r.IntN(2)])
			area, err := NewArea(p)
			if err != nil {
				if name == "spots" || name == "edge" {
					continue // rings of a single place
				}
				t.Fatal(err)
			}
			ask := slices.Concat(want.Rings...)
			for range 100 {
				n := place(r)
				ask = append(ask, n, lattice.Node{X: n.X + 1, Y: n.Y - 1})
			}
			for _, n := range ask {
				if area.Holds(n) != want.Holds(n) {
					t.Fatalf("%s: %v in %v: %v", name, n, p, area.Holds(n))
				}
			}
		}
	}
	for want, p := range map[string]orb.MultiPolygon{
		"polygon 1, ring 2, vertex 3: (0, NaN) is not on Earth": {{{}, {{0, 0}, {0, 1}, {0, math.NaN()}}}},
		"(+Inf, 1) is not on Earth":                             {{{{math.Inf(1), 1}}}},
		"(0, 91) is not on Earth":                               {{{{0, 91}}}},
		"no border":                                             {{{{0, 1}, {0, 1}}}},
	} {
		if _, err := NewArea(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", p, err)
		}
	}
}

// Batches by chance leave what a plain map holds; readers meanwhile, and those of
// old snapshots, have what was there then.
func TestShapeLayerIsAMap(t *testing.T) {
	t.Parallel()
	for name, place := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(5, 6))
			l, m := NewShapeLayer[row](), map[ID]Shape[row]{}
			var readers sync.WaitGroup
			for step := range 120 {
				at := Position{1, int64(step)}
				if step%40 == 39 {
					l.Load(at, maps.Values(m))
				} else {
					edits := make([]ShapeEdit[row], r.IntN(30))
					for i := range edits {
						e := &edits[i]
						e.ID = id(r.IntN(150))
						p, _ := outline(r, place, 4)
						area, err := NewArea(p)
						if e.Area, e.Gone = area, err != nil || r.IntN(4) == 0; r.IntN(4) == 0 && m[e.ID].Area != nil {
							e.Area = m[e.ID].Area
						}
						e.Rev = m[e.ID].Rev + int64(r.IntN(4)-1)
						e.Row.state = uint8(r.IntN(200))
						old, ok := m[e.ID]
						switch {
						case ok && e.Rev <= old.Rev:
						case e.Gone:
							delete(m, e.ID)
						default:
							m[e.ID] = e.Shape
						}
					}
					l.Apply(at, edits)
				}
				if step%10 == 9 {
					s, was, seed := l.Now(), maps.Clone(m), r.Uint64()
					readers.Go(func() { sameShapes(t, rand.New(rand.NewPCG(seed, 1)), s, was, place, at) })
				}
			}
			readers.Wait()
		})
	}
}

func sameShapes(t *testing.T, r *rand.Rand, s *Shapes[row], m map[ID]Shape[row], place func(*rand.Rand) lattice.Node, at Position) {
	if s.Len() != len(m) || s.boxes.Len() != len(m) || s.Seen() != at {
		t.Errorf("%d shapes, %d boxes as of %v, want %d of %v", s.Len(), s.boxes.Len(), s.Seen(), len(m), at)
	}
	for i := range 150 {
		got, ok := s.Get(id(i))
		if want, there := m[id(i)]; ok != there || got != want {
			t.Errorf("Get %d: %v %v", i, got, ok)
		}
	}
	compare := func(what string, got func(func(*Shape[row]) bool), holds func(*Area) bool) {
		seen := map[ID]bool{}
		for shape := range got {
			if seen[shape.ID] || *shape != m[shape.ID] || !holds(shape.Area) {
				t.Errorf("%s: %x", what, shape.ID)
			}
			seen[shape.ID] = true
		}
		for _, shape := range m {
			if holds(shape.Area) != seen[shape.ID] {
				t.Errorf("%s: %x is missing", what, shape.ID)
			}
		}
	}
	compare("All", s.All(), func(*Area) bool { return true })
	for range 10 {
		n, o := place(r), place(r)
		compare("At", s.At(n), func(a *Area) bool { return a.Holds(n) })
		low, high := lattice.Node{X: min(n.X, o.X), Y: min(n.Y, o.Y)}, lattice.Node{X: max(n.X, o.X), Y: max(n.Y, o.Y)}
		compare("Box", s.Box(low, high), func(a *Area) bool {
			return a.low.X <= high.X && a.high.X >= low.X && a.low.Y <= high.Y && a.high.Y >= low.Y
		})
	}
}
