package coverage

import "onemap/geo/lattice"

// rays counts edges to the west of places.
type rays struct {
	edges []edge
	index *boxes
}

func newRays(edges []edge) *rays {
	list := make([]box, len(edges))
	for i, e := range edges {
		list[i] = e.box()
	}
	return &rays{edges, newBoxes(list)}
}

// at is how often the edges run around the place just left of and above p.
func (r *rays) at(p lattice.Node) (times int32) {
	r.index.visit(box{lattice.Node{X: r.index.whole.lo.X, Y: p.Y}, p}, func(i int32) { times += westOf(r.edges[i], p) })
	return times
}
