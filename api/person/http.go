package person

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/audit"
	"onemap/api/fault"
	"onemap/api/place"
	"onemap/api/web"
)

// ListIn narrows a list of people; it is exported because the decoder reads it as part of a larger question.
type ListIn struct {
	Building  string `query:"building" doc:"An id."`
	Dwelling  string `query:"dwelling" doc:"An id; with relation, who is tied to it that way."`
	Household string `query:"household" doc:"An id."`
	Tag       string `query:"tag" doc:"A care tag."`
	AgeFrom   int    `query:"age_from" default:"-1" minimum:"-1" maximum:"150" doc:"Full years, at least."`
	AgeTo     int    `query:"age_to" default:"-1" minimum:"-1" maximum:"150" doc:"Full years, at most."`
	Alone     bool   `query:"alone" doc:"Only who lives alone."`
	Kind      string `query:"kind"`
	Relation  string `query:"relation" doc:"Who has an open tie of this relation."`
	Region    string `query:"region" doc:"A region code."`
	Gone      bool   `query:"gone" doc:"Who has left, instead of who is here."`
	Limit     int    `query:"limit" default:"50" minimum:"1" maximum:"200"`
	Cursor    string `query:"cursor" doc:"next of the page before."`
}

// A name or a number never stands in an address line: what is looked for comes in a body.
type queryIn struct {
	ListIn
	Body struct {
		Text string `json:"q" doc:"A name or a part of it, pinyin initials, or a whole phone number or number of a document; 100 characters at most."`
	}
}

type listOut struct{ Body Page }

type personPath struct {
	ID string `path:"id" format:"uuid"`
	Purposed
}

type fullOut struct {
	ETag string `header:"ETag"`
	Body Full
}

type createdOut struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Full
}

// The bodies carry no rules of form but these types: what the decoder itself
// refuses, it repeats to the sender.
type newIn struct {
	Key  string `header:"Idempotency-Key" maxLength:"64" doc:"Made once for somebody and sent again with each retry."`
	Body struct {
		Name        string   `json:"name"`
		Sex         string   `json:"sex,omitempty" doc:"male, female, or empty: from the identity number."`
		BornOn      string   `json:"born_on,omitempty" doc:"A day; empty: from the identity number."`
		IDKind      string   `json:"id_kind,omitempty" doc:"resident, passport, permit, other."`
		IDNumber    string   `json:"id_number,omitempty"`
		Phone       string   `json:"phone,omitempty"`
		Kind        string   `json:"kind,omitempty" doc:"registered, floating, left_behind, overseas."`
		LivesAlone  bool     `json:"lives_alone,omitempty"`
		HouseholdID string   `json:"household_id,omitempty"`
		Head        bool     `json:"head,omitempty"`
		DwellingID  string   `json:"dwelling_id,omitempty"`
		Relation    string   `json:"relation,omitempty" doc:"resident when empty."`
		Since       string   `json:"since,omitempty" doc:"A day."`
		Tags        []string `json:"tags,omitempty" maxItems:"8"`
		TagUntil    string   `json:"tag_until,omitempty" doc:"A day."`
	}
}

type editIn struct {
	ID      string `path:"id" format:"uuid"`
	IfMatch string `header:"If-Match" doc:"The ETag of the record as you saw it."`
	Purposed
	Body struct {
		Name        *string `json:"name,omitempty"`
		Sex         *string `json:"sex,omitempty"`
		BornOn      *string `json:"born_on,omitempty"`
		IDKind      *string `json:"id_kind,omitempty"`
		IDNumber    *string `json:"id_number,omitempty" doc:"Empty takes it out."`
		Phone       *string `json:"phone,omitempty" doc:"Empty takes it out."`
		Kind        *string `json:"kind,omitempty"`
		LivesAlone  *bool   `json:"lives_alone,omitempty"`
		HouseholdID *string `json:"household_id,omitempty" doc:"Empty: in no household."`
		Head        *bool   `json:"head,omitempty"`
	}
}

type revealIn struct {
	ID   string `path:"id" format:"uuid"`
	Body struct {
		Purpose string `json:"purpose" doc:"What the record is read for; kept with your name."`
	}
}

type revealOut struct{ Body Revealed }

type moveInIn struct {
	ID string `path:"id" format:"uuid"`
	Purposed
	Body struct {
		DwellingID string `json:"dwelling_id"`
		Relation   string `json:"relation,omitempty" doc:"resident when empty."`
		Since      string `json:"since,omitempty" doc:"A day."`
	}
}

