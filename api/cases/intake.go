package cases

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/place"
	"onemap/api/plate"
	"onemap/geo/crs"
)

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
	first, _ := stepOf(None, DoReport)
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
		"words": wordsOf(number, zh, en, c.Place),
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
		if t, _ := stepOf(None, DoReport); slices.Contains(t.Roles, g.Role) {
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
	if len(c.codes) == 0 {
		return nil, nil
	}
	f, err := s.carrier(ctx, tx, c)
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

// carrier is the facility whose plate says what was sent.
func (s *Service) carrier(ctx context.Context, tx pgx.Tx, c *checked) (Facility, error) {
	for _, code := range c.codes {
		f, err := s.Facilities.CaseFacility(ctx, tx, code)
		if !fault.Is(err, fault.NotFound) {
			return f, err
		}
	}
	var bad fault.Fields
	if plate.Mistyped(c.typed) {
		bad.Add("body.facility_code", c.FacilityCode, "%s", c.typed.Error())
	} else {
		bad.Add("body.facility_code", c.FacilityCode, "no facility carries this code")
	}
	return Facility{}, bad.Err("report.facility")
}
