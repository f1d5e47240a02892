package grid

import (
	"testing"

	"github.com/paulmach/orb"
)

func TestAVertexComesAndGoesOnBothSidesOfABorder(t *testing.T) {
	left := orb.MultiPolygon{{{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}}}
	right := orb.MultiPolygon{{{{1, 0}, {2, 0}, {2, 1}, {1, 1}, {1, 0}}}}
	at := orb.Point{1.1, 0.4}
	for _, geom := range []orb.MultiPolygon{left, right} {
		bent, changed := AddVertex(geom, orb.Point{1, 0}, orb.Point{1, 1}, at)
		if !changed || len(bent[0][0]) != 6 || len(geom[0][0]) != 5 {
			t.Fatalf("%v, %v", bent, changed)
		}
		if found := CheckRings(bent); len(found) > 0 {
			t.Errorf("%v", found)
		}
		back, changed := DropVertex(bent, at)
		if !changed || !orb.Equal(back, geom) {
			t.Errorf("%v, not %v", back, geom)
		}
	}
	if same, changed := AddVertex(left, orb.Point{0, 0}, orb.Point{1, 1}, at); changed || !orb.Equal(same, left) {
		t.Errorf("a diagonal is no edge: %v", same)
	}
	if _, changed := AddVertex(left, orb.Point{1, 0}, orb.Point{1, 1}, orb.Point{1, 1}); changed {
		t.Error("a vertex that is there already was added")
	}
}

func TestDroppingTheFirstVertexClosesTheRing(t *testing.T) {
	square := orb.MultiPolygon{{{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}, {{0.5, 0.5}, {0.5, 0.6}, {0.6, 0.6}, {0.5, 0.5}}}}
	three, changed := DropVertex(square, orb.Point{0, 0})
	if !changed || len(three[0][0]) != 4 || three[0][0][0] != three[0][0][3] {
		t.Errorf("%v", three)
	}
	if solid, changed := DropVertex(square, orb.Point{0.5, 0.6}); !changed || len(solid[0]) != 1 {
		t.Errorf("a hole of two vertices stays: %v", solid)
	}
	if none, changed := DropVertex(orb.MultiPolygon{three[0][:1]}, orb.Point{1, 1}); !changed || len(none) != 0 {
		t.Errorf("a polygon of two vertices stays: %v", none)
	}
	if same, changed := DropVertex(square, orb.Point{0.3, 0.3}); changed || !orb.Equal(same, square) {
		t.Errorf("%v", same)
	}
}
