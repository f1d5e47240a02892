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

// store is what a layer of geo/live is to those who fill it.
type store[R any] interface {
	Load(at live.Position, objects iter.Seq[live.Object[R]])
	Apply(at live.Position, edits []live.Edit[R])
}

// layer is one kind of object: how its rows are read and where they go.
type layer[R any] struct {
	kind   string // as the change log calls it, and its table
	query  string // without a WHERE
	decode func(v [][]byte) (live.Object[R], error)
	store  store[R]
}

// filler is a layer of any kind of row.
type filler interface {
	of() string
	// all reads every object; put makes them the layer's, with what became of
	// those that were named meanwhile.
	all(ctx context.Context, tx pgx.Tx) (put func(at live.Position, named update), err error)
	// some reads the objects of these ids.
	some(ctx context.Context, tx pgx.Tx, ids []uuid.UUID) (update, error)
}

// update is objects that were read and are not visible yet.
type update interface{ apply(at live.Position) }

func (l *layer[R]) of() string { return l.kind }

type edits[R any] struct {
	list  []live.Edit[R]
	store store[R]
}

func (e edits[R]) apply(at live.Position) { e.store.Apply(at, e.list) }

func (l *layer[R]) read(ctx context.Context, tx pgx.Tx, where string) ([]live.Object[R], error) {
	var list []live.Object[R]
	err := pg.CopyOut(ctx, tx, l.query+where, func(v [][]byte) error {
		o, err := l.decode(v)
		if err != nil {
			return fmt.Errorf("%s %s: %w", l.kind, uuid.UUID(v[0]), err)
		}
		list = append(list, o)
		return nil
	})
	return list, err
}

func (l *layer[R]) all(ctx context.Context, tx pgx.Tx) (func(live.Position, update), error) {
	list, err := l.read(ctx, tx, "")
	if err != nil {
		return nil, err
	}
	return func(at live.Position, named update) {
		over := map[live.ID]live.Edit[R]{}
		if named != nil {
			for _, e := range named.(edits[R]).list {
				over[e.ID] = e
			}
		}
		l.store.Load(at, func(yield func(live.Object[R]) bool) {
			for _, o := range list {
				if _, later := over[o.ID]; !later && !yield(o) {
					return
				}
			}
			for _, e := range over {
				if !e.Gone && !yield(e.Object) {
					return
				}
			}
		})
	}, nil
}

// never is a revision that no other follows: an id is not given twice.
const never = 1<<63 - 1

func (l *layer[R]) some(ctx context.Context, tx pgx.Tx, ids []uuid.UUID) (update, error) {
	e := edits[R]{store: l.store}
	if len(ids) == 0 {
		return e, nil
	}
	texts := make([]string, len(ids))
	missing := map[live.ID]bool{}
	for i, id := range ids {
		texts[i], missing[live.ID(id)] = "'"+id.String()+"'", true
	}
	slices.Sort(texts)
	list, err := l.read(ctx, tx, " WHERE id IN ("+strings.Join(slices.Compact(texts), ",")+")")
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		e.list = append(e.list, live.Edit[R]{Object: o})
		delete(missing, o.ID)
	}
	for id := range missing {
		e.list = append(e.list, live.Edit[R]{Object: live.Object[R]{ID: id, Rev: never}, Gone: true})
	}
	return e, nil
}
