package organisation

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"onemap/api/fault"
)

// Kinds are the kinds of organisations there are.
var Kinds = []string{"company", "sole_trader", "institution", "government", "association", "school", "hospital", "other"}

// Row is an organisation as an importer gives it. Zero values are not known;
// dates are days (UTC midnight).
type Row struct {
	Ref string
	// ID is the organisation this row is known to be about, or zero.
	ID           uuid.UUID
	USCC         string
	Name, NameEn string
	Kind         string // company when empty
	Industry     string
	Phone        string
	Employees    *int
	Address      string
	// AddressKey is the standard address without what does not tell two houses apart.
	AddressKey string
	BuildingID uuid.UUID
	DwellingID uuid.UUID
	OpenedOn   time.Time
	ClosedOn   time.Time
	// Point is where it is (WGS84); of a row with a BuildingID it may be nil: the
	// building's point is taken.
	Point *orb.Point
}

// Check lists what is wrong with a row; a location is a field's name.
func Check(r Row) []fault.Field {
	_, fields := prepare(r)
	return fields
}

func prepare(r Row) (Row, []fault.Field) {
	var fields []fault.Field
	wrong := func(field, message string) { fields = append(fields, fault.Field{Location: field, Message: message}) }
	var err error
	if r.USCC, err = ParseCode(r.USCC); err != nil {
		wrong("uscc", err.Error())
	}
	for _, t := range []struct {
		field string
		text  *string
		most  int
	}{
		{"name", &r.Name, 200},
		{"name_en", &r.NameEn, 200},
		{"industry", &r.Industry, 100},
		{"phone", &r.Phone, 100},
		{"address", &r.Address, 300},
		{"ref", &r.Ref, 200},
	} {
		if *t.text, err = clean(*t.text, t.most); err != nil {
			wrong(t.field, err.Error())
		}
	}
	if r.Name == "" {
		wrong("name", "must not be empty")
	}
	if r.Kind == "" {
		r.Kind = "company"
	}
	if !slices.Contains(Kinds, r.Kind) {
		wrong("kind", "one of "+strings.Join(Kinds, ", "))
	}
	if r.Employees != nil && (*r.Employees < 0 || *r.Employees > 10_000_000) {
		wrong("employees", "a number from 0 to 10,000,000")
	}
	if !r.OpenedOn.IsZero() && !r.ClosedOn.IsZero() && r.ClosedOn.Before(r.OpenedOn) {
		wrong("closed_on", "lies before opened_on")
	}
	if r.Point == nil && r.BuildingID == uuid.Nil {
		wrong("lon", "a place is wanted: lon and lat, or a building")
	}
	return r, fields
}

var (
	errLong    = errors.New("is too long")
	errNoText  = errors.New("is no text")
	errControl = errors.New("holds a control character")
)

func clean(text string, most int) (string, error) {
	if !utf8.ValidString(text) {
		return "", errNoText
	}
	text = strings.Join(strings.Fields(text), " ")
	if strings.ContainsFunc(text, unicode.IsControl) {
		return "", errControl
	}
	if utf8.RuneCountInString(text) > most {
		return "", errLong
	}
	return text, nil
}
