package coverage

import (
	"testing"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

// A hole that touches its shell in a point is a hole like any other, filled or
// not; along an edge it is no hole, and the rings are at fault.
func TestAHoleTouchesItsShell(t *testing.T) {
	t.Parallel()
	n := func(x, y int32) lattice.Node { return lattice.Node{X: x, Y: y} }
	ring := func(nodes ...lattice.Node) orb.Ring { return polygonOf(at(nodes...))[0][0] }
	shell := ring(n(0, 0), n(10_000, 0), n(10_000, 5_000), n(10_000, 10_000), n(0, 10_000))
	plain := ring(n(0, 0), n(10_000, 0), n(10_000, 10_000), n(0, 10_000))
	inCorner := ring(n(10_000, 5_000), n(6_000, 3_000), n(6_000, 7_000))
	alongEdge := ring(n(10_000, 3_000), n(6_000, 3_000), n(6_000, 7_000), n(10_000, 7_000))
	turned := func(r orb.Ring) orb.Ring {
		r = r.Clone()
		r.Reverse()
		return r
	}
	for name, tt := range map[string]struct {
		a     orb.Polygon
		fill  orb.Ring
		kinds map[Kind]int
		area2 int64
	}{
		"in a corner, filled":     {orb.Polygon{shell, inCorner}, turned(inCorner), nil, 0},
		"in a corner, empty":      {orb.Polygon{shell, inCorner}, nil, map[Kind]int{Hole: 1}, 16_000_000},
		"in an edge, filled":      {orb.Polygon{plain, inCorner}, turned(inCorner), nil, 0},
		"in an edge, empty":       {orb.Polygon{plain, inCorner}, nil, map[Kind]int{Hole: 1}, 16_000_000},
		"along an edge, filled":   {orb.Polygon{plain, alongEdge}, turned(alongEdge), map[Kind]int{SelfCrossing: 1, Unmatched: 1}, 0},
		"along an edge, empty":    {orb.Polygon{plain, alongEdge}, nil, map[Kind]int{SelfCrossing: 1, Gap: 1}, 32_000_000},
		"the shell's own outline": {orb.Polygon{plain, turned(plain)}, nil, map[Kind]int{Dangling: 1, Gap: 1}, 200_000_000},
	} {
		parent := Polygon{"P", orb.MultiPolygon{{tt.a[0]}}}
		list := []Polygon{{"A", orb.MultiPolygon{tt.a}}}
		if tt.fill != nil {
			list = append(list, Polygon{"B", orb.MultiPolygon{{tt.fill}}})
		}
		c, err := New(&parent, list, Options{})
		if err != nil {
			t.Fatal(err)
		}
		kinds, area2 := map[Kind]int{}, int64(0)
		for _, f := range c.Findings() {
			kinds[f.Kind]++
			area2 += f.Area2
		}
		same := len(kinds) == len(tt.kinds)
		for k, n := range tt.kinds {
			same = same && kinds[k] == n
		}
		if !same || area2 != tt.area2 || c.Valid() != (len(kinds) == 0) {
			t.Errorf("%s: %v, %d units; want %v, %d", name, kinds, area2, tt.kinds, tt.area2)
		}
	}
}
