package person

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/vault"
	"onemap/geo/grid"
)

// linkKind names people among the links of rows to objects.
const linkKind = "person"

// Import merges people of a source in the caller's transaction. A row with an ID
// is about that person and changes the columns that the batch gives; others are
// found by source and reference or are new. An empty field never erases what is
// known. Rows of one chunk about one person (by number or reference) become one
// person; the first of them says who it is, each adds its tie and its tags.
func (s *Service) Import(ctx context.Context, tx pgx.Tx, _ *grid.Index, b link.Batch, rows []Row) (m pg.Merged, err error) {
	err = vault.Within(ctx, tx, vault.Everywhere(), func() error {
		m, err = s.merge(ctx, tx, b, rows)
		return err
	})
	return m, err
}

func (s *Service) merge(ctx context.Context, tx pgx.Tx, b link.Batch, rows []Row) (pg.Merged, error) {
	list, err := s.entries(rows)
	if err != nil {
		return pg.Merged{}, err
	}
	if err := s.renew(ctx, tx, list); err != nil {
		return pg.Merged{}, err
	}
	if err := s.recall(ctx, tx, b.Source, list); err != nil {
		return pg.Merged{}, err
	}
	if err := places(ctx, tx, list); err != nil {
		return pg.Merged{}, err
	}
	foreign, err := identify(ctx, tx, b, list)
	if err != nil {
		return pg.Merged{}, err
	}
	gone, err := s.erased(ctx, tx, b.Source, slices.DeleteFunc(slices.Clone(list), func(e *entry) bool { return e.id != uuid.Nil }))
	if err != nil {
		return pg.Merged{}, err
	}
	if len(gone) > 0 {
		return pg.Merged{}, fault.New(fault.Conflict, "person.erased", refusedErased)
	}
	if err := households(ctx, tx, b, list); err != nil {
		return pg.Merged{}, err
	}
	fresh, known := split(b, list)
	if err := s.insert(ctx, tx, b, checked, fresh); err != nil {
		return pg.Merged{}, inWords(err)
	}
	changed, err := s.update(ctx, tx, b, known)
	if err != nil {
		return pg.Merged{}, inWords(err)
	}
	if err := link.Remember(ctx, tx, linkKind, b.Source, foreign.refs, foreign.ids); err != nil {
		return pg.Merged{}, err
	}
	m := pg.Merged{Fresh: int64(fresh.people), Changed: int64(len(changed))}
	m.Unchanged = int64(len(rows)) - m.Fresh - m.Changed
	if m.Fresh+m.Changed > 0 {
		err = change.Record(ctx, tx, change.Bulk("person", b.Now, int(m.Fresh+m.Changed)))
	}
	return m, err
}

// links are rows about people who came from elsewhere.
type links struct {
	refs []string
	ids  []uuid.UUID
}

// identify says whom each entry is about; a zero id is somebody new.
func identify(ctx context.Context, tx pgx.Tx, b link.Batch, list []*entry) (links, error) {
	var foreign links
	if b.Sought && !slices.ContainsFunc(list, func(e *entry) bool { return e.id != uuid.Nil }) {
		return foreign, nil // all are new
	}
	own, err := link.Own(ctx, tx, "person", b.Source, refsOf(list))
	if err != nil {
		return links{}, err
	}
	for i := range list {
		e := list[i]
		id, ok := own[e.ref]
		switch {
		case e.id == uuid.Nil:
			e.id = id
		case (!ok || id != e.id) && !slices.Contains(foreign.refs, e.ref):
			foreign.refs, foreign.ids = append(foreign.refs, e.ref), append(foreign.ids, e.id)
		}
	}
	return foreign, nil
}

// arrivals are the new people with their ties and tags.
type arrivals struct {
	list   []*entry // the first entry of each person, then the others'
	people int
}

// split gives the entries about new people, with ids, and those about known ones.
func split(b link.Batch, list []*entry) (fresh arrivals, known []*entry) {
	byRef, byNumber := map[string]uuid.UUID{}, map[string]uuid.UUID{}
	var more []*entry
	for _, e := range list {
		if e.id != uuid.Nil {
			known = append(known, e)
			continue
		}
		id, again := byRef[e.ref]
		if !again && e.numberBlind != nil {
			id, again = byNumber[string(e.numberBlind)]
		}
		if again {
			e.id = id
			more = append(more, e)
			continue
		}
		e.id = b.NewID()
		byRef[e.ref] = e.id
		if e.numberBlind != nil {
			byNumber[string(e.numberBlind)] = e.id
		}
		fresh.list = append(fresh.list, e)
	}
	fresh.people = len(fresh.list)
	fresh.list = append(fresh.list, more...)
	return fresh, known
}

