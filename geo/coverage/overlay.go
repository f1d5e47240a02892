package coverage

import (
	"cmp"
	"slices"

	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// seg is an edge of an owner's border.
type seg struct {
	edge
	owner int32
}

func compareSegs(s, t seg) int {
	if s.edge != t.edge {
		return compareEdges(s.edge, t.edge)
	}
	return cmp.Compare(s.owner, t.owner)
}

// side says that an owner's border runs along an edge: times, net, in the
// edge's direction, so that the owner has so much more of the left of it.
type side struct{ owner, times int32 }

// label is what a face belongs to: owners with how often, by owner. Nobody is nil.
type label []side

func (l label) of(owner int32) int32 {
	for _, s := range l {
		if s.owner == owner {
			return s.times
		}
	}
	return 0
}

// plus adds sides, times sign, keeping the order and dropping what is zero.
func (l label) plus(sides []side, sign int32) label {
	out := make(label, 0, len(l)+len(sides))
	i := 0
	for _, s := range sides {
		for i < len(l) && l[i].owner < s.owner {
			out = append(out, l[i])
			i++
		}
		s.times *= sign
		if i < len(l) && l[i].owner == s.owner {
			s.times += l[i].times
			i++
		}
		if s.times != 0 {
			out = append(out, s)
		}
	}
	return append(out, l[i:]...)
}

// overlay is the drawing that borders make together: edges that meet in common
// ends only, each with the owners it borders, and the faces between them.
// Half 2k is edge k from its lesser node to its greater, half 2k+1 the reverse.
type overlay struct {
	edges  []edge // upward, in order
	sides  [][]side
	next   []int32 // the half after each around the face to its left
	walk   []int32 // the walk each half belongs to
	walks  []walk
	labels []label // of the face to the left of each walk
	index  *boxes  // of the edges
}

// walk is one closed way along the border of a face.
type walk struct {
	first int32
	area2 int64
	face  int32 // another walk of the same face, or itself
}

// newOverlay draws edges that are noded already. Edges whose sides cancel are
// left out. The faces are labelled with what only picks of the sides; of that,
// all edges there are must have been given. around says what of it holds the
// place just left of and above a node: see westOf.
func newOverlay(edges []edge, sides [][]side, only func([]side) []side, around func(lattice.Node) label) *overlay {
	o := &overlay{}
	for i := range edges {
		if len(sides[i]) > 0 {
			o.edges, o.sides = append(o.edges, edges[i]), append(o.sides, sides[i])
		}
	}
	o.link()
	o.spread(only, around)
	return o
}

func all(sides []side) []side { return sides }

func (o *overlay) half(h int32) edge {
	if h&1 == 1 {
		return o.edges[h>>1].twin()
	}
	return o.edges[h>>1]
}

// link follows the halves around their faces.
func (o *overlay) link() {
	type outgoing struct {
		edge
		half int32
	}
	around := make([]outgoing, 2*len(o.edges))
	for i := range around {
		around[i] = outgoing{o.half(int32(i)), int32(i)}
	}
	slices.SortFunc(around, func(g, h outgoing) int {
		if g.a != h.a {
			return compareNodes(g.a, h.a)
		}
		if turn := compareAngles(g.edge, h.edge); turn != 0 {
			return turn
		}
		return cmp.Compare(g.half, h.half)
	})
	halves := make([]int32, len(around))
	for i, out := range around {
		halves[i] = out.half
	}
	o.next, o.walk = make([]int32, len(halves)), make([]int32, len(halves))
	for from := 0; from < len(halves); {
		to := from + 1
		for to < len(halves) && o.half(halves[to]).a == o.half(halves[from]).a {
			to++
		}
		for i := from; i < to; i++ { // coming in against halves[i], leave by the next clockwise
			before := halves[to-1]
			if i > from {
				before = halves[i-1]
			}
			o.next[halves[i]^1] = before
		}
		from = to
	}
	for i := range o.walk {
		o.walk[i] = -1
	}
	for h := range o.walk {
		if o.walk[h] >= 0 {
			continue
		}
		w := walk{first: int32(h), face: int32(len(o.walks))}
		start := o.half(int32(h)).a
		for at := int32(h); o.walk[at] < 0; at = o.next[at] {
			o.walk[at] = w.face
			e := o.half(at)
			w.area2 += (int64(e.a.X)-int64(start.X))*(int64(e.b.Y)-int64(start.Y)) - (int64(e.b.X)-int64(start.X))*(int64(e.a.Y)-int64(start.Y))
		}
		o.walks = append(o.walks, w)
	}
}

// compareAngles orders edges from one node against the clock, from straight down.
func compareAngles(e, f edge) int {
	east := func(e edge) int {
		switch {
		case e.b.X > e.a.X || e.b.X == e.a.X && e.b.Y < e.a.Y:
			return 0
		}
		return 1
	}
	if a, b := east(e), east(f); a != b {
		return a - b
	}
	return -lattice.Turn(e.a, e.b, f.b)
}

// spread labels the faces: one walk of each connected drawing by asking what is
// around it, the others across the edges.
func (o *overlay) spread(only func([]side) []side, around func(lattice.Node) label) {
	o.labels = make([]label, len(o.walks))
	list := make([]box, len(o.edges))
	for i, e := range o.edges {
		list[i] = e.box()
	}
	o.index = newBoxes(list)
	seen := make([]bool, len(o.walks))
	var open []int32
	// Edges are in the order of their lesser nodes: the first of a drawing not
	// seen yet starts at its leftmost node, the lowest of those.
	for k := range o.edges {
		if seen[o.walk[2*k]] {
			continue
		}
		top := o.leftmost(int32(2 * k))
		outer := o.walk[top]
		at := o.half(top).a
		o.labels[outer] = around(at)
		if host := o.faceWestOf(at, outer); slices.Equal(o.labels[host], o.labels[outer]) {
			o.walks[outer].face = host
		}
		seen[outer] = true
		open = append(open[:0], outer)
		for len(open) > 0 {
			w := open[len(open)-1]
			open = open[:len(open)-1]
			for h, first := o.walks[w].first, true; first || h != o.walks[w].first; h, first = o.next[h], false {
				other := o.walk[h^1]
				if seen[other] {
					continue
				}
				o.labels[other] = o.labels[w].plus(only(o.sides[h>>1]), -forward(h))
				seen[other] = true
				open = append(open, other)
			}
		}
	}
}

// forward is 1 for a half that runs as its edge does, -1 for the reverse: times
// the sides, what is gained by going from its right to its left.
func forward(h int32) int32 { return 1 - 2*(h&1) }

// relabel labels the faces again with all sides, where the label so far says
// that every edge there is was given: there alone it can go from face to face.
// Elsewhere the label becomes nobody's. around is asked once in each such place.
func (o *overlay) relabel(complete func(label) bool, around func(lattice.Node) label) {
	inside := make([]bool, len(o.walks))
	for w, l := range o.labels {
		inside[w] = complete(l)
	}
	o.labels = make([]label, len(o.walks))
	seen := make([]bool, len(o.walks))
	var open []int32
	for w := range o.walks {
		if !inside[w] || seen[w] {
			continue
		}
		h := o.walks[w].first
		o.labels[w] = o.leftOf(h, around(o.half(h).a))
		seen[w] = true
		for open = append(open[:0], int32(w)); len(open) > 0; {
			at := open[len(open)-1]
			open = open[:len(open)-1]
			for h, first := o.walks[at].first, true; first || h != o.walks[at].first; h, first = o.next[h], false {
				other := o.walk[h^1]
				if inside[other] && !seen[other] {
					o.labels[other] = o.labels[at].plus(o.sides[h>>1], -forward(h))
					seen[other] = true
					open = append(open, other)
				}
			}
		}
	}
}

// leftOf is what lies to the left of a half at its start, given what lies just
// left of and above that: going round against the clock from due west up to the half.
func (o *overlay) leftOf(h int32, west label) label {
	past := func(e edge) bool { return e.b.X < e.a.X && e.b.Y <= e.a.Y } // from due west, before straight down
	before := func(k, h int32) bool {
		e, f := o.half(k), o.half(h)
		if past(e) != past(f) {
			return past(e)
		}
		return compareAngles(e, f) < 0
	}
	l := west
	for k := h; ; {
		if k == h || before(k, h) {
			l = l.plus(o.sides[k>>1], forward(k))
		}
		if k = o.next[k^1]; k == h {
			return l
		}
	}
}

// leftmost is the half, of those that leave the leftmost node of a drawing, that
// has the outside to its left: the one most against the clock.
func (o *overlay) leftmost(h int32) int32 {
	top := h
	for k := h; ; {
		k = o.next[k^1] // the next half clockwise
		if k == h {
			return top
		}
		if compareAngles(o.half(k), o.half(top)) > 0 {
			top = k
		}
	}
}

// faceWestOf is the walk whose edge lies next to the west of a node, itself when
// there is none: both go round the same face, if nothing else lies between.
func (o *overlay) faceWestOf(at lattice.Node, self int32) int32 {
	best, found := int32(-1), false
	o.index.visit(box{lattice.Node{X: o.index.whole.lo.X, Y: at.Y}, at}, func(i int32) {
		e := o.edges[i]
		if westOf(e, at) == 0 {
			return
		}
		if !found || nearerWest(e, o.edges[best], at.Y) {
			best, found = i, true
		}
	})
	if !found {
		return self
	}
	h := 2 * best // east of an upward edge is its right
	if e := o.edges[best]; e.a.Y < e.b.Y {
		h++
	}
	return o.walk[h]
}

// nearerWest says whether e meets the ray at y further east than f.
func nearerWest(e, f edge, y int32) bool {
	x := func(e edge, y float64) float64 {
		return float64(e.a.X) + (y-float64(e.a.Y))*(float64(e.b.X)-float64(e.a.X))/(float64(e.b.Y)-float64(e.a.Y))
	}
	a, b := x(e, float64(y)), x(f, float64(y))
	if a != b {
		return a > b
	}
	return x(e, float64(y)+0.5) > x(f, float64(y)+0.5)
}

// face is one face with all the walks around it.
type face struct {
	label  label
	halves []int32
	area2  int64
}

// faces lists the faces whose label is wanted, in the order of their first walk.
func (o *overlay) faces(wanted func(label) bool) []face {
	var list []face
	at := make(map[int32]int)
	for w := range o.walks {
		if !wanted(o.labels[w]) {
			continue
		}
		root := o.root(int32(w))
		i, ok := at[root]
		if !ok {
			i = len(list)
			at[root] = i
			list = append(list, face{label: o.labels[w]})
		}
		list[i].area2 += o.walks[w].area2
		for h, first := o.walks[w].first, true; first || h != o.walks[w].first; h, first = o.next[h], false {
			list[i].halves = append(list[i].halves, h)
		}
	}
	return list
}

// root is the walk that stands for the face of a walk: its outer border, if it has one.
func (o *overlay) root(w int32) int32 {
	for o.walks[w].face != w {
		w = o.walks[w].face
	}
	return w
}

// bounded says whether a walk's face has an outer border.
func (o *overlay) bounded(w int32) bool { return o.walks[o.root(w)].area2 > 0 }

// steps are the halves as package grid draws them.
func (o *overlay) steps(halves []int32) []grid.Step {
	steps := make([]grid.Step, len(halves))
	for i, h := range halves {
		e := o.half(h)
		steps[i] = grid.Step{From: e.a, To: e.b}
	}
	return steps
}

// noded is segments cut where they meet, their pieces put together: each edge
// once, upward, in order, with what runs along it.
type noded struct {
	edges []edge
	uses  [][]use
	paths [][]lattice.Node // of each segment, in its direction

	tangled *lattice.Node // where cutting was given up
}

// use is one segment running along an edge, up or down it.
type use struct {
	seg int32
	up  bool
}

// nodeSegs cuts segments at each other.
func nodeSegs(segs []seg, limit int) noded {
	type numbered struct {
		edge
		seg int32
	}
	sorted := make([]numbered, len(segs))
	for i, s := range segs {
		sorted[i] = numbered{s.upward(), int32(i)}
	}
	slices.SortFunc(sorted, func(e, f numbered) int { return compareEdges(e.edge, f.edge) })
	once := make([]edge, 0, len(segs))
	which := make([]int32, len(segs))
	for _, e := range sorted {
		if len(once) == 0 || once[len(once)-1] != e.edge {
			once = append(once, e.edge)
		}
		which[e.seg] = int32(len(once) - 1)
	}
	paths, tangled := nodeEdges(once, limit)

	n := noded{paths: make([][]lattice.Node, len(segs)), tangled: tangled}
	type piece struct {
		edge
		use
	}
	pieces := make([]piece, 0, 2*len(segs))
	for i, s := range segs {
		path := paths[which[i]]
		if s.edge != s.upward() {
			path = slices.Clone(path)
			slices.Reverse(path)
		}
		n.paths[i] = path
		for k := 1; k < len(path); k++ {
			e := edge{path[k-1], path[k]}
			pieces = append(pieces, piece{e.upward(), use{int32(i), e == e.upward()}})
		}
	}
	slices.SortFunc(pieces, func(p, q piece) int {
		if p.edge != q.edge {
			return compareEdges(p.edge, q.edge)
		}
		return cmp.Compare(p.seg, q.seg)
	})
	uses := make([]use, len(pieces))
	for i, p := range pieces {
		if uses[i] = p.use; i == 0 || pieces[i-1].edge != p.edge {
			n.edges, n.uses = append(n.edges, p.edge), append(n.uses, uses[i:i])
		}
		last := len(n.uses) - 1
		n.uses[last] = n.uses[last][:len(n.uses[last])+1]
	}
	return n
}

// net sums what runs along an edge, by owner; what cancels is left out.
func net(uses []use, owner func(seg int32) int32) []side {
	var sides []side
	for _, u := range uses {
		times := int32(-1)
		if u.up {
			times = 1
		}
		who := owner(u.seg)
		i, found := slices.BinarySearchFunc(sides, who, func(s side, o int32) int { return cmp.Compare(s.owner, o) })
		if !found {
			sides = slices.Insert(sides, i, side{owner: who})
		}
		sides[i].times += times
	}
	return slices.DeleteFunc(sides, func(s side) bool { return s.times == 0 })
}
