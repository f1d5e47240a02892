package coverage

import (
	"math/bits"
	"slices"

	"onemap/geo/lattice"
)

// parentOwner is the number of the parent, whose border runs the other way round.
const parentOwner = int32(1) << 30

// residual lists the edges that do not cancel, with their owners, in order;
// those of polygons that repeat others are left out. It
// sums the edges of each square of the ground apart, as the fingerprint does: where
// such a sum is zero nothing is left, and the edges of the other squares alone are
// compared one by one. What it lists must make up the fingerprint of the whole.
func (c *Check) residual() []seg {
	want := c.print
	for i := range c.twice {
		want = want.minus(c.shapes[i].print)
	}
	segs, sum := c.residualOf(newSquares(c))
	if c.parent != nil && sum != want {
		segs, _ = c.residualOf(nil) // a square's sum of 64 bits was zero by chance
	}
	return segs
}

func (c *Check) residualOf(s *squares) ([]seg, fingerprint) {
	wanted := func(edge) bool { return true }
	if s != nil {
		parts := inTwo(len(c.shapes), func(from, to int) []uint64 { return s.sums(c, from, to) })
		for i, v := range parts[1] {
			parts[0][i] += v
		}
		open := parts[0]
		c.border.edges(func(e edge) { open[s.of(e)] += s.hash(e.twin()) })
		wanted = func(e edge) bool { return open[s.of(e)] != 0 }
	}
	halves := inTwo(len(c.shapes), func(from, to int) []seg { return c.edgesIn(from, to, wanted) })
	list := append(halves[0], halves[1]...)
	c.border.edges(func(e edge) {
		if wanted(e) {
			list = append(list, seg{e.twin(), parentOwner})
		}
	})
	left := cancelled(list, c.reader.key[0])
	var sum fingerprint
	for _, s := range left {
		sum = sum.plus(c.reader.key.edge(word(s.a), word(s.b)))
	}
	slices.SortFunc(left, compareSegs)
	return left, sum
}

// inTwo does work on the two halves of a long list side by side.
func inTwo[T any](n int, work func(from, to int) T) [2]T {
	const worth = 20_000 // polygons: below, another goroutine costs more than it saves
	half := n
	other := make(chan T, 1)
	if n > worth {
		half /= 2
		go func() { other <- work(half, n) }()
	} else {
		other <- work(n, n)
	}
	return [2]T{work(0, half), <-other}
}

// edgesIn lists the wanted edges of some of the polygons.
func (c *Check) edgesIn(from, to int, wanted func(edge) bool) (list []seg) {
	var nodes []lattice.Node
	for i := from; i < to; i++ {
		if c.twice[int32(i)] {
			continue
		}
		nodes = c.shapes[i].eachRing(nodes, func(ring []lattice.Node) {
			around(ring, func(e edge) {
				if wanted(e) {
					list = append(list, seg{e, int32(i)})
				}
			})
		})
	}
	return list
}

// squares part the ground, about one for a polygon.
type squares struct {
	low   lattice.Node
	shift uint
	cols  uint32
	count int
	key   [2]uint64
}

func newSquares(c *Check) *squares {
	var whole box
	first := true
	for i := range c.shapes {
		switch s := &c.shapes[i]; {
		case s.empty():
		case first:
			whole, first = s.box, false
		default:
			whole = whole.with(s.box.lo).with(s.box.hi)
		}
	}
	s := &squares{low: whole.lo, key: [2]uint64{c.reader.key[0], c.reader.key[1]}}
	width, height := uint64(int64(whole.hi.X)-int64(whole.lo.X)), uint64(int64(whole.hi.Y)-int64(whole.lo.Y))
	for ; (width>>s.shift+1)*(height>>s.shift+1) > uint64(2*len(c.shapes)+64); s.shift++ {
	}
	s.cols = uint32(width>>s.shift + 1)
	s.count = 1 << bits.Len64((width>>s.shift+1)*(height>>s.shift+1)-1)
	return s
}

// of is the square of an edge: that of its lesser node, the same for its twin. The
// parent's may lie outside, which is no harm.
func (s *squares) of(e edge) uint32 {
	low := e.a
	if e.b.X < low.X || e.b.X == low.X && e.b.Y < low.Y {
		low = e.b
	}
	col, row := uint32(low.X-s.low.X)>>s.shift, uint32(low.Y-s.low.Y)>>s.shift
	return (row*s.cols + col) & uint32(s.count-1)
}

// hash is 64 bits of an edge, and the negative for its twin.
func (s *squares) hash(e edge) uint64 {
	a, b := word(e.a), word(e.b)
	h, l := bits.Mul64(min(a, b)^s.key[0], max(a, b)^s.key[1])
	v := (h ^ l) * 0x9e3779b97f4a7c15
	v ^= v >> 29
	if a > b {
		return -v
	}
	return v
}

func (s *squares) sums(c *Check, from, to int) []uint64 {
	sums := make([]uint64, s.count)
	var nodes []lattice.Node
	for i := from; i < to; i++ {
		if c.twice[int32(i)] {
			continue
		}
		nodes = c.shapes[i].eachRing(nodes, func(ring []lattice.Node) {
			a := ring[len(ring)-1]
			for _, b := range ring {
				e := edge{a, b}
				sums[s.of(e)] += s.hash(e)
				a = b
			}
		})
	}
	return sums
}

// cancelled is what is left of edges when each and its twin go together, in no
// order. All of an edge is left when it is there more often one way than the
// other, or twice either way.
func cancelled(list []seg, seed uint64) []seg {
	type slot struct {
		low, high lattice.Node
		up, down  int32
	}
	slots := make([]slot, 1<<bits.Len(uint(2*len(list)+8)))
	mask := uint64(len(slots) - 1)
	find := func(low, high lattice.Node) *slot {
		h, l := bits.Mul64(word(low)^seed, word(high)+0x9e3779b97f4a7c15)
		for i := (h ^ l) & mask; ; i = (i + 1) & mask {
			s := &slots[i]
			if s.low == low && s.high == high || s.low == s.high {
				s.low, s.high = low, high
				return s
			}
		}
	}
	at := make([]*slot, len(list))
	for i, e := range list {
		up := e.upward()
		s := find(up.a, up.b)
		if at[i] = s; up == e.edge {
			s.up++
		} else {
			s.down++
		}
	}
	left := list[:0]
	for i, e := range list {
		if s := at[i]; s.up != 1 || s.down != 1 {
			left = append(left, e)
		}
	}
	return left
}
