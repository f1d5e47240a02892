package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/geo/ewkb"
)

// Doubt is a row that could be one of several things.
type Doubt struct {
	ID         string            `json:"id"`
	Line       int64             `json:"line"`
	Title      string            `json:"title"`
	Values     map[string]string `json:"values"`
	Candidates []DoubtCandidate  `json:"candidates"`
}

// DoubtCandidate is something the row might be about.
type DoubtCandidate struct {
	ID     string   `json:"id"`
	Title  string   `json:"title"`
	Why    string   `json:"why"`
	Metres *float64 `json:"metres"`
}

// Doubts lists rows of a run, or of all runs (uuid.Nil), in a state.
func (l *Loader) Doubts(ctx context.Context, run uuid.UUID, state string, after uuid.UUID, limit int) ([]Doubt, error) {
	rows, err := l.Pool.Query(ctx, `
SELECT d.id, d.line, d.given, d.candidates, r.kind FROM import_doubt d JOIN import_run r ON r.id = d.run_id
WHERE ($1 = '00000000-0000-0000-0000-000000000000'::uuid OR d.run_id = $1) AND d.state = $2 AND d.id > $3 ORDER BY d.id LIMIT $4`, run, state, after, limit)
	if err != nil {
		return nil, err
	}
	list := []Doubt{}
	var id uuid.UUID
	var line int64
	var given []byte
	var candidates []link.Candidate
	var kind string
	_, err = pgx.ForEachRow(rows, []any{&id, &line, &given, &candidates, &kind}, func() error {
		w, err := l.unseal(given)
		if err != nil {
			return err
		}
		list = append(list, doubtShown(KindOf(kind), id, line, w, candidates))
		return nil
	})
	return list, err
}

func (l *Loader) unseal(given []byte) (w waiting, err error) {
	plain, err := l.Keys.Open(sealedDoubt, given)
	if err == nil {
		err = json.Unmarshal(plain, &w)
	}
	return w, err
}

// doubtShown shows a row with people's names and numbers masked.
func doubtShown(k *Kind, id uuid.UUID, line int64, w waiting, candidates []link.Candidate) Doubt {
	d := Doubt{ID: id.String(), Line: line, Values: map[string]string{}, Candidates: []DoubtCandidate{}}
	for i, f := range k.Fields {
		if i >= len(w.Values) || w.Values[i] == "" {
			continue
		}
		if k.secret && f.Name == "ref" {
			continue
		}
		d.Values[f.Name] = k.shown(f.Name, w.Values[i])
	}
	for _, field := range []string{"name", "title", "address", "place", "code", "category"} {
		if d.Title == "" {
			d.Title = d.Values[field]
		}
	}
	for _, c := range candidates {
		x := DoubtCandidate{ID: c.ID.String(), Title: c.Title, Why: string(c.Why)}
		if c.Why == link.ByPlace && c.Metres > 0 {
			x.Metres = &c.Metres
		}
		d.Candidates = append(d.Candidates, x)
	}
	return d
}

// Decide settles a doubt: the row is about a candidate, about something new, or
// is left out.
func (l *Loader) Decide(ctx context.Context, doubt uuid.UUID, take string, by uuid.UUID, prefixes []string) error {
	return pg.InTx(ctx, l.Pool, func(tx pgx.Tx) error {
		var given []byte
		var candidates []link.Candidate
		var kind, state string
		var line int64
		err := tx.QueryRow(ctx, "SELECT d.given, d.candidates, d.line, d.state, r.kind FROM import_doubt d JOIN import_run r ON r.id = d.run_id WHERE d.id = $1 FOR UPDATE OF d", doubt).
			Scan(&given, &candidates, &line, &state, &kind)
		if err != nil {
			return pgMissing(err)
		}
		if state != "open" {
			return fault.New(fault.Conflict, "doubt.decided", "Somebody has decided on this row already.")
		}
		next, id := "new", uuid.Nil
		switch take {
		case "drop":
			next = "dropped"
		case "new":
		default:
			id, err = uuid.Parse(take)
			if err != nil || !slices.ContainsFunc(candidates, func(c link.Candidate) bool { return c.ID == id }) {
				var f fault.Fields
				f.Add("body.take", take, "the id of a candidate, new, or drop")
				return f.Err("doubt.take")
			}
			next = "taken"
		}
		if next != "dropped" {
			if err := l.settle(ctx, tx, kind, line, given, id, prefixes); err != nil {
				return err
			}
		}
		var account *uuid.UUID
		if by != uuid.Nil {
			account = &by
		}
		_, err = tx.Exec(ctx, "UPDATE import_doubt SET state = $2, decided_by = $3, decided_at = $4, taken = $5 WHERE id = $1", doubt, next, account, l.Now(), pgtype.UUID{Bytes: id, Valid: id != uuid.Nil})
		return err
	})
}

