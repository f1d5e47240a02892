package facility

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb/geojson"

	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/plate"
	"onemap/api/web"
)

type nearQuery struct {
	web.NearQuery
	Class string `query:"class" doc:"Only facilities of this class." enum:"waste_bin,guide_sign,bus_stop,postal,phone_booth,seat,mobile_toilet,cycle_parking,cabinet,other"`
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
	web.Add(s, huma.Operation{OperationID: "list-facilities", Method: http.MethodGet, Path: "/api/v1/facilities", Summary: "The facilities nearest to a point, as GeoJSON", Tags: tag, Errors: []int{422}}, service.near)
	web.Add(s, huma.Operation{OperationID: "get-facility", Method: http.MethodGet, Path: "/api/v1/facilities/{code}", Summary: "The facility that carries a plate, as GeoJSON", Tags: tag, Errors: []int{404, 422}}, service.get)
	code := web.InPath("code", "The plate's code; case, dashes and spaces do not matter.")
	web.Describe(s, huma.Operation{
		OperationID: "plate-svg", Method: http.MethodGet, Path: "/api/v1/facilities/{code}/plate.svg", Summary: "The QR plate of a facility as SVG", Tags: tag,
		Parameters: []*huma.Param{code}, Responses: map[string]*huma.Response{"200": web.Bytes("The plate", "image/svg+xml")}, Errors: []int{404, 422},
	})
	size := web.InQuery("size", "Pixels, 512 when not given.", &huma.Schema{Type: huma.TypeInteger, Minimum: new(128.0), Maximum: new(4096.0)})
	web.Describe(s, huma.Operation{
		OperationID: "plate-png", Method: http.MethodGet, Path: "/api/v1/facilities/{code}/plate.png", Summary: "The QR plate of a facility as PNG", Tags: tag,
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
		"place": f.Place, "owner": f.Owner, "maintainer": f.Maintainer, "state": f.State,
		"grid_code": f.GridCode, "scope_code": f.ScopeCode,
	}
	return feature
}

func (h handlers) near(ctx context.Context, q *nearQuery) (*web.CollectionAnswer, error) {
	at, err := q.At()
	if err != nil {
		return nil, err
	}
	rows, err := h.pool.Query(ctx, columns+`, ST_Distance(point::geography, @at::geometry::geography) AS metres
FROM facility WHERE point && ST_Expand(@at::geometry, @dx, @dy) AND state <> 'removed' AND (@class = '' OR class = @class)
  AND ST_DWithin(point::geography, @at::geometry::geography, @radius)
ORDER BY metres LIMIT @limit`, q.Args(at, "class", q.Class))
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

// features are facilities as GeoJSON, each with its number of open cases.
func (h handlers) features(ctx context.Context, list []Facility) ([]*geojson.Feature, error) {
	ids := make([]uuid.UUID, len(list))
	for i, f := range list {
		ids[i] = f.ID
	}
	open, err := h.cases.OpenOfFacilities(ctx, h.pool, ids)
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
	return s.Typed(ctx, s.pool, typed)
}

func (h handlers) get(ctx context.Context, p *codePath) (*web.FeatureAnswer, error) {
	f, err := h.find(ctx, p.Code)
	if err != nil {
		return nil, err
	}
	features, err := h.features(ctx, []Facility{f})
	if err != nil {
		return nil, err
	}
	return web.Feature(features[0])
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
	case s.publicURL != "":
		return s.publicURL
	case web.Secure(c.Request().Context()):
		return "https://" + c.Request().Host
	}
	return "http://" + c.Request().Host
}
