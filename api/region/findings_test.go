package region_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/fault"
	"onemap/geo/coverage"
	"onemap/geo/grid"
)

// Gaps and overlaps have the area that PostGIS computes, in square degrees.
func TestFindingsAgreeWithPostGIS(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	side := 0.001
	square := func(x, y, w, h float64) orb.MultiPolygon {
		return orb.MultiPolygon{{{{113 + x, 23 + y}, {113 + x + w, 23 + y}, {113 + x + w, 23 + y + h}, {113 + x, 23 + y + h}, {113 + x, 23 + y}}}}
	}
	parent := square(0, 0, 4*side, 4*side)
	slanted := orb.MultiPolygon{{{{113.0021, 23.0001}, {113.0033, 23.0007}, {113.0027, 23.0031}, {113.0021, 23.0001}}}}
	parts := []orb.MultiPolygon{square(0, 0, 2.3*side, 3*side), slanted, square(2*side, 2*side, 3*side, 1*side)}
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
WITH part AS (SELECT geom, path[1] AS n FROM ST_Dump($2::geometry)), together AS (SELECT ST_Union(geom) AS geom FROM part)
SELECT ST_Area(ST_Difference($1::geometry, together.geom)), ST_Area(ST_Difference(together.geom, $1::geometry)),
    (SELECT sum(ST_Area(ST_Intersection(a.geom, b.geom))) FROM part a JOIN part b ON a.n < b.n)
FROM together`, parent, together).Scan(&wantGaps, &wantOutside, &wantPairs); err != nil {
		t.Fatal(err)
	}
	// A crossing is rounded by a unit at most: along the border, not more.
	rounding := 1e-7 * 20 * side
	if math.Abs(gaps-wantGaps) > rounding || math.Abs(pairs-wantPairs) > rounding || math.Abs(outside-wantOutside) > rounding || wantPairs == 0 {
		t.Errorf("gaps %g, overlaps %g, outside %g; PostGIS %g, %g, %g", gaps, pairs, outside, wantGaps, wantPairs, wantOutside)
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
