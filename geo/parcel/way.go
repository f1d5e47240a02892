package parcel

import (
	"container/heap"
	"maps"
	"math"
	"slices"

	"onemap/geo/lattice"
)

// Costs of a metre of the way: what it costs more to pass beside a building, and
// to be one cell's side off the straight line.
const (
	besideCost = 2.5
	offCost    = 12.0
)

// landing is where a way may begin or end: a square, and the place on the
// block's border that it is joined to.
type landing struct {
	square int32
	border lattice.Node
}

// way is the cheapest way across the block: from where its border passes the cut
// in one direction to where it passes in the other. Where it comes to a hole of
// the block, it goes on from any other place of the hole's border; so it may be
// in several parts. nil when there is none.
func (r *raster) way(rings [][]lattice.Node, a axis, side float64) ([][]lattice.Node, float64) {
	edges := newNearest(r.frame, rings)
	down, up := r.landings(rings[0], edges, a)
	if len(down) == 0 || len(up) == 0 {
		return nil, 0
	}
	s := &search{raster: r, axis: a, side: side, cost: make([]float64, len(r.cell)), from: make([]int32, len(r.cell)), hopped: map[int32]bool{}}
	for i := range s.cost {
		s.cost[i], s.from[i] = math.MaxFloat64, -1
	}
	starts, ends := bySquare(down), bySquare(up)
	holes := make([]map[int32]lattice.Node, len(rings)-1)
	of := map[int32]int{} // the hole a square is beside
	for k, hole := range rings[1:] {
		holes[k] = bySquare(r.land(r.fine(hole), edges, a))
		for square := range holes[k] {
			of[square] = k
		}
	}
	for _, l := range down {
		s.reach(l.square, -1, s.price(l.square)*r.step)
	}
	for s.open.Len() > 0 {
		at := heap.Pop(&s.open).(squareOpen)
		if at.cost > s.cost[at.square] {
			continue
		}
		if end, ok := ends[at.square]; ok {
			if parts := s.parts(at.square, starts, end, of, holes); parts != nil {
				return parts, at.cost
			}
		}
		if k, ok := of[at.square]; ok && holes[k] != nil && !s.hopped[at.square] {
			for _, square := range slices.Sorted(maps.Keys(holes[k])) {
				if s.reach(square, at.square, at.cost) {
					s.hopped[square] = true
				}
			}
		}
		s.step(at)
	}
	return nil, 0
}

func bySquare(list []landing) map[int32]lattice.Node {
	m := make(map[int32]lattice.Node, len(list))
	for _, l := range list {
		if _, ok := m[l.square]; !ok {
			m[l.square] = l.border
		}
	}
	return m
}

// search is a search for the cheapest way.
type search struct {
	*raster
	axis   axis
	side   float64
	cost   []float64
	from   []int32        // the square before each, -1 for none
	hopped map[int32]bool // squares that were come to across a hole
	open   squaresOpen
}

// price of a metre in a square.
func (s *search) price(i int32) float64 {
	x, y := s.centre(i)
	off := (s.axis.along(x, y) - s.axis.at) / s.side
	p := 1 + offCost*off*off
	if s.cell[i]&beside != 0 {
		p += besideCost
	}
	return p
}

// reach notes a way to a square, if it is cheaper than those known.
func (s *search) reach(square, from int32, cost float64) bool {
	if cost >= s.cost[square] {
		return false
	}
	s.cost[square], s.from[square] = cost, from
	delete(s.hopped, square)
	heap.Push(&s.open, squareOpen{square, cost})
	return true
}

// step goes on to the squares beside one.
func (s *search) step(at squareOpen) {
	for k, d := range s.beside() {
		next := at.square + d
		if !s.free(next) {
			continue
		}
		length := s.raster.step
		if k >= 4 { // past a corner, only where both squares beside it are free
			dx := int32(1)
			if k == 5 || k == 6 {
				dx = -1
			}
			if !s.free(at.square+dx) || !s.free(next-dx) {
				continue
			}
			length *= math.Sqrt2
		}
		x, y := s.centre(next)
		if math.Abs(s.axis.along(x, y)-s.axis.at) <= s.axis.reach {
			s.reach(next, at.square, at.cost+length*s.price(next))
		}
	}
}

// parts are the ways that lead to a square, from hole to hole; nil when they
// begin where they end.
func (s *search) parts(last int32, starts map[int32]lattice.Node, end lattice.Node, of map[int32]int, holes []map[int32]lattice.Node) (parts [][]lattice.Node) {
	var squares []int32
	for i := last; i >= 0; i = s.from[i] {
		squares = append(squares, i)
		if !s.hopped[i] {
			continue
		}
		hole := holes[of[i]]
		parts = append(parts, s.straighten(squares, end, hole[i]))
		squares, end = nil, hole[s.from[i]]
	}
	start := starts[squares[len(squares)-1]]
	if len(parts) == 0 && start == end {
		return nil
	}
	return append(parts, s.straighten(squares, end, start))
}

