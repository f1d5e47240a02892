package search_test

import (
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

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/link"
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
	search.Routes(s, &search.Service{Pool: c.Pool, Regions: c.Regions})
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
	key, err := f.Auth.AddKey(t.Context(), "test", actor.Grant{Role: role, Prefix: prefix})
	if err != nil {
		t.Fatal(err)
	}
	return key
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
