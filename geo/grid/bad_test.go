package grid

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"onemap/geo/crs"
	"onemap/geo/lattice"
)

// Polygons that are no sound regions have owners all the same, those that
// rational numbers give: a hole that touches its shell in a point and along an
// edge, a ring that touches itself and one that crosses itself, one polygon given
// under two codes, one without any area, and one on either side of the 180th
// meridian.
func TestLocateOnUnsoundPolygons(t *testing.T) {
	t.Parallel()
	ring := func(xy ...int32) (nodes []lattice.Node) {
		for i := 0; i < len(xy); i += 2 {
			nodes = append(nodes, lattice.Node{X: xy[i], Y: xy[i+1]})
		}
		return nodes
	}
	east := orb.MultiPolygon{{{{179.9999, 10}, {180, 10}, {180, 10.0001}, {179.9999, 10.0001}, {179.9999, 10}}}}
	west := orb.MultiPolygon{{{{-180, 10}, {-179.9999, 10}, {-179.9999, 10.0001}, {-180, 10.0001}, {-180, 10}}}}
	for name, geoms := range map[string][]orb.MultiPolygon{
		"a hole touches its shell in a point":    {mp(square(0, 0, 1000), ring(0, 500, 300, 300, 300, 700)), mp(ring(0, 500, 300, 300, 300, 700))},
		"a hole lies along its shell":            {mp(square(0, 0, 1000), square(0, 200, 300))},
		"two holes touch":                        {mp(square(0, 0, 1000), square(100, 100, 200), square(300, 300, 200))},
		"a ring touches itself":                  {mp(ring(0, 0, 1000, 0, 500, 500, 1000, 1000, 0, 1000, 500, 500)), mp(ring(1000, 0, 1000, 1000, 500, 500))},
		"a ring goes out and back along an edge": {mp(ring(0, 0, 1000, 0, 1000, 500, 1700, 500, 1000, 500, 1000, 1000, 0, 1000))},
		"a bow-tie":                              {mp(ring(0, 0, 1000, 1000, 1000, 0, 0, 1000))},
		"the same polygon twice":                 {mp(square(0, 0, 1000)), mp(square(0, 0, 1000))},
		"no area":                                {mp(ring(0, 0, 1000, 500, 2000, 1000)), mp(square(200, 200, 1000))},
		"on either side of the 180th meridian":   {append(east, west...)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var regions []Region
			for i, g := range geoms {
				regions = append(regions, Region{Code: Code("99010100100100" + string(rune('1'+i))), Geom: g})
			}
			ix, err := NewIndex(1, regions)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, ix, Grid, 6_000, true)
		})
	}
	// A ring of two corners, or of one, is no polygon, and is refused.
	for _, g := range []orb.MultiPolygon{{}, {{}}, {{{}}}, {{{{113, 22}, {113, 22}, {113, 22}}}}, {{{{113, 22}, {114, 22}, {113, 22}}}}} {
		if _, err := NewIndex(1, []Region{{Code: "990101001001001", Geom: g}}); err == nil {
			t.Errorf("%v is taken", g)
		}
	}
}

// A border of 137,053 corners, with islands and holes: needs the shared data set.
func TestLocateOnAVeryLongRing(t *testing.T) {
	t.Parallel()
	var geom orb.MultiPolygon
	for _, f := range shared(t, "polygons/timezones-complex.geojson").Features {
		if g := polygons(t, f.Geometry); corners(g) > corners(geom) {
			geom = g
		}
	}
	if corners(geom) < 137_000 {
		t.Fatalf("%d corners", corners(geom))
	}
	ix, err := NewIndex(1, []Region{{Code: "9901", Geom: geom}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := newShape(geom)
	if err != nil {
		t.Fatal(err)
	}
	inside := 0
	for _, at := range probes(rand.New(rand.NewPCG(5, 5)), []shape{s}, 1_000) {
		got := ix.Locate(crs.FromPoint(at.Point()))
		want := oracleHolds(&s, at)
		if want {
			inside++
		}
		if want && got.Outside || !want && !got.Outside && !s.borders(at) {
			t.Fatalf("%v: %+v, inside is %v", at, got, want)
		}
	}
	if math.Abs(float64(inside)-500) > 450 {
		t.Errorf("%d of 1000 places are inside", inside)
	}
}

func corners(g orb.MultiPolygon) (n int) {
	for _, poly := range g {
		for _, ring := range poly {
			n += len(ring)
		}
	}
	return n
}
