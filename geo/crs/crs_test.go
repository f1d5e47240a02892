package crs

import (
	_ "embed"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// gcoordJSON holds values computed once with npm gcoord 1.0.7 for places of China
// and 44 chance places of the rectangle; lon, lat.
//
//go:embed testdata/gcoord.json
var gcoordJSON []byte

func near(a, b WGS84, degrees float64) bool {
	return math.Abs(a.Lon-b.Lon) <= degrees && math.Abs(a.Lat-b.Lat) <= degrees
}

func TestAgreesWithGcoord(t *testing.T) {
	t.Parallel()
	var rows []struct {
		WGS84     [2]float64 `json:"wgs84"`
		GCJ02     [2]float64 `json:"gcj02"`
		BD09      [2]float64 `json:"bd09"`
		Mercator  [2]float64 `json:"epsg3857"`
		FromGCJ02 [2]float64 `json:"from_gcj02"`
		FromBD09  [2]float64 `json:"from_bd09"`
	}
	if err := json.Unmarshal(gcoordJSON, &rows); err != nil || len(rows) < 50 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows {
		p := WGS84{r.WGS84[0], r.WGS84[1]}
		if got := p.GCJ02(); !near(WGS84(got), WGS84{r.GCJ02[0], r.GCJ02[1]}, 1e-11) {
			t.Errorf("%v GCJ-02: %v, want %v", p, got, r.GCJ02)
		}
		if got := p.BD09(); !near(WGS84(got), WGS84{r.BD09[0], r.BD09[1]}, 1e-11) {
			t.Errorf("%v BD-09: %v, want %v", p, got, r.BD09)
		}
		if got := p.WebMercator(); math.Abs(got.X-r.Mercator[0]) > 1e-6 || math.Abs(got.Y-r.Mercator[1]) > 1e-6 {
			t.Errorf("%v EPSG:3857: %v, want %v", p, got, r.Mercator)
		}
		// gcoord stops its inverse at 1e-6 degrees, and inverts BD-09 in one step.
		if got := GCJ02(p).WGS84(); !near(got, WGS84{r.FromGCJ02[0], r.FromGCJ02[1]}, 2e-6) {
			t.Errorf("%v from GCJ-02: %v, want %v", p, got, r.FromGCJ02)
		}
		if got := BD09(p).WGS84(); !near(got, WGS84{r.FromBD09[0], r.FromBD09[1]}, 5e-6) {
			t.Errorf("%v from BD-09: %v, want %v", p, got, r.FromBD09)
		}
	}
}

// The pairs in the tests of eviltransform (lat, lon there).
func TestPublishedPairs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		wgs WGS84
		gcj GCJ02
	}{
		{WGS84{121.5272106, 31.1774276}, GCJ02{121.531541859215, 31.17530398364597}},
		{WGS84{113.912316, 22.543847}, GCJ02{113.9171764808363, 22.540796131694766}},
		{WGS84{116.377817, 39.911954}, GCJ02{116.38404722455657, 39.91334545536069}},
	} {
		if got := c.wgs.GCJ02(); !near(WGS84(got), WGS84(c.gcj), 1e-6) {
			t.Errorf("%v: %v, want %v", c.wgs, got, c.gcj)
		}
		if got := c.gcj.WGS84(); !near(got, c.wgs, 1e-6) {
			t.Errorf("%v: %v, want %v", c.gcj, got, c.wgs)
		}
	}
}

func TestRoundTripsInsideTheRectangle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := WGS84{rapid.Float64Range(72.004, 137.8347).Draw(t, "lon"), rapid.Float64Range(0.8293, 55.8271).Draw(t, "lat")}
		if got := p.GCJ02().WGS84(); !near(got, p, 1e-9) {
			t.Errorf("GCJ-02: %v came back as %v", p, got)
		}
		if got := p.BD09().WGS84(); !near(got, p, 1e-9) {
			t.Errorf("BD-09: %v came back as %v", p, got)
		}
		if d := Distance(p, WGS84(p.GCJ02())); d > 2000 {
			t.Errorf("%v is shifted by %v m", p, d)
		}
	})
}

