package crossing

import "slices"

// Edit gives a number another polygon: nil takes the polygon away, and the first
// number that is not in use yet adds one.
type Edit struct {
	Number  int32
	Polygon *Polygon
}

// A redraw of more than one page in rebuildShare is a new table: both processors
// make that, with cells of the right size.
const rebuildShare = 4

// With is the table after edits, of each number one at most. Only the pages
// under the boxes of what was and of what comes are made anew; all others are
// shared.
func (t *Table) With(edits []Edit) *Table {
	next := *t
	next.polygons = slices.Clone(t.polygons)
	for _, e := range edits {
		if int(e.Number) == len(next.polygons) {
			next.polygons = append(next.polygons, nil)
		}
		next.polygons[e.Number] = e.Polygon
	}
	touched, ok := next.touched(t, edits)
	if !ok {
		return build(next.polygons, t.every)
	}
	next.blocks = slices.Clone(t.blocks)
	own := map[uint32]bool{} // blocks that are not shared
	d := draft{table: &next}
	for number, come := range touched {
		d.ids = d.ids[:0]
		for _, id := range t.pageOf(number).ids() {
			if !slices.ContainsFunc(edits, func(e Edit) bool { return e.Number == int32(id) }) {
				d.ids = append(d.ids, int32(id))
			}
		}
		d.ids = append(d.ids, come...)
		if in := number >> (2 * blockBits); !own[in] {
			own[in] = true
			if shared := next.blocks[in]; shared != nil {
				next.blocks[in] = new(*shared)
			}
		}
		next.put(number, slices.Clone(d.page(number)))
	}
	return &next
}

// touched is the pages under edits, each with the polygons that come into it;
// ok is false when a new table is better: when the blocks do not reach the
// polygons, or the edits are many.
func (t *Table) touched(was *Table, edits []Edit) (pages map[uint32][]int32, ok bool) {
	if was.pages == 0 || len(t.polygons) > 2*int(was.planned) {
		return nil, false
	}
	pages = map[uint32][]int32{}
	for _, e := range edits {
		if int(e.Number) < len(was.polygons) && was.polygons[e.Number] != nil {
			t.pagesUnder(was.polygons[e.Number], func(page uint32) { pages[page] = nil })
		}
	}
	for _, e := range edits {
		if e.Polygon == nil {
			continue
		}
		if !t.reaches(e.Polygon) {
			return nil, false
		}
		t.max = upper(t.max, e.Polygon.Max)
		t.pagesUnder(e.Polygon, func(page uint32) { pages[page] = append(pages[page], e.Number) })
	}
	return pages, len(pages) <= 4 || len(pages)*rebuildShare <= int(was.pages)
}

// reaches says whether the blocks cover a polygon.
func (t *Table) reaches(p *Polygon) bool {
	bits := t.shift + pageBits + blockBits
	tall := int64(len(t.blocks)) / int64(t.wide)
	return p.Min.X >= t.min.X && p.Min.Y >= t.min.Y &&
		(int64(p.Max.X)-int64(t.min.X))>>bits < int64(t.wide) && (int64(p.Max.Y)-int64(t.min.Y))>>bits < tall
}

// pageOf is the page of a number.
func (t *Table) pageOf(number uint32) page {
	if b := t.blocks[number>>(2*blockBits)]; b != nil {
		return b[number%(blockSide*blockSide)]
	}
	return nil
}

// ids are the polygons whose boxes touch the page.
func (p page) ids() []uint32 {
	if len(p) == 0 {
		return nil
	}
	n := int(p[len(p)-1])
	return p[len(p)-1-n : len(p)-1]
}
