package live

import (
	"iter"
	"sync"
	"sync/atomic"
)

// PointLayer is the writer's side of a layer of points: it makes one snapshot
// after the other. Any number of goroutines may call Now; writers wait for each
// other.
type PointLayer[R any] struct {
	group func(*R) Group
	now   atomic.Pointer[Points[R]]

	writing sync.Mutex
	batch   uint64
	tally   tally
}

// NewPointLayer is an empty layer. The group of a row must depend on the row alone.
func NewPointLayer[R any](group func(*R) Group) *PointLayer[R] {
	l := &PointLayer[R]{group: group}
	l.Load(Position{}, func(func(Object[R]) bool) {})
	return l
}

// Now is the newest snapshot.
func (l *PointLayer[R]) Now() *Points[R] { return l.now.Load() }

// Load replaces all objects by others, as they were at a position of the log,
// which may be before that of the snapshot it replaces. Of two with one ID the
// higher revision counts. Readers have the former snapshot until it is done.
func (l *PointLayer[R]) Load(at Position, objects iter.Seq[Object[R]]) {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.batch++
	next := &Points[R]{seen: at, space: empty[R](l.batch), ids: empty[R](l.batch)}
	l.tally = tally{index: map[Group]int32{}, batch: l.batch}
	for o := range objects {
		l.put(next, &o)
	}
	l.publish(next)
}

// Apply makes a batch of edits visible at once. An edit is ignored if its Rev is
// not above that of the object the layer has. The layer does not remember what is
// gone: edits must not be older than those before, as is so when each is what the
// database said after the former batch was read. Seen does not go back.
func (l *PointLayer[R]) Apply(at Position, edits []Edit[R]) {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.batch++
	l.tally.begin(l.batch)
	next := *l.now.Load()
	next.space.batch, next.ids.batch = l.batch, l.batch
	if at.Compare(next.seen) > 0 {
		next.seen = at
	}
	for i := range edits {
		if edits[i].Gone {
			l.remove(&next, edits[i].ID, edits[i].Rev)
			continue
		}
		o := edits[i].Object
		l.put(&next, &o)
	}
	l.publish(&next)
}

func (l *PointLayer[R]) publish(next *Points[R]) {
	next.groups = l.tally.pages
	l.now.Store(next)
}

// put adds an object, or puts it into the place of its former self.
func (l *PointLayer[R]) put(next *Points[R], o *Object[R]) {
	old := next.ids.find(o.ID)
	if old != nil && o.Rev <= old.Rev {
		return
	}
	group := l.group(&o.Row)
	if old == nil {
		next.ids.add(byID(o))
		next.space.add(byPlace(o))
		l.tally.add(group, 1)
		return
	}
	next.ids.swap(old, byID(o))
	if old.At == o.At {
		next.space.swap(old, byPlace(o))
	} else {
		next.space.drop(byPlace(old))
		next.space.add(byPlace(o))
	}
	if was := l.group(&old.Row); was != group {
		l.tally.add(group, 1)
		l.tally.add(was, -1)
	}
}

// remove takes an object out, if the layer has it with a lower revision.
func (l *PointLayer[R]) remove(next *Points[R], id ID, rev int64) {
	old := next.ids.find(id)
	if old == nil || rev <= old.Rev {
		return
	}
	next.ids.drop(byID(old))
	next.space.drop(byPlace(old))
	l.tally.add(l.group(&old.Row), -1)
}
