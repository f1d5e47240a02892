package livemap

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/pg"
	"onemap/geo/live"
)

// filler is how one kind of object comes into its layer.
type filler interface {
	// of is the kind, as the change log calls it.
	of() string
	// all reads every object; put makes them the layer's, with what became of
	// those that were named meanwhile.
	all(ctx context.Context, tx pgx.Tx) (put func(at live.Position, named update), err error)
	// some reads the objects of these ids.
	some(ctx context.Context, tx pgx.Tx, ids []uuid.UUID) (update, error)
}

// update is objects that were read and are not visible yet.
type update interface{ apply(at live.Position) }

// layer fills a layer of geo/live with objects of type T by edits of type E.
type layer[T, E any] struct {
	kind   string
	query  string // without a WHERE
	decode func(v [][]byte) (T, error)
	id     func(*T) live.ID
	there  func(T) E
	gone   func(live.ID) E
	load   func(at live.Position, objects iter.Seq[T])
	apply  func(at live.Position, edits []E)
}

// never is a revision that no other follows: an id is not given twice.
const never = 1<<63 - 1

// points fills a layer of points.
func points[R any](kind, query string, decode func(v [][]byte) (live.Object[R], error), into *live.PointLayer[R]) filler {
	return &layer[live.Object[R], live.Edit[R]]{
		kind: kind, query: query, decode: decode, load: into.Load, apply: into.Apply,
		id:    func(o *live.Object[R]) live.ID { return o.ID },
		there: func(o live.Object[R]) live.Edit[R] { return live.Edit[R]{Object: o} },
		gone: func(id live.ID) live.Edit[R] {
			return live.Edit[R]{Object: live.Object[R]{ID: id, Rev: never}, Gone: true}
		},
	}
}

// shapes fills a layer of shapes.
func shapes[R any](kind, query string, decode func(v [][]byte) (live.Shape[R], error), into *live.ShapeLayer[R]) filler {
	return &layer[live.Shape[R], live.ShapeEdit[R]]{
		kind: kind, query: query, decode: decode, load: into.Load, apply: into.Apply,
		id:    func(s *live.Shape[R]) live.ID { return s.ID },
		there: func(s live.Shape[R]) live.ShapeEdit[R] { return live.ShapeEdit[R]{Shape: s} },
		gone: func(id live.ID) live.ShapeEdit[R] {
			return live.ShapeEdit[R]{Shape: live.Shape[R]{ID: id, Rev: never}, Gone: true}
		},
	}
}

func (l *layer[T, E]) of() string { return l.kind }

// batch is what became of some objects.
type batch[T, E any] struct {
	layer *layer[T, E]
	there []T
	gone  []live.ID
}

func (n *batch[T, E]) apply(at live.Position) {
	var edits []E
	for _, o := range n.there {
		edits = append(edits, n.layer.there(o))
	}
	for _, id := range n.gone {
		edits = append(edits, n.layer.gone(id))
	}
	n.layer.apply(at, edits)
}

func (l *layer[T, E]) read(ctx context.Context, tx pgx.Tx, where string) (list []T, err error) {
	err = pg.CopyOut(ctx, tx, l.query+where, func(v [][]byte) error {
		o, err := l.decode(v)
		if err != nil {
			return fmt.Errorf("%s %s: %w", l.kind, uuid.UUID(v[0]), err)
		}
		list = append(list, o)
		return nil
	})
	return list, err
}

func (l *layer[T, E]) all(ctx context.Context, tx pgx.Tx) (func(live.Position, update), error) {
	list, err := l.read(ctx, tx, "")
	if err != nil {
		return nil, err
	}
	return func(at live.Position, later update) {
		var there []T
		renewed := map[live.ID]bool{}
		if n, ok := later.(*batch[T, E]); ok {
			there = n.there
			for i := range n.there {
				renewed[l.id(&n.there[i])] = true
			}
			for _, id := range n.gone {
				renewed[id] = true
			}
		}
		l.load(at, func(yield func(T) bool) {
			for i := range list {
				if !renewed[l.id(&list[i])] && !yield(list[i]) {
					return
				}
			}
			for _, o := range there {
				if !yield(o) {
					return
				}
			}
		})
	}, nil
}

func (l *layer[T, E]) some(ctx context.Context, tx pgx.Tx, ids []uuid.UUID) (update, error) {
	n := &batch[T, E]{layer: l}
	if len(ids) == 0 {
		return n, nil
	}
	texts := make([]string, len(ids))
	missing := map[live.ID]bool{}
	for i, id := range ids {
		texts[i], missing[live.ID(id)] = "'"+id.String()+"'", true
	}
	slices.Sort(texts)
	var err error
	if n.there, err = l.read(ctx, tx, " WHERE id IN ("+strings.Join(slices.Compact(texts), ",")+")"); err != nil {
		return nil, err
	}
	for i := range n.there {
		delete(missing, l.id(&n.there[i]))
	}
	for id := range missing {
		n.gone = append(n.gone, id)
	}
	return n, nil
}
