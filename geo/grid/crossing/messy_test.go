package crossing

import (
	"math/rand/v2"
	"testing"

	"onemap/geo/lattice"
)

// messy is polygons as nobody should draw them: rings that cross themselves and
// each other, with spikes, doubled edges and corners in common, the same polygon
// twice, flat ones, holes anywhere; ranks in no order and some numbers unused.
func messy(rng *rand.Rand, n int, low lattice.Node, wide, high, reach int64) []*Polygon {
	corner := func(around lattice.Node) lattice.Node {
		return lattice.Node{
			X: int32(min(max(int64(around.X)+rng.Int64N(2*reach+1)-reach, -1_800_000_000), 1_800_000_000)),
			Y: int32(min(max(int64(around.Y)+rng.Int64N(2*reach+1)-reach, -900_000_000), 900_000_000)),
		}
	}
	var list []*Polygon
	var seen []lattice.Node
	for len(list) < n {
		middle := lattice.Node{X: int32(int64(low.X) + rng.Int64N(wide+1)), Y: int32(int64(low.Y) + rng.Int64N(high+1))}
		var rings [][]lattice.Node
		for range 1 + rng.IntN(3)/2 {
			var ring []lattice.Node
			corners := 3 + rng.IntN(9)
			if rng.IntN(20) == 0 {
				corners *= 20 // long enough for runs
			}
			for range corners {
				at := corner(middle)
				switch k := rng.IntN(8); {
				case k == 0 && len(seen) > 0:
					at = seen[rng.IntN(len(seen))]
				case k == 1 && len(ring) > 0:
					at.Y = ring[len(ring)-1].Y // horizontal
				case k == 2 && len(ring) > 0:
					at.X = ring[len(ring)-1].X
				case k == 3 && len(ring) > 1:
					at = ring[len(ring)-2] // there and back
				}
				ring, seen = append(ring, at), append(seen, at)
			}
			rings = append(rings, ring)
		}
		list = append(list, NewPolygon(rings, rng.Int64N(int64(n))))
		switch rng.IntN(9) {
		case 0:
			list = append(list, NewPolygon(rings, rng.Int64N(int64(n))))
		case 1:
			list = append(list, nil)
		}
	}
	return list
}

func TestOwnerAmongMessyPolygons(t *testing.T) {
	t.Parallel()
	world, height := int64(3_600_000_000), int64(1_800_000_000)
	for seed := range uint64(120) {
		rng := rand.New(rand.NewPCG(seed, 2))
		n := 1 + rng.IntN(60)
		switch seed % 5 {
		case 0: // every lattice point is near a border
			agree(t, New(messy(rng, n, lattice.Node{X: -20, Y: -20}, 40, 40, 12)), 700, seed)
		case 1: // a town
			agree(t, New(messy(rng, n, lattice.Node{X: 1_130_000_000, Y: 220_000_000}, 400_000, 300_000, 60_000)), 700, seed)
		case 2: // the world
			agree(t, New(messy(rng, n, lattice.Node{X: -1_800_000_000, Y: -900_000_000}, world, height, height)), 700, seed)
		case 3: // small ones far apart
			agree(t, New(messy(rng, n, lattice.Node{X: -1_800_000_000, Y: -900_000_000}, world, height, 3_000)), 700, seed)
		default: // all on one spot
			agree(t, New(messy(rng, n, lattice.Node{X: 300, Y: 400}, 10, 10, 5_000_000)), 700, seed)
		}
	}
}
