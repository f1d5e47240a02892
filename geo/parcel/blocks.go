package parcel

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"

	"github.com/tidwall/rtree"

	"onemap/geo/coverage"
	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// much is how many times what is wanted a block has when it is cut.
const much = 1.5

// most rounds of cutting: each about halves what is too large.
const mostRounds = 24

// block is a part of the region that is not cut any further.
type block struct {
	area, load float64 // load is the area when ground is wanted
	perimeter  float64
	why        Why
	rim        bool // on the region's border
}

// drawing is the region cut into blocks.
type drawing struct {
	edges  []coverage.Drawn
	ranks  []Rank  // of the edges
	left   []int32 // the block to the left of each edge, -1 outside
	right  []int32
	blocks []block
}

// stuck says of a block that it cannot be cut, and why: known by a place and its size.
type stuck map[stone]Why

type stone struct {
	at     lattice.Node
	metres int
}

// blocks draws the region, and cuts what is too large until nothing is.
func (t *town) blocks(ctx context.Context) (*drawing, error) {
	known := stuck{}
	for range mostRounds {
		d, err := t.draw()
		if err != nil {
			return nil, err
		}
		cuts, err := t.cuts(ctx, d, known)
		if err != nil {
			return nil, err
		}
		if len(cuts) == 0 {
			return d, nil
		}
		t.lines = append(d.lines(), cuts...)
	}
	return t.draw()
}

// lines are the edges of a drawing as lines, without the region's border.
func (d *drawing) lines() (list []line) {
	for i, e := range d.edges {
		if d.left[i] != d.right[i] && d.left[i] >= 0 && d.right[i] >= 0 {
			list = append(list, line{e.Step, d.ranks[i], -1})
		}
	}
	return list
}

// draw makes blocks of what lies between the lines.
func (t *town) draw() (*drawing, error) {
	edges, faces, err := t.plane()
	if err != nil {
		return nil, err
	}
	d := &drawing{edges: edges, ranks: make([]Rank, len(edges))}
	same := newUnion(faces)
	inHouse := map[int32]int32{}         // a face of each building that was drawn
	walls := make([][2]bool, len(edges)) // whether a building lies to the left, to the right
	for i, e := range edges {
		d.ranks[i] = Open
		for _, n := range e.Lines {
			if int(n) < len(t.border) {
				d.ranks[i] = Barrier
				continue
			}
			l := t.lines[int(n)-len(t.border)]
			d.ranks[i] = min(d.ranks[i], l.rank)
			if l.house < 0 {
				continue
			}
			face, side := e.Left, 0
			if against(e.Step, l.Step) {
				face, side = e.Right, 1
			}
			walls[i][side] = true
			if face < 0 {
				continue
			}
			if one, ok := inHouse[l.house]; ok {
				same.join(one, face)
			} else {
				inHouse[l.house] = face
			}
		}
		if e.Left >= 0 && e.Right >= 0 && e.Left != e.Right {
			t.through(e.From, e.To, func(int32) bool {
				same.join(e.Left, e.Right)
				return false
			})
		}
	}
	d.number(same, faces)
	if len(inHouse) > 0 {
		d.enterHouses(same, walls, t.frame)
		d.number(same, faces)
	}
	d.measure(t)
	return d, nil
}

// number gives the blocks their numbers, in the order of their first face.
func (d *drawing) number(same union, faces int) {
	number := make(map[int32]int32, faces)
	of := make([]int32, faces)
	for f := range of {
		root := same.root(int32(f))
		n, ok := number[root]
		if !ok {
			n = int32(len(number))
			number[root] = n
		}
		of[f] = n
	}
	d.left, d.right = make([]int32, len(d.edges)), make([]int32, len(d.edges))
	at := func(face int32) int32 {
		if face < 0 {
			return -1
		}
		return of[face]
	}
	for i, e := range d.edges {
		d.left[i], d.right[i] = at(e.Left), at(e.Right)
	}
	d.blocks = make([]block, len(number))
}

// enterHouses puts each block that is a building, and has nothing but its walls
// around it, to the block with which it shares most of them.
func (d *drawing) enterHouses(same union, walls [][2]bool, f frame) {
	own := map[int32]bool{}
	for i, e := range d.edges {
		for side, face := range [...]int32{e.Left, e.Right} {
			if face >= 0 && walls[i][side] {
				own[same.root(face)] = true
			}
		}
	}
	for i, e := range d.edges {
		for side, face := range [...]int32{e.Left, e.Right} {
			other := [...]int32{e.Right, e.Left}[side]
			if face >= 0 && other >= 0 && same.root(face) != same.root(other) && !walls[i][side] {
				delete(own, same.root(face))
			}
		}
	}
	shared := map[int32]map[int32]float64{}
	for _, e := range d.edges {
		if e.Left < 0 || e.Right < 0 {
			continue
		}
		a, b := same.root(e.Left), same.root(e.Right)
		for range 2 {
			if a != b && own[a] {
				if shared[a] == nil {
					shared[a] = map[int32]float64{}
				}
				metres := f.length(e.From, e.To)
				if own[b] {
					metres /= 1000 // rather with the ground beside them than with each other
				}
				shared[a][b] += metres
			}
			a, b = b, a
		}
	}
	houses := make([]int32, 0, len(shared))
	for h := range shared {
		houses = append(houses, h)
	}
	slices.Sort(houses)
	for _, h := range houses {
		best, length := int32(-1), 0.0
		for other, metres := range shared[h] {
			if best < 0 || metres > length || metres == length && other < best {
				best, length = other, metres
			}
		}
		same.join(h, best)
	}
}

