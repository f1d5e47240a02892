package region

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"onemap/api/fault"
	"onemap/api/web"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// Link is one region of a chain from the city down.
type Link struct {
	Code   string `json:"code" example:"990101001001003"`
	Level  string `json:"level" enum:"city,district,street,community,grid"`
	Name   string `json:"name"`
	NameEn string `json:"name_en"`
}

// Chain names the regions from the city down to a code.
func (s *Service) Chain(code string) []Link {
	links := []Link{}
	for _, ref := range s.Index().Chain(grid.Code(code)) {
		links = append(links, Link{string(ref.Code), string(ref.Level), ref.Name, ref.NameEn})
	}
	return links
}

// Given is a point as the sender gave it.
type Given struct {
	CRS string  `json:"crs"`
	X   float64 `json:"x"`
	Y   float64 `json:"y"`
}

type locateQuery struct {
	Lon float64 `query:"lon" required:"true" doc:"Longitude, or easting."`
	Lat float64 `query:"lat" required:"true" doc:"Latitude, or northing."`
	CRS string  `query:"crs" default:"wgs84" doc:"The datum of lon and lat: wgs84, cgcs2000, gcj02, bd09, epsg:4326, epsg:4490, epsg:3857."`
}

// Location is where a point is.
type Location struct {
	Lon       float64 `json:"lon" doc:"WGS84."`
	Lat       float64 `json:"lat" doc:"WGS84."`
	Given     Given   `json:"given"`
	Outside   bool    `json:"outside" doc:"No region holds the point."`
	GridCode  *string `json:"grid_code" doc:"The one grid that holds the point, or null."`
	ScopeCode string  `json:"scope_code" doc:"The deepest region that holds the point; just outside, the nearest city."`
	Edition   int64   `json:"edition" doc:"The edition of the polygons that answered."`
	Chain     []Link  `json:"chain"`
}

type locateAnswer struct{ Body Location }

type listQuery struct {
	Parent string `query:"parent" doc:"Regions right under this code." pattern:"^[0-9]{4,12}$"`
	Level  string `query:"level" doc:"All regions of a level; without parent and level: the cities." enum:"city,district,street,community,grid"`
}

// Row is a region in a list.
type Row struct {
	Link
	Parent string     `json:"parent"`
	BBox   [4]float64 `json:"bbox" doc:"West, south, east, north; WGS84."`
}

type listAnswer struct {
	Body struct {
		Items []Row `json:"items"`
	}
}

type codePath struct {
	Code string `path:"code" pattern:"^[0-9]{4,15}$"`
}

// Routes registers the slice.
func Routes(s *web.Server, service *Service) {
	tag := []string{"regions"}
	web.Add(s, huma.Operation{OperationID: "locate", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: "/api/v1/locate", Summary: "Where a point is: city, district, street, community, grid", Tags: tag, Errors: []int{422}}, service.locate)
	web.Add(s, huma.Operation{OperationID: "list-regions", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: "/api/v1/regions", Summary: "Regions of a level or under a region", Tags: tag, Errors: []int{422}}, service.list)
	draftRoutes(s, service)
	cutRoutes(s, service)
	web.Add(s, huma.Operation{OperationID: "get-region", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: "/api/v1/regions/{code}", Summary: "A region with its polygon, as GeoJSON", Tags: tag, Errors: []int{404, 422}}, service.get)
	web.Add(s, huma.Operation{OperationID: "list-region-parts", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: "/api/v1/regions/{code}/parts", Summary: "Regions under a region with their polygons, as GeoJSON; for low zooms simplified, with neighbours still sharing their borders", Tags: tag, Errors: []int{404, 422}}, service.parts)
	manage := web.Seen(web.SightManage)
	web.Add(s, huma.Operation{OperationID: "list-region-findings", Extensions: manage, Method: http.MethodGet, Path: "/api/v1/regions/{code}/findings", Summary: "Where the regions right under a region do not cover it: gaps, overlaps and other faults, as GeoJSON", Tags: tag, Security: web.Staff, Errors: []int{401, 404, 422}}, service.listFindings)
	web.Add(s, huma.Operation{OperationID: "list-region-proposals", Extensions: manage, Method: http.MethodGet, Path: "/api/v1/regions/{code}/proposals", Summary: "How these faults could be mended: each proposal with the polygons before and after it. Nothing is changed", Tags: tag, Security: web.Staff, Errors: []int{401, 404, 422}}, service.listProposals)
}

func (s *Service) locate(_ context.Context, q *locateQuery) (*locateAnswer, error) {
	at, name, err := web.Point(q.CRS, q.Lon, q.Lat, "query.")
	if err != nil {
		return nil, err
	}
	return &locateAnswer{Body: s.Locate(at, Given{string(name), q.Lon, q.Lat})}, nil
}

// Locate answers where a WGS84 point is.
func (s *Service) Locate(at crs.WGS84, given Given) Location {
	ix := s.Index()
	p := ix.Locate(at)
	l := Location{Lon: at.Lon, Lat: at.Lat, Given: given, Outside: p.Outside, ScopeCode: string(p.Scope), Edition: p.Edition, Chain: []Link{}}
	if p.Grid != "" {
		g := string(p.Grid)
		l.GridCode = &g
	}
	if !p.Outside {
		l.Chain = s.Chain(string(p.Scope))
	}
	return l
}

func (s *Service) list(_ context.Context, q *listQuery) (*listAnswer, error) {
	ix := s.Index()
	refs := ix.Cities()
	switch {
	case q.Parent != "" && q.Level != "":
		refs = nil
		for _, ref := range ix.AtLevel(grid.Level(q.Level)) {
			if ref.Code.Within(grid.Code(q.Parent)) {
				refs = append(refs, ref)
			}
		}
	case q.Parent != "":
		refs = ix.Children(grid.Code(q.Parent))
	case q.Level != "":
		refs = ix.AtLevel(grid.Level(q.Level))
	}
	out := &listAnswer{}
	out.Body.Items = make([]Row, len(refs))
	for i, r := range refs {
		out.Body.Items[i] = Row{
			Link:   Link{string(r.Code), string(r.Level), r.Name, r.NameEn},
			Parent: string(r.Code.Parent()),
			BBox:   [4]float64{r.Bound.Min[0], r.Bound.Min[1], r.Bound.Max[0], r.Bound.Max[1]},
		}
	}
	return out, nil
}

func (s *Service) get(_ context.Context, q *codePath) (*web.FeatureAnswer, error) {
	r, ok := s.Index().Region(grid.Code(q.Code))
	if !ok {
		return nil, fault.Missing("region")
	}
	return web.Feature(feature(r))
}
