package crosswalk_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/crosswalk"
	"onemap/api/region"
	"onemap/api/transfer"
	"onemap/geo/grid"
)

// shared copies a file of the shared sample data, which lies beside the repository
// (or where ONEMAP_SHARED says), and skips the test without it.
func shared(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("ONEMAP_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	data, err := os.ReadFile(filepath.Join(root, "data", filepath.FromSlash(name)))
	if err != nil {
		t.Skipf("shared sample data is not here (%v); set ONEMAP_SHARED to its folder", err)
	}
	path := filepath.Join(t.TempDir(), filepath.Base(name))
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// asPostGIS compares the ground of all crosswalks with what PostGIS computes.
func asPostGIS(t *testing.T, c *apitest.City) {
	t.Helper()
	list, err := crosswalk.Grounds(t.Context(), c.Pool, c.Regions.Index())
	if err != nil || len(list) == 0 {
		t.Fatal(len(list), err)
	}
	type key struct {
		net        uuid.UUID
		cell, grid string
	}
	ours := map[key]float64{}
	for _, g := range list {
		ours[key{g.Net, g.Cell, g.Grid}] = g.Area
	}
	rows, err := c.Pool.Query(t.Context(), `
SELECT c.net_id, c.code, r.code, ST_Area(ST_Intersection(c.geom, r.geom)::geography), ST_Perimeter(c.geom::geography)
FROM net_cell c JOIN region r ON r.level = 'grid' AND r.geom && c.geom AND ST_Intersects(r.geom, c.geom)`)
	if err != nil {
		t.Fatal(err)
	}
	var k key
	var area, border float64
	wrong, looked := 0, 0
	if _, err := pgx.ForEachRow(rows, []any{&k.net, &k.cell, &k.grid, &area, &border}, func() error {
		looked++
		if had := ours[k]; math.Abs(had-area) > 0.03*border+0.002*area {
			if wrong++; wrong < 5 {
				t.Errorf("%s in %s: %.1f m2, PostGIS %.1f", k.cell, k.grid, had, area)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if looked < 100 {
		t.Errorf("only %d pairs were compared", looked)
	}
}

// The districts of Zürich as another department's net, over grids cut within them:
// a coarse net along our borders agrees everywhere, in a projection of its own.
func TestDistrictsOfZurichAgreeWithGridsCutWithinThem(t *testing.T) {
	t.Parallel()
	path := shared(t, "polygons/zurich-districts.gpkg")
	c := apitest.New(t)
	if _, err := c.Loader.File(t.Context(), "regions", path, transfer.FileOptions{Mapping: transfer.Mapping{City: "8261", CityName: "Zürich"}}); err != nil {
		t.Fatal(err)
	}
	for _, ref := range c.Regions.Index().Children("8261")[:4] {
		if _, err := c.Regions.MakeGrids(t.Context(), ref.Code, 500, false); err != nil {
			t.Fatal(err)
		}
	}
	n, err := c.Nets.Define(c.As(actor.Administrator, ""), crosswalk.Net{Scope: "8261", Name: "civil", Kind: crosswalk.CivilAffairs})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := take(t, c, n, path); err != nil || r.Fresh != 22 || r.CRS != "EPSG:2056" {
		t.Fatalf("%+v %v", r, err)
	}
	asPostGIS(t, c)
	list, _, err := c.Nets.Disagreements(c.As(actor.Administrator, ""), n.ID, 0, 5)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		if d.Sort == crosswalk.Departs || d.Sort == crosswalk.Gap || d.Sort == crosswalk.Overlap {
			t.Errorf("%s in %s: %.1f m2, %.1f m wide", d.Sort, d.Grid, d.Area, d.Width)
		}
	}
	fit, err := c.Nets.FitOf(c.As(actor.Administrator, ""), "8261", uuid.Nil, 5)
	if err != nil || fit[0].Area.Completeness < 0.999 || fit[0].CellsSplit != 0 {
		t.Errorf("%+v %v", fit, err)
	}
}

// The squares of Macau that have buildings, over grids cut without regard to them:
// the merged net is a sound draft. Parishes whose rings do not close are refused.
func TestSquaresOfMacauAreMerged(t *testing.T) {
	t.Parallel()
	squares, parishes := shared(t, "polygons/macau-grid-100m.geojson"), shared(t, "polygons/macau-parishes.geojson")
	c := apitest.New(t)
	box := orb.MultiPolygon{orb.Bound{Min: orb.Point{113.533, 22.18}, Max: orb.Point{113.56, 22.2173}}.ToPolygon()}
	if _, err := c.Regions.Publish(t.Context(), region.Redraw{Source: "test", Regions: []grid.Region{{Code: "8200", Name: "澳门", Geom: box}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Regions.MakeGrids(t.Context(), "8200", 330, false); err != nil {
		t.Fatal(err)
	}
	ctx := c.As(actor.Administrator, "")
	n, err := c.Nets.Define(ctx, crosswalk.Net{Scope: "8200", Name: "police", Kind: crosswalk.Police})
	if err != nil {
		t.Fatal(err)
	}
	m := transfer.Mapping{Net: n.ID.String(), Columns: map[string]string{"code": "{cell_lon} {cell_lat}"}}
	if r, err := c.Loader.File(t.Context(), "cells", squares, transfer.FileOptions{Mapping: m}); err != nil || r.Read != 1707 || r.Fresh < 600 || r.Refused != r.Read-r.Fresh {
		t.Fatalf("%+v %v", r.Counts, err)
	}
	asPostGIS(t, c)
	p, err := c.Nets.Propose(ctx, "8200", "", nil, 5)
	if err != nil || len(p.Moves) < 20 {
		t.Fatalf("%d moves, %v", len(p.Moves), err)
	}
	if b, a := p.Before[0], p.After[0]; a.CellsSplit >= b.CellsSplit/2 || a.Area.Agreed <= b.Area.Agreed {
		t.Errorf("%d cells split of %d, %d before; %.3f agree, %.3f before", a.CellsSplit, a.Cells, b.CellsSplit, a.Area.Agreed, b.Area.Agreed)
	}
	found, err := c.Regions.Validate(ctx, "8200", p.Draft)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Weight == region.Blocking {
			t.Errorf("%s", f.Text)
		}
	}
	fire, err := c.Nets.Define(ctx, crosswalk.Net{Scope: "8200", Name: "fire", Kind: crosswalk.Fire})
	if err != nil {
		t.Fatal(err)
	}
	m = transfer.Mapping{Net: fire.ID.String(), Columns: map[string]string{"code": "osmId"}}
	r, err := c.Loader.File(t.Context(), "cells", parishes, transfer.FileOptions{Mapping: m})
	if r.Refused < 7 || !strings.Contains(r.First[0].Reason, "not closed") {
		t.Errorf("%+v %v", r.Counts, err)
	}
}