func pgMissing(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.Missing("doubt")
	}
	return err
}

// settle takes the row in as what it was decided to be.
func (l *Loader) settle(ctx context.Context, tx pgx.Tx, kind string, line int64, given []byte, id uuid.UUID, prefixes []string) error {
	w, err := l.unseal(given)
	if err != nil {
		return err
	}
	t, err := l.taker(ctx, kind)
	if err != nil {
		return err
	}
	x := &record{kind: KindOf(kind), line: line, v: w.Values, ref: w.Ref, located: w.Place, pair: w.Pair, at: w.At}
	if w.Shape != nil {
		if x.geom, _, err = ewkb.Unmarshal(w.Shape); err != nil {
			return err
		}
	}
	t.build([]*record{x})
	if len(x.refused) == 0 {
		x.refuseAll(t.late(x, id))
	}
	ix, err := l.Regions.Hold(ctx, tx)
	if err != nil {
		return err
	}
	if len(x.refused) == 0 && prefixes != nil {
		if scope, known := t.scope(x, ix); (known || x.kind.secret) && !within(scope, prefixes) {
			x.refuse("", "lies outside your jurisdiction")
		}
	}
	if len(x.refused) > 0 {
		var f fault.Fields
		for _, r := range x.refused {
			f.Add(r.Field, nil, "%s", r.Reason)
		}
		return f.Err("doubt.row")
	}
	_, err = t.take(ctx, tx, ix, link.Batch{Source: w.Source, Given: w.Given, NewID: l.NewID, Now: l.Now()}, []*record{x})
	return err
}

func (l *Loader) listDoubts(ctx context.Context, q *doubtsQuery) (*doubtsAnswer, error) {
	if _, err := l.seen(ctx, q.ID); err != nil {
		return nil, err
	}
	after := uuid.Nil
	if q.Cursor != "" {
		var err error
		if after, err = uuid.Parse(q.Cursor); err != nil {
			var f fault.Fields
			f.Add("query.cursor", q.Cursor, "is no cursor of this list")
			return nil, f.Err("doubt.cursor")
		}
	}
	list, err := l.Doubts(ctx, q.ID, q.State, after, q.Limit)
	out := &doubtsAnswer{}
	out.Body.Items = list
	if len(list) == q.Limit {
		out.Body.Next = list[len(list)-1].ID
	}
	return out, err
}

func (l *Loader) decideDoubt(ctx context.Context, in *decideIn) (*struct{}, error) {
	a, prefixes, err := keeper(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := l.seen(ctx, in.ID); err != nil {
		return nil, err
	}
	var of uuid.UUID
	if err := l.Pool.QueryRow(ctx, "SELECT run_id FROM import_doubt WHERE id = $1", in.Doubt).Scan(&of); err != nil || of != in.ID {
		if err == nil {
			err = pgx.ErrNoRows
		}
		return nil, pgMissing(err)
	}
	return nil, l.Decide(ctx, in.Doubt, in.Body.Take, a.ID, prefixes)
}
