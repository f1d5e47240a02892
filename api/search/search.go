// Package search finds things by what people type: a case's number, a plate's
// code, the code of another department's grid, an address or a name, a coordinate.
//
// The journey of a query: a coordinate or a plate's code is recognised by its
// form and answered at once; everything else is cut into lexemes (api/find) that
// each table answers from its index, cases only within the reader's sight; the
// few rows that come back are looked at again and ranked; regions come from
// memory.
package search

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/audit"
	"onemap/api/fault"
	"onemap/api/person"
	"onemap/api/region"
	"onemap/api/web"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// Service searches.
type Service struct {
	Pool    *pgxpool.Pool
	Regions *region.Service
	People  *person.Service
}

// Hit is one thing found.
type Hit struct {
	Type     string      `json:"type" enum:"coordinate,case,facility,region,cell,service,building,organisation,place,address,person"`
	ID       string      `json:"id"`
	Code     string      `json:"code"`
	Title    string      `json:"title"`
	Subtitle string      `json:"subtitle"`
	Lon      float64     `json:"lon"`
	Lat      float64     `json:"lat"`
	BBox     *[4]float64 `json:"bbox,omitempty" doc:"West, south, east, north."`
}

type query struct {
	Text  string `query:"q" required:"true" minLength:"1" maxLength:"100"`
	CRS   string `query:"crs" default:"wgs84" doc:"The datum of a coordinate."`
	Limit int    `query:"limit" default:"10" minimum:"1" maximum:"50" doc:"Of each type."`
}

// Posted is the same question in a body: what is typed may be somebody's name,
// which never stands in an address line.
type Posted struct {
	Text  string `json:"q" minLength:"1" maxLength:"100"`
	CRS   string `json:"crs,omitempty" default:"wgs84" doc:"The datum of a coordinate."`
	Limit int    `json:"limit,omitempty" default:"10" minimum:"1" maximum:"50" doc:"Of each type."`
}

type posted struct {
	Body Posted
}

type answer struct {
	Body struct {
		Items []Hit `json:"items"`
	}
}

// Routes registers the search.
func Routes(s *web.Server, service *Service) {
	web.Add(s, huma.Operation{OperationID: "search", Extensions: web.Seen(web.SightCases), Method: http.MethodGet, Path: "/api/v1/search", Summary: "Find by case number, plate code, address, name or coordinate", Tags: []string{"map"}, Errors: []int{422}}, service.get)
	web.Add(s, huma.Operation{
		OperationID: "search-all", Extensions: web.SeenAudited(web.SightCases, web.AuditReading), Method: http.MethodPost, Path: "/api/v1/search", DefaultStatus: http.StatusOK,
		Summary: "The same, and rooms and people for those who may see them", Tags: []string{"map"}, Errors: []int{422},
	}, service.post)
}

func (s *Service) get(ctx context.Context, q *query) (*answer, error) {
	return s.search(ctx, "query", Posted(*q), false)
}

func (s *Service) post(ctx context.Context, q *posted) (*answer, error) {
	return s.search(ctx, "body", q.Body, true)
}

func (s *Service) search(ctx context.Context, where string, q Posted, private bool) (*answer, error) {
	out := &answer{}
	out.Body.Items = []Hit{}
	text := strings.TrimSpace(q.Text)
	if text == "" {
		return out, nil
	}
	datum, err := crs.ParseName(q.CRS)
	if err != nil {
		var f fault.Fields
		f.Add(where+".crs", q.CRS, "%s", err.Error())
		return nil, f.Err("search.crs")
	}
	if hit, ok := coordinate(text, datum); ok {
		out.Body.Items = append(out.Body.Items, hit)
		return out, nil
	}
	found, err := s.inTables(ctx, text, q.Limit)
	if err != nil {
		return nil, err
	}
	found["region"] = s.regions(text, q.Limit)
	if private {
		if found["address"], err = s.rooms(ctx, text, q.Limit); err != nil {
			return nil, err
		}
		if found["person"], err = s.people(ctx, text, q.Limit); err != nil {
			return nil, err
		}
		if n := len(found["person"]); n > 0 {
			audit.Count(ctx, "person", int64(n), "q")
		}
	}
	for _, kind := range []string{"case", "facility", "region", "cell", "place", "address", "building", "service", "organisation", "person"} {
		out.Body.Items = append(out.Body.Items, found[kind]...)
	}
	return out, nil
}

var pair = regexp.MustCompile(`^\s*(-?\d{1,3}(?:\.\d+)?)\s*[,，\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$`)

// coordinate recognises "113.31,23.41" (lon, lat), in the datum named.
func coordinate(text string, datum crs.Name) (Hit, bool) {
	m := pair.FindStringSubmatch(text)
	if m == nil {
		return Hit{}, false
	}
	x, _ := strconv.ParseFloat(m[1], 64) // the pattern allows numbers only
	y, _ := strconv.ParseFloat(m[2], 64)
	at, err := datum.WGS84(x, y)
	if err != nil {
		return Hit{}, false
	}
	return Hit{Type: "coordinate", ID: text, Title: fmt.Sprintf("%.6f, %.6f", at.Lon, at.Lat), Subtitle: strings.ToUpper(string(datum)), Lon: at.Lon, Lat: at.Lat}, true
}

func (s *Service) regions(text string, limit int) []Hit {
	var hits []Hit
	ix := s.Regions.Index()
	for _, level := range grid.Levels() {
		for _, r := range ix.AtLevel(level) {
			if len(hits) == limit {
				return hits
			}
			if string(r.Code) == text || strings.Contains(r.Name, text) || r.NameEn != "" && strings.Contains(strings.ToLower(r.NameEn), strings.ToLower(text)) {
				c := r.Bound.Center()
				hits = append(hits, Hit{
					Type: "region", ID: string(r.Code), Code: string(r.Code), Title: r.Name, Subtitle: string(r.Level), Lon: c[0], Lat: c[1],
					BBox: &[4]float64{r.Bound.Min[0], r.Bound.Min[1], r.Bound.Max[0], r.Bound.Max[1]},
				})
			}
		}
	}
	return hits
}
