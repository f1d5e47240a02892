package crossing

import (
	"math/rand/v2"

	"onemap/geo/grid/gridtest"
	"onemap/geo/lattice"
)

// grids is a town's, by rows.
func grids(town gridtest.Town) []*Polygon {
	list := make([]*Polygon, 0, town.Side*town.Side)
	for j := range town.Side {
		for i := range town.Side {
			list = append(list, NewPolygon([][]lattice.Node{ring(town, i, j)}, int64(len(list))))
		}
	}
	return list
}

func ring(town gridtest.Town, i, j int) []lattice.Node {
	var nodes []lattice.Node
	for _, p := range town.Ring(i, j) {
		nodes = append(nodes, lattice.Node{X: p[0], Y: p[1]})
	}
	return nodes
}

// middle is about the middle of a grid.
func middle(town gridtest.Town, i, j int) lattice.Node {
	x, y := town.Corner(i, j)
	return lattice.Node{X: x + town.Step/2, Y: y + town.Step/2}
}

// anywhere is a random place within a box a little larger than the polygons'.
func anywhere(rng *rand.Rand, low, high lattice.Node) lattice.Node {
	mx, my := (int64(high.X)-int64(low.X))/50+2, (int64(high.Y)-int64(low.Y))/50+2
	return lattice.Node{
		X: int32(min(max(int64(low.X)-mx+rng.Int64N(int64(high.X)-int64(low.X)+2*mx), -1_800_000_000), 1_800_000_000)),
		Y: int32(min(max(int64(low.Y)-my+rng.Int64N(int64(high.Y)-int64(low.Y)+2*my), -900_000_000), 900_000_000)),
	}
}

// atBorder is a vertex, a lattice point on or nearest to a point of an edge, or
// one a unit away from these.
func atBorder(rng *rand.Rand, list []*Polygon) lattice.Node {
	p := list[rng.IntN(len(list))]
	ring := p.Rings[rng.IntN(len(p.Rings))]
	i := rng.IntN(len(ring))
	a, b := ring[i], ring[(i+1)%len(ring)]
	n := a
	if rng.IntN(5) > 1 {
		dx, dy := int64(b.X)-int64(a.X), int64(b.Y)-int64(a.Y)
		if g := gcd(dx, dy); g > 1 && rng.IntN(2) == 0 { // exactly on it
			k := rng.Int64N(g + 1)
			n = lattice.Node{X: int32(int64(a.X) + dx/g*k), Y: int32(int64(a.Y) + dy/g*k)}
		} else {
			t := rng.Float64()
			n = lattice.Node{X: int32(float64(a.X) + t*float64(dx)), Y: int32(float64(a.Y) + t*float64(dy))}
		}
	}
	if rng.IntN(2) == 0 {
		n.X, n.Y = n.X+int32(rng.IntN(3))-1, n.Y+int32(rng.IntN(3))-1
	}
	return n
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, -a)
}
