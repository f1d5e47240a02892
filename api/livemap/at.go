package livemap

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/cases"
	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/region"
	"onemap/api/web"
	"onemap/geo/crs"
	"onemap/geo/lattice"
	"onemap/geo/live"
)

// Asker answers questions about places.
type Asker struct {
	Map     *Map
	Regions *region.Service
}

type atQuery struct {
	Lon   float64 `query:"lon" required:"true" doc:"Longitude, or easting."`
	Lat   float64 `query:"lat" required:"true" doc:"Latitude, or northing."`
	CRS   string  `query:"crs" default:"wgs84" doc:"The datum of lon and lat: wgs84, cgcs2000, gcj02, bd09, epsg:4326, epsg:4490, epsg:3857."`
	Seen  string  `header:"Onemap-Seen" doc:"The newest change that the asker has been told of, by an answer or an event: EPOCH.POS. The answer knows at least that."`
	Reach float64 `query:"reach" default:"50" minimum:"1" maximum:"500" doc:"How far from the place facilities and cases are told, in metres."`
}

// mostOfAKind is how many objects of a kind an answer holds; Beyond says how
// many more there are.
const mostOfAKind = 20

// serviceReach is how far services are told, in metres.
const serviceReach = 1000

// Here is what lies at a place.
type Here struct {
	region.Location
	Seen       string               `json:"seen" doc:"The last change that the answer knows, as EPOCH.POS."`
	Buildings  Found[FoundBuilding] `json:"buildings" doc:"Those whose footprint holds the place."`
	Facilities Found[FoundFacility] `json:"facilities" doc:"Those within reach, nearest first; none that was removed."`
	Cases      Found[FoundCase]     `json:"cases" doc:"Those within reach that are open and in my sight, nearest first."`
	Services   Found[FoundService]  `json:"services" doc:"Those within 1,000 m that are not closed, nearest first."`
}

// Found is objects of one kind, the first of them.
type Found[T any] struct {
	Items  []T `json:"items" nullable:"false"`
	Beyond int `json:"beyond" doc:"How many more there are."`
}

// Place is what every object found has.
type Place struct {
	ID       uuid.UUID `json:"id"`
	FID      int64     `json:"fid" doc:"The feature's number in a tile."`
	Lon      float64   `json:"lon" doc:"WGS84."`
	Lat      float64   `json:"lat" doc:"WGS84."`
	GridCode *string   `json:"grid_code"`
	Distance float64   `json:"distance_m" doc:"Metres from the place."`
}

// FoundBuilding is a building at the place.
type FoundBuilding struct {
	ID       uuid.UUID `json:"id"`
	FID      int64     `json:"fid" doc:"The feature's number in a tile."`
	Name     string    `json:"name"`
	NameEn   string    `json:"name_en"`
	Use      string    `json:"use"`
	Address  string    `json:"address"`
	GridCode *string   `json:"grid_code"`
}

// FoundFacility is a facility near the place.
type FoundFacility struct {
	Place
	Code   string `json:"code" doc:"What its plate says."`
	Kind   string `json:"kind"`
	Class  string `json:"class"`
	Name   string `json:"name"`
	NameEn string `json:"name_en"`
	State  string `json:"state"`
}

// FoundCase is a case near the place.
type FoundCase struct {
	Place
	Number   string      `json:"number"`
	Category string      `json:"category"`
	Title    string      `json:"title"`
	TitleEn  string      `json:"title_en"`
	State    cases.State `json:"state" enum:"reported,filed,dispatched,returned,in_progress,suspended,resolved,closed,rejected"`
	Urgent   bool        `json:"urgent"`
	DueAt    *time.Time  `json:"due_at"`
}

// FoundService is a service near the place.
type FoundService struct {
	Place
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	NameEn string `json:"name_en"`
	State  string `json:"state"`
}

type atAnswer struct {
	Seen string `header:"Onemap-Seen" doc:"The last change that the answer knows."`
	Body Here
}

// patience is how long a question waits for what its asker has seen elsewhere.
const patience = 2 * time.Second

// Routes registers the questions.
func Routes(s *web.Server, a *Asker) {
	web.Add(s, huma.Operation{
		OperationID: "what-is-here", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: "/api/v1/at", Summary: "What is at a place: grid, buildings, facilities, open cases in my sight, services",
		Description: "Answered from memory; seen says which change the answer knows. Everybody is told all but cases, which are told to whom they concern.", Tags: []string{"map"}, Errors: []int{422, 503},
	}, a.here)
}

