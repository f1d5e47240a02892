package person

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/pg"
)

// places fills in where the entries' dwellings lie, for those who do not say.
func places(ctx context.Context, q pg.Querier, list []*entry) error {
	var ids []uuid.UUID
	for i := range list {
		if e := list[i]; e.homeless() {
			ids = append(ids, e.DwellingID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	at, err := dwellings(ctx, q, ids)
	if err != nil {
		return err
	}
	for i := range list {
		e := list[i]
		if !e.homeless() {
			continue
		}
		d, ok := at[e.DwellingID]
		if !ok {
			return fault.New(fault.Invalid, "person.dwelling", "There is no such dwelling.")
		}
		e.BuildingID, e.GridCode, e.ScopeCode = d.building, d.grid, d.scope
	}
	return nil
}

type dwelling struct {
	building    uuid.UUID
	grid, scope string
}

func dwellings(ctx context.Context, q pg.Querier, ids []uuid.UUID) (map[uuid.UUID]dwelling, error) {
	rows, err := q.Query(ctx, "SELECT id, building_id, COALESCE(grid_code, ''), scope_code FROM dwelling WHERE id = ANY ($1)", ids)
	if err != nil {
		return nil, fmt.Errorf("dwellings of people: %w", err)
	}
	at := make(map[uuid.UUID]dwelling, len(ids))
	var id uuid.UUID
	var d dwelling
	_, err = pgx.ForEachRow(rows, []any{&id, &d.building, &d.grid, &d.scope}, func() error {
		at[id] = d
		return nil
	})
	return at, err
}

// refsOf are the entries' references.
func refsOf(list []*entry) []string {
	refs := make([]string, len(list))
	for i, e := range list {
		refs[i] = e.ref
	}
	return refs
}

// households finds or makes the households of the entries. A household is where
// its head lives, or whoever of it came first.
func households(ctx context.Context, tx pgx.Tx, b link.Batch, list []*entry) error {
	type home struct {
		dwelling *uuid.UUID
		scope    string
		head     bool
	}
	homes := map[string]home{}
	var refs []string
	for i := range list {
		e := list[i]
		if e.HouseholdRef == "" {
			continue
		}
		h, ok := homes[e.HouseholdRef]
		if !ok {
			refs = append(refs, e.HouseholdRef)
		}
		if e.lives() && (h.dwelling == nil || e.Head && !h.head) {
			h = home{&e.DwellingID, e.ScopeCode, e.Head}
		}
		homes[e.HouseholdRef] = h
	}
	if len(refs) == 0 {
		return nil
	}
	ids, dwellings, scopes, heads := make([]uuid.UUID, len(refs)), make([]*uuid.UUID, len(refs)), make([]string, len(refs)), make([]bool, len(refs))
	for i, ref := range refs {
		ids[i], dwellings[i], scopes[i], heads[i] = b.NewID(), homes[ref].dwelling, homes[ref].scope, homes[ref].head
	}
	_, err := tx.Exec(ctx, `
INSERT INTO household (id, source, source_ref, dwelling_id, scope_code, rev, updated_at)
SELECT n.id, $1, n.ref, n.dwelling, n.scope, 1, $2 FROM unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[]) AS n (id, ref, dwelling, scope)
ON CONFLICT (source, source_ref) DO NOTHING`, b.Source, b.Now, ids, refs, dwellings, scopes)
	if err != nil {
		return inWords(fmt.Errorf("households: %w", err))
	}
	_, err = tx.Exec(ctx, `
UPDATE household h SET dwelling_id = n.dwelling, scope_code = n.scope, rev = h.rev + 1, updated_at = $2
FROM unnest($3::text[], $4::uuid[], $5::boolean[], $6::text[]) AS n (ref, dwelling, head, scope)
WHERE h.source = $1 AND h.source_ref = n.ref AND n.dwelling IS NOT NULL AND (h.dwelling_id IS NULL OR n.head) AND h.dwelling_id IS DISTINCT FROM n.dwelling`,
		b.Source, b.Now, refs, dwellings, heads, scopes)
	if err != nil {
		return inWords(fmt.Errorf("households: %w", err))
	}
	rows, err := tx.Query(ctx, "SELECT source_ref, id FROM household WHERE source = $1 AND source_ref = ANY ($2)", b.Source, refs)
	if err != nil {
		return fmt.Errorf("households: %w", err)
	}
	known := map[string]uuid.UUID{}
	var ref string
	var id uuid.UUID
	if _, err = pgx.ForEachRow(rows, []any{&ref, &id}, func() error { known[ref] = id; return nil }); err != nil {
		return err
	}
	for i := range list {
		list[i].household = known[list[i].HouseholdRef]
	}
	return nil
}

// lock locks people against other writers until the transaction ends, in the
// order of their ids, and gives those of them who have left.
func lock(ctx context.Context, tx pgx.Tx, ids []uuid.UUID) (map[uuid.UUID]leaving, error) {
	rows, err := tx.Query(ctx, "SELECT id, left_on, left_why FROM person WHERE id = ANY ($1) ORDER BY id FOR UPDATE", ids)
	if err != nil {
		return nil, fmt.Errorf("lock people: %w", err)
	}
	gone, found := map[uuid.UUID]leaving{}, 0
	var id uuid.UUID
	var on *time.Time
	var why string
	_, err = pgx.ForEachRow(rows, []any{&id, &on, &why}, func() error {
		found++
		if on != nil {
			gone[id] = leaving{*on, why}
		}
		return nil
	})
	if err == nil && found != len(ids) {
		err = fault.Missing("person")
	}
	return gone, err
}

// copyPeople writes new people with the place that their first tie gives.
func copyPeople(ctx context.Context, tx pgx.Tx, b link.Batch, write writer, list []*entry) error {
	c := pg.NewCopy("person", "id", "source", "source_ref", "name", "name_2", "name_3", "initials", "sex", "born_on", "id_kind", "id_sealed", "id_blind", "phone_sealed", "phone_blind", "name_sealed", "name_blind",
		"kind", "lives_alone", "household_id", "head", "dwelling_id", "building_id", "grid_code", "scope_code", "rev", "updated_at")
	c.Grow(len(list), 360)
	for i := range list {
		e := list[i]
		c.Row()
		c.UUID(e.id)
		for _, text := range []string{b.Source, e.ref, e.name, e.second, e.third, e.initials, e.Sex} {
			c.Text(text)
		}
		c.Date(e.BornOn)
		c.Text(e.doc.kind)
		for _, bytes := range [][]byte{e.numberSeal, e.numberBlind, e.phoneSeal, e.phoneBlind, e.nameSeal, e.nameBlind} {
			c.Bytes(bytes)
		}
		c.Text(e.Kind)
		c.Bool(e.LivesAlone != nil && *e.LivesAlone)
		c.UUID(e.household)
		c.Bool(e.Head)
		copyPlace(c, e)
		c.Int64(1)
		c.Time(b.Now)
	}
	return write(c, ctx, tx)
}

// writer sends rows into their table: past the policies' check, or, where the
// owner has put the policies aside, straight into it (BulkLoad).
type writer func(c *pg.Copy, ctx context.Context, tx pgx.Tx) error

var checked writer = (*pg.Copy).SendChecked

// copyPlace writes dwelling, building, grid and scope of whoever lives somewhere.
func copyPlace(c *pg.Copy, e *entry) {
	if !e.lives() {
		c.Null()
		c.Null()
		c.Null()
		c.Text("")
		return
	}
	c.UUID(e.DwellingID)
	c.UUID(e.BuildingID)
	if e.GridCode == "" {
		c.Null()
	} else {
		c.Text(e.GridCode)
	}
	c.Text(e.ScopeCode)
}

// bytesOf is NULL for what is not known.
func bytesOf(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}

// mergePeople takes what the batch gives into people who exist, and notes in
// changed who is another than before.
func (s *Service) mergePeople(ctx context.Context, tx pgx.Tx, b link.Batch, list []*entry, changed map[uuid.UUID]bool) error {
	ids := make([]uuid.UUID, len(list))
	for i := range list {
		ids[i] = list[i].id
	}
	secret, err := concealed(ctx, tx, ids)
	if err != nil {
		return err
	}
	for i := range list {
		if secret[list[i].id] {
			s.conceal(list[i])
		}
	}
	if _, err := tx.Exec(ctx, `
CREATE TEMP TABLE incoming_person ON COMMIT DROP AS
SELECT id, name, name_2, name_3, initials, name_sealed, name_blind, sex, born_on, id_kind, id_sealed, id_blind, phone_sealed, phone_blind, kind, lives_alone, household_id, head FROM person WITH NO DATA`); err != nil {
		return fmt.Errorf("people that come in: %w", err)
	}
	has := given(b)
	only := func(column string, value any) any {
		if !has[column] {
			return nil
		}
		return value
	}
	columns := []string{"id", "name", "name_2", "name_3", "initials", "name_sealed", "name_blind", "sex", "born_on", "id_kind", "id_sealed", "id_blind", "phone_sealed", "phone_blind", "kind", "lives_alone", "household_id", "head"}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"incoming_person"}, columns, pgx.CopyFromSlice(len(list), func(i int) ([]any, error) {
		e := list[i]
		var alone any
		if e.LivesAlone != nil {
			alone = *e.LivesAlone
		}
		kind := pg.OrNull(e.Kind)
		if e.kindUnsaid {
			kind = nil
		}
		return []any{
			e.id, only("name", e.name), only("name", e.second), only("name", e.third), only("name", e.initials),
			only("name", bytesOf(e.nameSeal)), only("name", bytesOf(e.nameBlind)), only("sex", pg.OrNull(e.Sex)), only("born_on", pg.OrNull(e.BornOn)),
			only("id_blind", pg.OrNull(e.doc.kind)), only("id_blind", bytesOf(e.numberSeal)), only("id_blind", bytesOf(e.numberBlind)),
			only("phone_blind", bytesOf(e.phoneSeal)), only("phone_blind", bytesOf(e.phoneBlind)), only("kind", kind), only("lives_alone", alone),
			only("household_id", pg.OrNull(e.household)), only("head", e.Head),
		}, nil
	}))
	if err != nil {
		return fmt.Errorf("people that come in: %w", err)
	}
	rows, err := tx.Query(ctx, mergeIncoming, b.Now)
	if err != nil {
		return fmt.Errorf("people that come in: %w", err)
	}
	var id uuid.UUID
	if _, err = pgx.ForEachRow(rows, []any{&id}, func() error { changed[id] = true; return nil }); err != nil {
		return fmt.Errorf("people that come in: %w", err)
	}
	_, err = tx.Exec(ctx, "DROP TABLE incoming_person")
	return err
}

// A value is sealed anew each time, so its blind says whether it is another.
const mergeIncoming = `
UPDATE person t SET
    name = COALESCE(i.name, t.name), name_2 = COALESCE(i.name_2, t.name_2), name_3 = COALESCE(i.name_3, t.name_3), initials = COALESCE(i.initials, t.initials),
    name_sealed = CASE WHEN i.name_blind IS NULL OR i.name_blind = t.name_blind THEN t.name_sealed ELSE i.name_sealed END, name_blind = COALESCE(i.name_blind, t.name_blind),
    sex = COALESCE(i.sex, t.sex), born_on = COALESCE(i.born_on, t.born_on), id_kind = COALESCE(i.id_kind, t.id_kind),
    id_sealed = CASE WHEN i.id_blind IS NULL OR i.id_blind = t.id_blind THEN t.id_sealed ELSE i.id_sealed END, id_blind = COALESCE(i.id_blind, t.id_blind),
    phone_sealed = CASE WHEN i.phone_blind IS NULL OR i.phone_blind = t.phone_blind THEN t.phone_sealed ELSE i.phone_sealed END, phone_blind = COALESCE(i.phone_blind, t.phone_blind),
    kind = COALESCE(i.kind, t.kind), lives_alone = COALESCE(i.lives_alone, t.lives_alone), household_id = COALESCE(i.household_id, t.household_id),
    head = COALESCE(i.head, t.head), updated_at = $1
FROM incoming_person i
WHERE t.id = i.id AND (t.name, t.name_blind, t.sex, t.born_on, t.id_kind, t.id_blind, t.phone_blind, t.kind, t.lives_alone, t.household_id, t.head) IS DISTINCT FROM
    (COALESCE(i.name, t.name), COALESCE(i.name_blind, t.name_blind), COALESCE(i.sex, t.sex), COALESCE(i.born_on, t.born_on), COALESCE(i.id_kind, t.id_kind), COALESCE(i.id_blind, t.id_blind),
     COALESCE(i.phone_blind, t.phone_blind), COALESCE(i.kind, t.kind), COALESCE(i.lives_alone, t.lives_alone), COALESCE(i.household_id, t.household_id), COALESCE(i.head, t.head))
RETURNING t.id`

// touch brings changed people to where they live now and to their next revision,
// and seals or opens their names as their tags want it.
func (s *Service) touch(ctx context.Context, tx pgx.Tx, changed map[uuid.UUID]bool, now time.Time) error {
	if len(changed) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, 0, len(changed))
	for id := range changed {
		ids = append(ids, id)
	}
	_, err := tx.Exec(ctx, `
UPDATE person p SET dwelling_id = n.dwelling_id, building_id = n.building_id, grid_code = n.grid_code, scope_code = COALESCE(n.scope_code, ''), rev = p.rev + 1, updated_at = $2
FROM (SELECT u.id, r.dwelling_id, d.building_id, d.grid_code, d.scope_code
    FROM unnest($1::uuid[]) AS u (id)
    LEFT JOIN residence r ON r.person_id = u.id AND r.relation = 'resident' AND r.until IS NULL
    LEFT JOIN dwelling d ON d.id = r.dwelling_id) n
WHERE p.id = n.id`, ids, now)
	if err != nil {
		return fmt.Errorf("people's places: %w", err)
	}
	if _, err := s.settleNames(ctx, tx, "p.id = ANY (@ids)", pgx.NamedArgs{"ids": ids, "most": nil}); err != nil {
		return err
	}
	return fold(ctx, tx, ids)
}