func TestUnchangedFarFromChina(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := WGS84{rapid.Float64Range(-180, 180).Draw(t, "lon"), rapid.Float64Range(-90, 90).Draw(t, "lat")}
		if p.Lon > 71.9 && p.Lon < 137.95 && p.Lat > 0.7 && p.Lat < 55.95 {
			return
		}
		if p.GCJ02() != GCJ02(p) || p.BD09() != BD09(p) || GCJ02(p).WGS84() != p || BD09(p).WGS84() != p {
			t.Errorf("%v has moved", p)
		}
	})
	zurich := WGS84{8.54, 47.37}
	if zurich.CGCS2000().WGS84() != zurich || zurich.WGS84() != zurich {
		t.Error("CGCS2000 is taken as WGS84")
	}
}

func TestWebMercatorRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := WGS84{rapid.Float64Range(-180, 180).Draw(t, "lon"), rapid.Float64Range(-85.05, 85.05).Draw(t, "lat")}
		if got := p.WebMercator().WGS84(); !near(got, p, 1e-9) {
			t.Errorf("%v came back as %v", p, got)
		}
	})
	if got := (WGS84{180, 90}).WebMercator(); math.Abs(got.X-mercatorEdge) > 1e-6 || math.Abs(got.Y-mercatorEdge) > 1e-6 {
		t.Errorf("the pole is put on the edge, not at %v", got)
	}
}

func TestParseName(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]Name{
		"wgs84": NameWGS84, "WGS84": NameWGS84, "EPSG:4326": NameWGS84, " epsg:4326 ": NameWGS84, "WGS-84": NameWGS84,
		"CGCS2000": NameCGCS2000, "epsg:4490": NameCGCS2000, "GCJ02": NameGCJ02, "gcj-02": NameGCJ02,
		"bd09": NameBD09, "EPSG:3857": NameWebMercator,
	} {
		if got, err := ParseName(s); err != nil || got != want {
			t.Errorf("%q: %q, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "4326", "EPSG:2056", "mars"} {
		if got, err := ParseName(s); err == nil {
			t.Errorf("%q is read as %q", s, got)
		}
	}
}

func TestNameRefuses(t *testing.T) {
	t.Parallel()
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name Name
		x, y float64
		says string
	}{
		{NameWGS84, nan, 0, "longitude is not a number"},
		{NameGCJ02, 0, inf, "latitude is not a number"},
		{NameBD09, 180.1, 0, "outside -180..180"},
		{NameCGCS2000, 0, 91, "may be swapped"},
		{NameWGS84, 30, -113, "may be swapped"},
		{NameWGS84, 120, 91, "outside -90..90"},
		{NameWebMercator, 3e7, 0, "outside the square"},
		{NameWebMercator, -inf, 0, "not a number"},
		{"mars", 1, 1, "unknown"},
	} {
		_, err := c.name.WGS84(c.x, c.y)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s (%v, %v): %v, want %q", c.name, c.x, c.y, err, c.says)
		}
	}
	if p, err := NameWebMercator.WGS84(20037508.342789244, -20037508.342789244); err != nil || math.Abs(p.Lon-180) > 1e-9 {
		t.Errorf("the corner of the square: %v, %v", p, err)
	}
}

func TestGeometryCopies(t *testing.T) {
	t.Parallel()
	tri := orb.Ring{{116.39, 39.90}, {116.40, 39.90}, {116.39, 39.91}, {116.39, 39.90}}
	line := orb.LineString(tri)
	for _, g := range []orb.Geometry{
		tri[0], orb.MultiPoint(tri), line, tri,
		orb.MultiLineString{line},
		orb.Polygon{tri},
		orb.MultiPolygon{{tri}},
		orb.Collection{orb.Polygon{tri}, tri[1]},
		tri.Bound(),
	} {
		before := orb.Clone(g)
		got, err := NameGCJ02.Geometry(g)
		if err != nil || !orb.Equal(g, before) || reflect.TypeOf(got) != reflect.TypeOf(g) || orb.Equal(got, g) {
			t.Errorf("%T: %v, %v", g, got, err)
		}
	}
	ring, _ := NameGCJ02.Geometry(tri)
	if want := (GCJ02{116.40, 39.90}).WGS84().Point(); ring.(orb.Ring)[1] != want {
		t.Errorf("vertex is %v, want %v", ring.(orb.Ring)[1], want)
	}
	for _, g := range append([]orb.Geometry{nil}, orb.AllGeometries...) {
		if _, err := NameWGS84.Geometry(g); err != nil {
			t.Errorf("%T: %v", g, err)
		}
	}
	if _, err := NameWGS84.Geometry(orb.MultiPolygon{{{{0, 0}, {0, 91}}}}); err == nil || !strings.HasPrefix(err.Error(), "part 1: part 1: part 2: ") {
		t.Errorf("the bad vertex is named: %v", err)
	}
}

