package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onemap/geo/crs"
	"onemap/geo/parcel"
)

func TestCuttingIsReadFromFlags(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	walls := file("walls.geojson", `{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"rank":"lane"},"geometry":{"type":"LineString","coordinates":[[113.1,23],[113.2,23]]}},
{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[113.1,23],[113.2,23],[113.2,23.1],[113.1,23]]]}}]}`)
	got, err := CutAlong{Target: "households=300", Along: []string{"roads", walls}, CRS: "gcj02", Workers: 3}.cutting()
	if err != nil || got.Target != "households" || got.Much != 300 || got.Workers != 3 || len(got.Along) != 1 || len(got.Lines) != 2 || got.Lines[0].Rank != parcel.Lane || got.Lines[1].Rank != parcel.Street {
		t.Fatalf("%+v %v", got, err)
	}
	if want := (crs.GCJ02{Lon: 113.1, Lat: 23}).WGS84(); math.Hypot(got.Lines[0].Way[0][0]-want.Lon, got.Lines[0].Way[0][1]-want.Lat) > 1e-9 {
		t.Errorf("the file's datum was not heard: %v, want %v", got.Lines[0].Way[0], want)
	}
	if got, err := (CutAlong{Target: "area=10000", Along: []string{walls}, CRS: "wgs84"}).cutting(); err != nil || got.Along == nil || len(got.Along) != 0 {
		t.Errorf("a file alone: %+v %v", got, err)
	}
	for want, c := range map[string]CutAlong{
		"--target":  {Target: "area", CRS: "wgs84"},
		"not \"pe":  {Target: "people=3", CRS: "wgs84"},
		"=-1":       {Target: "area=-1", CRS: "wgs84"},
		"--crs":     {Target: "area=10000", CRS: "mars"},
		"--workers": {Target: "area=10000", CRS: "wgs84", Workers: -1},
		"a file":    {Target: "area=10000", CRS: "wgs84", Along: []string{"hedges"}},
		"rank is":   {Target: "area=10000", CRS: "wgs84", Along: []string{file("rank.geojson", `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"rank":"moat"},"geometry":{"type":"LineString","coordinates":[[1,1],[2,2]]}}]}`)}},
		"no lines":  {Target: "area=10000", CRS: "wgs84", Along: []string{file("empty.geojson", `{"type":"FeatureCollection","features":[]}`)}},
	} {
		if _, err := c.cutting(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", c, err, want)
		}
	}
}
