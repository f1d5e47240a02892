package crossing

import (
	"math/bits"
	"slices"

	"github.com/tidwall/rtree"

	"onemap/geo/lattice"
)

// Overlay is one edition of polygons that overlap because they are meant to:
// service areas, fences, the grids of several departments. Like a [Table] it
// never changes.
type Overlay struct {
	table *Table
	boxes rtree.RTreeGN[float64, int32]
}

// NewOverlay makes an overlay of polygons; their numbers are their places in the
// list, and where it has nil there is none. The list is kept.
func NewOverlay(polygons []*Polygon) *Overlay {
	o := &Overlay{table: build(polygons, true)}
	for id, p := range polygons {
		if p != nil {
			low, high := p.box()
			o.boxes.Insert(low, high, int32(id))
		}
	}
	return o
}

func (p *Polygon) box() (low, high [2]float64) {
	return [2]float64{float64(p.Min.X), float64(p.Min.Y)}, [2]float64{float64(p.Max.X), float64(p.Max.Y)}
}

// With is the overlay after edits, of each number one at most.
func (o *Overlay) With(edits []Edit) *Overlay {
	next := &Overlay{table: o.table.With(edits), boxes: *o.boxes.Copy()}
	for _, e := range edits {
		if int(e.Number) < len(o.table.polygons) && o.table.polygons[e.Number] != nil {
			low, high := o.table.polygons[e.Number].box()
			next.boxes.Delete(low, high, e.Number)
		}
		if e.Polygon != nil {
			low, high := e.Polygon.box()
			next.boxes.Insert(low, high, e.Number)
		}
	}
	return next
}

// Owners appends the numbers of all polygons that hold a place, by rank: those
// that the half-open rule names. Two that share a border never both hold a
// place on it for that, and one may be cut in two without a place being lost.
func (o *Overlay) Owners(p lattice.Node, into []int32) []int32 {
	t, from := o.table, len(into)
	pg, cell := t.pageAt(p)
	word, _ := pg.word(cell)
	x, y := uint32(p.X)-uint32(t.min.X), uint32(p.Y)-uint32(t.min.Y)
	shift := t.shift
	for word >= tagNarrow {
		rec := pg[word&offsetMask:]
		switch {
		case word&tagMask != tagMore:
			mask, locals := t.mask(rec, word, p, shift)
			for ; mask != 0; mask &= mask - 1 {
				into = append(into, int32(rec[locals+bits.TrailingZeros32(mask)]))
			}
			word = 0
		case rec[0] == moreSplit:
			shift -= splitBits
			word = rec[1+part(x, y, shift)]
		case rec[0] == moreAlso:
			for _, id := range rec[3 : 3+rec[2]] {
				into = append(into, int32(id))
			}
			word = rec[1]
		default:
			for _, id := range rec[1 : 1+rec[0]] {
				if t.polygons[id].Holds(p) {
					into = append(into, int32(id))
				}
			}
			word = 0
		}
	}
	if word != 0 {
		into = append(into, int32(word)-1)
	}
	slices.SortFunc(into[from:], t.before)
	return into
}

// Touching appends the numbers of the polygons whose boxes touch a box, in no order.
func (o *Overlay) Touching(low, high lattice.Node, into []int32) []int32 {
	o.boxes.Search([2]float64{float64(low.X), float64(low.Y)}, [2]float64{float64(high.X), float64(high.Y)}, func(_, _ [2]float64, id int32) bool {
		into = append(into, id)
		return true
	})
	return into
}
