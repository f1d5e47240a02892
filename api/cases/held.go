package cases

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/pg"
	"onemap/api/place"
	"onemap/geo/crs"
)

// held is a case that is here, as a row of an export may change it.
type held struct {
	id          uuid.UUID
	source, ref string
	number      string
	rev         int64
	ours        bool // somebody here has taken a step
	contents
	dueAt *time.Time

	// What the row makes of it.
	step Transition
	at   time.Time
	note string
}

// contents is what a row tells of a case. All of it can be compared.
type contents struct {
	state                           State
	category, concern, title, extra string // extra is the English title
	text, place                     string
	urgent                          bool
	facility                        uuid.UUID // zero is none
	created, closed                 int64     // microseconds since 1970; closed 0 is open or not known
	point                           orb.Point
	given                           GivenPoint
	grid, scope                     string
}

func micros(at *time.Time) int64 {
	if at == nil {
		return 0
	}
	return at.UnixMicro()
}

const selectHeld = `
SELECT c.id, c.source, c.source_ref, c.number, c.rev, c.source = '' OR e.action <> 'import' AND EXISTS (SELECT FROM case_event o WHERE o.case_id = c.id AND o.action NOT IN ('import', 'urge')), c.state, c.category, c.concern, c.title, c.title_en,
       c.text, c.place, c.urgent, c.facility_id, c.created_at, c.closed_at, c.point, c.given_crs, c.given_x, c.given_y,
       COALESCE(c.grid_code, ''), c.scope_code, c.due_at
FROM case_file c JOIN case_event e ON e.case_id = c.id AND e.seq = c.rev
WHERE `

// held reads the cases that rows are about, under each row's key.
func (t *taking) held(ctx context.Context, rows []Taken) (map[string]*held, error) {
	refs, ids := make([]string, len(rows)), make([]uuid.UUID, 0, len(rows))
	for i, r := range rows {
		refs[i] = r.Ref
		if r.ID != uuid.Nil {
			ids = append(ids, r.ID)
		}
	}
	list, err := readHeld(ctx, t.tx, "c.source = $1 AND c.source_ref = ANY ($2)", t.batch.Source, refs)
	if err != nil {
		return nil, err
	}
	if len(ids) > 0 {
		others, err := readHeld(ctx, t.tx, "c.id = ANY ($1)", ids)
		if err != nil {
			return nil, err
		}
		list = append(others, list...)
	}
	byID, byRef := map[uuid.UUID]*held{}, map[string]*held{}
	for _, h := range list {
		if byID[h.id] == nil {
			byID[h.id] = h
		}
		if h.source == t.batch.Source {
			byRef[h.ref] = byID[h.id]
		}
	}
	there := map[string]*held{}
	for _, r := range rows {
		h := byID[r.ID]
		if h == nil {
			h = byRef[r.Ref]
		}
		if h != nil {
			there[rowKey(r)] = h
		}
	}
	return there, nil
}

func readHeld(ctx context.Context, tx pgx.Tx, where string, args ...any) ([]*held, error) {
	rows, err := tx.Query(ctx, selectHeld+where, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (*held, error) {
		var h held
		var facility *uuid.UUID
		var created time.Time
		var closed *time.Time
		err := row.Scan(&h.id, &h.source, &h.ref, &h.number, &h.rev, &h.ours, &h.state, &h.category, &h.concern, &h.title, &h.extra,
			&h.text, &h.contents.place, &h.urgent, &facility, &created, &closed, &h.point, &h.given.CRS, &h.given.X, &h.given.Y,
			&h.grid, &h.scope, &h.dueAt)
		if facility != nil {
			h.facility = *facility
		}
		h.created, h.closed = micros(&created), micros(closed)
		return &h, err
	})
}

// overlay lays a row over the case it is about and says whether that changes it.
func (t *taking) overlay(h *held, r Taken) bool {
	if h.ours {
		return false
	}
	next, was := h.contents, h.contents
	t.describe(&next, r)
	rule, ok := takeOver(was.state, next.state)
	if !ok { // a step back is not followed
		next.state, next.closed = was.state, was.closed
		rule, _ = takeOver(was.state, was.state)
	}
	if !was.state.Open() && next.state.Open() { // the grids may have been redrawn since it ended
		next.grid, next.scope = t.codes(next.point)
	}
	if next == was {
		return false
	}
	h.contents, h.step, h.at, h.note = next, rule, moment(t.batch.Now), ""
	if was.state != next.state {
		h.note = r.note()
		if closing := r.closing(); closing != nil {
			h.at = *closing
		}
		h.dueAt = rule.due(h.dueAt, h.at, t.batch.Now, next.urgent)
	}
	return true
}

