package boot

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"onemap/api/actor"
	"onemap/api/apitest"
)

// public are the operations that answer everybody, and why. All others are
// asked, about a case of street A, by the neighbour's operator.
var public = map[string]string{
	"/api/v1/locate":                         "the tree of regions is public",
	"/api/v1/regions":                        "the tree of regions is public",
	"/api/v1/regions/{code}":                 "the tree of regions is public",
	"/api/v1/facilities":                     "street furniture is public",
	"/api/v1/facilities/{code}":              "street furniture is public",
	"/api/v1/facilities/{code}/plate.svg":    "it hangs on the street",
	"/api/v1/facilities/{code}/plate.png":    "it hangs on the street",
	"/api/v1/facilities/plates.pdf":          "plates hang on the street; who prints them is proven in package facility",
	"/api/v1/services":                       "public services are public",
	"/api/v1/services/{id}":                  "public services are public",
	"/api/v1/buildings/{id}":                 "footprints are on the public map",
	"/api/v1/buildings":                      "footprints are on the public map",
	"/api/v1/buildings/{id}/stack":           "use and tenure of rooms are for all staff; who sees people is proven in package building",
	"/api/v1/plan/options":                   "protected figures within one's sight, proven in package analysis",
	"/api/v1/plan/coverage":                  "protected figures within one's sight, proven in package analysis",
	"/api/v1/plan/coverage.csv":              "protected figures within one's sight, proven in package analysis",
	"/api/v1/plan/coverage.geojson":          "protected figures within one's sight, proven in package analysis",
	"/api/v1/plan/uncovered":                 "for those who see people only, proven in package analysis",
	"/api/v1/dwellings":                      "for those who see people only, proven in package building",
	"/api/v1/dwellings/{id}":                 "for those who see people only, proven in package building",
	"/api/v1/people":                         "for those who work with records, proven in package person",
	"/api/v1/people/{id}":                    "for those who work with records, proven in package person",
	"/api/v1/imports":                        "for registrars and administrators, proven in package transfer",
	"/api/v1/imports/{id}":                   "for registrars and administrators, proven in package transfer",
	"/api/v1/imports/{id}/doubts":            "for registrars and administrators, proven in package transfer",
	"/api/v1/imports/{id}/refused.csv":       "for registrars and administrators, proven in package transfer",
	"/api/v1/import-kinds":                   "names of fields, the same for all",
	"/api/v1/mappings":                       "names of columns, for registrars and administrators",
	"/api/v1/exports/{kind}":                 "for registrars and administrators, proven in package transfer",
	"/api/v1/flows":                          "for those who work with records, proven in package person",
	"/api/v1/organisations":                  "who works where is a register for all staff",
	"/api/v1/organisations/{id}":             "who works where is a register for all staff",
	"/api/v1/categories":                     "what can be reported",
	"/api/v1/accounts":                       "for administrators, proven in package auth",
	"/api/v1/accounts/{id}":                  "for administrators, proven in package auth",
	"/api/v1/accounts/{id}/grants":           "for administrators, proven in package auth",
	"/api/v1/session/deputies":               "oneself",
	"/api/v1/session/sso":                    "the way to the provider of single sign-on",
	"/api/v1/session/sso/return":             "the way back, with the provider's word for who it is",
	"/api/v1/session/sso/leave":              "the way out there",
	"/api/v1/departments":                    "the departments of the city, the same for all staff",
	"/api/v1/demo":                           "empty in a real city",
	"/api/v1/session":                        "oneself",
	"/api/v1/session/ways":                   "what the sign-in page offers everybody",
	"/api/v1/session/security":               "oneself",
	"/api/v1/session/devices":                "oneself",
	"/api/v1/receipts/{receipt}":             "the receipt is a secret that only the reporter holds",
	"/api/v1/receipts/{receipt}/photos/{id}": "the receipt is a secret that only the reporter holds",
	"/tiles":                                 "names of layers",
	"/tiles/{layer}.json":                    "a layer's description holds no object",
	"/tiles/fonts/{stack}/{range}.pbf":       "glyphs",
	"/api/v1/feed":                           "a stream, proven in package feed",
}

