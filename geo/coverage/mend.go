package coverage

import (
	"errors"
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// patch is what a proposal does to polygons, whoever has the edges and nodes.
type patch struct {
	splits  []split
	shifts  map[lattice.Node]lattice.Node
	grounds []ground
	redrawn []int32
	removed []int32
}

// split is an edge, upward, and the nodes it is to run through.
type split struct {
	edge edge
	path []lattice.Node
}

// ground is added to an owner by the border around it, that ground to the left;
// to the right, it is taken away.
type ground struct {
	owner  int32
	border []edge
}

// Mend gives the set as it is with proposals accepted, as a check of its own; c
// and its polygons stay as they are. The proposals are c's own, of its present
// polygons; two for one finding are refused, and so is what would leave a polygon
// unsound. What is wrong after it, [Check.Findings] of the new set says.
func (c *Check) Mend(accepted ...Proposal) (*Check, error) {
	var all patch
	taken := make(map[int]bool)
	for _, p := range accepted {
		if p.of != c || p.turn != c.turn {
			return nil, errors.New("a proposal is for polygons that have changed since")
		}
		for _, f := range p.Findings {
			if taken[f] {
				return nil, fmt.Errorf("two proposals mend one finding: %s", c.located[f].Text)
			}
			taken[f] = true
		}
		all = all.with(p.patch)
	}
	next, err := c.patched(newBoxes(c.boxed()), all)
	if err != nil {
		return nil, err
	}
	parent := c.parent
	if geom, changed := next[parentOwner]; changed {
		parent = &Polygon{c.parent.Code, geom}
	}
	polygons := c.Polygons()
	for i := range polygons {
		n, _ := c.number(polygons[i].Code)
		if geom, changed := next[n]; changed {
			polygons[i].Geom = geom
		}
	}
	polygons = slices.DeleteFunc(polygons, func(p Polygon) bool {
		n, _ := c.number(p.Code)
		geom, changed := next[n]
		return changed && geom == nil
	})
	return New(parent, polygons, c.options)
}

// Parent is what the polygons should cover; false when there is nothing.
func (c *Check) Parent() (Polygon, bool) {
	if c.parent == nil {
		return Polygon{}, false
	}
	return *c.parent, true
}

func (w patch) with(v patch) patch {
	shifts := make(map[lattice.Node]lattice.Node)
	for _, m := range [...]map[lattice.Node]lattice.Node{w.shifts, v.shifts} {
		for from, to := range m {
			shifts[from] = to
		}
	}
	return patch{
		slices.Concat(w.splits, v.splits), shifts, slices.Concat(w.grounds, v.grounds),
		slices.Concat(w.redrawn, v.redrawn), slices.Concat(w.removed, v.removed),
	}
}

// boxed are the boxes of the shapes; of one without ground, a place off the Earth.
func (c *Check) boxed() []box {
	list := make([]box, len(c.shapes))
	for i := range c.shapes {
		if list[i] = c.shapes[i].box; c.shapes[i].empty() {
			far := lattice.Node{X: -1 << 31, Y: -1 << 31}
			list[i] = box{far, far}
		}
	}
	return list
}

// patched gives the polygons that a patch changes, nil for one that goes.
func (c *Check) patched(index *boxes, w patch) (map[int32]orb.MultiPolygon, error) {
	paths := make(map[edge][]lattice.Node, len(w.splits))
	touched := make(map[int32]bool)
	reach := func(b box) {
		index.visit(b, func(i int32) { touched[i] = touched[i] || false })
		if c.parent != nil && b.meets(c.border.box) {
			touched[parentOwner] = touched[parentOwner] || false
		}
	}
	for _, s := range w.splits {
		reach(s.edge.box())
		paths[s.edge] = united(s.edge, paths[s.edge], s.path)
	}
	for from := range w.shifts {
		reach(box{from, from})
	}
	more := make(map[int32][]edge)
	for _, g := range w.grounds {
		// What repeats an owner goes on doing so: it is a finding of its own.
		for _, o := range append([]int32{g.owner}, c.repeats[g.owner]...) {
			more[o] = append(more[o], g.border...)
			touched[o] = true
		}
	}
	for _, o := range w.redrawn {
		touched[o] = true
	}
	next := make(map[int32]orb.MultiPolygon)
	for owner, sure := range touched {
		edges, changed := c.rerouted(owner, paths, w.shifts)
		if !changed && !sure {
			continue
		}
		geom, err := drawn(append(edges, more[owner]...))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.code(owner), err)
		}
		if geom == nil && owner == parentOwner {
			return nil, errors.New("nothing would be left of the parent")
		}
		next[owner] = geom
	}
	for _, o := range w.removed {
		next[o] = nil
	}
	return next, nil
}

// rerouted are the edges of an owner along the paths and with the nodes shifted,
// and whether that changes any.
func (c *Check) rerouted(owner int32, paths map[edge][]lattice.Node, shifts map[lattice.Node]lattice.Node) (edges []edge, changed bool) {
	s := &c.border
	if owner != parentOwner {
		s = &c.shapes[owner]
	}
	add := func(a, b lattice.Node) {
		for _, n := range [...]*lattice.Node{&a, &b} {
			if to, moves := shifts[*n]; moves {
				*n, changed = to, true
			}
		}
		if a != b {
			edges = append(edges, edge{a, b})
		}
	}
	s.edges(func(e edge) {
		path := paths[e.upward()]
		if len(path) <= 2 {
			add(e.a, e.b)
			return
		}
		changed = true
		for k := 1; k < len(path); k++ {
			if e == e.upward() {
				add(path[k-1], path[k])
			} else {
				add(path[len(path)-k], path[len(path)-k-1])
			}
		}
	})
	return edges, changed
}

// drawn is the polygon of a border, nil when the border cancels whole. It fails
// where the ground would be counted twice or less than once, or the border meet
// itself.
func drawn(edges []edge) (orb.MultiPolygon, error) {
	count := make(map[edge]int, len(edges))
	for _, e := range edges {
		if e == e.upward() {
			count[e]++
		} else {
			count[e.twin()]--
		}
	}
	var steps []grid.Step
	var area int64
	for _, e := range edges {
		up := e.upward()
		switch n := count[up]; {
		case n > 1 || n < -1:
			return nil, errors.New("two proposals, or a proposal and the polygon, do not fit together")
		case n == 1:
			steps = append(steps, grid.Step{From: up.a, To: up.b})
		case n == -1:
			steps = append(steps, grid.Step{From: up.b, To: up.a})
		}
		count[up] = 0
	}
	if len(steps) == 0 {
		return nil, nil
	}
	o := steps[0].From
	for _, s := range steps {
		area += (int64(s.From.X)-int64(o.X))*(int64(s.To.Y)-int64(o.Y)) - (int64(s.To.X)-int64(o.X))*(int64(s.From.Y)-int64(o.Y))
	}
	geom := grid.Outline(steps)
	s := tidy("", geom)
	s.sum(&key{})
	if s.flawed() || s.area2 != area {
		return nil, errors.New("its border would not be sound")
	}
	return geom, nil
}

// united are the nodes of two paths along one edge, in order.
func united(e edge, p, q []lattice.Node) []lattice.Node {
	if p == nil || slices.Equal(p, q) {
		return q
	}
	all := slices.Concat(p, q)
	slices.SortFunc(all, func(a, b lattice.Node) int { return along(e, a, b) })
	return slices.Compact(all)
}
