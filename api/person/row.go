package person

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"onemap/api/fault"
)

// Relations to a dwelling: registered there 户籍人, living there 居住人, or tied
// to it as its owner, tenant or otherwise 房屋人.
const (
	Registered = "registered"
	Living     = "resident"
)

// The closed lists of the fields.
var (
	Kinds     = []string{"registered", "floating", "left_behind", "overseas"}
	Relations = []string{Registered, Living, "owner", "tenant", "other"}
	IDKinds   = []string{Resident, Passport, Permit, Other}
)

// Row is a person as an importer gives one. Zero values are not known; dates
// are days (UTC midnight).
type Row struct {
	Ref string
	// ID is the person this row is known to be about, or zero.
	ID           uuid.UUID
	Name         string
	Sex          string
	BornOn       time.Time
	IDKind       string // resident when an IDNumber comes without it
	IDNumber     string
	Phone        string
	Kind         string // registered when empty
	LivesAlone   *bool
	HouseholdRef string
	Head         bool
	// DwellingID with Relation, Since and Until is one tie to a dwelling.
	DwellingID uuid.UUID
	Relation   string // resident when empty
	Since      time.Time
	Until      time.Time
	Tags       []string
	TagUntil   time.Time
	// BuildingID, GridCode and ScopeCode are those of the dwelling, from whoever
	// has them at hand already; Import looks them up when BuildingID is zero.
	BuildingID uuid.UUID
	GridCode   string // "" outside all grids
	ScopeCode  string

	made *entry // what Ready made of the row
}

// ready is a row in the form that is kept.
type ready struct {
	Row
	doc        document
	phone      string
	kindUnsaid bool
}

// Check lists what is wrong with a row; a location is a field's name, and no
// message or value repeats a name or a number. today is the day in the city.
func Check(r Row, today time.Time) []fault.Field {
	_, fields := prepare(r, today)
	return fields
}

func prepare(r Row, today time.Time) (ready, []fault.Field) {
	var (
		out    = ready{Row: r}
		fields []fault.Field
		err    error
	)
	wrong := func(field, message string) { fields = append(fields, fault.Field{Location: field, Message: message}) }
	for _, at := range []*time.Time{&out.BornOn, &out.Since, &out.Until, &out.TagUntil} {
		*at = day(*at)
	}
	if out.Name, err = cleanName(r.Name); err != nil {
		wrong("name", err.Error())
	}
	if out.phone, err = ParsePhone(r.Phone); err != nil {
		wrong("phone", err.Error())
	}
	if r.IDKind != "" && !slices.Contains(IDKinds, r.IDKind) {
		wrong("id_kind", "one of "+strings.Join(IDKinds, ", "))
	} else if out.doc, err = parseDocument(r.IDKind, r.IDNumber, today); err != nil {
		wrong("id_number", err.Error())
	}
	if out.doc.number != "" && !utf8.ValidString(out.doc.number) {
		wrong("id_number", "is no text")
	}
	agree(&out, wrong)
	if born := out.BornOn; !born.IsZero() && (born.Year() < oldest || born.After(today)) {
		wrong("born_on", "lies in the future or before 1880")
	}
	if out.kindUnsaid = out.Kind == ""; out.kindUnsaid {
		out.Kind = "registered"
	}
	if !slices.Contains(Kinds, out.Kind) {
		wrong("kind", "one of "+strings.Join(Kinds, ", "))
	}
	if len(r.Ref) > 200 || !utf8.ValidString(r.Ref) || !utf8.ValidString(r.HouseholdRef) || len(r.HouseholdRef) > 200 {
		wrong("ref", "is too long, or no text")
	}
	checkTie(&out, today, wrong)
	checkTags(&out, today, wrong)
	return out, fields
}

// day is the day of a moment, at UTC midnight as PostgreSQL's dates are; the
// zero moment stays zero.
func day(at time.Time) time.Time {
	if at.IsZero() {
		return time.Time{}
	}
	y, m, d := at.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// agree takes sex and date of birth from the identity number where the row does
// not say them, and refuses a row that says something else.
func agree(out *ready, wrong func(field, message string)) {
	if out.Sex != "" && out.Sex != Male && out.Sex != Female {
		wrong("sex", "male or female, or empty")
		return
	}
	if out.doc.Number == "" {
		return
	}
	if out.Sex == "" {
		out.Sex = out.doc.Sex
	}
	if out.Sex != out.doc.Sex {
		wrong("sex", "is not what the identity number says")
	}
	if out.BornOn.IsZero() {
		out.BornOn = out.doc.Born
	}
	if !out.BornOn.Equal(out.doc.Born) {
		wrong("born_on", "is not what the identity number says")
	}
}

func checkTie(out *ready, today time.Time, wrong func(field, message string)) {
	if out.Relation == "" {
		out.Relation = Living
	}
	if !slices.Contains(Relations, out.Relation) {
		wrong("relation", "one of "+strings.Join(Relations, ", "))
	}
	if out.Since.After(today) {
		wrong("since", "lies in the future")
	}
	if !out.Until.IsZero() && out.Until.Before(out.Since) {
		wrong("until", "lies before since")
	}
	// A lease may have its end written in it; nobody knows where they will live.
	if out.Until.After(today) && (out.Relation == Living || out.Relation == Registered) {
		wrong("until", "lies in the future: it is written when it has come")
	}
	if !out.BornOn.IsZero() && !out.Since.IsZero() && out.Since.Before(out.BornOn) {
		wrong("since", "lies before the birth")
	}
}

func checkTags(out *ready, today time.Time, wrong func(field, message string)) {
	for _, tag := range out.Tags {
		if _, ok := tagOf(tag); !ok {
			wrong("tags", "is no care tag; there are disabled, low_income, left_behind_child, lost_only_child, veteran, mental_illness_care, community_correction, resettlement")
			break
		}
	}
	if len(out.Tags) > 0 && !out.TagUntil.IsZero() && out.TagUntil.Before(today) {
		wrong("tag_until", "lies in the past")
	}
}

// lives says whether the row makes the dwelling the place where somebody is seen.
func (r *ready) lives() bool {
	return r.DwellingID != uuid.Nil && r.Relation == Living && r.Until.IsZero()
}
