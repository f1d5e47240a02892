package transfer_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"onemap/api/apitest"
	"onemap/api/transfer"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// Boundaries in GCJ-02 land where the places are.
func TestBoundariesInGCJ02LandWhereTheyAre(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, file string
		published  int64
		refused    int64
		code       grid.Code
		// Rail stations and the like, WGS84, and the district each is in.
		places map[grid.Code]crs.WGS84
		shift  orb.Point // of the bounding box from the raw numbers, degrees
	}{
		{"Foshan", "admin-cn/foshan-440600-fences-gcj02.geojson", 6, 0, "440604", map[grid.Code]crs.WGS84{"440604": {Lon: 113.107, Lat: 23.029}}, orb.Point{-0.0055, 0.0026}},
		{"Tangshan", "admin-cn/tangshan-130200-fences-gcj02.geojson", 15, 0, "130203", nil, orb.Point{-0.0062, -0.0012}},
		{"Beijing", "admin-cn/beijing-110000-fences-gcj02.geojson", 17, 1, "110101", map[grid.Code]crs.WGS84{
			"110101": {Lon: 116.3975, Lat: 39.9087}, // Tian'anmen
			"110108": {Lon: 116.3520, Lat: 39.9600}, // the campus of the OpenStreetMap extract
		}, orb.Point{-0.0062, -0.0014}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path, c := copied(t, tt.file), apitest.New(t)
			gcj := transfer.FileOptions{Mapping: transfer.Mapping{CRS: "gcj02"}}
			report := takes(t, c, "regions", path, transfer.Counts{Read: tt.published + tt.refused, Fresh: tt.published, Refused: tt.refused}, gcj)
			for _, r := range report.First {
				if !strings.Contains(r.Reason, "province") {
					t.Errorf("refused: %+v", r)
				}
			}
			ix := c.Regions.Index()
			for code, at := range tt.places {
				if p := ix.Locate(at); p.Scope != code {
					t.Errorf("%v lies in %s, want %s", at, p.Scope, code)
				}
			}
			raw, got := rawBound(t, path, string(tt.code)), bound(t, c, tt.code)
			for i, want := range tt.shift {
				if d := got.Center()[i] - raw.Center()[i]; math.Abs(d-want) > 0.0006 {
					t.Errorf("%s moved by %v along axis %d, want about %v", tt.code, d, i, want)
				}
			}
			var wrong int
			err := c.Pool.QueryRow(t.Context(), "SELECT count(*) FROM region WHERE NOT ST_IsValid(geom) OR level <> 'city' AND parent IS NULL").Scan(&wrong)
			if err != nil || wrong > 0 {
				t.Errorf("%d regions are not valid or without parent (%v)", wrong, err)
			}
			before := state(t, c)
			gcj.DryRun = true
			takes(t, c, "regions", path, transfer.Counts{Read: tt.published + tt.refused, Unchanged: tt.published, Refused: tt.refused}, gcj)
			if state(t, c) != before {
				t.Error("a dry run left something")
			}
		})
	}
}

func bound(t *testing.T, c *apitest.City, code grid.Code) orb.Bound {
	t.Helper()
	ref, ok := c.Regions.Index().Ref(code)
	if !ok {
		t.Fatalf("no region %s", code)
	}
	return ref.Bound
}

func rawBound(t *testing.T, path, code string) orb.Bound {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all, err := geojson.UnmarshalFeatureCollection(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all.Features {
		if fmt.Sprint(f.Properties["adcode"]) == code {
			return f.Geometry.Bound()
		}
	}
	t.Fatalf("no %s in %s", code, path)
	return orb.Bound{}
}

func TestParishesOfMacauAreRefusedWithTheirPlace(t *testing.T) {
	t.Parallel()
	path, c := copied(t, "polygons/macau-parishes.geojson"), apitest.New(t)
	report := takes(t, c, "regions", path, transfer.Counts{Read: 8, Fresh: 1, Refused: 7}, transfer.FileOptions{Mapping: transfer.Mapping{Under: "8200"}})
	for _, r := range report.First {
		if r.Lon == nil || *r.Lon < 113.5 || *r.Lon > 113.6 || *r.Lat < 22.1 || *r.Lat > 22.3 || r.Reason == "" {
			t.Errorf("%+v", r)
		}
	}
}

func TestVillagesOfTaiwanHaveNoCodesOfOurs(t *testing.T) {
	t.Parallel()
	path, c := copied(t, "polygons/taiwan-villages.geojson"), apitest.New(t)
	before := state(t, c)
	columns := map[string]string{"code": "VILLCODE", "name": "VILLNAME"}
	report := takes(t, c, "regions", path, transfer.Counts{Read: 7701, Refused: 7701}, transfer.FileOptions{Mapping: transfer.Mapping{Columns: columns}})
	if r := report.First[0]; !strings.Contains(r.Reason, "code") {
		t.Errorf("%+v", r)
	}
	if state(t, c) != before {
		t.Error("something was left")
	}
}

// Rows without codes are numbered, as many as the digits of a level count.
func TestFeaturesAreNumberedUnderARegion(t *testing.T) {
	t.Parallel()
	path, c := copied(t, "polygons/taiwan-towns.geojson"), apitest.New(t)
	o := transfer.FileOptions{Mapping: transfer.Mapping{Under: "7101", Columns: map[string]string{"code": "", "name": "TOWNNAME"}}}
	report, err := c.Loader.File(t.Context(), "regions", path, o)
	if err != nil || report.Read != 368 || report.Fresh+report.Refused != 368 || report.Fresh < 95 {
		t.Fatalf("%+v, %v", report.Counts, err)
	}
	if text := refusedText(t, path); !strings.Contains(text, "number 368") {
		t.Error("the last number is not refused")
	}
	if r, ok := c.Regions.Index().Ref("710101"); !ok || r.Level != grid.District {
		t.Errorf("%+v", r)
	}
}

const ring = `[[113.30,23.40],[113.31,23.40],[113.31,23.41],[113.30,23.41],[113.30,23.40]]`

func feature(code, geometry string) string {
	return `{"type":"Feature","properties":{"code":` + code + `,"name":"甲"},"geometry":` + geometry + `}`
}

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
}