type endIn struct {
	ID  string `path:"id" format:"uuid"`
	Tie string `path:"rid" format:"uuid"`
	Purposed
	Body struct {
		Until string `json:"until" doc:"A day."`
	}
}

type tagIn struct {
	ID string `path:"id" format:"uuid"`
	Purposed
	Body struct {
		Tag     string `json:"tag"`
		Purpose string `json:"purpose,omitempty" doc:"The tag's usual one when empty."`
		Basis   string `json:"basis,omitempty" doc:"The law; the tag's usual one when empty."`
		Since   string `json:"since,omitempty" doc:"A day; today when empty."`
		Until   string `json:"until,omitempty" doc:"A day; the tag's usual end when empty."`
	}
}

type endTagIn struct {
	ID  string `path:"id" format:"uuid"`
	Tag string `path:"tid" format:"uuid"`
	Purposed
	Body struct {
		Until string `json:"until" doc:"A day."`
	}
}

type leaveIn struct {
	ID string `path:"id" format:"uuid"`
	Purposed
	Body struct {
		On  string `json:"on" doc:"A day."`
		Why string `json:"why" doc:"moved or died."`
	}
}

type eraseIn struct {
	ID   string `path:"id" format:"uuid"`
	Body struct {
		Reason string `json:"reason" doc:"Why the record is erased; the audit log keeps it. No name and no number."`
	}
}

type flowsIn struct {
	Region string `query:"region" doc:"A region code."`
	Since  string `query:"since" doc:"A day; 30 days ago when empty."`
	Until  string `query:"until" doc:"A day, included; today when empty."`
	place.By
}

type flowsOut struct {
	Body struct {
		Items   []Flow        `json:"items"`
		Counted place.Counted `json:"counted" doc:"By the communities of the end of each day (then), or by those in force (today). Of erased people only the community is known that they were erased from: either way they count there."`
	}
}

type retentionOut struct{ Body Retention }

// Routes registers the slice.
func Routes(s *web.Server, service *Service) {
	tag := []string{"people"}
	op := func(id, method, path, summary string, status int, errors ...int) huma.Operation {
		return huma.Operation{OperationID: id, Extensions: web.Seen(web.SightPeople), Method: method, Path: "/api/v1" + path, Summary: summary, Tags: tag, Security: web.Staff, DefaultStatus: status, Errors: append([]int{401, 403, 422}, errors...)}
	}
	web.Add(s, op("list-people", http.MethodGet, "/people", "People in my sight, masked", http.StatusOK), service.list)
	web.Add(s, reading(op("query-people", http.MethodPost, "/people/query", "The same, by name, initials, phone or number of a document", http.StatusOK)), service.query)
	web.Add(s, op("create-person", http.MethodPost, "/people", "Enter somebody", http.StatusCreated, 409), service.create)
	web.Add(s, op("get-person", http.MethodGet, "/people/{id}", "A record, masked, with residences, tags and household; what for is kept", http.StatusOK, 404), service.get)
	web.Add(s, op("list-readings", http.MethodGet, "/people/{id}/readings", "Who has looked at this record or changed it, when and what for", http.StatusOK, 404), service.readings)
	web.Add(s, op("change-person", http.MethodPatch, "/people/{id}", "Change a record", http.StatusOK, 404, 409, 412, 428), service.edit)
	web.Add(s, reading(op("reveal-person", http.MethodPost, "/people/{id}/reveal", "A record in full; who read it and what for is kept", http.StatusOK, 404, 429)), service.reveal)
	web.Add(s, op("move-in", http.MethodPost, "/people/{id}/residences", "Tie somebody to a dwelling; moving in ends the former home", http.StatusOK, 404, 409), service.moveIn)
	web.Add(s, op("end-residence", http.MethodPost, "/people/{id}/residences/{rid}/end", "End a tie to a dwelling", http.StatusOK, 404, 409), service.end)
	web.Add(s, op("give-tag", http.MethodPost, "/people/{id}/tags", "Give somebody a care tag", http.StatusOK, 404, 409), service.giveTag)
	web.Add(s, op("end-tag", http.MethodPost, "/people/{id}/tags/{tid}/end", "End a care tag", http.StatusOK, 404), service.endTag)
	web.Add(s, op("leave", http.MethodPost, "/people/{id}/leave", "Somebody has moved away or died", http.StatusOK, 404, 409), service.leave)
	web.Add(s, op("erase-person", http.MethodPost, "/people/{id}/erase", "Erase a record for good; who has left goes by itself when the time is over", http.StatusNoContent, 404), service.eraseOne)
	web.Add(s, op("list-flows", http.MethodGet, "/flows", "Moving in and out by day and community", http.StatusOK), service.flows)
	web.Add(s, op("get-retention", http.MethodGet, "/retention", "How long records of who has left are kept, and how many there are by community", http.StatusOK), service.retention)
	plan := op("plan-flows", http.MethodGet, "/plan/flows", "Moving in and out by month, of communities that have enough of it, in steps of 10", http.StatusOK)
	plan.Extensions = web.Seen(web.SightPlanning)
	web.Add(s, plan, service.planFlows)
}

