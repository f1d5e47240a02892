package coverage

import (
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

// errorOwner borders, in the second drawing, the ground where something is wrong.
const errorOwner = parentOwner + 1

// Findings lists all that is wrong, in order: by kind as [Kinds] has them, then
// by codes, then by place. The same polygons give the same list.
func (c *Check) Findings() []Finding {
	if !c.known {
		c.located, c.known = c.locate(), true
	}
	return slices.Clone(c.located)
}

func (c *Check) locate() []Finding {
	var found []Finding
	if c.parent != nil {
		if c.flawed == 0 && c.Valid() {
			return nil
		}
		if c.border.flawed() {
			found = append(found, c.border.notes...)
		}
		if far, ok := c.allOutside(); ok {
			return append(found, far)
		}
	}
	for i := range c.shapes {
		if s := &c.shapes[i]; s.flawed() {
			found = append(found, s.notes...)
		}
	}
	if c.parent == nil || c.print != (fingerprint{}) || c.area != (total{}) {
		found = append(found, c.mismatches()...)
	}
	sortFindings(found)
	return found
}

// mismatches finds what does not cancel.
func (c *Check) mismatches() []Finding {
	found := c.duplicates()
	segs := c.residual()
	n := nodeSegs(segs, c.rounds)
	found = append(found, tangle(n)...)
	found = append(found, c.shifted(segs)...)
	found = append(found, c.unmatched(segs, n)...)

	// What is left after noding borders the ground that is too often or too seldom
	// in a polygon, counted together: too often and too seldom as the parent has it.
	sides := make([][]side, len(n.edges))
	var edges []edge
	for i, uses := range n.uses {
		sides[i] = net(uses, func(int32) int32 { return 0 })
		for _, s := range sides[i] {
			e := n.edges[i]
			if s.times < 0 {
				e = e.twin()
			}
			for range abs(int64(s.times)) {
				edges = append(edges, e)
			}
		}
	}
	r := newRays(edges)
	o := newOverlay(n.edges, sides, all, func(p lattice.Node) label { return label{}.plus([]side{{0, r.at(p)}}, 1) })
	return append(found, c.spots(c.wrong(o))...)
}

// code names an owner.
func (c *Check) code(owner int32) string {
	if owner == parentOwner {
		return c.parent.Code
	}
	return c.polygons[owner].Code
}

// codes names owners, by code.
func (c *Check) codes(owners []int32) []string {
	list := make([]string, len(owners))
	for i, o := range owners {
		list[i] = c.code(o)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// duplicates finds polygons with the same border. All but the one with the
// lowest code are left out of what follows.
func (c *Check) duplicates() (found []Finding) {
	first := make(map[fingerprint]int32, len(c.shapes))
	same := make(map[int32][]int32)
	for i := range c.shapes {
		if c.shapes[i].empty() {
			continue
		}
		p := c.shapes[i].print
		if f, there := first[p]; there {
			same[f] = append(same[f], int32(i))
		} else {
			first[p] = int32(i)
		}
	}
	c.twice, c.repeats = make(map[int32]bool), make(map[int32][]int32)
	for f, owners := range same {
		owners = append(owners, f)
		slices.SortFunc(owners, func(a, b int32) int { return strings.Compare(c.code(a), c.code(b)) })
		for _, o := range owners[1:] {
			c.twice[o] = true
		}
		c.repeats[owners[0]] = owners[1:]
		s := &c.shapes[owners[0]]
		found = append(found, c.ground(Duplicate, c.codes(owners), s.geometry(), s.area2, perimeter(s), s.box))
	}
	return found
}

// unmatched finds edges that others match once they are cut: nothing is wrong
// with the ground, only vertices are missing.
func (c *Check) unmatched(segs []seg, n noded) []Finding {
	settled := make(map[edge][]use, len(n.edges))
	for i, uses := range n.uses {
		if len(net(uses, func(int32) int32 { return 0 })) == 0 {
			settled[n.edges[i]] = uses
		}
	}
	var found []Finding
	for i, path := range n.paths {
		if len(path) < 3 {
			continue
		}
		var others []int32
		whole := true
		for k := 1; k < len(path) && whole; k++ {
			uses, ok := settled[edge{path[k-1], path[k]}.upward()]
			whole = ok
			for _, u := range uses {
				if o := segs[u.seg].owner; o != segs[i].owner {
					others = append(others, o)
				}
			}
		}
		if !whole || len(others) == 0 {
			continue
		}
		line := make(orb.LineString, len(path))
		for k, p := range path {
			line[k] = p.Point()
		}
		codes := append([]string{c.code(segs[i].owner)}, c.codes(others)...)
		f := Finding{Kind: Unmatched, Codes: codes, Geometry: line, Place: line[1], Text: unmatchedText(codes, line[1], len(path)-2)}
		if f.split = (&split{segs[i].upward(), path}); segs[i].edge != f.split.edge {
			f.split.path = slices.Clone(path)
			slices.Reverse(f.split.path)
		}
		found = append(found, f)
	}
	return found
}

// spot is ground where something is wrong.
type spot struct {
	border []edge // the ground to the left
	box    box
}

// wrong lists the faces of the first drawing in which something is wrong: with a
// parent, what is as often in polygons as not in it; without one, what is in
// several polygons, or enclosed and in none.
func (c *Check) wrong(o *overlay) []spot {
	bad := func(w int32) bool {
		m := o.labels[w].of(0)
		return m != 0 && c.parent != nil || m > 1 || m < 0 || m == 0 && c.parent == nil && o.bounded(w)
	}
	flags := make([]bool, len(o.walks))
	for w := range flags {
		flags[w] = bad(int32(w))
	}
	var list []spot
	for w := range o.walks {
		if !flags[w] {
			continue
		}
		var s spot
		for h, first := o.walks[w].first, true; first || h != o.walks[w].first; h, first = o.next[h], false {
			e := o.half(h)
			if len(s.border) == 0 {
				s.box = e.box()
			}
			s.border, s.box = append(s.border, e), s.box.with(e.a)
		}
		list = append(list, s)
	}
	return list
}

// spots draws the ground where something is wrong again, with the borders of all
// that reaches into it, and says of each piece whose it is.
func (c *Check) spots(spots []spot) []Finding {
	if len(spots) == 0 {
		return nil
	}
	list := make([]box, len(spots))
	var d drawing
	for i, s := range spots {
		list[i] = s.box.wider()
		for _, e := range s.border {
			d.segs = append(d.segs, seg{e, errorOwner})
		}
	}
	reach := newBoxes(list)
	touched := func(b box) (yes bool) {
		reach.visit(b, func(int32) { yes = true })
		return yes
	}
	boxed := make([]box, len(c.shapes))
	for i := range c.shapes {
		s := &c.shapes[i]
		if s.empty() || c.twice[int32(i)] {
			continue
		}
		boxed[i] = s.box.wider()
		if touched(s.box) {
			d.add(int32(i), s, touched)
		}
	}
	d.add(parentOwner, &c.border, touched)
	n := nodeSegs(d.segs, c.rounds)
	d.draw(n.paths)

	sides := make([][]side, len(n.edges))
	for i, uses := range n.uses {
		sides[i] = net(uses, func(k int32) int32 { return d.segs[k].owner })
	}
	wrong := newRays(d.edges[errorOwner])
	o := newOverlay(n.edges, sides, func(s []side) []side {
		if len(s) > 0 && s[len(s)-1].owner == errorOwner {
			return s[len(s)-1:]
		}
		return nil
	}, func(p lattice.Node) label { return label{}.plus([]side{{errorOwner, wrong.at(p)}}, 1) })
	bad := func(l label) bool { return l.of(errorOwner) > 0 }

	boxes, parent := newBoxes(boxed), newRays(d.edges[parentOwner])
	o.relabel(bad, func(p lattice.Node) label {
		var l label
		boxes.visit(box{p, p}, func(i int32) {
			if c.twice[i] || c.shapes[i].empty() {
				return
			}
			if times := d.windings(i, &c.shapes[i], p); times != 0 {
				l = append(l, side{i, times})
			}
		})
		slices.SortFunc(l, func(a, b side) int { return int(a.owner - b.owner) })
		return l.plus([]side{{parentOwner, parent.at(p)}, {errorOwner, wrong.at(p)}}, 1)
	})
	c.sketch = &sketch{segs: d.segs, noded: n, overlay: o}
	found := tangle(n)
	for _, f := range o.faces(bad) {
		found = append(found, c.classify(o, f)...)
	}
	return found
}

// drawing collects the edges that reach into some ground, and the others of the
// same owners beside them.
type drawing struct {
	segs  []seg
	edges map[int32][]edge // of each owner: those beside, then also the pieces of its segs
}

func (d *drawing) add(owner int32, s *shape, touched func(box) bool) {
	if d.edges == nil {
		d.edges = make(map[int32][]edge)
	}
	beside := make([]edge, 0, s.len())
	s.edges(func(e edge) {
		if touched(e.box()) {
			d.segs = append(d.segs, seg{e, owner})
		} else {
			beside = append(beside, e)
		}
	})
	d.edges[owner] = beside
}

// draw puts the pieces of the segs to their owners' edges.
func (d *drawing) draw(paths [][]lattice.Node) {
	for i, path := range paths {
		owner := d.segs[i].owner
		for k := 1; k < len(path); k++ {
			d.edges[owner] = append(d.edges[owner], edge{path[k-1], path[k]})
		}
	}
}

// windings is shape.windings with the edges as they were cut.
func (d *drawing) windings(owner int32, s *shape, p lattice.Node) (times int32) {
	edges, drawn := d.edges[owner]
	if !drawn {
		return s.windings(p)
	}
	for _, e := range edges {
		times += westOf(e, p)
	}
	return times
}
