package grid

import (
	"math"

	"github.com/paulmach/orb"
)

// group is a cell in the making: pieces that have joined. Its number is that of
// the piece the others joined, which also gives its place in the order.
type group struct {
	pieces []int
	area2  int64
	shared map[int]float64 // metres of border with other groups
}

// merge joins small pieces to their neighbours and makes the cells, in order.
func merge(pieces []piece, r raster) []orb.MultiPolygon {
	groups := make([]*group, len(pieces))
	for i, p := range pieces {
		groups[i] = &group{pieces: []int{i}, area2: p.area2, shared: make(map[int]float64)}
	}
	measureBorders(pieces, groups, r)

	limit := smallShare * r.cellArea2
	for {
		small := smallest(groups, limit, func(g *group) bool { return len(g.shared) > 0 })
		if small < 0 {
			break
		}
		join(groups, small, longest(groups[small].shared))
	}
	for {
		island := smallest(groups, limit, func(g *group) bool { return true })
		host := -1
		if island >= 0 {
			host = nearestGroup(pieces, groups, island, r)
		}
		if host < 0 {
			break
		}
		join(groups, island, host)
	}

	var cells []orb.MultiPolygon
	for _, g := range groups {
		if g != nil {
			cells = append(cells, outline(pieces, g.pieces))
		}
	}
	return cells
}

// measureBorders fills in how much border each two pieces share.
func measureBorders(pieces []piece, groups []*group, r raster) {
	owner := make(map[dedge]int)
	for i := range pieces {
		pieces[i].eachEdge(func(e dedge) { owner[e] = i })
	}
	for i := range pieces {
		pieces[i].eachEdge(func(e dedge) {
			if j, ok := owner[e.twin()]; ok && j != i {
				dx, dy := float64(e.b.X)-float64(e.a.X), float64(e.b.Y)-float64(e.a.Y)
				groups[i].shared[j] += math.Hypot(dx*r.east, dy*r.north)
			}
		})
	}
}

func (p *piece) eachEdge(visit func(dedge)) {
	for _, ring := range p.rings {
		a := ring[len(ring)-1]
		for _, b := range ring {
			visit(dedge{a, b})
			a = b
		}
	}
}

// smallest is the smallest group below the limit that will do, the first of
// equals, -1 when there is none.
func smallest(groups []*group, limit float64, will func(*group) bool) int {
	best := -1
	for i, g := range groups {
		if g != nil && float64(g.area2) < limit && will(g) && (best < 0 || g.area2 < groups[best].area2) {
			best = i
		}
	}
	return best
}

// longest is the neighbour with the longest shared border, the first of equals.
func longest(shared map[int]float64) int {
	best, length := -1, 0.0
	for j, metres := range shared {
		if best < 0 || metres > length || metres == length && j < best {
			best, length = j, metres
		}
	}
	return best
}

func join(groups []*group, small, host int) {
	s, h := groups[small], groups[host]
	h.pieces = append(h.pieces, s.pieces...)
	h.area2 += s.area2
	for j, metres := range s.shared {
		delete(groups[j].shared, small)
		if j != host {
			h.shared[j] += metres
			groups[j].shared[host] += metres
		}
	}
	groups[small] = nil
}

// nearestGroup is the group with the vertex nearest to the island's first, -1
// when the island is all there is.
func nearestGroup(pieces []piece, groups []*group, island int, r raster) int {
	from := pieces[island].rings[0][0]
	best, distance := -1, 0.0
	for i, g := range groups {
		if g == nil || i == island {
			continue
		}
		for _, k := range g.pieces {
			for _, n := range pieces[k].rings[0] {
				d := math.Hypot((float64(n.X)-float64(from.X))*r.east, (float64(n.Y)-float64(from.Y))*r.north)
				if best < 0 || d < distance {
					best, distance = i, d
				}
			}
		}
	}
	return best
}

// outline is the polygon of joined pieces.
func outline(pieces []piece, members []int) orb.MultiPolygon {
	var edges []dedge
	for _, i := range members {
		pieces[i].eachEdge(func(e dedge) { edges = append(edges, e) })
	}
	edges, _ = cancel(edges) // pieces do not overlap
	return assemble(splitAll(trace(edges)))
}
