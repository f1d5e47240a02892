package service_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/service"
	"onemap/api/web"
)

type always struct{ by actor.Actor }

func (a always) Authenticate(context.Context, *http.Request) (actor.Actor, error) { return a.by, nil }

func TestServicesAreMetOpenedChangedAndListed(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	at := apitest.InGridA
	put := func(b link.Batch, list ...service.Place) (m pg.Merged) {
		t.Helper()
		b.NewID, b.Now = apitest.NewID, c.Clock.Now()
		c.Tx(t, func(tx pgx.Tx) error {
			ix, err := c.Regions.Hold(t.Context(), tx)
			if err != nil {
				return err
			}
			m, err = c.Services.Import(t.Context(), tx, ix, b, list)
			return err
		})
		return m
	}
	put(link.Batch{Source: "map"}, service.Place{Ref: "1", Kind: "canteen", Name: "青禾食堂", Code: "S1", Point: at})
	var id uuid.UUID
	if err := c.Pool.QueryRow(t.Context(), "SELECT id FROM service").Scan(&id); err != nil {
		t.Fatal(err)
	}
	east := orb.Point{at[0] + 0.0003, at[1]} // 31 m
	found, err := c.Services.Find(t.Context(), c.Pool, "file", []service.Place{
		{Ref: "code", Kind: "clinic", Code: "S1"}, {Ref: "name", Kind: "canteen", Name: "青禾食堂", Point: east}, {Ref: "other", Kind: "canteen", Name: "别的食堂", Point: east}, {Ref: "kind", Kind: "clinic", Name: "青禾食堂", Point: at},
	})
	if err != nil || found[0].By != link.ByCode || found[1].ID != id || found[1].By != link.ByPlace || found[2].ID != uuid.Nil || found[3].ID != uuid.Nil {
		t.Errorf("%+v (%v)", found, err)
	}
	b := link.Batch{Source: "file", Given: []string{"capacity", "capacity_unit", "state"}}
	row := service.Place{Ref: "x", ID: id, Capacity: 120, CapacityUnit: "meals", State: "planned"}
	if m := put(b, row); m != (pg.Merged{Changed: 1}) {
		t.Errorf("%+v", m)
	}
	if m := put(b, row); m != (pg.Merged{Unchanged: 1}) {
		t.Errorf("again: %+v", m)
	}
	s := web.New(web.Config{
		Version: "test", Auth: always{apitest.Actor(actor.Registrar, apitest.StreetA)}, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
		Ready: func(context.Context) error { return nil },
	})
	service.Routes(s, c.Services)
	server := httptest.NewServer(s.Echo)
	defer server.Close()
	ask := func(method, path, match, body string) (int, map[string]any) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, bytes.NewBufferString(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		if match != "" {
			r.Header.Set("If-Match", match)
		}
		a, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		var out map[string]any
		if err := json.NewDecoder(a.Body).Decode(&out); err != nil {
			t.Fatal(err)
		}
		return a.StatusCode, out
	}
	path := "/api/v1/services/" + id.String()
	status, out := ask("PATCH", path, `"2"`, `{"state":"open","capacity":null,"phone":"0757-1234","lon":113.3075}`)
	props, _ := out["properties"].(map[string]any)
	if status != 200 || props["state"] != "open" || props["capacity"] != nil || props["name"] != "青禾食堂" || props["capacity_unit"] != "meals" || props["grid_code"] == apitest.GridA {
		t.Errorf("%d %v", status, out)
	}
	for how, w := range map[string]struct {
		method, path, match, body string
		status                    int
	}{
		"an older revision": {"PATCH", path, `"2"`, `{}`, 412}, "none seen": {"PATCH", path, "", `{}`, 428}, "across the border": {"PATCH", path, `"3"`, `{"lon":113.3225}`, 403},
		"all wrong":       {"PATCH", path, `"3"`, `{"kind":"castle","state":"gone","capacity":-1}`, 422},
		"another":         {"POST", "/api/v1/services", "", `{"kind":"clinic","name":"河东诊所","lon":113.3025,"lat":23.405}`, 201},
		"the same code":   {"POST", "/api/v1/services", "", `{"kind":"clinic","name":"河西诊所","code":"S1","lon":113.3025,"lat":23.405}`, 409},
		"the neighbour's": {"POST", "/api/v1/services", "", `{"kind":"clinic","name":"河西诊所","lon":113.3225,"lat":23.405}`, 403},
	} {
		if status, out := ask(w.method, w.path, w.match, w.body); status != w.status {
			t.Errorf("%s: %d %v", how, status, out)
		}
	}
	for query, want := range map[string]int{"": 2, "q=食堂": 1, "q=hdzs": 1, "kind=clinic": 1, "region=" + apitest.StreetB: 0, "limit=1": 1, "state=closed": 0} {
		if status, out := ask("GET", "/api/v1/services?"+query, "", ""); status != 200 || len(out["features"].([]any)) != want {
			t.Errorf("%s: %d %v", query, status, out)
		}
	}
	_, first := ask("GET", "/api/v1/services?limit=1", "", "")
	if _, second := ask("GET", "/api/v1/services?limit=1&cursor="+first["next"].(string), "", ""); second["next"] != "" || len(second["features"].([]any)) != 1 {
		t.Errorf("the second page: %v", second)
	}
}
