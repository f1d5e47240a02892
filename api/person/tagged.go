package person

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/link"
	"onemap/api/pg"
)

// tagged is a tag that somebody carries.
type tagged struct {
	ID, PersonID   uuid.UUID
	Tag            string
	Purpose, Basis string
	Since, Until   time.Time
	seen           string // the scope code of the person; touch brings it up
}

// newTag gives somebody a tag with its usual purpose and basis; a zero until is
// the tag's usual end.
func newTag(id, person uuid.UUID, name string, since, until time.Time) tagged {
	t, _ := tagOf(name)
	if until.IsZero() {
		until = t.ends(since)
	}
	return tagged{ID: id, PersonID: person, Tag: name, Purpose: t.Purpose, Basis: t.Basis, Since: since, Until: until}
}

func copyTags(ctx context.Context, tx pgx.Tx, write writer, list []tagged) error {
	c := pg.NewCopy("person_tag", "id", "person_id", "tag", "purpose", "basis", "since", "until", "scope_code")
	for i := range list {
		t := &list[i]
		c.Row()
		c.UUID(t.ID)
		c.UUID(t.PersonID)
		c.Text(t.Tag)
		c.Text(t.Purpose)
		c.Text(t.Basis)
		c.Date(t.Since)
		c.Date(t.Until)
		c.Text(t.seen)
	}
	return write(c, ctx, tx)
}

// updateTags gives known people the tags that the entries say and they do not
// carry yet; a tag that is carried takes a given end.
func updateTags(ctx context.Context, tx pgx.Tx, b link.Batch, list []*entry, ids []uuid.UUID, changed map[uuid.UUID]bool) error {
	today := day(b.Now)
	type carried struct {
		person uuid.UUID
		tag    string
	}
	var wanted []tagged
	for _, e := range list {
		for _, t := range e.Tags {
			wanted = append(wanted, newTag(b.NewID(), e.id, t, today, e.TagUntil))
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, "SELECT id, person_id, tag, until FROM person_tag WHERE person_id = ANY ($1) AND until >= $2", ids, today)
	if err != nil {
		return fmt.Errorf("tags: %w", err)
	}
	had := map[carried]tagged{}
	var t tagged
	if _, err = pgx.ForEachRow(rows, []any{&t.ID, &t.PersonID, &t.Tag, &t.Until}, func() error {
		had[carried{t.PersonID, t.Tag}] = t
		return nil
	}); err != nil {
		return fmt.Errorf("tags: %w", err)
	}
	ends := map[uuid.UUID]time.Time{}
	for _, e := range list {
		if e.TagUntil.IsZero() {
			continue
		}
		for _, name := range e.Tags {
			if h, ok := had[carried{e.id, name}]; ok && !h.Until.Equal(e.TagUntil) {
				ends[h.ID], changed[e.id] = e.TagUntil, true
			}
		}
	}
	var fresh []tagged
	for _, w := range wanted {
		if _, ok := had[carried{w.PersonID, w.Tag}]; !ok {
			had[carried{w.PersonID, w.Tag}] = w
			fresh, changed[w.PersonID] = append(fresh, w), true
		}
	}
	for id, until := range ends {
		if _, err := tx.Exec(ctx, "UPDATE person_tag SET until = $2 WHERE id = $1", id, until); err != nil {
			return fmt.Errorf("tags: %w", err)
		}
	}
	return copyTags(ctx, tx, checked, fresh)
}
