package coverage

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	hit "onemap/geo/grid/crossing"
	"onemap/geo/grid/gridtest"
	"onemap/geo/lattice"
)

// Any place is in the one piece whose owners are those whose rings hold it; areas
// of pieces sum to those of the polygons.
func TestMosaicAgainstRings(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 77))
		w := newTown(4)
		list := slices.Clone(w.grids)
		for i := range 9 { // others' grids, anywhere over them: crooked, overlapping, with gaps
			list = append(list, Polygon{fmt.Sprint("other", i), star(rng, int32(rng.IntN(4*step)), int32(rng.IntN(4*step)), int32(2000+rng.IntN(12000)))})
		}
		m, err := NewMosaic(list)
		if err != nil {
			t.Fatal(err)
		}
		pieces := make([]*hit.Polygon, len(m.Pieces))
		area := make([]float64, len(list))
		for i, p := range m.Pieces {
			pieces[i] = crossed(p.Geom)
			for _, o := range p.Owners {
				area[o] += p.Area
			}
			n, _ := lattice.On(p.Place[0], p.Place[1])
			if p.Width > 1 && !pieces[i].Holds(n) {
				t.Errorf("seed %d: %v is not inside of its piece", seed, p.Place)
			}
		}
		for i, p := range list {
			if want := areaOf(t, p); math.Abs(area[i]-want) > 0.01*want+2 {
				t.Errorf("seed %d: pieces of %s have %.1f m2, want %.1f", seed, p.Code, area[i], want)
			}
		}
		table := hit.New(pieces)
		wholes := make([]*hit.Polygon, len(list))
		for i, p := range list {
			wholes[i] = crossed(p.Geom)
		}
		wrong := 0
		for range 4000 {
			n := lattice.Node{X: west + int32(rng.IntN(6*step)) - step, Y: south + int32(rng.IntN(6*step)) - step}
			var want []int
			for i, p := range wholes {
				if p.Holds(n) {
					want = append(want, i)
				}
			}
			var got []int
			if at := table.Owner(n); at >= 0 {
				got = m.Pieces[at].Owners
			}
			if !slices.Equal(got, want) {
				wrong++ // within a unit of a border that was cut
			}
		}
		if wrong > 4 {
			t.Errorf("seed %d: %d of 4000 places have other owners than their rings say", seed, wrong)
		}
	}
}

// Pieces joined as they were give the first polygons back exactly; joined
// otherwise they still cover their parent.
func TestJoinGivesBackAndCovers(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 78))
		w := newTown(4)
		list := slices.Clone(w.grids)
		for i := range 6 {
			list = append(list, Polygon{fmt.Sprint("other", i), star(rng, int32(rng.IntN(4*step)), int32(rng.IntN(4*step)), int32(2000+rng.IntN(12000)))})
		}
		m, err := NewMosaic(list)
		if err != nil {
			t.Fatal(err)
		}
		of := make([]int, len(m.Pieces))
		for i, p := range m.Pieces {
			if of[i] = p.Owners[0]; of[i] >= len(w.grids) {
				of[i] = -1
			}
		}
		for i, g := range m.Join(of, len(w.grids), len(w.grids)) {
			if !SameGround(g, w.grids[i].Geom) {
				t.Errorf("seed %d: grid %d did not come back as it was", seed, i)
			}
		}
		moved := 0
		for _, b := range m.Borders() {
			if of[b.A] >= 0 && of[b.B] >= 0 && of[b.A] != of[b.B] && m.Pieces[b.A].Width > 5 && rng.IntN(3) == 0 {
				of[b.A], moved = of[b.B], moved+1
			}
		}
		var joined []Polygon
		for i, g := range m.Join(of, len(w.grids), len(w.grids)) {
			if g != nil {
				joined = append(joined, Polygon{w.grids[i].Code, g})
			}
		}
		c, err := New(&w.parent, joined, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range c.Findings() {
			if f.Kind != Unmatched && f.Kind != SelfTouching && f.Width > 0.02 {
				t.Errorf("seed %d, %d pieces moved: %s %s", seed, moved, f.Kind, f.Text)
			}
		}
		if moved == 0 {
			t.Errorf("seed %d moved nothing", seed)
		}
	}
}

func star(rng *rand.Rand, x, y, r int32) orb.MultiPolygon {
	const corners = 11
	nodes := make([]lattice.Node, corners)
	for i := range nodes {
		far := float64(r) * (0.5 + rng.Float64()/2)
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		nodes[i] = lattice.Node{X: x + int32(far*cos), Y: y + int32(far*sin)}
	}
	return polygonOf(at(nodes...))
}

func crossed(g orb.MultiPolygon) *hit.Polygon {
	var rings [][]lattice.Node
	for _, poly := range g {
		for _, ring := range poly {
			var nodes []lattice.Node
			for _, p := range ring[:len(ring)-1] {
				n, _ := lattice.On(p[0], p[1])
				nodes = append(nodes, n)
			}
			rings = append(rings, nodes)
		}
	}
	return hit.NewPolygon(rings, 1)
}

// areaOf is the area of one polygon, m2.
func areaOf(t *testing.T, p Polygon) float64 {
	t.Helper()
	c, err := New(nil, []Polygon{p}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &c.shapes[0]
	east, north := lattice.MetresPerUnit(s.box.middle().Y)
	return float64(s.area2) / 2 * east * north
}

// BenchmarkMosaic cuts 2,500 grids of 26 vertices at as many of another net, drawn
// elsewhere over the same town.
func BenchmarkMosaic(b *testing.B) {
	w := newTown(50)
	other := townOf(gridtest.Town{Side: 50, Step: step, X: west + step/3, Y: south + step/5})
	list := slices.Clone(w.grids)
	for _, g := range other.grids {
		list = append(list, Polygon{"other" + g.Code, g.Geom})
	}
	for b.Loop() {
		m, err := NewMosaic(list)
		if err != nil || len(m.Pieces) < 9000 {
			b.Fatal(len(m.Pieces), err)
		}
	}
}
