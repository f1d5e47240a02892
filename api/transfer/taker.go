package transfer

import (
	"context"
	"slices"
	"sync"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/geo/grid"
)

// taker hands rows of one kind over to the slice that keeps them.
type taker interface {
	// build makes the slice's objects of records that nothing is wrong with, with what
	// tells them from others, or notes in them why not; by many at once. The objects'
	// memory serves others after what it gives is called.
	build(list []*record) (again func()) // gives the objects' memory to others
	// scope is the region code where the row lies; false when only the database knows.
	scope(r *record, ix *grid.Index) (string, bool)
	find(ctx context.Context, q pg.Querier, source string, list []*record) ([]link.Found, error)
	// late is what is wrong once it is known which object a row is about.
	late(r *record, id uuid.UUID) []fault.Field
	take(ctx context.Context, tx pgx.Tx, ix *grid.Index, b link.Batch, list []*record) (pg.Merged, error)
	// table names the table whose scope_code says where an object lies.
	table() string
	// empty says whether a long file may be loaded as a whole: nothing of the kind
	// is there yet, and the kind has such a way.
	empty(ctx context.Context) (bool, error)
	// load loads rows as a whole: in one transaction that do fills.
	load(ctx context.Context, do func(tx pgx.Tx, into loading) error) error
}

// loading takes rows of a load that late has found nothing wrong with.
type loading interface {
	put(ctx context.Context, tx pgx.Tx, ix *grid.Index, b link.Batch, list []*record) (pg.Merged, error)
	// Written waits until all are written and the transaction is free for others.
	Written() error
}

// slice is the taker of objects of a type T.
type slice[T any] struct {
	name   string
	make   func(*record) (T, []fault.Field)
	called func(*T) string
	same   func(*T) (key, field, reason string) // a key is of what called makes the reference of
	lies   func(*T, *record, *grid.Index) (string, bool)
	check  func(T) []fault.Field
	finds  func(ctx context.Context, q pg.Querier, source string, list []T) ([]link.Found, error)
	takes  func(ctx context.Context, tx pgx.Tx, ix *grid.Index, b link.Batch, list []T) (pg.Merged, error)
	put    func(t *T, ref string, id uuid.UUID)
	vacant func(ctx context.Context) (bool, error)
	loads  func(ctx context.Context, do func(tx pgx.Tx, into bulk[T]) error) error
	spare  sync.Pool // of objects that were written
}

// bulk is a slice's load of objects.
type bulk[T any] interface {
	// Import has done with the list when it returns.
	Import(ctx context.Context, tx pgx.Tx, ix *grid.Index, b link.Batch, list []T) (pg.Merged, error)
	Written() error
}

// filling is a slice's load as it is filled with rows, chunk by chunk in one room.
type filling[T any] struct {
	bulk[T]
	room []T
}

func (f *filling[T]) put(ctx context.Context, tx pgx.Tx, ix *grid.Index, b link.Batch, list []*record) (pg.Merged, error) {
	f.room = values(f.room[:0], list)
	return f.Import(ctx, tx, ix, b, f.room)
}

func (s *slice[T]) table() string { return s.name }

func (s *slice[T]) build(list []*record) (again func()) {
	before, ok := s.spare.Get().(*[]T)
	if !ok {
		before = new([]T)
	}
	objects := emptied(*before, len(list))
	for i, r := range list {
		if len(r.refused) > 0 {
			continue
		}
		var wrong []fault.Field
		objects[i], wrong = s.make(r)
		r.refuseAll(wrong)
		if len(r.refused) > 0 {
			continue
		}
		r.object = &objects[i]
		if r.text("ref") == "" {
			r.natural = s.natural(r)
		}
		r.key, r.keyField, r.keyReason = s.unique(r)
		r.keyed = r.key != "" && r.natural != ""
	}
	return func() {
		*before = objects
		s.spare.Put(before)
	}
}

// natural is a reference for a record whose file has none, or "": a code, a number's blind.
func (s *slice[T]) natural(r *record) string {
	if s.called == nil {
		return ""
	}
	return s.called(r.object.(*T))
}

// unique is what no two rows of one file may share besides the reference, or "".
func (s *slice[T]) unique(r *record) (key, field, reason string) {
	if s.same == nil {
		return "", "", ""
	}
	return s.same(r.object.(*T))
}

func (s *slice[T]) scope(r *record, ix *grid.Index) (string, bool) {
	if s.lies == nil {
		return pointScope(r, ix)
	}
	return s.lies(r.object.(*T), r, ix)
}

func (s *slice[T]) objects(list []*record) []T {
	out := make([]T, len(list))
	for i, r := range list {
		t := r.object.(*T)
		s.put(t, r.ref, uuid.Nil)
		out[i] = *t
	}
	return out
}

func (s *slice[T]) find(ctx context.Context, q pg.Querier, source string, list []*record) ([]link.Found, error) {
	return s.finds(ctx, q, source, s.objects(list))
}

func (s *slice[T]) late(r *record, id uuid.UUID) []fault.Field {
	t := r.object.(*T)
	s.put(t, r.ref, id)
	if s.check == nil {
		return nil
	}
	return s.check(*t)
}

// values appends the objects of records as late has left them.
func values[T any](out []T, list []*record) []T {
	out = slices.Grow(out, len(list))
	for _, r := range list {
		out = append(out, *r.object.(*T))
	}
	return out
}

func (s *slice[T]) take(ctx context.Context, tx pgx.Tx, ix *grid.Index, b link.Batch, list []*record) (pg.Merged, error) {
	return s.takes(ctx, tx, ix, b, values[T](nil, list))
}

func (s *slice[T]) empty(ctx context.Context) (bool, error) {
	if s.vacant == nil {
		return false, nil
	}
	return s.vacant(ctx)
}

func (s *slice[T]) load(ctx context.Context, do func(tx pgx.Tx, into loading) error) error {
	return s.loads(ctx, func(tx pgx.Tx, into bulk[T]) error { return do(tx, &filling[T]{bulk: into}) })
}
