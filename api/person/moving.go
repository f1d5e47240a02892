package person

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/vault"
)

// In is a tie to a dwelling that begins. A zero Since is not known; the former
// home then ends today.
type In struct {
	DwellingID uuid.UUID
	Relation   string
	Since      time.Time
}

// MoveIn ties somebody to a dwelling, both within the actor's sight. Living or
// being registered there ends the former tie of that kind. Who had moved away is
// back.
func (s *Service) MoveIn(ctx context.Context, id uuid.UUID, in In) (Full, error) {
	if in.DwellingID == uuid.Nil {
		return Full{}, bodyFault("dwelling_id", "is needed")
	}
	return s.change(ctx, id, func(tx pgx.Tx, had seen) error {
		had.DwellingID, had.Relation, had.Since = in.DwellingID, in.Relation, in.Since
		ready, wrong := prepare(had.Row, s.today())
		if err := inBody(wrong); err != nil {
			return err
		}
		if err := dwellingIn(ctx, tx, actor.From(ctx).People(), in.DwellingID); err != nil {
			return err
		}
		tie := residence{ID: s.NewID(), PersonID: id, DwellingID: in.DwellingID, Relation: ready.Relation, Since: ready.Since, seen: had.scope}
		var next ties
		switch {
		case had.left.why == Died:
			return fault.New(fault.Conflict, "person.died", "This person has died, the record says.")
		case had.left.why == Moved && single(tie.Relation):
			if !tie.Since.IsZero() && tie.Since.Before(had.left.on) {
				return bodyFault("since", "lies before they moved away")
			}
			next.back = []uuid.UUID{id}
		}
		all, err := residencesOf(ctx, tx, []uuid.UUID{id})
		if err != nil {
			return err
		}
		if single(tie.Relation) && slices.ContainsFunc(all[id], func(h residence) bool {
			return h.open() && h.Relation == tie.Relation && h.DwellingID != tie.DwellingID && !tie.Since.IsZero() && tie.Since.Before(h.Since)
		}) {
			return bodyFault("since", "lies before they moved to where they are now")
		}
		ended, fresh := settle(all[id], tie, s.today())
		next.take(all[id], ended, fresh)
		return next.write(ctx, tx)
	})
}

// End ends a tie on a day; who lived there has no place until they move in somewhere.
func (s *Service) End(ctx context.Context, id, tie uuid.UUID, until time.Time) (Full, error) {
	return s.change(ctx, id, func(tx pgx.Tx, _ seen) error {
		all, err := residencesOf(ctx, tx, []uuid.UUID{id})
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all[id], func(r residence) bool { return r.ID == tie })
		if i < 0 {
			return fault.Missing("residence")
		}
		r := all[id][i]
		switch {
		case !r.open():
			return fault.New(fault.Conflict, "person.ended", "This tie has ended already.")
		case until.IsZero():
			return bodyFault("until", "is needed: a day like 2026-11-22")
		case until.Before(r.Since):
			return bodyFault("until", "lies before since")
		case until.After(s.today()) && single(r.Relation):
			return bodyFault("until", "lies in the future: it is written when it has come")
		}
		r.Until = until
		return updateResidences(ctx, tx, map[uuid.UUID]residence{r.ID: r})
	})
}

// Leave says that somebody has moved out of the city or died. It ends where they
// live, of the dead every tie, and their tags.
func (s *Service) Leave(ctx context.Context, id uuid.UUID, on time.Time, why string) (Full, error) {
	if why != Moved && why != Died {
		return Full{}, bodyFault("why", "moved or died")
	}
	if on.IsZero() || on.After(s.today()) {
		return Full{}, bodyFault("on", "is needed: a day that has come, like 2026-11-22")
	}
	return s.change(ctx, id, func(tx pgx.Tx, had seen) error {
		if had.left.why != "" {
			return fault.New(fault.Conflict, "person.left", "The record says already that this person has left.")
		}
		if on.Before(had.BornOn) {
			return bodyFault("on", "lies before the birth")
		}
		all, err := residencesOf(ctx, tx, []uuid.UUID{id})
		if err != nil {
			return err
		}
		ended := map[uuid.UUID]residence{}
		for _, r := range all[id] {
			if !r.open() || why == Moved && r.Relation != Living && r.Relation != "tenant" {
				continue
			}
			if on.Before(r.Since) {
				return bodyFault("on", "lies before they moved to where they are now")
			}
			r.Until = on
			ended[r.ID] = r
		}
		if len(ended) > 0 {
			if err := updateResidences(ctx, tx, ended); err != nil {
				return err
			}
		}
		// All of them, also those that whoever says so does not see.
		if err := vault.Within(ctx, tx, vault.Everywhere(), func() error {
			_, err := tx.Exec(ctx, "UPDATE person_tag SET until = GREATEST(since, $2) WHERE person_id = $1 AND until > $2", id, on)
			return err
		}); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE person SET left_on = $2, left_why = $3 WHERE id = $1", id, on, why)
		return err
	})
}

