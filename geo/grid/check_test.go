package grid

import (
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

func kinds(found []Finding) string {
	var all []string
	for _, f := range found {
		all = append(all, string(f.Kind))
	}
	return strings.Join(all, " ")
}

func TestCheckRings(t *testing.T) {
	t.Parallel()
	ring := func(nodes ...lattice.Node) orb.Ring { return closeRing(offset(nodes)) }
	big := ring(square(0, 0, 1000)...)
	for name, c := range map[string]struct {
		g    orb.Geometry
		want string
	}{
		"sound":              {big, ""},
		"sound with hole":    {orb.Polygon{big, ring(square(10, 10, 10)...)}, ""},
		"not closed":         {big[:4], "not_closed"},
		"too few":            {orb.Ring{{1, 1}, {2, 2}, {1, 1}}, "too_few"},
		"no points":          {orb.Polygon{{}}, "too_few"},
		"no rings":           {orb.MultiPolygon{{}}, "too_few"},
		"one spot":           {orb.Ring{{1, 1}, {1, 1}, {1, 1}, {1, 1}}, "no_area"},
		"one line":           {ring(lattice.Node{X: 0, Y: 0}, lattice.Node{X: 10, Y: 10}, lattice.Node{X: 20, Y: 20}), "no_area"},
		"nan":                {orb.Ring{{1, 1}, {math.NaN(), 1}, {1, 2}, {1, 1}}, "off_earth"},
		"out of range":       {orb.Ring{{1, 1}, {2, 91}, {1, 2}, {1, 1}}, "off_earth"},
		"bow tie":            {ring(lattice.Node{X: 0, Y: 0}, lattice.Node{X: 10, Y: 10}, lattice.Node{X: 10, Y: 0}, lattice.Node{X: 0, Y: 10}), "crossing"},
		"spike":              {ring(lattice.Node{X: 0, Y: 0}, lattice.Node{X: 10, Y: 0}, lattice.Node{X: 20, Y: 0}, lattice.Node{X: 10, Y: 0}, lattice.Node{X: 0, Y: 10}), "touching crossing"},
		"touches itself":     {ring(lattice.Node{X: 0, Y: 0}, lattice.Node{X: 10, Y: 0}, lattice.Node{X: 5, Y: 5}, lattice.Node{X: 10, Y: 10}, lattice.Node{X: 0, Y: 10}, lattice.Node{X: 5, Y: 5}), "touching"},
		"touches its edge":   {ring(lattice.Node{X: 0, Y: 0}, lattice.Node{X: 10, Y: 0}, lattice.Node{X: 10, Y: 10}, lattice.Node{X: 5, Y: 0}, lattice.Node{X: 0, Y: 10}), "touching"},
		"hole touches shell": {orb.Polygon{big, ring(lattice.Node{X: 0, Y: 500}, lattice.Node{X: 10, Y: 510}, lattice.Node{X: 10, Y: 490})}, ""},
		"hole outside":       {orb.Polygon{big, ring(square(2000, 0, 10)...)}, "hole_outside"},
		"hole across":        {orb.Polygon{big, ring(square(995, 0, 10)...)}, "crossing crossing"},
		"hole in hole":       {orb.Polygon{big, ring(square(10, 10, 100)...), ring(square(20, 20, 10)...)}, "hole_outside"},
		"hole is shell":      {orb.Polygon{big, big}, "crossing crossing crossing crossing"},
		"part in part":       {orb.MultiPolygon{{big}, {ring(square(10, 10, 10)...)}}, "overlapping"},
		"part in a hole":     {orb.MultiPolygon{{big, ring(square(10, 10, 100)...)}, {ring(square(20, 20, 10)...)}}, ""},
		"parts share edge":   {orb.MultiPolygon{{big}, {ring(square(1000, 0, 1000)...)}}, "crossing"},
		"parts share corner": {orb.MultiPolygon{{big}, {ring(square(1000, 1000, 1000)...)}}, ""},
		"repeated points":    {ring(lattice.Node{X: 0, Y: 0}, lattice.Node{X: 10, Y: 0}, lattice.Node{X: 10, Y: 0}, lattice.Node{X: 10, Y: 10}), ""},
		"a point":            {orb.Point{1, 1}, "not_polygonal"},
		"a bound":            {big.Bound(), ""},
		"collection":         {orb.Collection{big, big[:4]}, "not_closed"},
	} {
		got := CheckRings(c.g)
		if k := kinds(got); k != c.want {
			t.Errorf("%s: %q, want %q: %v", name, k, c.want, got)
		}
		for _, f := range got {
			if !strings.HasSuffix(f.Text, ".") {
				t.Errorf("%s: %q is no sentence", name, f.Text)
			}
		}
	}
	for _, g := range append([]orb.Geometry{nil}, orb.AllGeometries...) {
		CheckRings(g) // must survive whatever there is
	}
}

func TestFindingSaysWhere(t *testing.T) {
	t.Parallel()
	g := append(mp(square(0, 0, 100)), mp(square(200, 0, 100), []lattice.Node{{X: 210, Y: 10}, {X: 230, Y: 30}, {X: 230, Y: 10}, {X: 210, Y: 30}})...)
	found := CheckRings(g)
	if len(found) != 1 || found[0].Polygon != 1 || found[0].Ring != 1 || found[0].Place != (orb.Point{113.000022, 22.000002}) {
		t.Fatalf("%+v", found)
	}
	if want := "Polygon 2, hole 1 crosses itself at (113.0000220, 22.0000020)."; found[0].Text != want || !found[0].Fatal() {
		t.Errorf("%q, want %q", found[0].Text, want)
	}
}

// Needs the shared data set: 7 of the 8 parishes are not closed.
func TestCheckMacau(t *testing.T) {
	t.Parallel()
	open := 0
	for _, f := range shared(t, "polygons/macau-parishes.geojson").Features {
		if strings.Contains(kinds(CheckRings(f.Geometry)), string(NotClosed)) {
			open++
		}
	}
	if open != 7 {
		t.Errorf("%d parishes are not closed, want 7", open)
	}
}

// Needs the shared data set: GEOS calls 7 of the 7,701 villages invalid.
func TestCheckTaiwan(t *testing.T) {
	t.Parallel()
	bad := 0
	for _, f := range shared(t, "polygons/taiwan-villages.geojson").Features {
		if found := CheckRings(f.Geometry); len(found) > 0 {
			bad++
			t.Log(f.Properties["VILLCODE"], found)
		}
	}
	if bad != 7 {
		t.Errorf("%d villages are not sound, want 7", bad)
	}
}

// Needs the shared data set: real borders, cut.
func TestCutTaiwan(t *testing.T) {
	t.Parallel()
	for i, f := range shared(t, "polygons/taiwan-towns.geojson").Features {
		if i%9 > 0 {
			continue
		}
		region := polygons(t, f.Geometry)
		cells, err := Cut(region, 1500)
		if err != nil {
			if !strings.Contains(err.Error(), "at most 999") && !strings.Contains(err.Error(), "not sound") {
				t.Errorf("%v: %v", f.Properties["TOWNNAME"], err)
			}
			continue
		}
		tiles(t, region, cells)
	}
}
