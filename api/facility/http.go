package facility

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb/geojson"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/find"
	"onemap/api/pg"
	"onemap/api/plate"
	"onemap/api/web"
)

type listIn struct {
	web.NearQuery
	Class  string `query:"class" doc:"Only facilities of this class." enum:"waste_bin,guide_sign,bus_stop,postal,phone_booth,seat,mobile_toilet,cycle_parking,cabinet,other"`
	Kind   string `query:"kind" maxLength:"40" doc:"Only facilities of this kind."`
	State  string `query:"state" doc:"Only facilities in this state." enum:"intact,damaged,lost,abandoned,removed"`
	Q      string `query:"q" maxLength:"100" doc:"Words, pinyin initials or the beginning of a word, in name, kind, place or plate."`
	Region string `query:"region" maxLength:"15" pattern:"^[0-9]*$" doc:"A region code."`
	Cursor string `query:"cursor" maxLength:"40" doc:"next of the page before."`
}

type addIn struct {
	Key  string `header:"Idempotency-Key" maxLength:"64" doc:"Made once for a facility and sent again with each retry."`
	Body Entry
}

type editIn struct {
	Code    string `path:"code" maxLength:"64" doc:"The plate's code, ours or another system's."`
	IfMatch string `header:"If-Match" doc:"The ETag of the facility as you saw it."`
	Body    Edit
}

type codePath struct {
	Code string `path:"code" maxLength:"64" doc:"The plate's code, ours or another system's; of ours case, dashes and spaces do not matter."`
}

// Cases counts the cases of facilities on which somebody still has to act;
// anybody may know the number, so that nobody reports twice.
type Cases interface {
	OpenOfFacilities(ctx context.Context, q pg.Querier, ids []uuid.UUID) (map[uuid.UUID]int, error)
}

type handlers struct {
	*Service
	cases Cases
}

// Routes registers the slice.
func Routes(s *web.Server, slice *Service, cases Cases) {
	service := handlers{slice, cases}
	tag := []string{"map"}
	web.Add(s, huma.Operation{OperationID: "list-facilities", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: "/api/v1/facilities", Summary: "The facilities nearest to a point, or those that hold words, as GeoJSON", Tags: tag, Errors: []int{422}}, service.list)
	web.Add(s, huma.Operation{OperationID: "add-facility", Extensions: web.Seen(web.SightRegister), Method: http.MethodPost, Path: "/api/v1/facilities", Summary: "Add a facility; it gets a plate", Tags: []string{"registry"}, Security: web.Staff, DefaultStatus: http.StatusCreated, Errors: []int{401, 403, 409, 422}}, service.add)
	web.Add(s, huma.Operation{OperationID: "edit-facility", Extensions: web.Seen(web.SightRegister), Method: http.MethodPatch, Path: "/api/v1/facilities/{code}", Summary: "Change what is known of a facility, its state or its place", Tags: []string{"registry"}, Security: web.Staff, Errors: []int{401, 403, 404, 409, 412, 422, 428}}, service.edit)
	web.Add(s, huma.Operation{OperationID: "get-facility", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: "/api/v1/facilities/{code}", Summary: "The facility that carries a plate, as GeoJSON", Tags: tag, Errors: []int{404, 422}}, service.get)
	code := web.InPath("code", "The plate's code; case, dashes and spaces do not matter.")
	web.Describe(s, huma.Operation{
		OperationID: "plate-svg", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: "/api/v1/facilities/{code}/plate.svg", Summary: "The QR plate of a facility as SVG", Tags: tag,
		Parameters: []*huma.Param{code}, Responses: map[string]*huma.Response{"200": web.Bytes("The plate", "image/svg+xml")}, Errors: []int{404, 422},
	})
	size := web.InQuery("size", "Pixels, 512 when not given.", &huma.Schema{Type: huma.TypeInteger, Minimum: new(128.0), Maximum: new(4096.0)})
	web.Describe(s, huma.Operation{
		OperationID: "plate-png", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: "/api/v1/facilities/{code}/plate.png", Summary: "The QR plate of a facility as PNG", Tags: tag,
		Parameters: []*huma.Param{code, size}, Responses: map[string]*huma.Response{"200": web.Bytes("The plate", "image/png")}, Errors: []int{404, 422},
	})
	describeSheet(s, tag)
	s.Echo.GET("/api/v1/facilities/plates.pdf", service.sheetPDF)
	s.Echo.GET("/api/v1/facilities/:code/plate.svg", service.plateSVG)
	s.Echo.GET("/api/v1/facilities/:code/plate.png", service.platePNG)
}

