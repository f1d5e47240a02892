package live

import (
	"fmt"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

// edge of a polygon.
type edge struct{ a, b lattice.Node }

// edgesOf is the edges of all rings, or an error that names a vertex that is not
// on Earth.
func edgesOf(p orb.MultiPolygon) ([]edge, error) {
	var edges []edge
	for i, polygon := range p {
		for j, ring := range polygon {
			first := len(edges)
			var from lattice.Node
			for k, at := range ring {
				n, ok := lattice.On(at[0], at[1])
				if !ok {
					return nil, fmt.Errorf("polygon %d, ring %d, vertex %d: (%v, %v) is not on Earth", i+1, j+1, k+1, at[0], at[1])
				}
				if k > 0 && n != from {
					edges = append(edges, edge{from, n})
				}
				from = n
			}
			if len(edges) > first && edges[first].a != from {
				edges = append(edges, edge{from, edges[first].a})
			}
		}
	}
	return edges, nil
}

// meets says whether the edge may pass through a closed box: their boxes meet,
// and not all corners lie on one side.
func (e *edge) meets(low, high lattice.Node) bool {
	if min(e.a.X, e.b.X) > high.X || max(e.a.X, e.b.X) < low.X || min(e.a.Y, e.b.Y) > high.Y || max(e.a.Y, e.b.Y) < low.Y {
		return false
	}
	side := lattice.Turn(e.a, e.b, low)
	return side == 0 || lattice.Turn(e.a, e.b, high) != side ||
		lattice.Turn(e.a, e.b, lattice.Node{X: low.X, Y: high.Y}) != side ||
		lattice.Turn(e.a, e.b, lattice.Node{X: high.X, Y: low.Y}) != side
}

// left says whether the edge passes west of (x+e1, y+e2), where e1 and e2 are
// infinitely small and e2 far smaller than e1.
func (e *edge) left(p lattice.Node) bool {
	if (e.a.Y <= p.Y) == (e.b.Y <= p.Y) {
		return false
	}
	a, b := e.a, e.b
	if a.Y > b.Y {
		a, b = b, a
	}
	return lattice.Turn(a, b, p) <= 0
}

// below says whether the edge passes south of (x+e1, y+e2). Corners of squares that
// are not on Earth never come to a turn, which could not have them.
func (e *edge) below(p lattice.Node) bool {
	if (e.a.X <= p.X) == (e.b.X <= p.X) || p.Y < min(e.a.Y, e.b.Y) {
		return false
	}
	if p.Y > max(e.a.Y, e.b.Y) {
		return true
	}
	a, b := e.a, e.b
	if a.X > b.X {
		a, b = b, a
	}
	turn := lattice.Turn(a, b, p)
	return turn > 0 || turn == 0 && b.Y <= a.Y
}
