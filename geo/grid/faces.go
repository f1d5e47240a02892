package grid

import (
	"slices"

	"github.com/paulmach/orb"
)

// trace follows directed edges around their faces: at each node it leaves by the
// first edge clockwise from where it came, so the face stays to the left and is
// never left through a corner. Each result is a closed walk of nodes.
func trace(edges []dedge) [][]node {
	leaving := make(map[node][]int, len(edges))
	for i, e := range edges {
		leaving[e.a] = append(leaving[e.a], i)
	}
	used := make([]bool, len(edges))
	var walks [][]node
	for start := range edges {
		if used[start] {
			continue
		}
		var walk []node
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
func clockwiseBefore(o, ref, p, q node) bool {
	sector := func(n node) int {
		switch t := turn(o, ref, n); {
		case t < 0:
			return 0 // less than half a turn
		case t > 0:
			return 2 // more than half a turn
		}
		ahead := func(a, b int32) bool { return int64(a)*int64(b) < 0 }
		if ahead(sign(ref.x, o.x), sign(n.x, o.x)) || ahead(sign(ref.y, o.y), sign(n.y, o.y)) {
			return 1 // straight on
		}
		return 3 // back
	}
	a, b := sector(p), sector(q)
	if a != b {
		return a < b
	}
	return turn(o, p, q) < 0
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
func splitWalk(walk []node) [][]node {
	var rings [][]node
	var path []node
	at := make(map[node]int, len(walk))
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

func splitAll(walks [][]node) [][]node {
	var rings [][]node
	for _, w := range walks {
		rings = append(rings, splitWalk(w)...)
	}
	return rings
}

// assemble puts holes into the smallest shell around them and closes all rings.
func assemble(rings [][]node) orb.MultiPolygon {
	var shells, holes [][]node
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
func shellOf(hole []node, shells [][]node) int {
	best := -1
	for i, s := range shells {
		if (best < 0 || area2(s) < area2(shells[best])) && ringWithin(hole, s) {
			best = i
		}
	}
	return best
}

// boxAround says whether n lies in the box of a ring.
func boxAround(ring []node, n node) bool {
	low, high := boxOf(ring)
	return n.x >= low.x && n.x <= high.x && n.y >= low.y && n.y <= high.y
}

func boxOf(ring []node) (low, high node) {
	low, high = ring[0], ring[0]
	for _, n := range ring {
		low = node{min(low.x, n.x), min(low.y, n.y)}
		high = node{max(high.x, n.x), max(high.y, n.y)}
	}
	return low, high
}

func closeRing(nodes []node) orb.Ring {
	ring := make(orb.Ring, 0, len(nodes)+1)
	for _, n := range nodes {
		ring = append(ring, n.point())
	}
	return append(ring, ring[0])
}
