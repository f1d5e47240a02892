package crossing

import (
	"math/bits"
	"slices"

	"onemap/geo/lattice"
)

// draft is a page being made. It is kept from page to page for its memory.
type draft struct {
	table  *Table
	x0, y0 int64 // lattice units of the lower left corner
	shift  uint8 // of a cell

	ids    []int32  // polygons whose boxes touch the page, by rank; from here on known by their place in it
	cover  []uint32 // pageSide words for each: a bit for each cell of a row whose corner it holds
	hits   []hit
	byCell []hit
	starts [pageCells + 1]int32
	first  [pageCells]int32 // of those who hold the corner, the lowest
	held   [pageSide]uint32 // cells whose corner somebody holds
	shared [pageSide]uint32 // and those held by several
	out    []uint32         // the page
	cell   scratch
}

// hit is an edge that passes through a cell: lo is the lower end, or the western one.
type hit struct {
	lo, hi lattice.Node
	who    int32 // place in ids
	cell   int32
}

// page makes a page of the polygons in ids, those whose boxes touch it. The
// result is overwritten by the next call.
func (d *draft) page(number uint32) page {
	d.x0, d.y0 = d.table.cornerOf(number)
	d.shift = d.table.shift
	slices.SortFunc(d.ids, d.table.before)
	d.cover = append(d.cover[:0], make([]uint32, len(d.ids)*pageSide)...)
	d.hits = d.hits[:0]
	for who, id := range d.ids {
		d.enter(int32(who), d.table.polygons[id])
	}
	d.sortHits()
	d.corners()
	return d.compose()
}

// before orders polygons by rank, then by number.
func (t *Table) before(a, b int32) int {
	if ra, rb := t.polygons[a].Rank, t.polygons[b].Rank; ra != rb {
		if ra < rb {
			return -1
		}
		return 1
	}
	return int(a) - int(b)
}

// enter enters a polygon's edges.
func (d *draft) enter(who int32, p *Polygon) {
	size := int64(pageSide) << d.shift
	if p.runs == nil {
		for _, ring := range p.Rings {
			a := ring[len(ring)-1]
			for _, b := range ring {
				d.edge(who, a, b)
				a = b
			}
		}
		return
	}
	for i := range p.runs {
		r := &p.runs[i]
		if int64(r.max.Y) < d.y0 || int64(r.min.Y) >= d.y0+size || int64(r.min.X) >= d.x0+size {
			continue
		}
		ring := p.Rings[r.ring]
		if int64(r.max.X) < d.x0 {
			// As many of them pass left at any height, or one more or less than twice
			// as many, as of the straight line from end to end.
			d.edge(who, ring[r.from], ring[int(r.to)%len(ring)])
			continue
		}
		for k := r.from; k < r.to; k++ {
			d.edge(who, ring[k], ring[int(k+1)%len(ring)])
		}
	}
}

// edge enters an edge: which corners lie to the right of it, and which cells it
// passes through.
func (d *draft) edge(who int32, lo, hi lattice.Node) {
	if lo.Y > hi.Y || lo.Y == hi.Y && lo.X > hi.X {
		lo, hi = hi, lo
	}
	size := int64(pageSide) << d.shift
	low, high := int64(lo.Y)-d.y0, int64(hi.Y)-d.y0
	west, east := int64(min(lo.X, hi.X))-d.x0, int64(max(lo.X, hi.X))-d.x0
	if high < 0 || low >= size || west >= size {
		return
	}
	rows := d.cover[int(who)*pageSide:][:pageSide]
	// Rows whose corners' height the edge straddles: low <= row << shift < high.
	for row := (max(low, 0) + 1<<d.shift - 1) >> d.shift; row < pageSide && row<<d.shift < high; row++ {
		if column := d.columnRightOf(lo, hi, row<<d.shift+d.y0); column < pageSide {
			rows[row] ^= ^uint32(0) << column
		}
	}
	if east < 0 {
		return
	}
	first, last := max(low, 0)>>d.shift, min(high, size-1)>>d.shift
	for row := first; row <= last; row++ {
		w, e := west, east
		if first < last || low < 0 || high >= size {
			w, e = span(lo, hi, row<<d.shift+d.y0, (row+1)<<d.shift-1+d.y0)
			w, e = w-d.x0, e-d.x0
		}
		if e < 0 || w >= size {
			continue
		}
		for column := max(w, 0) >> d.shift; column <= min(e, size-1)>>d.shift; column++ {
			d.hits = append(d.hits, hit{lo, hi, who, int32(row<<pageBits | column)})
		}
	}
}