// landings are the squares along the outer border where it passes the cut, going
// along the axis (up) and against it (down): a stretch of border that comes from
// beyond the reach on one side and leaves it on the other.
func (r *raster) landings(ring []lattice.Node, edges *nearest, a axis) (down, up []landing) {
	place := func(n lattice.Node) int { // before, within, beyond
		switch off := a.along(r.metres(n)) - a.at; {
		case off < -a.reach:
			return -1
		case off > a.reach:
			return 1
		}
		return 0
	}
	fine := r.fine(ring)
	first := slices.IndexFunc(fine, func(n lattice.Node) bool { return place(n) != 0 })
	if first < 0 {
		return nil, nil
	}
	before := place(fine[first])
	var stretch []lattice.Node
	for i := 1; i <= len(fine); i++ {
		n := fine[(first+i)%len(fine)]
		now := place(n)
		if now == 0 {
			stretch = append(stretch, n)
			continue
		}
		if now != before {
			found := r.land(stretch, edges, a)
			if now > before {
				up = append(up, found...)
			} else {
				down = append(down, found...)
			}
		}
		before, stretch = now, stretch[:0]
	}
	return down, up
}

// fine is a ring in pieces no longer than a square.
func (r *raster) fine(ring []lattice.Node) (fine []lattice.Node) {
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		n := int(r.length(p, q)/r.step) + 1
		px, py := r.metres(p)
		qx, qy := r.metres(q)
		fine = append(fine, p)
		for k := 1; k < n; k++ {
			f := float64(k) / float64(n)
			fine = append(fine, r.node(px+f*(qx-px), py+f*(qy-py)))
		}
	}
	return fine
}

// land gives the free squares from which the border is near along a stretch.
func (r *raster) land(stretch []lattice.Node, edges *nearest, a axis) (list []landing) {
	seen := map[int32]bool{}
	for _, n := range stretch {
		x, y := r.metres(n)
		middle := r.at(x, y)
		for dy := int32(-2); dy <= 2; dy++ {
			for dx := int32(-2); dx <= 2; dx++ {
				i := middle + dy*int32(r.cols) + dx
				if i < 0 || int(i) >= len(r.cell) || seen[i] || !r.free(i) {
					continue
				}
				cx, cy := r.centre(i)
				if hypot(cx-x, cy-y) > 2.2*r.step || math.Abs(a.along(cx, cy)-a.at) > a.reach {
					continue
				}
				seen[i] = true
				at, ok := edges.to(r.middle(i), 3*r.step)
				if ok && r.touch(r.middle(i), at, func(k int32) bool { return r.cell[k]&walled == 0 }) {
					list = append(list, landing{i, at})
				}
			}
		}
	}
	return list
}

// straighten makes as few straight pieces of a way as squares without buildings
// allow. Squares beside buildings are passed only where the way passes them.
func (r *raster) straighten(squares []int32, first, last lattice.Node) []lattice.Node {
	way := []lattice.Node{first, r.middle(squares[0])}
	for i := 0; i+1 < len(squares); {
		sees := func(j int) bool {
			near := false
			for _, s := range squares[i : j+1] {
				near = near || r.cell[s]&beside != 0
			}
			return r.touch(r.middle(squares[i]), r.middle(squares[j]), func(k int32) bool {
				return r.free(k) && (near || r.cell[k]&beside == 0)
			})
		}
		j, blind := i+1, len(squares) // the last that is seen, and the first that is not
		for stride := 2; i+stride < len(squares); stride *= 2 {
			if !sees(i + stride) {
				blind = i + stride
				break
			}
			j = i + stride
		}
		for blind-j > 1 {
			if m := (j + blind) / 2; sees(m) {
				j = m
			} else {
				blind = m
			}
		}
		i = j
		way = append(way, r.middle(squares[i]))
	}
	return append(way, last)
}

type squareOpen struct {
	square int32
	cost   float64
}

// squaresOpen is a heap of squares, the cheapest first, of equals the first.
type squaresOpen []squareOpen

func (h squaresOpen) Len() int { return len(h) }
func (h squaresOpen) Less(i, j int) bool {
	return h[i].cost < h[j].cost || h[i].cost == h[j].cost && h[i].square < h[j].square
}
func (h squaresOpen) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *squaresOpen) Push(x any)   { *h = append(*h, x.(squareOpen)) }
func (h *squaresOpen) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
