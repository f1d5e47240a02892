package place_test

import (
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"onemap/api/place"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

func index(t *testing.T, at orb.Point, side float64) *grid.Index {
	t.Helper()
	x, y := at[0], at[1]
	geom := orb.MultiPolygon{{{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}}}
	ix, err := grid.NewIndex(1, []grid.Region{{Code: "8801", Name: "x", Geom: geom}})
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

func TestNearNamesTheLikelyReading(t *testing.T) {
	t.Parallel()
	helsinki := index(t, orb.Point{24.9, 60.1}, 0.1)
	tests := []struct {
		name  string
		given crs.Name
		x, y  float64
		want  string // "" is taken
	}{
		{"inside", crs.NameWGS84, 24.95, 60.15, ""},
		{"just outside", crs.NameWGS84, 24.89, 60.15, ""},
		{"swapped", crs.NameWGS84, 60.15, 24.95, "swapped:wgs84"},
		{"metres read as metres of another datum", crs.NameGCJ02, 2777421, 8437660, "epsg:3857"},
		{"nowhere near in any reading", crs.NameWGS84, 10, 10, "covers lon 24.9000 to 25.0000, lat 60.1000 to 60.2000"},
	}
	for _, tt := range tests {
		f := place.Near(helsinki, tt.given, tt.x, tt.y, crs.WGS84{Lon: tt.x, Lat: tt.y}, "body.lon")
		if (f == nil) != (tt.want == "") || f != nil && (!strings.Contains(f.Message, tt.want) || f.Location != "body.lon") {
			t.Errorf("%s: %+v, want %q", tt.name, f, tt.want)
		}
	}
	empty, err := grid.NewIndex(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if f := place.Near(empty, crs.NameWGS84, 10, 10, crs.WGS84{Lon: 10, Lat: 10}, ""); f != nil {
		t.Errorf("without any region nothing is far outside: %+v", f)
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	if g, s := place.Codes(grid.Place{Grid: "990101001001001", Scope: "990101001001001"}); g == nil || *g != "990101001001001" || s != *g {
		t.Errorf("in a grid: %v %q", g, s)
	}
	if g, s := place.Codes(grid.Place{Scope: "9901", Outside: true}); g != nil || s != "9901" {
		t.Errorf("just outside: %v %q", g, s)
	}
}
