package table_test

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"onemap/api/transfer/table"
)

// shared finds a file of the shared sample data, which lies beside the
// repository (or where ONEMAP_SHARED says), and skips the test without it.
func shared(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("ONEMAP_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "..", "shared")
	}
	path := filepath.Join(root, "data", filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("shared sample data is not here (%v); set ONEMAP_SHARED to its folder", err)
	}
	return path
}

// gdalLayer is what GDAL makes of a file's first layer, as GeoJSON in the file's own system.
type gdalLayer struct {
	Features []struct {
		Properties map[string]any  `json:"properties"`
		Geometry   json.RawMessage `json:"geometry"`
	} `json:"features"`
}

// fields are the properties' names of all features, sorted, without the id,
// which GDAL takes for the number of the feature.
func (g gdalLayer) fields() []string {
	seen := make(map[string]bool)
	for _, f := range g.Features {
		for name := range f.Properties {
			seen[name] = true
		}
	}
	delete(seen, "id")
	return slices.Sorted(maps.Keys(seen))
}

// gdal asks GDAL about a file, and skips the test where it is not installed.
func gdal(t testing.TB, path string, args ...string) gdalLayer {
	t.Helper()
	program, err := exec.LookPath("ogr2ogr")
	if err != nil {
		t.Skip("ogr2ogr is not here to compare with (install gdal-bin)")
	}
	args = append([]string{"-f", "GeoJSON", "-lco", "RFC7946=NO", "-lco", "COORDINATE_PRECISION=15", "/vsistdout/", path}, args...)
	out, err := exec.CommandContext(t.Context(), program, args...).Output()
	if err != nil {
		t.Fatalf("ogr2ogr %s: %v", path, err)
	}
	var layer gdalLayer
	if err := json.Unmarshal(out, &layer); err != nil {
		t.Fatalf("ogr2ogr %s: %v", path, err)
	}
	return layer
}

// Every file of the sample data has the rows, columns and system that GDAL finds.
func TestSharedFilesAreReadAsGDALReadsThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		epsg int
	}{
		{"polygons/zurich-districts.gpkg", 2056},
		{"facilities/zurich-litter-bins.gpkg", 2056},
		{"facilities/zurich-restaurants.gpkg", 2056},
		{"population/helsinki-population-grid-2020.gpkg", 4326},
		{"polygons/taiwan-towns.geojson", 0},
		{"polygons/macau-parishes.geojson", 0},
		{"polygons/macau-grid-100m.geojson", 0},
		{"facilities/osm-pharmacy_kt_zh.geojson", 0},
		{"admin-cn/foshan-440600-fences-gcj02.geojson", 0},
		{"admin-cn/foshan-4406-divisions-2023.csv", 0},
		{"admin-cn/beijing-haidian-xicheng-codes-2016-points.csv", 0},
		{"incidents/nyc-311-2011-2000rows.csv", 0},
		{"incidents/zurich-zueriwieneu-reports-2016-2025.csv", 0},
		{"codes/gbt47678-5.csv", 0},
	} {
		t.Run(filepath.Base(c.name), func(t *testing.T) {
			t.Parallel()
			path := shared(t, c.name)
			f := open(t, path, table.Options{})
			rows, bad := all(t, f)
			want := gdal(t, path)
			if len(rows) != len(want.Features) || len(bad) != 0 {
				t.Errorf("%d rows, %d bad (%v), GDAL has %d", len(rows), len(bad), bad, len(want.Features))
			}
			columns := slices.DeleteFunc(slices.Sorted(slices.Values(f.Columns())), func(s string) bool { return s == "id" })
			if fields := want.fields(); !slices.Equal(columns, fields) {
				t.Errorf("columns %q, GDAL has %q", columns, fields)
			}
			if f.CRS().EPSG != c.epsg {
				t.Errorf("system %+v, want %d", f.CRS(), c.epsg)
			}
		})
	}
}