func TestGuess(t *testing.T) {
	t.Parallel()
	bench := WGS84{113.1234, 23.0211}
	at := func(p WGS84) bool { return Distance(p, bench) < 50 }
	g, b, m := bench.GCJ02(), bench.BD09(), bench.WebMercator()
	for want, xy := range map[string][2]float64{
		"wgs84": {113.1234, 23.0211}, "swapped:wgs84": {23.0211, 113.1234}, "gcj02": {g.Lon, g.Lat},
		"swapped:gcj02": {g.Lat, g.Lon}, "bd09": {b.Lon, b.Lat}, "epsg:3857": {m.X, m.Y},
	} {
		got := Guess(xy[0], xy[1], at)
		if len(got) != 1 || got[0].String() != want || !at(got[0].At) {
			t.Errorf("%v reads as %v, want %s", xy, got, want)
		}
	}
	if got := Guess(0, 0, at); got != nil {
		t.Errorf("nothing fits, not %v", got)
	}
}

// The formula for short ways against the iteration, which has the same two places
// when one of them is given a whole turn farther on.
func TestShortDistance(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := WGS84{rapid.Float64Range(-179, 179).Draw(t, "lon"), rapid.Float64Range(-69.999, 69.999).Draw(t, "lat")}
		part := rapid.Float64Range(-1, 1)
		b := WGS84{a.Lon + 0.0049*part.Draw(t, "east"), a.Lat + 0.0049*part.Draw(t, "north")}
		d, ok := short(a, b)
		if !ok {
			t.Fatal("not short")
		}
		if far := Distance(a, WGS84{b.Lon + 360, b.Lat}); math.Abs(d-far) > 2e-6 {
			t.Errorf("%v to %v: %v m, want %v", a, b, d, far)
		}
	})
}

func TestDistance(t *testing.T) {
	t.Parallel()
	dms := func(d, m, s float64) float64 { return d + m/60 + s/3600 }
	for _, c := range []struct {
		name   string
		a, b   WGS84
		metres float64
		within float64
	}{
		// Geoscience Australia's worked example of Vincenty's formula (GRS80).
		{
			"Flinders Peak to Buninyong",
			WGS84{dms(144, 25, 29.52440), -dms(37, 57, 3.72030)},
			WGS84{dms(143, 55, 35.38390), -dms(37, 39, 10.15610)},
			54972.271, 0.001,
		},
		{"a degree of the equator", WGS84{0, 0}, WGS84{1, 0}, 111319.4908, 0.0001},
		{"quarter meridian", WGS84{0, 0}, WGS84{0, 90}, 10001965.7293, 0.001},
		{"over the 180th meridian", WGS84{179.5, 0}, WGS84{-179.5, 0}, 111319.4908, 0.0001},
		{"one place", WGS84{113, 22}, WGS84{113, 22}, 0, 0},
		{"opposite", WGS84{0, 0}, WGS84{179.7, 0.5}, 19936288.579, 120000},
	} {
		if got := Distance(c.a, c.b); math.Abs(got-c.metres) > c.within {
			t.Errorf("%s: %v m, want %v", c.name, got, c.metres)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		lon, lat := rapid.Float64Range(-180, 180), rapid.Float64Range(-90, 90)
		a, b := WGS84{lon.Draw(t, "lon"), lat.Draw(t, "lat")}, WGS84{lon.Draw(t, "lon"), lat.Draw(t, "lat")}
		d, round := Distance(a, b), haversine(a, b)
		if math.IsNaN(d) || math.Abs(d-Distance(b, a)) > 0.01 || math.Abs(d-round) > 0.006*round+1e-6 {
			t.Errorf("%v to %v: %v m, back %v, on the sphere %v", a, b, d, Distance(b, a), round)
		}
	})
}
