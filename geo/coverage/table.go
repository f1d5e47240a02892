package coverage

import (
	"math/bits"
	"slices"

	"onemap/geo/lattice"
)

// table knows of each edge whose it is: the owner that has it upward and the one
// that has it downward. An edge with both and no more is settled; all others are
// what is wrong with a coverage.
type table struct {
	slots []slot
	used  int
	seed  uint64
	more  map[edge][]seg // edges that have a second owner in one direction
}

// slot is an edge and its two owners, numbers from 1; 0 is nobody. An edge once
// in the table keeps its slot when its owners go.
type slot struct {
	low, high lattice.Node
	up, down  int32
}

// parentOwner is the number of the parent, whose border runs the other way round.
const parentOwner = int32(1) << 30

func newTable(edges int, seed uint64) *table {
	size := 1 << bits.Len(uint(max(edges, 16)))
	return &table{slots: make([]slot, size), seed: seed | 1, more: make(map[edge][]seg)}
}

func (t *table) find(low, high lattice.Node) *slot {
	mask := uint64(len(t.slots) - 1)
	h, l := bits.Mul64(word(low)^t.seed, word(high)+0x9e3779b97f4a7c15)
	for i := (h ^ l) & mask; ; i = (i + 1) & mask {
		s := &t.slots[i]
		if s.low == low && s.high == high || s.low == s.high {
			return s
		}
	}
}

func (t *table) addAll(owner int32, s *shape) { s.edges(func(e edge) { t.add(e, owner) }) }

func (t *table) removeAll(owner int32, s *shape) { s.edges(func(e edge) { t.remove(e, owner) }) }

func (t *table) add(e edge, owner int32) {
	low, high := e.a, e.b
	up := low.X < high.X || low.X == high.X && low.Y < high.Y
	if !up {
		low, high = high, low
	}
	s := t.find(low, high)
	if s.low == s.high {
		if t.used*4 > len(t.slots)*3 {
			t.grow()
			s = t.find(low, high)
		}
		s.low, s.high = low, high
		t.used++
	}
	place := &s.up
	if !up {
		place = &s.down
	}
	if *place != 0 {
		key := edge{low, high}
		t.more[key] = append(t.more[key], seg{e, owner})
		return
	}
	*place = owner + 1
}

func (t *table) remove(e edge, owner int32) {
	low, high := e.a, e.b
	up := compareNodes(low, high) < 0
	if !up {
		low, high = high, low
	}
	s := t.find(low, high)
	place := &s.up
	if !up {
		place = &s.down
	}
	key := edge{low, high}
	rest := t.more[key]
	if *place == owner+1 {
		*place = 0
		if i := slices.IndexFunc(rest, func(o seg) bool { return o.edge == e }); i >= 0 {
			*place = rest[i].owner + 1
			owner = rest[i].owner
		} else {
			return
		}
	}
	if i := slices.Index(rest, seg{e, owner}); i >= 0 {
		rest = slices.Delete(rest, i, i+1)
	}
	if t.more[key] = rest; len(rest) == 0 {
		delete(t.more, key)
	}
}

func (t *table) grow() {
	old := t.slots
	t.slots = make([]slot, 2*len(old))
	t.used = 0
	for _, s := range old {
		if s.low != s.high && (s.up != 0 || s.down != 0) {
			*t.find(s.low, s.high) = s
			t.used++
		}
	}
}

// residual lists the edges that are not settled, with their owners, in order.
func (t *table) residual() []seg {
	var segs []seg
	for i := range t.slots {
		s := &t.slots[i]
		if (s.up != 0) == (s.down != 0) && (s.up == 0 || len(t.more) == 0 || len(t.more[edge{s.low, s.high}]) == 0) {
			continue
		}
		if s.up != 0 {
			segs = append(segs, seg{edge{s.low, s.high}, s.up - 1})
		}
		if s.down != 0 {
			segs = append(segs, seg{edge{s.high, s.low}, s.down - 1})
		}
		segs = append(segs, t.more[edge{s.low, s.high}]...)
	}
	slices.SortFunc(segs, compareSegs)
	return segs
}
