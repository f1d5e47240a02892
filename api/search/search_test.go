package search_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/building"
	"onemap/api/crosswalk"
	"onemap/api/link"
	"onemap/api/person"
	"onemap/api/search"
	"onemap/api/service"
	"onemap/api/web"
)

type finder struct {
	*apitest.City
	*httptest.Server
}

func newFinder(t *testing.T) finder {
	t.Helper()
	c := apitest.New(t)
	s := web.New(web.Config{Auth: c.Auth, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(), Ready: func(context.Context) error { return nil }})
	search.Routes(s, &search.Service{Pool: c.Pool, Regions: c.Regions, People: c.People})
	server := httptest.NewServer(s.Echo)
	t.Cleanup(server.Close)
	return finder{c, server}
}

// find searches with a key, or as a visitor; query may name more parameters.
func (f finder) find(t *testing.T, key, text, more string) (int, []search.Hit) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.Server.URL+"/api/v1/search?q="+url.QueryEscape(text)+more, nil)
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	a, err := f.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	var out struct{ Items []search.Hit }
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	return a.StatusCode, out.Items
}

func (f finder) key(t *testing.T, role actor.Role, prefix string) string {
	t.Helper()
	return f.MakeKey(t, "test", actor.Grant{Role: role, Prefix: prefix})
}

func types(hits []search.Hit) string {
	var list []string
	for _, h := range hits {
		list = append(list, h.Type)
	}
	return strings.Join(list, " ")
}

func TestCoordinates(t *testing.T) {
	t.Parallel()
	f := newFinder(t)
	for _, text := range []string{"113.3025,23.405", " 113.3025 , 23.405 ", "113.3025 23.405", "113.3025，23.405"} {
		status, hits := f.find(t, "", text, "")
		if status != 200 || len(hits) != 1 || hits[0].Type != "coordinate" || hits[0].Lon != 113.3025 || hits[0].Lat != 23.405 {
			t.Errorf("%q: %d %+v", text, status, hits)
		}
	}
	_, hits := f.find(t, "", "113.3025,23.405", "&crs=gcj02")
	if len(hits) != 1 || math.Abs(hits[0].Lon-113.3025) < 0.001 || hits[0].Subtitle != "GCJ02" {
		t.Errorf("in GCJ-02: %+v", hits)
	}
	for _, text := range []string{"200,23", "113.3025,95", "113", "-,-", "1,2,3"} {
		if status, hits := f.find(t, "", text, ""); status != 200 || strings.Contains(types(hits), "coordinate") {
			t.Errorf("%q: %d %+v", text, status, hits)
		}
	}
	if status, _ := f.find(t, "", "113.3025,23.405", "&crs=mars"); status != 422 {
		t.Errorf("an unknown datum: %d", status)
	}
}

func TestAPlatesCodeInAnyTyping(t *testing.T) {
	t.Parallel()
	f := newFinder(t)
	bench := f.Facility(t, "bench", apitest.InGridA)
	f.Facility(t, "bench", apitest.InGridB)
	shown := bench.Code.String()
	for _, text := range []string{bench.Code.Raw(), shown, strings.ToLower(shown), " " + shown + " ", shown[:2] + " " + shown[2:], strings.ToLower(bench.Code.Raw())} {
		status, hits := f.find(t, "", text, "")
		if status != 200 || len(hits) != 1 || hits[0].Type != "facility" || hits[0].Code != bench.Code.Raw() || hits[0].Lon != apitest.InGridA[0] {
			t.Errorf("%q: %d %+v", text, status, hits)
		}
	}
}

func TestCasesOnlyInSight(t *testing.T) {
	t.Parallel()
	f := newFinder(t)
	mine, theirs := f.Report(t, apitest.InGridA), f.Report(t, apitest.InGridB)
	desk := f.key(t, actor.Operator, apitest.StreetA)
	for _, who := range []struct {
		name, key string
		sees      map[string]bool
	}{
		{"a visitor", "", map[string]bool{}},
		{"a planner", f.key(t, actor.Planner, apitest.CityCode), map[string]bool{}},
		{"our desk", desk, map[string]bool{mine.Number: true}},
		{"the city's desk", f.key(t, actor.Operator, apitest.CityCode), map[string]bool{mine.Number: true, theirs.Number: true}},
	} {
		for _, r := range []string{mine.Number, theirs.Number} {
			_, hits := f.find(t, who.key, r, "")
			if got := strings.Contains(types(hits), "case"); got != who.sees[r] {
				t.Errorf("%s finds %s: %v", who.name, r, got)
			}
		}
		if _, hits := f.find(t, who.key, "解放路", ""); strings.Count(types(hits), "case") != len(who.sees) {
			t.Errorf("%s finds by place: %s", who.name, types(hits))
		}
	}
	_, hits := f.find(t, desk, mine.Number[len(mine.Number)-6:], "")
	if len(hits) != 1 || hits[0].Code != mine.Number || hits[0].ID != mine.ID.String() {
		t.Errorf("by the end of its number: %+v", hits)
	}
}

