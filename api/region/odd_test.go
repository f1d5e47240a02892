package region_test

import (
	"testing"

	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/region"
	"onemap/geo/crs"
	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// Polygons that are odd, but sound, go through a draft into force: a hole that
// touches its shell, filled by a grid of its own, and a border of 137,000 corners.
func TestOddPolygonsArePublished(t *testing.T) {
	t.Parallel()
	const within = "990101001001005"
	c := apitest.New(t)
	admin := c.As(actor.Administrator, apitest.StreetA)
	a, _ := c.Regions.Index().Region(apitest.GridA)
	box := a.Geom.Bound()
	west, middle := box.Min[0], (box.Min[1]+box.Max[1])/2
	// The hole is a diamond whose western corner is a corner of the shell, too.
	touch, w := orb.Point{west, middle}, (box.Max[0]-west)/4
	diamond := orb.Ring{touch, {west + w, middle + w}, {west + 2*w, middle}, {west + w, middle - w}, touch}
	shell := orb.Ring{box.Min, {box.Max[0], box.Min[1]}, box.Max, {west, box.Max[1]}, touch, box.Min}
	inside := diamond.Clone()
	inside.Reverse()
	publish := func(name string, edits ...region.Edit) {
		t.Helper()
		d := edited(t, c, admin, begun(t, c, admin, community), edits...)
		found, err := c.Regions.Validate(admin, community, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Regions.PublishDraft(admin, community, d.ID, d.Rev); err != nil {
			t.Fatalf("%s: %v; found %.500v", name, err, found)
		}
	}
	publish("a hole that touches its shell",
		region.Edit{Op: "put", Code: apitest.GridA}.Of(orb.MultiPolygon{{shell, diamond}}),
		region.Edit{Op: "put", Code: within, Name: new("院中院")}.Of(orb.MultiPolygon{{inside}}))
	ix := c.Regions.Index()
	for at, want := range map[orb.Point]grid.Code{
		{west + w, middle}:           within,
		{west + w/4, middle + w}:     apitest.GridA,
		{west + 3*w, middle}:         apitest.GridA,
		{west + w, middle - w - w/8}: apitest.GridA,
	} {
		if p := ix.Locate(crs.FromPoint(at)); p.Grid != want {
			t.Errorf("%v lies in %v, want %s", at, p, want)
		}
	}
	if p := ix.Locate(crs.FromPoint(touch)); p.Grid == "" {
		t.Errorf("where hole and shell meet there is no grid: %v", p)
	}

	// A border with a corner at each step of the lattice: a square of 34,250 units.
	const side = 34_250
	from, _ := lattice.On(west+0.0005, box.Min[1]+0.0005)
	long := make(orb.Ring, 0, 4*side+1)
	for k := range 4 {
		at := [...]lattice.Node{{X: 0, Y: 0}, {X: side, Y: 0}, {X: side, Y: side}, {X: 0, Y: side}}[k]
		step := [...]lattice.Node{{X: 1, Y: 0}, {X: 0, Y: 1}, {X: -1, Y: 0}, {X: 0, Y: -1}}[k]
		for i := range int32(side) {
			long = append(long, lattice.Node{X: from.X + at.X + i*step.X, Y: from.Y + at.Y + i*step.Y}.Point())
		}
	}
	long = append(long, long[0])
	hole := long.Clone()
	hole.Reverse()
	publish("137,000 corners",
		region.Edit{Op: "put", Code: apitest.GridA}.Of(orb.MultiPolygon{{shell, hole}}),
		region.Edit{Op: "put", Code: within}.Of(orb.MultiPolygon{{long}}))
	if got, _ := c.Regions.Index().Region(within); len(got.Geom[0][0]) != 4*side+1 {
		t.Errorf("%d corners are left of %d", len(got.Geom[0][0])-1, 4*side)
	}
}
