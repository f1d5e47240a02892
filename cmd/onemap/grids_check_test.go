package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"onemap/geo/coverage"
)

// What is proposed can be looked at on a map: what it is about, and each polygon
// before and after.
func TestProposalsAreWrittenForAPreview(t *testing.T) {
	t.Parallel()
	square := func(x, size float64) orb.MultiPolygon {
		return orb.MultiPolygon{{{{x, 23}, {x + size, 23}, {x + size, 23.01}, {x, 23.01}, {x, 23}}}}
	}
	c, err := coverage.New(&coverage.Polygon{Code: "P", Geom: square(113, 0.03)},
		[]coverage.Polygon{{Code: "A", Geom: square(113, 0.01)}, {Code: "B", Geom: square(113.02, 0.01)}}, coverage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	features := geojson.NewFeatureCollection()
	found := c.Findings()
	for i, p := range c.Proposals() {
		appendProposal(features, "P", i+1, p, found)
	}
	path := filepath.Join(t.TempDir(), "proposals.geojson")
	if err := writeFeatures(path, features); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	read, err := geojson.UnmarshalFeatureCollection(b)
	if err != nil {
		t.Fatal(err)
	}
	roles := map[string]int{}
	for _, f := range read.Features {
		roles[f.Properties.MustString("role")]++
	}
	// The gap between the two may go to either, which makes its parent gain no vertex.
	if roles["proposal"] != 2 || roles["before"] < 2 || roles["before"] != roles["after"] {
		t.Errorf("%v: %s", roles, b)
	}
}
