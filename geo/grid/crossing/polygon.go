package crossing

import (
	"math"

	"onemap/geo/lattice"
)

// Polygon is a border on the lattice, rings open (the last node joins the
// first). Whether a ring is a shell or a hole does not matter. It must not be
// changed after [NewPolygon].
type Polygon struct {
	Rings    [][]lattice.Node
	Min, Max lattice.Node
	// Rank decides between polygons that claim the same place: the lowest has it.
	Rank int64

	runs []run // of long borders, so that what is far from a page costs little there
}

// run is part of a ring, nodes from to to (of an open ring, so to may be its length).
type run struct {
	ring, from, to int32
	min, max       lattice.Node
}

// Rings longer than this are cut into runs of runEdges.
const (
	longRing = 64
	runEdges = 32
)

// NewPolygon makes a polygon of rings of three and more nodes, of which there is
// at least one.
func NewPolygon(rings [][]lattice.Node, rank int64) *Polygon {
	p := &Polygon{
		Rings: rings, Rank: rank,
		Min: lattice.Node{X: math.MaxInt32, Y: math.MaxInt32}, Max: lattice.Node{X: math.MinInt32, Y: math.MinInt32},
	}
	edges := 0
	for _, ring := range rings {
		edges += len(ring)
		for _, n := range ring {
			p.Min, p.Max = lower(p.Min, n), upper(p.Max, n)
		}
	}
	if edges > longRing {
		for i := range rings {
			p.cut(int32(i))
		}
	}
	return p
}

func (p *Polygon) cut(ring int32) {
	nodes := p.Rings[ring]
	for from := 0; from < len(nodes); from += runEdges {
		r := run{ring: ring, from: int32(from), to: int32(min(from+runEdges, len(nodes))), min: nodes[from], max: nodes[from]}
		for k := from + 1; k <= int(r.to); k++ {
			n := nodes[k%len(nodes)]
			r.min, r.max = lower(r.min, n), upper(r.max, n)
		}
		p.runs = append(p.runs, r)
	}
}

func lower(a, b lattice.Node) lattice.Node { return lattice.Node{X: min(a.X, b.X), Y: min(a.Y, b.Y)} }

func upper(a, b lattice.Node) lattice.Node { return lattice.Node{X: max(a.X, b.X), Y: max(a.Y, b.Y)} }

// Holds is the half-open rule for one polygon, by all of its edges.
func (p *Polygon) Holds(at lattice.Node) bool {
	if at.X < p.Min.X || at.X > p.Max.X || at.Y < p.Min.Y || at.Y > p.Max.Y {
		return false
	}
	inside := false
	for _, ring := range p.Rings {
		a := ring[len(ring)-1]
		for _, b := range ring {
			if passesLeft(a, b, at) {
				inside = !inside
			}
			a = b
		}
	}
	return inside
}

// Borders says whether a place lies on the border.
func (p *Polygon) Borders(at lattice.Node) bool {
	for _, ring := range p.Rings {
		a := ring[len(ring)-1]
		for _, b := range ring {
			if lattice.OnSegment(a, b, at) {
				return true
			}
			a = b
		}
	}
	return false
}