// Feature is a facility as GeoJSON.
func (f Facility) Feature() *geojson.Feature {
	zh, en := f.Title()
	feature := geojson.NewFeature(f.Point)
	feature.ID = f.Code.Raw()
	feature.Properties = geojson.Properties{
		"id": f.ID.String(), "code": f.Code.Raw(), "kind": f.Kind, "class": f.Class, "name": zh, "name_en": en,
		"class_name": ClassNames[f.Class][0], "class_name_en": ClassNames[f.Class][1],
		"place": f.Place, "owner": f.Owner, "maintainer": f.Maintainer, "purpose": f.Purpose, "department": f.Department, "state": f.State,
		"installed_on": dayOf(f.InstalledOn), "grid_code": f.GridCode, "scope_code": f.ScopeCode, "rev": f.Rev,
	}
	return feature
}

// dayOf is a day as the calendar says it, or nil.
func dayOf(t *time.Time) any {
	if t == nil {
		return nil
	}
	return t.Format(time.DateOnly)
}

func (h handlers) list(ctx context.Context, q *listIn) (*web.CollectionAnswer, error) {
	if _, ok := Kinds[q.Kind]; !ok && q.Kind != "" {
		var f fault.Fields
		f.Add("query.kind", q.Kind, "one of %s", strings.Join(slices.Sorted(maps.Keys(Kinds)), ", "))
		return nil, f.Err("facility.kind")
	}
	if q.Near != "" {
		return h.near(ctx, q)
	}
	after, err := (web.ListQuery{Cursor: q.Cursor}).After()
	if err != nil {
		return nil, err
	}
	args := pgx.NamedArgs{"class": q.Class, "kind": q.Kind, "state": q.State, "words": find.Query(q.Q)}
	where := " FROM facility WHERE (@class = '' OR class = @class) AND (@kind = '' OR kind = @kind) AND (@state = '' OR state = @state) AND " + actor.Within("scope_code", q.Region, "region", args)
	if args["words"] != "" {
		where += " AND words @@ @words::tsquery"
	}
	fetch := func(after uuid.UUID, limit int) ([]Facility, error) {
		args["after"], args["limit"] = after, limit
		rows, err := h.Pool.Query(ctx, columns+", 0::float8"+where+" AND id > @after ORDER BY id LIMIT @limit", args)
		if err != nil {
			return nil, fmt.Errorf("facilities: %w", err)
		}
		return pgx.CollectRows(rows, scan)
	}
	items, next, err := find.Page(after, q.Limit, fetch, func(f Facility) uuid.UUID { return f.ID }, func(f Facility) bool {
		return find.Matches(q.Q, searched.Texts([]string{f.Name, f.NameEn, f.Place, f.Code.Raw(), f.Kind})...)
	})
	if err != nil {
		return nil, err
	}
	features, err := h.features(ctx, items)
	if err != nil {
		return nil, err
	}
	return web.CollectionPage(features, web.Next(next))
}

func (h handlers) near(ctx context.Context, q *listIn) (*web.CollectionAnswer, error) {
	at, err := q.At()
	if err != nil {
		return nil, err
	}
	args := q.Args(at, "class", q.Class)
	args["kind"], args["state"] = q.Kind, q.State
	rows, err := h.Pool.Query(ctx, columns+`, ST_Distance(point::geography, @at::geometry::geography) AS metres
FROM facility WHERE point && ST_Expand(@at::geometry, @dx, @dy) AND (@state = '' AND state <> 'removed' OR state = @state) AND (@class = '' OR class = @class)
  AND (@kind = '' OR kind = @kind) AND ST_DWithin(point::geography, @at::geometry::geography, @radius)
ORDER BY metres LIMIT @limit`, args)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, err
	}
	features, err := h.features(ctx, list)
	if err != nil {
		return nil, err
	}
	for i, f := range list {
		features[i].Properties["distance_m"] = f.MetresFromAsk
	}
	return web.Nearest(features)
}

