package building_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"onemap/api/apitest"
	"onemap/api/building"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/web"
)

func TestBuildingsAreMergedAndAnswered(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	ring := orb.Ring{{113.3020, 23.4050}, {113.3030, 23.4050}, {113.3030, 23.4055}, {113.3020, 23.4055}, {113.3020, 23.4050}}
	list := []building.Building{
		{Ref: "1", Name: "甲楼", Use: "residential", Address: "解放路1号", Levels: 6, HeightM: 18.5, Point: orb.Point{113.3025, 23.4052}, Geom: orb.MultiPolygon{{ring}}},
		{Ref: "2", Point: orb.Point{113.3225, 23.4052}, Geom: orb.MultiPolygon{{ring}}},
	}
	merge := func() (m pg.Merged) {
		c.Tx(t, func(tx pgx.Tx) error {
			ix, err := c.Regions.Hold(t.Context(), tx)
			if err != nil {
				return err
			}
			m, err = c.Buildings.Import(t.Context(), tx, ix, link.Batch{Source: "test", NewID: apitest.NewID, Now: c.Clock.Now()}, list)
			return err
		})
		return m
	}
	if m := merge(); m != (pg.Merged{Fresh: 2}) {
		t.Fatalf("%+v", m)
	}
	if m := merge(); m != (pg.Merged{Unchanged: 2}) {
		t.Errorf("%+v", m)
	}
	list[1].Geom[0] = orb.Polygon{append(orb.Ring{}, ring...)}
	list[1].Geom[0][0][1][0] += 1e-7
	if m := merge(); m != (pg.Merged{Changed: 1, Unchanged: 1}) {
		t.Errorf("a corner moved by a centimetre: %+v", m)
	}
	var id uuid.UUID
	if err := c.Pool.QueryRow(t.Context(), "SELECT id FROM building WHERE source_ref = '1'").Scan(&id); err != nil {
		t.Fatal(err)
	}
	s := web.New(web.Config{
		Version: "test", Auth: c.Auth, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
		Ready: func(context.Context) error { return nil },
	})
	building.Routes(s, c.Buildings)
	server := httptest.NewServer(s.Echo)
	defer server.Close()
	for path, want := range map[string]int{id.String(): 200, uuid.NewString(): 404, "x": 422} {
		answer, err := server.Client().Get(server.URL + "/api/v1/buildings/" + path)
		if err != nil {
			t.Fatal(err)
		}
		var f struct {
			Properties map[string]any
			Geometry   struct {
				Type        string
				Coordinates [][][]orb.Point
			}
		}
		err = json.NewDecoder(answer.Body).Decode(&f)
		answer.Body.Close()
		if err != nil || answer.StatusCode != want {
			t.Errorf("%s: %d (%v)", path, answer.StatusCode, err)
		}
		if want == 200 && (f.Properties["levels"] != 6.0 || f.Properties["height"] != 18.5 || f.Properties["grid_code"] != apitest.GridA ||
			f.Geometry.Type != "MultiPolygon" || f.Geometry.Coordinates[0][0][1] != ring[1]) {
			t.Errorf("%+v", f)
		}
	}
}
