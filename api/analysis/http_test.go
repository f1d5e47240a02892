package analysis_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"onemap/api/actor"
	"onemap/api/analysis"
	"onemap/api/apitest"
	"onemap/api/web"
)

// one lets everybody in as the same actor.
type one struct{ actor.Actor }

func (o one) Authenticate(context.Context, *http.Request) (actor.Actor, error) { return o.Actor, nil }

// The table and the GeoJSON are the same figures in another form: nothing can be
// subtracted from them that the answer itself does not show.
func TestTheOtherFormsTellNothingMore(t *testing.T) {
	t.Parallel()
	w := ordinary(t, 6)
	s := web.New(web.Config{
		Version: "test", Auth: one{apitest.Actor(actor.Planner, apitest.CityCode)}, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
		Ready: func(context.Context) error { return nil },
	})
	analysis.Routes(s, w.plan)
	server := httptest.NewServer(s.Echo)
	defer server.Close()
	get := func(path string, want int) string {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/api/v1/plan/"+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		body, err := io.ReadAll(a.Body)
		if err != nil || a.StatusCode != want {
			t.Fatalf("%s: %d, want %d: %s %v", path, a.StatusCode, want, body, err)
		}
		return string(body)
	}
	told := 0
	for _, query := range []string{"?age_from=60", "?age_from=6&age_to=11&metres=300", "?age_from=0&alone=true", "?age_from=60&alone=true&region=" + apitest.StreetA, "?age_from=0&tag=disabled&region=" + apitest.GridA} {
		var c analysis.Coverage
		if err := json.Unmarshal([]byte(get("coverage"+query, 200)), &c); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(get("coverage.csv"+query, 200))).ReadAll()
		if err != nil || len(rows) != len(c.Areas)+1 {
			t.Fatalf("%s: %d rows of %d communities, %v", query, len(rows), len(c.Areas), err)
		}
		for i, a := range c.Areas {
			told++
			if got, want := rows[i+1][4:7], []string{strconv.Itoa(a.People), strconv.Itoa(a.Covered), strconv.Itoa(a.Uncovered)}; !reflect.DeepEqual(got, want) {
				t.Errorf("%s: the table tells %v of %s, the answer %v", query, got, a.Code, want)
			}
		}
		var cells struct {
			Features []analysis.Cell `json:"features"`
			Totals   analysis.Totals `json:"totals"`
		}
		if err := json.Unmarshal([]byte(get("coverage.geojson"+query, 200)), &cells); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(cells.Features, c.Cells.Features) || !reflect.DeepEqual(cells.Totals, c.Totals) {
			t.Errorf("%s: the GeoJSON tells something else", query)
		}
	}
	if told < 5 {
		t.Errorf("%d communities are told: the town tries nothing", told)
	}
	// A third dimension, a year of one's own choosing and the ring around a house are refused.
	for _, query := range []string{"?age_from=60&alone=true&tag=disabled", "?age_from=61", "?age_from=60&age_to=64", "?age_from=0&age_to=5", "?age_from=18", "?metres=501", "?tag=resettlement", "?grids=then"} {
		for _, form := range []string{"coverage", "coverage.csv", "coverage.geojson"} {
			get(form+query, 422)
		}
	}
}
