package region_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"github.com/prometheus/client_golang/prometheus"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/region"
	"onemap/api/web"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

func serve(t *testing.T, c *apitest.City) func(path string, v any) int {
	t.Helper()
	s := web.New(web.Config{
		Version: "test", Auth: c.Auth, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
		Ready: func(context.Context) error { return nil },
	})
	region.Routes(s, c.Regions)
	server := httptest.NewServer(s.Echo)
	t.Cleanup(server.Close)
	return func(path string, v any) int {
		answer, err := server.Client().Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if err := json.NewDecoder(answer.Body).Decode(v); err != nil {
			t.Fatalf("%s: %d %v", path, answer.StatusCode, err)
		}
		return answer.StatusCode
	}
}

func TestLocateInEveryDatum(t *testing.T) {
	t.Parallel()
	get := serve(t, apitest.New(t))
	at := crs.FromPoint(apitest.InGridA)
	gcj, bd, m := at.GCJ02(), at.BD09(), at.WebMercator()
	for name, xy := range map[string][2]float64{
		"": {at.Lon, at.Lat}, "wgs84": {at.Lon, at.Lat}, "cgcs2000": {at.Lon, at.Lat}, "EPSG:4490": {at.Lon, at.Lat},
		"gcj02": {gcj.Lon, gcj.Lat}, "bd09": {bd.Lon, bd.Lat}, "epsg:3857": {m.X, m.Y},
	} {
		var l region.Location
		query := url.Values{"lon": {fmt.Sprint(xy[0])}, "lat": {fmt.Sprint(xy[1])}}
		if name != "" {
			query.Set("crs", name)
		}
		if status := get("/api/v1/locate?"+query.Encode(), &l); status != http.StatusOK {
			t.Errorf("%s: %d", name, status)
			continue
		}
		if l.GridCode == nil || *l.GridCode != apitest.GridA || l.Outside || len(l.Chain) != 5 || l.Chain[0].Code != "9901" ||
			crs.Distance(at, crs.WGS84{Lon: l.Lon, Lat: l.Lat}) > 0.1 || l.Given.X != xy[0] {
			t.Errorf("%s: %+v", name, l)
		}
	}
	var l region.Location
	if get("/api/v1/locate?lon=113.345&lat=23.41", &l); !l.Outside || l.GridCode != nil || l.ScopeCode != "9901" || len(l.Chain) != 0 {
		t.Errorf("just outside: %+v", l)
	}
	if get("/api/v1/locate?lon=0&lat=0", &l); !l.Outside || l.ScopeCode != "" {
		t.Errorf("far outside: %+v", l)
	}
}

func TestLocateNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	get := serve(t, apitest.New(t))
	for query, location := range map[string]string{
		"lon=113&lat=23&crs=mars": "query.crs", "lon=113&lat=230": "query.lon", "lon=23.4&lat=113.3": "query.lon",
		"lon=east&lat=23": "query.lon", "lat=23": "query.lon", "lon=NaN&lat=23": "query.lon", "lon=Inf&lat=23": "query.lon",
	} {
		var p web.Problem
		if status := get("/api/v1/locate?"+query, &p); status != http.StatusUnprocessableEntity || len(p.Errors) == 0 || p.Errors[0].Location != location {
			t.Errorf("%s: %d %+v, want %s", query, status, p, location)
		}
	}
}

// Off the borders, PostGIS finds the same grid for random points.
func TestLocateAgreesWithPostGIS(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	if _, err := c.Regions.MakeGrids(t.Context(), "990101001", 130, false); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(5, 5))
	var lons, lats []float64
	for range 3000 {
		lons, lats = append(lons, 113.295+rng.Float64()*0.05), append(lats, 23.395+rng.Float64()*0.03)
	}
	rows, err := c.Pool.Query(t.Context(), `
SELECT p.lon, p.lat, COALESCE((SELECT string_agg(g.code, '+') FROM region g WHERE g.level = 'grid' AND ST_Intersects(g.geom, ST_SetSRID(ST_Point(p.lon, p.lat), 4326))), '')
FROM unnest($1::float8[], $2::float8[]) AS p (lon, lat)`, lons, lats)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var at crs.WGS84
		var want string
		if err := rows.Scan(&at.Lon, &at.Lat, &want); err != nil {
			t.Fatal(err)
		}
		n++
		got := c.Regions.Locate(at, region.Given{})
		code := ""
		if got.GridCode != nil {
			code = *got.GridCode
		}
		if code != want {
			t.Errorf("%v: %q, PostGIS %q", at, code, want)
		}
	}
	if rows.Err() != nil || n != 3000 {
		t.Errorf("%d points, %v", n, rows.Err())
	}
}

