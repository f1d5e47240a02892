package boot

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// undescribed are the routes that are no part of the API.
var undescribed = regexp.MustCompile(`^/($|command|report|q/|r/|assets/|favicon|healthz|readyz|metrics|docs|openapi)`)

func TestEveryRouteIsDescribed(t *testing.T) {
	t.Parallel()
	p := start(t)
	paths := p.document(t)
	braces := regexp.MustCompile(`:(\w+)`)
	for _, route := range p.server.web.Echo.Routes() {
		if undescribed.MatchString(route.Path) || route.Method == "HEAD" || strings.HasPrefix(route.Method, "echo_") {
			continue
		}
		path := braces.ReplaceAllString(route.Path, "{$1}")
		switch path { // a route of the tiles takes the name of the file as one parameter
		case "/tiles/{file}":
			path = "/tiles/{layer}.json"
		case "/tiles/fonts/{stack}/{range}":
			path += ".pbf"
		case "/tiles/{layer}/{z}/{x}/{y}":
			path += ".mvt"
		}
		if _, ok := paths[path][strings.ToLower(route.Method)]; !ok {
			t.Errorf("%s %s is not in the OpenAPI document", route.Method, path)
		}
	}
}

func TestTheDocumentIsValid(t *testing.T) {
	t.Parallel()
	p := start(t)
	_, b := p.get(t, "/openapi-3.0.json", "")
	doc, err := openapi3.NewLoader().LoadFromData(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	ids := map[string]string{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if other := ids[op.OperationID]; other != "" || op.OperationID == "" {
				t.Errorf("%s %s has the operation id %q of %s", method, path, op.OperationID, other)
			}
			ids[op.OperationID] = method + " " + path
			if op.Summary == "" || len(op.Tags) == 0 {
				t.Errorf("%s %s says too little", method, path)
			}
		}
	}
	names := make([]string, 0, len(doc.Components.Schemas))
	for name := range doc.Components.Schemas {
		names = append(names, name)
	}
	for _, want := range []string{"Feature", "FeatureCollection", "Problem"} {
		if !slices.Contains(names, want) {
			t.Errorf("no schema %s among %v", want, names)
		}
	}
	answer := doc.Paths.Value("/api/v1/facilities").Get.Responses.Value("200").Value.Content["application/geo+json"]
	if answer == nil || answer.Schema.Ref != "#/components/schemas/FeatureCollection" {
		t.Errorf("facilities answer %+v", answer)
	}
}

// What the map objects' operations send is what the document says.
func TestGeoJSONIsAsDescribed(t *testing.T) {
	t.Parallel()
	p := start(t)
	_, b := p.get(t, "/openapi-3.0.json", "")
	doc, err := openapi3.NewLoader().LoadFromData(b)
	if err != nil {
		t.Fatal(err)
	}
	for path, schema := range map[string]string{
		"/api/v1/facilities?near=113.3025,23.405&radius=1000": "FeatureCollection",
		"/api/v1/facilities?near=113.3425,23.405&radius=1":    "FeatureCollection",
		"/api/v1/services?near=113.3025,23.405":               "FeatureCollection",
		"/api/v1/facilities/" + p.facility.Code.String():      "Feature",
		"/api/v1/services/" + p.service:                       "Feature",
		"/api/v1/buildings/" + p.building:                     "Feature",
		"/api/v1/regions/9901":                                "Feature",
		"/api/v1/cases/nowhere":                               "Problem",
	} {
		_, body := p.get(t, path, "")
		var value any
		if err := json.Unmarshal(body, &value); err != nil {
			t.Errorf("%s: %v: %s", path, err, body)
			continue
		}
		if err := doc.Components.Schemas[schema].Value.VisitJSON(value); err != nil {
			t.Errorf("%s is no %s: %v", path, schema, err)
		}
	}
}