// private are the other operations with the query that would show our case.
func (p *program) private() map[string]string {
	id := tile(16, apitest.InGridA)
	return map[string]string{
		"/api/v1/cases":                  "/api/v1/cases?q=" + p.receipt.Number,
		"/api/v1/cases/figures":          "/api/v1/cases/figures",
		"/api/v1/cases/times":            "/api/v1/cases/times",
		"/api/v1/cases/{id}":             "/api/v1/cases/" + p.receipt.ID.String(),
		"/api/v1/photos/{id}":            "/api/v1/photos/" + p.photo + "?size=thumb",
		"/api/v1/search":                 "/api/v1/search?q=" + p.receipt.Number,
		"/tiles/{layer}/{z}/{x}/{y}.mvt": "/tiles/cases/" + id + ".mvt",
	}
}

// tile is the address z/x/y of the tile that holds a point.
func tile(z int, at orb.Point) string {
	t := maptile.At(at, maptile.Zoom(z))
	return fmt.Sprintf("%d/%d/%d", z, t.X, t.Y)
}

func TestTheNeighbourSeesNothing(t *testing.T) {
	t.Parallel()
	p := start(t)
	private := p.private()
	ours, neighbour := p.key(t, actor.Operator, apitest.StreetA), p.key(t, actor.Operator, apitest.StreetB)
	planner := p.key(t, actor.Planner, apitest.CityCode)
	asked := 0
	for path, methods := range p.document(t) {
		if _, ok := methods["get"]; !ok || public[path] != "" {
			continue
		}
		address, ok := private[path]
		if !ok {
			t.Errorf("GET %s is new: say here that it is public and why, or how it would show a case", path)
			continue
		}
		asked++
		if status, body := p.get(t, address, ours); status != 200 || !p.shows(path, body) {
			t.Errorf("GET %s shows our own operator nothing, so it proves nothing: %d %.200s", address, status, body)
		}
		for who, key := range map[string]string{"the neighbour": neighbour, "a planner": planner, "a visitor": ""} {
			status, body := p.get(t, address, key)
			if status >= 500 || (status == 200 || status == 204) && p.shows(path, body) {
				t.Errorf("GET %s shows %s: %d %.200s", address, who, status, body)
			}
			if by := strings.Contains(path, "{id}"); by && who != "a visitor" && status != 404 {
				t.Errorf("GET %s answers %s %d, want 404", address, who, status)
			}
		}
	}
	if asked != len(private) {
		t.Errorf("%d of %d private operations are in the document", asked, len(private))
	}
}

// shows says whether an answer tells of our case.
func (p *program) shows(path string, body []byte) bool {
	switch path {
	case "/api/v1/cases/figures":
		return !bytes.Contains(body, []byte(`"open":0,`))
	case "/api/v1/cases/times":
		return !bytes.Contains(body, []byte(`"first":null`))
	case "/api/v1/photos/{id}":
		return bytes.HasPrefix(body, []byte("\xff\xd8"))
	}
	return bytes.Contains(body, []byte(p.receipt.Number))
}

// The same holds for what changes a case.
func TestTheNeighbourChangesNothing(t *testing.T) {
	t.Parallel()
	p := start(t)
	for who, want := range map[string]int{p.key(t, actor.Operator, apitest.StreetB): 404, p.key(t, actor.Planner, apitest.CityCode): 404, "": 401, p.key(t, actor.Operator, apitest.StreetA): 200} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/api/v1/cases/"+p.receipt.ID.String()+"/steps", strings.NewReader(`{"action":"file"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("If-Match", `"1"`)
		if who != "" {
			r.Header.Set("Authorization", "Bearer "+who)
		}
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = a.Body.Close()
		if a.StatusCode != want {
			t.Errorf("a step: %d, want %d", a.StatusCode, want)
		}
	}
}
