package cases

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/actor"
	"onemap/api/blob"
	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/place"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// Regions names regions and holds their edition.
type Regions interface {
	place.Keeper
	Name(code string) (name, nameEn string)
	CaseChain(code string) []ChainLink
}

// Config is what the service works with.
type Config struct {
	Pool       *pgxpool.Pool
	Regions    Regions
	Facilities Facilities
	Photos     blob.Store
	Now        func() time.Time
	NewID      func() uuid.UUID
	// Zone is the city's time zone: it decides which day a case's number carries.
	Zone *time.Location
}

// Service runs the loop.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

// Seed brings the transition table and the code lists into the database.
func (s *Service) Seed(ctx context.Context) error {
	return pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error { return seed(ctx, tx) })
}

// Move follows a redraw of the regions: open cases go with it, ended ones keep
// the grid they ended in.
func (s *Service) Move(ctx context.Context, tx pgx.Tx, ix *grid.Index, now time.Time) (int64, error) {
	return place.Move(ctx, tx, "case_file", "state IN ('closed', 'rejected')", ix, now)
}

// Receipt is what the reporter gets: the number to name and the secret to
// follow it by.
type Receipt struct {
	ID         uuid.UUID `json:"id"`
	Number     string    `json:"number"`
	Receipt    string    `json:"receipt"`
	ReceiptURL string    `json:"receipt_url" example:"/r/K5ZPQ..."`
	State      State     `json:"state"`
	Title      string    `json:"title"`
	TitleEn    string    `json:"title_en"`
	Place      string    `json:"place"`
}

func hash(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}

// keyHash is what the database keeps of a sender's key.
func keyHash(key string) string { return base32.StdEncoding.EncodeToString(hash([]byte(key))) }

// receiptOf derives the receipt from the reporter's own key, so that a retry
// gets the same one although the database holds neither.
func receiptOf(key string, id uuid.UUID) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(id[:])
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:16])
}

const reportRoute = "report"

// Report takes a report in. The key is the sender's own; the same key with the
// same report gives the first answer again, with another report it is refused.
func (s *Service) Report(ctx context.Context, key string, r Report) (Receipt, error) {
	if len(key) < 16 || len(key) > 64 {
		var f fault.Fields
		f.Add("header.Idempotency-Key", len(key), "16 to 64 characters, made once for a report and sent again with each retry")
		return Receipt{}, f.Err("report.key")
	}
	c, err := r.Validate()
	if err != nil {
		return Receipt{}, err
	}
	var out Receipt
	err = pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		id := s.NewID()
		fingerprint, err := r.fingerprint(ctx, tx, c.photos)
		if err != nil {
			return err
		}
		earlier, err := s.remember(ctx, tx, key, fingerprint, id)
		if err != nil {
			return err
		}
		if earlier != uuid.Nil {
			out, err = s.again(ctx, tx, key, earlier)
			return err
		}
		out, err = s.open(ctx, tx, key, id, c)
		return err
	})
	return out, err
}

// remember notes the key; a key noted before gives the case it made. A second
// sender of the same key waits here for the first one's end.
func (s *Service) remember(ctx context.Context, tx pgx.Tx, key string, fingerprint []byte, id uuid.UUID) (earlier uuid.UUID, err error) {
	answer, _ := json.Marshal(id) // a uuid: cannot fail
	tag, err := tx.Exec(ctx, "INSERT INTO idempotency (key, route, request_hash, answer, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
		keyHash(key), reportRoute, fingerprint, answer, s.Now())
	if err != nil || tag.RowsAffected() == 1 {
		return uuid.Nil, err
	}
	var was []byte
	if err := tx.QueryRow(ctx, "SELECT request_hash, answer FROM idempotency WHERE route = $1 AND key = $2", reportRoute, keyHash(key)).Scan(&was, &answer); err != nil {
		return uuid.Nil, err
	}
	if !slices.Equal(was, fingerprint) {
		return uuid.Nil, fault.New(fault.Conflict, "report.key_used", "This key was used for another report; please send this one under a key of its own.")
	}
	return earlier, json.Unmarshal(answer, &earlier)
}

// Known finds the case that a key has made, and its revision; 0 when the key is new.
func (s *Service) Known(ctx context.Context, key string) (id uuid.UUID, rev int64, err error) {
	err = s.Pool.QueryRow(ctx, `
SELECT c.id, c.rev FROM idempotency i JOIN case_file c ON c.id = (i.answer #>> '{}')::uuid WHERE i.route = $1 AND i.key = $2`,
		reportRoute, keyHash(key)).Scan(&id, &rev)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, 0, nil
	}
	return id, rev, err
}

