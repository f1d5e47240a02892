package region

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/audit"
	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/geo/grid"
)

// mostParts is how many regions one draft may change.
const mostParts = 50_000

// manages refuses whoever does not administer a place. The program's own
// commands do.
func manages(ctx context.Context, code grid.Code) (actor.Actor, error) {
	a := actor.From(ctx)
	switch {
	case a.IsCommand():
		return a, nil
	case !a.Staff():
		return a, fault.New(fault.Unauthenticated, "auth.needed", "Please sign in.")
	case !a.Area().Holds(string(code), ""):
		return a, fault.Missing("region")
	case !a.May(string(code), actor.Administrator):
		return a, fault.New(fault.Forbidden, "auth.forbidden", "This is for the administrators of the place.")
	}
	audit.In(ctx, string(code))
	return a, nil
}

// account is the account of whoever acts, for a column: null for machines and commands.
func account(a actor.Actor) any {
	if a.Key {
		return nil
	}
	return pg.OrNull(a.ID)
}

// place refuses a place that has nothing under it to draw.
func (s *Service) place(ctx context.Context, code grid.Code) (actor.Actor, error) {
	a, err := manages(ctx, code)
	if err != nil {
		return a, err
	}
	if _, ok := s.Index().Ref(code); !ok {
		return a, fault.Missing("region")
	}
	if code.Level() == grid.Grid {
		return a, fault.New(fault.Invalid, "draft.level", "Nothing lies under a grid; draft its community anew.")
	}
	return a, nil
}

// Begin makes an empty draft of the regions under a place, drawn from the edition
// in force. key tells retries: the same one gives the same draft.
func (s *Service) Begin(ctx context.Context, under grid.Code, id uuid.UUID, name, key string) (Draft, error) {
	a, err := s.place(ctx, under)
	if err != nil {
		return Draft{}, err
	}
	if name = strings.TrimSpace(name); name == "" {
		name = s.now().Format("2006-01-02 15:04")
	}
	var d Draft
	err = pg.InTx(ctx, s.pool, func(tx pgx.Tx) (err error) {
		d, _, err = s.begun(ctx, tx, a, under, s.Index().Edition(), id, name, key)
		return err
	})
	return d, pg.Fault(err)
}

// begun is a new draft, or the one that was begun with the same key.
func (s *Service) begun(ctx context.Context, tx pgx.Tx, a actor.Actor, under grid.Code, base int64, id uuid.UUID, name, key string) (d Draft, fresh bool, err error) {
	done, err := tx.Exec(ctx, `
INSERT INTO region_draft (id, under, name, base, rev, key, created_by, created_at, updated_by, updated_at) VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $7)
ON CONFLICT (under, key) WHERE key <> '' DO NOTHING`, id, string(under), name, base, key, account(a), s.now(), a.Name)
	if err != nil {
		return d, false, err
	}
	if fresh = done.RowsAffected() > 0; !fresh {
		if err := tx.QueryRow(ctx, "SELECT id FROM region_draft WHERE under = $1 AND key = $2", string(under), key).Scan(&id); err != nil {
			return d, false, err
		}
	}
	if d, err = readDraft(ctx, tx, under, id, ""); err != nil || !fresh {
		return d, false, err
	}
	return d, true, s.told(ctx, tx, d)
}

// told records a change of a draft.
func (s *Service) told(ctx context.Context, tx pgx.Tx, d Draft) error {
	return change.Record(ctx, tx, change.Change{Kind: "draft", Object: d.ID.String(), Rev: d.Rev, At: s.now(), Body: map[string]any{"under": d.Under, "edition": d.Edition}})
}

// Drafts lists the drafts of a place and of places under it, the newest first.
func (s *Service) Drafts(ctx context.Context, under grid.Code) ([]Draft, error) {
	if _, err := manages(ctx, under); err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, selectDrafts+"WHERE d.under >= $1 AND d.under < $1 || ':' ORDER BY d.edition IS NOT NULL, d.id DESC LIMIT 200", string(under))
	if err != nil {
		return nil, pg.Fault(err)
	}
	return pgx.CollectRows(rows, scanDraft)
}