func (h handlers) add(ctx context.Context, in *addIn) (*web.FeatureAnswer, error) {
	f, err := h.Add(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, f)
}

func (h handlers) edit(ctx context.Context, in *editIn) (*web.FeatureAnswer, error) {
	if _, err := web.SignedIn(ctx); err != nil {
		return nil, err
	}
	had, err := h.find(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	rev, err := web.Revision(in.IfMatch, "facility")
	if err != nil {
		return nil, err
	}
	f, err := h.Edit(ctx, had.ID, rev, in.Body)
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, f)
}

// features are facilities as GeoJSON, each with its number of open cases.
func (h handlers) features(ctx context.Context, list []Facility) ([]*geojson.Feature, error) {
	ids := make([]uuid.UUID, len(list))
	for i, f := range list {
		ids[i] = f.ID
	}
	open, err := h.cases.OpenOfFacilities(ctx, h.Pool, ids)
	if err != nil {
		return nil, err
	}
	features := make([]*geojson.Feature, len(list))
	for i, f := range list {
		features[i] = f.Feature()
		features[i].Properties["open_cases"] = open[f.ID]
	}
	return features, nil
}

// find reads the code as people type it.
func (s *Service) find(ctx context.Context, typed string) (Facility, error) {
	return s.Typed(ctx, s.Pool, typed)
}

func (h handlers) get(ctx context.Context, p *codePath) (*web.FeatureAnswer, error) {
	f, err := h.find(ctx, p.Code)
	if err != nil {
		return nil, err
	}
	return h.answer(ctx, f)
}

// answer is one facility with its open cases and what standards call it.
func (h handlers) answer(ctx context.Context, f Facility) (*web.FeatureAnswer, error) {
	features, err := h.features(ctx, []Facility{f})
	if err != nil {
		return nil, err
	}
	codes, err := codesOf(ctx, h.Pool, []uuid.UUID{f.ID})
	if err != nil {
		return nil, err
	}
	standard := codes[f.ID]
	if standard == nil {
		standard = Codes{}
	}
	features[0].Properties["standard_codes"] = standard
	answer, err := web.Feature(features[0])
	if err == nil {
		answer.ETag = web.ETag(f.Rev)
	}
	return answer, err
}

func (s *Service) plateSVG(c echo.Context) error {
	f, err := s.find(c.Request().Context(), c.Param("code"))
	if err != nil {
		return err
	}
	svg, err := plate.SVG(s.plateURL(c, f.Code), f.Code.String())
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "image/svg+xml", svg)
}

func (s *Service) platePNG(c echo.Context) error {
	size := 512
	if q := c.QueryParam("size"); q != "" {
		n, err := strconv.Atoi(q)
		if err != nil || n < 128 || n > 4096 {
			var f fault.Fields
			f.Add("query.size", q, "pixels, from 128 to 4096")
			return f.Err("plate.size")
		}
		size = n
	}
	f, err := s.find(c.Request().Context(), c.Param("code"))
	if err != nil {
		return err
	}
	png, err := plate.PNG(s.plateURL(c, f.Code), f.Code.String(), size)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "image/png", png)
}

// plateURL is the address a plate carries.
func (s *Service) plateURL(c echo.Context, code plate.Code) string {
	return strings.TrimSuffix(s.base(c), "/") + "/q/" + code.Raw()
}

// base is the city's public address, or this server's own where none is set.
func (s *Service) base(c echo.Context) string {
	switch {
	case s.PublicURL != "":
		return s.PublicURL
	case web.Secure(c.Request().Context()):
		return "https://" + c.Request().Host
	}
	return "http://" + c.Request().Host
}