// again is the answer the first sending got.
func (s *Service) again(ctx context.Context, tx pgx.Tx, key string, id uuid.UUID) (Receipt, error) {
	row, err := oneRow(ctx, tx, "WHERE c.id = @id", pgx.NamedArgs{"id": id})
	if err != nil {
		return Receipt{}, err
	}
	return receiptFor(key, row), nil
}

func receiptFor(key string, r Row) Receipt {
	receipt := receiptOf(key, r.ID)
	return Receipt{ID: r.ID, Number: r.Number, Receipt: receipt, ReceiptURL: "/r/" + receipt, State: Reported, Title: r.Title, TitleEn: r.TitleEn, Place: r.Place}
}

// open writes a new case: event, case, photos, change.
func (s *Service) open(ctx context.Context, tx pgx.Tx, key string, id uuid.UUID, c checked) (Receipt, error) {
	by, now := actor.From(ctx), s.Now()
	facility, err := s.subject(ctx, tx, &c)
	if err != nil {
		return Receipt{}, err
	}
	ix, err := s.Regions.Hold(ctx, tx)
	if err != nil {
		return Receipt{}, err
	}
	given := GivenPoint{string(c.given), c.at.Lon, c.at.Lat}
	if c.Lon != nil {
		given.X, given.Y = *c.Lon, *c.Lat
	}
	if bad := place.Near(ix, c.given, given.X, given.Y, *c.at, "body.lon"); bad != nil {
		e := fault.New(fault.Invalid, "report.far", "The place is far outside the city.")
		e.Fields = []fault.Field{*bad}
		return Receipt{}, e
	}
	gridCode, scope := place.Codes(ix.Locate(*c.at))
	first, _ := find(None, DoReport)
	role := actor.Resident
	channel := "pin"
	switch {
	case by.Staff():
		role, channel = reporterRole(by), "staff"
	case facility != nil:
		channel = "scan"
	}
	if err := (step{caseID: id, seq: 1, at: now, transition: first, by: by, role: role}).insert(ctx, tx); err != nil {
		return Receipt{}, err
	}
	number, err := nextNumber(ctx, tx, now.In(s.Zone), scope)
	if err != nil {
		return Receipt{}, err
	}
	zh, en := c.title(facility)
	urgent := c.Urgent && by.Staff() || urgentCategory(c.Category)
	args := pgx.NamedArgs{
		"id": id, "number": number, "type": "urban", "category": c.Category, "concern": c.Concern,
		"title": zh, "title_en": en, "text": c.Text, "place": c.Place, "urgent": urgent, "channel": channel, "state": Reported,
		"point": c.at.Point(), "given_crs": given.CRS, "given_x": given.X, "given_y": given.Y,
		"grid_code": gridCode, "scope_code": scope, "facility_id": facilityID(facility),
		"receipt_hash": hash([]byte(receiptOf(key, id))), "due_at": first.due(nil, now, now, urgent), "now": now,
	}
	if _, err := tx.Exec(ctx, insertCase, args); err != nil {
		return Receipt{}, err
	}
	if err := claimPhotos(ctx, tx, c.photos, id, 1, now.Add(-unclaimedLife)); err != nil {
		return Receipt{}, err
	}
	row, err := s.announce(ctx, tx, id, nil)
	return receiptFor(key, row), err
}

func reporterRole(a actor.Actor) actor.Role {
	for _, g := range a.Grants {
		if t, _ := find(None, DoReport); slices.Contains(t.Roles, g.Role) {
			return g.Role
		}
	}
	return actor.Resident
}

func facilityID(f *Facility) *uuid.UUID {
	if f == nil {
		return nil
	}
	return &f.ID
}

// subject finds what the report is about and fills in what it leaves out.
func (s *Service) subject(ctx context.Context, tx pgx.Tx, c *checked) (*Facility, error) {
	if c.code == "" {
		return nil, nil
	}
	f, err := s.Facilities.CaseFacility(ctx, tx, c.code)
	if fault.Is(err, fault.NotFound) {
		var bad fault.Fields
		bad.Add("body.facility_code", c.FacilityCode, "no facility carries this code")
		return nil, bad.Err("report.facility")
	}
	if err != nil {
		return nil, err
	}
	if c.at == nil {
		c.at = &crs.WGS84{Lon: f.At.Lon, Lat: f.At.Lat}
	}
	if c.Category == "" {
		c.Category = f.Component
	}
	if c.Category == "" {
		var bad fault.Fields
		bad.Add("body.category", nil, "is needed for this kind of facility")
		return nil, bad.Err("report.category")
	}
	if c.Place == "" {
		c.Place = f.Place
	}
	return &f, nil
}

// Announcement is the body of a case's change: the row as lists show it, and
// where it was seen before.
type Announcement struct {
	Change string `json:"change"` // created, changed
	Row    Row    `json:"row"`
	Was    *Was   `json:"was"`
}

