package osm

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
)

// assemble builds areas from the lines that bound them, in any order and
// direction. What is inside is decided by geometry alone, by the even-odd
// rule: crossing a line changes sides. Roles are not asked, they are wrong too
// often. Every ring comes out simple, outer rings run counterclockwise, holes
// clockwise, and rings meet in single points only.
func assemble(lines [][]location) (orb.MultiPolygon, Reason) {
	segments := segmentsOf(lines)
	if len(segments) == 0 {
		return nil, ZeroArea
	}
	g := newOutline(segments)
	for v := range g.at {
		if len(g.around(v))%2 != 0 {
			return nil, OpenRing
		}
	}
	if crossing(segments) {
		return nil, CrossingRing
	}
	g.orient()
	area := g.polygons()
	if len(area) == 0 { // only of a ring around the whole globe
		return nil, ZeroArea
	}
	return area, ""
}

// outline is a drawing of segments that meet only at their ends. Segment i is
// walked two ways: as half 2i from its end a to b and as 2i+1 back.
type outline struct {
	segments []segment
	at       []location // the places
	first    []int32    // halves leaving place v are leaving[first[v]:first[v+1]]
	leaving  []int32    // counterclockwise around each place, from straight down
	inside   []bool     // half h has the area on its left
}

func newOutline(segments []segment) *outline {
	g := &outline{segments: segments, inside: make([]bool, 2*len(segments)), leaving: make([]int32, 2*len(segments))}
	for h := range g.leaving {
		g.leaving[h] = int32(h)
	}
	slices.SortFunc(g.leaving, func(h, k int32) int {
		return cmp.Or(before(g.from(h), g.from(k)), turn(g.from(h), g.to(h), g.to(k)))
	})
	for i, h := range g.leaving {
		if i == 0 || g.from(h) != g.at[len(g.at)-1] {
			g.at = append(g.at, g.from(h))
			g.first = append(g.first, int32(i))
		}
	}
	g.first = append(g.first, int32(len(g.leaving)))
	return g
}

// turn compares the directions from c to p and to q counterclockwise, starting
// straight down.
func turn(c, p, q location) int {
	left := func(r location) int { // 0 for directions right of the vertical, 1 left of it
		if r.x < c.x || r.x == c.x && r.y > c.y {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(left(p), left(q)), -side(c, p, q))
}

func (g *outline) from(h int32) location {
	if h&1 == 0 {
		return g.segments[h>>1].a
	}
	return g.segments[h>>1].b
}

func (g *outline) to(h int32) location { return g.from(h ^ 1) }

func (g *outline) place(l location) int {
	v, _ := slices.BinarySearchFunc(g.at, l, before)
	return v
}

func (g *outline) around(v int) []int32 { return g.leaving[g.first[v]:g.first[v+1]] }

// orient finds the side of every segment on which the area lies. Connected
// parts are taken from the left; at the leftmost place of a part, what is
// beyond it is known from the segments of other parts to its left, and around
// any place the sides alternate.
func (g *outline) orient() {
	part := make([]int32, len(g.at)) // number of the part a place belongs to, from 1
	var todo []int
	for v, n := 0, int32(0); v < len(g.at); v++ {
		if part[v] != 0 {
			continue
		}
		n++
		part[v] = n
		// First of the halves leaving v, all of them to the right: below it is
		// the outside of the part, left of it the other side.
		g.alternate(v, 0, !g.covered(g.at[v]))
		todo = append(todo[:0], v)
		for len(todo) > 0 {
			u := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			for _, h := range g.around(u) {
				w := g.place(g.to(h))
				if part[w] != 0 {
					continue
				}
				part[w] = n
				i := slices.Index(g.around(w), h^1)
				g.alternate(w, i, !g.inside[h])
				todo = append(todo, w)
			}
		}
	}
}

// alternate marks the halves leaving v, knowing one of them.
func (g *outline) alternate(v, known int, inside bool) {
	for i, h := range g.around(v) {
		g.inside[h] = inside == ((i-known)%2 == 0)
	}
}

// covered tells whether the leftmost place of a new part lies in the area drawn
// by the others: the parity of the segments straight below it. Parts never
// cross, and nothing of its own part lies below its leftmost place.
func (g *outline) covered(l location) bool {
	odd := false
	for _, s := range g.segments {
		if s.a.x > l.x {
			break
		}
		if l.x < s.b.x && side(s.a, s.b, l) > 0 {
			odd = !odd
		}
	}
	return odd
}

// polygons walks along the area, keeping it on the left. A walk that comes to
// a place twice closes a ring there.
func (g *outline) polygons() orb.MultiPolygon {
	var shells, holes []ring
	done := make([]bool, len(g.inside))
	position := make(map[location]int)
	for start := range g.inside {
		if !g.inside[start] || done[start] {
			continue
		}
		shell := -1
		var walk []location
		var own []ring
		clear(position)
		for h := int32(start); !done[h]; h = g.follow(h) {
			done[h] = true
			l := g.from(h)
			if i, again := position[l]; again {
				own = append(own, newRing(walk[i:]))
				for _, p := range walk[i:] {
					delete(position, p)
				}
				walk = walk[:i]
			}
			position[l] = len(walk)
			walk = append(walk, l)
		}
		own = append(own, newRing(walk))
		// One walk bounds one connected area: at most one of its rings is the
		// outer one, and the others are holes that touch it or each other.
		for _, r := range own {
			if r.twiceArea > 0 {
				shell = len(shells)
				shells = append(shells, r)
			}
		}
		for _, r := range own {
			if r.twiceArea < 0 {
				r.shell = shell
				holes = append(holes, r)
			}
		}
	}
	return nest(shells, holes)
}

// follow gives the next half: at the end of h the neighbour clockwise, so that
// the wedge of area between them stays on the left.
func (g *outline) follow(h int32) int32 {
	around := g.around(g.place(g.to(h)))
	i := slices.Index(around, h^1)
	return around[(i+len(around)-1)%len(around)]
}
