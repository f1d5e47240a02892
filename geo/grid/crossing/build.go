package crossing

import (
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"onemap/geo/lattice"
)

// spot is a page by its number, blocks by rows and pages by rows within a block,
// and one of the polygons whose boxes touch it.
type spot struct {
	page uint32
	id   int32
}

// New makes a table of polygons; their numbers are their places in the list, and
// where it has nil there is none. The list is kept.
func New(polygons []*Polygon) *Table { return build(polygons, false) }

func build(polygons []*Polygon, every bool) *Table {
	t := &Table{
		polygons: polygons, every: every,
		min: lattice.Node{X: math.MaxInt32, Y: math.MaxInt32}, max: lattice.Node{X: math.MinInt32, Y: math.MinInt32},
	}
	for _, p := range polygons {
		if p != nil {
			t.min, t.max = lower(t.min, p.Min), upper(t.max, p.Max)
		}
	}
	if t.min.X > t.max.X {
		return t
	}
	t.plan()
	t.wide = uint32((int64(t.max.X)-int64(t.min.X))>>(t.shift+pageBits+blockBits)) + 1
	t.blocks = make([]block, t.blockCount())
	t.fill(t.spots())
	return t
}

// spots lists which polygons are in which page, by page.
func (t *Table) spots() []spot {
	var list []spot
	for id, p := range t.polygons {
		if p != nil {
			t.pagesUnder(p, func(number uint32) { list = append(list, spot{number, int32(id)}) })
		}
	}
	slices.SortFunc(list, func(a, b spot) int {
		if a.page != b.page {
			return int(int64(a.page) - int64(b.page))
		}
		return int(a.id) - int(b.id)
	})
	return list
}

// pagesUnder calls do with each page that a polygon's box touches.
func (t *Table) pagesUnder(p *Polygon, do func(number uint32)) {
	bits := t.shift + pageBits
	west, east := (int64(p.Min.X)-int64(t.min.X))>>bits, (int64(p.Max.X)-int64(t.min.X))>>bits
	south, north := (int64(p.Min.Y)-int64(t.min.Y))>>bits, (int64(p.Max.Y)-int64(t.min.Y))>>bits
	for y := south; y <= north; y++ {
		for x := west; x <= east; x++ {
			in := (y>>blockBits)*int64(t.wide) + x>>blockBits
			do(uint32(in<<(2*blockBits) | y%blockSide<<blockBits | x%blockSide))
		}
	}
}

// cornerOf is the lower left corner of a page.
func (t *Table) cornerOf(number uint32) (x0, y0 int64) {
	in, bits := int64(number)>>(2*blockBits), t.shift+pageBits
	x := in%int64(t.wide)<<blockBits | int64(number)%blockSide
	y := in/int64(t.wide)<<blockBits | int64(number)>>blockBits%blockSide
	return x<<bits + int64(t.min.X), y<<bits + int64(t.min.Y)
}

// fill makes all pages, on all processors: each takes the next few of the list.
func (t *Table) fill(list []spot) {
	const few = 256 // spots
	var (
		next    atomic.Int64
		workers sync.WaitGroup
		presses = make([]press, min(runtime.GOMAXPROCS(0), len(list)/few+1))
	)
	for w := range presses {
		workers.Go(func() {
			d, p := draft{table: t}, &presses[w]
			for {
				to := int(next.Add(few))
				if to-few >= len(list) {
					return
				}
				for from, end := startOf(list, to-few), startOf(list, to); from < end; {
					number := list[from].page
					d.ids = d.ids[:0]
					for ; from < len(list) && list[from].page == number; from++ {
						d.ids = append(d.ids, list[from].id)
					}
					p.add(number, d.page(number))
				}
			}
		})
	}
	workers.Wait()
	for w := range presses[1:] {
		presses[0].take(&presses[w+1])
	}
	presses[0].flush()
	t.planned = int32(len(t.polygons))
	for w := range presses {
		t.pages += int32(len(presses[w].placed))
		for _, p := range presses[w].placed {
			t.put(p.number, p.page)
		}
	}
}

// startOf is where the first page begins that begins at or after a place in the list.
func startOf(list []spot, at int) int {
	if at <= 0 {
		return 0
	}
	for at < len(list) && list[at].page == list[at-1].page {
		at++
	}
	return min(at, len(list))
}

// put puts a page into its block.
func (t *Table) put(number uint32, p page) {
	in := number >> (2 * blockBits)
	if t.blocks[in] == nil {
		t.blocks[in] = new([blockSide * blockSide]page)
	}
	t.blocks[in][number%(blockSide*blockSide)] = p
}
