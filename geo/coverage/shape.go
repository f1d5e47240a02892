package coverage

import (
	"math"
	"math/bits"
	"slices"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

// shape is a polygon on the lattice: rings that are open (the last node joins
// the first), the polygon to their left, no ground counted twice.
type shape struct {
	nodes []lattice.Node
	ends  []int32 // where each ring ends in nodes
	box   box
	area2 int64
	print fingerprint
	notes []Finding // what is wrong with the rings by themselves
}

func (s *shape) empty() bool { return len(s.nodes) == 0 }

// rings calls for each ring.
func (s *shape) rings(visit func([]lattice.Node)) {
	from := int32(0)
	for _, end := range s.ends {
		visit(s.nodes[from:end])
		from = end
	}
}

// edges calls for each edge, ring by ring.
func (s *shape) edges(visit func(edge)) {
	s.rings(func(ring []lattice.Node) {
		a := ring[len(ring)-1]
		for _, b := range ring {
			visit(edge{a, b})
			a = b
		}
	})
}

// windings is how often the border runs around the place just left of and above
// a node: see westOf.
func (s *shape) windings(p lattice.Node) (times int32) {
	if s.empty() || p.X < s.box.lo.X || p.X > s.box.hi.X || p.Y < s.box.lo.Y || p.Y > s.box.hi.Y {
		return 0
	}
	s.edges(func(e edge) { times += westOf(e, p) })
	return times
}

// geometry is the shape as a polygon.
func (s *shape) geometry() orb.MultiPolygon {
	return outline(func(visit func(edge)) { s.edges(visit) })
}

// reader turns polygons into shapes. Its buffers grow to what is read.
type reader struct {
	key   *key
	nodes []lattice.Node
	ends  []int32
}

// read makes the shape of a polygon. What can be seen to be sound in one walk
// along a single ring, as nearly all grids are, goes no further.
func (r *reader) read(code string, geom orb.MultiPolygon) shape {
	if len(geom) == 1 && len(geom[0]) == 1 {
		if s, ok := r.star(geom[0][0]); ok {
			return s
		}
	}
	s := tidy(code, geom)
	s.sum(r.key)
	return s
}

// star reads a ring that is seen whole from the middle of its box: every edge
// turns left around the middle, and the ring goes round once. Such a ring is
// simple. ok is false for all others.
func (r *reader) star(ring orb.Ring) (s shape, ok bool) {
	n := len(ring) - 1
	if n < 3 || ring[0] != ring[n] {
		return s, false
	}
	if cap(r.nodes)-len(r.nodes) < n {
		r.nodes = make([]lattice.Node, 0, max(n, 1<<15))
	}
	at := len(r.nodes)
	nodes := r.nodes[at : at+n : at+n]
	lo, hi := lattice.Node{X: 1<<31 - 1, Y: 1<<31 - 1}, lattice.Node{X: -1 << 31, Y: -1 << 31}
	// Adding 1.5 x 2^52 leaves the rounded number in the low bits: the same as
	// lattice.On for all but halves and what is not on Earth, which go its way.
	const shift = 0x1.8p52
	ring = ring[:n]
	for i := range ring {
		x, y := ring[i][0]*lattice.PerDegree, ring[i][1]*lattice.PerDegree
		tx, ty := x+shift, y+shift
		if !(math.Abs(x-(tx-shift)) < 0.5 && math.Abs(y-(ty-shift)) < 0.5 && math.Abs(x) <= 180*lattice.PerDegree && math.Abs(y) <= 90*lattice.PerDegree) {
			return s, false
		}
		p := lattice.Node{X: int32(math.Float64bits(tx)), Y: int32(math.Float64bits(ty))}
		nodes[i] = p
		lo.X, lo.Y = min(lo.X, p.X), min(lo.Y, p.Y)
		hi.X, hi.Y = max(hi.X, p.X), max(hi.Y, p.Y)
	}
	s.box = box{lo, hi}
	o := s.box.middle()
	var area, rounds int64
	var high, low uint64
	k := *r.key
	least := int64(1)
	a := nodes[n-1]
	ax, ay, aw := int64(a.X)-int64(o.X), int64(a.Y)-int64(o.Y), word(a)
	for _, b := range nodes {
		bx, by, bw := int64(b.X)-int64(o.X), int64(b.Y)-int64(o.Y), word(b)
		c := ax*by - bx*ay
		area += c
		least = min(least, c)
		// Left turns only, so the ray to the west is crossed downwards only: once a
		// round, where the sign of y changes from not negative to negative.
		rounds += int64(uint64(by)>>63) &^ int64(uint64(ay)>>63)
		p := k.edge(aw, bw)
		var carry uint64
		low, carry = bits.Add64(low, p.low, 0)
		high, _ = bits.Add64(high, p.high, carry)
		ax, ay, aw = bx, by, bw
	}
	if least <= 0 || rounds != 1 || hi.X-lo.X < 0 || hi.Y-lo.Y < 0 {
		return s, false
	}
	if cap(r.ends) == len(r.ends) {
		r.ends = make([]int32, 0, 1<<10)
	}
	r.nodes = r.nodes[:at+n]
	r.ends = append(r.ends, int32(n))
	s.nodes, s.ends = nodes, r.ends[len(r.ends)-1:len(r.ends):len(r.ends)]
	s.area2, s.print = area, fingerprint{high, low}
	return s, true
}

// sum adds up the area and the fingerprint.
func (s *shape) sum(k *key) {
	s.area2, s.print = 0, fingerprint{}
	s.rings(func(ring []lattice.Node) { s.area2 += area2(ring) })
	s.edges(func(e edge) { s.print = s.print.plus(k.edge(word(e.a), word(e.b))) })
	if !s.empty() {
		s.box = boxOf(s.nodes)
	}
}

// set takes rings, the polygon to their left.
func (s *shape) set(rings [][]lattice.Node) {
	s.nodes, s.ends = slices.Concat(rings...), nil
	n := 0
	for _, ring := range rings {
		n += len(ring)
		s.ends = append(s.ends, int32(n))
	}
}