// reading marks an operation that only shows records, although it is posted.
func reading(op huma.Operation) huma.Operation {
	op.Extensions = web.SeenAudited(web.SightPeople, web.AuditReading)
	return op
}

// form reads the texts of a request and gathers what is wrong with them.
type form struct{ fault.Fields }

func (f *form) day(location, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		f.Add(location, nil, "a day like 2026-11-22")
	}
	return at
}

func (f *form) id(location, text string) uuid.UUID {
	if text == "" {
		return uuid.Nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		f.Add(location, nil, "is no id")
	}
	return id
}

// record is whom a request is about; it needs somebody signed in.
func record(ctx context.Context, text string) (uuid.UUID, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return uuid.Nil, err
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return id, fault.Missing("person")
	}
	return id, nil
}

// toChange is the record that a request is to change, for a purpose that was said:
// of a change the same is kept as of a reading.
func toChange(ctx context.Context, text string) (uuid.UUID, error) {
	id, err := record(ctx, text)
	if err == nil {
		err = purposed(ctx)
	}
	return id, err
}

func etag(rev int64) string { return strconv.Quote(strconv.FormatInt(rev, 10)) }

func answer(p Full, err error) (*fullOut, error) {
	if err != nil {
		return nil, err
	}
	return &fullOut{etag(p.Rev), p}, nil
}

func (s *Service) list(ctx context.Context, in *ListIn) (*listOut, error) { return s.page(ctx, in, "") }

// longestText is how much of what is typed is looked for, in bytes.
const longestText = 400

func (s *Service) query(ctx context.Context, in *queryIn) (*listOut, error) {
	text := strings.TrimSpace(in.Body.Text)
	if len(text) > longestText {
		var bad fault.Fields
		bad.Add("body.q", nil, "at most 100 characters")
		return nil, bad.Err("person.filter")
	}
	return s.page(ctx, &in.ListIn, text)
}

func (s *Service) page(ctx context.Context, in *ListIn, text string) (*listOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	var f form
	filter := Filter{
		Text: text, Building: f.id("query.building", in.Building), Dwelling: f.id("query.dwelling", in.Dwelling), Household: f.id("query.household", in.Household),
		Tag: in.Tag, Alone: in.Alone, Kind: in.Kind, Relation: in.Relation, Region: in.Region, Gone: in.Gone,
	}
	if in.AgeFrom >= 0 {
		filter.AgeFrom = &in.AgeFrom
	}
	if in.AgeTo >= 0 {
		filter.AgeTo = &in.AgeTo
	}
	if err := f.Err("person.filter"); err != nil {
		return nil, err
	}
	page, err := s.List(ctx, filter, in.Limit, in.Cursor)
	if err == nil {
		audit.Count(ctx, "person", int64(len(page.Items)), filter.names()...)
		if in.Region != "" && actor.From(ctx).People().Holds(in.Region, "") {
			audit.In(ctx, in.Region)
		}
	}
	return &listOut{page}, err
}

func (s *Service) create(ctx context.Context, in *newIn) (*createdOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	var f form
	b := &in.Body
	n := NewPerson{
		Row: Row{
			Ref: in.Key, Name: b.Name, Sex: b.Sex, BornOn: f.day("body.born_on", b.BornOn), IDKind: b.IDKind, IDNumber: b.IDNumber, Phone: b.Phone, Kind: b.Kind, LivesAlone: &b.LivesAlone, Head: b.Head,
			DwellingID: f.id("body.dwelling_id", b.DwellingID), Relation: b.Relation, Since: f.day("body.since", b.Since), Tags: b.Tags, TagUntil: f.day("body.tag_until", b.TagUntil),
		},
		HouseholdID: f.id("body.household_id", b.HouseholdID),
	}
	if err := f.Err("person.invalid"); err != nil {
		return nil, err
	}
	p, err := s.Create(ctx, n)
	if err != nil {
		return nil, err
	}
	return &createdOut{"/api/v1/people/" + p.ID.String(), etag(p.Rev), p}, nil
}