func TestWildcardsAndOddText(t *testing.T) {
	t.Parallel()
	f := newFinder(t)
	place := func(ref, name string) service.Place {
		return service.Place{Ref: ref, Kind: "clinic", Name: name, Address: `河东路\9号`, Point: orb.Point{113.31, 23.41}}
	}
	f.Tx(t, func(tx pgx.Tx) error {
		ix, err := f.Regions.Hold(t.Context(), tx)
		if err != nil {
			return err
		}
		_, err = f.Services.Import(t.Context(), tx, ix, link.Batch{Source: "apitest", NewID: apitest.NewID, Now: f.Clock.Now()}, []service.Place{place("1", "100% Clinic_A"), place("2", "1000 Clinic B")})
		return err
	})
	for text, want := range map[string]int{
		"clinic": 2, "clin": 2, "linic": 0, "100%": 2, "1000": 1, "%": 0, "_": 0, "c_a": 0, `\`: 0, `路\9`: 2, "河东": 2, "河": 2, "东": 2, "路": 2, "hd": 2, "HDL": 2, "dh": 0, "河路": 0,
		"c%b": 0, "'": 0, `"; DROP TABLE service; --`: 0, "$1": 2, "@like": 0, "   ": 0,
	} {
		status, hits := f.find(t, "", text, "")
		if status != 200 || len(hits) != want {
			t.Errorf("%q: %d, %d hits, want %d", text, status, len(hits), want)
		}
	}
	for _, text := range []string{strings.Repeat("长", 101), ""} {
		if status, _ := f.find(t, "", text, ""); status != 422 {
			t.Errorf("%q: %d, want 422", text, status)
		}
	}
	if status, _ := f.find(t, "", "clinic", "&limit=51"); status != 422 {
		t.Errorf("a limit of 51: %d", status)
	}
	if _, hits := f.find(t, "", "clinic", "&limit=1"); len(hits) != 1 {
		t.Errorf("a limit of 1: %d hits", len(hits))
	}
}

func TestRegions(t *testing.T) {
	t.Parallel()
	f := newFinder(t)
	for text, want := range map[string]string{"青禾": apitest.CityCode, "linchuan": apitest.DistrictCode, apitest.StreetB: apitest.StreetB, apitest.GridA: apitest.GridA} {
		_, hits := f.find(t, "", text, "")
		if len(hits) == 0 || hits[0].Type != "region" || hits[0].Code != want || hits[0].BBox == nil {
			t.Errorf("%q: %+v", text, hits)
		}
	}
}

// ask posts what was typed, with a key or as a visitor.
func (f finder) ask(t *testing.T, key, text string) []search.Hit {
	t.Helper()
	body, err := json.Marshal(map[string]any{"q": text})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.Server.URL+"/api/v1/search", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	a, err := f.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	var out struct{ Items []search.Hit }
	if err := json.NewDecoder(a.Body).Decode(&out); err != nil || a.StatusCode != 200 {
		t.Fatalf("%q: %d %v", text, a.StatusCode, err)
	}
	return out.Items
}

