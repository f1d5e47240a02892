package cases

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/find"
	"onemap/api/pg"
)

// selectRow reads what a Row shows; the case is c.
const selectRow = `
SELECT c.id, c.fid, c.number, c.type, c.category, c.concern, c.title, c.title_en, c.state, c.urgent, c.urges, c.channel, c.place,
       c.point, c.grid_code, c.scope_code, COALESCE(c.ground_code, c.scope_code), f.code, c.department_code, COALESCE(d.name, ''), c.due_at, c.created_at, c.updated_at, c.rev
FROM case_file c
LEFT JOIN facility f ON f.id = c.facility_id
LEFT JOIN department d ON d.code = c.department_code `

func scanRow(row pgx.CollectableRow) (Row, error) {
	var r Row
	var point orb.Point
	err := row.Scan(&r.ID, &r.FID, &r.Number, &r.Type, &r.Category, &r.Concern, &r.Title, &r.TitleEn, &r.State, &r.Urgent, &r.Urges, &r.Channel, &r.Place,
		&point, &r.GridCode, &r.ScopeCode, &r.GroundCode, &r.FacilityCode, &r.Department, &r.DepartmentName, &r.DueAt, &r.CreatedAt, &r.UpdatedAt, &r.Rev)
	r.Lon, r.Lat = point[0], point[1]
	r.CategoryName, _ = CategoryName(r.Category)
	return r, err
}

func oneRow(ctx context.Context, q pg.Querier, where string, args pgx.NamedArgs) (Row, error) {
	rows, err := q.Query(ctx, selectRow+where, args)
	if err != nil {
		return Row{}, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanRow)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, fault.Missing("case")
	}
	return r, err
}

// visible is the condition that a case lies in a scope.
func visible(scope actor.Scope, args pgx.NamedArgs) string {
	return scope.Where("c.scope_code", "c.department_code", args)
}

const insertEvent = `
INSERT INTO case_event (case_id, seq, prev_seq, at, action, from_state, to_state, actor_id, actor_name, actor_role, department, note)
VALUES (@case_id, @seq, @prev_seq, @at, @action, @from_state, @to_state, @actor_id, @actor_name, @actor_role, @department, @note)`

// step is an event to append.
type step struct {
	caseID     uuid.UUID
	seq        int64
	at         time.Time
	transition Transition
	by         actor.Actor
	role       actor.Role
	department *string
	note       string
}

func (s step) insert(ctx context.Context, tx pgx.Tx) error {
	var prev *int64
	if s.seq > 1 {
		p := s.seq - 1
		prev = &p
	}
	var by *uuid.UUID
	if s.by.Staff() {
		by = &s.by.ID
	}
	_, err := tx.Exec(ctx, insertEvent, pgx.NamedArgs{
		"case_id": s.caseID, "seq": s.seq, "prev_seq": prev, "at": s.at,
		"action": s.transition.Action, "from_state": s.transition.From, "to_state": s.transition.To,
		"actor_id": by, "actor_name": s.by.Name, "actor_role": s.role, "department": s.department, "note": s.note,
	})
	return err
}

const insertCase = `
INSERT INTO case_file (id, number, type, category, concern, title, title_en, text, place, urgent, channel, state, rev,
    point, given_crs, given_x, given_y, grid_code, scope_code, facility_id, receipt_hash, due_at, words, created_at, updated_at)
VALUES (@id, @number, @type, @category, @concern, @title, @title_en, @text, @place, @urgent, @channel, @state, 1,
    @point, @given_crs, @given_x, @given_y, @grid_code, @scope_code, @facility_id, @receipt_hash, @due_at, @words, @now, @now)`

// wordsOf are the words a case is found by. What somebody wrote is not among
// them: it is read, not searched.
func wordsOf(number, title, titleEn, place string) pgtype.TSVector {
	return find.Words(number, title, titleEn, place)
}

// locked is a case as a step finds it, locked until the step ends.
type locked struct {
	Row
	handlerID *uuid.UUID
	worked    bool // the actor did part of the work
	lastAt    time.Time
}

func lockCase(ctx context.Context, tx pgx.Tx, id uuid.UUID, by actor.Actor) (locked, error) {
	args := pgx.NamedArgs{"id": id}
	var l locked
	// The lock comes first, alone: a row read before it may be yesterday's.
	err := tx.QueryRow(ctx, `SELECT c.handler_id FROM case_file c WHERE c.id = @id AND `+visible(by.Cases(), args)+` FOR UPDATE`, args).Scan(&l.handlerID)
	if errors.Is(err, pgx.ErrNoRows) {
		return l, fault.Missing("case")
	}
	if err != nil {
		return l, err
	}
	if l.Row, err = oneRow(ctx, tx, "WHERE c.id = @id", args); err != nil {
		return l, err
	}
	if l.worked, err = workedOn(ctx, tx, id, by); err != nil {
		return l, err
	}
	err = tx.QueryRow(ctx, "SELECT at FROM case_event WHERE case_id = $1 AND seq = $2", id, l.Rev).Scan(&l.lastAt)
	return l, err
}

