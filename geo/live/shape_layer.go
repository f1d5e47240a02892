package live

import (
	"iter"
	"sync"
	"sync/atomic"
)

// ShapeLayer is the writer's side of a layer of shapes. Any number of goroutines
// may call Now; writers wait for each other.
type ShapeLayer[R any] struct {
	now atomic.Pointer[Shapes[R]]

	writing sync.Mutex
	batch   uint64
	boxes   *boxes[R] // the writer's own; snapshots have copies, which share its nodes
}

// NewShapeLayer is an empty layer.
func NewShapeLayer[R any]() *ShapeLayer[R] {
	l := &ShapeLayer[R]{}
	l.Load(Position{}, func(func(Shape[R]) bool) {})
	return l
}

// Now is the newest snapshot.
func (l *ShapeLayer[R]) Now() *Shapes[R] { return l.now.Load() }

// Load replaces all shapes, as [PointLayer.Load] does.
func (l *ShapeLayer[R]) Load(at Position, shapes iter.Seq[Shape[R]]) {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.batch++
	l.boxes = &boxes[R]{}
	next := &Shapes[R]{seen: at, ids: empty[*Shape[R]](l.batch)}
	for shape := range shapes {
		l.put(next, &shape)
	}
	l.publish(next)
}

// Apply makes a batch of edits visible at once, as [PointLayer.Apply] does.
func (l *ShapeLayer[R]) Apply(at Position, edits []ShapeEdit[R]) {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.batch++
	next := *l.now.Load()
	next.ids.batch = l.batch
	if at.Compare(next.seen) > 0 {
		next.seen = at
	}
	for i := range edits {
		if edits[i].Gone {
			l.remove(&next, edits[i].ID, edits[i].Rev)
			continue
		}
		shape := edits[i].Shape
		l.put(&next, &shape)
	}
	l.publish(&next)
}

func (l *ShapeLayer[R]) publish(next *Shapes[R]) {
	next.boxes = l.boxes.Copy()
	l.now.Store(next)
}

// put adds a shape, or puts it into the place of its former self.
func (l *ShapeLayer[R]) put(next *Shapes[R], shape *Shape[R]) {
	known := byID(&Object[*Shape[R]]{ID: shape.ID, Rev: shape.Rev, Row: shape})
	if old := next.ids.find(shape.ID); old == nil {
		next.ids.add(known)
	} else {
		if shape.Rev <= old.Rev {
			return
		}
		next.ids.swap(old, known)
		l.boxes.Delete(corner(old.Row.Area.low), corner(old.Row.Area.high), old.Row)
	}
	l.boxes.Insert(corner(shape.Area.low), corner(shape.Area.high), shape)
}

// remove takes a shape out, if the layer has it with a lower revision.
func (l *ShapeLayer[R]) remove(next *Shapes[R], id ID, rev int64) {
	old := next.ids.find(id)
	if old == nil || rev <= old.Rev {
		return
	}
	next.ids.drop(byID(old))
	l.boxes.Delete(corner(old.Row.Area.low), corner(old.Row.Area.high), old.Row)
}
