package transfer

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/link"
	"onemap/api/person"
)

// waiting is a row set aside for a person, as it is sealed.
type waiting struct {
	Ref    string     `json:"ref"`
	Values []string   `json:"values"`
	Pair   [2]float64 `json:"pair"`
	At     [2]float64 `json:"at"`
	Place  bool       `json:"place"`
	Shape  []byte     `json:"shape,omitempty"` // EWKB, WGS84
	Given  []string   `json:"given"`
	Source string     `json:"source"`
}

// sealedDoubt is the purpose for which rows that wait are sealed.
const sealedDoubt = "import.doubt"

// rowKeys are what a row is known by when it comes again, with each key there is:
// the newest first. They are keyed, since a reference may be an identity number,
// of which there are too few for a plain hash.
func (r *runner) rowKeys(x *record) (keys [][]byte) {
	refs := []string{x.ref}
	if p, ok := x.object.(*person.Row); ok && !r.Keys.Sole() {
		if own := r.People.Refs(*p); slices.Contains(own, x.ref) {
			refs = own
		}
	}
	for _, ref := range refs {
		keys = append(keys, r.rowKeysOf(r.run.Kind, r.batch.Source, ref)...)
	}
	return keys
}

func (l *Loader) rowKeysOf(kind, source, ref string) (keys [][]byte) {
	for _, m := range l.Keys.Marks(blindRow, keyedRow(kind, source, ref)) {
		keys = append(keys, m.Blind)
	}
	return keys
}

// blindRow is what rows' keys are made for.
const blindRow = "import.row"

func keyedRow(kind, source, ref string) string {
	return strings.Join([]string{kind, source, ref}, "\x00")
}

// ForgetPeople takes away rows that wait, or waited, for a person's decision and
// name one of the people, or are called as theirs were. One that is about
// somebody else comes again with their next file.
func (l *Loader) ForgetPeople(ctx context.Context, tx pgx.Tx, ids []uuid.UUID, refs []link.Ref) error {
	keys, named := [][]byte{}, make([]string, len(ids))
	for _, r := range refs {
		keys = append(keys, l.rowKeysOf("people", r.Source, r.Ref)...)
	}
	for i, id := range ids {
		named[i] = `[{"id": "` + id.String() + `"}]`
	}
	for _, forget := range []struct {
		sql string
		by  any
	}{
		{"DELETE FROM import_doubt WHERE row_key = ANY ($1)", keys},
		{"DELETE FROM import_doubt WHERE taken = ANY ($1)", ids},
		{"DELETE FROM import_doubt WHERE candidates @> ANY ($1::jsonb[])", named},
	} {
		if _, err := tx.Exec(ctx, forget.sql, forget.by); err != nil {
			return fmt.Errorf("rows about erased people: %w", err)
		}
	}
	return nil
}

// decided settles doubts as somebody has settled them before: about one of the
// candidates, or left out; dropped says so by the number in list.
func (r *runner) decided(ctx context.Context, tx pgx.Tx, list []*record, found []link.Found) (dropped map[int]bool, err error) {
	at := map[string]int{}
	var keys [][]byte
	if err := r.Keys.Fresh(ctx, tx); err != nil {
		return nil, err
	}
	for i, x := range list {
		if len(found[i].Candidates) > 0 {
			for _, key := range r.rowKeys(x) {
				keys, at[string(key)] = append(keys, key), i
			}
		}
	}
	dropped = map[int]bool{}
	if len(keys) == 0 {
		return dropped, nil
	}
	rows, err := tx.Query(ctx, `
SELECT DISTINCT ON (row_key) row_key, state, COALESCE(taken, '00000000-0000-0000-0000-000000000000') FROM import_doubt
WHERE row_key = ANY ($1) AND state <> 'open' ORDER BY row_key, decided_at DESC`, keys)
	if err != nil {
		return nil, err
	}
	var key []byte
	var state string
	var taken uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&key, &state, &taken}, func() error {
		i := at[string(key)]
		switch {
		case state == "dropped":
			dropped[i] = true
		case slices.ContainsFunc(found[i].Candidates, func(c link.Candidate) bool { return c.ID == taken }):
			found[i] = link.Found{ID: taken, By: link.BySource}
		}
		return nil
	})
	return dropped, err
}

// doubt sets a row aside; the same row of an earlier run comes to this one.
func (r *runner) doubt(ctx context.Context, tx pgx.Tx, x *record, candidates []link.Candidate) (err error) {
	w := waiting{Ref: x.ref, Values: x.v, Pair: x.pair, At: x.at, Place: x.located, Given: r.batch.Given, Source: r.batch.Source}
	if x.geom != nil {
		if w.Shape, err = shapeBytes(x.geom); err != nil {
			return err
		}
	}
	plain, err := json.Marshal(w)
	if err != nil {
		return err
	}
	if err := r.Keys.Hold(ctx, tx); err != nil {
		return err
	}
	keys := r.rowKeys(x)
	if _, err := tx.Exec(ctx, "DELETE FROM import_doubt WHERE row_key = ANY ($1) AND state = 'open'", keys); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "INSERT INTO import_doubt (id, run_id, line, row_key, given, candidates) VALUES ($1, $2, $3, $4, $5, $6)",
		r.NewID(), r.run.ID, x.line, keys[0], r.Keys.Seal(sealedDoubt, plain), candidates)
	return err
}
