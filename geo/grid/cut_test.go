package grid

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"onemap/geo/lattice"
)

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// wholeArea2 is twice the area of sound polygons in lattice units.
func wholeArea2(t failer, g orb.MultiPolygon) int64 {
	t.Helper()
	edges, err := directed(g)
	if err != nil || len(edges) == 0 {
		t.Fatalf("no border: %v", err)
	}
	var sum int64
	o := edges[0].a
	for _, e := range edges {
		sum += (int64(e.a.X)-int64(o.X))*(int64(e.b.Y)-int64(o.Y)) - (int64(e.b.X)-int64(o.X))*(int64(e.a.Y)-int64(o.Y))
	}
	return sum
}

// needle says whether edge i begins at a tip that is narrower than a unit for 10
// units and more; Cut may lose it.
func needle(edges []dedge, i int) bool {
	e := edges[i]
	for _, before := range edges {
		if before.b == e.a {
			ux, uy := float64(before.a.X)-float64(e.a.X), float64(before.a.Y)-float64(e.a.Y)
			vx, vy := float64(e.b.X)-float64(e.a.X), float64(e.b.Y)-float64(e.a.Y)
			if math.Abs(math.Atan2(ux*vy-uy*vx, ux*vx+uy*vy)) < 0.1 {
				return true
			}
		}
	}
	return false
}

// tiles proves that cells cover region once: every edge at most once a direction;
// what is left of the edges when twins cancel is a border that holds every vertex
// of the region and otherwise only points within a unit of it; equal areas; each
// cell sound.
func tiles(t failer, region orb.MultiPolygon, cells []orb.MultiPolygon) {
	t.Helper()
	var sum int64
	for i, c := range cells {
		if found := CheckRings(c); len(found) > 0 {
			t.Fatalf("cell %d is not sound: %v", i, found[0].Text)
		}
		a := wholeArea2(t, c)
		if a <= 0 {
			t.Fatalf("cell %d has area %d", i, a)
		}
		sum += a
	}
	var edges []dedge
	for _, c := range cells {
		part, _ := directed(c)
		edges = append(edges, part...)
	}
	outer, ok := cancel(edges)
	if !ok || !sound(outer) {
		t.Fatalf("cells overlap")
	}
	whole, err := Union(cells)
	if err != nil {
		t.Fatalf("union: %v", err)
	}
	if got := wholeArea2(t, whole); got != sum {
		t.Fatalf("areas: cells %d, union %d", sum, got)
	}
	given, _ := directed(region)
	corners := make(map[lattice.Node]bool)
	for _, e := range outer {
		corners[e.a] = true
	}
	length := 0.0
	for i, e := range given {
		if !corners[e.a] && !needle(given, i) {
			t.Fatalf("vertex %v of the region is lost", e.a)
		}
		delete(corners, e.a)
		length += math.Hypot(float64(e.a.X)-float64(e.b.X), float64(e.a.Y)-float64(e.b.Y))
	}
	for n := range corners {
		near := math.Inf(1)
		for _, e := range given {
			near = min(near, segmentDistance(float64(e.a.X)-float64(n.X), float64(e.a.Y)-float64(n.Y),
				float64(e.b.X)-float64(n.X), float64(e.b.Y)-float64(n.Y)))
		}
		if near > 1 {
			t.Fatalf("inserted vertex %v is %v units off the border", n, near)
		}
	}
	if off := math.Abs(float64(sum - wholeArea2(t, region))); off > 2*length+8 {
		t.Fatalf("area is off by %v half units on a border of %v", off, length)
	}
}

func TestCutTilesAnyRegion(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		region := soundRegion(t)
		size := rapid.Float64Range(30, 3000).Draw(t, "metres")
		cells, err := Cut(region, size)
		if err != nil && strings.Contains(err.Error(), "at most 999") {
			return
		}
		if err != nil {
			t.Fatalf("cut: %v", err)
		}
		tiles(t, region, cells)
		again, _ := Cut(region, size)
		if !reflect.DeepEqual(cells, again) {
			t.Fatalf("a second cut gives other cells")
		}
	})
}

// One point, one cell: the half-open rule over the cells of a cut.
func TestCutOwnsEachPointOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		region := soundRegion(t)
		cells, err := Cut(region, rapid.Float64Range(150, 2000).Draw(t, "metres"))
		if err != nil {
			t.Fatalf("cut: %v", err)
		}
		union, err := Union(cells)
		if err != nil {
			t.Fatalf("union: %v", err)
		}
		whole, err := newShape(union)
		if err != nil {
			t.Fatalf("%v", err)
		}
		shapes := make([]shape, len(cells))
		var at []lattice.Node
		for i, c := range cells {
			if shapes[i], err = newShape(c); err != nil {
				t.Fatalf("%v", err)
			}
			at = append(at, shapes[i].rings[0]...)
		}
		for range 200 {
			at = append(at, lattice.Node{
				X: rapid.Int32Range(whole.min.X, whole.max.X).Draw(t, "x"),
				Y: rapid.Int32Range(whole.min.Y, whole.max.Y).Draw(t, "y"),
			})
		}
		for _, p := range at {
			owners, want := 0, 0
			for i := range shapes {
				if shapes[i].holds(p) {
					owners++
				}
			}
			if whole.holds(p) {
				want = 1
			}
			if owners != want {
				t.Fatalf("%v has %d owners, want %d", p, owners, want)
			}
		}
	})
}

