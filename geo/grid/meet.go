package grid

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/tidwall/rtree"

	"onemap/geo/lattice"
)

// edge is a directed piece of a border: the region lies to the left.
type edge struct {
	a, b          lattice.Node
	polygon, ring int // where it comes from, for findings
	next          int // number of the edge after it in its ring
}

func (e edge) box() (low, high [2]float64) {
	return [2]float64{float64(min(e.a.X, e.b.X)), float64(min(e.a.Y, e.b.Y))},
		[2]float64{float64(max(e.a.X, e.b.X)), float64(max(e.a.Y, e.b.Y))}
}

// ringEdges lists the edges of an open ring in its own direction; next counts
// from the first edge of this ring.
func ringEdges(nodes []lattice.Node, polygon, ring int) []edge {
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
func meet(e, f edge) (meeting, lattice.Node) {
	if max(e.a.X, e.b.X) < min(f.a.X, f.b.X) || max(f.a.X, f.b.X) < min(e.a.X, e.b.X) ||
		max(e.a.Y, e.b.Y) < min(f.a.Y, f.b.Y) || max(f.a.Y, f.b.Y) < min(e.a.Y, e.b.Y) {
		return apart, lattice.Node{}
	}
	a, b := lattice.Turn(e.a, e.b, f.a), lattice.Turn(e.a, e.b, f.b)
	if a*b > 0 {
		return apart, lattice.Node{}
	}
	c, d := lattice.Turn(f.a, f.b, e.a), lattice.Turn(f.a, f.b, e.b)
	if c*d > 0 {
		return apart, lattice.Node{}
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
func meetInLine(e, f edge) (meeting, lattice.Node) {
	shared := sharedEnds(e, f)
	for _, n := range shared {
		if n != shared[0] {
			return crosswise, shared[0]
		}
	}
	return touching, shared[0]
}

// sharedEnds are the ends of each of two edges that lie on the other.
func sharedEnds(e, f edge) (shared []lattice.Node) {
	for _, n := range [...]lattice.Node{f.a, f.b} {
		if lattice.OnSegment(e.a, e.b, n) {
			shared = append(shared, n)
		}
	}
	for _, n := range [...]lattice.Node{e.a, e.b} {
		if lattice.OnSegment(f.a, f.b, n) {
			shared = append(shared, n)
		}
	}
	return shared
}

// crossPoint is where two edges cross, on the nearest node.
func crossPoint(e, f edge) lattice.Node {
	ex, ey := float64(e.b.X)-float64(e.a.X), float64(e.b.Y)-float64(e.a.Y)
	fx, fy := float64(f.b.X)-float64(f.a.X), float64(f.b.Y)-float64(f.a.Y)
	t := ((float64(f.a.X)-float64(e.a.X))*fy - (float64(f.a.Y)-float64(e.a.Y))*fx) / (ex*fy - ey*fx)
	return lattice.Node{X: e.a.X + int32(math.Round(t*ex)), Y: e.a.Y + int32(math.Round(t*ey))}
}

// meetingsOf finds where edges meet that should not, at most limit places. The
// edges are grouped by ring, in order. Neighbours in a ring share an end and may;
// rings of one polygon, and parts of a region, may touch in points.
func meetingsOf(edges []edge, limit int) []Finding {
	const few = 40 // edges, among which looking at all is quicker than a tree
	var tree rtree.RTreeGN[float64, int]
	first := make([]int, len(edges)) // the first edge of the edge's ring
	for i, e := range edges {
		if i > 0 && e.polygon == edges[i-1].polygon && e.ring == edges[i-1].ring {
			first[i] = first[i-1]
		} else {
			first[i] = i
		}
		if len(edges) > few {
			low, high := e.box()
			tree.Insert(low, high, i)
		}
	}
	var found []Finding
	var seen map[Finding]bool
	for i, e := range edges {
		against := func(_, _ [2]float64, j int) bool {
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
				if seen == nil {
					seen = make(map[Finding]bool)
				}
				seen[finding] = true
				found = append(found, finding)
			}
			return len(found) < limit
		}
		low, high := e.box()
		if len(edges) > few {
			tree.Search(low, high, against)
		} else {
			for j := i + 1; j < len(edges); j++ {
				if l, h := edges[j].box(); l[0] <= high[0] && l[1] <= high[1] && h[0] >= low[0] && h[1] >= low[1] && !against(l, h, j) {
					break
				}
			}
		}
		if len(found) >= limit {
			break
		}
	}
	sortFindings(found)
	return found
}

func meetFinding(kind Kind, e, f edge, at lattice.Node) Finding {
	p := at.Point()
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