func (s *Service) get(ctx context.Context, in *personPath) (*fullOut, error) {
	id, err := record(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	p, err := s.opened(ctx, id)
	if err == nil {
		audit.Note(ctx, "person", id.String())
		audit.In(ctx, p.ScopeCode)
	}
	return answer(p, err)
}

func (s *Service) edit(ctx context.Context, in *editIn) (*fullOut, error) {
	id, err := toChange(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if in.IfMatch == "" {
		return nil, fault.New(fault.Precondition, "person.if_match", "Say in If-Match which revision of the record you saw.")
	}
	rev, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(in.IfMatch, "W/"), `"`), 10, 64)
	if err != nil {
		return nil, fault.New(fault.Stale, "person.conflict", "If-Match is no ETag of this record.")
	}
	var f form
	b := in.Body
	e := Edit{Name: b.Name, Sex: b.Sex, IDKind: b.IDKind, IDNumber: b.IDNumber, Phone: b.Phone, Kind: b.Kind, LivesAlone: b.LivesAlone, Head: b.Head}
	if b.BornOn != nil {
		born := f.day("body.born_on", *b.BornOn)
		e.BornOn = &born
	}
	if b.HouseholdID != nil {
		household := f.id("body.household_id", *b.HouseholdID)
		e.HouseholdID = &household
	}
	if err := f.Err("person.invalid"); err != nil {
		return nil, err
	}
	return answer(s.Update(ctx, id, rev, e))
}

func (s *Service) reveal(ctx context.Context, in *revealIn) (*revealOut, error) {
	id, err := record(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	shown, err := s.Reveal(ctx, id, in.Body.Purpose)
	return &revealOut{shown}, err
}

func (s *Service) moveIn(ctx context.Context, in *moveInIn) (*fullOut, error) {
	id, err := toChange(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	var f form
	tie := In{f.id("body.dwelling_id", in.Body.DwellingID), in.Body.Relation, f.day("body.since", in.Body.Since)}
	if err := f.Err("person.invalid"); err != nil {
		return nil, err
	}
	return answer(s.MoveIn(ctx, id, tie))
}

func (s *Service) end(ctx context.Context, in *endIn) (*fullOut, error) {
	id, err := toChange(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	var f form
	tie, until := f.id("path.rid", in.Tie), f.day("body.until", in.Body.Until)
	if err := f.Err("person.invalid"); err != nil {
		return nil, err
	}
	return answer(s.End(ctx, id, tie, until))
}

func (s *Service) giveTag(ctx context.Context, in *tagIn) (*fullOut, error) {
	id, err := toChange(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	var f form
	n := NewTag{in.Body.Tag, in.Body.Purpose, in.Body.Basis, f.day("body.since", in.Body.Since), f.day("body.until", in.Body.Until)}
	if err := f.Err("person.invalid"); err != nil {
		return nil, err
	}
	return answer(s.GiveTag(ctx, id, n))
}

func (s *Service) endTag(ctx context.Context, in *endTagIn) (*fullOut, error) {
	id, err := toChange(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	var f form
	tag, until := f.id("path.tid", in.Tag), f.day("body.until", in.Body.Until)
	if err := f.Err("person.invalid"); err != nil {
		return nil, err
	}
	return answer(s.EndTag(ctx, id, tag, until))
}

func (s *Service) leave(ctx context.Context, in *leaveIn) (*fullOut, error) {
	id, err := toChange(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	var f form
	on := f.day("body.on", in.Body.On)
	if err := f.Err("person.invalid"); err != nil {
		return nil, err
	}
	return answer(s.Leave(ctx, id, on, in.Body.Why))
}

func (s *Service) eraseOne(ctx context.Context, in *eraseIn) (*struct{}, error) {
	id, err := record(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return nil, s.Erase(ctx, id, in.Body.Reason)
}

func (s *Service) flows(ctx context.Context, in *flowsIn) (*flowsOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	var f form
	since, until := f.day("query.since", in.Since), f.day("query.until", in.Until)
	if err := f.Err("person.flows"); err != nil {
		return nil, err
	}
	if until.IsZero() {
		until = s.today()
	}
	if since.IsZero() {
		since = until.AddDate(0, 0, -30)
	}
	out := &flowsOut{}
	var err error
	out.Body.Items, out.Body.Counted, err = s.Flows(ctx, in.Region, since, until, in.Grids)
	return out, err
}

func (s *Service) retention(ctx context.Context, _ *struct{}) (*retentionOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	out, err := s.Retention(ctx)
	return &retentionOut{out}, err
}
