package coverage

import (
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"onemap/geo/crs"
)

// moved reads every vertex anew.
func moved(list []Polygon, read func(orb.Point) orb.Point) []Polygon {
	out := make([]Polygon, len(list))
	for i, p := range list {
		out[i] = cloned(p)
		for _, poly := range out[i].Geom {
			for _, ring := range poly {
				for k := range ring {
					ring[k] = read(ring[k])
				}
			}
		}
	}
	return out
}

// A set in another datum is told from one that is badly drawn, whether it still
// overlaps its parent or not.
func TestAWrongDatumIsNamed(t *testing.T) {
	t.Parallel()
	gcj := func(p orb.Point) orb.Point { g := crs.FromPoint(p).GCJ02(); return orb.Point{g.Lon, g.Lat} }
	bd := func(p orb.Point) orb.Point { g := crs.FromPoint(p).BD09(); return orb.Point{g.Lon, g.Lat} }
	swapped := func(p orb.Point) orb.Point { return orb.Point{p[1], p[0]} }
	for _, tt := range []struct {
		side int
		read func(orb.Point) orb.Point
		kind Kind
		word string
	}{
		{20, gcj, Shifted, "gcj02"}, {20, bd, Shifted, "bd09"}, {3, gcj, SetOutside, "gcj02"}, {6, swapped, OffEarth, "swapped"},
	} {
		w := newTown(tt.side)
		c, err := New(&w.parent, moved(w.grids, tt.read), Options{})
		if err != nil {
			t.Fatal(err)
		}
		found := c.Findings()
		if len(found) == 0 || found[0].Kind != tt.kind || !strings.Contains(found[0].Text, tt.word) {
			t.Errorf("%d grids a side, %s: %v", tt.side, tt.word, found[:min(1, len(found))])
		}
	}
}

// Whoever gives up cutting says so.
func TestATangleReportsItself(t *testing.T) {
	t.Parallel()
	w := newTown(6)
	grids := slices.Clone(w.grids)
	grids[14] = moved(grids[14:15], func(p orb.Point) orb.Point { return orb.Point{p[0] + 0.0002, p[1] + 0.0001} })[0]
	c, err := New(&w.parent, grids, Options{})
	if err != nil {
		t.Fatal(err)
	}
	c.rounds = 1
	tangled := func(f Finding) bool { return f.Kind == Tangled }
	if found := c.Findings(); !slices.ContainsFunc(found, tangled) {
		t.Errorf("nothing says that cutting ended early: %v", found)
	}
	c.Put(grids[14])
	c.rounds = rounds
	if found := c.Findings(); slices.ContainsFunc(found, tangled) || len(found) == 0 {
		t.Errorf("%v", found)
	}
}
