package grid

import (
	"slices"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

// trace follows directed edges around their faces: at each node it leaves by the
// first edge clockwise from where it came, so the face stays to the left and is
// never left through a corner. Each result is a closed walk of nodes.
func trace(edges []dedge) [][]lattice.Node {
	leaving := make(map[lattice.Node][]int, len(edges))
	for i, e := range edges {
		leaving[e.a] = append(leaving[e.a], i)
	}
	used := make([]bool, len(edges))
	var walks [][]lattice.Node
	for start := range edges {
		if used[start] {
			continue
		}
		var walk []lattice.Node
		for at := start; !used[at]; {
			used[at] = true
			e := edges[at]
			walk = append(walk, e.a)
			next := -1
			for _, c := range leaving[e.b] {
				if next < 0 || clockwiseBefore(e.b, e.a, edges[c].b, edges[next].b) {
					next = c
				}
			}
			at = next
		}
		walks = append(walks, walk)
	}
	return walks
}

// clockwiseBefore says whether, turning clockwise around o from the direction of
// ref, p is met before q. The direction of ref itself is met last.
func clockwiseBefore(o, ref, p, q lattice.Node) bool {
	sector := func(n lattice.Node) int {
		switch t := lattice.Turn(o, ref, n); {
		case t < 0:
			return 0 // less than half a turn
		case t > 0:
			return 2 // more than half a turn
		}
		ahead := func(a, b int32) bool { return int64(a)*int64(b) < 0 }
		if ahead(sign(ref.X, o.X), sign(n.X, o.X)) || ahead(sign(ref.Y, o.Y), sign(n.Y, o.Y)) {
			return 1 // straight on
		}
		return 3 // back
	}
	a, b := sector(p), sector(q)
	if a != b {
		return a < b
	}
	return lattice.Turn(o, p, q) < 0
}

func sign(a, b int32) int32 {
	switch {
	case a > b:
		return 1
	case a < b:
		return -1
	}
	return 0
}

// splitWalk takes a closed walk apart where it comes back to a node: simple
// rings, shells to the left, holes to the right.
func splitWalk(walk []lattice.Node) [][]lattice.Node {
	var rings [][]lattice.Node
	var path []lattice.Node
	at := make(map[lattice.Node]int, len(walk))
	for _, n := range walk {
		if i, again := at[n]; again {
			ring := slices.Clone(path[i:])
			rings = append(rings, ring)
			for _, gone := range ring {
				delete(at, gone)
			}
			path = path[:i]
		}
		at[n] = len(path)
		path = append(path, n)
	}
	return append(rings, path)
}

func splitAll(walks [][]lattice.Node) [][]lattice.Node {
	var rings [][]lattice.Node
	for _, w := range walks {
		rings = append(rings, splitWalk(w)...)
	}
	return rings
}

// assemble puts holes into the smallest shell around them and closes all rings.
func assemble(rings [][]lattice.Node) orb.MultiPolygon {
	var shells, holes [][]lattice.Node
	for _, r := range rings {
		switch a := area2(r); {
		case a > 0:
			shells = append(shells, r)
		case a < 0:
			holes = append(holes, r)
		}
	}
	out := make(orb.MultiPolygon, len(shells))
	for i, s := range shells {
		out[i] = orb.Polygon{closeRing(s)}
	}
	for _, h := range holes {
		if i := shellOf(h, shells); i >= 0 {
			out[i] = append(out[i], closeRing(h))
		}
	}
	return out
}

// shellOf is the number of the smallest shell around a hole, -1 when there is none.
func shellOf(hole []lattice.Node, shells [][]lattice.Node) int {
	best := -1
	for i, s := range shells {
		if (best < 0 || area2(s) < area2(shells[best])) && ringWithin(hole, s) {
			best = i
		}
	}
	return best
}

// boxAround says whether n lies in the box of a ring.
func boxAround(ring []lattice.Node, n lattice.Node) bool {
	low, high := boxOf(ring)
	return n.X >= low.X && n.X <= high.X && n.Y >= low.Y && n.Y <= high.Y
}

func boxOf(ring []lattice.Node) (low, high lattice.Node) {
	low, high = ring[0], ring[0]
	for _, n := range ring {
		low = lattice.Node{X: min(low.X, n.X), Y: min(low.Y, n.Y)}
		high = lattice.Node{X: max(high.X, n.X), Y: max(high.Y, n.Y)}
	}
	return low, high
}

func closeRing(nodes []lattice.Node) orb.Ring {
	ring := make(orb.Ring, 0, len(nodes)+1)
	for _, n := range nodes {
		ring = append(ring, n.Point())
	}
	return append(ring, ring[0])
}
