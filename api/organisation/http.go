package organisation

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"onemap/api/fault"
	"onemap/api/web"
)

type listIn struct {
	Text     string `query:"q" maxLength:"100" doc:"In name or address, or a whole unified social credit code."`
	Region   string `query:"region" doc:"A region code."`
	Building string `query:"building" doc:"An id."`
	Kind     string `query:"kind"`
	Limit    int    `query:"limit" default:"50" minimum:"1" maximum:"200"`
	Cursor   string `query:"cursor" doc:"next of the page before."`
}

type listOut struct{ Body Page }

type idPath struct {
	ID string `path:"id" format:"uuid"`
}

type oneOut struct {
	ETag string `header:"ETag"`
	Body Organisation
}

type createdOut struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Organisation
}

// Given is what a request says of an organisation; what it does not say stays.
type Given struct {
	USCC       *string  `json:"uscc,omitempty"`
	Name       *string  `json:"name,omitempty"`
	NameEn     *string  `json:"name_en,omitempty"`
	Kind       *string  `json:"kind,omitempty"`
	Industry   *string  `json:"industry,omitempty"`
	Phone      *string  `json:"phone,omitempty"`
	Employees  *int     `json:"employees,omitempty"`
	Address    *string  `json:"address,omitempty"`
	BuildingID *string  `json:"building_id,omitempty" doc:"Empty: in no building."`
	DwellingID *string  `json:"dwelling_id,omitempty" doc:"Empty: in no room."`
	OpenedOn   *string  `json:"opened_on,omitempty" doc:"A day, or empty."`
	ClosedOn   *string  `json:"closed_on,omitempty" doc:"A day, or empty."`
	Lon        *float64 `json:"lon,omitempty" doc:"WGS84, with lat; of a new organisation in a building: the building's when not given."`
	Lat        *float64 `json:"lat,omitempty"`
}

type createIn struct {
	Key  string `header:"Idempotency-Key" maxLength:"64" doc:"Made once for an organisation and sent again with each retry."`
	Body Given
}

type editIn struct {
	ID      string `path:"id" format:"uuid"`
	IfMatch string `header:"If-Match" doc:"The ETag of the organisation as you saw it."`
	Body    Given
}

// Routes registers the slice.
func Routes(s *web.Server, service *Service) {
	op := func(rule web.Sight, id, method, path, summary string, status int, errors ...int) huma.Operation {
		return huma.Operation{OperationID: id, Extensions: web.Seen(rule), Method: method, Path: "/api/v1/organisations" + path, Summary: summary, Tags: []string{"organisations"}, Security: web.Staff, DefaultStatus: status, Errors: append([]int{401, 422}, errors...)}
	}
	web.Add(s, op(web.SightArea, "list-organisations", http.MethodGet, "", "Who works where", http.StatusOK), service.list)
	web.Add(s, op(web.SightArea, "get-organisation", http.MethodGet, "/{id}", "An organisation", http.StatusOK, 404), service.get)
	web.Add(s, op(web.SightRegister, "create-organisation", http.MethodPost, "", "Enter an organisation", http.StatusCreated, 403, 409), service.create)
	web.Add(s, op(web.SightRegister, "change-organisation", http.MethodPatch, "/{id}", "Change an organisation", http.StatusOK, 403, 404, 409, 412, 428), service.edit)
}

func (s *Service) list(ctx context.Context, in *listIn) (*listOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	f := Filter{Text: strings.TrimSpace(in.Text), Region: in.Region, Kind: in.Kind}
	if in.Building != "" {
		var err error
		if f.Building, err = uuid.Parse(in.Building); err != nil {
			var bad fault.Fields
			bad.Add("query.building", in.Building, "is no id")
			return nil, bad.Err("organisation.filter")
		}
	}
	page, err := s.List(ctx, f, in.Limit, in.Cursor)
	return &listOut{page}, err
}