// NewTag is a care tag that somebody is given. Purpose, basis and until are the
// tag's usual ones where they are empty; a zero Since is today.
type NewTag struct {
	Tag, Purpose, Basis string
	Since, Until        time.Time
}

// GiveTag gives somebody a care tag.
func (s *Service) GiveTag(ctx context.Context, id uuid.UUID, n NewTag) (Full, error) {
	if n.Since.IsZero() {
		n.Since = s.today()
	}
	var f fault.Fields
	usual, known := tagOf(n.Tag)
	if !known {
		f.Add("body.tag", nil, "is no care tag")
	}
	if n.Until.IsZero() {
		n.Until = usual.ends(n.Since)
	}
	if n.Until.Before(n.Since) || n.Until.Before(s.today()) || n.Until.After(s.today().AddDate(10, 0, 0)) {
		f.Add("body.until", nil, "a tag has an end: from today on, within ten years")
	}
	t := tagged{ID: s.NewID(), PersonID: id, Tag: n.Tag, Purpose: n.Purpose, Basis: n.Basis, Since: n.Since, Until: n.Until}
	for _, text := range []struct {
		field string
		value *string
		usual string
	}{{"body.purpose", &t.Purpose, usual.Purpose}, {"body.basis", &t.Basis, usual.Basis}} {
		if *text.value == "" {
			*text.value = text.usual
		}
		if n := len([]rune(*text.value)); known && (n < 2 || n > 200) {
			f.Add(text.field, nil, "2 to 200 characters")
		}
	}
	if err := f.Err("person.invalid"); err != nil {
		return Full{}, err
	}
	return s.change(ctx, id, func(tx pgx.Tx, had seen) error {
		if had.left.why != "" {
			return fault.New(fault.Conflict, "person.left", "This person has left, the record says.")
		}
		if !usual.holds(actor.From(ctx), had.scope) {
			return notHeld(n.Tag)
		}
		t.seen = had.scope
		var carried bool
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM person_tag WHERE person_id = $1 AND tag = $2 AND until >= $3)", id, n.Tag, n.Since).Scan(&carried); err != nil {
			return err
		}
		if carried {
			return fault.New(fault.Conflict, "person.tagged", "This person carries the tag already.")
		}
		return copyTags(ctx, tx, checked, []tagged{t})
	})
}

// EndTag ends a tag on a day.
func (s *Service) EndTag(ctx context.Context, id, tag uuid.UUID, until time.Time) (Full, error) {
	if until.IsZero() {
		return Full{}, bodyFault("until", "is needed: a day like 2026-11-22")
	}
	return s.change(ctx, id, func(tx pgx.Tx, _ seen) error {
		done, err := tx.Exec(ctx, "UPDATE person_tag SET until = $3 WHERE id = $2 AND person_id = $1 AND until >= $3 AND since <= $3", id, tag, until)
		if err != nil || done.RowsAffected() == 1 {
			return err
		}
		var there bool
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM person_tag WHERE id = $2 AND person_id = $1)", id, tag).Scan(&there); err != nil {
			return err
		}
		if !there {
			return fault.Missing("tag")
		}
		return bodyFault("until", "from the tag's beginning to its present end")
	})
}

// change runs a change of what a person is tied to, and brings the record to
// where the person lives then.
func (s *Service) change(ctx context.Context, id uuid.UUID, do func(tx pgx.Tx, had seen) error) (Full, error) {
	return s.alter(ctx, id, func(tx pgx.Tx, had seen) error {
		if err := do(tx, had); err != nil {
			return inWords(err)
		}
		// They may have moved to where whoever says so does not see them.
		return vault.Within(ctx, tx, vault.Everywhere(), func() error {
			return s.touch(ctx, tx, map[uuid.UUID]bool{id: true}, s.Now())
		})
	})
}

// alter runs a change of one record within the actor's sight in a transaction and
// announces it.
func (s *Service) alter(ctx context.Context, id uuid.UUID, do func(tx pgx.Tx, had seen) error) (Full, error) {
	var out Full
	err := vault.In(ctx, s.Pool, sightOf(actor.From(ctx)), func(tx pgx.Tx) error {
		if _, err := s.hold(ctx, tx); err != nil {
			return err
		}
		had, err := s.lockSeen(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := do(tx, had); err != nil {
			return err
		}
		out, err = s.announce(ctx, tx, id)
		return err
	})
	return out, err
}