func TestFilesThatAreNoRegions(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	before := state(t, c)
	polygon := `{"type":"Polygon","coordinates":[` + ring + `]}`
	whole := collection(feature(`"880101"`, polygon))
	for name, content := range map[string]string{
		"nothing": "", "blank": " \n", "a text": "Dear city,", "cut off": whole[:len(whole)-40], "an array": "[]", "null": "null", "a number": "7",
		"TopoJSON": `{"type":"Topology","objects":{}}`, "no features": collection(),
		"binary": "\x00\x01\x02",
	} {
		report, err := c.Loader.File(t.Context(), "regions", file(t, "x.geojson", content), transfer.FileOptions{})
		if err == nil || strings.Contains(err.Error(), "runtime error") {
			t.Errorf("%s: %+v, %v", name, report, err)
		}
	}
	for name, tt := range map[string]struct{ feature, reason string }{
		"a point":               {feature(`"880101"`, `{"type":"Point","coordinates":[113.3,23.4]}`), "Point"},
		"a line":                {feature(`"880101"`, `{"type":"LineString","coordinates":[[1,2],[3,4]]}`), "LineString"},
		"no geometry":           {feature(`"880101"`, `null`), "geometry"},
		"no code":               {feature(`null`, polygon), "code"},
		"a province":            {feature(`"440000"`, polygon), "province"},
		"letters":               {feature(`"88A1"`, polygon), "digits"},
		"seven digits":          {feature(`8801011`, polygon), "characters"},
		"an open ring":          {feature(`"880101"`, `{"type":"Polygon","coordinates":[[[113.30,23.40],[113.31,23.40],[113.31,23.41],[113.30,23.41]]]}`), ""},
		"a bow tie":             {feature(`"880101"`, `{"type":"Polygon","coordinates":[[[113.30,23.40],[113.31,23.41],[113.31,23.40],[113.30,23.41],[113.30,23.40]]]}`), ""},
		"off the Earth":         {feature(`"880101"`, `{"type":"Polygon","coordinates":[[[313.30,23.40],[313.31,23.40],[313.31,23.41],[313.30,23.40]]]}`), "longitude"},
		"a null feature":        {`null`, "feature"},
		"a geometry of numbers": {feature(`"880101"`, `{"type":"Polygon","coordinates":[[1,2]]}`), "positions"},
		"an empty shape":        {feature(`"880101"`, `{"type":"Polygon","coordinates":[]}`), ""},
	} {
		report, err := c.Loader.File(t.Context(), "regions", file(t, "x.geojson", collection(tt.feature)), transfer.FileOptions{})
		if err != nil || report.Refused != 1 || !strings.Contains(report.First[0].Reason, tt.reason) || report.First[0].Reason == "" {
			text, _ := json.Marshal(report)
			t.Errorf("%s: %s, %v, want a refusal that says %q", name, text, err, tt.reason)
		}
	}
	if state(t, c) != before {
		t.Error("a refused file left something")
	}
	twice := file(t, "x.geojson", collection(feature(`"880101"`, polygon), feature(`880101`, polygon), feature(`"880102000000"`, polygon)))
	report := takes(t, c, "regions", twice, transfer.Counts{Read: 3, Fresh: 2, Refused: 1})
	if r := report.First[0]; !strings.Contains(r.Reason, "row 1") || r.Line != 2 {
		t.Errorf("a code given twice: %+v", r)
	}
	if _, ok := c.Regions.Index().Ref("880102"); !ok {
		t.Error("a code filled up with zeros is not the district's")
	}
}
