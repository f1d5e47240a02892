package grid

import (
	"cmp"
	"slices"

	"github.com/tidwall/rtree"

	"onemap/geo/lattice"
)

// dedge is a directed edge with the region to its left.
type dedge struct{ a, b lattice.Node }

func (e dedge) twin() dedge { return dedge{e.b, e.a} }

func compareNodes(a, b lattice.Node) int { return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y)) }

func compareEdges(a, b dedge) int { return cmp.Or(compareNodes(a.a, b.a), compareNodes(a.b, b.b)) }

// cancel takes out edges that run in both directions and sorts the rest. ok is
// false when an edge is left twice in the same direction.
func cancel(edges []dedge) (left []dedge, ok bool) {
	count := make(map[dedge]int, len(edges))
	for _, e := range edges {
		count[e]++
	}
	for e, n := range count {
		switch n -= count[e.twin()]; {
		case n == 1:
			left = append(left, e)
		case n > 1:
			return nil, false
		}
	}
	slices.SortFunc(left, compareEdges)
	return left, true
}

// splitAtTouches inserts, in edges that another edge ends on, that end. The
// points lie exactly on the edges: nothing moves.
func splitAtTouches(edges []dedge) []dedge {
	var tree rtree.RTreeGN[float64, lattice.Node]
	for _, e := range edges {
		p := [2]float64{float64(e.a.X), float64(e.a.Y)}
		tree.Insert(p, p, e.a)
	}
	out := make([]dedge, 0, len(edges))
	for _, e := range edges {
		var on []lattice.Node
		low, high := edge{a: e.a, b: e.b}.box()
		tree.Search(low, high, func(_, _ [2]float64, n lattice.Node) bool {
			if n != e.a && n != e.b && lattice.OnSegment(e.a, e.b, n) {
				on = append(on, n)
			}
			return true
		})
		out = appendSplit(out, e, on)
	}
	return out
}

// appendSplit appends e in pieces; the points may come in any order, and twice.
func appendSplit(out []dedge, e dedge, on []lattice.Node) []dedge {
	slices.SortFunc(on, func(p, q lattice.Node) int {
		if e.a.X < e.b.X || e.a.X == e.b.X && e.a.Y < e.b.Y {
			if e.a.Y > e.b.Y {
				return cmp.Or(cmp.Compare(p.X, q.X), cmp.Compare(q.Y, p.Y))
			}
			return compareNodes(p, q)
		}
		if e.a.Y < e.b.Y {
			return cmp.Or(cmp.Compare(q.X, p.X), cmp.Compare(p.Y, q.Y))
		}
		return compareNodes(q, p)
	})
	from := e.a
	for _, n := range append(on, e.b) {
		if n != from {
			out = append(out, dedge{from, n})
			from = n
		}
	}
	return out
}

// splitAtLines inserts a node wherever an edge crosses a line of the raster:
// first the north-south lines, then in the pieces the east-west lines. Rounded
// nodes stay on their line and between their neighbours, so that afterwards each
// piece lies within one cell of the raster, border included.
func (r raster) splitAtLines(border []dedge) []dedge {
	upright := make([]dedge, 0, 2*len(border))
	for _, e := range border {
		var on []lattice.Node
		for _, x := range between(r.xs, e.a.X, e.b.X) {
			lo, hi := e.a, e.b
			if lo.X > hi.X {
				lo, hi = hi, lo
			}
			on = append(on, lattice.Node{X: x, Y: crossAt(lo.X, lo.Y, hi.X, hi.Y, x)})
		}
		upright = appendSplit(upright, e, on)
	}
	out := make([]dedge, 0, 2*len(upright))
	for _, e := range upright {
		var on []lattice.Node
		for _, y := range between(r.ys, e.a.Y, e.b.Y) {
			lo, hi := e.a, e.b
			if lo.Y > hi.Y {
				lo, hi = hi, lo
			}
			on = append(on, lattice.Node{X: crossAt(lo.Y, lo.X, hi.Y, hi.X, y), Y: y})
		}
		out = appendSplit(out, e, on)
	}
	return out
}

// between lists the lines strictly between two coordinates.
func between(lines []int32, a, b int32) []int32 {
	if a > b {
		a, b = b, a
	}
	from, found := slices.BinarySearch(lines, a)
	if found {
		from++
	}
	to, _ := slices.BinarySearch(lines, b)
	if from >= to {
		return nil
	}
	return lines[from:to]
}

// crossAt is the second coordinate, rounded, where the segment from (u1, v1) to
// (u2, v2), u1 < u2, crosses u: the same for both directions of an edge.
func crossAt(u1, v1, u2, v2, u int32) int32 {
	du, dv := int64(u2)-int64(u1), int64(v2)-int64(v1)
	n := 2*(int64(u)-int64(u1))*dv + du
	q := n / (2 * du)
	if n%(2*du) < 0 {
		q--
	}
	return v1 + int32(q)
}

// sound says whether edges meet in common ends only.
func sound(edges []dedge) bool {
	var tree rtree.RTreeGN[float64, int]
	for i, e := range edges {
		low, high := edge{a: e.a, b: e.b}.box()
		tree.Insert(low, high, i)
	}
	good := true
	for i, e := range edges {
		low, high := edge{a: e.a, b: e.b}.box()
		tree.Search(low, high, func(_, _ [2]float64, j int) bool {
			f := edges[j]
			if j <= i {
				return true
			}
			how, at := meet(edge{a: e.a, b: e.b}, edge{a: f.a, b: f.b})
			ends := (at == e.a || at == e.b) && (at == f.a || at == f.b)
			good = how == apart || how == touching && ends
			return good
		})
		if !good {
			return false
		}
	}
	return true
}
