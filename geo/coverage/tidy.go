package coverage

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// tidy reads any polygon: it notes what is wrong with each ring, and makes of it
// a shape in which inside is where an odd number of edges lies to the west, as
// package grid has it.
func tidy(code string, geom orb.MultiPolygon) shape {
	t := tidier{code: code}
	var rings [][]lattice.Node
	var roles []bool // the ring is meant to be a hole
	for _, poly := range geom {
		for j, ring := range poly {
			if nodes := t.ring(ring); nodes != nil {
				rings, roles = append(rings, nodes), append(roles, j > 0)
			}
		}
	}
	if len(rings) == 0 && len(t.notes) == 0 {
		t.note(ZeroArea, nil, orb.Point{}, "%s has no ring.", code)
	}
	s := shape{body: &body{}}
	switch {
	case apart(rings), !t.selfCancel(rings) && t.judge(geom, rings, roles):
		t.orient(rings, roles)
		s.set(rings)
	default:
		s.set(oddRings(rings))
	}
	if s.notes = t.notes; len(s.nodes) == 0 && len(s.notes) == 0 {
		s.body = nil
	}
	return s
}

type tidier struct {
	code  string
	notes []Finding
}

func (t *tidier) note(kind Kind, g orb.Geometry, at orb.Point, format string, args ...any) {
	if g == nil {
		g = at
	}
	t.notes = append(t.notes, Finding{Kind: kind, Codes: []string{t.code}, Geometry: g, Place: at, Text: fmt.Sprintf(format, args...)})
}

// ring opens a ring and drops repeated points and spikes; nil when nothing of it
// encloses ground.
func (t *tidier) ring(ring orb.Ring) []lattice.Node {
	nodes := make([]lattice.Node, 0, len(ring))
	for _, p := range ring {
		n, ok := lattice.On(p[0], p[1])
		if !ok {
			hint := ""
			if _, ok := lattice.On(p[1], p[0]); ok {
				hint = " With the numbers swapped it would be."
			}
			t.note(OffEarth, orb.Point{}, orb.Point{}, "%s has a vertex (%v, %v), which is not a longitude and latitude.%s", t.code, p[0], p[1], hint)
			return nil
		}
		nodes = append(nodes, n)
	}
	if len(nodes) == 0 {
		t.note(ZeroArea, nil, orb.Point{}, "%s has a ring without points.", t.code)
		return nil
	}
	first, last := nodes[0], nodes[len(nodes)-1]
	closed := first == last
	if closed {
		nodes = nodes[:len(nodes)-1]
	}
	kept := nodes[:0:0]
	for _, n := range nodes {
		if len(kept) > 0 && kept[len(kept)-1] == n {
			t.note(RepeatedVertex, nil, n.Point(), "%s has the vertex (%.7f, %.7f) twice in a row.", t.code, n.Point()[0], n.Point()[1])
			continue
		}
		kept = append(kept, n)
	}
	for closed && len(kept) > 1 && kept[len(kept)-1] == kept[0] {
		t.note(RepeatedVertex, nil, first.Point(), "%s has the vertex (%.7f, %.7f) twice in a row.", t.code, first.Point()[0], first.Point()[1])
		kept = kept[:len(kept)-1]
	}
	if !closed {
		t.note(Unclosed, orb.LineString{last.Point(), first.Point()}, last.Point(), "A ring of %s is not closed: it ends at (%.7f, %.7f) and began at (%.7f, %.7f).",
			t.code, last.Point()[0], last.Point()[1], first.Point()[0], first.Point()[1])
	}
	if len(kept) < 3 || inLine(kept) {
		t.note(ZeroArea, nil, first.Point(), "A ring of %s at (%.7f, %.7f) encloses no ground.", t.code, first.Point()[0], first.Point()[1])
		return nil
	}
	return t.withoutSpikes(kept)
}

func inLine(nodes []lattice.Node) bool {
	for _, n := range nodes[2:] {
		if lattice.Turn(nodes[0], nodes[1], n) != 0 {
			return false
		}
	}
	return true
}

// withoutSpikes drops vertices at which the ring turns back on itself.
func (t *tidier) withoutSpikes(ring []lattice.Node) []lattice.Node {
	for i := 0; i < len(ring) && len(ring) >= 3; {
		n := len(ring)
		a, b, c := ring[(i+n-1)%n], ring[i], ring[(i+1)%n]
		if lattice.Turn(a, b, c) != 0 || ahead(a, b, c) {
			i++
			continue
		}
		end := a // the spike reaches from the tip to the nearer of its two feet
		if abs(int64(c.X)-int64(b.X))+abs(int64(c.Y)-int64(b.Y)) < abs(int64(a.X)-int64(b.X))+abs(int64(a.Y)-int64(b.Y)) {
			end = c
		}
		t.note(Dangling, orb.LineString{end.Point(), b.Point()}, b.Point(), "%s has a spike to (%.7f, %.7f) that encloses no ground.", t.code, b.Point()[0], b.Point()[1])
		ring = slices.Delete(ring, i, i+1)
		if n = len(ring); n > 1 && a == c {
			ring = slices.Delete(ring, i%n, i%n+1)
		}
		i = max(0, i-2)
	}
	if len(ring) < 3 {
		return nil
	}
	return ring
}

