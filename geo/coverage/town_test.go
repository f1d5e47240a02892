package coverage

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/paulmach/orb"
)

// town is an invented parent of side by side grids with crooked common borders:
// 26 vertices each, about 100 m wide.
type town struct {
	side   int
	grids  []Polygon
	parent Polygon
}

const (
	west  = 1_130_000_000
	south = 220_000_000
	step  = 10_000 // units from grid to grid, about 100 m
)

func newTown(side int, seed uint64) town {
	rng := rand.New(rand.NewPCG(seed, 11))
	corners := make([]node, (side+1)*(side+1))
	for i := range corners {
		corners[i] = node{west + int32(i%(side+1)*step+rng.IntN(3_000)), south + int32(i/(side+1)*step+rng.IntN(3_000))}
	}
	// line is the crooked way from one corner to the next, in parts edges.
	line := func(a, b node, parts int) []node {
		way := []node{a}
		for k := 1; k < parts; k++ {
			t := float64(k) / float64(parts)
			way = append(way, node{
				int32(math.Round(float64(a.x)+t*(float64(b.x)-float64(a.x)))) + int32(rng.IntN(600)-300),
				int32(math.Round(float64(a.y)+t*(float64(b.y)-float64(a.y)))) + int32(rng.IntN(600)-300),
			})
		}
		return append(way, b)
	}
	corner := func(i, j int) node { return corners[j*(side+1)+i] }
	across, up := make([][]node, side*(side+1)), make([][]node, (side+1)*side)
	for j := range side + 1 {
		for i := range side {
			across[j*side+i] = line(corner(i, j), corner(i+1, j), 7)
			up[i*(side+1)+j] = line(corner(j, i), corner(j, i+1), 6)
		}
	}
	back := func(way []node) []node {
		way = slices.Clone(way)
		slices.Reverse(way)
		return way
	}
	w := town{side: side}
	for j := range side {
		for i := range side {
			w.grids = append(w.grids, Polygon{fmt.Sprintf("%06d", j*side+i+1), polygonOf(
				across[j*side+i], up[j*(side+1)+i+1], back(across[(j+1)*side+i]), back(up[j*(side+1)+i]))})
		}
	}
	var rim [4][]node
	for k := range side {
		rim[0] = append(rim[0], across[k]...)
		rim[1] = append(rim[1], up[k*(side+1)+side]...)
		rim[2] = append(rim[2], back(across[side*side+side-1-k])...)
		rim[3] = append(rim[3], back(up[(side-1-k)*(side+1)])...)
	}
	w.parent = Polygon{"P", polygonOf(rim[:]...)}
	return w
}

// polygonOf joins ways that follow each other to one ring.
func polygonOf(ways ...[]node) orb.MultiPolygon {
	var ring orb.Ring
	for _, way := range ways {
		for _, n := range way {
			if p := n.point(); len(ring) == 0 || ring[len(ring)-1] != p {
				ring = append(ring, p)
			}
		}
	}
	if ring[0] != ring[len(ring)-1] {
		ring = append(ring, ring[0])
	}
	return orb.MultiPolygon{{ring}}
}

func cloned(p Polygon) Polygon { return Polygon{p.Code, p.Geom.Clone()} }

// grid is the number of the grid in a column and row.
func (w town) grid(i, j int) int { return j*w.side + i }

// at makes a ring of nodes around the town's corner.
func at(nodes ...node) []node {
	var out []node
	for _, n := range nodes {
		out = append(out, node{n.x + west, n.y + south})
	}
	return append(out, out[0])
}

func square(x, y, size int32) []node {
	return at(node{x, y}, node{x + size, y}, node{x + size, y + size}, node{x, y + size})
}
