package crossing

import (
	"math/rand/v2"
)

// town is side by side invented grids with crooked common borders, 26 corners
// each, step units wide: a valid coverage. Every corner follows from its place
// alone, so that neighbours agree without knowing of each other.
type town struct {
	side int
	step int32
	at   Node
}

func newTown(side int) town { return town{side, 10_000, Node{1_130_000_000, 220_000_000}} }

// jitter is a number from -by/2 to by/2 that follows from a, b and what.
func jitter(a, b, what int, by int32) int32 {
	h := uint64(a)*0x9e3779b97f4a7c15 ^ uint64(b)*0xc2b2ae3d27d4eb4f ^ uint64(what)*0x165667b19e3779f9
	h ^= h >> 31
	h *= 0xd6e8feb86659fd93
	h ^= h >> 29
	h *= 0xd6e8feb86659fd93
	return int32(h>>33%uint64(by)) - by/2
}

func (t town) corner(i, j int) Node {
	return Node{
		t.at.X + int32(i)*t.step + jitter(i, j, 0, t.step/3),
		t.at.Y + int32(j)*t.step + jitter(i, j, 1, t.step/3),
	}
}

// border appends the way from corner i, j to its eastern or northern neighbour,
// without the last node; backwards if asked, without the first.
func (t town) border(ring []Node, i, j int, north, back bool) []Node {
	a, b, points := t.corner(i, j), t.corner(i+1, j), 5
	if north {
		b, points = t.corner(i, j+1), 6
	}
	node := func(k int) Node {
		if k == 0 {
			return a
		}
		if k > points {
			return b
		}
		share := float64(k) / float64(points+1)
		what := 2 + 4*k
		if north {
			what += 2
		}
		return Node{
			a.X + int32(share*float64(b.X-a.X)) + jitter(i, j, what, t.step/16),
			a.Y + int32(share*float64(b.Y-a.Y)) + jitter(i, j, what+1, t.step/16),
		}
	}
	for k := range points + 1 {
		if back {
			ring = append(ring, node(points+1-k))
		} else {
			ring = append(ring, node(k))
		}
	}
	return ring
}

func (t town) ring(i, j int) []Node {
	ring := make([]Node, 0, 26)
	ring = t.border(ring, i, j, false, false)
	ring = t.border(ring, i+1, j, true, false)
	ring = t.border(ring, i, j+1, false, true)
	return t.border(ring, i, j, true, true)
}

func (t town) polygons() []*Polygon {
	list := make([]*Polygon, 0, t.side*t.side)
	for j := range t.side {
		for i := range t.side {
			list = append(list, NewPolygon([][]Node{t.ring(i, j)}, int64(len(list))))
		}
	}
	return list
}

// anywhere is a random place within a box a little larger than the polygons'.
func anywhere(rng *rand.Rand, low, high Node) Node {
	mx, my := (int64(high.X)-int64(low.X))/50+2, (int64(high.Y)-int64(low.Y))/50+2
	return Node{
		int32(min(max(int64(low.X)-mx+rng.Int64N(int64(high.X)-int64(low.X)+2*mx), -1_800_000_000), 1_800_000_000)),
		int32(min(max(int64(low.Y)-my+rng.Int64N(int64(high.Y)-int64(low.Y)+2*my), -900_000_000), 900_000_000)),
	}
}

// atBorder is a vertex, a lattice point on or nearest to a point of an edge, or
// one a unit away from these.
func atBorder(rng *rand.Rand, list []*Polygon) Node {
	p := list[rng.IntN(len(list))]
	ring := p.Rings[rng.IntN(len(p.Rings))]
	i := rng.IntN(len(ring))
	a, b := ring[i], ring[(i+1)%len(ring)]
	n := a
	if rng.IntN(5) > 1 {
		dx, dy := int64(b.X)-int64(a.X), int64(b.Y)-int64(a.Y)
		if g := gcd(dx, dy); g > 1 && rng.IntN(2) == 0 { // exactly on it
			k := rng.Int64N(g + 1)
			n = Node{int32(int64(a.X) + dx/g*k), int32(int64(a.Y) + dy/g*k)}
		} else {
			t := rng.Float64()
			n = Node{int32(float64(a.X) + t*float64(dx)), int32(float64(a.Y) + t*float64(dy))}
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
