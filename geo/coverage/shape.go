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
	box   box
	area2 int64
	print fingerprint
	ring  *orb.Ring // of one that is as it was given, and has no body until its nodes are asked for
	*body
}

// body is the nodes of a shape, ring by ring.
type body struct {
	nodes []lattice.Node
	ends  []int32   // where each ring ends in nodes
	notes []Finding // what is wrong with the rings by themselves
}

func (s *shape) empty() bool { return s.ring == nil && (s.body == nil || len(s.nodes) == 0) }

// len is how many nodes there are.
func (s *shape) len() int {
	switch {
	case s.body != nil:
		return len(s.nodes)
	case s.ring != nil:
		return len(*s.ring) - 1
	}
	return 0
}

func (s *shape) flawed() bool { return s.body != nil && len(s.notes) > 0 }

// load makes the nodes of a ring that was left as it is.
func (s *shape) load() {
	if s.body == nil {
		s.body = &body{}
		if s.ring != nil {
			s.nodes = appendNodes(make([]lattice.Node, 0, len(*s.ring)-1), *s.ring)
			s.ends = []int32{int32(len(s.nodes))}
		}
	}
}

// appendNodes appends the nodes of a closed ring that [reader.star] has read, open.
func appendNodes(nodes []lattice.Node, ring orb.Ring) []lattice.Node {
	for _, p := range ring[:len(ring)-1] {
		nodes = append(nodes, lattice.Node{X: int32(math.RoundToEven(p[0] * lattice.PerDegree)), Y: int32(math.RoundToEven(p[1] * lattice.PerDegree))})
	}
	return nodes
}

// rings calls for each ring.
func (s *shape) rings(visit func([]lattice.Node)) {
	s.load()
	from := int32(0)
	for _, end := range s.ends {
		visit(s.nodes[from:end])
		from = end
	}
}

// eachRing calls for each ring without keeping its nodes; it uses the buffer, and
// gives it back.
func (s *shape) eachRing(buffer []lattice.Node, visit func([]lattice.Node)) []lattice.Node {
	if s.body == nil && s.ring != nil {
		buffer = appendNodes(buffer[:0], *s.ring)
		visit(buffer)
		return buffer
	}
	s.rings(visit)
	return buffer
}

// edges calls for each edge, ring by ring.
func (s *shape) edges(visit func(edge)) {
	s.rings(func(ring []lattice.Node) { around(ring, visit) })
}

// around calls for each edge of an open ring.
func around(ring []lattice.Node, visit func(edge)) {
	a := ring[len(ring)-1]
	for _, b := range ring {
		visit(edge{a, b})
		a = b
	}
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

// reader turns polygons into shapes.
type reader struct {
	key   *key
	nodes []spoke // of the ring being read
}

// spoke is a node in two forms.
type spoke struct {
	x, y int64
	word uint64
}

// read makes the shape of a polygon. What can be seen to be sound in one walk
// along a single ring, as nearly all grids are, goes no further.
func (r *reader) read(code string, geom orb.MultiPolygon) shape {
	if ring := single(geom); ring != nil {
		if s, ok := r.star(ring); ok {
			return s
		}
	}
	s := tidy(code, geom)
	s.sum(r.key)
	return s
}

// single is the ring of a polygon that has but one, closed, around some ground.
func single(geom orb.MultiPolygon) *orb.Ring {
	if len(geom) != 1 || len(geom[0]) != 1 {
		return nil
	}
	ring := &geom[0][0]
	if n := len(*ring) - 1; n < 3 || (*ring)[0] != (*ring)[n] {
		return nil
	}
	return ring
}

// star reads a ring, from single, that is seen whole from the middle of its box: every edge
// turns left around the middle, and the ring goes round once. Such a ring is
// simple. ok is false for all others.
func (r *reader) star(whole *orb.Ring) (s shape, ok bool) {
	ring := *whole
	n := len(ring) - 1
	if cap(r.nodes) < n {
		r.nodes = make([]spoke, 2*n)
	}
	nodes := r.nodes[:n]
	var low, high struct{ x, y int64 }
	low.x, low.y, high.x, high.y = math.MaxInt64, math.MaxInt64, math.MinInt64, math.MinInt64
	// Adding 1.5 x 2^52 leaves the rounded number in the low bits: the same as
	// lattice.On for all but halves, which go its way, and what is not on Earth,
	// which gives numbers that are not either.
	const shift = 0x1.8p52
	ring = ring[:n]
	for i := range nodes {
		p := &ring[i]
		x, y := p[0]*lattice.PerDegree, p[1]*lattice.PerDegree
		tx, ty := x+shift, y+shift
		if !(math.Abs(x-(tx-shift)) < 0.5 && math.Abs(y-(ty-shift)) < 0.5) {
			return s, false
		}
		ux, uy := int64(math.Float64bits(tx)-math.Float64bits(shift)), int64(math.Float64bits(ty)-math.Float64bits(shift))
		nodes[i] = spoke{ux, uy, uint64(ux)<<32 | uint64(uint32(uy))}
		low.x, low.y = min(low.x, ux), min(low.y, uy)
		high.x, high.y = max(high.x, ux), max(high.y, uy)
	}
	const east, north = 180 * lattice.PerDegree, 90 * lattice.PerDegree
	if low.x < -east || high.x > east || low.y < -north || high.y > north || high.x-low.x > math.MaxInt32 {
		return s, false
	}
	ox, oy := (low.x+high.x)/2, (low.y+high.y)/2
	var area, rounds int64
	var sum fingerprint
	k := *r.key
	least := int64(1)
	last := &nodes[n-1]
	ax, ay, aw := last.x-ox, last.y-oy, last.word
	for i := range nodes {
		b := &nodes[i]
		bx, by, bw := b.x-ox, b.y-oy, b.word
		c := ax*by - bx*ay
		area += c
		least = min(least, c)
		// Left turns only, so the ray to the west is crossed downwards only: once a
		// round, where the sign of y changes from not negative to negative.
		rounds += int64(uint64(by)>>63) &^ int64(uint64(ay)>>63)
		// What key.edge adds, written out: it is half of the time.
		u, v := min(aw, bw), max(aw, bw)
		h1, l1 := bits.Mul64(u^k[0], v^k[1])
		h2, l2 := bits.Mul64(u+k[2], v+k[3])
		x, y := h1^l1, h2^l2
		h3, l3 := bits.Mul64(x^k[4], y^k[5])
		_, back := bits.Sub64(bw, aw, 0)
		low, carry := bits.Add64((l3^x)^-back, back, 0)
		high, _ := bits.Add64((h3^y)^-back, 0, carry)
		sum.low, carry = bits.Add64(sum.low, low, 0)
		sum.high, _ = bits.Add64(sum.high, high, carry)
		ax, ay, aw = bx, by, bw
	}
	if least <= 0 || rounds != 1 {
		return s, false
	}
	s.box = box{lattice.Node{X: int32(low.x), Y: int32(low.y)}, lattice.Node{X: int32(high.x), Y: int32(high.y)}}
	s.area2, s.print, s.ring = area, sum, whole
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
	s.body = &body{nodes: slices.Concat(rings...)}
	n := 0
	for _, ring := range rings {
		n += len(ring)
		s.ends = append(s.ends, int32(n))
	}
}
