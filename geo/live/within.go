package live

import (
	"iter"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

// Within yields the objects in a polygon, by the half-open rule of package geo:
// an object on the border of two polygons that share it is in exactly one. Inside
// is where an odd number of edges lies to the west, whatever the rings are called.
// Rings may be open or closed. A polygon with a vertex that is not on Earth, which
// [NewArea] refuses with a reason, holds nothing.
func (s *Points[R]) Within(p orb.MultiPolygon) iter.Seq[*Object[R]] {
	return func(yield func(*Object[R]) bool) {
		edges, err := edgesOf(p)
		if err != nil {
			return
		}
		all := make([]int32, len(edges))
		for i := range all {
			all[i] = int32(i)
		}
		c := cutter[R]{edges: edges, near: all, yield: yield}
		c.in(s.space.root, 0, lattice.Node{X: -1 << 31, Y: -1 << 31}, all, false)
	}
}

// cutter walks a trie with the edges of a polygon. A square is given the edges that
// meet it and whether its least corner is inside. So is a place of the square if
// the edges passed on the way from that corner, east and then north, are even.
type cutter[R any] struct {
	edges []edge
	near  []int32 // those of squares being walked, one after the other
	yield func(*Object[R]) bool
}

// in walks a square and says whether to go on.
func (c *cutter[R]) in(in *square[R], level int, corner lattice.Node, near []int32, inside bool) bool {
	if len(near) == 0 || level == placeLevels {
		// A square of one place is its own corner.
		return !inside || in.each(func(e entry[R]) bool { return c.yield(e.o) })
	}
	shift := 30 - 2*level
	for i := range in.kids {
		k := &in.kids[i]
		if k.in == nil && len(k.list) == 0 {
			continue
		}
		low := lattice.Node{X: corner.X + int32(i>>2)<<shift, Y: corner.Y + int32(i&3)<<shift}
		high := lattice.Node{X: low.X + (1<<shift - 1), Y: low.Y + (1<<shift - 1)}
		from := len(c.near)
		for _, n := range near {
			if c.edges[n].meets(low, high) {
				c.near = append(c.near, n)
			}
		}
		if !c.kid(k, level+1, low, c.near[from:], c.odd(near, corner, low) != inside) {
			return false
		}
		c.near = c.near[:from]
	}
	return true
}

func (c *cutter[R]) kid(k *kid[R], level int, low lattice.Node, near []int32, inside bool) bool {
	if k.in != nil {
		return c.in(k.in, level, low, near, inside)
	}
	for _, e := range k.list {
		if c.odd(near, low, e.node()) != inside && !c.yield(e.o) {
			return false
		}
	}
	return true
}

// odd says whether an odd number of edges is passed on the way from a corner east
// and then north to a place.
func (c *cutter[R]) odd(near []int32, corner, at lattice.Node) bool {
	odd := false
	turn := lattice.Node{X: at.X, Y: corner.Y}
	for _, n := range near {
		e := &c.edges[n]
		if e.left(corner) != e.left(turn) {
			odd = !odd
		}
		if e.below(turn) != e.below(at) {
			odd = !odd
		}
	}
	return odd
}