// Was is who saw the case before the change, and where.
type Was struct {
	Lon        float64 `json:"lon"`
	Lat        float64 `json:"lat"`
	ScopeCode  string  `json:"scope_code"`
	Department string  `json:"department"`
}

// announce records the change of a case, as its last write.
func (s *Service) announce(ctx context.Context, tx pgx.Tx, id uuid.UUID, was *Row) (Row, error) {
	row, err := oneRow(ctx, tx, "WHERE c.id = @id", pgx.NamedArgs{"id": id})
	if err != nil {
		return row, err
	}
	s.name(&row)
	a := Announcement{Change: "created", Row: row}
	if was != nil {
		a.Change = "changed"
		a.Was = &Was{Lon: was.Lon, Lat: was.Lat, ScopeCode: was.ScopeCode, Department: deref(was.Department)}
	}
	return row, change.Record(ctx, tx, change.Change{Kind: "case", Object: id.String(), Rev: row.Rev, At: row.UpdatedAt, Body: a})
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// name fills in the names that the regions know.
func (s *Service) name(rows ...*Row) {
	for _, r := range rows {
		if r.GridCode != nil {
			r.GridName, r.GridNameEn = s.Regions.Name(*r.GridCode)
		}
	}
}

// Do is a step somebody wants to take.
type Do struct {
	Action     Action
	Note       string
	Department string
	Photos     []string
	Rev        int64 // the revision the actor saw
}

// Step takes a case one step on. What the actor may not see is not found; what
// changed since the actor looked is refused as stale; what the table does not
// allow is refused with the rule.
func (s *Service) Step(ctx context.Context, id uuid.UUID, do Do) error {
	by := actor.From(ctx)
	var f fault.Fields
	do.Note = strings.TrimSpace(do.Note)
	length(&f, "body.note", do.Note, 2000)
	photos := photoIDs(&f, do.Photos)
	if err := f.Err("case.invalid"); err != nil {
		return err
	}
	return pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		c, err := lockCase(ctx, tx, id, by)
		if err != nil {
			return err
		}
		if c.Rev != do.Rev {
			return fault.Newf(fault.Stale, "case.conflict", "Somebody else changed this case in the meantime: it is %s now. Nothing was done; look at it again.", c.State)
		}
		t, role, err := allowed(by, c, do)
		if err != nil {
			return err
		}
		return s.take(ctx, tx, c, t, role, do, photos)
	})
}

// allowed finds the row of the table for what somebody wants to do.
func allowed(by actor.Actor, c locked, do Do) (Transition, actor.Role, error) {
	t, ok := find(c.State, do.Action)
	if !ok {
		return t, "", fault.Newf(fault.Invalid, "case.step", "A case that is %s cannot be put through %q; from here: %s.", c.State, do.Action, names(From(c.State)))
	}
	role, ok := t.roleOf(by, c.Row)
	if !ok {
		return t, "", fault.Newf(fault.Forbidden, "case.role", "The step %q is for: %v.", do.Action, t.Roles)
	}
	if t.To == Closed && c.worked {
		return t, "", fault.New(fault.Forbidden, "case.own_work", "Who handled a case cannot close it; somebody else has to check.")
	}
	var f fault.Fields
	if slices.Contains(t.Needs, NeedNote) && do.Note == "" {
		f.Add("body.note", nil, "is needed for %q: say why or what was done", do.Action)
	}
	if slices.Contains(t.Needs, NeedDepartment) && do.Department == "" {
		f.Add("body.department", nil, "is needed for %q", do.Action)
	}
	return t, role, f.Err("case.needs")
}

func names(list []Transition) string {
	if len(list) == 0 {
		return "nothing, it has ended"
	}
	var out []string
	for _, t := range list {
		out = append(out, string(t.Action))
	}
	return strings.Join(out, ", ")
}

// roleOf gives the role in which an actor may take the step on this case.
func (t Transition) roleOf(by actor.Actor, c Row) (actor.Role, bool) {
	for _, g := range by.Grants {
		if !slices.Contains(t.Roles, g.Role) || !strings.HasPrefix(c.ScopeCode, g.Prefix) {
			continue
		}
		if g.Role == actor.Handler && g.Department != deref(c.Department) {
			continue
		}
		return g.Role, true
	}
	return "", false
}

