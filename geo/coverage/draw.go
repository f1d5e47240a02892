package coverage

import (
	"errors"
	"slices"

	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// Drawn is an edge of the drawing that a region's border and lines make in it.
type Drawn struct {
	grid.Step
	Left, Right int32   // the faces beside it, -1 outside of the region
	Lines       []int32 // what runs along it: numbers of the border's steps, after them those of the lines
}

// Draw cuts the border of a region (the region to the left of each step) and
// lines at each other, in common ends on the lattice, and gives what of them lies
// in the region or on its border, with the faces they part it into. Ends of lines
// that border nothing are left out. Cutting moves an edge by less than a unit; a
// line that ends within a unit of an edge ends on it. No step ends where it begins.
func Draw(border, lines []grid.Step) (edges []Drawn, faces int, err error) {
	segs := make([]seg, 0, len(border)+len(lines))
	for _, s := range border {
		segs = append(segs, seg{edge{s.From, s.To}, 0})
	}
	for _, s := range lines {
		segs = append(segs, seg{edge{s.From, s.To}, 1})
	}
	n := nodeSegs(segs, rounds)
	if n.tangled != nil {
		return nil, 0, errors.New("the lines cross so often that they cannot be told apart on the lattice of 1e-7 degrees")
	}
	sides := make([][]side, len(n.edges))
	var ring []edge // the region's border, as it was cut
	for i, uses := range n.uses {
		sides[i] = net(uses, func(s int32) int32 { return segs[s].owner })
		if slices.ContainsFunc(uses, func(u use) bool { return segs[u.seg].owner == 1 }) && label(sides[i]).of(1) == 0 {
			sides[i] = append(sides[i], side{1, 1}) // there and back along one edge
		}
		switch times := label(sides[i]).of(0); {
		case times > 0:
			ring = append(ring, n.edges[i])
		case times < 0:
			ring = append(ring, n.edges[i].twin())
		}
	}
	n.prune(sides)
	rays := newRays(ring)
	o := newOverlay(n.edges, sides, borders, func(p lattice.Node) label {
		if times := rays.at(p); times != 0 {
			return label{{0, times}}
		}
		return nil
	})
	number := make(map[int32]int32)
	face := func(h int32) int32 {
		w := o.walk[h]
		if o.labels[w].of(0) != 1 {
			return -1
		}
		root := o.root(w)
		f, ok := number[root]
		if !ok {
			f = int32(len(number))
			number[root] = f
		}
		return f
	}
	uses := make(map[edge][]use, len(n.edges))
	for i, e := range n.edges {
		uses[e] = n.uses[i]
	}
	for k, e := range o.edges {
		d := Drawn{Step: grid.Step{From: e.a, To: e.b}, Left: face(int32(2 * k)), Right: face(int32(2*k + 1))}
		if d.Left < 0 && d.Right < 0 {
			continue
		}
		for _, u := range uses[e] {
			d.Lines = append(d.Lines, u.seg)
		}
		edges = append(edges, d)
	}
	return edges, len(number), nil
}

// borders are the sides that are the region's border's.
func borders(sides []side) []side {
	if len(sides) > 0 && sides[0].owner == 0 {
		return sides[:1]
	}
	return nil
}

// prune takes the sides from edges of lines that end in the middle of nowhere.
func (n noded) prune(sides [][]side) {
	at := make(map[lattice.Node][]int32)
	for i, e := range n.edges {
		if len(sides[i]) > 0 {
			at[e.a] = append(at[e.a], int32(i))
			at[e.b] = append(at[e.b], int32(i))
		}
	}
	left := make(map[lattice.Node]int, len(at))
	var loose []lattice.Node
	for p, list := range at {
		if left[p] = len(list); len(list) == 1 {
			loose = append(loose, p)
		}
	}
	for len(loose) > 0 {
		p := loose[len(loose)-1]
		loose = loose[:len(loose)-1]
		for _, i := range at[p] {
			if len(sides[i]) == 0 || borders(sides[i]) != nil {
				continue
			}
			sides[i] = nil
			for _, q := range [...]lattice.Node{n.edges[i].a, n.edges[i].b} {
				if left[q]--; left[q] == 1 {
					loose = append(loose, q)
				}
			}
		}
	}
}