// ahead says, of three nodes in line, whether c goes on from b as a came to it.
func ahead(a, b, c lattice.Node) bool {
	return cmp.Compare(b.X, a.X) == cmp.Compare(c.X, b.X) && cmp.Compare(b.Y, a.Y) == cmp.Compare(c.Y, b.Y)
}

// selfCancel notes edges the polygon has on both sides, such as a cut from its
// shell to its hole, and says whether there are any.
func (t *tidier) selfCancel(rings [][]lattice.Node) bool {
	var all []edge
	for _, ring := range rings {
		a := ring[len(ring)-1]
		for _, b := range ring {
			all = append(all, edge{a, b})
			a = b
		}
	}
	slices.SortFunc(all, func(e, f edge) int {
		return cmp.Or(compareEdges(e.upward(), f.upward()), compareEdges(e, f))
	})
	var both []edge
	for i := 1; i < len(all); i++ {
		if all[i] == all[i-1].twin() {
			both = append(both, all[i].upward())
		}
	}
	for _, line := range lines(both) {
		t.note(Dangling, line, line[0], "%s lies on both sides of its own border at (%.7f, %.7f).", t.code, line[0][0], line[0][1])
	}
	return len(both) > 0
}

// lines joins edges end to end where exactly two meet.
func lines(edges []edge) []orb.LineString {
	at := make(map[lattice.Node][]int)
	for i, e := range edges {
		at[e.a], at[e.b] = append(at[e.a], i), append(at[e.b], i)
	}
	used := make([]bool, len(edges))
	follow := func(i int, from lattice.Node) orb.LineString {
		line := orb.LineString{from.Point()}
		for {
			used[i] = true
			if edges[i].a == from {
				from = edges[i].b
			} else {
				from = edges[i].a
			}
			line = append(line, from.Point())
			next := -1
			for _, k := range at[from] {
				if len(at[from]) == 2 && !used[k] {
					next = k
				}
			}
			if next < 0 {
				return line
			}
			i = next
		}
	}
	var out []orb.LineString
	for i, e := range edges {
		for _, end := range [...]lattice.Node{e.a, e.b} {
			if !used[i] && len(at[end]) != 2 {
				out = append(out, follow(i, end))
			}
		}
	}
	for i, e := range edges {
		if !used[i] {
			out = append(out, follow(i, e.a))
		}
	}
	return out
}

// apart says whether no two edges meet but neighbours in their common end.
func apart(rings [][]lattice.Node) bool {
	var list []box
	var edges []edge
	var after []int32 // the edge after each in its ring
	for _, ring := range rings {
		from := int32(len(edges))
		for i, a := range ring {
			e := edge{a, ring[(i+1)%len(ring)]}
			edges, list = append(edges, e), append(list, e.box())
			after = append(after, from+int32((i+1)%len(ring)))
		}
	}
	index := newBoxes(list)
	good := true
	for i := range edges {
		index.visit(list[i], func(j int32) {
			if !good || int(j) <= i {
				return
			}
			e, f := edges[i], edges[j]
			if after[i] == j || after[j] == int32(i) {
				if after[j] == int32(i) {
					e, f = f, e
				}
				good = lattice.Turn(e.a, e.b, f.b) != 0 || ahead(e.a, e.b, f.b)
				return
			}
			good = lattice.Turn(e.a, e.b, f.a)*lattice.Turn(e.a, e.b, f.b) > 0 || lattice.Turn(f.a, f.b, e.a)*lattice.Turn(f.a, f.b, e.b) > 0 ||
				lattice.Turn(e.a, e.b, f.a) == 0 && lattice.Turn(e.a, e.b, f.b) == 0 && !e.box().meets(f.box())
		})
		if !good {
			return false
		}
	}
	return true
}

// judge asks package grid what is wrong with borders that meet, and says whether
// they are sound all the same: rings may touch each other in points.
func (t *tidier) judge(geom orb.MultiPolygon, rings [][]lattice.Node, roles []bool) bool {
	clean := make(orb.MultiPolygon, 0, len(geom))
	for i, ring := range rings {
		if !roles[i] || len(clean) == 0 {
			clean = append(clean, orb.Polygon{})
		}
		last := len(clean) - 1
		clean[last] = append(clean[last], closed(ring))
	}
	kinds := map[grid.Kind]Kind{grid.Crossing: SelfCrossing, grid.Touching: SelfTouching, grid.HoleOutside: BadNesting, grid.Overlapping: BadNesting}
	sound := true
	for _, f := range grid.CheckRings(clean) {
		kind, ok := kinds[f.Kind]
		if !ok {
			kind = ZeroArea
		}
		sound = false
		t.note(kind, f.Place, f.Place, "%s: %s", t.code, f.Text)
	}
	return sound
}

func closed(ring []lattice.Node) orb.Ring {
	out := make(orb.Ring, 0, len(ring)+1)
	for _, n := range ring {
		out = append(out, n.Point())
	}
	return append(out, out[0])
}

