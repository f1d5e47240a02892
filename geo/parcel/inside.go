package parcel

import (
	"cmp"
	"math"
	"slices"

	"onemap/geo/grid"
	"onemap/geo/lattice"
)

func hypot(x, y float64) float64 { return math.Sqrt(x*x + y*y) }

func compareNodes(a, b lattice.Node) int { return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y)) }

// crossing says whether two pieces cross in an inner point of both.
func crossing(a, b, c, d lattice.Node) bool {
	return lattice.Turn(a, b, c)*lattice.Turn(a, b, d) < 0 && lattice.Turn(c, d, a)*lattice.Turn(c, d, b) < 0
}

// through says whether a piece of line meets the inside of a ring. Exact: where
// it crosses no edge it is cut at the corners on it, and each part lies inside,
// outside or along an edge, as its middle does.
func through(ring []lattice.Node, a, b lattice.Node) bool {
	low, high := boxOf(a, b)
	stops := []lattice.Node{a, b}
	u := ring[len(ring)-1]
	for _, v := range ring {
		if max(u.X, v.X) >= low[0] && min(u.X, v.X) <= high[0] && max(u.Y, v.Y) >= low[1] && min(u.Y, v.Y) <= high[1] {
			if crossing(a, b, u, v) {
				return true
			}
			if v != a && v != b && lattice.OnSegment(a, b, v) {
				stops = append(stops, v)
			}
		}
		u = v
	}
	slices.SortFunc(stops, compareNodes)
	for i := 1; i < len(stops); i++ {
		if in, sure := grid.HoldsMiddle(ring, stops[i-1], stops[i]); in && sure {
			return true
		}
	}
	return false
}

// alongWall says whether a piece of line runs along an edge of a ring, but for rounding.
func alongWall(ring []lattice.Node, a, b lattice.Node) bool {
	u := ring[len(ring)-1]
	for _, v := range ring {
		if offLine(u, v, a) <= 1.5 && offLine(u, v, b) <= 1.5 {
			return true
		}
		u = v
	}
	return false
}

// offLine is how far n lies from the line through a and b, in units.
func offLine(a, b, n lattice.Node) float64 {
	dx, dy := float64(b.X)-float64(a.X), float64(b.Y)-float64(a.Y)
	return math.Abs(dx*(float64(n.Y)-float64(a.Y))-dy*(float64(n.X)-float64(a.X))) / hypot(dx, dy)
}

// within says whether a node lies inside of a ring and not on it.
func within(ring []lattice.Node, n lattice.Node) bool {
	in, sure := grid.HoldsMiddle(ring, n, n)
	return in && sure
}

// holds says whether the region holds a node, by the rule of package grid.
func (t *town) holds(n lattice.Node) bool {
	inside := false
	for _, s := range t.border {
		if eastOf(s.From, s.To, n) {
			inside = !inside
		}
	}
	return inside
}

// eastOf says whether a node lies on a piece of border or to its east.
func eastOf(a, b, n lattice.Node) bool {
	if (a.Y <= n.Y) == (b.Y <= n.Y) {
		return false
	}
	if a.Y > b.Y {
		a, b = b, a
	}
	return lattice.Turn(a, b, n) <= 0
}
