package region_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/fault"
	"onemap/api/region"
	"onemap/geo/grid"
)

// The code of a region that is gone comes back with a polygon that it had, and with
// no other, whoever publishes and however many at once; the database holds it.
func TestACodeIsNeverGivenToOtherGround(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	had, _ := c.Regions.Index().Region(apitest.GridA)
	gone, err := c.Regions.Publish(t.Context(), region.Redraw{Source: "test", Drop: []grid.Code{apitest.GridA}})
	if err != nil {
		t.Fatal(err)
	}
	other := had
	other.Geom = orb.MultiPolygon{orb.Bound{Min: had.Geom.Bound().Min, Max: had.Geom.Bound().Center()}.ToPolygon()}
	before, refusals := state(t, c), make(chan error)
	for range 2 {
		go func() {
			_, err := c.Regions.Publish(t.Context(), region.Redraw{Source: "import", Regions: []grid.Region{other}})
			refusals <- err
		}()
	}
	for range 2 {
		if err := <-refusals; !fault.Is(err, fault.Conflict) || !strings.Contains(fault.As(err).Public, apitest.GridA) || !strings.Contains(fault.As(err).Public, "edition 1 on 2026-03-02") {
			t.Errorf("other ground: %v", err)
		}
	}
	if after := state(t, c); after != before {
		t.Errorf("a refused code left something behind:\n%s\n%s", before, after)
	}
	if _, err := c.Regions.Publish(t.Context(), region.Redraw{Source: "import", Regions: []grid.Region{had}}); err != nil {
		t.Errorf("the same file again: %v", err)
	}
	back, err := c.Regions.Publish(t.Context(), region.Redraw{Source: "test", Drop: []grid.Code{apitest.GridA}})
	if err != nil || back.Dropped != gone.Dropped {
		t.Fatalf("%+v, %v", back, err)
	}
	if _, err := c.Regions.Undo(c.As(actor.Administrator), apitest.CityCode, back.Edition); err != nil {
		t.Errorf("undone: %v", err)
	}
	for _, sql := range []string{
		"INSERT INTO region_code (code, given) VALUES ('" + apitest.GridA + "', 9)",
		"DELETE FROM region_code WHERE code = '" + apitest.GridA + "'",
		"UPDATE region SET code = '990101001001099' WHERE code = '" + apitest.GridA + "'",
	} {
		var refused *pgconn.PgError
		if _, err := c.Root.Exec(t.Context(), sql); !errors.As(err, &refused) || !strings.HasPrefix(refused.Code, "23") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// Grids cut anew have new codes where they are new, and their own where the same cut
// comes back.
func TestGridsMadeAnewHaveCodesOfTheirOwn(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	const community = "990101001001"
	made := func(size float64) map[grid.Code]orb.MultiPolygon {
		t.Helper()
		if _, err := c.Regions.MakeGrids(t.Context(), community, size, false); err != nil {
			t.Fatal(err)
		}
		list := map[grid.Code]orb.MultiPolygon{}
		for _, ref := range c.Regions.Index().Children(community) {
			r, _ := c.Regions.Index().Region(ref.Code)
			list[ref.Code] = r.Geom
		}
		return list
	}
	ever := map[grid.Code]orb.MultiPolygon{}
	for _, ref := range c.Regions.Index().Children(community) {
		r, _ := c.Regions.Index().Region(ref.Code)
		ever[ref.Code] = r.Geom
	}
	first := made(900)
	for _, size := range []float64{400, 600, 900} {
		for code, geom := range made(size) {
			if was, ok := ever[code]; ok && !orb.Equal(was, geom) {
				t.Errorf("%s was given again, to other ground", code)
			}
			ever[code] = geom
		}
	}
	for code, geom := range first {
		if now, ok := c.Regions.Index().Region(code); !ok || !orb.Equal(now.Geom, geom) {
			t.Errorf("%s did not come back", code)
		}
	}
}