// Draft reads a draft with what it changes, and the regions around it that were
// redrawn since it was begun.
func (s *Service) Draft(ctx context.Context, under grid.Code, id uuid.UUID) (d Draft, parts []Part, behind []string, err error) {
	if _, err := manages(ctx, under); err != nil {
		return d, nil, nil, err
	}
	if d, err = readDraft(ctx, s.pool, under, id, ""); err != nil {
		return d, nil, nil, err
	}
	if parts, err = readParts(ctx, s.pool, id); err != nil {
		return d, nil, nil, err
	}
	behind = []string{}
	if d.Edition == nil {
		behind, err = changed(ctx, s.pool, under, d.Base)
	}
	return d, parts, behind, pg.Fault(err)
}

// open takes a draft for the transaction, if it is open and as its caller saw it.
func (s *Service) open(ctx context.Context, tx pgx.Tx, under grid.Code, id uuid.UUID, rev int64) (Draft, error) {
	d, err := readDraft(ctx, tx, under, id, " FOR UPDATE OF d")
	switch {
	case err != nil:
		return d, err
	case d.Edition != nil:
		return d, fault.Newf(fault.Conflict, "draft.published", "The draft was published as edition %d; begin another one.", *d.Edition)
	case d.Rev != rev:
		return d, fault.New(fault.Stale, "draft.changed", "Somebody has changed the draft in the meantime; load it anew.")
	}
	return d, nil
}

// change runs do on a draft that is open and as its caller saw it.
func (s *Service) change(ctx context.Context, under grid.Code, id uuid.UUID, rev int64, do func(tx pgx.Tx, d *Draft, parts []Part) error) (Draft, error) {
	a, err := s.place(ctx, under)
	if err != nil {
		return Draft{}, err
	}
	var d Draft
	err = pg.InTx(ctx, s.pool, func(tx pgx.Tx) (err error) {
		if d, err = s.open(ctx, tx, under, id, rev); err != nil {
			return err
		}
		parts, err := readParts(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := do(tx, &d, parts); err != nil {
			return err
		}
		if err := touchDraft(ctx, tx, &d, a.Name, s.now()); err != nil {
			return err
		}
		return s.told(ctx, tx, d)
	})
	if err != nil {
		return d, pg.Fault(err)
	}
	return readDraft(ctx, s.pool, under, id, "")
}

// Edit renames a draft (name, when it is not nil) and applies edits, all of them or none.
func (s *Service) Edit(ctx context.Context, under grid.Code, id uuid.UUID, rev int64, name *string, edits []Edit) (Draft, error) {
	return s.change(ctx, under, id, rev, func(tx pgx.Tx, d *Draft, parts []Part) error {
		if name != nil && strings.TrimSpace(*name) != "" {
			d.Name = strings.TrimSpace(*name)
		}
		drawn := s.drawingOf(ctx, under, s.Index(), parts)
		had := func(ctx context.Context, code grid.Code) (bool, error) {
			used, err := ever(ctx, tx, []string{string(code)})
			return used[string(code)], err
		}
		var f fault.Fields
		for i, e := range edits {
			bad, err := drawn.edited(ctx, e, had)
			if err != nil {
				return err
			}
			if bad != nil {
				f.Add(fmt.Sprintf("body.edits[%d].%s", i, bad.Location), bad.Value, "%s", bad.Message)
			}
		}
		if len(drawn.parts) > mostParts {
			f.Add("body.edits", len(drawn.parts), "a draft changes %d regions at most", mostParts)
		}
		if err := f.Err("draft.edit"); err != nil {
			return err
		}
		return writeParts(ctx, tx, id, parts, drawn)
	})
}

// Fill puts regions of a file into a draft: those it has, in the place of what is
// there. With replace the grids of each community it draws that it does not have
// go away. A region without a code gets the next by rule, under under. The border
// of the place itself is drawn only where nothing lies above it, in whose draft it
// would be.
func (s *Service) Fill(ctx context.Context, under grid.Code, id uuid.UUID, rev int64, list []grid.Region, replace bool) (Draft, error) {
	return s.change(ctx, under, id, rev, func(tx pgx.Tx, _ *Draft, parts []Part) error {
		drawn := s.drawingOf(ctx, under, s.Index(), parts)
		if err := drawn.fill(list, replace); err != nil {
			return err
		}
		return writeParts(ctx, tx, id, parts, drawn)
	})
}

// fill draws regions of a file.
func (d *drawing) fill(list []grid.Region, replace bool) error {
	given := map[grid.Code]map[grid.Code]bool{}
	for _, r := range list {
		if text := unkeepable(r.Geom); text != "" {
			return fault.Newf(fault.Invalid, "draft.rings", "%s: %s", r.Code, text)
		}
		if r.Code == "" {
			code, err := d.next(d.under)
			if err != nil {
				return fault.Newf(fault.Invalid, "draft.codes", "%v.", err)
			}
			name := r.Name
			if r = d.titled(code, r.Geom); name != "" {
				r.Name = name
			}
		}
		if r.Code == d.under {
			if d.topmost() {
				d.draw(r)
			}
			continue
		}
		d.draw(r)
		parent := r.Code.Parent()
		if given[parent] == nil {
			given[parent] = map[grid.Code]bool{}
		}
		given[parent][r.Code] = true
	}
	for parent, kept := range given {
		for _, r := range d.children(parent) {
			if replace && !kept[r.Code] {
				d.remove(r.Code)
			}
		}
	}
	if len(d.parts) > mostParts {
		return fault.Newf(fault.Invalid, "draft.large", "A draft changes %d regions at most; this one would change %d.", mostParts, len(d.parts))
	}
	return nil
}

// Discard throws a draft away.
func (s *Service) Discard(ctx context.Context, under grid.Code, id uuid.UUID, rev int64) error {
	if _, err := manages(ctx, under); err != nil {
		return err
	}
	return pg.Fault(pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		d, err := s.open(ctx, tx, under, id, rev)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM region_draft WHERE id = $1", id); err != nil {
			return err
		}
		d.Rev++
		return s.told(ctx, tx, d)
	}))
}

