package cases

import (
	"context"
	"time"

	"github.com/google/uuid"

	"onemap/api/pg"
	"onemap/api/plate"
	"onemap/geo/crs"
)

// Facility is what a case needs to know of the facility it is about.
type Facility struct {
	ID         uuid.UUID  `json:"-"`
	Code       plate.Code `json:"code"`
	Kind       string     `json:"kind"`
	Class      string     `json:"class"`
	Name       string     `json:"name"`
	NameEn     string     `json:"name_en"`
	Place      string     `json:"place"`
	Maintainer string     `json:"maintainer"`
	Component  string     `json:"-"`
	At         crs.WGS84  `json:"-"`
}

// Facilities finds facilities; the slice that keeps them is passed in.
type Facilities interface {
	CaseFacility(ctx context.Context, q pg.Querier, code plate.Code) (Facility, error)
	CaseFacilityByID(ctx context.Context, q pg.Querier, id uuid.UUID) (Facility, error)
}

// Row is a case in a list, a feed event and a map's panel.
type Row struct {
	ID             uuid.UUID  `json:"id"`
	FID            int64      `json:"fid" doc:"The feature's number in a tile."`
	Number         string     `json:"number" example:"20261122-990101-000123"`
	Type           string     `json:"type"`
	Category       string     `json:"category" example:"04007"`
	CategoryName   string     `json:"category_name"`
	Concern        string     `json:"concern" doc:"dirty, messy, poor, broken, or empty."`
	Title          string     `json:"title"`
	TitleEn        string     `json:"title_en"`
	State          State      `json:"state" enum:"reported,filed,dispatched,returned,in_progress,suspended,resolved,closed,rejected"`
	Urgent         bool       `json:"urgent"`
	Urges          int64      `json:"urges" doc:"How often those in charge have urged it."`
	Channel        string     `json:"channel" doc:"scan, pin, staff or import."`
	Place          string     `json:"place"`
	Lon            float64    `json:"lon"`
	Lat            float64    `json:"lat"`
	GridCode       *string    `json:"grid_code"`
	GridName       string     `json:"grid_name"`
	GridNameEn     string     `json:"grid_name_en"`
	ScopeCode      string     `json:"scope_code"`
	GroundCode     string     `json:"ground_code" doc:"The region that the place lies in on the grids in force: scope_code, unless the case has ended and its ground was given to another one since."`
	FacilityCode   *string    `json:"facility_code"`
	Department     *string    `json:"department"`
	DepartmentName string     `json:"department_name"`
	DueAt          *time.Time `json:"due_at"`
	CreatedAt      time.Time  `json:"created_at"`
	UpdatedAt      time.Time  `json:"updated_at"`
	Rev            int64      `json:"rev"`
}

// Event is one step that was taken.
type Event struct {
	Seq            int64     `json:"seq"`
	At             time.Time `json:"at"`
	Action         Action    `json:"action"`
	From           State     `json:"from_state"`
	To             State     `json:"to_state"`
	ActorName      string    `json:"actor_name"`
	ActorRole      string    `json:"actor_role"`
	DepartmentName string    `json:"department_name"`
	Note           string    `json:"note"`
}

// Photo is a photo of a case, from the report or from after the work.
type Photo struct {
	ID       uuid.UUID `json:"id"`
	URL      string    `json:"url"`
	ThumbURL string    `json:"thumb_url"`
	Stage    string    `json:"stage" enum:"report,after"`
	Width    int       `json:"width"`
	Height   int       `json:"height"`
	sha256   []byte
}

// Option is a step the reader may take now.
type Option struct {
	Action Action `json:"action"`
	Needs  []Need `json:"needs"`
}

// GivenPoint is the reporter's point as it was given.
type GivenPoint struct {
	CRS string  `json:"crs"`
	X   float64 `json:"x"`
	Y   float64 `json:"y"`
}

// ChainLink is one region above a case.
type ChainLink struct {
	Code   string `json:"code"`
	Level  string `json:"level"`
	Name   string `json:"name"`
	NameEn string `json:"name_en"`
}

// Case is everything staff see of a case.
type Case struct {
	Row
	Text     string      `json:"text"`
	Chain    []ChainLink `json:"chain"`
	Facility *Facility   `json:"facility"`
	Photos   []Photo     `json:"photos"`
	Events   []Event     `json:"events"`
	Actions  []Option    `json:"actions"`
	Earlier  []Row       `json:"earlier" doc:"Earlier cases of the same facility."`
	Given    GivenPoint  `json:"given"`

	facilityID *uuid.UUID
}
