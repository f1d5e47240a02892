package crossing

import (
	"math/rand/v2"
	"slices"
	"testing"

	"onemap/geo/lattice"
)

// All owners are those whose whole rings hold the place, by rank; boxes are
// compared one by one. Before and after edits.
func TestOwnersAgainstRings(t *testing.T) {
	t.Parallel()
	for seed := range uint64(24) {
		rng := rand.New(rand.NewPCG(seed, 6))
		low, wide, reach := lattice.Node{X: 1_130_000_000, Y: 220_000_000}, int64(2_000_000), int64(400_000)
		switch seed % 3 {
		case 1: // many on one spot
			low, wide, reach = lattice.Node{X: 300, Y: 400}, 10, 60_000
		case 2: // the world
			low, wide, reach = lattice.Node{X: -1_800_000_000, Y: -900_000_000}, 1_800_000_000, 900_000_000
		}
		o := NewOverlay(messy(rng, 1+rng.IntN(80), low, wide, wide, reach))
		allOwners(t, rng, o, 600)
		for range 4 {
			number := int32(rng.IntN(len(o.table.polygons)))
			edits := []Edit{{number, nil}, {int32(len(o.table.polygons)), messy(rng, 1, low, wide, wide, reach)[0]}}
			if rng.IntN(2) == 0 {
				edits = edits[1:]
			}
			o = o.With(edits)
			allOwners(t, rng, o, 100)
		}
	}
}

func allOwners(t *testing.T, rng *rand.Rand, o *Overlay, n int) {
	t.Helper()
	var drawn []*Polygon
	for _, p := range o.table.polygons {
		if p != nil {
			drawn = append(drawn, p)
		}
	}
	if len(drawn) == 0 {
		return
	}
	for i := range n {
		at := anywhere(rng, o.table.min, o.table.max)
		if i%2 == 1 {
			at = atBorder(rng, drawn)
		}
		var want, near []int32
		for id, p := range o.table.polygons {
			if p == nil {
				continue
			}
			if p.Holds(at) {
				want = append(want, int32(id))
			}
			if p.Min.X <= at.X && p.Max.X >= at.X && p.Min.Y <= at.Y && p.Max.Y >= at.Y {
				near = append(near, int32(id))
			}
		}
		slices.SortFunc(want, o.table.before)
		if got := o.Owners(at, []int32{-7}); got[0] != -7 || !slices.Equal(got[1:], want) {
			t.Fatalf("%v: %v, want %v", at, got, want)
		}
		got := o.Touching(at, at, nil)
		if slices.Sort(got); !slices.Equal(got, near) {
			t.Fatalf("%v: boxes %v, want %v", at, got, near)
		}
	}
}
