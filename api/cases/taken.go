package cases

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/plate"
)

// Taken is a case that another system keeps, as a row of its export tells it.
type Taken struct {
	Ref string
	ID  uuid.UUID // a case that is here already; zero is found by source and Ref
	// Category is a code of the standard; any other text is kept as the title of
	// a case under Other.
	Category string
	Concern  string
	Title    string // empty takes the category's name
	Text     string
	Place    string
	// State is where the case stands there; empty is closed with a ClosedAt, else reported.
	State        State
	Urgent       bool
	CreatedAt    time.Time
	ClosedAt     time.Time // zero is not known
	FacilityCode string    // a plate; one that nothing here carries is left out
	Point        orb.Point // WGS84
	Given        GivenPoint
}

// Check says what is wrong with a row; locations are the fields of an import.
func Check(t Taken) []fault.Field {
	var f fault.Fields
	length(&f, "category", t.Category, 200)
	length(&f, "title", t.Title, 200)
	length(&f, "place", t.Place, 300)
	length(&f, "text", t.Text, 4000)
	if _, ok := concerns[t.Concern]; t.Concern != "" && !ok {
		f.Add("concern", t.Concern, "dirty, messy, poor or broken")
	}
	if t.State != "" && !slices.Contains(States, t.State) {
		f.Add("state", string(t.State), "one of %v", States)
	}
	switch y := t.CreatedAt.Year(); {
	case t.CreatedAt.IsZero():
		f.Add("created_at", nil, "is needed: when it was reported")
	case y < 1900 || y > 2200:
		f.Add("created_at", t.CreatedAt, "a time of the years 1900 to 2200")
	case !t.ClosedAt.IsZero() && t.ClosedAt.Before(t.CreatedAt.AddDate(0, 0, -1)):
		f.Add("closed_at", t.ClosedAt, "lies before the report")
	}
	if t.FacilityCode != "" {
		if codes, _ := plate.ParseAny(t.FacilityCode); len(codes) == 0 {
			f.Add("facility_code", t.FacilityCode, "%s", plate.ErrForeign)
		}
	}
	lon, lat := t.Point[0], t.Point[1]
	if t.Point == (orb.Point{}) || !(math.Abs(lon) <= 180 && math.Abs(lat) <= 90) { // also when one is no number
		f.Add("lon", nil, "is needed: where it is")
	}
	if bad := fault.As(f.Err("case.row")); bad != nil {
		return bad.Fields
	}
	return nil
}

// stands is the state a case gets here. What a department works on elsewhere is
// filed: none of ours has it.
func (t Taken) stands() State {
	switch t.State {
	case "":
		if t.ClosedAt.IsZero() {
			return Reported
		}
		return Closed
	case Reported, Filed, Closed, Rejected:
		return t.State
	}
	return Filed
}

// closing is when it ended there, nil while it is open or when nobody knows. An
// export that gives days only may close a case hours before its report.
func (t Taken) closing() *time.Time {
	if t.stands().Open() || t.ClosedAt.IsZero() {
		return nil
	}
	at := moment(t.ClosedAt)
	if created := moment(t.CreatedAt); at.Before(created) {
		at = created
	}
	return &at
}

// moment is a time as the database keeps it.
func moment(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// kind is the category, and what the case is called.
func (t Taken) kind() (category, title, titleEn string) {
	category = strings.TrimSpace(t.Category)
	title = strings.TrimSpace(t.Title)
	if _, ok := standard(category); !ok {
		if title == "" {
			title = category
		}
		category = Other
	}
	if title == "" {
		title, titleEn = CategoryName(category)
		return category, title, titleEn
	}
	if !strings.ContainsFunc(title, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return category, title, title
	}
	return category, title, ""
}

// note tells in the history where a case stood that is filed here.
func (t Taken) note() string {
	if t.State == t.stands() || t.State == "" {
		return ""
	}
	return "原系统中的状态 state elsewhere: " + string(t.State)
}

// stages are the events of a case that is new here: one, or two where its end has
// a time of its own.
func (t Taken) stages() []stage {
	at, ended := moment(t.CreatedAt), t.closing()
	if ended == nil {
		return []stage{{None, t.stands(), at, t.note()}}
	}
	return []stage{{None, Reported, at, ""}, {Reported, t.stands(), *ended, ""}}
}

type stage struct {
	from, to State
	at       time.Time
	note     string
}

// importer is the role in which somebody takes cases over; a command is the system.
func importer(a actor.Actor) actor.Role {
	for _, g := range a.Grants {
		if g.Role == actor.Registrar || g.Role == actor.Administrator {
			return g.Role
		}
	}
	return actor.System
}