// columnRightOf is the first column whose corner at height y lies on or right of
// an edge that straddles y; it may be beyond the page.
func (d *draft) columnRightOf(lo, hi lattice.Node, y int64) int64 {
	rise := int64(hi.Y) - int64(lo.Y)
	x := int64(lo.X) + ceilDiv((int64(hi.X)-int64(lo.X))*(y-int64(lo.Y)), rise) - d.x0
	return (max(x, 0) + 1<<d.shift - 1) >> d.shift
}

// span is the westernmost and easternmost x of the part of an edge between two
// heights, rounded outwards.
func span(lo, hi lattice.Node, from, to int64) (west, east int64) {
	x1, y1, x2, y2 := int64(lo.X), int64(lo.Y), int64(hi.X), int64(hi.Y)
	rise, run := y2-y1, x2-x1
	low, high := x1, x2
	if from > y1 {
		low = x1 + floorDiv(run*(from-y1), rise)
	}
	if to < y2 {
		high = x1 + floorDiv(run*(to-y1), rise)
	}
	west, east = min(low, high), max(low, high)
	return max(west, min(x1, x2)), min(east+1, max(x1, x2))
}

func floorDiv(a, b int64) int64 {
	if q := a / b; a%b >= 0 {
		return q
	} else {
		return q - 1
	}
}

func ceilDiv(a, b int64) int64 { return -floorDiv(-a, b) }

// sortHits puts the hits in order of their cells.
func (d *draft) sortHits() {
	clear(d.starts[:])
	for i := range d.hits {
		d.starts[d.hits[i].cell+1]++
	}
	for c := range pageCells {
		d.starts[c+1] += d.starts[c]
	}
	d.byCell = slices.Grow(d.byCell[:0], len(d.hits))[:len(d.hits)]
	next := d.starts
	for i := range d.hits {
		c := d.hits[i].cell
		d.byCell[next[c]] = d.hits[i]
		next[c]++
	}
}

// corners finds who holds the lower left corner of each cell.
func (d *draft) corners() {
	d.held, d.shared = [pageSide]uint32{}, [pageSide]uint32{}
	for who := range d.ids {
		for row, now := range d.cover[who*pageSide:][:pageSide] {
			d.shared[row] |= now & d.held[row]
			for fresh := now &^ d.held[row]; fresh != 0; fresh &= fresh - 1 {
				d.first[row<<pageBits|bits.TrailingZeros32(fresh)] = int32(who)
			}
			d.held[row] |= now
		}
	}
}

// compose writes the page.
func (d *draft) compose() page {
	d.out = append(d.out[:0], make([]uint32, pageWords)...)
	alike := true
	for c := range int32(pageCells) {
		s := square{
			x0: d.x0 + int64(c&(pageSide-1))<<d.shift, y0: d.y0 + int64(c>>pageBits)<<d.shift, shift: d.shift,
			hits: d.byCell[d.starts[c]:d.starts[c+1]],
		}
		d.cell.corner = d.cornerOf(c, d.cell.corner[:0])
		s.corner = d.cell.corner
		word := d.word(s)
		d.out[bitsWords+c] = word
		alike = alike && word < tagNarrow && word == d.out[bitsWords]
	}
	if alike && len(d.ids)+2 < pageWords {
		d.out = append(d.out[:0], d.out[bitsWords])
	}
	for _, id := range d.ids {
		d.out = append(d.out, uint32(id))
	}
	d.out = append(d.out, uint32(len(d.ids)))
	if pg := page(d.out); !alike {
		for c := range uint32(pageCells) {
			pg[c>>4] |= pg.sort(pg[bitsWords+c]) << (c & 15 << 1)
		}
	}
	return d.out
}

// cornerOf lists who holds the corner of a cell, by rank.
func (d *draft) cornerOf(cell int32, list []int32) []int32 {
	row, bit := cell>>pageBits, uint32(1)<<(cell&(pageSide-1))
	switch {
	case d.held[row]&bit == 0:
		return list
	case d.shared[row]&bit == 0:
		return append(list, d.first[cell])
	}
	for who := d.first[cell]; int(who) < len(d.ids); who++ {
		if d.cover[int(who)*pageSide+int(row)]&bit != 0 {
			list = append(list, who)
		}
	}
	return list
}
