package parcel

import (
	"github.com/tidwall/rtree"

	"onemap/geo/lattice"
)

// nearest finds the nearest place on a block's border.
type nearest struct {
	frame
	edges [][2]lattice.Node
	index rtree.RTreeGN[int32, int32]
}

func newNearest(f frame, rings [][]lattice.Node) *nearest {
	n := &nearest{frame: f}
	for _, ring := range rings {
		a := ring[len(ring)-1]
		for _, b := range ring {
			low, high := boxOf(a, b)
			n.index.Insert(low, high, int32(len(n.edges)))
			n.edges = append(n.edges, [2]lattice.Node{a, b})
			a = b
		}
	}
	return n
}

// to is the place of the border nearest to a node, within some metres: a vertex
// when one is hardly further off.
func (n *nearest) to(from lattice.Node, within float64) (at lattice.Node, ok bool) {
	x, y := n.metres(from)
	best := within
	dx, dy := int32(within/n.east)+1, int32(within/n.north)+1
	n.index.Search([2]int32{from.X - dx, from.Y - dy}, [2]int32{from.X + dx, from.Y + dy}, func(_, _ [2]int32, i int32) bool {
		a, b := n.edges[i][0], n.edges[i][1]
		ax, ay := n.metres(a)
		bx, by := n.metres(b)
		part := ((x-ax)*(bx-ax) + (y-ay)*(by-ay)) / ((bx-ax)*(bx-ax) + (by-ay)*(by-ay))
		part = min(max(part, 0), 1)
		px, py := ax+part*(bx-ax), ay+part*(by-ay)
		if off := hypot(px-x, py-y); off < best || off == best && compareNodes(n.node(px, py), at) < 0 {
			best, ok = off, true
			switch near := within / 3; {
			case hypot(px-ax, py-ay) < near:
				at = a
			case hypot(px-bx, py-by) < near:
				at = b
			default:
				at = n.node(px, py)
			}
		}
		return true
	})
	return at, ok
}
