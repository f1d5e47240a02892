package parcel

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"onemap/geo/coverage"
	"onemap/geo/grid"
	"onemap/geo/lattice"
)

func sortedZones(m map[int32]tie) []int32 {
	list := make([]int32, 0, len(m))
	for z := range m {
		list = append(list, z)
	}
	slices.Sort(list)
	return list
}

// corner is the least node of a zone's border.
func (z *zones) corner(n int32) lattice.Node {
	best, found := lattice.Node{}, false
	for i, e := range z.drawing.edges {
		for _, b := range [...]int32{z.drawing.left[i], z.drawing.right[i]} {
			if b >= 0 && z.of[b] == n && (!found || compareNodes(e.From, best) < 0) {
				best, found = e.From, true
			}
		}
	}
	return best
}

// zoneAt is the zone of a block, -1 outside.
func (z *zones) zoneAt(block int32) int32 {
	if block < 0 {
		return -1
	}
	return z.of[block]
}

// cells draws the zones: the edges between them and the region's border are cut
// at each other once more, so that the border keeps its own vertices and gains
// only those where an edge between two cells meets it.
func (z *zones) cells() (Plan, error) {
	t, d := z.town, z.drawing
	var between []grid.Step
	var beside [][2]int32               // zones left and right of each
	rim := make([]int32, len(t.border)) // the zone along each step of the border
	for i, e := range d.edges {
		l, r := z.zoneAt(d.left[i]), z.zoneAt(d.right[i])
		if l >= 0 && r >= 0 {
			if l != r {
				between = append(between, e.Step)
				beside = append(beside, [2]int32{l, r})
			}
			continue
		}
		for _, n := range e.Lines {
			if int(n) < len(t.border) {
				rim[n] = max(l, r)
			}
		}
	}
	edges, faces, err := coverage.Draw(t.border, between)
	if err != nil {
		return Plan{}, err
	}
	of := make([]int32, faces) // the zone of each face
	for f := range of {
		of[f] = -1
	}
	tell := func(face, zone int32) {
		if face >= 0 && of[face] < 0 {
			of[face] = zone
		}
	}
	for _, e := range edges {
		for _, n := range e.Lines {
			if k := int(n) - len(t.border); k >= 0 {
				l, r := beside[k][0], beside[k][1]
				if against(e.Step, between[k]) {
					l, r = r, l
				}
				tell(e.Left, l)
				tell(e.Right, r)
			}
		}
	}
	for _, e := range edges { // parts of the region that nothing cuts
		if n := int(e.Lines[0]); n < len(t.border) {
			tell(max(e.Left, e.Right), rim[n])
		}
	}
	plan := t.plan
	steps := make(map[int32][]grid.Step)
	ties := map[[2]int32]tie{}
	sliced := map[int32]bool{}
	for _, e := range edges {
		l, r := int32(-1), int32(-1)
		if e.Left >= 0 {
			l = of[e.Left]
		}
		if e.Right >= 0 {
			r = of[e.Right]
		}
		if l == r {
			continue
		}
		if l >= 0 {
			steps[l] = append(steps[l], e.Step)
		}
		if r >= 0 {
			steps[r] = append(steps[r], grid.Step{From: e.To, To: e.From})
		}
		if l >= 0 && r >= 0 {
			k := ties[[2]int32{min(l, r), max(l, r)}]
			k.metres += t.length(e.From, e.To)
			ties[[2]int32{min(l, r), max(l, r)}] = k
			t.through(e.From, e.To, func(h int32) bool {
				sliced[h] = true
				return true
			})
		}
	}
	plan.Sliced = len(sliced)
	made := map[int32]int{}
	for i, n := range z.list {
		if n == nil {
			continue
		}
		c := Cell{Geom: grid.Outline(steps[int32(i)]), Load: n.load, Why: z.why(n)}
		for _, s := range steps[int32(i)] {
			c.Area += t.area(s)
		}
		if len(c.Geom) == 0 {
			return Plan{}, errors.New("the cells cannot be told apart on the lattice of 1e-7 degrees")
		}
		if t.plan.Load == 0 {
			c.Load = c.Area
		}
		copy(c.Crossed[:], n.crossed.by[:])
		made[int32(i)] = len(plan.Cells)
		plan.Cells = append(plan.Cells, c)
	}
	byCell := make([]map[int32]tie, len(plan.Cells))
	for i := range byCell {
		byCell[i] = map[int32]tie{}
	}
	for pair, k := range ties {
		a, b := made[pair[0]], made[pair[1]]
		byCell[a][int32(b)], byCell[b][int32(a)] = k, k
	}
	if plan.Workers > 0 {
		share(plan.Cells, byCell, plan.Workers, t.frame)
	}
	t.inOrder(plan.Cells)
	number := map[int]int{0: 0} // areas of work by their first cell
	for i := range plan.Cells {
		c := &plan.Cells[i]
		if _, ok := number[c.Work]; !ok {
			number[c.Work] = len(number)
		}
		c.Work = number[c.Work]
	}
	return plan, nil
}

// against says whether two steps along one line run in opposite directions.
func against(a, b grid.Step) bool {
	ax, ay := float64(a.To.X)-float64(a.From.X), float64(a.To.Y)-float64(a.From.Y)
	bx, by := float64(b.To.X)-float64(b.From.X), float64(b.To.Y)-float64(b.From.Y)
	return ax*bx+ay*by < 0
}

// why a zone is far from what is wanted.
func (z *zones) why(n *zone) Why {
	switch {
	case n.load > much*z.want:
		for _, m := range n.members {
			if w := z.blocks[m].why; w != Fits {
				return w
			}
		}
		return Strips
	case n.load < little*z.want:
		for _, m := range n.members {
			for o, t := range z.ties[m] {
				if z.of[o] != z.of[m] && !t.barred() {
					return Full
				}
			}
		}
		return Hemmed
	}
	return Fits
}

// inOrder sorts cells as one reads: in rows as high as a cell is on average, from
// the north, each from the west.
func (t *town) inOrder(cells []Cell) {
	var area float64
	for _, c := range cells {
		area += c.Area
	}
	_, top := t.metres(t.high)
	row := math.Sqrt(area / float64(len(cells)))
	type place struct {
		row  int
		x, y float64
	}
	at := func(c Cell) place {
		x, y := t.middleOf(c)
		return place{int((top - y) / row), x, y}
	}
	slices.SortStableFunc(cells, func(a, b Cell) int {
		p, q := at(a), at(b)
		return cmp.Or(cmp.Compare(p.row, q.row), cmp.Compare(p.x, q.x), cmp.Compare(q.y, p.y))
	})
}

// middleOf is a cell's centre of ground, in metres.
func (f frame) middleOf(c Cell) (x, y float64) {
	var sum float64
	for _, poly := range c.Geom {
		for _, ring := range poly {
			for i := 1; i < len(ring); i++ {
				a, _ := lattice.On(ring[i-1][0], ring[i-1][1])
				b, _ := lattice.On(ring[i][0], ring[i][1])
				ax, ay := f.metres(a)
				bx, by := f.metres(b)
				k := ax*by - bx*ay
				x, y, sum = x+(ax+bx)*k, y+(ay+by)*k, sum+k
			}
		}
	}
	return x / (3 * sum), y / (3 * sum)
}
