package grid

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"pgregory.net/rapid"

	"onemap/geo/lattice"
)

// mp makes one polygon of lattice units around (113 E, 22 N).
func mp(rings ...[]lattice.Node) orb.MultiPolygon {
	var poly orb.Polygon
	for _, r := range rings {
		poly = append(poly, closeRing(offset(r)))
	}
	return orb.MultiPolygon{poly}
}

func offset(nodes []lattice.Node) []lattice.Node {
	out := make([]lattice.Node, len(nodes))
	for i, n := range nodes {
		out[i] = lattice.Node{X: n.X + 1_130_000_000, Y: n.Y + 220_000_000}
	}
	return out
}

func square(x, y, size int32) []lattice.Node {
	return []lattice.Node{{X: x, Y: y}, {X: x + size, Y: y}, {X: x + size, Y: y + size}, {X: x, Y: y + size}}
}

// star draws a ring that sees its centre, otherwise as concave as chance makes it.
func star(t *rapid.T, cx, cy, low, high int32, label string) []lattice.Node {
	n := rapid.IntRange(5, 40).Draw(t, label+" corners")
	ring := make([]lattice.Node, 0, n)
	for i := range n {
		angle := 2 * math.Pi * (float64(i) + rapid.Float64Range(0, 0.8).Draw(t, label+" turn")) / float64(n)
		radius := float64(rapid.Int32Range(low, high).Draw(t, label+" radius"))
		ring = append(ring, lattice.Node{X: cx + int32(radius*math.Cos(angle)), Y: cy + int32(radius*math.Sin(angle))})
	}
	return ring
}

// comb is a ring with teeth, so that one cell may hold several pieces.
func comb(t *rapid.T) []lattice.Node {
	var top []lattice.Node
	x := int32(0)
	for range rapid.IntRange(1, 12).Draw(t, "teeth") {
		high := rapid.Int32Range(40_000, 90_000).Draw(t, "tooth")
		low := rapid.Int32Range(1_000, 39_000).Draw(t, "gap")
		a, b, c := rapid.Int32Range(60, 9_000).Draw(t, "a"), rapid.Int32Range(60, 9_000).Draw(t, "b"), rapid.Int32Range(60, 9_000).Draw(t, "c")
		top = append(top, lattice.Node{X: x, Y: high}, lattice.Node{X: x + a, Y: high - 500}, lattice.Node{X: x + a + b, Y: low})
		x += a + b + c
	}
	ring := []lattice.Node{{X: -1, Y: 0}, {X: x + 1, Y: rapid.Int32Range(-5_000, 0).Draw(t, "slope")}}
	for i := len(top) - 1; i >= 0; i-- {
		ring = append(ring, top[i])
	}
	return ring
}

// anyRegion draws a region: a star with holes, a comb, or several stars.
func anyRegion(t *rapid.T) orb.MultiPolygon {
	switch rapid.SampledFrom([]string{"star", "comb", "stars"}).Draw(t, "form") {
	case "comb":
		return mp(comb(t))
	case "stars":
		var all orb.MultiPolygon
		for i := range rapid.IntRange(1, 4).Draw(t, "parts") {
			all = append(all, mp(star(t, int32(i)*210_000, 0, 500, 100_000, "part"))...)
		}
		return all
	}
	rings := [][]lattice.Node{star(t, 0, 0, 80_000, 200_000, "shell")}
	for i := range rapid.IntRange(0, 3).Draw(t, "holes") {
		rings = append(rings, star(t, int32(i)*24_000-24_000, 0, 100, 11_000, "hole"))
	}
	return mp(rings...)
}

// soundRegion draws until the rings are sound: rounding can spoil a narrow star.
func soundRegion(t *rapid.T) orb.MultiPolygon {
	return rapid.Custom(anyRegion).Filter(func(g orb.MultiPolygon) bool {
		return len(CheckRings(g)) == 0
	}).Draw(t, "region")
}

// shared reads a GeoJSON file of the shared data set (../shared/data beside the
// repository, or under ONEMAP_SHARED); the test is skipped where it is absent.
func shared(t testing.TB, name string) *geojson.FeatureCollection {
	t.Helper()
	root := os.Getenv("ONEMAP_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	data, err := os.ReadFile(filepath.Join(root, "data", filepath.FromSlash(name)))
	if err != nil {
		t.Skipf("needs the shared data set: %v", err)
	}
	var fc geojson.FeatureCollection
	if err := json.Unmarshal(data, &fc); err != nil {
		t.Fatal(err)
	}
	return &fc
}

// polygons is a feature's geometry as a multipolygon.
func polygons(t testing.TB, g orb.Geometry) orb.MultiPolygon {
	t.Helper()
	switch g := g.(type) {
	case orb.Polygon:
		return orb.MultiPolygon{g}
	case orb.MultiPolygon:
		return g
	}
	t.Fatalf("a %T is no polygon", g)
	return nil
}
