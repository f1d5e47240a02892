package coverage

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
func (r *rays) at(p node) (times int32) {
	r.index.visit(box{node{r.index.whole.lo.x, p.y}, p}, func(i int32) { times += westOf(r.edges[i], p) })
	return times
}
