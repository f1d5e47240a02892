package place_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/apitest"
	"onemap/api/place"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

func TestCodes(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]grid.Place{
		"<nil> ":                          {Outside: true, FarOutside: true},
		"<nil> 9901":                      {Outside: true, Scope: "9901"},
		"<nil> 990101001001":              {Scope: "990101001001"},
		"990101001001001 990101001001001": {Grid: "990101001001001", Scope: "990101001001001"},
	} {
		g, scope := place.Codes(p)
		got := "<nil> " + scope
		if g != nil {
			got = *g + " " + scope
		}
		if got != want {
			t.Errorf("%+v gives %q, want %q", p, got, want)
		}
	}
}

func TestFarPointsAreRefusedWithTheLikelyDatum(t *testing.T) {
	t.Parallel()
	ix := apitest.New(t).Regions.Index()
	refuse := func(given crs.Name, x, y float64, says ...string) {
		t.Helper()
		at, err := given.WGS84(x, y)
		if err != nil {
			t.Fatal(err)
		}
		bad := place.Near(ix, given, x, y, at, "body.lon")
		if bad == nil {
			t.Errorf("%v %v in %s was taken", x, y, given)
			return
		}
		for _, s := range append(says, "113.3000 to 113.3400", "23.4000 to 23.4200") {
			if bad.Location != "body.lon" || !strings.Contains(bad.Message, s) {
				t.Errorf("%v %v in %s: %q does not say %q", x, y, given, bad.Message, s)
			}
		}
	}
	refuse(crs.NameWGS84, 0, 0)
	refuse(crs.NameWGS84, 23.41, 113.32-90) // nowhere near, in no order
	refuse(crs.NameWebMercator, 113.32, 23.41, "would lie inside", "wgs84")
	for _, at := range []orb.Point{apitest.InGridA, apitest.Outside} {
		if bad := place.Near(ix, crs.NameWGS84, at[0], at[1], crs.FromPoint(at), "x"); bad != nil {
			t.Errorf("%v is refused: %+v", at, bad)
		}
	}
	empty, err := grid.NewIndex(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if bad := place.Near(empty, crs.NameWGS84, 0, 0, crs.WGS84{}, "x"); bad != nil {
		t.Errorf("without any city every place is as good as another: %+v", bad)
	}
}

// After a redraw every object is where PostGIS says, those that are kept stay,
// and only what changed is written.
func TestMoveAgreesWithPostGIS(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	random := rand.New(rand.NewPCG(7, 7))
	points := make([]orb.Point, 300)
	for i := range points {
		points[i] = orb.Point{113.295 + 0.05*random.Float64(), 23.395 + 0.03*random.Float64()}
	}
	later := c.Clock.Now().Add(time.Hour)
	c.Tx(t, func(tx pgx.Tx) error {
		ix, err := c.Regions.Hold(t.Context(), tx)
		if err != nil {
			return err
		}
		for i, p := range points {
			g, scope := place.Codes(ix.Locate(crs.FromPoint(p)))
			_, err := tx.Exec(t.Context(), `INSERT INTO service (id, source, source_ref, kind, point, grid_code, scope_code, rev, updated_at)
VALUES ($1, 'test', $2, 'clinic', $3, $4, $5, 1, $6)`, apitest.NewID(), fmt.Sprint(i), p, g, scope, c.Clock.Now())
			if err != nil {
				return err
			}
		}
		if n, err := place.Move(t.Context(), tx, "service", "FALSE", place.Redraw{Index: ix}, later); err != nil || n != 0 {
			t.Errorf("nothing was redrawn, yet %d moved, %v", n, err)
		}
		// One grid goes: what lay in it lies in its community now.
		if _, err := tx.Exec(t.Context(), "DELETE FROM region WHERE code = $1", apitest.GridA); err != nil {
			return err
		}
		regions := regionsBut(c.Regions.Index(), apitest.GridA)
		next, err := grid.NewIndex(ix.Edition()+1, regions)
		if err != nil {
			return err
		}
		var there int64
		if err := tx.QueryRow(t.Context(), "SELECT count(*) FROM service WHERE grid_code = $1", apitest.GridA).Scan(&there); err != nil {
			return err
		}
		if n, err := place.Move(t.Context(), tx, "service", "TRUE", place.Redraw{Index: next}, later); err != nil || n != 0 {
			t.Errorf("all were to be kept, yet %d moved, %v", n, err)
		}
		// Only the ground of a redraw is looked at, each place once.
		had, _ := ix.Region(apitest.GridA)
		west, east := had.Geom.Bound(), had.Geom.Bound()
		west.Max[0] = (west.Min[0] + west.Max[0]) / 2
		east.Min[0] = west.Max[0] + 1e-7
		beside := orb.Bound{Min: orb.Point{113.32, 23.4}, Max: orb.Point{113.33, 23.41}}
		if n, err := place.Move(t.Context(), tx, "service", "FALSE", place.Redraw{Index: next, Where: []orb.Bound{beside}}, later); err != nil || n != 0 {
			t.Errorf("beside the ground of the redraw %d moved, %v", n, err)
		}
		n, err := place.Move(t.Context(), tx, "service", "FALSE", place.Redraw{Index: next, Where: []orb.Bound{beside, west, east}}, later)
		if err != nil || n != there || n == 0 {
			t.Errorf("%d moved, want the %d of the grid that went, %v", n, there, err)
		}
		var wrong, written int64
		err = tx.QueryRow(t.Context(), `
SELECT count(*) FILTER (WHERE s.grid_code IS DISTINCT FROM (SELECT r.code FROM region r WHERE r.level = 'grid' AND ST_Covers(r.geom, s.point))
                           OR s.scope_code <> COALESCE((SELECT r.code FROM region r WHERE ST_Covers(r.geom, s.point) ORDER BY length(r.code) DESC LIMIT 1), '9901')),
       count(*) FILTER (WHERE s.updated_at = $1)
FROM service s`, later).Scan(&wrong, &written)
		if err != nil || wrong != 0 || written != n {
			t.Errorf("%d are not where PostGIS says; %d were written, %d moved; %v", wrong, written, n, err)
		}
		return nil
	})
}

func regionsBut(ix *grid.Index, code grid.Code) []grid.Region {
	var list []grid.Region
	for _, level := range grid.Levels() {
		for _, ref := range ix.AtLevel(level) {
			if r, ok := ix.Region(ref.Code); ok && ref.Code != code {
				list = append(list, r)
			}
		}
	}
	return list
}
