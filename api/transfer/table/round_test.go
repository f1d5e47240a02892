package table_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"onemap/api/transfer/table"
)

var columns = []table.Column{
	{Name: "编号", Type: "text"},
	{Name: "名称", Type: "text"},
	{Name: "floors", Type: "int"},
	{Name: "area_m2", Type: "float"},
	{Name: "built", Type: "date"},
	{Name: "public", Type: "bool"},
}

// written are rows with what goes wrong on the way: leading zeros, 18 digits,
// commas, marks, newlines, Chinese beyond GBK, nothing at all.
func written() [][]any {
	day := time.Date(1998, 2, 28, 0, 0, 0, 0, time.UTC)
	var none *string
	return [][]any{
		{"000123", "翠竹路 12 号, \"甲\"座", 18, 89.5, day, true},
		{"440604199001011234", "㐂𠮷食堂", -2, 113.12345678901, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), false},
		{"=1+1", "it's <b>&amp;</b>", 0, 0.0001, nil, nil},
		{none, nil, nil, nil, nil, nil},
		{"最后", strings.Repeat("长", 80), 2147483647, 1e9, day, true},
	}
}

func texts(rows [][]any) [][]string {
	list := make([][]string, len(rows))
	for i, r := range rows {
		for _, v := range r {
			s := ""
			switch v := v.(type) {
			case string:
				s = v
			case int:
				s = strconv.Itoa(v)
			case float64:
				s = strconv.FormatFloat(v, 'f', -1, 64)
			case bool:
				s = strconv.FormatBool(v)
			case time.Time:
				s = v.Format(time.DateOnly)
			}
			list[i] = append(list[i], s)
		}
	}
	return list
}

func square(x, y, side float64, clockwise bool) orb.Ring {
	r := orb.Ring{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}
	if clockwise {
		slices.Reverse(r)
	}
	return r
}

func places(kind string) []orb.Geometry {
	if kind == "point" {
		return []orb.Geometry{orb.Point{113.1, 22.9}, orb.Point{113.123456789012, 22.987654321098}, nil, orb.Point{0, 0}, orb.Point{-180, 90}}
	}
	return []orb.Geometry{
		orb.MultiPolygon{{square(113, 22, 0.1, false)}},
		orb.MultiPolygon{{square(113, 22, 1, false), square(113.1, 22.1, 0.2, true), square(113.5, 22.5, 0.2, true)}},
		nil,
		orb.MultiPolygon{{square(113, 22, 1, false), square(113.2, 22.2, 0.6, true)}, {square(113.3, 22.3, 0.4, false)}},
		orb.MultiPolygon{{square(0, 0, 1, false)}, {square(5, 5, 1, false)}, {square(-5, 5, 1, false)}},
	}
}

