package coverage

import (
	"errors"
	"slices"

	"github.com/paulmach/orb"

	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// Mosaic is the ground that the borders of many polygons cut into pieces, those
// of several sets together: our grids and the grids of other departments. Pieces
// meet in common vertices, and together they are all the ground there is.
type Mosaic struct {
	Pieces  []Piece
	segs    []seg
	uses    [][]use // of the drawing's edges
	drawing *overlay
	sides   [][2]int32 // of each edge the pieces to its left and right, upward; -1 is none
	corners []map[lattice.Node]bool
}

// Piece is connected ground that is of the same polygons throughout, at least one.
type Piece struct {
	Owners []int // places in the list of polygons, ascending
	Geom   orb.MultiPolygon
	Area   float64   // m2
	Width  float64   // m: twice the area by the perimeter
	Place  orb.Point // inside
}

// ErrTangled says that borders cross each other so often that cutting them was
// given up.
var ErrTangled = errors.New("the borders cross each other too often to be told apart")

// NewMosaic cuts polygons at each other. What is wrong with a ring by itself is
// put right as [New] does; whoever minds asks that first.
func NewMosaic(polygons []Polygon) (*Mosaic, error) {
	k := newKey()
	r := reader{key: &k}
	m := &Mosaic{corners: make([]map[lattice.Node]bool, len(polygons))}
	boxed := make([]box, len(polygons))
	for i, p := range polygons {
		s := r.read(p.Code, p.Geom)
		m.corners[i] = make(map[lattice.Node]bool, s.len())
		if s.empty() {
			continue
		}
		boxed[i] = s.box.wider()
		s.edges(func(e edge) {
			m.segs = append(m.segs, seg{e, int32(i)})
			m.corners[i][e.a] = true
		})
	}
	n := nodeSegs(m.segs, rounds)
	if n.tangled != nil {
		return nil, ErrTangled
	}
	borders := make([][]edge, len(polygons)) // as they were cut
	for i, path := range n.paths {
		owner := m.segs[i].owner
		for k := 1; k < len(path); k++ {
			borders[owner] = append(borders[owner], edge{path[k-1], path[k]})
		}
	}
	sides := make([][]side, len(n.edges))
	for i, uses := range n.uses {
		if sides[i] = net(uses, func(k int32) int32 { return m.segs[k].owner }); len(sides[i]) > 0 {
			m.uses = append(m.uses, uses)
		}
	}
	boxes := newBoxes(boxed)
	m.drawing = newOverlay(n.edges, sides, all, func(p lattice.Node) label {
		var l label
		boxes.visit(box{p, p}, func(i int32) {
			var times int32
			for _, e := range borders[i] {
				times += westOf(e, p)
			}
			if times != 0 {
				l = append(l, side{i, times})
			}
		})
		slices.SortFunc(l, func(a, b side) int { return int(a.owner - b.owner) })
		return l
	})
	m.collect()
	return m, nil
}

// collect makes the pieces of the drawing's faces.
func (m *Mosaic) collect() {
	o := m.drawing
	owned := func(l label) bool { return slices.ContainsFunc(l, func(s side) bool { return s.times > 0 }) }
	of := make([]int32, 2*len(o.edges))
	for i := range of {
		of[i] = -1
	}
	for _, f := range o.faces(owned) {
		p := Piece{Geom: grid.Outline(o.steps(f.halves))}
		for _, s := range f.label {
			if s.times > 0 {
				p.Owners = append(p.Owners, int(s.owner))
			}
		}
		b := o.half(f.halves[0]).box()
		for _, h := range f.halves {
			b = b.with(o.half(h).a)
			of[h] = int32(len(m.Pieces))
		}
		east, north := lattice.MetresPerUnit(b.middle().Y)
		length := 0.0
		for _, h := range f.halves {
			length += metres(o.half(h), east, north)
		}
		p.Area = float64(f.area2) / 2 * east * north
		p.Width = 2 * p.Area / length
		p.Place = inner(p.Geom, b.middle().Point())
		m.Pieces = append(m.Pieces, p)
	}
	m.sides = make([][2]int32, len(o.edges))
	for i := range m.sides {
		m.sides[i] = [2]int32{of[2*i], of[2*i+1]}
	}
}

// Border is how many metres of border two pieces share, the lesser first.
type Border struct {
	A, B   int
	Metres float64
}

// Borders lists the pieces that have an edge in common, in order.
func (m *Mosaic) Borders() []Border {
	var list []Border
	at := map[[2]int32]int{}
	for i, s := range m.sides {
		a, b := min(s[0], s[1]), max(s[0], s[1])
		if a < 0 || a == b {
			continue
		}
		e := m.drawing.edges[i]
		east, north := lattice.MetresPerUnit(e.box().middle().Y)
		k, known := at[[2]int32{a, b}]
		if !known {
			k = len(list)
			at[[2]int32{a, b}] = k
			list = append(list, Border{A: int(a), B: int(b)})
		}
		list[k].Metres += metres(e, east, north)
	}
	slices.SortFunc(list, func(x, y Border) int {
		if x.A != y.A {
			return x.A - y.A
		}
		return x.B - y.B
	})
	return list
}

// Join puts pieces together: of says for each piece which whole it goes to, -1
// none. The wholes share their borders vertex for vertex. Where an edge of one of
// the first polygons (as many as keep) borders the same two wholes along all of
// its way, it is given back as it was, without the vertices it was cut at; so
// what does not change comes back exactly. A whole is nil where it has no piece.
func (m *Mosaic) Join(of []int, wholes, keep int) []orb.MultiPolygon {
	o := m.drawing
	whole := func(piece int32) int {
		if piece < 0 {
			return -1
		}
		return of[piece]
	}
	steps := make([][]grid.Step, wholes)
	meet := map[lattice.Node][]int32{} // the border's edges at each node
	for i, s := range m.sides {
		left, right := whole(s[0]), whole(s[1])
		if left == right {
			continue
		}
		e := o.edges[i]
		meet[e.a], meet[e.b] = append(meet[e.a], int32(i)), append(meet[e.b], int32(i))
		if left >= 0 {
			steps[left] = append(steps[left], grid.Step{From: e.a, To: e.b})
		}
		if right >= 0 {
			steps[right] = append(steps[right], grid.Step{From: e.b, To: e.a})
		}
	}
	needless := func(n lattice.Node) bool {
		edges := meet[n]
		return len(edges) == 2 && !m.corner(n, keep) && m.oneEdge(edges[0], edges[1])
	}
	list := make([]orb.MultiPolygon, wholes)
	for i := range steps {
		for _, poly := range grid.Outline(steps[i]) {
			list[i] = append(list[i], without(poly, needless))
		}
	}
	return list
}

// corner says whether a node is a vertex of one of the first polygons.
func (m *Mosaic) corner(n lattice.Node, keep int) bool {
	for _, corners := range m.corners[:keep] {
		if corners[n] {
			return true
		}
	}
	return false
}

// oneEdge says whether two edges of the drawing were one edge of a polygon.
func (m *Mosaic) oneEdge(a, b int32) bool {
	for _, u := range m.uses[a] {
		if slices.ContainsFunc(m.uses[b], func(v use) bool { return v.seg == u.seg }) {
			return true
		}
	}
	return false
}

// without is a polygon without some of its vertices.
func without(poly orb.Polygon, needless func(lattice.Node) bool) orb.Polygon {
	out := make(orb.Polygon, len(poly))
	for i, ring := range poly {
		kept := make(orb.Ring, 0, len(ring))
		for _, p := range ring[:len(ring)-1] {
			if n, _ := lattice.On(p[0], p[1]); !needless(n) {
				kept = append(kept, p)
			}
		}
		out[i] = append(kept, kept[0])
	}
	return out
}

// SameGround says whether two polygons have the same rings, wherever those begin.
func SameGround(a, b orb.MultiPolygon) bool {
	edges := func(g orb.MultiPolygon) []edge {
		var list []edge
		for _, poly := range g {
			for _, ring := range poly {
				for i := 1; i < len(ring); i++ {
					p, _ := lattice.On(ring[i-1][0], ring[i-1][1])
					q, _ := lattice.On(ring[i][0], ring[i][1])
					if p != q {
						list = append(list, edge{p, q}.upward())
					}
				}
			}
		}
		slices.SortFunc(list, compareEdges)
		return list
	}
	return slices.Equal(edges(a), edges(b))
}
