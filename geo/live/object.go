package live

import (
	"cmp"

	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// ID is an object's UUID.
type ID = [16]byte

// Position is how far a layer has read the change log.
type Position struct{ Epoch, Pos int64 }

// Compare is -1 when p comes before q, 0 when they are the same, else +1.
func (p Position) Compare(q Position) int {
	return cmp.Or(cmp.Compare(p.Epoch, q.Epoch), cmp.Compare(p.Pos, q.Pos))
}

// Object is a thing at a place: At as [lattice.On] gives it, Rev its revision,
// Row what filters, counts and answers need. It is never changed once a layer has
// it; whoever gets one from a snapshot must not change it either.
type Object[R any] struct {
	ID  ID
	At  lattice.Node
	Rev int64
	Row R
}

// Edit is what became of an object. Of one that is Gone only ID and Rev are read.
type Edit[R any] struct {
	Object[R]
	Gone bool
}

// Group is what objects are counted by.
type Group struct {
	Grid     grid.Code
	Category string
	State    string
}