// fold brings ties and tags to where their people are seen.
func fold(ctx context.Context, tx pgx.Tx, ids []uuid.UUID) error {
	for _, table := range []string{"residence", "person_tag"} {
		_, err := tx.Exec(ctx, "UPDATE "+table+" r SET scope_code = p.scope_code FROM person p WHERE r.person_id = ANY ($1) AND p.id = r.person_id AND r.scope_code <> p.scope_code", ids)
		if err != nil {
			return fmt.Errorf("people's places: %w", err)
		}
	}
	return nil
}

func residencesOf(ctx context.Context, q pg.Querier, people []uuid.UUID) (map[uuid.UUID][]residence, error) {
	rows, err := q.Query(ctx, `
SELECT id, person_id, dwelling_id, relation, COALESCE(since, '0001-01-01'), COALESCE(until, '0001-01-01') FROM residence
WHERE person_id = ANY ($1) ORDER BY since NULLS FIRST, id`, people)
	if err != nil {
		return nil, fmt.Errorf("residences: %w", err)
	}
	had := map[uuid.UUID][]residence{}
	var r residence
	_, err = pgx.ForEachRow(rows, []any{&r.ID, &r.PersonID, &r.DwellingID, &r.Relation, &r.Since, &r.Until}, func() error {
		had[r.PersonID] = append(had[r.PersonID], r)
		return nil
	})
	return had, err
}

