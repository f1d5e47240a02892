package cases

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/find"
	"onemap/api/pg"
	"onemap/api/place"
)

// Filter narrows a list of cases; the zero Filter takes all that the actor sees.
type Filter struct {
	States   []State
	Category string // a code or the beginning of one
	Since    time.Time
	Until    time.Time
	Region   string // a region code prefix
	// Grids is whether Region has the cases that have it (Then, and the zero value), or
	// those whose place lies in it today.
	Grids   place.Grids
	Overdue bool
	Urged   bool   // open, and urged by those in charge
	Mine    bool   // cases I have taken a step on
	Text    string // of the number, title, place or plate; what somebody wrote is read, not searched
}

// where composes the filter within the actor's sight.
func (f Filter) where(by actor.Actor, now time.Time, args pgx.NamedArgs) string {
	today := f.Grids == place.Today && f.Region != ""
	seen := by.Cases()
	if !today {
		seen = seen.Of(f.Region)
	}
	parts := []string{visible(seen, args)}
	if len(f.States) > 0 {
		args["states"] = f.States
		parts = append(parts, "c.state = ANY (@states)")
	}
	if f.Category != "" {
		args["category"] = f.Category
		parts = append(parts, "starts_with(c.category, @category)")
	}
	if !f.Since.IsZero() {
		args["since"] = f.Since
		parts = append(parts, "c.created_at >= @since")
	}
	if !f.Until.IsZero() {
		args["until"] = f.Until
		parts = append(parts, "c.created_at < @until")
	}
	switch {
	case today:
		parts = append(parts, "(c.ground_code IS NULL AND "+actor.Within("c.scope_code", f.Region, "region", args)+" OR "+actor.Within("c.ground_code", f.Region, "region", args)+")")
	case f.Region != "":
		parts = append(parts, actor.Within("c.scope_code", f.Region, "region", args))
	}
	if f.Overdue {
		args["now"] = now
		parts = append(parts, overdue)
	}
	if f.Urged {
		parts = append(parts, urged)
	}
	if f.Mine {
		args["me"] = by.ID
		parts = append(parts, "EXISTS (SELECT FROM case_event e WHERE e.case_id = c.id AND e.actor_id = @me)")
	}
	if f.Text != "" {
		parts = append(parts, answers(f.Text, args))
	}
	return "WHERE " + strings.Join(parts, " AND ")
}

// answers is the condition that a case answers to what somebody typed: by its
// words, or by the plate of its facility. Nothing to look for narrows nothing.
func answers(typed string, args pgx.NamedArgs) string {
	args["words"] = find.Query(typed)
	if args["words"] == "" {
		return "TRUE"
	}
	found := "c.words @@ @words::tsquery"
	// Pairs that an index met may stand apart in the text.
	if unsure := find.Unsure(typed); len(unsure) > 0 {
		args["unsure"] = unsure
		found += ` AND (SELECT bool_and(strpos(normalize(concat_ws(E'\n', c.title, c.title_en, c.place), NFKC), u) > 0) FROM unnest(@unsure::text[]) u)`
	}
	plate := strings.ReplaceAll(strings.ToUpper(typed), "-", "")
	if !plateBegins.MatchString(plate) {
		return "(" + found + ")"
	}
	// Z is the last sign a plate has: the codes that begin so, from their index.
	args["plate"], args["last_plate"] = plate, plate+strings.Repeat("Z", 8-len(plate))
	return "(" + found + " OR c.facility_id = ANY (ARRAY(SELECT id FROM facility WHERE code BETWEEN @plate AND @last_plate)))"
}

var plateBegins = regexp.MustCompile(`^[0-9A-Z]{3,8}$`)

// stillOpen is the condition that somebody still has to act.
const stillOpen = "c.state NOT IN ('closed', 'rejected')"

// overdue is the condition that a running deadline has passed at @now.
const overdue = "(c.due_at < @now AND c.state IN ('reported', 'filed', 'dispatched', 'returned', 'in_progress'))"

// urged is the condition that those in charge wait for an open case.
const urged = "c.urges > 0 AND " + stillOpen

// Page is a part of a list; Next is empty at its end.
type Page struct {
	Items []Row  `json:"items"`
	Next  string `json:"next" doc:"The cursor of the next page; empty at the end."`
	Total int64  `json:"total" doc:"How many cases the filter takes in all."`
}

type cursor struct {
	At time.Time `json:"a"`
	ID uuid.UUID `json:"i"`
}

