package coverage

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

// snap proposes to move vertices that lie close beside a neighbour's, where that
// mends all that is wrong around them, and says which findings it would mend. It
// looks at the edges that do not cancel alone: those that hang together, moved,
// must cancel to nothing.
func (p *proposer) snap() map[int]bool {
	mended := make(map[int]bool)
	segs := p.residual()
	shifts := p.shifts(segs)
	if len(shifts) == 0 {
		return mended
	}
	to := func(n lattice.Node) lattice.Node {
		if m, moves := shifts[n]; moves {
			return m
		}
		return n
	}
	var joined union
	for _, s := range segs {
		joined.join(to(s.a), to(s.b))
	}
	left := make(map[edge]int)
	for _, s := range segs {
		e := edge{to(s.a), to(s.b)}
		if up := e.upward(); e == up {
			left[up]++
		} else {
			left[up]--
		}
	}
	broken := make(map[lattice.Node]bool) // groups in which something is left
	for e, n := range left {
		if n != 0 && e.a != e.b {
			broken[joined.root(e.a)] = true
		}
	}
	groups := make(map[lattice.Node]map[lattice.Node]lattice.Node)
	for from, onto := range shifts {
		g := joined.root(onto)
		if broken[g] {
			continue
		}
		if groups[g] == nil {
			groups[g] = make(map[lattice.Node]lattice.Node)
		}
		groups[g][from] = onto
	}
	findings := p.findingsOf(segs, func(n lattice.Node) lattice.Node { return joined.root(to(n)) })
	for g, moved := range groups {
		if len(findings[g]) == 0 {
			continue
		}
		o := Proposal{Repair: Snap, Findings: findings[g]}
		var ways orb.MultiLineString
		for from, onto := range moved {
			east, north := lattice.MetresPerUnit(from.Y)
			o.Moved = max(o.Moved, metres(edge{from, onto}, east, north))
			ways = append(ways, orb.LineString{from.Point(), onto.Point()})
		}
		slices.SortFunc(ways, func(a, b orb.LineString) int {
			return cmp.Or(cmp.Compare(a[0][0], b[0][0]), cmp.Compare(a[0][1], b[0][1]))
		})
		o.Geometry = ways
		for _, i := range findings[g] {
			o.Area += p.located[i].Area
		}
		if p.offer(o, patch{shifts: moved}) {
			for _, i := range findings[g] {
				mended[i] = true
			}
		}
	}
	return mended
}

// findingsOf says, of each group of edges, which findings are about them.
func (p *proposer) findingsOf(segs []seg, group func(lattice.Node) lattice.Node) map[lattice.Node][]int {
	of := make(map[edge]lattice.Node, len(segs))
	for _, s := range segs {
		of[s.upward()] = group(s.a)
	}
	list := make(map[lattice.Node][]int)
	for i, f := range p.located {
		var about []edge
		switch {
		case f.split != nil:
			about = []edge{f.split.edge}
		case f.face != nil:
			about = p.sketch.wholes(f.face)
		}
		seen := make(map[lattice.Node]bool)
		for _, e := range about {
			if g, there := of[e]; there && !seen[g] {
				seen[g] = true
				list[g] = append(list[g], i)
			}
		}
	}
	return list
}

// wholes are the edges, before cutting, along the border of a face.
func (s *sketch) wholes(f *face) (list []edge) {
	s.find()
	for _, h := range f.halves {
		for _, u := range s.noded.uses[s.at[s.overlay.edges[h>>1]]] {
			if w := s.segs[u.seg]; w.owner != errorOwner {
				list = append(list, w.upward())
			}
		}
	}
	return list
}

// shifts pairs nodes that are each other's nearest, closer than slivers are wide,
// and no owner's both. The one that fewer polygons have moves; of equals, the one
// of the higher code. No node of the parent moves.
func (p *proposer) shifts(segs []seg) map[lattice.Node]lattice.Node {
	reach := p.options.Sliver
	if reach <= 0 {
		reach = DefaultSliver
	}
	owners := make(map[lattice.Node][]int32)
	for _, s := range segs {
		for _, n := range [...]lattice.Node{s.a, s.b} {
			if !slices.Contains(owners[n], s.owner) {
				owners[n] = append(owners[n], s.owner)
			}
		}
	}
	nodes := make([]lattice.Node, 0, len(owners))
	for n := range owners {
		nodes = append(nodes, n)
	}
	slices.SortFunc(nodes, compareNodes)
	list := make([]box, len(nodes))
	for i, n := range nodes {
		list[i] = box{n, n}
	}
	index := newBoxes(list)
	nearest := make([]int32, len(nodes))
	for i, n := range nodes {
		east, north := lattice.MetresPerUnit(n.Y)
		dx, dy := int32(min(reach/max(east, 1e-9), 1<<30)), int32(reach/north)
		best := reach
		nearest[i] = -1
		around := box{n, n}.by(dx, dy)
		index.visit(around, func(j int32) {
			d := metres(edge{n, nodes[j]}, east, north)
			if int(j) != i && d < best {
				best, nearest[i] = d, j
			}
		})
	}
	shifts := make(map[lattice.Node]lattice.Node)
	for i, j := range nearest {
		if j < 0 || int(j) < i || nearest[j] != int32(i) {
			continue
		}
		from, onto := nodes[i], nodes[j]
		a, b := p.standing(from), p.standing(onto)
		if a.count > b.count || a.count == b.count && a.code < b.code {
			from, onto = onto, from
			a = b
		}
		if a.count < math.MaxInt {
			shifts[from] = onto
		}
	}
	return shifts
}

// standing is how many polygons have a node, and the lowest code of them; the
// parent's nodes stand above all.
type standing struct {
	count int
	code  string
}

func (p *proposer) standing(n lattice.Node) (s standing) {
	has := func(sh *shape) bool {
		sh.load()
		return slices.Contains(sh.nodes, n)
	}
	if p.parent != nil && has(&p.border) {
		return standing{count: math.MaxInt}
	}
	p.index.visit(box{n, n}, func(i int32) {
		if has(&p.shapes[i]) {
			if code := p.polygons[i].Code; s.count == 0 || code < s.code {
				s.code = code
			}
			s.count++
		}
	})
	return s
}

// union joins nodes to groups.
type union struct{ above map[lattice.Node]lattice.Node }

func (u *union) root(n lattice.Node) lattice.Node {
	for {
		up, there := u.above[n]
		if !there || up == n {
			return n
		}
		if over, there := u.above[up]; there {
			u.above[n] = over // half the way for the next
		}
		n = up
	}
}

func (u *union) join(a, b lattice.Node) {
	if u.above == nil {
		u.above = make(map[lattice.Node]lattice.Node)
	}
	if a, b = u.root(a), u.root(b); a != b {
		u.above[a] = b
	}
}