// Rebase draws a draft on the edition in force. What the draft draws stays as it
// is drawn; new regions whose code somebody else has been given meanwhile get
// another; what is gone already is not removed again.
func (s *Service) Rebase(ctx context.Context, under grid.Code, id uuid.UUID, rev int64) (Draft, error) {
	return s.change(ctx, under, id, rev, func(tx pgx.Tx, d *Draft, parts []Part) error {
		drawn := s.drawingOf(ctx, under, s.Index(), nil)
		d.Base = drawn.ix.Edition()
		renamed := map[grid.Code]grid.Code{}
		slices.SortFunc(parts, func(a, b Part) int { return strings.Compare(string(a.Code), string(b.Code)) })
		for _, p := range parts {
			had, there := drawn.ix.Region(p.Code)
			switch {
			case p.Change == Removed:
				if there {
					drawn.parts[p.Code] = Part{Region: grid.Region{Code: had.Code, Name: had.Name, NameEn: had.NameEn}, Change: Removed, Origin: p.Origin}
				}
				continue
			case p.Change == Changed && there:
				drawn.draw(p.Region, p.Origin...)
				continue
			}
			code := p.Code
			for at := code.Parent(); at != ""; at = at.Parent() {
				if to, ok := renamed[at]; ok {
					code = to + code[len(to):]
				}
			}
			used, err := ever(ctx, tx, []string{string(code)})
			if err != nil {
				return err
			}
			if used[string(code)] {
				next, err := drawn.next(code.Parent())
				if err != nil {
					return fault.Newf(fault.Conflict, "draft.codes", "%v.", err)
				}
				renamed[p.Code], code = next, next
			}
			p.Code = code
			drawn.draw(p.Region, p.Origin...)
		}
		return writeParts(ctx, tx, id, parts, drawn)
	})
}