// measure fills in ground, border and load.
func (d *drawing) measure(t *town) {
	for i, e := range d.edges {
		metres, ground := t.length(e.From, e.To), t.area(e.Step)
		l, r := d.left[i], d.right[i]
		if l == r {
			continue
		}
		if l >= 0 {
			b := &d.blocks[l]
			b.area, b.perimeter, b.rim = b.area+ground, b.perimeter+metres, b.rim || r < 0
		}
		if r >= 0 {
			b := &d.blocks[r]
			b.area, b.perimeter, b.rim = b.area-ground, b.perimeter+metres, b.rim || l < 0
		}
	}
	if t.plan.Load > 0 {
		for i, block := range d.hold(t.loads) {
			if block >= 0 {
				d.blocks[block].load += t.loads[i].much
			}
		}
		return
	}
	for i := range d.blocks {
		d.blocks[i].load = d.blocks[i].area
	}
}

// hold says which block each load lies in: that to the east of the nearest edge
// to its west.
func (d *drawing) hold(loads []load) []int32 {
	var index rtree.RTreeGN[int32, int32]
	for i, e := range d.edges {
		low, high := boxOf(e.From, e.To)
		index.Insert(low, high, int32(i))
	}
	out := make([]int32, len(loads))
	for i, l := range loads {
		out[i] = -1
		for reach := int64(5_000); out[i] < 0 && reach < 1e9; reach *= 8 { // units: 50 m at first
			best, at := int32(-1), 0.0
			index.Search([2]int32{int32(max(int64(l.at.X)-reach, -1.8e9)), l.at.Y}, [2]int32{l.at.X, l.at.Y}, func(_, _ [2]int32, k int32) bool {
				e := d.edges[k]
				if !eastOf(e.From, e.To, l.at) {
					return true
				}
				rise := float64(e.To.Y) - float64(e.From.Y)
				x := float64(e.From.X) + (float64(l.at.Y)+0.01-float64(e.From.Y))*(float64(e.To.X)-float64(e.From.X))/rise
				if x >= float64(int64(l.at.X)-reach) && (best < 0 || x > at) {
					best, at = k, x
				}
				return true
			})
			if best < 0 {
				continue
			}
			if out[i] = d.right[best]; d.edges[best].From.Y > d.edges[best].To.Y {
				out[i] = d.left[best]
			}
			break
		}
	}
	return out
}

// outlines are the borders of the blocks that are wanted.
func (d *drawing) outlines(wanted func(block int32) bool) map[int32][]grid.Step {
	steps := map[int32][]grid.Step{}
	for i, e := range d.edges {
		if d.left[i] == d.right[i] {
			continue
		}
		if b := d.left[i]; b >= 0 && wanted(b) {
			steps[b] = append(steps[b], e.Step)
		}
		if b := d.right[i]; b >= 0 && wanted(b) {
			steps[b] = append(steps[b], grid.Step{From: e.To, To: e.From})
		}
	}
	return steps
}

// cuts are the ways that cut what is too large; it notes what cannot be cut.
func (t *town) cuts(ctx context.Context, d *drawing, known stuck) ([]line, error) {
	steps := d.outlines(func(b int32) bool { return d.blocks[b].load > much*t.want })
	large := make([]int32, 0, len(steps))
	for b := range steps {
		large = append(large, b)
	}
	slices.Sort(large)
	loads := map[int32][]load{}
	if t.plan.Load > 0 && len(large) > 0 {
		for i, b := range d.hold(t.loads) {
			loads[b] = append(loads[b], t.loads[i])
		}
	}
	type answer struct {
		way [][]lattice.Node
		why Why
	}
	answers := make([]answer, len(large))
	var next int
	var mu sync.Mutex
	var busy sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(large)) {
		busy.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				mu.Unlock()
				if i >= len(large) || ctx.Err() != nil {
					return
				}
				b := large[i]
				key := stoneOf(steps[b], d.blocks[b].area)
				if why, ok := known[key]; ok {
					answers[i].why = why
					continue
				}
				answers[i].way, answers[i].why = t.halve(steps[b], loads[b], d.blocks[b])
			}
		})
	}
	busy.Wait()
	if err := ctx.Err(); err != nil {
		return nil, errors.Join(errors.New("cutting was broken off"), err)
	}
	var out []line
	for i, b := range large {
		a := answers[i]
		if a.why != Fits {
			d.blocks[b].why = a.why
			known[stoneOf(steps[b], d.blocks[b].area)] = a.why
		}
		for _, way := range a.way {
			for k := 1; k < len(way); k++ {
				if way[k-1] != way[k] {
					out = append(out, line{grid.Step{From: way[k-1], To: way[k]}, Open, -1})
				}
			}
		}
	}
	return out, nil
}

func stoneOf(steps []grid.Step, area float64) stone {
	at := slices.MinFunc(steps, func(a, b grid.Step) int { return compareNodes(a.From, b.From) }).From
	return stone{at, int(area / 10)}
}

// union says which of many things are one.
type union []int32

func newUnion(n int) union {
	u := make(union, n)
	for i := range u {
		u[i] = int32(i)
	}
	return u
}

func (u union) root(i int32) int32 {
	for u[i] != i {
		u[i] = u[u[i]]
		i = u[i]
	}
	return i
}

func (u union) join(a, b int32) {
	a, b = u.root(a), u.root(b)
	u[max(a, b)] = min(a, b)
}
