package transfer_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/pg"
	"onemap/api/transfer"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// Real extracts come in twice: the second time everything is there already.
func TestExtractsOfRealCities(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, file string
		o          transfer.OSMOptions
		buildings  int64
		twins      int64 // drawn twice
	}{
		{"Helsinki", "osm/helsinki-centre-2019.osm.pbf", transfer.OSMOptions{Found: "8801", FoundName: "Helsinki"}, 446, 0},
		{"Beijing", "osm/beijing-bupt-2025.osm", transfer.OSMOptions{Found: "1101", FoundName: "北京市"}, 111, 0},
		{"Guixi", "osm/guixi-jiangxi-2024.osm", transfer.OSMOptions{Boundaries: true}, 165, 0},
		{"Liechtenstein", "osm/liechtenstein-2015.osm.pbf", transfer.OSMOptions{}, 8994, 2}, // GDAL's 8995 hold one that is tagged building=no
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path, c := shared(t, tt.file), apitest.New(t)
			var tried transfer.OSMReport
			if tt.buildings < 1000 { // a dry run of the large one says nothing new
				tried = dryRun(t, c, path, tt.o)
			}
			first, err := c.Loader.OSM(t.Context(), path, tt.o)
			if err != nil {
				t.Fatal(err)
			}
			if tt.buildings < 1000 && (first.Buildings != tried.Buildings || first.Facilities != tried.Facilities || first.Basemap != tried.Basemap || first.Unplaced != tried.Unplaced) {
				t.Errorf("done %+v, the dry run said %+v", first, tried)
			}
			if first.Buildings != (pg.Merged{Fresh: tt.buildings}) {
				t.Errorf("buildings %+v, want %d", first.Buildings, tt.buildings)
			}
			if tt.o.Found != "" {
				if first.Unplaced != 0 {
					t.Errorf("%d objects lie outside the city that was made around them", first.Unplaced)
				}
				if _, err := c.Regions.MakeGrids(t.Context(), tt.o.Found, 200, false); err != nil {
					t.Error(err)
				}
			}
			// After grids are made the objects have moved, and still match the file.
			second, err := c.Loader.OSM(t.Context(), path, tt.o)
			if err != nil {
				t.Fatal(err)
			}
			for what, m := range map[string][2]pg.Merged{
				"buildings": {first.Buildings, second.Buildings}, "facilities": {first.Facilities, second.Facilities},
				"services": {first.Services, second.Services}, "basemap": {first.Basemap, second.Basemap},
			} {
				if m[1] != (pg.Merged{Unchanged: m[0].Fresh}) {
					t.Errorf("%s: first %+v, second %+v", what, m[0], m[1])
				}
			}
			// Its own buildings, given out, come back as they are.
			again := filepath.Join(t.TempDir(), "buildings.csv")
			ctx, _ := c.Audit.Command(t.Context(), "export")
			if _, err := c.Loader.Export(ctx, "buildings", again, transfer.ExportOptions{Format: "csv", Scope: actor.Everywhere()}); err != nil {
				t.Fatal(err)
			}
			takes(t, c, "buildings", again, transfer.Counts{Read: tt.buildings, Unchanged: tt.buildings - tt.twins, Doubtful: tt.twins})
			t.Logf("%d buildings, %d facilities, %d services, %d lines and areas in %.2f s",
				first.Buildings.Fresh, first.Facilities.Fresh, first.Services.Fresh, first.Basemap.Fresh, first.Seconds)
		})
	}
}

