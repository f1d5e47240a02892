package coverage

import (
	"cmp"
	"slices"

	"onemap/geo/lattice"
)

// rounds is how often noding looks again at what it has cut. Rounding a crossing
// to the lattice moves two edges by less than a unit, so a second look finds
// little and a third as a rule nothing.
const rounds = 40

// cutter cuts edges where they meet, until they meet in common ends only.
type cutter struct {
	pieces   []edge
	next     []int32 // the piece that follows in the same edge, -1 at its end
	fresh    []bool  // cut in the last round
	touching bool    // cut at vertices only, not at crossings
}

func newCutter(edges []edge) *cutter {
	c := &cutter{pieces: slices.Clone(edges), next: make([]int32, len(edges)), fresh: make([]bool, len(edges))}
	for i := range edges {
		c.next[i], c.fresh[i] = -1, true
	}
	return c
}

// cutAll cuts in rounds until there is nothing to cut; false when it gave up.
func (c *cutter) cutAll(limit int) bool {
	for range limit {
		if !c.round() {
			return true
		}
	}
	return false
}

// nodeEdges gives, for each edge, its nodes in order after cutting it at every
// vertex that lies on it within rounding, and at every crossing. Each edge is
// given once, and not also its twin, so that both directions are cut alike.
// Where it gave up after some rounds, tangled is a place that it would still cut at.
func nodeEdges(edges []edge, limit int) (paths [][]lattice.Node, tangled *lattice.Node) {
	c := newCutter(edges)
	if !c.cutAll(limit) {
		tangled = &c.pieces[max(0, slices.Index(c.fresh, true))].a
	}
	return c.paths(len(edges)), tangled
}

// paths are the nodes of the first n edges, as they were cut.
func (c *cutter) paths(n int) [][]lattice.Node {
	paths := make([][]lattice.Node, n)
	for i := range paths {
		path := []lattice.Node{c.pieces[i].a}
		for k := int32(i); k >= 0; k = c.next[k] {
			path = append(path, c.pieces[k].b)
		}
		paths[i] = path
	}
	return paths
}

// cut is a place to cut a piece at.
type cut struct {
	piece int32
	at    lattice.Node
}

// round cuts the pieces once and says whether it had to.
func (c *cutter) round() bool {
	list := make([]box, len(c.pieces))
	for i, p := range c.pieces {
		list[i] = p.box().wider()
	}
	index := newBoxes(list)
	var cuts []cut
	for i := range c.pieces {
		if !c.fresh[i] {
			continue
		}
		index.visit(list[i], func(j int32) {
			if int(j) < i || !c.fresh[j] {
				cuts = c.appendCuts(cuts, int32(i), j)
			}
		})
	}
	for i := range c.fresh {
		c.fresh[i] = false
	}
	slices.SortFunc(cuts, func(a, b cut) int {
		return cmp.Or(cmp.Compare(a.piece, b.piece), along(c.pieces[a.piece], a.at, b.at))
	})
	cuts = slices.Compact(cuts)
	for len(cuts) > 0 {
		n := 1
		for n < len(cuts) && cuts[n].piece == cuts[0].piece {
			n++
		}
		c.cut(cuts[0].piece, cuts[:n])
		cuts = cuts[n:]
	}
	return slices.Contains(c.fresh, true)
}

// appendCuts is where two pieces have to be cut because of each other.
func (c *cutter) appendCuts(cuts []cut, i, j int32) []cut {
	e, f := c.pieces[i], c.pieces[j]
	before := len(cuts)
	for _, n := range [...]lattice.Node{f.a, f.b} {
		if near(e, n) {
			cuts = append(cuts, cut{i, n})
		}
	}
	for _, n := range [...]lattice.Node{e.a, e.b} {
		if near(f, n) {
			cuts = append(cuts, cut{j, n})
		}
	}
	if len(cuts) > before || c.touching {
		return cuts // cut there first: what still crosses shows in the next round
	}
	at, cross := crossing(e, f)
	if cross && at != e.a && at != e.b {
		cuts = append(cuts, cut{i, at})
	}
	if cross && at != f.a && at != f.b {
		cuts = append(cuts, cut{j, at})
	}
	return cuts
}

// along orders two places by how far along an edge they are.
func along(e edge, p, q lattice.Node) int {
	dx, dy := int64(e.b.X)-int64(e.a.X), int64(e.b.Y)-int64(e.a.Y)
	sx, sy := int64(cmp.Compare(dx, 0)), int64(cmp.Compare(dy, 0))
	if abs(dx) >= abs(dy) {
		return cmp.Or(cmp.Compare(sx*int64(p.X), sx*int64(q.X)), cmp.Compare(sy*int64(p.Y), sy*int64(q.Y)), compareNodes(p, q))
	}
	return cmp.Or(cmp.Compare(sy*int64(p.Y), sy*int64(q.Y)), cmp.Compare(sx*int64(p.X), sx*int64(q.X)), compareNodes(p, q))
}

// cut replaces a piece by as many as the places make.
func (c *cutter) cut(piece int32, at []cut) {
	last, end, after := piece, c.pieces[piece].b, c.next[piece]
	for _, place := range at {
		if place.at == c.pieces[last].a {
			continue
		}
		c.pieces[last].b = place.at
		c.fresh[last] = true
		c.pieces = append(c.pieces, edge{place.at, end})
		c.fresh = append(c.fresh, true)
		c.next[last] = int32(len(c.next))
		c.next = append(c.next, after)
		last = int32(len(c.next) - 1)
	}
}
