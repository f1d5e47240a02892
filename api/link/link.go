// Package link ties a row of somebody's file to the object it is about.
//
// The journey of a row: its source and reference may be those of an object
// already, or the row was linked to an object of another source before (Known);
// else the slice looks for the object by code, then address, then place (Found).
// One candidate is taken and the link remembered, several are a doubt for a
// person, none makes a new object.
package link

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/pg"
)

// Batch is what rows of one chunk have in common. Given names the columns that
// the input has: of an object that exists only these are compared and
// overwritten. nil is all of them. Sought says that this transaction has looked
// for every row by source and reference: one without an id is new.
type Batch struct {
	Source string
	Given  []string
	Sought bool
	NewID  func() uuid.UUID
	Now    time.Time
}

// Of gives those of the columns that the input has; always are added.
func (b Batch) Of(columns []string, always ...string) []string {
	if b.Given == nil {
		return slices.Concat(columns, always)
	}
	var list []string
	for _, c := range columns {
		if slices.Contains(b.Given, c) {
			list = append(list, c)
		}
	}
	return append(list, always...)
}

// Has says whether the input has one of the columns.
func (b Batch) Has(columns ...string) bool {
	return b.Given == nil || slices.ContainsFunc(columns, func(c string) bool { return slices.Contains(b.Given, c) })
}

// Located says whether the input says where its objects are.
func (b Batch) Located() bool { return b.Has("lon", "lat", "x", "y", "point", "geometry") }

// By says how a row met its object.
type By string

// The ways, in the order they are tried.
const (
	BySource  By = "source"
	ByCode    By = "code"
	ByAddress By = "address"
	ByPlace   By = "place"
)

// Candidate is an object that a row might be about.
type Candidate struct {
	ID     uuid.UUID `json:"id"`
	Title  string    `json:"title"`
	Why    By        `json:"why"`
	Metres float64   `json:"metres,omitempty"`
}

// Found is what a row was found to be about: an object (ID), one of several
// (Candidates, ID is zero), or nothing that is known yet. Refused is why the row
// must not become anything, or "".
type Found struct {
	ID         uuid.UUID
	By         By
	Candidates []Candidate
	Refused    string
}

// Known gives the objects of another source that rows of this one were linked to.
func Known(ctx context.Context, q pg.Querier, kind, source string, refs []string) (map[string]uuid.UUID, error) {
	known, err := pg.Pairs[string, uuid.UUID](ctx, q, "SELECT source_ref, object_id FROM import_link WHERE kind = $1 AND source = $2 AND source_ref = ANY($3)", kind, source, refs)
	if err != nil {
		return nil, fmt.Errorf("links of %s: %w", source, err)
	}
	return known, nil
}

// Own gives the objects of a table that rows of a source are themselves.
func Own(ctx context.Context, q pg.Querier, table, source string, refs []string) (map[string]uuid.UUID, error) {
	own, err := pg.Pairs[string, uuid.UUID](ctx, q, "SELECT source_ref, id FROM "+table+" WHERE source = $1 AND source_ref = ANY($2)", source, refs)
	if err != nil {
		return nil, fmt.Errorf("rows of %s: %w", source, err)
	}
	return own, nil
}

// Met gives the objects of a table that rows of a source are, or were linked to.
func Met(ctx context.Context, q pg.Querier, table, source string, refs []string) (map[string]uuid.UUID, error) {
	met, err := Known(ctx, q, table, source, refs)
	if err != nil {
		return nil, err
	}
	own, err := Own(ctx, q, table, source, refs)
	maps.Copy(met, own)
	return met, err
}

// Remember links rows to objects; a row linked before follows the new object.
func Remember(ctx context.Context, tx pgx.Tx, kind, source string, refs []string, ids []uuid.UUID) error {
	if len(refs) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
INSERT INTO import_link (kind, source, source_ref, object_id) SELECT $1, $2, r, i FROM unnest($3::text[], $4::uuid[]) AS n (r, i)
ON CONFLICT (kind, source, source_ref) DO UPDATE SET object_id = excluded.object_id`, kind, source, refs, ids)
	if err != nil {
		return fmt.Errorf("link to %s: %w", source, err)
	}
	return nil
}

// Ref is what a source calls an object.
type Ref struct {
	Source, Ref string
	ID          uuid.UUID
}

// Forget takes away what objects were called by, and gives what it was.
func Forget(ctx context.Context, tx pgx.Tx, kind string, ids []uuid.UUID) ([]Ref, error) {
	rows, err := tx.Query(ctx, "DELETE FROM import_link WHERE kind = $1 AND object_id = ANY ($2) RETURNING source, source_ref, object_id", kind, ids)
	if err != nil {
		return nil, fmt.Errorf("links of %s: %w", kind, err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Ref])
}