// workedOn says whether the actor handled the case at any time, also when
// somebody else took the last step of the work: who did must not close it.
func workedOn(ctx context.Context, q pg.Querier, id uuid.UUID, by actor.Actor) (worked bool, err error) {
	err = q.QueryRow(ctx, "SELECT EXISTS (SELECT FROM case_event WHERE case_id = $1 AND actor_id = $2 AND actor_role = $3)", id, by.ID, actor.Handler).Scan(&worked)
	return worked, err
}

const updateCase = `
UPDATE case_file SET state = @state, rev = @rev, due_at = @due_at, department_code = @department, handler_id = @handler_id,
    closer_id = @closer_id, closed_at = @closed_at, urges = urges + @urged, updated_at = @now
WHERE id = @id`

func selectEvents(ctx context.Context, q pg.Querier, id uuid.UUID) ([]Event, error) {
	rows, err := q.Query(ctx, `
SELECT e.seq, e.at, e.action, e.from_state, e.to_state, e.actor_name, e.actor_role, COALESCE(d.name, ''), e.note
FROM case_event e LEFT JOIN department d ON d.code = e.department WHERE e.case_id = $1 ORDER BY e.seq`, id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Event])
}

func selectPhotos(ctx context.Context, q pg.Querier, id uuid.UUID) ([]Photo, error) {
	rows, err := q.Query(ctx, "SELECT id, width, height, event_seq, sha256 FROM photo WHERE case_id = $1 ORDER BY event_seq, created_at, id", id)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Photo, error) {
		var p Photo
		var seq int64
		err := row.Scan(&p.ID, &p.Width, &p.Height, &seq, &p.sha256)
		p.Stage = "after"
		if seq == 1 {
			p.Stage = "report"
		}
		return p, err
	})
	if list == nil {
		list = []Photo{}
	}
	return list, err
}

// selectContents gives the hash of what each photo shows.
func selectContents(ctx context.Context, q pg.Querier, ids []uuid.UUID) (map[uuid.UUID][]byte, error) {
	contents := map[uuid.UUID][]byte{}
	if len(ids) == 0 {
		return contents, nil
	}
	rows, err := q.Query(ctx, "SELECT id, sha256 FROM photo WHERE id = ANY ($1)", ids)
	if err != nil {
		return nil, err
	}
	var id uuid.UUID
	var sha []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &sha}, func() error {
		contents[id] = slices.Clone(sha)
		return nil
	})
	return contents, err
}

// claimPhotos gives uploaded photos to a case's step. One that is not there, is
// from before the given time or somebody's already, is refused.
func claimPhotos(ctx context.Context, tx pgx.Tx, ids []uuid.UUID, caseID uuid.UUID, seq int64, since time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	tag, err := tx.Exec(ctx, "UPDATE photo SET case_id = $2, event_seq = $3 WHERE id = ANY ($1) AND case_id IS NULL AND created_at >= $4", ids, caseID, seq, since)
	if err != nil {
		return err
	}
	if int(tag.RowsAffected()) != len(ids) {
		var f fault.Fields
		f.Add("body.photos", nil, "names a photo that was never uploaded, has expired, or was sent already; please add it again")
		return f.Err("report.photos")
	}
	return nil
}

// seed writes the transition table and the code lists into the database, which
// checks against them.
func seed(ctx context.Context, tx pgx.Tx) error {
	b := &pgx.Batch{}
	for _, t := range slices.Concat(Table, TakeOver) {
		b.Queue("INSERT INTO case_transition (from_state, action, to_state) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", t.From, t.Action, t.To)
	}
	for _, c := range StandardCodes() {
		b.Queue(`INSERT INTO standard_code (edition, kind, code, major_code, major_name, name) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (edition, kind, code) DO UPDATE SET major_code = excluded.major_code, major_name = excluded.major_name, name = excluded.name
WHERE standard_code.name <> excluded.name OR standard_code.major_name <> excluded.major_name`,
			c.Edition, c.Kind, c.Code, c.MajorCode, c.MajorName, c.Name)
	}
	return tx.SendBatch(ctx, b).Close()
}