// List gives cases, newest first.
func (s *Service) List(ctx context.Context, f Filter, limit int, after string) (Page, error) {
	by, args := actor.From(ctx), pgx.NamedArgs{"limit": limit + 1}
	where := f.where(by, s.Now(), args)
	page := Page{Items: []Row{}}
	if err := s.Pool.QueryRow(ctx, "SELECT count(*) FROM case_file c "+where, args).Scan(&page.Total); err != nil {
		return page, err
	}
	if after != "" {
		c, err := readCursor(after)
		if err != nil {
			return page, err
		}
		args["after_at"], args["after_id"] = c.At, c.ID
		where += " AND (c.created_at, c.id) < (@after_at, @after_id)"
	}
	rows, err := s.Pool.Query(ctx, selectRow+where+" ORDER BY c.created_at DESC, c.id DESC LIMIT @limit", args)
	if err != nil {
		return page, err
	}
	list, err := pgx.CollectRows(rows, scanRow)
	if err != nil {
		return page, err
	}
	if len(list) > limit {
		list = list[:limit]
		last := list[limit-1]
		b, _ := json.Marshal(cursor{last.CreatedAt, last.ID}) // plain fields: cannot fail
		page.Next = base64.RawURLEncoding.EncodeToString(b)
	}
	for i := range list {
		s.name(&list[i])
	}
	page.Items = append(page.Items, list...)
	return page, nil
}

func readCursor(s string) (c cursor, err error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil {
		var f fault.Fields
		f.Add("query.cursor", s, "is no cursor; take next of the page before, unchanged")
		return c, f.Err("case.cursor")
	}
	return c, nil
}

// Figures are the numbers at the top of a desk.
type Figures struct {
	Counted     place.Counted   `json:"counted" doc:"An open case is in the grid in force. One that has ended keeps the grid it ended in (then), or is in the one its place lies in (today)."`
	ByState     map[State]int64 `json:"by_state"`
	Open        int64           `json:"open"`
	Overdue     int64           `json:"overdue"`
	Urged       int64           `json:"urged" doc:"Open, and urged by those in charge."`
	Today       int64           `json:"today" doc:"Reported since midnight."`
	ClosedToday int64           `json:"closed_today"`
	OnTimeShare *float64        `json:"on_time_share" doc:"Of the cases closed in 30 days, those resolved by their deadline; null when none was closed."`
	Hours       []Hour          `json:"hours" doc:"Reports in each of the last 24 hours, oldest first."`
}

// Hour counts reports that came in an hour.
type Hour struct {
	At    time.Time `json:"at"`
	Count int64     `json:"count"`
}

// counted says on which grids cases reported since a time are counted.
func (s *Service) counted(ctx context.Context, grids place.Grids, since time.Time) (place.Counted, error) {
	c := place.Counted{Grids: grids}
	if grids != place.Today {
		c.Grids = place.Then
	} else {
		since = s.Now()
	}
	var err error
	c.From, c.To, err = s.Regions.Span(ctx, since, s.Now())
	return c, err
}

// Figures counts what the actor sees under a region since a time, by those fields
// of a filter.
func (s *Service) Figures(ctx context.Context, f Filter) (Figures, error) {
	now := s.Now()
	local := now.In(s.Zone)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, s.Zone)
	args := pgx.NamedArgs{"midnight": midnight, "month": now.AddDate(0, 0, -30)}
	f = Filter{Region: f.Region, Grids: f.Grids, Since: f.Since}
	where := f.where(actor.From(ctx), now, args)
	args["now"] = now
	out := Figures{ByState: map[State]int64{}, Hours: []Hour{}}
	var err error
	if out.Counted, err = s.counted(ctx, f.Grids, f.Since); err != nil {
		return out, err
	}
	for _, st := range States {
		out.ByState[st] = 0
	}
	// Four questions, each of an index of its own: most cases have ended long ago.
	rows, err := s.Pool.Query(ctx, "SELECT c.state, count(*), count(*) FILTER (WHERE c.created_at >= @midnight) FROM case_file c "+where+" GROUP BY c.state", args)
	if err != nil {
		return out, err
	}
	var state State
	var n, today, judged, onTime int64
	_, err = pgx.ForEachRow(rows, []any{&state, &n, &today}, func() error {
		out.ByState[state] = n
		if state.Open() {
			out.Open += n
		}
		out.Today += today
		return nil
	})
	if err != nil {
		return out, err
	}
	if err := s.Pool.QueryRow(ctx, "SELECT count(*) FROM case_file c "+where+" AND "+overdue, args).Scan(&out.Overdue); err != nil {
		return out, err
	}
	if err := s.Pool.QueryRow(ctx, "SELECT count(*) FROM case_file c "+where+" AND "+urged, args).Scan(&out.Urged); err != nil {
		return out, err
	}
	err = s.Pool.QueryRow(ctx, `
SELECT count(*) FILTER (WHERE c.closed_at >= @midnight), count(*) FILTER (WHERE c.due_at IS NOT NULL),
       count(*) FILTER (WHERE c.due_at IS NOT NULL AND (SELECT max(e.at) FROM case_event e WHERE e.case_id = c.id AND e.action = 'resolve') <= c.due_at)
FROM case_file c `+where+" AND c.state = 'closed' AND c.closed_at >= @month", args).Scan(&out.ClosedToday, &judged, &onTime)
	if err != nil {
		return out, err
	}
	if judged > 0 {
		share := float64(onTime) / float64(judged)
		out.OnTimeShare = &share
	}
	out.Hours, err = s.hours(ctx, f, now)
	return out, err
}

