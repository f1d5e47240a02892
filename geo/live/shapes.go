package live

import (
	"iter"

	"github.com/tidwall/rtree"

	"onemap/geo/lattice"
)

// Shape is a thing with an area, such as a footprint or a fence, which may overlap
// others. Like [Object] it is never changed.
type Shape[R any] struct {
	ID   ID
	Area *Area
	Rev  int64
	Row  R
}

// ShapeEdit is what became of a shape. Of one that is Gone only ID and Rev are read.
type ShapeEdit[R any] struct {
	Shape[R]
	Gone bool
}

// Shapes is a snapshot of a layer of shapes. It never changes; any number of
// goroutines may read it. What it yields is in no order, and to be read only.
type Shapes[R any] struct {
	seen  Position
	boxes *boxes[R]
	ids   trie[*Shape[R]]
}

type boxes[R any] = rtree.RTreeGN[float64, *Shape[R]] // float64 has every node, and products of them

func corner(n lattice.Node) [2]float64 { return [2]float64{float64(n.X), float64(n.Y)} }

// Seen is the change up to which the log is in the snapshot.
func (s *Shapes[R]) Seen() Position { return s.seen }

// Len is the number of shapes.
func (s *Shapes[R]) Len() int { return s.ids.root.n }

// Get is the shape of an ID.
func (s *Shapes[R]) Get(id ID) (Shape[R], bool) {
	if known := s.ids.find(id); known != nil {
		return *known.Row, true
	}
	return Shape[R]{}, false
}

// All yields every shape.
func (s *Shapes[R]) All() iter.Seq[*Shape[R]] {
	return func(yield func(*Shape[R]) bool) {
		s.ids.root.each(func(e entry[*Shape[R]]) bool { return yield(e.o.Row) })
	}
}

// At yields all shapes that hold a place, by the half-open rule of package geo.
func (s *Shapes[R]) At(at lattice.Node) iter.Seq[*Shape[R]] {
	return func(yield func(*Shape[R]) bool) {
		s.Box(at, at)(func(shape *Shape[R]) bool { return !shape.Area.Holds(at) || yield(shape) })
	}
}

// Box yields the shapes whose own box meets a closed box, as && does in PostGIS.
// It does not wrap: a box across the 180th meridian is two.
func (s *Shapes[R]) Box(low, high lattice.Node) iter.Seq[*Shape[R]] {
	return func(yield func(*Shape[R]) bool) {
		if low.X > high.X || low.Y > high.Y {
			return
		}
		s.boxes.Search(corner(low), corner(high), func(_, _ [2]float64, shape *Shape[R]) bool { return yield(shape) })
	}
}