func TestCutByHand(t *testing.T) {
	t.Parallel()
	// A unit is 10.3 mm to the east and 11.1 mm to the north here.
	wide := mp([]lattice.Node{{X: 0, Y: 0}, {X: 40_000, Y: 0}, {X: 40_000, Y: 20_000}, {X: 0, Y: 20_000}})
	cells, err := Cut(wide, 100)
	if err != nil {
		t.Fatal(err)
	}
	tiles(t, wide, cells)
	if len(cells) != 8 {
		t.Fatalf("%d cells, want 4 by 2", len(cells))
	}
	for i, want := range []orb.Point{{113, 22.001}, {113.001, 22.001}, {113.002, 22.001}, {113.003, 22.001}, {113, 22}} {
		if got := cells[i].Bound().Min; got != want {
			t.Errorf("cell %d begins at %v, want %v: rows go from the north-west", i+1, got, want)
		}
	}

	u := mp([]lattice.Node{{X: 0, Y: 0}, {X: 30_000, Y: 0}, {X: 30_000, Y: 30_000}, {X: 20_000, Y: 30_000}, {X: 20_000, Y: 5_000}, {X: 10_000, Y: 5_000}, {X: 10_000, Y: 30_000}, {X: 0, Y: 30_000}})
	if cells, err = Cut(u, 400); err != nil || len(cells) != 1 {
		t.Errorf("one cell: %d, %v", len(cells), err)
	}
	tiles(t, u, cells)
	if cells, err = Cut(u, 160); err != nil || len(cells) != 4 {
		t.Errorf("a U in 2 by 2: %d, %v", len(cells), err)
	}
	tiles(t, u, cells)

	// A hole that touches the shell in a vertex, and one that fills a cell's middle.
	ring := mp(square(0, 0, 40_000), []lattice.Node{{X: 0, Y: 20_000}, {X: 5_000, Y: 21_000}, {X: 5_000, Y: 19_000}}, square(23_000, 23_000, 4_000))
	if cells, err = Cut(ring, 200); err != nil {
		t.Fatal(err)
	}
	tiles(t, ring, cells)

	// Two islands, one far too small for a cell of its own.
	islands := append(mp(square(0, 0, 30_000)), mp(square(50_000, 0, 200))...)
	if cells, err = Cut(islands, 600); err != nil || len(cells) != 1 || len(cells[0]) != 2 {
		t.Errorf("the small island joins: %v, %v", cells, err)
	}
	tiles(t, islands, cells)

	// Parts that share an edge are refused, as PostGIS would.
	if _, err = Cut(append(mp(square(0, 0, 100)), mp(square(100, 0, 100))...), 10); err == nil {
		t.Error("two parts with a common edge are no sound region")
	}
}

func TestCutRefuses(t *testing.T) {
	t.Parallel()
	big := mp(square(0, 0, 1_000_000))
	bow := mp([]lattice.Node{{X: 0, Y: 0}, {X: 1000, Y: 1000}, {X: 1000, Y: 0}, {X: 0, Y: 1000}})
	for name, c := range map[string]struct {
		g    orb.MultiPolygon
		size float64
	}{
		"too many": {big, 100}, "far too many": {big, 0.001}, "zero": {big, 0}, "nan": {big, math.NaN()}, "inf": {big, math.Inf(1)},
		"empty": {nil, 100}, "crossing": {bow, 100}, "open": {orb.MultiPolygon{{{{1, 1}, {2, 1}, {2, 2}, {1, 2}}}}, 100},
	} {
		if cells, err := Cut(c.g, c.size); err == nil {
			t.Errorf("%s: %d cells and no error", name, len(cells))
		}
	}
}

func TestUnionRefusesOverlap(t *testing.T) {
	t.Parallel()
	a, b := mp(square(0, 0, 100)), mp(square(50, 50, 100))
	if _, err := Union([]orb.MultiPolygon{a, b}); err == nil {
		t.Error("overlapping squares have no union here")
	}
	if _, err := Union([]orb.MultiPolygon{a, a}); err == nil {
		t.Error("a square twice has no union here")
	}
	both, err := Union([]orb.MultiPolygon{a, mp(square(100, 0, 100))})
	if err != nil || len(both) != 1 || len(both[0][0]) != 7 {
		t.Errorf("two squares side by side are one ring of six vertices: %v, %v", both, err)
	}
}