// Load is what waits for a department.
type Load struct {
	Department string `json:"department"`
	Open       int64  `json:"open" doc:"Cases it has not ended."`
	Overdue    int64  `json:"overdue" doc:"Of these, whose deadline has passed."`
}

// Loads counts the open cases that the actor sees by department.
func (s *Service) Loads(ctx context.Context) ([]Load, error) {
	now := s.Now()
	args := pgx.NamedArgs{"now": now}
	where := Filter{}.where(actor.From(ctx), now, args)
	rows, err := s.Pool.Query(ctx, "SELECT c.department_code, count(*), count(*) FILTER (WHERE "+overdue+") FROM case_file c "+where+" AND c.department_code IS NOT NULL AND "+stillOpen+" GROUP BY c.department_code ORDER BY c.department_code", args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Load])
}

// OpenOfFacilities counts, for each facility that has any, the cases on which
// somebody still has to act.
func (s *Service) OpenOfFacilities(ctx context.Context, q pg.Querier, ids []uuid.UUID) (map[uuid.UUID]int, error) {
	return pg.Pairs[uuid.UUID, int](ctx, q, "SELECT c.facility_id, count(*) FROM case_file c WHERE c.facility_id = ANY ($1) AND "+stillOpen+" GROUP BY c.facility_id", ids)
}

func (s *Service) hours(ctx context.Context, f Filter, now time.Time) ([]Hour, error) {
	from := now.Truncate(time.Hour).Add(-23 * time.Hour)
	args := pgx.NamedArgs{}
	f.Since = from
	where := f.where(actor.From(ctx), now, args)
	rows, err := s.Pool.Query(ctx, "SELECT date_trunc('hour', c.created_at), count(*) FROM case_file c "+where+" GROUP BY 1", args)
	if err != nil {
		return nil, err
	}
	counts := map[int64]int64{}
	var at time.Time
	var n int64
	if _, err := pgx.ForEachRow(rows, []any{&at, &n}, func() error { counts[at.Unix()] = n; return nil }); err != nil {
		return nil, err
	}
	list := make([]Hour, 24)
	for i := range list {
		h := from.Add(time.Duration(i) * time.Hour)
		list[i] = Hour{h, counts[h.Unix()]}
	}
	return list, nil
}

var (
	categoryForm = regexp.MustCompile(`^[0-9]{2,5}$`)
	regionForm   = regexp.MustCompile(`^[0-9]{4,15}$`)
)

// ParseFilter reads a filter as it stands in a query.
func ParseFilter(state, category, since, until, region string, zone *time.Location) (Filter, error) {
	var f fault.Fields
	out := Filter{Category: category, Region: region}
	for _, s := range strings.FieldsFunc(state, func(r rune) bool { return r == ',' }) {
		if !slices.Contains(States, State(s)) {
			f.Add("query.state", s, "a list of %v", States)
			continue
		}
		out.States = append(out.States, State(s))
	}
	if category != "" && !categoryForm.MatchString(category) {
		f.Add("query.category", category, "a code of 2 to 5 digits")
	}
	if region != "" && !regionForm.MatchString(region) {
		f.Add("query.region", region, "a region code of 4 to 15 digits")
	}
	out.Since = parseTime(&f, "query.since", since, zone)
	out.Until = parseTime(&f, "query.until", until, zone)
	return out, f.Err("case.filter")
}

// parseTime reads a moment, or a day of the city's calendar.
func parseTime(f *fault.Fields, location, text string, zone *time.Location) time.Time {
	if text == "" {
		return time.Time{}
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		f.Add(location, text, "a time like 2026-11-22T08:00:00+08:00, or a day like 2026-11-22")
	}
	return t
}
