package parcel

import (
	"errors"
	"fmt"
	"slices"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"

	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// line is one straight piece of what may become a border.
type line struct {
	grid.Step
	rank Rank
	// house is the building whose wall it is, to its left; -1 for what is no wall.
	house int32
}

// house is a building on the lattice: outer rings, against the clock.
type house struct{ rings [][]lattice.Node }

type load struct {
	at   lattice.Node
	much float64
}

// town is a region and what is in it, on the lattice.
type town struct {
	frame
	border []grid.Step
	low    lattice.Node
	high   lattice.Node
	lines  []line
	houses []house
	index  rtree.RTreeGN[int32, int32] // of the houses
	across map[int32]bool              // houses that the region's border goes through
	loads  []load                      // empty when ground is wanted
	want   float64
	total  float64 // of the region
	plan   Plan    // what is known of it so far
}

// frame measures around a place.
type frame struct {
	origin      lattice.Node
	east, north float64 // metres per unit
}

// metres is where a node lies from the origin.
func (f frame) metres(n lattice.Node) (x, y float64) {
	return (float64(n.X) - float64(f.origin.X)) * f.east, (float64(n.Y) - float64(f.origin.Y)) * f.north
}

func (f frame) length(a, b lattice.Node) float64 {
	ax, ay := f.metres(a)
	bx, by := f.metres(b)
	return hypot(bx-ax, by-ay)
}

// area is what a step adds to the ground to its left, in square metres.
func (f frame) area(s grid.Step) float64 {
	ax, ay := f.metres(s.From)
	bx, by := f.metres(s.To)
	return (ax*by - bx*ay) / 2
}

func newTown(r Region, w Wanted) (*town, error) {
	for _, f := range grid.CheckRings(r.Geom) {
		if f.Fatal() {
			return nil, fmt.Errorf("the region is not sound: %s", f.Text)
		}
	}
	t := &town{want: w.Area + w.Load}
	t.plan.Wanted = w
	for _, poly := range r.Geom {
		for j, ring := range poly {
			nodes := ringOf(ring, j > 0)
			for i, n := range nodes {
				t.border = append(t.border, grid.Step{From: n, To: nodes[(i+1)%len(nodes)]})
			}
		}
	}
	if len(t.border) == 0 {
		return nil, errors.New("the region is empty")
	}
	t.low, t.high = t.border[0].From, t.border[0].From
	for _, s := range t.border {
		t.low = lattice.Node{X: min(t.low.X, s.From.X), Y: min(t.low.Y, s.From.Y)}
		t.high = lattice.Node{X: max(t.high.X, s.From.X), Y: max(t.high.Y, s.From.Y)}
	}
	t.origin = t.low
	t.east, t.north = lattice.MetresPerUnit(int32((int64(t.low.Y) + int64(t.high.Y)) / 2))
	if x, y := t.metres(t.high); x*y > largest {
		return nil, errors.New("the region is too large to be cut into grids; cut its parts")
	}
	t.addHouses(r.Buildings)
	t.addLines(r.Lines)
	if w.Load > 0 {
		t.addLoads(r.Loads)
	} else {
		for _, s := range t.border {
			t.total += t.area(s)
		}
	}
	return t, nil
}

// ringOf is a ring on the lattice, open, without what repeats, against the clock
// or, for a hole, with it; nil when nothing is left of it.
func ringOf(ring orb.Ring, hole bool) []lattice.Node {
	var nodes []lattice.Node
	for _, p := range ring {
		if n, ok := lattice.On(p[0], p[1]); ok && (len(nodes) == 0 || nodes[len(nodes)-1] != n) {
			nodes = append(nodes, n)
		}
	}
	if len(nodes) > 1 && nodes[0] == nodes[len(nodes)-1] {
		nodes = nodes[:len(nodes)-1]
	}
	if len(nodes) < 3 {
		return nil
	}
	var twice int64
	a := nodes[len(nodes)-1]
	for _, b := range nodes {
		twice += (int64(a.X)-int64(nodes[0].X))*(int64(b.Y)-int64(nodes[0].Y)) - (int64(b.X)-int64(nodes[0].X))*(int64(a.Y)-int64(nodes[0].Y))
		a = b
	}
	if twice == 0 {
		return nil
	}
	if (twice < 0) != hole {
		slices.Reverse(nodes)
	}
	return nodes
}

func (t *town) addHouses(list []orb.MultiPolygon) {
	for _, geom := range list {
		var h house
		low, high := t.high, t.low
		for _, poly := range geom {
			if len(poly) == 0 {
				continue
			}
			ring := ringOf(poly[0], false)
			if ring == nil {
				continue
			}
			h.rings = append(h.rings, ring)
			for _, n := range ring {
				low = lattice.Node{X: min(low.X, n.X), Y: min(low.Y, n.Y)}
				high = lattice.Node{X: max(high.X, n.X), Y: max(high.Y, n.Y)}
			}
		}
		if h.rings == nil || low.X > t.high.X || high.X < t.low.X || low.Y > t.high.Y || high.Y < t.low.Y {
			continue
		}
		t.index.Insert([2]int32{low.X, low.Y}, [2]int32{high.X, high.Y}, int32(len(t.houses)))
		t.houses = append(t.houses, h)
	}
	across := map[int32]bool{}
	for _, s := range t.border {
		t.through(s.From, s.To, func(h int32) bool {
			across[h] = true
			return true
		})
	}
	t.across, t.plan.Straddling = across, len(across)
}

// through calls for each building whose inside a piece of line meets, until it
// is told to stop. Where the region's border goes through a wall, the vertex they
// share may be rounded into the building; what runs along that wall is not through.
func (t *town) through(a, b lattice.Node, call func(h int32) bool) {
	low, high := boxOf(a, b)
	t.index.Search(low, high, func(_, _ [2]int32, h int32) bool {
		for _, ring := range t.houses[h].rings {
			if through(ring, a, b) && !(t.across[h] && alongWall(ring, a, b)) {
				return call(h)
			}
		}
		return true
	})
}

func boxOf(a, b lattice.Node) (low, high [2]int32) {
	return [2]int32{min(a.X, b.X), min(a.Y, b.Y)}, [2]int32{max(a.X, b.X), max(a.Y, b.Y)}
}

func (t *town) addLines(list []Line) {
	for _, l := range list {
		var before lattice.Node
		reaches, begun := false, false
		for _, p := range l.Way {
			n, ok := lattice.On(p[0], p[1])
			if !ok {
				begun = false
				continue
			}
			if begun && n != before {
				low, high := boxOf(before, n)
				if low[0] <= t.high.X && low[1] <= t.high.Y && high[0] >= t.low.X && high[1] >= t.low.Y {
					t.lines = append(t.lines, line{grid.Step{From: before, To: n}, l.Rank, -1})
					reaches = true
				}
			}
			before, begun = n, true
		}
		if reaches {
			t.plan.Kept++
		}
	}
}

func (t *town) addLoads(list []Load) {
	for _, l := range list {
		if n, ok := lattice.On(l.At[0], l.At[1]); ok && l.Much > 0 {
			t.loads = append(t.loads, load{n, l.Much})
		}
	}
	slices.SortFunc(t.loads, func(a, b load) int { return compareNodes(a.at, b.at) })
	inside := t.loads[:0]
	for _, l := range t.loads {
		if t.holds(l.at) {
			inside = append(inside, l)
			t.total += l.much
		}
	}
	t.loads = inside
}

// round is the length of a ring.
func (f frame) round(ring orb.Ring) (metres float64) {
	for i := 1; i < len(ring); i++ {
		a, _ := lattice.On(ring[i-1][0], ring[i-1][1])
		b, _ := lattice.On(ring[i][0], ring[i][1])
		metres += f.length(a, b)
	}
	return metres
}