// dryRun tells what would be done, and leaves nothing.
func dryRun(t *testing.T, c *apitest.City, path string, o transfer.OSMOptions) transfer.OSMReport {
	t.Helper()
	before := state(t, c)
	o.DryRun = true
	tried, err := c.Loader.OSM(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	if state(t, c) != before {
		t.Error("a dry run left something")
	}
	return tried
}

// The one boundary of the Guixi extract that assembles whole, 东门街道, carries
// no code, so that it cannot be a region: the report says so.
func TestABoundaryWithoutCodeIsNamed(t *testing.T) {
	t.Parallel()
	path, c := shared(t, "osm/guixi-jiangxi-2024.osm"), apitest.New(t)
	report, err := c.Loader.OSM(t.Context(), path, transfer.OSMOptions{Boundaries: true})
	if err != nil || report.Regions != nil || len(report.NotRegions) == 0 {
		t.Fatalf("%+v, %v", report.NotRegions, err)
	}
	if n := report.NotRegions[0]; n.Name != "东门街道" || !strings.Contains(n.Reason, "code") {
		t.Errorf("%+v", report.NotRegions)
	}
}

func TestBoundariesWithCodesBecomeRegions(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	way := func(id, first int, code string) string {
		return fmt.Sprintf(`<way id="%d"><nd ref="%d"/><nd ref="%d"/><nd ref="%d"/><nd ref="%d"/></way>
<relation id="%d"><member type="way" ref="%d" role="outer"/><tag k="type" v="boundary"/><tag k="boundary" v="administrative"/><tag k="admin_level" v="6"/><tag k="name" v="区%s"/><tag k="division_code" v="%s"/></relation>`,
			id, first, first+1, first+2, first, id, id, code, code)
	}
	doc := `<osm version="0.6">`
	for i, at := range [][2]float64{{120, 30}, {120.1, 30}, {120.1, 30.1}, {121, 30}, {121.1, 30}, {121.1, 30.1}} {
		doc += fmt.Sprintf(`<node id="%d" lon="%v" lat="%v"/>`, i+1, at[0], at[1])
	}
	doc += way(1, 1, "880101") + way(2, 4, "880102000000") + way(3, 4, "880102") + way(4, 1, "88x") + `</osm>`
	report, err := c.Loader.OSM(t.Context(), file(t, "x.osm", doc), transfer.OSMOptions{Boundaries: true})
	if err != nil || report.Regions == nil || report.Regions.Regions != 2 || len(report.NotRegions) != 2 {
		t.Fatalf("%+v, %+v, %v", report.Regions, report.NotRegions, err)
	}
	if p := c.Regions.Index().Locate(crs.WGS84{Lon: 121.09, Lat: 30.01}); p.Scope != "880102" {
		t.Errorf("%+v", p)
	}
}

func TestBrokenExtractsLeaveNothing(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	before := state(t, c)
	pbf, err := os.ReadFile(shared(t, "osm/helsinki-centre-2019.osm.pbf"))
	if err != nil {
		t.Fatal(err)
	}
	xml, err := os.ReadFile(shared(t, "osm/beijing-bupt-2025.osm"))
	if err != nil {
		t.Fatal(err)
	}
	o := transfer.OSMOptions{Found: "8801"}
	for name, path := range map[string]string{
		"a PBF cut off":   file(t, "a.osm.pbf", string(pbf[:len(pbf)*2/3])),
		"an XML cut off":  file(t, "a.osm", string(xml[:len(xml)/2])),
		"nothing, as PBF": file(t, "b.osm.pbf", ""),
		"nothing, as XML": file(t, "b.osm", ""),
		"a text":          file(t, "c.osm.pbf", "Dear city,\n"),
		"another XML":     file(t, "c.osm", "<gpx></gpx>"),
		"no such file":    "/nonexistent/x.osm",
	} {
		report, err := c.Loader.OSM(t.Context(), path, o)
		if err == nil {
			t.Errorf("%s: taken: %+v", name, report)
		} else if strings.Contains(err.Error(), "runtime error") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, found := range []grid.Code{"88", "880101", "abcd"} {
		if _, err := c.Loader.OSM(t.Context(), shared(t, "osm/beijing-bupt-2025.osm"), transfer.OSMOptions{Found: found}); err == nil {
			t.Errorf("a city %q was founded", found)
		}
	}
	if after := state(t, c); after != before {
		t.Errorf("something was left:\n%s\n%s", before, after)
	}
	if p := c.Regions.Index().Locate(crs.WGS84{Lon: 24.94, Lat: 60.17}); !p.FarOutside {
		t.Errorf("a city of a failed import answers: %+v", p)
	}
}
