package coverage

import (
	"fmt"

	"github.com/paulmach/orb"

	"onemap/geo/grid/gridtest"
	"onemap/geo/lattice"
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

func newTown(side int) town { return townOf(gridtest.Town{Side: side, Step: step, X: west, Y: south}) }

func townOf(t gridtest.Town) town {
	side := t.Side
	w := town{side: side, parent: Polygon{"P", t.Rim()}}
	for j := range side {
		for i := range side {
			w.grids = append(w.grids, Polygon{fmt.Sprintf("%06d", j*side+i+1), t.Polygon(i, j)})
		}
	}
	return w
}

// polygonOf is a closed ring of nodes in degrees.
func polygonOf(nodes []lattice.Node) orb.MultiPolygon {
	ring := make(orb.Ring, len(nodes))
	for i, n := range nodes {
		ring[i] = n.Point()
	}
	return orb.MultiPolygon{{ring}}
}

func cloned(p Polygon) Polygon { return Polygon{p.Code, p.Geom.Clone()} }

// grid is the number of the grid in a column and row.
func (w town) grid(i, j int) int { return j*w.side + i }

// at makes a ring of nodes around the town's corner.
func at(nodes ...lattice.Node) []lattice.Node {
	var out []lattice.Node
	for _, n := range nodes {
		out = append(out, lattice.Node{X: n.X + west, Y: n.Y + south})
	}
	return append(out, out[0])
}

func square(x, y, size int32) []lattice.Node {
	return at(lattice.Node{X: x, Y: y}, lattice.Node{X: x + size, Y: y}, lattice.Node{X: x + size, Y: y + size}, lattice.Node{X: x, Y: y + size})
}