// describe writes what a row tells into the contents, of the given columns.
func (t *taking) describe(c *contents, r Taken) {
	b := t.batch
	category, title, titleEn := r.kind()
	if zh, _ := CategoryName(c.category); b.Has("title") || b.Has("category") && (c.title == zh || c.title == "") {
		c.title, c.extra = title, titleEn
	}
	if b.Has("category") {
		c.category = category
	}
	if b.Has("concern") {
		c.concern = r.Concern
	}
	if b.Has("text") {
		c.text = r.Text
	}
	if b.Has("place") {
		c.place = r.Place
	}
	if b.Has("urgent") || b.Has("category") {
		c.urgent = r.Urgent || urgentCategory(c.category)
	}
	if b.Has("state", "closed_at") {
		c.state, c.closed = r.stands(), micros(r.closing())
	}
	if b.Has("created_at") {
		c.created = moment(r.CreatedAt).UnixMicro()
	}
	if b.Has("facility_code") {
		c.facility = uuid.Nil
		if id := t.facility(r); id != nil {
			c.facility = *id
		}
	}
	if b.Located() && c.point != r.Point {
		c.point, c.given = r.Point, given(r)
		c.grid, c.scope = t.codes(r.Point)
	}
}

// given is the point as the file told it.
func given(r Taken) GivenPoint {
	if r.Given.CRS == "" {
		return GivenPoint{string(crs.NameWGS84), r.Point[0], r.Point[1]}
	}
	return r.Given
}

func (t *taking) codes(at orb.Point) (gridCode, scope string) {
	g, scope := place.Codes(t.ix.Locate(crs.FromPoint(at)))
	return deref(g), scope
}

const updateHeld = `
UPDATE case_file SET state = @state, rev = @rev, category = @category, concern = @concern, title = @title, title_en = @title_en, text = @text,
    place = @place, urgent = @urgent, facility_id = @facility, created_at = @created, closed_at = @closed, point = @point,
    given_crs = @given_crs, given_x = @given_x, given_y = @given_y, grid_code = NULLIF(@grid, ''), scope_code = @scope,
    ground_code = CASE WHEN scope_code = @scope AND point = @point AND @state IN ('closed', 'rejected') THEN ground_code END,
    due_at = @due, words = @words, updated_at = @now
WHERE id = @id`

// follow writes what changed: an event each, and the case.
func (t *taking) follow(ctx context.Context, list []*held) error {
	if len(list) == 0 {
		return nil
	}
	if err := t.lock(ctx, list); err != nil {
		return err
	}
	b := &pgx.Batch{}
	for _, h := range list {
		seq, prev := h.rev+1, h.rev
		b.Queue(insertEvent, pgx.NamedArgs{
			"case_id": h.id, "seq": seq, "prev_seq": &prev, "at": h.at, "action": DoImport, "from_state": h.step.From, "to_state": h.step.To,
			"actor_id": t.actorID(), "actor_name": t.by.Name, "actor_role": importer(t.by), "department": nil, "note": h.note,
		})
		c := h.contents
		b.Queue(updateHeld, pgx.NamedArgs{
			"id": h.id, "state": c.state, "rev": seq, "category": c.category, "concern": c.concern, "title": c.title, "title_en": c.extra, "text": c.text,
			"place": c.place, "urgent": c.urgent, "facility": orNil(c.facility), "created": time.UnixMicro(c.created), "closed": orNever(c.closed), "point": c.point,
			"given_crs": c.given.CRS, "given_x": c.given.X, "given_y": c.given.Y, "grid": c.grid, "scope": c.scope, "due": h.dueAt,
			"words": wordsOf(h.number, c.title, c.extra, c.place), "now": t.batch.Now,
		})
	}
	return t.tx.SendBatch(ctx, b).Close()
}

// lock takes the cases that will change; one that somebody stepped on since it
// was read sends the whole chunk through again.
func (t *taking) lock(ctx context.Context, list []*held) error {
	revs, ids := map[uuid.UUID]int64{}, make([]uuid.UUID, len(list))
	for i, h := range list {
		ids[i], revs[h.id] = h.id, h.rev
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	rows, err := t.tx.Query(ctx, "SELECT id, rev FROM case_file WHERE id = ANY ($1) ORDER BY id FOR UPDATE", ids)
	if err != nil {
		return err
	}
	var id uuid.UUID
	var rev int64
	_, err = pgx.ForEachRow(rows, []any{&id, &rev}, func() error {
		if revs[id] != rev {
			return pg.ErrRetry
		}
		return nil
	})
	return err
}

func orNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func orNever(us int64) *time.Time {
	if us == 0 {
		return nil
	}
	at := time.UnixMicro(us)
	return &at
}

func (t *taking) actorID() *uuid.UUID { return orNil(t.by.ID) }
