package grid

import (
	"fmt"
	"math/bits"

	"github.com/tidwall/rtree"
)

// edge is a directed piece of a border: the region lies to the left.
type edge struct {
	a, b          node
	polygon, ring int // where it comes from, for findings
	next          int // number of the edge after it in its ring
}

func (e edge) box() (low, high [2]float64) {
	return [2]float64{float64(min(e.a.x, e.b.x)), float64(min(e.a.y, e.b.y))},
		[2]float64{float64(max(e.a.x, e.b.x)), float64(max(e.a.y, e.b.y))}
}

// ringEdges lists the edges of an open ring in its own direction; next counts
// from the first edge of this ring.
func ringEdges(nodes []node, polygon, ring int) []edge {
	edges := make([]edge, len(nodes))
	for i, n := range nodes {
		edges[i] = edge{a: n, b: nodes[(i+1)%len(nodes)], polygon: polygon, ring: ring, next: (i + 1) % len(nodes)}
	}
	return edges
}

// meeting is how two edges that are not neighbours meet.
type meeting int

const (
	apart     meeting = iota
	touching          // in one point that is an end of at least one of them
	crosswise         // in one inner point of both, or along a piece
)

// meet compares two edges exactly and says where they meet, to the lattice.
func meet(e, f edge) (meeting, node) {
	if max(e.a.x, e.b.x) < min(f.a.x, f.b.x) || max(f.a.x, f.b.x) < min(e.a.x, e.b.x) ||
		max(e.a.y, e.b.y) < min(f.a.y, f.b.y) || max(f.a.y, f.b.y) < min(e.a.y, e.b.y) {
		return apart, node{}
	}
	a, b := turn(e.a, e.b, f.a), turn(e.a, e.b, f.b)
	if a*b > 0 {
		return apart, node{}
	}
	c, d := turn(f.a, f.b, e.a), turn(f.a, f.b, e.b)
	if c*d > 0 {
		return apart, node{}
	}
	if a == 0 && b == 0 {
		return meetInLine(e, f)
	}
	if a*b < 0 && c*d < 0 {
		return crosswise, crossPoint(e, f)
	}
	switch {
	case a == 0:
		return touching, f.a
	case b == 0:
		return touching, f.b
	case c == 0:
		return touching, e.a
	}
	return touching, e.b
}

// meetInLine: both lie on one line and their boxes meet. Sharing one end only is
// a touch, sharing more is a crossing.
func meetInLine(e, f edge) (meeting, node) {
	var shared []node
	for _, n := range [...]node{f.a, f.b} {
		if onSegment(e.a, e.b, n) {
			shared = append(shared, n)
		}
	}
	for _, n := range [...]node{e.a, e.b} {
		if onSegment(f.a, f.b, n) {
			shared = append(shared, n)
		}
	}
	for _, n := range shared {
		if n != shared[0] {
			return crosswise, shared[0]
		}
	}
	return touching, shared[0]
}

// crossPoint is where two edges cross, for people to look at: rounded.
func crossPoint(e, f edge) node {
	ex, ey := float64(e.b.x)-float64(e.a.x), float64(e.b.y)-float64(e.a.y)
	fx, fy := float64(f.b.x)-float64(f.a.x), float64(f.b.y)-float64(f.a.y)
	t := ((float64(f.a.x)-float64(e.a.x))*fy - (float64(f.a.y)-float64(e.a.y))*fx) / (ex*fy - ey*fx)
	return node{int32(float64(e.a.x) + t*ex), int32(float64(e.a.y) + t*ey)}
}

// meetingsOf finds where edges meet that should not, at most limit places. The
// edges are grouped by ring, in order. Neighbours in a ring share an end and may;
// rings of one polygon, and parts of a region, may touch in points.
func meetingsOf(edges []edge, limit int) []Finding {
	var tree rtree.RTreeGN[float64, int]
	first := make([]int, len(edges)) // the first edge of the edge's ring
	for i, e := range edges {
		if i > 0 && e.polygon == edges[i-1].polygon && e.ring == edges[i-1].ring {
			first[i] = first[i-1]
		} else {
			first[i] = i
		}
		low, high := e.box()
		tree.Insert(low, high, i)
	}
	var found []Finding
	seen := make(map[Finding]bool)
	for i, e := range edges {
		low, high := e.box()
		tree.Search(low, high, func(_, _ [2]float64, j int) bool {
			if j <= i {
				return true
			}
			f := edges[j]
			how, at := meet(e, f)
			sameRing := first[i] == first[j]
			var finding Finding
			switch {
			case how == touching && sameRing && first[i]+e.next != j && first[j]+f.next != i:
				finding = meetFinding(Touching, e, f, at)
			case how == crosswise:
				finding = meetFinding(Crossing, e, f, at)
			default:
				return true
			}
			if !seen[finding] {
				seen[finding] = true
				found = append(found, finding)
			}
			return len(found) < limit
		})
		if len(found) >= limit {
			break
		}
	}
	sortFindings(found)
	return found
}

func meetFinding(kind Kind, e, f edge, at node) Finding {
	p := at.point()
	what := fmt.Sprintf("Polygon %d, %s", e.polygon+1, ringName(e.ring))
	switch {
	case kind == Touching:
		what += fmt.Sprintf(" touches itself at (%.7f, %.7f).", p[0], p[1])
	case e.polygon == f.polygon && e.ring == f.ring:
		what += fmt.Sprintf(" crosses itself at (%.7f, %.7f).", p[0], p[1])
	case e.polygon == f.polygon:
		what += fmt.Sprintf(" crosses or shares an edge with %s at (%.7f, %.7f).", ringName(f.ring), p[0], p[1])
	default:
		what += fmt.Sprintf(" crosses or shares an edge with polygon %d, %s at (%.7f, %.7f).", f.polygon+1, ringName(f.ring), p[0], p[1])
	}
	return Finding{Kind: kind, Place: p, Polygon: e.polygon, Ring: e.ring, Text: what}
}

// cmpProducts compares a*b with c*d in 128 bits.
func cmpProducts(a, b, c, d int64) int {
	ah, al := product(a, b)
	ch, cl := product(c, d)
	switch {
	case ah != ch:
		if ah < ch {
			return -1
		}
		return 1
	case al < cl:
		return -1
	case al > cl:
		return 1
	}
	return 0
}

// product is a*b as a signed 128-bit number.
func product(a, b int64) (high int64, low uint64) {
	h, l := bits.Mul64(uint64(a), uint64(b))
	if a < 0 {
		h -= uint64(b)
	}
	if b < 0 {
		h -= uint64(a)
	}
	return int64(h), l
}
