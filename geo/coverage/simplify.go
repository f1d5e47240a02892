package coverage

import (
	"math"
	"slices"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

// Simplify draws polygons with fewer vertices; none of those left out lies further
// than tolerance metres from the new border. Neighbours keep sharing their borders:
// each way from one meeting of three to the next is simplified once, for all whose
// it is (Douglas and Peucker). No polygon goes; where a border would come to cross
// another, or a polygon to have no ground, it keeps more of its vertices. What was
// wrong with polygons before is still wrong with them, and with no others.
func Simplify(polygons []Polygon, tolerance float64) []Polygon {
	if !(tolerance > 0) || len(polygons) == 0 {
		return polygons
	}
	a := newArcs(polygons)
	flawed := flawedPolygons(polygons)
	for {
		out := a.draw(polygons, tolerance)
		finer := false
		for i := range flawedPolygons(out) {
			if !flawed[i] {
				finer = a.refine(i) || finer
			}
		}
		if !finer {
			return out
		}
	}
}

// flawedPolygons are those of which something is to be said.
func flawedPolygons(polygons []Polygon) map[int]bool {
	numbers := make(map[string]int, len(polygons))
	for i, p := range polygons {
		numbers[p.Code] = i
	}
	flawed := make(map[int]bool)
	c, err := New(nil, polygons, Options{Sliver: -1})
	if err != nil {
		return flawed // codes that are there twice: nothing can be said of them
	}
	for _, f := range c.Findings() {
		if f.Kind == Orientation || f.Kind == RepeatedVertex {
			continue // it is not for a picture to mend, and no picture makes it
		}
		for _, code := range f.Codes {
			flawed[numbers[code]] = true
		}
	}
	return flawed
}

// arcs are the ways that borders are made of.
type arcs struct {
	list  []arc
	first map[edge]int32 // the way that begins with an edge, as it is kept
	rings [][][]stretch  // of each polygon, each of its rings
}

// arc is a way, and how often it was made finer: at finest it keeps all nodes.
type arc struct {
	nodes []lattice.Node
	finer int
}

const finest = 4

// stretch is a way as a ring takes it.
type stretch struct {
	arc  int32
	back bool
}

func newArcs(polygons []Polygon) *arcs {
	a := &arcs{first: make(map[edge]int32), rings: make([][][]stretch, len(polygons))}
	rings := make([][][]lattice.Node, len(polygons))
	seen := make(map[edge]bool)
	meets := make(map[lattice.Node]int) // how many edges meet in a node
	for i, p := range polygons {
		for _, poly := range p.Geom {
			for _, ring := range poly {
				nodes := openNodes(ring)
				rings[i] = append(rings[i], nodes)
				for k := range nodes {
					e := edge{nodes[k], nodes[(k+1)%len(nodes)]}.upward()
					if len(nodes) > 1 && !seen[e] {
						seen[e] = true
						meets[e.a]++
						meets[e.b]++
					}
				}
			}
		}
	}
	for i := range rings {
		for _, nodes := range rings[i] {
			a.rings[i] = append(a.rings[i], a.follow(nodes, meets))
		}
	}
	return a
}

// openNodes are the nodes of a ring without repeated ones, open. What is not on
// Earth is left out.
func openNodes(ring orb.Ring) []lattice.Node {
	var nodes []lattice.Node
	for _, p := range ring {
		if n, ok := lattice.On(p[0], p[1]); ok && (len(nodes) == 0 || nodes[len(nodes)-1] != n) {
			nodes = append(nodes, n)
		}
	}
	for len(nodes) > 1 && nodes[0] == nodes[len(nodes)-1] {
		nodes = nodes[:len(nodes)-1]
	}
	return nodes
}

// follow takes a ring apart into ways. One on which nothing meets is parted at its
// least node and at the one farthest from that, whoever else has it.
func (a *arcs) follow(nodes []lattice.Node, meets map[lattice.Node]int) (list []stretch) {
	if len(nodes) < 3 {
		return nil
	}
	ends := make([]int, 0, 8)
	for k, n := range nodes {
		if meets[n] != 2 {
			ends = append(ends, k)
		}
	}
	if len(ends) == 0 {
		least, far := 0, 0
		for k, n := range nodes {
			if compareNodes(n, nodes[least]) < 0 {
				least = k
			}
		}
		east, north := lattice.MetresPerUnit(nodes[least].Y)
		best := 0.0
		for k, n := range nodes {
			d := metres(edge{nodes[least], n}, east, north)
			if d > best || d == best && compareNodes(n, nodes[far]) < 0 {
				best, far = d, k
			}
		}
		ends = append(ends, min(least, far), max(least, far))
	}
	for k, from := range ends {
		to := ends[(k+1)%len(ends)]
		if to <= from {
			to += len(nodes)
		}
		way := make([]lattice.Node, 0, to-from+1)
		for i := from; i <= to; i++ {
			way = append(way, nodes[i%len(nodes)])
		}
		list = append(list, a.number(way))
	}
	return list
}

// number is the way's, which is kept in the direction of its lesser first edge.
func (a *arcs) number(way []lattice.Node) stretch {
	n := len(way) - 1
	there, back := edge{way[0], way[1]}, edge{way[n], way[n-1]}
	s := stretch{back: compareEdges(back, there) < 0}
	if s.back {
		slices.Reverse(way)
		there = back
	}
	i, known := a.first[there]
	if !known {
		i = int32(len(a.list))
		a.first[there] = i
		a.list = append(a.list, arc{nodes: way})
	}
	s.arc = i
	return s
}

// refine lets the ways of a polygon keep more; false when they keep all.
func (a *arcs) refine(polygon int) (could bool) {
	for _, ring := range a.rings[polygon] {
		for _, s := range ring {
			if w := &a.list[s.arc]; w.finer < finest && len(w.nodes) > 2 {
				w.finer++
				could = true
			}
		}
	}
	return could
}

// draw makes the polygons of the simplified ways.
func (a *arcs) draw(polygons []Polygon, tolerance float64) []Polygon {
	ways := make([][]lattice.Node, len(a.list))
	for i, w := range a.list {
		ways[i] = w.nodes
		if w.finer < finest {
			ways[i] = thinned(w.nodes, tolerance/math.Pow(3, float64(w.finer)))
		}
	}
	out := make([]Polygon, len(polygons))
	for i, p := range polygons {
		out[i] = Polygon{p.Code, make(orb.MultiPolygon, len(p.Geom))}
		k := 0
		for j, poly := range p.Geom {
			for _, was := range poly {
				var ring orb.Ring
				for _, s := range a.rings[i][k] {
					ring = appendWay(ring, ways[s.arc], s.back)
				}
				if k++; len(ring) == 0 {
					ring = was
				} else {
					ring = append(ring, ring[0])
				}
				out[i].Geom[j] = append(out[i].Geom[j], ring)
			}
		}
	}
	return out
}

// appendWay appends the points of a way but its last.
func appendWay(ring orb.Ring, way []lattice.Node, back bool) orb.Ring {
	for k := range len(way) - 1 {
		n := way[k]
		if back {
			n = way[len(way)-1-k]
		}
		ring = append(ring, n.Point())
	}
	return ring
}

// thinned keeps the ends of a way and of the rest what lies further than the
// tolerance from the line without it.
func thinned(way []lattice.Node, tolerance float64) []lattice.Node {
	if len(way) < 3 {
		return way
	}
	east, north := lattice.MetresPerUnit(boxOf(way).middle().Y)
	keep := make([]bool, len(way))
	keep[0], keep[len(way)-1] = true, true
	open := [][2]int{{0, len(way) - 1}}
	for len(open) > 0 {
		from, to := open[len(open)-1][0], open[len(open)-1][1]
		open = open[:len(open)-1]
		far, at := tolerance, -1
		for k := from + 1; k < to; k++ {
			if d := apartFrom(way[k], edge{way[from], way[to]}, east, north); d > far {
				far, at = d, k
			}
		}
		if at > 0 {
			keep[at] = true
			open = append(open, [2]int{from, at}, [2]int{at, to})
		}
	}
	out := make([]lattice.Node, 0, len(way))
	for k, n := range way {
		if keep[k] {
			out = append(out, n)
		}
	}
	return out
}

// apartFrom is the distance of a node from an edge in metres.
func apartFrom(n lattice.Node, e edge, east, north float64) float64 {
	dx, dy := (float64(e.b.X)-float64(e.a.X))*east, (float64(e.b.Y)-float64(e.a.Y))*north
	px, py := (float64(n.X)-float64(e.a.X))*east, (float64(n.Y)-float64(e.a.Y))*north
	t := 0.0
	if length := dx*dx + dy*dy; length > 0 {
		t = min(max((px*dx+py*dy)/length, 0), 1)
	}
	return math.Hypot(px-t*dx, py-t*dy)
}
