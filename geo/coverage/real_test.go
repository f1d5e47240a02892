package coverage

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"onemap/geo/lattice"
)

// shared reads polygons of the shared data set (../shared/data beside the
// repository, or under ONEMAP_SHARED); the test is skipped where it is absent.
func shared(t *testing.T, name string) []Polygon {
	t.Helper()
	root := os.Getenv("ONEMAP_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	data, err := os.ReadFile(filepath.Join(root, "data", "polygons", name))
	if err != nil {
		t.Skipf("needs the shared data set: %v", err)
	}
	var fc geojson.FeatureCollection
	if err := json.Unmarshal(data, &fc); err != nil {
		t.Fatal(err)
	}
	var list []Polygon
	for i, f := range fc.Features {
		geom, ok := f.Geometry.(orb.MultiPolygon)
		if p, single := f.Geometry.(orb.Polygon); single {
			geom, ok = orb.MultiPolygon{p}, true
		}
		if !ok {
			t.Fatalf("feature %d of %s is a %T", i, name, f.Geometry)
		}
		list = append(list, Polygon{fmt.Sprintf("%05d", i), geom})
	}
	return list
}

func kinds(found []Finding) map[Kind]int {
	n := make(map[Kind]int)
	for _, f := range found {
		n[f.Kind]++
	}
	return n
}

func TestRealPolygons(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		file string
		want map[Kind]int // at least
	}{
		{"macau-parishes.geojson", map[Kind]int{Unclosed: 7}},
		{"macau-grid-100m.geojson", nil},
		{"taiwan-villages.geojson", map[Kind]int{SelfCrossing: 1, Dangling: 6}},
		{"timezones-complex.geojson", map[Kind]int{Inside: 1, Hole: 16}},
	} {
		t.Run(tt.file, func(t *testing.T) {
			t.Parallel()
			list := shared(t, tt.file)
			c, err := New(nil, list, Options{})
			if err != nil {
				t.Fatal(err)
			}
			found := c.Findings()
			got := kinds(found)
			for kind, n := range tt.want {
				if got[kind] < n {
					t.Errorf("%d of %s, want %d: %v", got[kind], kind, n, got)
				}
			}
			if got[Tangled] > 0 {
				t.Errorf("cutting was given up: %v", got)
			}
			if vertices(list) > 100_000 {
				t.Logf("%d polygons, %d vertices: %v", len(list), vertices(list), got)
				return
			}
			simple := Simplify(list, 50)
			t.Logf("%d polygons, %d vertices, simplified to 50 m %d; %v", len(list), vertices(list), vertices(simple), got)
			if len(simple) != len(list) {
				t.Errorf("%d polygons are left of %d", len(simple), len(list))
			}
		})
	}
}

