package region_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/fault"
	"onemap/api/region"
	"onemap/api/web"
	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// streets puts a town into the city's first community: crooked streets, a river,
// and houses, some over the streets, with rooms.
func streets(t *testing.T, c *apitest.City, community grid.Code) (houses int) {
	t.Helper()
	r, _ := c.Regions.Index().Region(community)
	b := r.Geom.Bound()
	w, h := b.Max[0]-b.Min[0], b.Max[1]-b.Min[1]
	rng := rand.New(rand.NewPCG(3, 5))
	lines := 0
	line := func(layer, class string, rank int, way orb.LineString) {
		lines++
		if _, err := c.Pool.Exec(t.Context(), `
INSERT INTO basemap (id, source, source_ref, layer, class, rank, geom, rev, updated_at) VALUES ($1, 'test', $2, $3, $4, $5, $6, 1, $7)`,
			apitest.NewID(), fmt.Sprint(lines), layer, class, rank, orb.Geometry(way), c.Clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	const blocks = 4
	for i := range blocks + 1 {
		f := float64(i) / blocks
		var up, across orb.LineString
		for k := -1; k <= 21; k++ {
			g := float64(k) / 20
			up = append(up, orb.Point{b.Min[0] + w*(f+0.02*math.Sin(5*g)), b.Min[1] + h*g})
			across = append(across, orb.Point{b.Min[0] + w*g, b.Min[1] + h*(f+0.02*math.Sin(4*g))})
		}
		line("road", "residential", 5, up)
		line("road", "tertiary", 4, across)
	}
	line("waterway", "river", 1, orb.LineString{{b.Min[0] - w, b.Min[1] + 0.4*h}, {b.Max[0] + w, b.Min[1] + 0.62*h}})
	for i := range 20 {
		for j := range 20 {
			x, y := b.Min[0]+w*(float64(i)+0.3+0.4*rng.Float64())/20, b.Min[1]+h*(float64(j)+0.3+0.4*rng.Float64())/20
			dx, dy := w/70*(1+rng.Float64()), h/90*(1+rng.Float64())
			ring := orb.Ring{{x - dx, y - dy}, {x + dx, y - dy*0.7}, {x + dx, y + dy}, {x - dx, y + dy*0.8}, {x - dx, y - dy}}
			for k, p := range ring { // on the lattice, where PostGIS and we mean the same
				n, _ := lattice.On(p[0], p[1])
				ring[k] = n.Point()
			}
			id := apitest.NewID()
			houses++
			if _, err := c.Pool.Exec(t.Context(), `
INSERT INTO building (id, source, source_ref, point, geom, scope_code, rev, updated_at)
VALUES ($1, 'test', $2, ST_SetSRID(ST_MakePoint($3, $4), 4326), $5, $6, 1, $7)`,
				id, fmt.Sprint(houses), x, y, orb.Geometry(orb.MultiPolygon{{ring}}), string(community), c.Clock.Now()); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Pool.Exec(t.Context(), `
INSERT INTO dwelling (id, source, source_ref, building_id, storey_from, storey_to, code, col, use, scope_code, rev, updated_at)
SELECT gen_random_uuid(), 'test', $2 || '-' || n, $1, 1, 1, n::text, 1, 'dwelling', $3, 1, $4 FROM generate_series(1, 1 + $5::int) n`,
				id, fmt.Sprint(houses), string(community), c.Clock.Now(), rng.IntN(12)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return houses
}

// What grids are cut is judged by PostGIS: no border goes through a footprint (by
// more than rounding, where the community's own border does), none overlaps, and
// together they are the community.
func TestCutGridsByTheWordOfPostGIS(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	houses := streets(t, c, community)
	admin := c.As(actor.Administrator, apitest.StreetA)
	for _, ask := range []region.Cutting{
		{Target: "households", Much: 120, Workers: 4},
		{Target: "area", Much: 100000},
	} {
		d, report, err := c.Regions.CutDraft(admin, community, ask, apitest.NewID(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		if report.Sliced != 0 || report.Detours == 0 || report.Grids < 8 || report.Load.CV > 0.5 || (ask.Workers > 0) != (report.Work != nil) {
			t.Errorf("%s: %d grids, %d sliced, %d detours, %+v, %+v of %d houses", ask.Target, report.Grids, report.Sliced, report.Detours, report.Load, report.Work, houses)
		}
		var cut, overlaps int
		var missing, more float64
		if err := c.Pool.QueryRow(t.Context(), `
WITH cell AS (SELECT code, geom FROM region_draft_part WHERE draft_id = $1 AND change <> 'removed'),
     edge AS (SELECT a.code, ST_Intersection(ST_Boundary(a.geom), ST_Boundary(b.geom)) AS geom FROM cell a JOIN cell b ON a.code < b.code AND a.geom && b.geom),
     whole AS (SELECT ST_Union(geom) AS geom FROM cell),
     house AS (SELECT CASE WHEN ST_Relate(ST_Boundary(r.geom), b.geom, 'T********') THEN ST_Buffer(b.geom, -3e-7) ELSE b.geom END AS geom
         FROM building b JOIN region r ON r.code = $2)
SELECT (SELECT count(*) FROM edge e JOIN house b ON b.geom && e.geom AND ST_Relate(e.geom, b.geom, 'T********')),
       (SELECT count(*) FROM cell a JOIN cell b ON a.code < b.code AND ST_Relate(a.geom, b.geom, 'T********')),
       (SELECT ST_Area(ST_Difference(r.geom, w.geom)::geography) FROM whole w, region r WHERE r.code = $2),
       (SELECT ST_Area(ST_Difference(w.geom, r.geom)::geography) FROM whole w, region r WHERE r.code = $2)`, d.ID, string(community)).Scan(&cut, &overlaps, &missing, &more); err != nil {
			t.Fatal(err)
		}
		if cut != 0 || overlaps != 0 || missing > 1 || more > 1 {
			t.Errorf("%s: PostGIS counts %d borders through buildings, %d overlaps, %.3f m² missing, %.3f m² too much", ask.Target, cut, overlaps, missing, more)
		}
		found, err := c.Regions.Validate(admin, community, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			if f.Weight == region.Blocking {
				t.Errorf("%s: %s %s", ask.Target, f.Kind, f.Text)
			}
		}
	}
}

// The draft that comes of cutting is like any other: it is published, cutting the
// same again changes nothing, and what cannot be cut is refused with the reason.
func TestCutGridsBecomeADraft(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	streets(t, c, community)
	admin := c.As(actor.Administrator, apitest.StreetA)
	ask := region.Cutting{Target: "households", Much: 150}
	preview, err := c.Regions.CutPreview(admin, community, ask)
	if err != nil || preview.Grids < 5 {
		t.Fatalf("%d grids, %v", preview.Grids, err)
	}
	if list, err := c.Regions.Drafts(admin, community); err != nil || len(list) != 0 {
		t.Errorf("a preview leaves %d drafts, %v", len(list), err)
	}
	d, done, report, err := c.Regions.CutGrids(admin, community, ask, apitest.NewID())
	if err != nil || d.Name != "grids make households=150" || done.Edition != 0 || d.Fresh != report.Grids || d.Removed != 4 || report.Cells[0].Code != string(community)+"005" {
		t.Fatalf("%+v, %+v, first %s, %v", d, done, report.Cells[0].Code, err)
	}
	if done, err = c.Regions.PublishDraft(admin, community, d.ID, d.Rev); err != nil || done.Regions != report.Grids {
		t.Fatalf("%+v %v", done, err)
	}
	again, _, _, err := c.Regions.CutGrids(admin, community, ask, apitest.NewID())
	if err != nil || again.Fresh+again.Changed+again.Removed != 0 {
		t.Errorf("the same cut again changes %+v, %v", again, err)
	}

	for name, tt := range map[string]struct {
		under grid.Code
		ask   region.Cutting
		kind  fault.Kind
	}{
		"no such target":   {community, region.Cutting{Target: "people", Much: 10}, fault.Invalid},
		"no amount":        {community, region.Cutting{Target: "area"}, fault.Invalid},
		"too small":        {community, region.Cutting{Target: "area", Much: 5}, fault.Invalid},
		"too many":         {community, region.Cutting{Target: "area", Much: 200}, fault.Invalid},
		"nobody has cases": {community, region.Cutting{Target: "cases", Much: 10}, fault.Invalid},
		"a grid":           {community + "001", region.Cutting{Target: "area", Much: 10000}, fault.NotFound},
		"of somebody else": {"990101002001", region.Cutting{Target: "area", Much: 10000}, fault.NotFound},
	} {
		if _, _, err := c.Regions.CutDraft(admin, tt.under, tt.ask, apitest.NewID(), "", ""); !fault.Is(err, tt.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// poster sends bodies to the routes of regions.
func poster(t *testing.T, c *apitest.City, key string) func(path, body string, v any) int {
	t.Helper()
	s := web.New(web.Config{
		Version: "test", Auth: c.Auth, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
		Ready: func(context.Context) error { return nil },
	})
	region.Routes(s, c.Regions)
	return func(path, body string, v any) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+key)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		s.Echo.ServeHTTP(w, r)
		if w.Code == http.StatusOK {
			if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
				t.Fatalf("%s: %v", w.Body, err)
			}
		}
		return w.Code
	}
}

// Over HTTP a preview answers with the grids, and anything else with a draft.
func TestCutGridsOverHTTP(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	streets(t, c, community)
	key := c.MakeKey(t, "cutting", actor.Grant{Role: actor.Administrator, Prefix: apitest.StreetA})
	post := poster(t, c, key)
	var answer struct {
		Draft  *region.Draft
		Report region.CutReport
		Grids  struct {
			Features []struct{ Properties map[string]any }
		}
	}
	path := "/api/v1/regions/" + string(community) + "/cuts"
	if status := post(path, `{"target":"area","much":100000,"preview":true,"along":["rivers"],"lines":[{"rank":"main","geometry":{"type":"LineString","coordinates":[[113.3,23.41],[113.32,23.4101]]}}]}`, &answer); status != http.StatusOK || answer.Draft != nil || len(answer.Grids.Features) != answer.Report.Grids || answer.Report.Lines != 2 {
		t.Errorf("%d: %+v", status, answer)
	}
	if status := post(path, `{"target":"area","much":100000,"workers":3}`, &answer); status != http.StatusOK || answer.Draft == nil || answer.Draft.Fresh != answer.Report.Grids || answer.Report.Work == nil {
		t.Errorf("%d: %+v", status, answer)
	}
	for _, body := range []string{`{"target":"people","much":1}`, `{"target":"area","much":-1}`, `{"target":"area","much":10000,"lines":[{"rank":"main","geometry":{"type":"LineString","coordinates":[["x"]]}}]}`} {
		if status := post(path, body, &answer); status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", body, status)
		}
	}
}

// What borders may follow around a point: the lines that grids are cut along, by
// kind, and the buildings, for those who administer the place, within it.
func TestWhatBordersMayFollow(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	streets(t, c, community)
	admin := c.As(actor.Administrator, apitest.StreetA)
	r, _ := c.Regions.Index().Region(community)
	middle := r.Geom.Bound().Center()
	around := func(at orb.Point, metres float64) map[string]int {
		t.Helper()
		list, err := c.Regions.Along(admin, community, at, metres)
		if err != nil {
			t.Fatal(err)
		}
		kinds := map[string]int{}
		for _, f := range list {
			kinds[f.Properties.MustString("kind")]++
			if box := f.Geometry.Bound(); !box.Intersects(orb.Bound{Min: at, Max: at}.Pad(metres / 90_000)) {
				t.Errorf("%s is not within %.0f m of %v: %v", f.Properties["kind"], metres, at, box)
			}
		}
		return kinds
	}
	near, far := around(middle, 60), around(middle, 400)
	if near["buildings"] == 0 || near["buildings"] >= far["buildings"] || near["roads"] == 0 || far["rivers"] != 1 || far["walls"] != 0 {
		t.Errorf("near %v, far %v", near, far)
	}
	if beside := around(orb.Point{middle[0] + 1, middle[1]}, 400); len(beside) != 0 {
		t.Errorf("beside the place: %v", beside)
	}
	if _, err := c.Regions.Along(admin, "990101002001", middle, 60); !fault.Is(err, fault.NotFound) {
		t.Errorf("of somebody else's place: %v", err)
	}
	if _, err := c.Regions.Along(c.As(actor.Registrar, apitest.StreetA), community, middle, 60); !fault.Is(err, fault.Forbidden) {
		t.Errorf("for a registrar: %v", err)
	}
}

// Workers are proposed for the grids of a cut: who holds a grid today keeps its
// ground, the load is shared, and deputies, other roles and other communities do
// not count; nobody is given anything.
func TestWorkersAreProposedForACut(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	streets(t, c, community)
	admin := c.As(actor.Administrator, apitest.StreetA)
	ask := region.Cutting{Target: "households", Much: 150}
	report, err := c.Regions.CutPreview(admin, community, ask)
	if err != nil || report.Charges == nil || len(report.Charges) != 0 {
		t.Fatalf("nobody is known, %+v, %v", report.Charges, err)
	}
	grids := c.Regions.Index().Children(community)
	give := func(login string, role actor.Role, scope grid.Code) {
		t.Helper()
		if _, err := c.Pool.Exec(t.Context(), `
INSERT INTO account_grant (id, account_id, role, scope, starts_at, given_at, reason) VALUES ($1, $2, $3, $4, $5, $5, '')`,
			apitest.NewID(), apitest.ID(login), role, string(scope), c.Clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	give("worker", actor.Worker, grids[0].Code)
	give("registrar", actor.Worker, grids[3].Code)
	give("leader", actor.Worker, community)
	give("planner", actor.Registrar, community)
	give("operator", actor.Worker, "990101001002")
	var held int
	count := func() (n int) {
		if err := c.Pool.QueryRow(t.Context(), "SELECT count(*) FROM account_grant").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	held = count()
	_, report, err = c.Regions.CutDraft(admin, community, ask, apitest.NewID(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	if got := []string{report.Charges[0].Login, report.Charges[1].Login, report.Charges[2].Login}; len(report.Charges) != 3 || got[0] != "leader" || got[1] != "registrar" || got[2] != "worker" {
		t.Fatalf("%+v", report.Charges)
	}
	var load float64
	seen := map[string]bool{}
	for _, one := range report.Charges {
		load += one.Load
		for _, g := range one.Grids {
			seen[g.Code] = true
			var part float64 // by the word of PostGIS
			mine := map[string]grid.Code{"worker": grids[0].Code, "registrar": grids[3].Code}[one.Login]
			if err := c.Pool.QueryRow(t.Context(), `
SELECT COALESCE((SELECT ST_Area(ST_Intersection(p.geom, r.geom)::geography) / ST_Area(p.geom::geography) FROM region_draft_part p, region r WHERE p.code = $1 AND r.code = $2), 0)`, g.Code, string(mine)).Scan(&part); err != nil || math.Abs(part-g.Kept) > 1e-3 {
				t.Errorf("%s keeps %.4f of %s, PostGIS says %.4f, %v", one.Login, g.Kept, g.Code, part, err)
			}
		}
	}
	if len(seen) != report.Grids {
		t.Errorf("%d of %d grids have a worker", len(seen), report.Grids)
	}
	for _, one := range report.Charges {
		if one.Load > 1.6*load/3 || one.Login != "leader" && one.Grids[0].Kept+one.Grids[len(one.Grids)-1].Kept == 0 {
			t.Errorf("%s has %.0f of %.0f: %+v", one.Login, one.Load, load, one.Grids)
		}
	}
	if count() != held {
		t.Error("a proposal gave or took a role")
	}
}
