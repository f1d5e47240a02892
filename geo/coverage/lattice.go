package coverage

import (
	"cmp"
	"math"

	"onemap/geo/lattice"
)

// word packs a node for hashing and for comparing two nodes at once.
func word(n lattice.Node) uint64 { return uint64(uint32(n.X))<<32 | uint64(uint32(n.Y)) }

// order packs a node so that numbers are in the order of nodes: by X, then by Y.
func order(n lattice.Node) uint64 { return word(n) ^ 1<<63 ^ 1<<31 }

func compareNodes(a, b lattice.Node) int { return cmp.Compare(order(a), order(b)) }

// compareEdges orders edges by their first node, then by their second.
func compareEdges(e, f edge) int {
	if e.a != f.a {
		return compareNodes(e.a, f.a)
	}
	return compareNodes(e.b, f.b)
}

// edge is a directed piece of a border: the polygon lies to the left.
type edge struct{ a, b lattice.Node }

func (e edge) twin() edge { return edge{e.b, e.a} }

// upward is the edge from its lesser node to its greater.
func (e edge) upward() edge {
	if order(e.a) > order(e.b) {
		return e.twin()
	}
	return e
}

func (e edge) box() box {
	return box{lattice.Node{X: min(e.a.X, e.b.X), Y: min(e.a.Y, e.b.Y)}, lattice.Node{X: max(e.a.X, e.b.X), Y: max(e.a.Y, e.b.Y)}}
}

// near says whether p lies on e but for rounding, and between its ends: within
// one unit across, measured along the axis the edge runs less along. It is what
// a vertex looks like that was put on a slanted edge and rounded to the lattice.
func near(e edge, p lattice.Node) bool {
	dx, dy := int64(e.b.X)-int64(e.a.X), int64(e.b.Y)-int64(e.a.Y)
	px, py := int64(p.X)-int64(e.a.X), int64(p.Y)-int64(e.a.Y)
	long, along := dx, px
	if abs(dy) > abs(dx) {
		long, along = dy, py
	}
	if long < 0 {
		long, along = -long, -along
	}
	return along > 0 && along < long && abs(dx*py-px*dy) <= long
}

func abs(v int64) int64 {
	if v < 0 {
		return -v
	}
	return v
}

// crossing says whether two edges cross in an inner point of both, and where,
// rounded: the same for either order and direction of the two.
func crossing(e, f edge) (lattice.Node, bool) {
	if lattice.Turn(e.a, e.b, f.a)*lattice.Turn(e.a, e.b, f.b) >= 0 || lattice.Turn(f.a, f.b, e.a)*lattice.Turn(f.a, f.b, e.b) >= 0 {
		return lattice.Node{}, false
	}
	e, f = e.upward(), f.upward()
	if compareEdges(e, f) > 0 {
		e, f = f, e
	}
	ex, ey := float64(e.b.X)-float64(e.a.X), float64(e.b.Y)-float64(e.a.Y)
	fx, fy := float64(f.b.X)-float64(f.a.X), float64(f.b.Y)-float64(f.a.Y)
	t := ((float64(f.a.X)-float64(e.a.X))*fy - (float64(f.a.Y)-float64(e.a.Y))*fx) / (ex*fy - ey*fx)
	return lattice.Node{X: e.a.X + int32(math.Round(t*ex)), Y: e.a.Y + int32(math.Round(t*ey))}, true
}

// area2 is twice the signed area of an open ring in lattice units, positive when
// it turns left. Exact for rings smaller than a quarter of the Earth.
func area2(ring []lattice.Node) int64 {
	var sum int64
	o, a := ring[0], ring[len(ring)-1]
	for _, b := range ring {
		sum += (int64(a.X)-int64(o.X))*(int64(b.Y)-int64(o.Y)) - (int64(b.X)-int64(o.X))*(int64(a.Y)-int64(o.Y))
		a = b
	}
	return sum
}

// westOf counts, with its direction, an edge that a ray from (x-e1, y+e2) to the
// west crosses, e2 much the smaller: +1 for one that runs down, which has its
// left side to the ray's origin, -1 for one that runs up.
func westOf(e edge, p lattice.Node) int32 {
	if (e.a.Y <= p.Y) == (e.b.Y <= p.Y) {
		return 0
	}
	sign, u := int32(1), e
	if e.a.Y < e.b.Y {
		sign = -1
	} else {
		u = e.twin()
	}
	if lattice.Turn(u.a, u.b, p) >= 0 { // p on the edge or to its left: the edge is not to the west
		return 0
	}
	return sign
}

// box is a closed rectangle of the lattice.
type box struct{ lo, hi lattice.Node }

func (b box) meets(c box) bool {
	return b.lo.X <= c.hi.X && c.lo.X <= b.hi.X && b.lo.Y <= c.hi.Y && c.lo.Y <= b.hi.Y
}

// wider is the box with a margin of one unit.
func (b box) wider() box { return b.by(1, 1) }

// by is the box with margins, on Earth.
func (b box) by(dx, dy int32) box {
	const east, north = 180 * lattice.PerDegree, 90 * lattice.PerDegree
	clamp := func(v int64, to int64) int32 { return int32(min(max(v, -to), to)) }
	return box{
		lattice.Node{X: clamp(int64(b.lo.X)-int64(dx), east), Y: clamp(int64(b.lo.Y)-int64(dy), north)},
		lattice.Node{X: clamp(int64(b.hi.X)+int64(dx), east), Y: clamp(int64(b.hi.Y)+int64(dy), north)},
	}
}

func (b box) with(n lattice.Node) box {
	return box{lattice.Node{X: min(b.lo.X, n.X), Y: min(b.lo.Y, n.Y)}, lattice.Node{X: max(b.hi.X, n.X), Y: max(b.hi.Y, n.Y)}}
}

func boxOf(nodes []lattice.Node) box {
	b := box{nodes[0], nodes[0]}
	for _, n := range nodes {
		b = b.with(n)
	}
	return b
}

func (b box) middle() lattice.Node {
	return lattice.Node{X: int32((int64(b.lo.X) + int64(b.hi.X)) / 2), Y: int32((int64(b.lo.Y) + int64(b.hi.Y)) / 2)}
}
