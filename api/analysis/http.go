package analysis

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"onemap/api/actor"
	"onemap/api/web"
)

// Conditional is a question, and the answer one has; it is exported so that its
// parameters are found where it is embedded.
type Conditional struct {
	Asked
	IfNoneMatch string `header:"If-None-Match" doc:"The ETag of an answer one has."`
}

type exported struct {
	Conditional
	Lang string `query:"lang" default:"zh" enum:"zh,en" doc:"The language of the headings."`
}

// answer is a body that was encoded here; it is kept by its reader alone, and
// asked for again each time.
type answer struct {
	Status       int
	ContentType  string `header:"Content-Type"`
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Disposition  string `header:"Content-Disposition"`
	Body         []byte
}

type optionsAnswer struct{ Body *Options }

type missedQuery struct {
	Asked
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"200"`
	Cursor string `query:"cursor"`
}

type missedAnswer struct {
	CacheControl string `header:"Cache-Control"`
	Body         *MissedPage
}

// Routes registers the slice.
func Routes(s *web.Server, service *Service) {
	coverage := s.API.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Coverage](), true, "")
	op := func(id, path, summary string, answer map[string]*huma.MediaType, errors ...int) huma.Operation {
		o := huma.Operation{OperationID: id, Extensions: web.Seen(web.SightPlanning), Method: http.MethodGet, Path: "/api/v1/plan/" + path, Summary: summary, Tags: []string{"plan"}, Security: web.Staff, Errors: errors}
		if answer != nil {
			o.Responses = map[string]*huma.Response{
				"200": {Description: "OK", Content: answer}, "304": {Description: "The answer is still the one with this ETag."},
			}
		}
		return o
	}
	web.Add(s, op("plan-options", "options", "The words a planner's question may be made of", nil, 401, 403), service.options)
	web.Add(s, op("plan-coverage", "coverage", "Who lives out of reach of what", map[string]*huma.MediaType{"application/json": {Schema: coverage}}, 401, 403, 404, 422), service.coverage)
	web.Add(s, op("plan-coverage-csv", "coverage.csv", "The figures of the communities as a table", map[string]*huma.MediaType{"text/csv": {}}, 401, 403, 404, 422), service.csv)
	web.Add(s, op("plan-coverage-geojson", "coverage.geojson", "The cells as GeoJSON", map[string]*huma.MediaType{"application/geo+json": {}}, 401, 403, 404, 422), service.geojson)
	web.Add(s, op("plan-uncovered", "uncovered", "The buildings behind the figures, for those who keep their people's records", nil, 401, 403, 404, 422), service.uncovered)
}

func (s *Service) options(ctx context.Context, _ *struct{}) (*optionsAnswer, error) {
	o, err := s.Options(ctx)
	return &optionsAnswer{Body: o}, err
}

// encoded answers with what encode makes, or with 304.
func (s *Service) encoded(ctx context.Context, q Conditional, form, media, file string, encode func(*Coverage) ([]byte, error)) (*answer, error) {
	a, mark, err := s.ask(ctx, q.Asked)
	if err != nil {
		return nil, err
	}
	out := &answer{Status: http.StatusOK, ContentType: media, ETag: mark[:len(mark)-1] + form + `"`, CacheControl: "private, no-cache"}
	if q.IfNoneMatch == out.ETag {
		out.Status, out.ContentType = http.StatusNotModified, ""
		return out, nil
	}
	c := a.answer()
	c.MayList = !actor.From(ctx).People().Empty()
	if file != "" {
		out.Disposition = `attachment; filename="` + file + `"`
	}
	out.Body, err = encode(c)
	return out, err
}

func (s *Service) coverage(ctx context.Context, q *Conditional) (*answer, error) {
	list := ""
	if !actor.From(ctx).People().Empty() {
		list = "l"
	}
	return s.encoded(ctx, *q, list, "application/json", "", func(c *Coverage) ([]byte, error) { return json.Marshal(c) })
}

func (s *Service) csv(ctx context.Context, q *exported) (*answer, error) {
	return s.encoded(ctx, q.Conditional, "c"+q.Lang, "text/csv; charset=utf-8", "coverage.csv", func(c *Coverage) ([]byte, error) { return table(c, q.Lang) })
}

func (s *Service) geojson(ctx context.Context, q *exported) (*answer, error) {
	return s.encoded(ctx, q.Conditional, "g", "application/geo+json", "coverage.geojson", cellsAlone)
}

func (s *Service) uncovered(ctx context.Context, q *missedQuery) (*missedAnswer, error) {
	page, err := s.Uncovered(ctx, q.Asked, q.Limit, q.Cursor)
	return &missedAnswer{CacheControl: "no-store", Body: page}, err
}
