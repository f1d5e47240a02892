package live

import "encoding/binary"

// trie is a map of objects by a place in a square of 2^32 x 2^32: four by four
// smaller squares, each with a list of a few objects or with four by four squares
// again. Below the squares of a single place, sixteen levels down, the bits of the
// IDs go on dividing, so many objects at one place are not a long list either.
//
// A trie is a value. Editing one leaves every other copy as it was: squares are
// copied on the way down, once a batch. Lists are only ever appended to beyond
// what other copies can see, or made anew.
type trie[R any] struct {
	root  *square[R]
	batch uint64 // squares with this mark are seen by no other copy
}

// square is divided into four by four kids, numbered by rows of x.
type square[R any] struct {
	batch uint64
	n     int // objects in it
	kids  [16]kid[R]
}

// kid is a smaller square or, while it has few objects, a list.
type kid[R any] struct {
	in   *square[R]
	list []entry[R]
}

// entry is an object and where it is in the square.
type entry[R any] struct {
	x, y uint32
	o    *Object[R]
}

const (
	most = 32 // objects in a list before it is divided
	few  = 12 // objects in a square before it is a list again

	placeLevels = 16               // levels in which the place divides
	levels      = placeLevels + 32 // and those in which the ID does
)

// empty is a trie that no other shares squares with, for a batch of edits.
func empty[R any](batch uint64) trie[R] {
	return trie[R]{root: &square[R]{batch: batch}, batch: batch}
}

// slot is which of sixteen kids an entry belongs to, so many levels down.
func (e entry[R]) slot(level int) uint32 { return slot(level, e.x, e.y, &e.o.ID) }

func slot(level int, x, y uint32, id *ID) uint32 {
	if level < placeLevels {
		shift := 30 - 2*level
		return x>>shift&3<<2 | y>>shift&3
	}
	level -= placeLevels
	return uint32(scatter(*id)[level/16]>>(60-level%16*4)) & 15
}

// scatter mixes the bits of an ID. Different IDs stay different.
func scatter(id ID) [2]uint64 {
	a, b := binary.BigEndian.Uint64(id[:8]), binary.BigEndian.Uint64(id[8:])
	a ^= stir(b)
	b ^= stir(a)
	a ^= stir(b)
	return [2]uint64{a, b}
}

// stir is the last step of MurmurHash3.
func stir(v uint64) uint64 {
	v = (v ^ v>>33) * 0xff51afd7ed558ccd
	v = (v ^ v>>33) * 0xc4ceb9fe1a85ec53
	return v ^ v>>33
}

// own is a square that may be changed: itself, or a copy.
func (t *trie[R]) own(in *square[R]) *square[R] {
	if in.batch == t.batch {
		return in
	}
	mine := *in
	mine.batch = t.batch
	return &mine
}

// add puts an object in that is not there.
func (t *trie[R]) add(e entry[R]) { t.root = t.addIn(t.root, 0, e) }

func (t *trie[R]) addIn(in *square[R], level int, e entry[R]) *square[R] {
	in = t.own(in)
	in.n++
	k := &in.kids[e.slot(level)]
	switch {
	case k.in != nil:
		k.in = t.addIn(k.in, level+1, e)
	case len(k.list) < most || level == levels-1:
		k.list = append(k.list, e)
	default:
		divided := &square[R]{batch: t.batch}
		for _, old := range k.list {
			divided = t.addIn(divided, level+1, old)
		}
		*k = kid[R]{in: t.addIn(divided, level+1, e)}
	}
	return in
}

// drop takes an object out that is there.
func (t *trie[R]) drop(e entry[R]) { t.root = t.dropIn(t.root, 0, e) }

func (t *trie[R]) dropIn(in *square[R], level int, e entry[R]) *square[R] {
	in = t.own(in)
	in.n--
	k := &in.kids[e.slot(level)]
	if k.in == nil {
		var left []entry[R]
		if len(k.list) > 1 {
			left = make([]entry[R], 0, len(k.list)-1)
		}
		for _, other := range k.list {
			if other.o != e.o {
				left = append(left, other)
			}
		}
		k.list = left
		return in
	}
	k.in = t.dropIn(k.in, level+1, e)
	if k.in.n <= few {
		list := make([]entry[R], 0, k.in.n)
		k.in.each(func(e entry[R]) bool {
			list = append(list, e)
			return true
		})
		*k = kid[R]{list: list}
	}
	return in
}

// swap puts an object into the place of its former self.
func (t *trie[R]) swap(old *Object[R], e entry[R]) { t.root = t.swapIn(t.root, 0, old, e) }

func (t *trie[R]) swapIn(in *square[R], level int, old *Object[R], e entry[R]) *square[R] {
	in = t.own(in)
	k := &in.kids[e.slot(level)]
	if k.in != nil {
		k.in = t.swapIn(k.in, level+1, old, e)
		return in
	}
	list := make([]entry[R], len(k.list))
	for i, other := range k.list {
		if other.o == old {
			other = e
		}
		list[i] = other
	}
	k.list = list
	return in
}

// each yields all entries until told to stop, and says whether it was not.
func (in *square[R]) each(yield func(entry[R]) bool) bool {
	for i := range in.kids {
		k := &in.kids[i]
		if k.in != nil {
			if !k.in.each(yield) {
				return false
			}
			continue
		}
		for _, e := range k.list {
			if !yield(e) {
				return false
			}
		}
	}
	return true
}
