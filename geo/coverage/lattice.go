package coverage

import (
	"cmp"
	"math"

	"github.com/paulmach/orb"
)

// perDegree is the lattice of package grid: 1e-7 degrees, about 11 mm.
const perDegree = 1e7

// node is a point of the lattice.
type node struct{ x, y int32 }

// onLattice rounds a place to the lattice as package grid does; ok is false for
// what is not on Earth. Rounding to even is one instruction and differs from
// math.Round in halves only.
func onLattice(p orb.Point) (n node, ok bool) {
	x, y := p[0]*perDegree, p[1]*perDegree
	rx, ry := math.RoundToEven(x), math.RoundToEven(y)
	if !(math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90) { // also refuses NaN
		return node{}, false
	}
	if math.Abs(x-rx) == 0.5 {
		rx = math.Round(x)
	}
	if math.Abs(y-ry) == 0.5 {
		ry = math.Round(y)
	}
	return node{int32(rx), int32(ry)}, true
}

func (n node) point() orb.Point { return orb.Point{float64(n.x) / perDegree, float64(n.y) / perDegree} }

// word packs a node for hashing and for comparing two nodes at once.
func (n node) word() uint64 { return uint64(uint32(n.x))<<32 | uint64(uint32(n.y)) }

func compareNodes(a, b node) int { return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y)) }

// edge is a directed piece of a border: the polygon lies to the left.
type edge struct{ a, b node }

func (e edge) twin() edge { return edge{e.b, e.a} }

// upward is the edge from its lesser node to its greater.
func (e edge) upward() edge {
	if compareNodes(e.a, e.b) > 0 {
		return e.twin()
	}
	return e
}

func (e edge) box() box {
	return box{node{min(e.a.x, e.b.x), min(e.a.y, e.b.y)}, node{max(e.a.x, e.b.x), max(e.a.y, e.b.y)}}
}

// turn is +1 when a, b, c turn left, -1 right, 0 when they are in line. Exact:
// the products fit int64, their difference might not.
func turn(a, b, c node) int {
	return cmp.Compare((int64(b.x)-int64(a.x))*(int64(c.y)-int64(a.y)), (int64(c.x)-int64(a.x))*(int64(b.y)-int64(a.y)))
}

// near says whether p lies on e but for rounding, and between its ends: within
// one unit across, measured along the axis the edge runs less along. It is what
// a vertex looks like that was put on a slanted edge and rounded to the lattice.
func near(e edge, p node) bool {
	dx, dy := int64(e.b.x)-int64(e.a.x), int64(e.b.y)-int64(e.a.y)
	px, py := int64(p.x)-int64(e.a.x), int64(p.y)-int64(e.a.y)
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
func crossing(e, f edge) (node, bool) {
	if turn(e.a, e.b, f.a)*turn(e.a, e.b, f.b) >= 0 || turn(f.a, f.b, e.a)*turn(f.a, f.b, e.b) >= 0 {
		return node{}, false
	}
	e, f = e.upward(), f.upward()
	if cmp.Or(compareNodes(e.a, f.a), compareNodes(e.b, f.b)) > 0 {
		e, f = f, e
	}
	ex, ey := float64(e.b.x)-float64(e.a.x), float64(e.b.y)-float64(e.a.y)
	fx, fy := float64(f.b.x)-float64(f.a.x), float64(f.b.y)-float64(f.a.y)
	t := ((float64(f.a.x)-float64(e.a.x))*fy - (float64(f.a.y)-float64(e.a.y))*fx) / (ex*fy - ey*fx)
	return node{e.a.x + int32(math.Round(t*ex)), e.a.y + int32(math.Round(t*ey))}, true
}

// area2 is twice the signed area of an open ring in lattice units, positive when
// it turns left. Exact for rings smaller than a quarter of the Earth.
func area2(ring []node) int64 {
	var sum int64
	o, a := ring[0], ring[len(ring)-1]
	for _, b := range ring {
		sum += (int64(a.x)-int64(o.x))*(int64(b.y)-int64(o.y)) - (int64(b.x)-int64(o.x))*(int64(a.y)-int64(o.y))
		a = b
	}
	return sum
}

// westOf counts, with its direction, an edge that a ray from (x-e1, y+e2) to the
// west crosses, e2 much the smaller: +1 for one that runs down, which has its
// left side to the ray's origin, -1 for one that runs up.
func westOf(e edge, p node) int32 {
	if (e.a.y <= p.y) == (e.b.y <= p.y) {
		return 0
	}
	sign, u := int32(1), e
	if e.a.y < e.b.y {
		sign = -1
	} else {
		u = e.twin()
	}
	if turn(u.a, u.b, p) >= 0 { // p on the edge or to its left: the edge is not to the west
		return 0
	}
	return sign
}

// box is a closed rectangle of the lattice.
type box struct{ lo, hi node }

func (b box) meets(c box) bool {
	return b.lo.x <= c.hi.x && c.lo.x <= b.hi.x && b.lo.y <= c.hi.y && c.lo.y <= b.hi.y
}

// wider is the box with a margin of one unit.
func (b box) wider() box {
	return box{
		node{max(b.lo.x-1, -180*perDegree), max(b.lo.y-1, -90*perDegree)},
		node{min(b.hi.x+1, 180*perDegree), min(b.hi.y+1, 90*perDegree)},
	}
}

func (b box) with(n node) box {
	return box{node{min(b.lo.x, n.x), min(b.lo.y, n.y)}, node{max(b.hi.x, n.x), max(b.hi.y, n.y)}}
}

func boxOf(nodes []node) box {
	b := box{nodes[0], nodes[0]}
	for _, n := range nodes {
		b = b.with(n)
	}
	return b
}

func (b box) middle() node {
	return node{int32((int64(b.lo.x) + int64(b.hi.x)) / 2), int32((int64(b.lo.y) + int64(b.hi.y)) / 2)}
}
