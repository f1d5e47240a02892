package coverage

import (
	"math"
	"slices"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

// Stitch gives each polygon the vertices of the others that lie on its edges, as
// Check takes it: within a unit. So regions of several levels that were cut one
// after the other get common vertices along common borders. Edges that cross
// stay as they are. A polygon that lacks no vertex is given back as it came;
// the others keep their rings, which gain vertices and move by less than a unit
// between them. It is for polygons that cover each other: where borders nearly
// meet, a ring moved by a unit may cross itself.
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

// Stitched says whether a polygon is another one, or that one with vertices which
// Stitch put on its edges.
func Stitched(had, plain orb.MultiPolygon) bool {
	return slices.EqualFunc(had, plain, func(a, b orb.Polygon) bool { return slices.EqualFunc(a, b, stitchedRing) })
}

func stitchedRing(had, plain orb.Ring) bool {
	if len(had) == 0 || len(plain) == 0 {
		return len(had) == len(plain)
	}
	at := 0 // the vertex of plain that was passed last
	for k, p := range had {
		switch {
		case k == 0:
			if p != plain[0] {
				return false
			}
		case at+1 == len(plain):
			return false
		case p == plain[at+1]:
			at++
		case !beside(plain[at], plain[at+1], p):
			return false
		}
	}
	return at+1 == len(plain)
}

// beside says whether a vertex lies between the ends of an edge and off it by no
// more than the cutting of crossings moves one: a unit, and what rounding adds.
func beside(a, b, p orb.Point) bool {
	const off = 1.5 / lattice.PerDegree
	dx, dy := b[0]-a[0], b[1]-a[1]
	px, py := p[0]-a[0], p[1]-a[1]
	length := math.Hypot(dx, dy)
	along := px*dx + py*dy
	return along > 0 && along < length*length && math.Abs(px*dy-py*dx) <= off*length
}
