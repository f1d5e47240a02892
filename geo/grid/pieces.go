package grid

import (
	"cmp"
	"slices"

	"onemap/geo/lattice"
)

// piece is one connected part of a region within one cell of the raster.
type piece struct {
	rings     [][]lattice.Node // the first is the shell
	area2     int64
	row, col  int // row 0 is the northernmost
	low, high lattice.Node
}

// pieces cuts the border along the raster; ok is false when rounding would make
// the border meet itself or, with keepTips, lose a tip. The order is rows from the north, each from the west.
func (r raster) pieces(border []dedge, keepTips bool) (list []piece, ok bool) {
	split := r.splitAtLines(border)
	outer, ok := cancel(split)
	if !ok || keepTips && len(outer) < len(split) || !sound(outer) {
		return nil, false
	}
	edges := slices.Concat(outer, r.inner(outer))
	slices.SortFunc(edges, compareEdges)

	var holes [][]lattice.Node
	byCell := make(map[[2]int][]int)
	for _, walk := range trace(edges) {
		var p piece
		var own [][]lattice.Node
		for _, ring := range splitWalk(walk) {
			a := area2(ring)
			if a > 0 {
				if p.rings != nil {
					return nil, false
				}
				p.rings = [][]lattice.Node{ring}
			} else {
				own = append(own, ring)
			}
			p.area2 += a
		}
		if p.rings == nil {
			holes = append(holes, own...)
			continue
		}
		p.rings = append(p.rings, own...)
		p.low, p.high = boxOf(p.rings[0])
		p.row, p.col = r.cell(p.low)
		byCell[[2]int{p.row, p.col}] = append(byCell[[2]int{p.row, p.col}], len(list))
		list = append(list, p)
	}
	for _, h := range holes {
		low, _ := boxOf(h)
		row, col := r.cell(low)
		candidates := byCell[[2]int{row, col}]
		shells := make([][]lattice.Node, len(candidates))
		for i, c := range candidates {
			shells[i] = list[c].rings[0]
		}
		i := shellOf(h, shells)
		if i < 0 {
			return nil, false
		}
		p := &list[candidates[i]]
		p.rings = append(p.rings, h)
		p.area2 += area2(h)
	}
	slices.SortFunc(list, func(a, b piece) int {
		return cmp.Or(
			cmp.Compare(a.row, b.row), cmp.Compare(a.col, b.col),
			cmp.Compare(b.high.Y, a.high.Y), cmp.Compare(a.low.X, b.low.X),
			compareNodes(a.rings[0][0], b.rings[0][0]))
	})
	return list, true
}

// cell is the row (from the north) and column of the raster to the upper right
// of n, the lower left corner of what lies within one cell.
func (r raster) cell(n lattice.Node) (row, col int) {
	col, found := slices.BinarySearch(r.xs, n.X)
	if !found {
		col--
	}
	up, found := slices.BinarySearch(r.ys, n.Y)
	if !found {
		up--
	}
	return len(r.ys) - 2 - up, col
}

// inner is the part of the raster's lines that runs inside the region, in both
// directions, with a node at each crossing of lines.
func (r raster) inner(border []dedge) []dedge {
	upright := innerLines(r.xs, r.ys, border)
	flipped := make([]dedge, len(border))
	for i, e := range border {
		flipped[i] = dedge{flip(e.a), flip(e.b)}
	}
	for _, e := range innerLines(r.ys, r.xs, flipped) {
		upright = append(upright, dedge{flip(e.a), flip(e.b)})
	}
	return upright
}

func flip(n lattice.Node) lattice.Node { return lattice.Node{X: n.Y, Y: n.X} }

// innerLines does the north-south lines. Border edges meet a line at their ends
// only, so walking up the line the inside to its right begins or ends where an
// odd number of edges leaves to the right, and so on the left. Where both sides
// are inside and the border does not run along the line, the line is inside.
func innerLines(xs, ys []int32, border []dedge) []dedge {
	type sides struct{ left, right int }
	at := make([]map[int32]sides, len(xs))
	note := func(on lattice.Node, other lattice.Node) {
		i, found := slices.BinarySearch(xs, on.X)
		if !found {
			return
		}
		if at[i] == nil {
			at[i] = make(map[int32]sides)
		}
		s := at[i][on.Y]
		if other.X > on.X {
			s.right++
		} else if other.X < on.X {
			s.left++
		}
		at[i][on.Y] = s
	}
	for _, e := range border {
		note(e.a, e.b)
		note(e.b, e.a)
	}
	var inner []dedge
	for i, x := range xs {
		nodes := make([]int32, 0, len(at[i]))
		for y := range at[i] {
			nodes = append(nodes, y)
		}
		slices.Sort(nodes)
		left, right := 0, 0
		for k, y := range nodes {
			s := at[i][y]
			left, right = left+s.left, right+s.right
			if left%2 == 0 || right%2 == 0 || k+1 == len(nodes) {
				continue
			}
			from := lattice.Node{X: x, Y: y}
			for _, stop := range append(slices.Clone(between(ys, y, nodes[k+1])), nodes[k+1]) {
				to := lattice.Node{X: x, Y: stop}
				inner = append(inner, dedge{from, to}, dedge{to, from})
				from = to
			}
		}
	}
	return inner
}
