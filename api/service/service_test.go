package service_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"onemap/api/apitest"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/region"
	"onemap/api/service"
	"onemap/api/web"
	"onemap/geo/grid"
)

func importAll(t *testing.T, c *apitest.City, list []service.Place) (m pg.Merged) {
	t.Helper()
	c.Tx(t, func(tx pgx.Tx) error {
		ix, err := c.Regions.Hold(t.Context(), tx)
		if err != nil {
			return err
		}
		m, err = c.Services.Import(t.Context(), tx, ix, link.Batch{Source: "test", NewID: apitest.NewID, Now: c.Clock.Now()}, list)
		return err
	})
	return m
}

func TestServicesAreMergedFoundAndMoved(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	var list []service.Place
	for i, kind := range service.Kinds {
		list = append(list, service.Place{Ref: kind, Kind: kind, Name: kind, Hours: "24/7", Capacity: i, Point: orb.Point{113.3025 + float64(i)/10000, 23.405}})
	}
	n := int64(len(list))
	if m := importAll(t, c, list); m != (pg.Merged{Fresh: n}) {
		t.Fatalf("%+v", m)
	}
	list[1].Capacity, list[2].Hours = 99, "Mo-Fr 08:00-17:00"
	if m := importAll(t, c, list); m != (pg.Merged{Changed: 2, Unchanged: n - 2}) {
		t.Errorf("%+v", m)
	}

	s := web.New(web.Config{
		Version: "test", Auth: c.Auth, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
		Ready: func(context.Context) error { return nil },
	})
	service.Routes(s, c.Services)
	server := httptest.NewServer(s.Echo)
	defer server.Close()
	get := func(path string, v any) int {
		answer, err := server.Client().Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if err := json.NewDecoder(answer.Body).Decode(v); err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode
	}
	type feature struct {
		ID         string
		Properties map[string]any
	}
	var near struct{ Features []feature }
	if status := get("/api/v1/services?near=113.3025,23.405&limit=5&radius=2000", &near); status != 200 || len(near.Features) != 5 {
		t.Fatalf("%d %+v", status, near)
	}
	for i, f := range near.Features {
		if f.Properties["kind"] != service.Kinds[i] || f.Properties["grid_code"] != apitest.GridA {
			t.Errorf("place %d: %v", i, f.Properties)
		}
	}
	if near.Features[0].Properties["capacity"] != nil || near.Features[1].Properties["capacity"] != 99.0 {
		t.Errorf("capacity: %v and %v", near.Features[0].Properties["capacity"], near.Features[1].Properties["capacity"])
	}
	var one feature
	if status := get("/api/v1/services/"+near.Features[2].ID, &one); status != 200 || one.Properties["hours"] != "Mo-Fr 08:00-17:00" {
		t.Errorf("%d %+v", status, one)
	}
	var p web.Problem
	for path, want := range map[string]int{
		"/api/v1/services?near=113.3,23.4&kind=rocket": 422, "/api/v1/services/" + uuid.NewString(): 404, "/api/v1/services/x": 422,
	} {
		if status := get(path, &p); status != want || p.Status != want {
			t.Errorf("%s: %d %+v", path, status, p)
		}
	}

	ix := c.Regions.Index()
	a, _ := ix.Region(apitest.GridA)
	b, _ := ix.Region(apitest.GridB)
	a.Geom, b.Geom = b.Geom, a.Geom
	done, err := c.Regions.Publish(t.Context(), region.Redraw{Source: "test", Regions: []grid.Region{a, b}})
	if err != nil || done.Moved != n {
		t.Errorf("%+v (%v), want %d moved", done, err, n)
	}
	if get("/api/v1/services/"+one.ID, &one); fmt.Sprint(one.Properties["grid_code"]) != apitest.GridB {
		t.Errorf("after the redraw: %v", one.Properties)
	}
}
