package region_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/fault"
	"onemap/geo/coverage"
	"onemap/geo/grid"
	"onemap/geo/grid/gridtest"
)

// Gaps and overlaps have the area that PostGIS computes, in square degrees: of a
// few polygons, and of a town of 900 of which some were moved, some are missing,
// and some reach over their neighbours and out of the town.
func TestFindingsAgreeWithPostGIS(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	side := 0.001
	square := func(x, y, w, h float64) orb.MultiPolygon {
		return orb.MultiPolygon{{{{113 + x, 23 + y}, {113 + x + w, 23 + y}, {113 + x + w, 23 + y + h}, {113 + x, 23 + y + h}, {113 + x, 23 + y}}}}
	}
	slanted := orb.MultiPolygon{{{{113.0021, 23.0001}, {113.0033, 23.0007}, {113.0027, 23.0031}, {113.0021, 23.0001}}}}

	town := gridtest.Town{Side: 30, Step: 10_000, X: 1_130_000_000, Y: 220_000_000}
	random := rand.New(rand.NewPCG(30, 30))
	var moved []orb.MultiPolygon
	for i := range town.Side {
		for j := range town.Side {
			cell := town.Polygon(i, j)
			switch random.IntN(30) {
			case 0:
				continue
			case 1:
				dx, dy := (random.Float64()-0.5)*side, (random.Float64()-0.5)*side
				for _, ring := range cell[0] {
					for k, p := range ring {
						ring[k] = orb.Point{math.Round((p[0]+dx)*1e7) / 1e7, math.Round((p[1]+dy)*1e7) / 1e7}
					}
				}
			case 2:
				x, y := (float64(i)+0.1)*side, float64(j)*side
				cell = square(x, y-1, 1.7*side, 0.6*side)
			}
			moved = append(moved, cell)
		}
	}
	agrees(t, c, square(0, 0, 4*side, 4*side), []orb.MultiPolygon{square(0, 0, 2.3*side, 3*side), slanted, square(2*side, 2*side, 3*side, 1*side)}, 20*side)
	agrees(t, c, town.Rim(), moved, 400*side)
}

// agrees compares with PostGIS; crossings are rounded by a unit at most, along
// that much of border.
func agrees(t *testing.T, c *apitest.City, parent orb.MultiPolygon, parts []orb.MultiPolygon, border float64) {
	t.Helper()
	var list []coverage.Polygon
	var together orb.MultiPolygon
	for i, p := range parts {
		list = append(list, coverage.Polygon{Code: fmt.Sprint(i), Geom: p})
		together = append(together, p...)
	}
	check, err := coverage.New(&coverage.Polygon{Code: "P", Geom: parent}, list, coverage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var gaps, pairs, outside float64
	for _, f := range check.Findings() {
		area := float64(f.Area2) / 2 * 1e-14
		switch f.Kind {
		case coverage.Gap, coverage.GapSliver, coverage.Hole:
			gaps += area
		case coverage.Overlap, coverage.OverlapSliver, coverage.Inside, coverage.Duplicate:
			pairs += area * float64(len(f.Codes)*(len(f.Codes)-1)/2)
		case coverage.OutsideParent:
			outside += area
		}
	}
	var wantGaps, wantPairs, wantOutside float64
	if err := c.Pool.QueryRow(t.Context(), `
WITH part AS MATERIALIZED (SELECT geom, path[1] AS n FROM ST_Dump($2::geometry)), together AS (SELECT ST_Union(geom) AS geom FROM part)
SELECT ST_Area(ST_Difference($1::geometry, together.geom)), ST_Area(ST_Difference(together.geom, $1::geometry)),
    (SELECT sum(ST_Area(ST_Intersection(a.geom, b.geom))) FROM part a JOIN part b ON a.n < b.n AND a.geom && b.geom)
FROM together`, parent, together).Scan(&wantGaps, &wantOutside, &wantPairs); err != nil {
		t.Fatal(err)
	}
	rounding := 1e-7 * border
	if math.Abs(gaps-wantGaps) > rounding || math.Abs(pairs-wantPairs) > rounding || math.Abs(outside-wantOutside) > rounding || wantPairs == 0 || wantGaps == 0 || wantOutside == 0 {
		t.Errorf("%d polygons: gaps %g, overlaps %g, outside %g; PostGIS %g, %g, %g", len(parts), gaps, pairs, outside, wantGaps, wantPairs, wantOutside)
	}
}

func TestFindingsOfTheRegionsInForce(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	if _, err := c.Regions.Findings("1234"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a region there is not: %v", err)
	}
	found, err := c.Regions.Findings(grid.Code(apitest.GridA))
	if err != nil || len(found) != 0 {
		t.Errorf("a grid has no parts: %v, %v", found, err)
	}
	community := grid.Code(apitest.GridA).Parent()
	found, err = c.Regions.Findings(community)
	if err != nil || len(found) != 4 {
		t.Fatalf("four corners of its grids lie on the community's sides: %v, %v", found, err)
	}
	for _, f := range found {
		if f.Kind != coverage.Unmatched || f.Codes[0] != string(community) {
			t.Errorf("%+v", f)
		}
	}
}

// Administrators of the place read what is wrong there in pages, with what could
// be done; to others it is not found.
func TestFindingsArePagedToAdministrators(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	community := grid.Code(apitest.GridA).Parent()
	for _, ctx := range []context.Context{t.Context(), c.As(actor.Operator, "9901"), c.As(actor.Administrator, apitest.StreetB)} {
		if _, _, err := c.Regions.FindingsPage(ctx, community, 10, ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("findings for whom they are not: %v", err)
		}
		if _, _, err := c.Regions.ProposalsPage(ctx, community, 10, ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("proposals for whom they are not: %v", err)
		}
	}
	ctx := c.As(actor.Administrator, apitest.StreetA)
	seen, cursor := map[any]bool{}, ""
	for range 2 {
		list, next, err := c.Regions.FindingsPage(ctx, community, 3, cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			seen[f.ID] = true
			if f.Properties["kind"] != "unmatched_edge" || f.Properties["codes"].([]string)[0] != string(community) {
				t.Errorf("%+v", f)
			}
		}
		cursor = next
	}
	if len(seen) != 4 || cursor != "" {
		t.Errorf("%d findings, then %q", len(seen), cursor)
	}
	list, _, err := c.Regions.ProposalsPage(ctx, community, 10, "")
	if err != nil || len(list) != 4 || list[0].Properties["repair"] != "insert_vertices" || len(list[0].Properties["changes"].([]map[string]any)) != 1 {
		t.Errorf("%v, %v", list, err)
	}
	for _, cursor := range []string{"x", "0-1", "1-"} {
		if _, _, err := c.Regions.FindingsPage(ctx, community, 3, cursor); !fault.Is(err, fault.Invalid) {
			t.Errorf("the cursor %q: %v", cursor, err)
		}
	}
}