// take writes a step: event, case, photos, change.
func (s *Service) take(ctx context.Context, tx pgx.Tx, c locked, t Transition, role actor.Role, do Do, photos []uuid.UUID) error {
	now, by := s.Now(), actor.From(ctx)
	department := c.Department
	if slices.Contains(t.Needs, NeedDepartment) {
		department = &do.Department
	}
	var eventDepartment *string
	if role == actor.Handler || t.Action == DoDispatch {
		eventDepartment = department
	}
	seq := c.Rev + 1
	if err := (step{c.ID, seq, now, t, by, role, eventDepartment, do.Note}).insert(ctx, tx); err != nil {
		return inWords(err)
	}
	args := pgx.NamedArgs{
		"id": c.ID, "state": t.To, "rev": seq, "due_at": t.due(c.DueAt, c.lastAt, now, c.Urgent), "department": department,
		"handler_id": c.handlerID, "closer_id": nil, "closed_at": nil, "now": now,
	}
	if role == actor.Handler {
		args["handler_id"] = by.ID
	}
	if t.To == Closed || t.To == Rejected {
		args["closed_at"] = now
	}
	if t.To == Closed {
		args["closer_id"] = by.ID
	}
	if _, err := tx.Exec(ctx, updateCase, args); err != nil {
		return inWords(err)
	}
	if err := claimPhotos(ctx, tx, photos, c.ID, seq, now.Add(-unclaimedLife)); err != nil {
		return err
	}
	_, err := s.announce(ctx, tx, c.ID, &c.Row)
	return err
}

func inWords(err error) error {
	switch pg.Constraint(err) {
	case "case_event_department_fk", "case_file_department_fk":
		var f fault.Fields
		f.Add("body.department", nil, "is no department; see /api/v1/departments")
		return errors.Join(f.Err("case.department"), err)
	case "case_file_closer_ck":
		return fault.New(fault.Forbidden, "case.own_work", "Who handled a case cannot close it; somebody else has to check.").Because(err)
	case "case_file_handler_fk", "case_file_closer_fk":
		return fault.New(fault.Forbidden, "case.person", "Handling and closing a case are for a person's account, not for a key.").Because(err)
	case "case_event_step_fk", "case_event_chain_fk":
		return fault.New(fault.Invalid, "case.step", "The table of steps does not allow this.").Because(err)
	}
	return err
}

// ByID is a case as the actor sees it, with what the actor may do.
func (s *Service) ByID(ctx context.Context, id uuid.UUID) (Case, error) {
	by := actor.From(ctx)
	args := pgx.NamedArgs{"id": id}
	var c Case
	var err error
	if c.Row, err = oneRow(ctx, s.Pool, "WHERE c.id = @id AND "+visible(by.Cases(), args), args); err != nil {
		return c, err
	}
	s.name(&c.Row)
	if err := s.fill(ctx, &c); err != nil {
		return c, fmt.Errorf("case %s: %w", id, err)
	}
	worked, err := workedOn(ctx, s.Pool, id, by)
	if err != nil {
		return c, err
	}
	c.Actions = []Option{}
	for _, t := range From(c.State) {
		if _, ok := t.roleOf(by, c.Row); ok && !(t.To == Closed && worked) {
			c.Actions = append(c.Actions, Option{t.Action, append([]Need{}, t.Needs...)})
		}
	}
	if c.Earlier, err = s.earlier(ctx, by, c); err != nil {
		return c, err
	}
	return c, nil
}

// fill reads what a case has beside its row.
func (s *Service) fill(ctx context.Context, c *Case) error {
	err := s.Pool.QueryRow(ctx, "SELECT text, given_crs, given_x, given_y, facility_id FROM case_file WHERE id = $1", c.ID).
		Scan(&c.Text, &c.Given.CRS, &c.Given.X, &c.Given.Y, &c.facilityID)
	if err != nil {
		return err
	}
	if c.Events, err = selectEvents(ctx, s.Pool, c.ID); err != nil {
		return err
	}
	if c.Photos, err = selectPhotos(ctx, s.Pool, c.ID); err != nil {
		return err
	}
	for i := range c.Photos {
		c.Photos[i].URL = "/api/v1/photos/" + c.Photos[i].ID.String()
		c.Photos[i].ThumbURL = c.Photos[i].URL + "?size=thumb"
	}
	if c.facilityID != nil {
		f, err := s.Facilities.CaseFacilityByID(ctx, s.Pool, *c.facilityID)
		if err != nil {
			return err
		}
		c.Facility = &f
	}
	c.Chain = s.Regions.CaseChain(c.ScopeCode)
	return nil
}

// earlier lists other cases of the same facility, newest first.
func (s *Service) earlier(ctx context.Context, by actor.Actor, c Case) ([]Row, error) {
	if c.facilityID == nil {
		return []Row{}, nil
	}
	args := pgx.NamedArgs{"facility": *c.facilityID, "id": c.ID}
	rows, err := s.Pool.Query(ctx, selectRow+"WHERE c.facility_id = @facility AND c.id <> @id AND "+visible(by.Cases(), args)+" ORDER BY c.created_at DESC LIMIT 5", args)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, scanRow)
	for i := range list {
		s.name(&list[i])
	}
	if list == nil {
		list = []Row{}
	}
	return list, err
}
