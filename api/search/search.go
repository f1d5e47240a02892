// Package search finds things by what people type: a case's number, a plate's
// code, an address or a name, a coordinate.
//
// The journey of a query: a coordinate or a plate's code is recognised by its
// form and answered at once; everything else is looked for in names and
// addresses, cases only within the reader's sight; regions come from memory.
package search

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/plate"
	"onemap/api/region"
	"onemap/api/web"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// Service searches.
type Service struct {
	Pool    *pgxpool.Pool
	Regions *region.Service
}

// Hit is one thing found.
type Hit struct {
	Type     string      `json:"type" enum:"coordinate,case,facility,region,service,building,place"`
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

type answer struct {
	Body struct {
		Items []Hit `json:"items"`
	}
}

// Routes registers the search.
func Routes(s *web.Server, service *Service) {
	web.Add(s, huma.Operation{OperationID: "search", Method: http.MethodGet, Path: "/api/v1/search", Summary: "Find by case number, plate code, address, name or coordinate", Tags: []string{"map"}, Errors: []int{422}}, service.search)
}

func (s *Service) search(ctx context.Context, q *query) (*answer, error) {
	out := &answer{}
	out.Body.Items = []Hit{}
	text := strings.TrimSpace(q.Text)
	if text == "" {
		return out, nil
	}
	datum, err := crs.ParseName(q.CRS)
	if err != nil {
		var f fault.Fields
		f.Add("query.crs", q.CRS, "%s", err.Error())
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
	for _, kind := range []string{"case", "facility", "region", "place", "building", "service"} {
		if kind == "region" {
			out.Body.Items = append(out.Body.Items, s.regions(text, q.Limit)...)
			continue
		}
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

var escapeLike = strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`)

// each table's own answer to the same question; the shortest match is the nearest.
var statements = map[string]string{
	"facility": `
SELECT 'facility', code, code, CASE WHEN name = '' THEN kind ELSE name END, place, ST_X(point), ST_Y(point) FROM facility
WHERE code = @code OR name ILIKE @like OR name_en ILIKE @like ORDER BY code <> @code, length(name), code LIMIT @limit`,
	"building": `
SELECT 'building', id::text, '', CASE WHEN name = '' THEN address ELSE name END, CASE WHEN name = '' THEN '' ELSE address END, ST_X(point), ST_Y(point) FROM building
WHERE name ILIKE @like OR name_en ILIKE @like OR address ILIKE @like ORDER BY length(name || address), id LIMIT @limit`,
	"service": `
SELECT 'service', id::text, '', CASE WHEN name = '' THEN kind ELSE name END, address, ST_X(point), ST_Y(point) FROM service
WHERE name ILIKE @like OR name_en ILIKE @like OR address ILIKE @like ORDER BY length(name), id LIMIT @limit`,
	"place": `
SELECT DISTINCT ON (length(name), name) 'place', id::text, '', name, '', ST_X(ST_PointOnSurface(geom)), ST_Y(ST_PointOnSurface(geom)) FROM basemap
WHERE layer IN ('road', 'place', 'green', 'water') AND name <> '' AND (name ILIKE @like OR name_en ILIKE @like) ORDER BY length(name), name, id LIMIT @limit`,
}

const caseStatement = `
SELECT 'case', id::text, number, title, place, ST_X(point), ST_Y(point) FROM case_file c
WHERE (number LIKE @like OR title ILIKE @like OR place ILIKE @like) AND %s ORDER BY created_at DESC LIMIT @limit`

func (s *Service) inTables(ctx context.Context, text string, limit int) (map[string][]Hit, error) {
	args := pgx.NamedArgs{"like": "%" + escapeLike.Replace(text) + "%", "code": "", "limit": limit}
	if code, err := plate.Parse(text); err == nil {
		args["code"] = code.Raw()
	}
	batch := &pgx.Batch{}
	found := map[string][]Hit{}
	collect := func(rows pgx.Rows) error {
		list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h Hit, err error) {
			err = row.Scan(&h.Type, &h.ID, &h.Code, &h.Title, &h.Subtitle, &h.Lon, &h.Lat)
			return h, err
		})
		for _, h := range list {
			found[h.Type] = append(found[h.Type], h)
		}
		return err
	}
	for _, sql := range statements {
		batch.Queue(sql, args).Query(collect)
	}
	if scope := actor.From(ctx).Cases(); !scope.Empty() {
		where := scope.Where("c.scope_code", "c.department_code", args)
		batch.Queue(fmt.Sprintf(caseStatement, where), args).Query(collect)
	}
	return found, s.Pool.SendBatch(ctx, batch).Close()
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
