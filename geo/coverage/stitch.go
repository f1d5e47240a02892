package coverage

import (
	"slices"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

// Stitch gives each polygon the vertices of the others that lie on its edges, as
// Check takes it: within a unit. So regions of several levels that were cut one
// after the other get common vertices along common borders. Edges that cross
// stay as they are. A polygon that lacks no vertex is given back as it came;
// the others keep their rings, which gain vertices and move by less than a unit
// between them.
func Stitch(polygons []Polygon) []Polygon {
	numbers := make(map[edge]int32)
	var once []edge
	eachEdge := func(visit func(polygon int, e edge)) {
		for i, p := range polygons {
			for _, poly := range p.Geom {
				for _, ring := range poly {
					for k := 1; k < len(ring); k++ {
						a, aok := lattice.On(ring[k-1][0], ring[k-1][1])
						b, bok := lattice.On(ring[k][0], ring[k][1])
						if aok && bok && a != b {
							visit(i, edge{a, b})
						}
					}
				}
			}
		}
	}
	eachEdge(func(_ int, e edge) {
		e = e.upward()
		if _, there := numbers[e]; !there {
			numbers[e] = int32(len(once))
			once = append(once, e)
		}
	})
	c := newCutter(once)
	c.touching = true
	c.cutAll(rounds)
	paths := c.paths(len(once))

	lacking := make([]bool, len(polygons))
	eachEdge(func(i int, e edge) { lacking[i] = lacking[i] || len(paths[numbers[e.upward()]]) > 2 })
	out := slices.Clone(polygons)
	for i := range out {
		if lacking[i] {
			out[i].Geom = alongPaths(out[i].Geom, func(e edge) []lattice.Node { return paths[numbers[e.upward()]] })
		}
	}
	return out
}

// alongPaths puts in place of each edge the path of its upward form; nil is the edge itself.
func alongPaths(geom orb.MultiPolygon, pathOf func(edge) []lattice.Node) orb.MultiPolygon {
	out := make(orb.MultiPolygon, len(geom))
	for i, poly := range geom {
		out[i] = make(orb.Polygon, len(poly))
		for j, ring := range poly {
			next := ring[:min(len(ring), 1):min(len(ring), 1)]
			for k := 1; k < len(ring); k++ {
				a, aok := lattice.On(ring[k-1][0], ring[k-1][1])
				b, bok := lattice.On(ring[k][0], ring[k][1])
				if aok && bok && a != b {
					next = appendInner(next, edge{a, b}, pathOf(edge{a, b}))
				}
				next = append(next, ring[k])
			}
			out[i][j] = next
		}
	}
	return out
}

// appendInner appends the nodes of a path between its ends, in the direction of e.
func appendInner(ring orb.Ring, e edge, path []lattice.Node) orb.Ring {
	for k := 1; k < len(path)-1; k++ {
		n := path[k]
		if e != e.upward() {
			n = path[len(path)-1-k]
		}
		ring = append(ring, n.Point())
	}
	return ring
}
