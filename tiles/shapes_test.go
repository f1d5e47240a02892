package tiles

import (
	"fmt"
	"slices"
	"testing"

	"github.com/paulmach/orb"
)

// downtown is where the town is crowded.
var downtown = orb.Bound{Min: orb.Point{116.097, 39.93}, Max: orb.Point{116.125, 39.955}}

// area is twice the signed area of a ring by the surveyor's formula: positive
// for an outer ring of a tile, whose y grows downwards.
func area(r orb.Ring) (twice float64) {
	for i := range len(r) - 1 {
		twice += r[i][0]*r[i+1][1] - r[i+1][0]*r[i][1]
	}
	return twice
}

func polygons(g orb.Geometry) orb.MultiPolygon {
	switch g := g.(type) {
	case orb.Polygon:
		return orb.MultiPolygon{g}
	case orb.MultiPolygon:
		return g
	}
	return nil
}

func (c town) testShapes(t *testing.T) {
	t.Parallel()
	for _, layer := range []string{"buildings", "grids", "basemap"} {
		s := c.source(t, layer)
		l := s.Describe()
		rings := 0
		for z := l.MinZoom; z <= l.MaxZoom; z++ {
			ids := over(z, downtown)
			for _, id := range ids[:min(6, len(ids))] {
				for name, inside := range render(t, s, id, Sight{}, Filter{}) {
					for _, f := range inside {
						for _, p := range polygons(f.Geometry) {
							for i, r := range p {
								rings++
								if a := area(r); (a > 0) != (i == 0) || a == 0 {
									t.Fatalf("%s %s: ring %d of %v has area %g", name, id, i, f.ID, a)
								}
							}
						}
						b := f.Geometry.Bound()
						if b.Min[0] < -shapeBuffer || b.Min[1] < -shapeBuffer || b.Max[0] > Extent+shapeBuffer || b.Max[1] > Extent+shapeBuffer {
							t.Fatalf("%s %s: %v leaves the buffer: %v", name, id, f.ID, b)
						}
					}
				}
			}
		}
		if rings < 100 {
			t.Errorf("%s: only %d rings looked at", layer, rings)
		}
	}
}

// Whatever the zoom, the regions of one level cover a tile in the middle of the
// city exactly, its buffer included: no gap, no overlap, to the unit.
func (c town) testRegionsTileThePlane(t *testing.T) {
	t.Parallel()
	s := c.source(t, "grids")
	const side = Extent + 2*shapeBuffer
	for z := 11; z <= 18; z++ {
		for _, id := range over(z, orb.Bound{Min: orb.Point{116.1205, 39.9405}, Max: orb.Point{116.1215, 39.9415}})[:1] {
			sums := map[string]float64{}
			for _, f := range render(t, s, id, Sight{}, Filter{})["grids"] {
				for _, p := range polygons(f.Geometry) {
					for _, r := range p {
						sums[f.Properties["level"].(string)] += area(r)
					}
				}
			}
			for _, level := range levels(id.Z) {
				if sums[level] != 2*side*side {
					t.Errorf("%s: %s covers %g of %d", id, level, sums[level]/2, side*side)
				}
			}
		}
	}
}

func (c town) testRegionLabels(t *testing.T) {
	t.Parallel()
	s := c.source(t, "grids")
	for z, want := range map[int]int{4: 1 + 4, 8: 1 + 4, 9: 4 + 64, 12: 64 + 1024} {
		labels, seen := map[float64]int{}, map[string]int{}
		for _, id := range over(z, cityBox.Pad(0.01)) {
			tile := render(t, s, id, Sight{}, Filter{})
			for _, f := range tile["grid_labels"] {
				labels[f.ID.(float64)]++
				seen[f.Properties["level"].(string)]++
				if fmt.Sprint(int64(f.ID.(float64))) != f.Properties["code"] {
					t.Fatalf("label %v has code %v", f.ID, f.Properties["code"])
				}
			}
		}
		if len(labels) != want || len(seen) != 2 {
			t.Errorf("zoom %d: %d labels (%v), want %d", z, len(labels), seen, want)
		}
		for id, n := range labels {
			if n != 1 {
				t.Errorf("zoom %d: the label of %v is in %d tiles", z, id, n)
			}
		}
	}
}

func (c town) testShapeAttributes(t *testing.T) {
	t.Parallel()
	for layer, want := range map[string]map[string]map[string]string{
		"buildings": {"buildings": {"id": "string", "name": "string", "use": "string", "levels": "float64", "height": "float64"}},
		"grids": {
			"grids":       {"code": "string", "level": "string", "name": "string", "name_en": "string"},
			"grid_labels": {"code": "string", "level": "string", "name": "string", "name_en": "string"},
		},
		"basemap": {
			"road":     {"class": "string", "name": "string", "rank": "float64", "bridge": "bool", "tunnel": "bool"},
			"green":    {"class": "string", "rank": "float64"},
			"rail":     {"class": "string", "name": "string", "rank": "float64", "bridge": "bool", "tunnel": "bool"},
			"waterway": {"class": "string", "name": "string", "rank": "float64", "bridge": "bool", "tunnel": "bool"},
			"water":    {"class": "string", "rank": "float64"},
			"landuse":  {"class": "string", "rank": "float64"},
			"place":    {"class": "string", "name": "string", "rank": "float64"},
		},
	} {
		got := map[string]map[string]string{}
		z := map[string]int{"grids": 8}[layer]
		if z == 0 {
			z = 15
		}
		for _, id := range over(z, downtown) {
			for name, inside := range render(t, c.source(t, layer), id, Sight{}, Filter{}) {
				if got[name] == nil {
					got[name] = map[string]string{}
				}
				for _, f := range inside {
					for k, v := range f.Properties {
						got[name][k] = fmt.Sprintf("%T", v)
					}
				}
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s:\n got %v\nwant %v", layer, got, want)
		}
	}
}

// Each class is there from its zoom on and not before, and one nobody knows
// from zoom 14 on.
func (c town) testBasemapZooms(t *testing.T) {
	t.Parallel()
	s := c.source(t, "basemap")
	for z := basemapMin; z <= basemapMax; z++ {
		seen := map[string]bool{}
		for _, id := range over(z, downtown) {
			for name, inside := range render(t, s, id, Sight{}, Filter{}) {
				for i, f := range inside {
					seen[name+"/"+f.Properties["class"].(string)] = true
					if i > 0 && inside[i-1].Properties["rank"].(float64) < f.Properties["rank"].(float64) {
						t.Fatalf("%s %s: a more important feature lies under a lesser one", id, name)
					}
				}
			}
		}
		for class, from := range map[string]int{
			"road/motorway": 5, "road/trunk": 6, "road/primary": 8, "road/secondary": 10, "road/tertiary": 11, "road/residential": 12,
			"road/service": 14, "road/path": 14, "road/odd": 14, "place/city": 5, "place/suburb": 10, "place/locality": 14,
		} {
			if seen[class] != (z >= from) {
				t.Errorf("zoom %d: %s is there: %v; it begins at %d", z, class, seen[class], from)
			}
		}
	}
	var order []string
	for _, in := range s.Describe().Inside {
		order = append(order, in.ID)
	}
	slices.Sort(order)
	if want := []string{"boundary", "green", "landuse", "place", "rail", "road", "water", "waterway"}; !slices.Equal(order, want) {
		t.Errorf("source-layers %v", order)
	}
}
