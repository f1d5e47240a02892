package grid

import (
	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

// Step is a directed edge: what it borders lies to its left.
type Step struct{ From, To lattice.Node }

// Outline makes polygons of steps that close up: shells to the left, holes in
// the smallest shell around them, a border that meets itself in a point taken
// apart there. Steps in both directions vanish; it is nil when a step is there
// twice.
func Outline(steps []Step) orb.MultiPolygon {
	edges := make([]dedge, len(steps))
	for i, s := range steps {
		edges[i] = dedge{s.From, s.To}
	}
	edges, ok := cancel(edges)
	if !ok {
		return nil
	}
	return assemble(splitAll(trace(edges)))
}
