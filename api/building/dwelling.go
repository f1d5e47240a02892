package building

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"onemap/api/fault"
)

// Uses are what a room may be used for.
var Uses = []string{"dwelling", "shop", "office", "workshop", "storage", "parking", "civil_defence", "plant", "public", "other"}

// Tenures are how a dwelling is held; empty where that is not known.
var Tenures = []string{"", "own", "let", "public", "vacant"}

// Dwelling is a room with a door of its own, as a row of a file gives it. Unit,
// Storey (a label) and Code are as people write them: 1单元, 5层, 502室.
type Dwelling struct {
	Ref          string
	ID           uuid.UUID // the dwelling it is about, where that is known
	BuildingID   uuid.UUID
	BuildingCode string // these two name the building where its id is not known yet
	Address      string
	Unit, Storey string
	Code         string
	Use          string // dwelling when empty
	Tenure       string
	AreaM2       float64
	RealtyCode   string // the code of the real-estate register, 28 digits in China
}

// CheckDwelling says what is wrong with a row; locations are the fields of an import.
func CheckDwelling(d Dwelling) []fault.Field {
	var bad []fault.Field
	add := func(location string, value any, format string, args ...any) {
		bad = append(bad, fault.Field{Location: location, Message: fmt.Sprintf(format, args...), Value: value})
	}
	if strings.TrimSpace(d.Code) == "" {
		add("code", nil, "a room needs its number")
	}
	if d.Use != "" && !slices.Contains(Uses, d.Use) {
		add("use", d.Use, "one of %s", strings.Join(Uses, ", "))
	}
	if !slices.Contains(Tenures, d.Tenure) {
		add("tenure", d.Tenure, "one of %s, or nothing", strings.Join(Tenures[1:], ", "))
	}
	if !(d.AreaM2 >= 0 && d.AreaM2 < 1_000_000) {
		add("area", nil, "square metres, more than 0 and less than 1,000,000")
	}
	if _, ok := ordinalOf(d.Storey); d.Storey != "" && !ok {
		add("storey", d.Storey, "a storey as the lift names it: 5, 12A, B1")
	}
	if d.BuildingID == uuid.Nil && d.BuildingCode == "" && d.Address == "" && d.ID == uuid.Nil {
		add("building_code", nil, "a room needs its building, by code or address")
	}
	for _, t := range []struct {
		location, value string
		most            int
	}{{"unit", d.Unit, 20}, {"storey", d.Storey, 10}, {"code", d.Code, 20}, {"realty_code", d.RealtyCode, 64}} {
		if len([]rune(t.value)) > t.most {
			add(t.location, nil, "at most %d characters", t.most)
		}
	}
	return bad
}

// Unit is a staircase; Storey one storey by its ordinal and its label.
type (
	Unit struct {
		ID      uuid.UUID
		Code    string
		Ordinal int
		Lift    bool
	}
	Storey struct {
		ID      uuid.UUID
		Ordinal int
		Label   string
		Kind    string // above, ground, below, mezzanine, roof
		BaseM   float64
		HeightM float64
	}
)

// Room is a room in the stack of its building.
type Room struct {
	ID                   uuid.UUID
	Ref                  string
	UnitID               uuid.UUID // zero where the building has no units
	StoreyFrom, StoreyTo int       // ordinals; they differ for a duplex
	Code                 string
	Col, Colspan         int
	Use, Tenure          string
	AreaM2               float64
	RealtyCode           string
	Address              string
}

// StackOf is the whole stack of a building; ids are the caller's.
type StackOf struct {
	BuildingID uuid.UUID
	GridCode   *string // of the building
	ScopeCode  string
	Units      []Unit
	Storeys    []Storey
	Dwellings  []Room
}
