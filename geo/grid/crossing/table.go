package crossing

import (
	"math/bits"

	"onemap/geo/lattice"
)

// A page is 32 x 32 cells, a block 32 x 32 pages. A page is one run of words: two
// bits for each cell by rows from the lower left, that say what its word is; the
// words; the records of the cells that need one; the numbers of the polygons whose
// boxes touch the page, and how many these are. Where all cells are alike one word
// stands for all that comes before these numbers.
//
// The bits are so few that they stay near the processor when the words do not. It
// need not guess what a word will turn out to be, and can go on to the next place
// while the word is still on its way.
const (
	pageBits  = 5
	pageSide  = 1 << pageBits
	pageCells = pageSide * pageSide
	bitsWords = pageCells / 16
	pageWords = bitsWords + pageCells
	blockSide = 1 << blockBits
	blockBits = 5
)

// page is nil where no polygon is.
type page []uint32

// block is pages by rows, nil where no polygon is.
type block = *[blockSide * blockSide]page

// Table is one edition of a set of polygons. It never changes; any number of
// goroutines may ask it. The zero Table holds nothing.
type Table struct {
	polygons []*Polygon   // by number; nil where there is none
	min, max lattice.Node // of all that is drawn
	shift    uint8        // a cell is 2^shift units wide and high
	wide     uint32       // blocks from west to east
	blocks   []block      // by rows
	pages    int32        // that are not nil, when it was planned
	planned  int32        // numbers of polygons, then
	every    bool         // for all owners: see Overlay
}

// pageAt is the page that a place lies in, and which of its cells. A place west or
// south of all that is drawn wraps round to where nothing is.
func (t *Table) pageAt(p lattice.Node) (pg page, cell uint32) {
	x, y := (uint32(p.X)-uint32(t.min.X))>>(t.shift&31), (uint32(p.Y)-uint32(t.min.Y))>>(t.shift&31)
	column, row := uint(x>>(pageBits+blockBits)), uint(y>>(pageBits+blockBits))
	in := row*uint(t.wide) + column
	if column >= uint(t.wide) || in >= uint(len(t.blocks)) || t.blocks[in] == nil {
		return nil, 0
	}
	return t.blocks[in][y>>pageBits%blockSide<<blockBits|x>>pageBits%blockSide], y%pageSide<<pageBits | x%pageSide
}

// word is the word of a cell, and what its bits say.
func (p page) word(cell uint32) (word, sort uint32) {
	if len(p) >= pageWords {
		return p[bitsWords+cell], p[cell>>4] >> (cell & 15 << 1) & 3
	}
	if len(p) > 0 {
		return p[0], cellWhole
	}
	return 0, cellWhole
}

// Owner is the number of the polygon that has a place, or -1. Of several that
// hold it, the one of lowest rank; where none does, of those on whose border
// it lies.
func (t *Table) Owner(p lattice.Node) int32 {
	pg, cell := t.pageAt(p)
	word, sort := pg.word(cell)
	if sort == cellWhole {
		return int32(word) - 1
	}
	return t.crossed(pg, word, sort, p)
}

// crossed is Owner in a cell that has a record.
func (t *Table) crossed(pg page, word, sort uint32, p lattice.Node) int32 {
	var mask uint32
	var locals int
	from := int(word & offsetMask)
	switch sort {
	case cellOne:
		mask, locals = (*one)(pg[from:]).mask(t.inCell(p, t.shift))
	case cellTwo:
		mask, locals = (*two)(pg[from:]).mask(t.inCell(p, t.shift))
	}
	if mask == 0 {
		return t.step(pg, word, p)
	}
	return int32(pg[from+locals+bits.TrailingZeros32(mask)])
}

// step is Owner in any cell, step by step.
func (t *Table) step(pg page, word uint32, p lattice.Node) int32 {
	shift := t.shift
	for word >= tagMore {
		rec := pg[word&offsetMask:]
		if rec[0] != moreSplit {
			return t.slowly(rec, p)
		}
		shift -= splitBits
		word = rec[1+part(uint32(p.X)-uint32(t.min.X), uint32(p.Y)-uint32(t.min.Y), shift)]
	}
	if word < tagNarrow {
		return int32(word) - 1
	}
	rec := pg[word&offsetMask:]
	mask, locals := t.mask(rec, word, p, shift)
	if mask == 0 {
		if mask = borderMask(rec, word < tagWide, t.inCell(p, shift), p); mask == 0 {
			return -1
		}
	}
	return int32(rec[locals+bits.TrailingZeros32(mask)])
}

// mask is which local polygons of a record hold a place, and where the record's
// locals begin.
func (t *Table) mask(rec []uint32, word uint32, p lattice.Node, shift uint8) (mask uint32, locals int) {
	if word < tagWide {
		return narrowMask(rec, t.inCell(p, shift))
	}
	return wideMask(rec, t.inCell(p, shift), p)
}

// inCell is a place within its cell of 2^shift units.
func (t *Table) inCell(p lattice.Node, shift uint8) local {
	size := uint32(1)<<(shift&31) - 1
	return local{int64((uint32(p.X) - uint32(t.min.X)) & size), int64((uint32(p.Y) - uint32(t.min.Y)) & size)}
}

// part is which of the 4 x 4 parts of a split cell, of 2^shift units, has a place.
func part(x, y uint32, shift uint8) uint32 {
	return y>>(shift&31)%splitSide<<splitBits | x>>(shift&31)%splitSide
}

// slowly asks the polygons themselves.
func (t *Table) slowly(rec []uint32, p lattice.Node) int32 {
	ids := rec[1 : 1+rec[0]]
	for _, id := range ids {
		if t.polygons[id].Holds(p) {
			return int32(id)
		}
	}
	for _, id := range ids {
		if t.polygons[id].Borders(p) {
			return int32(id)
		}
	}
	return -1
}
