package web

import (
	"cmp"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb/geojson"

	"onemap/api/fault"
	"onemap/geo/crs"
)

// FeatureAnswer is one map object as GeoJSON, WGS84, lon before lat. The body
// is encoded already and goes out as it is.
type FeatureAnswer struct {
	ContentType string `header:"Content-Type"`
	ETag        string `header:"ETag"` // of what can be changed
	Body        []byte
}

// CollectionAnswer is map objects as GeoJSON.
type CollectionAnswer struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

const geoType = "application/geo+json"

// Feature answers one feature.
func Feature(f *geojson.Feature) (*FeatureAnswer, error) {
	body, err := f.MarshalJSON()
	return &FeatureAnswer{ContentType: geoType, Body: body}, err
}

// Collection answers features; none is an empty list.
func Collection(features []*geojson.Feature) (*CollectionAnswer, error) {
	c := geojson.NewFeatureCollection()
	c.Features = append(c.Features, features...)
	body, err := c.MarshalJSON()
	return &CollectionAnswer{ContentType: geoType, Body: body}, err
}

// CollectionPage answers a page of a list; next is its cursor, empty at the end.
func CollectionPage(features []*geojson.Feature, next string) (*CollectionAnswer, error) {
	c := geojson.NewFeatureCollection()
	c.Features = append(c.Features, features...)
	c.ExtraMembers = geojson.Properties{"next": next}
	body, err := c.MarshalJSON()
	return &CollectionAnswer{ContentType: geoType, Body: body}, err
}

// geometry, feature and featureCollection are what the answers are
// in the OpenAPI document (RFC 7946).
type geometry struct {
	Type        string `json:"type" enum:"Point,MultiPoint,LineString,MultiLineString,Polygon,MultiPolygon"`
	Coordinates []any  `json:"coordinates" doc:"Positions as lon, lat in WGS84, nested as the type says."`
}

type feature struct {
	Type       string     `json:"type" enum:"Feature"`
	ID         string     `json:"id"`
	Geometry   geometry   `json:"geometry"`
	Properties properties `json:"properties"`
}

// properties differ by what the feature is; any of them may be null.
type properties map[string]any

// Schema is an object of anything.
func (properties) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true}
}

type featureCollection struct {
	Type     string    `json:"type" enum:"FeatureCollection"`
	Features []feature `json:"features"`
	Next     string    `json:"next,omitempty" doc:"The cursor of the next page of a list; empty at the end."`
}

func (*FeatureAnswer) describe(op *huma.Operation, r huma.Registry) {
	describeGeoJSON(op, r.Schema(reflect.TypeFor[feature](), true, ""))
}

func (*CollectionAnswer) describe(op *huma.Operation, r huma.Registry) {
	describeGeoJSON(op, r.Schema(reflect.TypeFor[featureCollection](), true, ""))
}

func describeGeoJSON(op *huma.Operation, schema *huma.Schema) {
	op.Responses = map[string]*huma.Response{"200": {
		Description: "OK", Content: map[string]*huma.MediaType{geoType: {Schema: schema}},
	}}
}

// Point reads a point in a named datum: the one place where the sender's datum
// becomes WGS84. prefix is where the fields are ("query.", "body.").
func Point(datum string, x, y float64, prefix string) (crs.WGS84, crs.Name, error) {
	var f fault.Fields
	name, err := crs.ParseName(datum)
	if err != nil {
		f.Add(prefix+"crs", datum, "%s", err.Error())
		return crs.WGS84{}, name, f.Err("point.crs")
	}
	at, err := name.WGS84(x, y)
	if err != nil {
		f.Add(prefix+"lon", []float64{x, y}, "%s", err.Error())
		return at, name, f.Err("point.range")
	}
	return at, name, nil
}

// NearQuery asks for what lies nearest to a point; without one for a list.
type NearQuery struct {
	Near   string  `query:"near" example:"113.31,23.41" doc:"lon,lat in the datum of crs."`
	CRS    string  `query:"crs" default:"wgs84" doc:"The datum of near: wgs84, cgcs2000, gcj02, bd09."`
	Limit  int     `query:"limit" default:"20" minimum:"1" maximum:"200"`
	Radius float64 `query:"radius" default:"500" minimum:"1" maximum:"20000" doc:"Metres."`
}

// At is the point in WGS84.
func (q NearQuery) At() (crs.WGS84, error) {
	x, y, ok := strings.Cut(q.Near, ",")
	lon, errX := strconv.ParseFloat(strings.TrimSpace(x), 64)
	lat, errY := strconv.ParseFloat(strings.TrimSpace(y), 64)
	if !ok || errX != nil || errY != nil {
		var f fault.Fields
		f.Add("query.near", q.Near, "two numbers as lon,lat")
		return crs.WGS84{}, f.Err("point.near")
	}
	at, _, err := Point(q.CRS, lon, lat, "query.near/")
	return at, err
}

// Args are the parameters of a nearest query: @at, @radius in metres, @dx and
// @dy the same in degrees (rounded up) for the index, @limit, and one more pair.
func (q NearQuery) Args(at crs.WGS84, name string, value any) pgx.NamedArgs {
	const metresPerDegree = 110574.0 // of latitude at the equator, where it is least
	dy := q.Radius / metresPerDegree
	dx := dy * 1.01 / max(math.Cos(at.Lat*math.Pi/180), 1e-6)
	return pgx.NamedArgs{"at": at.Point(), "radius": q.Radius, "dx": min(dx, 360), "dy": dy, "limit": q.Limit, name: value}
}

// Nearest answers features ordered by their distance_m.
func Nearest(features []*geojson.Feature) (*CollectionAnswer, error) {
	slices.SortStableFunc(features, func(a, b *geojson.Feature) int {
		return cmp.Compare(a.Properties["distance_m"].(float64), b.Properties["distance_m"].(float64))
	})
	for _, f := range features {
		f.Properties["distance_m"] = math.Round(f.Properties["distance_m"].(float64)*10) / 10
	}
	return Collection(features)
}