func copyResidences(ctx context.Context, tx pgx.Tx, write writer, list []residence) error {
	c := pg.NewCopy("residence", "id", "person_id", "dwelling_id", "relation", "since", "until", "scope_code")
	c.Grow(len(list), 80)
	for i := range list {
		r := &list[i]
		c.Row()
		c.UUID(r.ID)
		c.UUID(r.PersonID)
		c.UUID(r.DwellingID)
		c.Text(r.Relation)
		c.Date(r.Since)
		c.Date(r.Until)
		c.Text(r.seen)
	}
	return write(c, ctx, tx)
}

func updateResidences(ctx context.Context, tx pgx.Tx, changed map[uuid.UUID]residence) error {
	var ids []uuid.UUID
	var since, until []any
	for id, r := range changed {
		ids, since, until = append(ids, id), append(since, pg.OrNull(r.Since)), append(until, pg.OrNull(r.Until))
	}
	_, err := tx.Exec(ctx, `
UPDATE residence r SET since = n.since, until = n.until FROM unnest($1::uuid[], $2::date[], $3::date[]) AS n (id, since, until) WHERE r.id = n.id`, ids, since, until)
	if err != nil {
		return fmt.Errorf("residences: %w", err)
	}
	return nil
}

// inWords says in words which rule a write broke.
func inWords(err error) error {
	switch pg.Constraint(err) {
	case "person_id_blind_uq":
		return fault.New(fault.Conflict, "person.number_taken", "Somebody with this identity number is registered already.").Because(err)
	case "residence_one_ix":
		return fault.New(fault.Conflict, "person.two_dwellings", "Nobody lives, or is registered, in two dwellings at once.").Because(err)
	case "person_dwelling_fk", "residence_dwelling_fk", "household_dwelling_fk", "person_building_fk":
		return fault.New(fault.Invalid, "person.dwelling", "There is no such dwelling.").Because(err)
	case "person_source_uq":
		return fault.New(fault.Conflict, "person.reference_taken", "Two rows have the same reference.").Because(err)
	case "residence_dates_ck":
		return fault.New(fault.Invalid, "person.dates", "A residence ends before it begins.").Because(err)
	}
	return err
}