func (s *Service) get(ctx context.Context, in *idPath) (*oneOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	id, err := uuid.Parse(in.ID)
	if err != nil {
		return nil, fault.Missing("organisation")
	}
	return one(s.ByID(ctx, id))
}

func one(o Organisation, err error) (*oneOut, error) {
	if err != nil {
		return nil, err
	}
	return &oneOut{etag(o.Rev), o}, nil
}

func etag(rev int64) string { return strconv.Quote(strconv.FormatInt(rev, 10)) }

func (s *Service) create(ctx context.Context, in *createIn) (*createdOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	e, err := in.Body.edit()
	if err != nil {
		return nil, err
	}
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	r := Row{
		Ref: in.Key, USCC: text(e.USCC), Name: text(e.Name), NameEn: text(e.NameEn), Kind: text(e.Kind), Industry: text(e.Industry), Phone: text(e.Phone),
		Employees: e.Employees, Address: text(e.Address), Point: e.Point,
	}
	if e.BuildingID != nil {
		r.BuildingID = *e.BuildingID
	}
	if e.DwellingID != nil {
		r.DwellingID = *e.DwellingID
	}
	if e.OpenedOn != nil {
		r.OpenedOn = *e.OpenedOn
	}
	if e.ClosedOn != nil {
		r.ClosedOn = *e.ClosedOn
	}
	o, err := s.Create(ctx, r)
	if err != nil {
		return nil, err
	}
	return &createdOut{"/api/v1/organisations/" + o.ID.String(), etag(o.Rev), o}, nil
}

func (s *Service) edit(ctx context.Context, in *editIn) (*oneOut, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	id, err := uuid.Parse(in.ID)
	if err != nil {
		return nil, fault.Missing("organisation")
	}
	if in.IfMatch == "" {
		return nil, fault.New(fault.Precondition, "organisation.if_match", "Say in If-Match which revision of the organisation you saw.")
	}
	rev, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(in.IfMatch, "W/"), `"`), 10, 64)
	if err != nil {
		return nil, fault.New(fault.Stale, "organisation.conflict", "If-Match is no ETag of this organisation.")
	}
	e, err := in.Body.edit()
	if err != nil {
		return nil, err
	}
	return one(s.Update(ctx, id, rev, e))
}

// edit reads the texts of a request.
func (g Given) edit() (Edit, error) {
	var f fault.Fields
	e := Edit{USCC: g.USCC, Name: g.Name, NameEn: g.NameEn, Kind: g.Kind, Industry: g.Industry, Phone: g.Phone, Address: g.Address, Employees: g.Employees}
	id := func(location string, text *string) *uuid.UUID {
		if text == nil {
			return nil
		}
		var id uuid.UUID
		if *text != "" {
			var err error
			if id, err = uuid.Parse(*text); err != nil {
				f.Add(location, *text, "is no id")
			}
		}
		return &id
	}
	day := func(location string, text *string) *time.Time {
		if text == nil {
			return nil
		}
		var at time.Time
		if *text != "" {
			var err error
			if at, err = time.Parse(time.DateOnly, *text); err != nil {
				f.Add(location, *text, "a day like 2026-11-22")
			}
		}
		return &at
	}
	e.BuildingID, e.DwellingID = id("body.building_id", g.BuildingID), id("body.dwelling_id", g.DwellingID)
	e.OpenedOn, e.ClosedOn = day("body.opened_on", g.OpenedOn), day("body.closed_on", g.ClosedOn)
	if (g.Lon == nil) != (g.Lat == nil) {
		f.Add("body.lon", nil, "lon and lat come together")
	} else if g.Lon != nil {
		if *g.Lon < -180 || *g.Lon > 180 || *g.Lat < -90 || *g.Lat > 90 {
			f.Add("body.lon", []float64{*g.Lon, *g.Lat}, "lon lies from -180 to 180 and lat from -90 to 90")
		}
		e.Point = &orb.Point{*g.Lon, *g.Lat}
	}
	return e, f.Err("organisation.invalid")
}
