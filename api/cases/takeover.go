package cases

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/change"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/plate"
	"onemap/geo/grid"
)

// Find says which cases rows are about: those of their source and reference, or
// linked to them before. Two reports of one thing are two cases, so nothing else
// makes a row the same as a case.
func (s *Service) Find(ctx context.Context, q pg.Querier, source string, rows []Taken) ([]link.Found, error) {
	refs := make([]string, len(rows))
	for i, r := range rows {
		refs[i] = r.Ref
	}
	met, err := link.Met(ctx, q, "case_file", source, refs)
	if err != nil {
		return nil, err
	}
	found := make([]link.Found, len(rows))
	for i, r := range rows {
		if id, ok := met[r.Ref]; ok {
			found[i] = link.Found{ID: id, By: link.BySource}
		}
	}
	return found, nil
}

// taking is one chunk of rows on its way in.
type taking struct {
	*Service
	tx         pgx.Tx
	ix         *grid.Index
	batch      link.Batch
	by         actor.Actor
	facilities map[plate.Code]uuid.UUID
}

// Import takes cases over in the caller's transaction, each in its grid; the rows
// have passed Check. A case that is new here begins with the events of its life
// elsewhere and a receipt nobody holds. One that is here follows its row, of the
// given columns, as long as nobody here has taken a step on it: from then on it
// is ours, and stays as it is.
func (s *Service) Import(ctx context.Context, tx pgx.Tx, ix *grid.Index, b link.Batch, rows []Taken) (pg.Merged, error) {
	var m pg.Merged
	if len(rows) == 0 {
		return m, nil
	}
	// Two imports of one source wait for each other: both would find nothing and
	// bring the same case.
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended('cases of ' || $1, 0))", b.Source); err != nil {
		return m, fmt.Errorf("import of cases: %w", err)
	}
	t := taking{Service: s, tx: tx, ix: ix, batch: b, by: actor.From(ctx)}
	if err := t.resolve(ctx, rows); err != nil {
		return m, fmt.Errorf("facilities of cases: %w", err)
	}
	there, err := t.held(ctx, rows)
	if err != nil {
		return m, fmt.Errorf("cases of %s: %w", b.Source, err)
	}
	fresh, changed := t.sort(rows, there)
	if err := t.bring(ctx, fresh); err != nil {
		return m, fmt.Errorf("new cases of %s: %w", b.Source, err)
	}
	if err := t.follow(ctx, changed); err != nil {
		return m, fmt.Errorf("cases of %s: %w", b.Source, err)
	}
	if err := t.link(ctx, rows, there); err != nil {
		return m, err
	}
	m.Fresh, m.Changed = int64(len(fresh)), int64(len(changed))
	m.Unchanged = int64(len(rows)) - m.Fresh - m.Changed
	if m.Fresh+m.Changed > 0 {
		err = change.Record(ctx, tx, change.Bulk("case", b.Now, int(m.Fresh+m.Changed)))
	}
	return m, err
}

// resolve finds the facilities that rows name by their plates.
func (t *taking) resolve(ctx context.Context, rows []Taken) error {
	t.facilities = map[plate.Code]uuid.UUID{}
	var codes []string
	for _, r := range rows {
		may, _ := plate.ParseAny(r.FacilityCode)
		for _, code := range may {
			codes = append(codes, code.Raw())
		}
	}
	if len(codes) == 0 {
		return nil
	}
	found, err := t.tx.Query(ctx, "SELECT code, id FROM facility WHERE code = ANY ($1)", codes)
	if err != nil {
		return err
	}
	var code plate.Code
	var id uuid.UUID
	_, err = pgx.ForEachRow(found, []any{&code, &id}, func() error { t.facilities[code] = id; return nil })
	return err
}

func (t *taking) facility(r Taken) *uuid.UUID {
	may, _ := plate.ParseAny(r.FacilityCode)
	for _, code := range may {
		if id, ok := t.facilities[code]; ok {
			return &id
		}
	}
	return nil
}

// sort tells new rows from those that change a case. A reference that comes twice
// in a chunk is one case: the last row counts.
func (t *taking) sort(rows []Taken, there map[string]*held) (fresh []Taken, changed []*held) {
	last := map[string]int{}
	for i, r := range rows {
		last[rowKey(r)] = i
	}
	for i, r := range rows {
		if last[rowKey(r)] != i {
			continue
		}
		h := there[rowKey(r)]
		switch {
		case h == nil:
			fresh = append(fresh, r)
		case t.overlay(h, r):
			changed = append(changed, h)
		}
	}
	return fresh, changed
}

// rowKey names the case a row is about: its id, or else its reference.
func rowKey(r Taken) string {
	if r.ID != uuid.Nil {
		return "id " + r.ID.String()
	}
	return "ref " + r.Ref
}

// link remembers which case a row of this source is about that came from elsewhere.
func (t *taking) link(ctx context.Context, rows []Taken, there map[string]*held) error {
	var refs []string
	var ids []uuid.UUID
	seen := map[string]bool{}
	for _, r := range rows {
		h := there[rowKey(r)]
		if r.ID == uuid.Nil || h == nil || h.source == t.batch.Source && h.ref == r.Ref || seen[r.Ref] || strings.TrimSpace(r.Ref) == "" {
			continue
		}
		seen[r.Ref] = true
		refs, ids = append(refs, r.Ref), append(ids, h.id)
	}
	return link.Remember(ctx, t.tx, "case_file", t.batch.Source, refs, ids)
}