// Rooms are found by their staff, people by those whose work they are, nobody
// by a question in an address line.
func TestRoomsAndPeopleByRight(t *testing.T) {
	t.Parallel()
	f := newFinder(t)
	var dwelling uuid.UUID
	f.Tx(t, func(tx pgx.Tx) error {
		ix, err := f.Regions.Hold(t.Context(), tx)
		if err != nil {
			return err
		}
		b := link.Batch{Source: "test", NewID: apitest.NewID, Now: f.Clock.Now()}
		ring := orb.Ring{{113.3020, 23.4050}, {113.3030, 23.4050}, {113.3030, 23.4055}, {113.3020, 23.4055}, {113.3020, 23.4050}}
		house := building.Building{Ref: "1", Name: "甲楼", Address: "春风路12号3栋", Levels: 6, Point: orb.Point{113.3025, 23.4052}, Geom: orb.MultiPolygon{{ring}}}
		if _, err := f.Buildings.Import(t.Context(), tx, ix, b, []building.Building{house}); err != nil {
			return err
		}
		dwelling = apitest.NewID()
		if _, err := tx.Exec(t.Context(), `
WITH b AS (SELECT id, grid_code, scope_code FROM building WHERE source_ref = '1'),
u AS (INSERT INTO building_unit (id, building_id, code, ordinal) SELECT $2, id, '2', 1 FROM b RETURNING id)
INSERT INTO dwelling (id, source, source_ref, building_id, unit_id, storey_from, storey_to, code, col, use, grid_code, scope_code, rev, updated_at)
SELECT $1, 'test', '1', b.id, u.id, 4, 4, '502', 2, 'dwelling', b.grid_code, b.scope_code, 1, $3 FROM b, u`, dwelling, apitest.NewID(), f.Clock.Now()); err != nil {
			return err
		}
		_, err = f.People.Import(t.Context(), tx, ix, b, []person.Row{{Ref: "p", Name: "欧阳小明", DwellingID: dwelling}})
		return err
	})
	registrar, neighbour := f.key(t, actor.Registrar, apitest.StreetA), f.key(t, actor.Registrar, apitest.StreetB)
	operator := f.key(t, actor.Operator, apitest.StreetA)
	for _, tt := range []struct{ name, key, typed, want string }{
		{"a registrar", registrar, "春风路12号3栋2单元502", "address"},
		{"a registrar, without the unit", registrar, "春风路12号3栋502室", "address"},
		{"an operator", operator, "春风路12号3栋2单元502", "address"},
		{"the neighbour", neighbour, "春风路12号3栋2单元502", ""},
		{"a visitor", "", "春风路12号3栋2单元502", ""},
		{"another room", registrar, "春风路12号3栋2单元503", ""},
		{"another unit", registrar, "春风路12号3栋1单元502", ""},
		{"a registrar by name", registrar, "欧阳", "person"},
		{"by the end of the name", registrar, "小明", "person"},
		{"by initials", registrar, "oyxm", "person"},
		{"an operator by name", operator, "欧阳", ""},
		{"the neighbour by name", neighbour, "欧阳", ""},
		{"a visitor by name", "", "欧阳", ""},
	} {
		if hits := f.ask(t, tt.key, tt.typed); types(hits) != tt.want {
			t.Errorf("%s: %+v, want %q", tt.name, hits, tt.want)
		} else if tt.want == "person" && (strings.Contains(hits[0].Title, "明") || hits[0].Lon != 113.3025) {
			t.Errorf("%s: %+v", tt.name, hits[0])
		} else if tt.want == "address" && hits[0].ID != dwelling.String() {
			t.Errorf("%s: %+v", tt.name, hits[0])
		}
	}
	if _, hits := f.find(t, registrar, "欧阳", ""); len(hits) != 0 {
		t.Errorf("a name in an address line finds %+v", hits)
	}
}

// A department's own code leads to its cell, for staff into whose area it reaches.
func TestCellsOfOtherDepartmentsAreFoundByTheirCodes(t *testing.T) {
	t.Parallel()
	f := newFinder(t)
	n, err := f.Nets.Define(f.As(actor.Registrar), crosswalk.Net{Scope: apitest.CityCode, Name: "police", Kind: crosswalk.Police})
	if err != nil {
		t.Fatal(err)
	}
	at := func(west, east float64) orb.MultiPolygon {
		return orb.MultiPolygon{{{{west, 23.4}, {east, 23.4}, {east, 23.41}, {west, 23.41}, {west, 23.4}}}}
	}
	f.Tx(t, func(tx pgx.Tx) error {
		_, err := f.Nets.Take(t.Context(), tx, n.ID, []crosswalk.Cell{{Code: "JW-0107", Name: "一警区", Geom: at(113.3, 113.31)}, {Code: "JW-0109", Name: "二警区", Geom: at(113.33, 113.34)}}, "a.shp", "")
		return err
	})
	whole, next, none := f.key(t, actor.Worker, apitest.CityCode), f.key(t, actor.Worker, apitest.StreetB), f.key(t, actor.Worker, "9902")
	for _, tt := range []struct{ who, text, want string }{
		{whole, "JW-0107", "JW-0107"}, {whole, "jw-0107", "JW-0107"}, {whole, "JW-01", "JW-0107 JW-0109"}, {next, "JW-01", "JW-0109"}, {next, "JW-0107", ""}, {none, "JW-0109", ""}, {"", "JW-0109", ""},
	} {
		var codes []string
		_, hits := f.find(t, tt.who, tt.text, "")
		for _, h := range hits {
			if h.Type == "cell" {
				codes = append(codes, h.Code)
			}
		}
		if got := strings.Join(codes, " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.text, got, tt.want)
		}
	}
}
