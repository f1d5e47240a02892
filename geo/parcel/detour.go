package parcel

import (
	"cmp"
	"math"
	"slices"

	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// detour ends lines at the walls of the buildings they go through, and adds
// those walls to the lines: what was to be a border there can go round.
func (t *town) detour() {
	gates := map[int32]map[int][]lattice.Node{} // of a building and a wall, where lines meet it
	var out []line
	for _, l := range t.lines {
		pieces := []line{l}
		t.through(l.From, l.To, func(h int32) bool {
			if gates[h] == nil {
				gates[h] = map[int][]lattice.Node{}
			}
			var left []line
			for _, p := range pieces {
				left = append(left, t.outside(p, h, gates[h])...)
			}
			pieces = left
			return true
		})
		out = append(out, pieces...)
	}
	met := len(gates)
	t.overlapping(gates)
	houses := make([]int32, 0, len(gates))
	for h := range gates {
		houses = append(houses, h)
	}
	slices.Sort(houses)
	for _, h := range houses {
		wall := 0
		for _, ring := range t.houses[h].rings {
			for i, a := range ring {
				b := ring[(i+1)%len(ring)]
				at := gates[h][wall]
				wall++
				slices.SortFunc(at, func(p, q lattice.Node) int { return cmp.Compare(along(a, b, p), along(a, b, q)) })
				for _, n := range append(at, b) {
					if n != a {
						out = append(out, line{grid.Step{From: a, To: n}, Lane, h})
						a = n
					}
				}
			}
		}
	}
	t.lines, t.plan.Detours = out, met
}

// overlapping adds the buildings that reach into those that lines go through, and
// into these again: what goes round one has to go round all.
func (t *town) overlapping(gates map[int32]map[int][]lattice.Node) {
	var open []int32
	for h := range gates {
		open = append(open, h)
	}
	for len(open) > 0 {
		h := open[len(open)-1]
		open = open[:len(open)-1]
		for _, ring := range t.houses[h].rings {
			for i, a := range ring {
				t.through(a, ring[(i+1)%len(ring)], func(other int32) bool {
					if gates[other] == nil {
						gates[other] = map[int][]lattice.Node{}
						open = append(open, other)
					}
					return true
				})
			}
		}
	}
}

// along is how far n lies along from a to b, times their squared distance.
func along(a, b, n lattice.Node) int64 {
	return (int64(n.X)-int64(a.X))*(int64(b.X)-int64(a.X)) + (int64(n.Y)-int64(a.Y))*(int64(b.Y)-int64(a.Y))
}

// outside is what of a line lies outside of a building; it notes at which of its
// walls, counted over all rings, the line meets it.
func (t *town) outside(l line, h int32, gates map[int][]lattice.Node) (pieces []line) {
	type stop struct {
		at   lattice.Node
		t    float64
		wall int
	}
	stops := []stop{{l.From, 0, -1}, {l.To, 1, -1}}
	wall := 0
	for _, ring := range t.houses[h].rings {
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			switch {
			case crossing(l.From, l.To, a, b):
				at, part := gate(t.houses[h].rings, l.From, l.To, a, b)
				stops = append(stops, stop{at, part, wall})
			case a != l.From && a != l.To && lattice.OnSegment(l.From, l.To, a):
				stops = append(stops, stop{a, partOf(l.From, l.To, a), -1})
			case lattice.OnSegment(a, b, l.From) && l.From != a && l.From != b:
				gates[wall] = append(gates[wall], l.From)
			case lattice.OnSegment(a, b, l.To) && l.To != a && l.To != b:
				gates[wall] = append(gates[wall], l.To)
			}
			wall++
		}
	}
	slices.SortFunc(stops, func(p, q stop) int { return cmp.Or(cmp.Compare(p.t, q.t), compareNodes(p.at, q.at)) })
	for _, s := range stops {
		if s.wall >= 0 {
			gates[s.wall] = append(gates[s.wall], s.at)
		}
	}
	for i := 1; i < len(stops); i++ {
		a, b := stops[i-1].at, stops[i].at
		if a != b && !inHouse(t.houses[h].rings, a, b) {
			pieces = append(pieces, line{grid.Step{From: a, To: b}, l.rank, l.house})
		}
	}
	return pieces
}

// inHouse says whether a piece between two walls lies inside: it may begin or
// end a unit off, so its middle tells.
func inHouse(rings [][]lattice.Node, a, b lattice.Node) bool {
	for _, ring := range rings {
		if in, sure := grid.HoldsMiddle(ring, a, b); in && sure {
			return true
		}
	}
	return false
}

func partOf(a, b, n lattice.Node) float64 {
	return float64(along(a, b, n)) / float64(along(a, b, b))
}

// gate is where a line meets the wall a-b: the nearest node that is not inside
// of the building and from which the wall can be drawn without going inside.
func gate(rings [][]lattice.Node, from, to, a, b lattice.Node) (at lattice.Node, part float64) {
	ex, ey := float64(to.X)-float64(from.X), float64(to.Y)-float64(from.Y)
	fx, fy := float64(b.X)-float64(a.X), float64(b.Y)-float64(a.Y)
	part = ((float64(a.X)-float64(from.X))*fy - (float64(a.Y)-float64(from.Y))*fx) / (ex*fy - ey*fx)
	x, y := float64(from.X)+part*ex, float64(from.Y)+part*ey
	best := math.Inf(1)
	at = lattice.Node{X: int32(math.Round(x)), Y: int32(math.Round(y))}
	middle := at
	for dx := int32(-2); dx <= 2; dx++ {
		for dy := int32(-2); dy <= 2; dy++ {
			n := lattice.Node{X: middle.X + dx, Y: middle.Y + dy}
			off := hypot(float64(n.X)-x, float64(n.Y)-y)
			if off >= best || along(a, b, n) < 0 || along(a, b, n) > along(a, b, b) || !drawable(rings, a, n, b) {
				continue
			}
			at, best = n, off
		}
	}
	return at, part
}

// drawable says whether a wall may be drawn by way of n.
func drawable(rings [][]lattice.Node, a, n, b lattice.Node) bool {
	for _, ring := range rings {
		if within(ring, n) || n != a && through(ring, a, n) || n != b && through(ring, n, b) {
			return false
		}
	}
	return true
}
