package crosswalk

import (
	"maps"
	"slices"
)

// voting is a proposal in the making.
type voting struct {
	*drawing
	of     []int // the grid of each piece
	beside [][]beside
	blocks map[int][]int // of pieces, by their first
	weight []float64
	most   []mostly // of each net
}

// beside is a neighbour of a piece and the metres of border in common.
type beside struct {
	piece  int
	metres float64
}

// merged says which grid each piece goes to; Propose tells the rule.
func (d *drawing) merged(first []int, people []float64, sliver float64) []int {
	v := &voting{drawing: d, of: d.labels(), beside: make([][]beside, len(d.pieces)), blocks: map[int][]int{}, weight: make([]float64, len(d.pieces))}
	for _, b := range d.mosaic.Borders() {
		v.beside[b.A] = append(v.beside[b.A], beside{b.B, b.Metres})
		v.beside[b.B] = append(v.beside[b.B], beside{b.A, b.Metres})
	}
	for i, p := range d.pieces {
		v.weight[i] = people[i] + p.Area/1e9
		v.blocks[first[i]] = append(v.blocks[first[i]], i)
	}
	for n := range d.nets {
		v.most = append(v.most, d.mostly(n, v.of, d.areas()))
	}
	order := slices.Sorted(maps.Keys(v.blocks))
	for moved := true; moved; {
		moved = false
		for _, b := range order {
			if v.move(v.blocks[b], sliver) {
				moved = true
			}
		}
	}
	return v.of
}

// move moves a block to where it has more votes, if it may go there.
func (v *voting) move(block []int, sliver float64) bool {
	from := v.of[block[0]]
	if from < 0 || !slices.ContainsFunc(block, func(i int) bool { return v.pieces[i].Width >= sliver }) {
		return false
	}
	shared := map[int]float64{} // metres of border with other grids of the community
	for _, i := range block {
		for _, e := range v.beside[i] {
			if g := v.of[e.piece]; g >= 0 && g != from && v.grids[g].Code.Parent() == v.grids[from].Code.Parent() {
				shared[g] += e.metres
			}
		}
	}
	best, votes := from, v.votes(block, from)
	for _, g := range slices.Sorted(maps.Keys(shared)) {
		n := v.votes(block, g)
		if n > votes+1e-9 || best != from && n > votes-1e-9 && shared[g] > shared[best] {
			best, votes = g, n
		}
	}
	if best == from {
		return false
	}
	before := v.parts(from)
	for _, i := range block {
		v.of[i] = best
	}
	if after := v.parts(from); after == 0 || after > before {
		for _, i := range block {
			v.of[i] = from
		}
		return false
	}
	return true
}

// votes is how many nets would have a block in a grid, its pieces by their weight.
func (v *voting) votes(block []int, g int) float64 {
	sum, whole := 0.0, 0.0
	for _, i := range block {
		whole += v.weight[i]
		for n := range v.nets {
			if slices.ContainsFunc(v.pieces[i].cells[n], func(c int) bool { return v.most[n].agree(c, g) }) {
				sum += v.weight[i]
			}
		}
	}
	if whole == 0 {
		return 0
	}
	return sum / whole
}

// parts is in how many connected parts the ground of a grid lies.
func (v *voting) parts(g int) (n int) {
	seen := map[int]bool{}
	for i := range v.pieces {
		if v.of[i] != g || seen[i] {
			continue
		}
		n++
		seen[i] = true
		for open := []int{i}; len(open) > 0; {
			at := open[len(open)-1]
			open = open[:len(open)-1]
			for _, e := range v.beside[at] {
				if v.of[e.piece] == g && !seen[e.piece] {
					seen[e.piece] = true
					open = append(open, e.piece)
				}
			}
		}
	}
	return n
}