// FuzzCheck takes any rings of two polygons in a parent: no answer may depend on
// the order, end the program, or be sound and have findings.
func FuzzCheck(f *testing.F) {
	f.Add([]byte{0, 0, 9, 0, 9, 9, 0, 9}, []byte{9, 0, 18, 0, 18, 9, 9, 9}, []byte{})                                       // side by side
	f.Add([]byte{0, 0, 9, 9, 9, 0, 0, 9}, []byte{9, 0, 18, 0, 18, 9, 9, 9}, []byte{})                                       // a bow-tie
	f.Add([]byte{0, 0, 9, 0, 9, 9, 0, 9}, []byte{0, 0, 9, 0, 9, 9, 0, 9}, []byte{})                                         // the same twice
	f.Add([]byte{0, 0, 18, 0, 18, 18, 0, 18}, []byte{3, 3, 6, 3, 6, 6, 3, 6}, []byte{})                                     // one in the other
	f.Add([]byte{0, 0, 4, 0, 9, 0, 9, 9, 0, 9}, []byte{9, 0, 9, 5, 18, 0, 4, 0}, []byte{})                                  // along each other
	f.Add([]byte{5, 5, 5, 5, 5, 5}, []byte{1, 1, 2, 2, 3, 3}, []byte{})                                                     // no ground
	f.Add([]byte{0, 0, 9, 0, 5, 5, 9, 9, 5, 5, 0, 9}, []byte{0, 0, 9, 1, 9, 0}, []byte{})                                   // touching itself
	f.Add([]byte{200, 0, 255, 0, 255, 255}, []byte{100, 100, 110, 100, 110, 110, 100, 110}, []byte{})                       // out of the parent
	f.Add([]byte{0, 0, 18, 0, 18, 18, 0, 18}, []byte{3, 3, 6, 3, 6, 6, 3, 6}, []byte{3, 3, 3, 6, 6, 6, 6, 3})               // a hole that the other fills
	f.Add([]byte{0, 0, 18, 0, 18, 18, 0, 18}, []byte{18, 0, 27, 0, 27, 18, 18, 18}, []byte{18, 9, 9, 6, 9, 12})             // touching its shell in a point
	f.Add([]byte{0, 0, 18, 0, 18, 18, 0, 18}, []byte{18, 0, 27, 0, 27, 18, 18, 18}, []byte{18, 6, 9, 6, 9, 12, 18, 12})     // along its shell
	f.Add([]byte{0, 0, 18, 0, 18, 18, 0, 18}, []byte{0, 0, 18, 0, 18, 18, 0, 18}, []byte{0, 0, 18, 0, 18, 18, 0, 18})       // all of its shell
	f.Add([]byte{0, 0, 18, 0, 18, 18, 0, 18}, []byte{18, 0, 27, 0, 27, 18, 18, 18}, []byte{9, 9, 27, 6, 27, 12})            // out of its shell
	f.Add([]byte{0, 0, 18, 0, 18, 18, 0, 18}, []byte{}, []byte{3, 3, 9, 9, 9, 3, 3, 9})                                     // a bow-tie
	f.Add([]byte{0, 0, 9, 0, 9, 9, 18, 9, 18, 18, 9, 18, 9, 9, 0, 9}, []byte{9, 0, 18, 0, 18, 9, 9, 9}, []byte{2, 2, 4, 2}) // two squares that meet in a corner
	f.Add([]byte{0, 0, 1, 200, 2, 0, 3, 200, 4, 0, 5, 200, 6, 0}, []byte{0, 100, 7, 101, 0, 102}, []byte{})                 // a comb and a needle
	f.Fuzz(func(t *testing.T, a, b, hole []byte) {
		if len(a) > 60 || len(b) > 60 || len(hole) > 30 {
			return
		}
		polygon := func(code string, rings ...[]byte) Polygon {
			var poly orb.Polygon
			for k, coordinates := range rings {
				var ring orb.Ring
				for i := 1; i < len(coordinates); i += 2 {
					ring = append(ring, lattice.Node{X: west + 7*int32(coordinates[i-1]), Y: south + 7*int32(coordinates[i])}.Point())
				}
				if len(ring) > 0 {
					ring = append(ring, ring[0])
				}
				if k == 0 || len(ring) > 0 {
					poly = append(poly, ring)
				}
			}
			return Polygon{code, orb.MultiPolygon{poly}}
		}
		parent := Polygon{"P", polygonOf(square(0, 0, 126))}
		list := []Polygon{polygon("A", a, hole), polygon("B", b)}
		c, err := New(&parent, list, Options{})
		if err != nil {
			t.Fatal(err)
		}
		found := c.Findings()
		if c.Valid() != (len(found) == 0) {
			t.Fatalf("valid is %v, and %v", c.Valid(), found)
		}
		other, err := New(&parent, []Polygon{list[1], list[0]}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		turned := other.Findings()
		if len(turned) != len(found) {
			t.Fatalf("%v in one order, %v in the other", found, turned)
		}
		for _, p := range c.Proposals() {
			next, err := c.Mend(p)
			if err != nil {
				t.Fatalf("%s: %v", p.Text, err)
			}
			next.Findings()
		}
		if len(Simplify(list, 0.3)) != 2 {
			t.Fatal("a polygon went")
		}
	})
}
