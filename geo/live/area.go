package live

import (
	"errors"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

// Area is a polygon on the lattice, ready to be asked what it holds. It never
// changes.
type Area struct {
	low, high lattice.Node
	edges     []edge
	// Of long borders the edges that pass each of so many stripes of latitude, one
	// stripe after the other.
	stripe  int64 // its height in units
	numbers []int32
	ends    []int32
}

// A border of more edges than this has stripes, of some eight edges each.
const longBorder = 64

var errEmpty = errors.New("the polygon has no border")

// NewArea reads a polygon in WGS84; rings may be open or closed, and hold what an
// odd number of their edges has to the west. A vertex that is not on Earth, and a
// polygon without any, is an error.
func NewArea(p orb.MultiPolygon) (*Area, error) {
	edges, err := edgesOf(p)
	if err != nil {
		return nil, err
	}
	if len(edges) == 0 {
		return nil, errEmpty
	}
	a := &Area{low: edges[0].a, high: edges[0].a, edges: append(make([]edge, 0, len(edges)), edges...)}
	for _, e := range edges {
		a.low = lattice.Node{X: min(a.low.X, e.a.X), Y: min(a.low.Y, e.a.Y)}
		a.high = lattice.Node{X: max(a.high.X, e.a.X), Y: max(a.high.Y, e.a.Y)}
	}
	if len(edges) > longBorder {
		a.layStripes()
	}
	return a, nil
}

// layStripes numbers the edges of each stripe, counting them first.
func (a *Area) layStripes() {
	count := len(a.edges) / 8
	a.stripe = (int64(a.high.Y)-int64(a.low.Y))/int64(count) + 1
	a.ends = make([]int32, count+1)
	each := func(do func(stripe, edge int)) {
		for i, e := range a.edges {
			for s, to := a.stripeOf(min(e.a.Y, e.b.Y)), a.stripeOf(max(e.a.Y, e.b.Y)); s <= to; s++ {
				do(s, i)
			}
		}
	}
	each(func(stripe, _ int) { a.ends[stripe+1]++ })
	for i := range count {
		a.ends[i+1] += a.ends[i]
	}
	a.numbers = make([]int32, a.ends[count])
	next := append([]int32(nil), a.ends...)
	each(func(stripe, edge int) {
		a.numbers[next[stripe]] = int32(edge)
		next[stripe]++
	})
}

func (a *Area) stripeOf(y int32) int { return int((int64(y) - int64(a.low.Y)) / a.stripe) }

// Bounds is the least and the greatest corner of the box around the area.
func (a *Area) Bounds() (low, high lattice.Node) { return a.low, a.high }

// Holds says whether a place is in the area, by the half-open rule of package geo.
func (a *Area) Holds(at lattice.Node) bool {
	if at.X < a.low.X || at.X > a.high.X || at.Y < a.low.Y || at.Y > a.high.Y {
		return false
	}
	inside := false
	if a.stripe == 0 {
		for i := range a.edges {
			inside = inside != a.edges[i].left(at)
		}
		return inside
	}
	s := a.stripeOf(at.Y)
	for _, i := range a.numbers[a.ends[s]:a.ends[s+1]] {
		inside = inside != a.edges[i].left(at)
	}
	return inside
}
