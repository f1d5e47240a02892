package link

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"onemap/api/find"
	"onemap/api/pg"
)

// Column is one column of a table and how a row of type T fills it. It is
// compared and overwritten when the input has one of its Fields (All: every one);
// else, and when it is written Once, only what is new gets it. Without Fields it
// is always compared.
type Column[T any] struct {
	Name   string
	Fields []string
	All    bool
	Once   bool
	Value  func(*T) any
}

func (c Column[T]) given(b Batch) bool {
	if c.Once {
		return false
	}
	if b.Given == nil || len(c.Fields) == 0 {
		return true
	}
	if !c.All {
		return b.Has(c.Fields...)
	}
	return !slices.ContainsFunc(c.Fields, func(f string) bool { return !slices.Contains(b.Given, f) })
}

// Merge merges rows into a table that has id, source, source_ref, rev and
// updated_at, in the caller's transaction: rows without an id by source and
// reference, rows with one into the object they are about, which is linked to
// their reference. Of two rows about the same thing the later one counts.
func Merge[T any](ctx context.Context, tx pgx.Tx, table string, b Batch, columns []Column[T], of func(*T) (ref string, id uuid.UUID), list []T) (pg.Merged, error) {
	byRef, byID := map[string]int{}, map[uuid.UUID]int{}
	var refs []string
	var ids []uuid.UUID
	for i := range list {
		ref, id := of(&list[i])
		if id == uuid.Nil {
			byRef[ref] = i
			continue
		}
		byID[id] = i
		refs, ids = append(refs, ref), append(ids, id)
	}
	var fresh, met [][]any
	var once, compared []Column[T]
	for _, c := range columns {
		if c.given(b) {
			compared = append(compared, c)
		} else {
			once = append(once, c)
		}
	}
	for i := range list {
		x := &list[i]
		ref, id := of(x)
		var v []any
		switch {
		case id == uuid.Nil && byRef[ref] == i:
			v = append(make([]any, 0, 5+len(columns)), b.Source, ref, b.NewID())
			for _, c := range once {
				v = append(v, c.Value(x))
			}
		case id != uuid.Nil && byID[id] == i:
			v = append(make([]any, 0, 1+len(columns)), id)
		default:
			continue
		}
		for _, c := range compared {
			v = append(v, c.Value(x))
		}
		if id == uuid.Nil {
			fresh = append(fresh, v)
		} else {
			met = append(met, v)
		}
	}
	m, err := insert(ctx, tx, table, b, byRef, pg.Rows{
		Table: table, Key: []string{"source", "source_ref"}, Once: append([]string{"id"}, names(once)...), Compare: names(compared), Values: fresh,
	})
	if err != nil {
		return m, err
	}
	updated, err := pg.Merge(ctx, tx, pg.Rows{Table: table, Key: []string{"id"}, Compare: names(compared), Values: met, Existing: true}, b.Now)
	if err != nil {
		return m, err
	}
	m = m.Add(updated)
	m.Unchanged += int64(len(list) - len(fresh) - len(met))
	return m, remember(ctx, tx, table, b.Source, refs, ids)
}

// insert merges rows without an id. Where the source has brought none of them
// before, there is nothing to compare: they are copied into the table at once.
func insert(ctx context.Context, tx pgx.Tx, table string, b Batch, refs map[string]int, r pg.Rows) (pg.Merged, error) {
	if len(r.Values) == 0 {
		return pg.Merged{}, nil
	}
	if !b.Sought {
		var known bool
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+table+" WHERE source = $1 AND source_ref = ANY($2))", b.Source, slices.Collect(maps.Keys(refs))).Scan(&known); err != nil {
			return pg.Merged{}, fmt.Errorf("rows of %s: %w", b.Source, err)
		}
		if known {
			return pg.Merge(ctx, tx, r, b.Now)
		}
	}
	for i := range r.Values {
		r.Values[i] = append(r.Values[i], int64(1), b.Now)
	}
	n, err := tx.CopyFrom(ctx, pgx.Identifier{table}, slices.Concat(r.Key, r.Once, r.Compare, []string{"rev", "updated_at"}), pgx.CopyFromRows(r.Values))
	if err != nil {
		return pg.Merged{}, fmt.Errorf("copy into %s: %w", table, err)
	}
	return pg.Merged{Fresh: n}, nil
}

func names[T any](columns []Column[T]) []string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.Name
	}
	return list
}

// remember links references to objects that came from elsewhere.
func remember(ctx context.Context, tx pgx.Tx, table, source string, refs []string, ids []uuid.UUID) error {
	if len(refs) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, "SELECT source_ref FROM "+table+" WHERE source = $1 AND source_ref = ANY($2)", source, refs)
	if err != nil {
		return fmt.Errorf("link to %s: %w", source, err)
	}
	own, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("link to %s: %w", source, err)
	}
	known := make(map[string]bool, len(own))
	for _, ref := range own {
		known[ref] = true
	}
	var others []string
	var objects []uuid.UUID
	for i, ref := range refs {
		if !known[ref] {
			known[ref] = true
			others, objects = append(others, ref), append(objects, ids[i])
		}
	}
	return Remember(ctx, tx, table, source, others, objects)
}

// Searched says what the words of a table's objects are made of: the columns,
// the fields of an input that change them, and the texts that people look for.
type Searched struct {
	Table   string
	Columns []string
	Fields  []string
	Texts   func(held []string) []string // of the columns' values
}

// Reword makes the words of objects anew that a merge has changed, where the input
// had some of their texts only: what is new has the words of all its texts. They
// are named by reference or by id.
func (s Searched) Reword(ctx context.Context, tx pgx.Tx, b Batch, m pg.Merged, refs []string, ids []uuid.UUID) error {
	if m.Changed == 0 || (Column[any]{Fields: s.Fields, All: true}).given(b) || !b.Has(s.Fields...) {
		return nil
	}
	list := ""
	for _, c := range s.Columns {
		list += ", COALESCE(" + c + ", '')"
	}
	rows, err := tx.Query(ctx, "SELECT id"+list+" FROM "+s.Table+" WHERE source = $1 AND source_ref = ANY($2) OR id = ANY($3)", b.Source, refs, ids)
	if err != nil {
		return fmt.Errorf("words of %s: %w", s.Table, err)
	}
	var objects []uuid.UUID
	var words []pgtype.TSVector
	held := make([]string, len(s.Columns))
	var id uuid.UUID
	into := []any{&id}
	for i := range held {
		into = append(into, &held[i])
	}
	if _, err := pgx.ForEachRow(rows, into, func() error {
		objects, words = append(objects, id), append(words, find.Words(s.Texts(held)...))
		return nil
	}); err != nil {
		return fmt.Errorf("words of %s: %w", s.Table, err)
	}
	_, err = tx.Exec(ctx, "UPDATE "+s.Table+" t SET words = n.words FROM unnest($1::uuid[], $2::tsvector[]) AS n (id, words) WHERE t.id = n.id AND t.words <> n.words", objects, words)
	if err != nil {
		return fmt.Errorf("words of %s: %w", s.Table, err)
	}
	return nil
}