func write(t testing.TB, path, format string, o table.WriteOptions, rows [][]any, geoms []orb.Geometry) {
	t.Helper()
	w, err := table.Create(path, format, o)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		var g orb.Geometry
		if geoms != nil {
			g = geoms[i]
		}
		if err := w.Write(r, g); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// same compares geometries, one part being the same as a list of it.
func same(a, b orb.Geometry) bool {
	wrap := func(g orb.Geometry) orb.Geometry {
		if p, ok := g.(orb.Polygon); ok {
			g = orb.MultiPolygon{p}
		}
		if list, ok := g.(orb.MultiPolygon); ok {
			for _, p := range list {
				for i, r := range p {
					if (r.Orientation() == orb.CCW) != (i == 0) {
						r.Reverse()
					}
				}
			}
		}
		return g
	}
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return orb.Equal(wrap(a), wrap(b))
}

// What is written is read back the same, by this package and by GDAL.
func TestWhatIsWrittenIsReadBack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		format, ext, geometry, encoding string
		epsg                            int
	}{
		{"csv", "csv", "none", "", 0},
		{"csv", "csv", "point", "gb18030", 0},
		{"xlsx", "xlsx", "none", "", 0},
		{"xlsx", "xlsx", "point", "", 4547},
		{"geojson", "geojson", "point", "", 0},
		{"geojson", "geojson", "multipolygon", "", 4490},
		{"gpkg", "gpkg", "none", "", 0},
		{"gpkg", "gpkg", "point", "", 2056},
		{"gpkg", "gpkg", "multipolygon", "", 4547},
		{"shp", "zip", "point", "", 0},
		{"shp", "zip", "multipolygon", "", 4547},
		{"shp", "zip", "multipolygon", "gb18030", 4490},
	} {
		t.Run(fmt.Sprint(c.format, " ", c.geometry, " ", c.encoding), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "导出."+c.ext)
			rows := written()
			var geoms []orb.Geometry
			if c.geometry != "none" {
				geoms = places(c.geometry)
			}
			if c.format == "csv" || c.format == "xlsx" { // where an empty line is no row
				rows[3][1] = "空"
			}
			write(t, path, c.format, table.WriteOptions{Columns: columns, Geometry: c.geometry, EPSG: c.epsg, Encoding: c.encoding, Layer: "layer"}, rows, geoms)
			want := texts(rows)
			if c.format == "csv" || c.format == "xlsx" {
				for i, g := range geoms {
					p, ok := g.(orb.Point)
					if !ok {
						want[i] = append(want[i], "", "")
						continue
					}
					want[i] = append(want[i], strconv.FormatFloat(p[0], 'f', -1, 64), strconv.FormatFloat(p[1], 'f', -1, 64))
				}
				geoms = nil
			}
			f := open(t, path, table.Options{})
			if c.format == "shp" && f.CRS().EPSG != max(c.epsg, 4326) && c.epsg != 0 || c.format == "gpkg" && c.epsg != 0 && f.CRS().EPSG != c.epsg {
				t.Errorf("system %+v, want %d", f.CRS(), c.epsg)
			}
			got, bad := all(t, f)
			if len(bad) != 0 || len(got) != len(want) || len(f.Problems()) != 0 {
				t.Fatalf("%d rows of %d, bad %v, problems %v", len(got), len(want), bad, f.Problems())
			}
			for i, r := range got {
				if !slices.Equal(r.Values, want[i]) {
					t.Errorf("row %d: %q, want %q", i, r.Values, want[i])
				}
				if geoms != nil && !same(r.Geom, geoms[i]) {
					t.Errorf("row %d: %v, want %v", i, r.Geom, geoms[i])
				}
			}
			if c.format == "shp" {
				path = "/vsizip/" + path
			}
			compareGDAL(t, path, c.encoding, f.Columns(), want, geoms)
		})
	}
}

func compareGDAL(t *testing.T, path, encoding string, names []string, want [][]string, geoms []orb.Geometry) {
	t.Helper()
	if strings.HasSuffix(path, ".csv") && encoding != "" {
		return // GDAL reads no CSV but UTF-8
	}
	layer := gdal(t, path)
	if len(layer.Features) != len(want) {
		t.Fatalf("GDAL reads %d rows of %d", len(layer.Features), len(want))
	}
	for i, feature := range layer.Features {
		for j, name := range names {
			text := gdalText(feature.Properties[name]) // left out where there is no value
			if name == "public" && text != "" && strings.Contains(path, "vsizip") {
				text = map[string]string{"T": "true", "F": "false"}[text]
			}
			if text != want[i][j] && text != "'"+want[i][j] {
				t.Errorf("GDAL row %d %s: %q, want %q", i, name, text, want[i][j])
			}
		}
		if geoms == nil {
			continue
		}
		var g orb.Geometry
		if string(feature.Geometry) != "null" {
			read, err := geojson.UnmarshalGeometry(feature.Geometry)
			if err != nil {
				t.Fatal(err)
			}
			g = read.Geometry()
		}
		if !same(g, geoms[i]) {
			t.Errorf("GDAL row %d: %v, want %v", i, g, geoms[i])
		}
	}
}

func gdalText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		if len(v) == 10 && strings.Count(v, "/") == 2 {
			return strings.ReplaceAll(v, "/", "-")
		}
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		b, _ := json.Marshal(v)
		return string(b)
	}
}

// A file may be one of people: on a machine that several use, only its maker reads it.
func TestAFileIsItsMakersAlone(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"csv", "xlsx", "geojson", "gpkg", "shp"} {
		path := filepath.Join(t.TempDir(), "people."+format)
		w, err := table.Create(path, format, table.WriteOptions{Columns: columns, Geometry: "point"})
		if err == nil {
			err = errors.Join(w.Write(written()[0], orb.Point{113.1, 22.9}), w.Close())
		}
		info, failed := os.Stat(path)
		if err = errors.Join(err, failed); err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v", format, info.Mode())
		}
	}
}