func TestListsOfRegions(t *testing.T) {
	t.Parallel()
	get := serve(t, apitest.New(t))
	for query, want := range map[string]int{
		"": 1, "?level=city": 1, "?level=street": 2, "?level=grid": 16, "?parent=990101": 2, "?parent=990101001001": 4,
		"?parent=990101001&level=grid": 8, "?parent=8801": 0,
	} {
		var list struct{ Items []region.Row }
		if status := get("/api/v1/regions"+query, &list); status != http.StatusOK || len(list.Items) != want || list.Items == nil {
			t.Errorf("%s: %d, %d items, want %d", query, status, len(list.Items), want)
		}
		for _, r := range list.Items {
			if r.BBox[0] >= r.BBox[2] || r.BBox[0] < 113 || r.BBox[1] < 23 || r.Name == "" || !strings.HasPrefix(r.Code, r.Parent) {
				t.Errorf("%+v", r)
			}
		}
	}
	var feature struct {
		Type       string
		Geometry   struct{ Type string }
		Properties map[string]any
	}
	if status := get("/api/v1/regions/"+apitest.GridA, &feature); status != 200 || feature.Type != "Feature" || feature.Geometry.Type != "MultiPolygon" || feature.Properties["level"] != "grid" {
		t.Errorf("%d %+v", status, feature)
	}
	var p web.Problem
	if status := get("/api/v1/regions/8801", &p); status != 404 || p.Code != "region.missing" {
		t.Errorf("%d %+v", status, p)
	}
	if status := get("/api/v1/regions/x", &p); status != 422 || p.Errors[0].Location != "path.code" {
		t.Errorf("%d %+v", status, p)
	}
	if status := get("/api/v1/regions?level=moon", &p); status != 422 || p.Errors[0].Location != "query.level" {
		t.Errorf("%d %+v", status, p)
	}
}

// Parts come with their polygons, for low zooms with fewer vertices; what is asked
// for under two regions fits together.
func TestPartsOfARegion(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	if _, err := c.Regions.MakeGrids(t.Context(), "990101", 150, false); err != nil {
		t.Fatal(err)
	}
	get := serve(t, c)
	type answer struct{ Features []*geojson.Feature }
	var whole, street, other, far answer
	get("/api/v1/regions/990101/parts?level=grid", &whole)
	get("/api/v1/regions/"+apitest.StreetA+"/parts?level=grid&zoom=8", &street)
	get("/api/v1/regions/"+apitest.StreetB+"/parts?level=grid&zoom=8", &other)
	if len(whole.Features) < 200 || len(whole.Features) != len(street.Features)+len(other.Features) {
		t.Fatalf("%d grids, %d and %d under the streets", len(whole.Features), len(street.Features), len(other.Features))
	}
	points := func(list []*geojson.Feature) (n int, geoms []orb.MultiPolygon) {
		for _, f := range list {
			geom := f.Geometry.(orb.MultiPolygon)
			n += len(geom[0][0])
			geoms = append(geoms, geom)
		}
		return n, geoms
	}
	before, _ := points(whole.Features)
	now, geoms := points(append(street.Features, other.Features...))
	if _, err := grid.Union(geoms); err != nil || now > before {
		t.Errorf("%d points of %d, %v", now, before, err)
	}
	// The next edition's are drawn anew, and fit together with what a draft made of them.
	admin := c.As(actor.Administrator)
	first := street.Features[0].Geometry.(orb.MultiPolygon).Bound()
	under := street.Features[0].Properties.MustString("parent")
	d := begun(t, c, admin, grid.Code(under))
	d = edited(t, c, admin, d, region.Edit{Op: "split", Code: street.Features[0].Properties.MustString("code")}.Along(line(orb.Point{first.Center()[0], first.Min[1] - 1}, orb.Point{first.Center()[0], first.Max[1] + 1})))
	if _, err := c.Regions.PublishDraft(admin, grid.Code(under), d.ID, d.Rev); err != nil {
		t.Fatal(err)
	}
	var after answer
	get("/api/v1/regions/990101/parts?level=grid&zoom=8", &after)
	if _, geoms = points(after.Features); len(geoms) != len(whole.Features)+1 {
		t.Errorf("%d grids, of %d one was split", len(geoms), len(whole.Features))
	}
	if _, err := grid.Union(geoms); err != nil {
		t.Error(err)
	}
	if get("/api/v1/regions/9901/parts?zoom=3", &far); len(far.Features) != 1 || far.Features[0].Properties["level"] != "district" {
		t.Errorf("%+v", far)
	}
	var p web.Problem
	if status := get("/api/v1/regions/8801/parts", &p); status != 404 {
		t.Errorf("%d %+v", status, p)
	}
}