// insert writes new people; the names of who has a tag are sealed.
func (s *Service) insert(ctx context.Context, tx pgx.Tx, b link.Batch, write writer, a arrivals) error {
	if len(a.list) == 0 {
		return nil
	}
	carries := map[uuid.UUID]bool{}
	for i := range a.list {
		if e := a.list[i]; len(e.Tags) > 0 {
			carries[e.id] = true
		}
	}
	for i := range a.people {
		if e := a.list[i]; carries[e.id] {
			s.conceal(e)
		}
	}
	if err := copyPeople(ctx, tx, b, write, a.list[:a.people]); err != nil {
		return err
	}
	ties := make([]residence, 0, len(a.list))
	var tags []tagged
	today := day(b.Now)
	firsts := map[uuid.UUID]string{} // where people of several entries are seen
	for i := range a.list {
		e, seen := a.list[i], ""
		if e.lives() {
			seen = e.ScopeCode
		}
		if i >= a.people {
			seen = firsts[e.id]
		} else if a.people < len(a.list) {
			firsts[e.id] = seen
		}
		if e.DwellingID != uuid.Nil {
			ties = append(ties, residence{b.NewID(), e.id, e.DwellingID, e.Relation, e.Since, e.Until, seen})
		}
		for _, t := range e.Tags {
			tag := newTag(b.NewID(), e.id, t, today, e.TagUntil)
			tag.seen = seen
			tags = append(tags, tag)
		}
	}
	if err := copyResidences(ctx, tx, write, ties); err != nil {
		return err
	}
	return copyTags(ctx, tx, write, tags)
}

// update brings what is known up to the entries and gives who has changed.
func (s *Service) update(ctx context.Context, tx pgx.Tx, b link.Batch, list []*entry) (map[uuid.UUID]bool, error) {
	changed := map[uuid.UUID]bool{}
	if len(list) == 0 {
		return changed, nil
	}
	var ids []uuid.UUID
	var firsts []*entry
	seen := map[uuid.UUID]bool{}
	for _, e := range list {
		if !seen[e.id] {
			seen[e.id] = true
			ids, firsts = append(ids, e.id), append(firsts, e)
		}
	}
	gone, err := lock(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	if err := s.mergePeople(ctx, tx, b, firsts, changed); err != nil {
		return nil, err
	}
	if err := s.updateTies(ctx, tx, b, list, ids, gone, changed); err != nil {
		return nil, err
	}
	if err := updateTags(ctx, tx, b, list, ids, changed); err != nil {
		return nil, err
	}
	return changed, s.touch(ctx, tx, changed, b.Now)
}

// updateTies settles the entries' ties. Who has died stays so; who moved away
// has come back when the tie began after that.
func (s *Service) updateTies(ctx context.Context, tx pgx.Tx, b link.Batch, list []*entry, ids []uuid.UUID, gone map[uuid.UUID]leaving, changed map[uuid.UUID]bool) error {
	had, err := residencesOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	var next ties
	today := s.today()
	for _, e := range list {
		if e.DwellingID == uuid.Nil {
			continue
		}
		tie := residence{ID: b.NewID(), PersonID: e.id, DwellingID: e.DwellingID, Relation: e.Relation, Since: e.Since, Until: e.Until}
		if left, ok := gone[e.id]; ok && tie.open() && single(tie.Relation) {
			if left.why == Died || !tie.Since.After(left.on) {
				continue
			}
			next.back = append(next.back, e.id)
		}
		ended, fresh := settle(had[e.id], tie, today)
		if len(ended) > 0 || fresh != nil {
			changed[e.id] = true
		}
		had[e.id] = next.take(had[e.id], ended, fresh)
	}
	return next.write(ctx, tx)
}

// Reasons for which somebody has left the city's care.
const (
	Moved = "moved"
	Died  = "died"
)

type leaving struct {
	on  time.Time
	why string
}

// ties are changes of residences that are to be written together.
type ties struct {
	changed map[uuid.UUID]residence
	fresh   []residence
	back    []uuid.UUID
}

// take notes changes and gives the person's residences as they are then.
func (t *ties) take(had, ended []residence, fresh *residence) []residence {
	if t.changed == nil {
		t.changed = map[uuid.UUID]residence{}
	}
	had = slices.Clone(had)
	for _, e := range ended {
		for i := range had {
			if had[i].ID == e.ID {
				had[i] = e
			}
		}
		if i := slices.IndexFunc(t.fresh, func(r residence) bool { return r.ID == e.ID }); i >= 0 {
			t.fresh[i] = e
		} else {
			t.changed[e.ID] = e
		}
	}
	if fresh != nil {
		t.fresh = append(t.fresh, *fresh)
		had = append(had, *fresh)
	}
	return had
}

func (t *ties) write(ctx context.Context, tx pgx.Tx) error {
	if len(t.changed) > 0 {
		if err := updateResidences(ctx, tx, t.changed); err != nil {
			return err
		}
	}
	if len(t.back) > 0 {
		if _, err := tx.Exec(ctx, "UPDATE person SET left_on = NULL, left_why = '' WHERE id = ANY ($1)", t.back); err != nil {
			return fmt.Errorf("people who are back: %w", err)
		}
	}
	return copyResidences(ctx, tx, checked, t.fresh)
}