// orient turns rings so that the polygon lies to their left, whatever they were
// meant to be: those around an even number of others are shells. Where that is
// not what they were meant to be, or which way they were drawn, is noted.
func (t *tidier) orient(rings [][]lattice.Node, roles []bool) {
	singles := make([]shape, len(rings))
	for i, ring := range rings {
		singles[i].set([][]lattice.Node{ring})
		singles[i].box = boxOf(ring)
	}
	for i, ring := range rings {
		depth := 0
		for k := range singles {
			if k != i && surrounds(&singles[k], ring) {
				depth++
			}
		}
		at, hole := ring[0].Point(), depth%2 == 1
		if hole != roles[i] {
			t.note(BadNesting, closed(ring), at, "A ring of %s at (%.7f, %.7f) lies inside another where it should not, or a hole outside.", t.code, at[0], at[1])
		}
		if (area2(ring) < 0) != roles[i] {
			t.note(Orientation, closed(ring), at, "%s of %s at (%.7f, %.7f) runs the wrong way round; its ground belongs to the left.", ringName(roles[i]), t.code, at[0], at[1])
		}
		if (area2(ring) < 0) != hole {
			slices.Reverse(ring)
		}
	}
}

func ringName(hole bool) string {
	if hole {
		return "A hole"
	}
	return "The outer ring"
}

// surrounds says whether a ring lies inside another that it does not cross: by
// the first of its nodes that is not on the other's border.
func surrounds(outer *shape, ring []lattice.Node) bool {
	for _, n := range ring {
		if n.X < outer.box.lo.X || n.X > outer.box.hi.X || n.Y < outer.box.lo.Y || n.Y > outer.box.hi.Y {
			return false
		}
		on := false
		outer.edges(func(e edge) { on = on || e.a == n || near(e, n) })
		if !on {
			return outer.windings(n) != 0
		}
	}
	return false
}

// oddRings is the ground around which an odd number of edges runs, as rings with
// that ground to their left. An edge that need not be cut for it stays whole.
func oddRings(rings [][]lattice.Node) [][]lattice.Node {
	var segs []seg
	for _, ring := range rings {
		a := ring[len(ring)-1]
		for _, b := range ring {
			segs = append(segs, seg{edge: edge{a, b}})
			a = b
		}
	}
	n := nodeSegs(segs, rounds)
	sides := make([][]side, len(n.edges))
	for i, uses := range n.uses {
		if len(uses)%2 == 1 {
			sides[i] = []side{{0, 1}}
		}
	}
	o := newOverlay(n.edges, sides, all, func(p lattice.Node) label {
		times := int32(0)
		for i := range n.edges {
			if sides[i] != nil {
				times += westOf(n.edges[i], p)
			}
		}
		return label{}.plus([]side{{0, times}}, 1)
	})
	inward := make(map[edge]bool) // kept pieces, the odd ground to their left
	for h := range o.walk {
		left, right := o.labels[o.walk[h]].of(0), o.labels[o.walk[h^1]].of(0)
		if left%2 != 0 && right%2 == 0 {
			inward[o.half(int32(h))] = true
		}
	}
	done := make(map[edge]bool)
	var kept []edge
	for i := range segs {
		path := n.paths[i]
		forth, back := true, true
		for k := 1; k < len(path); k++ {
			e := edge{path[k-1], path[k]}
			forth, back = forth && inward[e] && !done[e], back && inward[e.twin()] && !done[e.twin()]
		}
		for k := 1; k < len(path); k++ {
			for _, e := range [...]edge{{path[k-1], path[k]}, {path[k], path[k-1]}} {
				if inward[e] && !done[e] {
					done[e] = true
					if !forth && !back {
						kept = append(kept, e)
					}
				}
			}
		}
		switch {
		case forth:
			kept = append(kept, segs[i].edge)
		case back:
			kept = append(kept, segs[i].twin())
		}
	}
	return chains(kept)
}

// chains follows edges that close up, in whatever order.
func chains(edges []edge) [][]lattice.Node {
	leaving := make(map[lattice.Node][]int)
	for i := len(edges) - 1; i >= 0; i-- {
		leaving[edges[i].a] = append(leaving[edges[i].a], i)
	}
	used := make([]bool, len(edges))
	var rings [][]lattice.Node
	for i := range edges {
		if used[i] {
			continue
		}
		var ring []lattice.Node
		for at := i; ; {
			used[at] = true
			ring = append(ring, edges[at].a)
			end := edges[at].b
			if end == edges[i].a {
				break
			}
			out := leaving[end]
			for len(out) > 0 && used[out[len(out)-1]] {
				out = out[:len(out)-1]
			}
			leaving[end] = out
			if len(out) == 0 {
				break // does not happen: every node is left as often as reached
			}
			at = out[len(out)-1]
		}
		rings = append(rings, ring)
	}
	return rings
}

// outline is the polygon whose border edges are given.
func outline(edges func(visit func(edge))) orb.MultiPolygon {
	var steps []grid.Step
	edges(func(e edge) { steps = append(steps, grid.Step{From: e.a, To: e.b}) })
	return grid.Outline(steps)
}
