package grid

import "github.com/paulmach/orb"

// Step is a directed edge on the lattice of 1e-7 degrees, longitude before
// latitude: what it borders lies to its left.
type Step struct{ X1, Y1, X2, Y2 int32 }

// Outline makes polygons of steps that close up: shells to the left, holes in
// the smallest shell around them, a border that meets itself in a point taken
// apart there. Steps in both directions vanish; it is nil when a step is there
// twice.
func Outline(steps []Step) orb.MultiPolygon {
	edges := make([]dedge, len(steps))
	for i, s := range steps {
		edges[i] = dedge{node{s.X1, s.Y1}, node{s.X2, s.Y2}}
	}
	edges, ok := cancel(edges)
	if !ok {
		return nil
	}
	return assemble(splitAll(trace(edges)))
}

// MetresPerUnit is the length of one lattice unit at latitude y (in lattice
// units) to the east and to the north, on the ellipsoid of WGS84.
func MetresPerUnit(y int32) (east, north float64) { return metresPerUnit(y) }