func (a *Asker) here(ctx context.Context, q *atQuery) (*atAnswer, error) {
	at, name, err := web.Point(q.CRS, q.Lon, q.Lat, "query.")
	if err != nil {
		return nil, err
	}
	if q.Seen != "" {
		seen, err := change.ParsePosition(q.Seen)
		if err != nil {
			var f fault.Fields
			f.Add("header.Onemap-Seen", q.Seen, "what an answer or an event has given, as EPOCH.POS")
			return nil, f.Err("live.position")
		}
		if err := a.Map.Await(ctx, seen, patience); err != nil {
			return nil, err
		}
	}
	h := a.Map.At(at, q.Reach, actor.From(ctx).Cases())
	h.Location = a.Regions.Locate(at, region.Given{CRS: string(name), X: q.Lon, Y: q.Lat})
	return &atAnswer{Seen: h.Seen, Body: h}, nil
}

// At is what lies at a place, but for its regions; of cases those that a scope sees.
func (m *Map) At(at crs.WGS84, reach float64, sees actor.Scope) Here {
	h := Here{Seen: m.Seen().String()}
	p := orb.Point{at.Lon, at.Lat}
	h.Buildings = m.buildingsAt(at)
	h.Facilities = within(m.Facilities.Now(), p, reach, func(f *Facility) bool { return f.State != "removed" }, func(o *live.Object[Facility], metres float64) FoundFacility {
		r := &o.Row
		return FoundFacility{placed(o, r.FID, r.Grid, metres), r.Code, r.Kind, r.Class, r.Name, r.NameEn, r.State}
	})
	h.Cases = within(m.Cases.Now(), p, reach, func(c *Case) bool { return c.Open() && sees.Holds(c.Scope, c.Department) }, func(o *live.Object[Case], metres float64) FoundCase {
		r := &o.Row
		f := FoundCase{placed(o, r.FID, r.Grid, metres), r.Number, r.Category, r.Title, r.TitleEn, cases.State(r.State), r.Urgent, nil}
		if !r.Due.IsZero() {
			f.DueAt = &r.Due
		}
		return f
	})
	h.Services = within(m.Services.Now(), p, serviceReach, func(s *Service) bool { return s.State != "closed" }, func(o *live.Object[Service], metres float64) FoundService {
		r := &o.Row
		return FoundService{placed(o, r.FID, r.Grid, metres), r.Kind, r.Name, r.NameEn, r.State}
	})
	return h
}

// buildingsAt tells the buildings that hold a place, in the order of their numbers.
func (m *Map) buildingsAt(at crs.WGS84) Found[FoundBuilding] {
	f := Found[FoundBuilding]{Items: []FoundBuilding{}}
	if node, ok := lattice.On(at.Lon, at.Lat); ok {
		for s := range m.Buildings.Now().At(node) {
			r := &s.Row
			b := FoundBuilding{ID: uuid.UUID(s.ID), FID: r.FID, Name: r.Name, NameEn: r.NameEn, Use: r.Use, Address: r.Address, GridCode: coded(r.Grid)}
			f.Items = append(f.Items, b)
		}
	}
	slices.SortFunc(f.Items, func(a, b FoundBuilding) int { return cmp.Compare(a.FID, b.FID) })
	f.Beyond = max(len(f.Items)-mostOfAKind, 0)
	f.Items = f.Items[:len(f.Items)-f.Beyond]
	return f
}

// within tells the objects within reach that are to be kept, nearest first, of
// equally near ones the lower id first.
func within[R, T any](layer *live.Points[R], at orb.Point, reach float64, keep func(*R) bool, tell func(*live.Object[R], float64) T) Found[T] {
	type far struct {
		o      *live.Object[R]
		metres float64
	}
	var list []far
	for o, metres := range layer.Circle(at, reach) {
		if keep(&o.Row) {
			list = append(list, far{o, metres})
		}
	}
	slices.SortFunc(list, func(a, b far) int {
		return cmp.Or(cmp.Compare(a.metres, b.metres), bytes.Compare(a.o.ID[:], b.o.ID[:]))
	})
	f := Found[T]{Items: []T{}, Beyond: max(len(list)-mostOfAKind, 0)}
	for _, x := range list[:len(list)-f.Beyond] {
		f.Items = append(f.Items, tell(x.o, x.metres))
	}
	return f
}

func placed[R any](o *live.Object[R], fid int64, grid string, metres float64) Place {
	at := o.At.Point()
	return Place{ID: uuid.UUID(o.ID), FID: fid, Lon: at[0], Lat: at[1], GridCode: coded(grid), Distance: metres}
}

// coded is a code, or nil where there is none.
func coded(code string) *string {
	if code == "" {
		return nil
	}
	return &code
}
