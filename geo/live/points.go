package live

import (
	"iter"

	"onemap/geo/lattice"
)

// Points is a snapshot of a layer of points. It never changes; any number of
// goroutines may read it. What it yields comes in no order where none is named,
// and is to be read only.
type Points[R any] struct {
	seen   Position
	space  trie[R] // by place
	ids    trie[R] // by the scattered bits of the ID
	groups []*page
}

// byPlace is an object's entry in the trie of places.
func byPlace[R any](o *Object[R]) entry[R] {
	x, y := place(o.At)
	return entry[R]{x, y, o}
}

// byID is an object's entry in the trie of IDs.
func byID[R any](o *Object[R]) entry[R] {
	bits := scatter(o.ID)[0]
	return entry[R]{uint32(bits >> 32), uint32(bits), o}
}

// find is the object of an ID in a trie of IDs, or nil.
func (t trie[R]) find(id ID) *Object[R] {
	bits := scatter(id)[0]
	x, y := uint32(bits>>32), uint32(bits)
	in := t.root
	for level := 0; ; level++ {
		k := &in.kids[slot(level, x, y, &id)]
		if k.in != nil {
			in = k.in
			continue
		}
		for _, other := range k.list {
			if other.x == x && other.y == y && other.o.ID == id {
				return other.o
			}
		}
		return nil
	}
}

// Seen is the change up to which the log is in the snapshot.
func (s *Points[R]) Seen() Position { return s.seen }

// Len is the number of objects.
func (s *Points[R]) Len() int { return s.space.root.n }

// Get is the object of an ID.
func (s *Points[R]) Get(id ID) (Object[R], bool) {
	if o := s.ids.find(id); o != nil {
		return *o, true
	}
	return Object[R]{}, false
}

// All yields every object.
func (s *Points[R]) All() iter.Seq[*Object[R]] {
	return func(yield func(*Object[R]) bool) {
		s.space.root.each(func(e entry[R]) bool { return yield(e.o) })
	}
}

// Box yields the objects in a closed box. It does not wrap: a box across the
// 180th meridian is two.
func (s *Points[R]) Box(low, high lattice.Node) iter.Seq[*Object[R]] {
	return func(yield func(*Object[R]) bool) {
		s.space.look(windowOf(low, high), func(e entry[R]) bool { return yield(e.o) })
	}
}

// Counts yields each group that has objects, and how many.
func (s *Points[R]) Counts() iter.Seq2[Group, int] { return counted(s.groups) }
