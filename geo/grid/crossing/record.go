package crossing

import "onemap/geo/lattice"

// The word of a cell: the number of its one owner plus one, 0 for nobody, or a
// tag and where in the page its record begins.
const (
	tagMask    = 3 << 30
	offsetMask = 1<<30 - 1

	tagNarrow = 1 << 30 // coordinates in 16 bits, from the cell's lower left corner
	tagWide   = 2 << 30 // coordinates in 32 bits, of the lattice
	tagMore   = 3 << 30 // a word that says which: moreSplit, or a list of polygons
)

// What follows tagMore: moreSplit and the words of 4 x 4 smaller cells; moreAlso,
// the word of the cell without them, and a list of polygons that hold all of the
// cell, in an Overlay; or a list of polygons to be asked themselves, by rank.
// Lists begin with their length.
const (
	moreSplit = 1<<32 - 1
	moreAlso  = 1<<32 - 2
	splitBits = 2
	splitSide = 1 << splitBits
)

// What a record can hold.
const (
	maxLocal = 8  // polygons, a bit of a byte each
	maxEdges = 16 // more are better split
)

// A record begins with a word of four numbers: pairs of edges, breaks, those who
// hold the lower left corner by edges that are not listed (a bit each), and
// local polygons. Then come the edges, the last one of the last pair empty where
// their number is odd; a byte for each edge and then for each break with the
// polygons it turns about; the breaks; and the local polygons by rank.
//
// A break is a height from which on the edges that are not listed hold other
// polygons than at the corner: where a listed edge ends to the west of the cell.
// Whatever joins it there is not listed.
func header(pairs, breaks int, corner uint32, locals int) uint32 {
	return uint32(pairs) | uint32(breaks)<<8 | corner<<16 | uint32(locals)<<24
}

// local is a place within its cell, in units from the lower left corner.
type local struct{ x, y int64 }

// What the two bits of a cell say.
const (
	cellWhole = iota // its word has no tag
	cellOne          // a narrow record of one pair of edges and at most one break
	cellTwo          // of two pairs
	cellOther
)

// sort is what the bits of a cell must say that has this word.
func (p page) sort(word uint32) uint32 {
	if word < tagNarrow {
		return cellWhole
	}
	from := int(word & offsetMask)
	h := p[from]
	if pairs := h & 0xff; word < tagWide && 0 < pairs && pairs <= 2 && h>>8&0xff <= 1 && from+len(two{}) <= len(p) {
		return pairs
	}
	return cellOther
}

// one is the beginning of a record of one pair of edges and at most one break, two
// that of one of two pairs. Whether there is a break is not asked: what is read in
// its place counts for nothing.
type (
	one [7]uint32
	two [12]uint32
)

// mask is narrowMask of the record.
func (rec *one) mask(at local) (mask uint32, locals int) {
	h, turn := rec[0], rec[5]
	breaks := h >> 8 & 0xff
	mask = h >> 16
	mask ^= turn & narrowTurns(rec[1], rec[2], at)
	mask ^= turn >> 8 & narrowTurns(rec[3], rec[4], at)
	mask ^= turn >> 16 & -breaks & uint32(^((at.y - int64(rec[6]&0xffff)) >> 63))
	return mask & 0xff, int(6 + breaks)
}

func (rec *two) mask(at local) (mask uint32, locals int) {
	h, turn := rec[0], rec[9]
	breaks := h >> 8 & 0xff
	mask = h >> 16
	mask ^= turn & narrowTurns(rec[1], rec[2], at)
	mask ^= turn >> 8 & narrowTurns(rec[3], rec[4], at)
	mask ^= turn >> 16 & narrowTurns(rec[5], rec[6], at)
	mask ^= turn >> 24 & narrowTurns(rec[7], rec[8], at)
	mask ^= rec[10] & -breaks & uint32(^((at.y - int64(rec[11]&0xffff)) >> 63))
	return mask & 0xff, int(10 + 2*breaks)
}

// narrowMask is which local polygons hold a place, lowest rank in the lowest
// bit, and where the record's locals begin. Its only branches are the loops'.
func narrowMask(rec []uint32, at local) (mask uint32, locals int) {
	h := rec[0]
	pairs, breaks := int(h&0xff), int(h>>8&0xff)
	mask = h >> 16 & 0xff
	lines := rec[1 : 1+4*pairs : 1+4*pairs]
	turns := rec[1+4*pairs:]
	for i := 0; i+3 < len(lines); i += 4 {
		turn := turns[i>>3] >> (i << 2 & 16)
		mask ^= turn & narrowTurns(lines[i], lines[i+1], at)
		mask ^= turn >> 8 & narrowTurns(lines[i+2], lines[i+3], at)
	}
	mask &= 0xff
	heights := (2*pairs + breaks + 3) >> 2
	for i := range breaks {
		from := int64(turns[heights+i>>1] >> (i & 1 << 4) & 0xffff)
		turn := turns[(2*pairs+i)>>2] >> ((2*pairs + i) & 3 << 3) & 0xff
		mask ^= turn & uint32(^((at.y - from) >> 63))
	}
	return mask, 1 + 4*pairs + heights + (breaks+1)>>1
}

// narrowTurns is all bits when the edge a-b passes left of a place, else none:
// the half-open rule, and the sign of the turn from the place to a to b.
func narrowTurns(a, b uint32, at local) uint32 {
	ax, ay := int64(int16(a))-at.x, int64(int32(a)>>16)-at.y
	bx, by := int64(int16(b))-at.x, int64(int32(b)>>16)-at.y
	return uint32(((ay - 1) ^ (by - 1)) &^ (bx*ay - ax*by) >> 63)
}

// wideMask is the same of a record with coordinates of the lattice; breaks are
// heights above the cell's lower border.
func wideMask(rec []uint32, at local, p lattice.Node) (mask uint32, locals int) {
	h := rec[0]
	pairs, breaks := int(h&0xff), int(h>>8&0xff)
	mask = h >> 16 & 0xff
	turns := rec[1+8*pairs:]
	for i := range 2 * pairs {
		if a, b := wideEdge(rec, i); passesLeft(a, b, p) {
			mask ^= turns[i>>2] >> (i & 3 << 3) & 0xff
		}
	}
	heights := (2*pairs + breaks + 3) >> 2
	for i := range breaks {
		if uint32(at.y) >= turns[heights+i] {
			mask ^= turns[(2*pairs+i)>>2] >> ((2*pairs + i) & 3 << 3) & 0xff
		}
	}
	return mask, 1 + 8*pairs + heights + breaks
}

func wideEdge(rec []uint32, i int) (a, b lattice.Node) {
	e := rec[1+4*i : 5+4*i]
	return lattice.Node{X: int32(e[0]), Y: int32(e[1])}, lattice.Node{X: int32(e[2]), Y: int32(e[3])}
}

func narrowEdge(rec []uint32, i int) (a, b lattice.Node) {
	v, w := rec[1+2*i], rec[2+2*i]
	return lattice.Node{X: int32(int16(v)), Y: int32(v) >> 16}, lattice.Node{X: int32(int16(w)), Y: int32(w) >> 16}
}

// borderMask is which local polygons have a place on their border.
func borderMask(rec []uint32, narrow bool, at local, p lattice.Node) (mask uint32) {
	pairs, edge, words := int(rec[0]&0xff), wideEdge, 8
	if narrow {
		edge, words, p = narrowEdge, 4, lattice.Node{X: int32(at.x), Y: int32(at.y)}
	}
	turns := rec[1+words*pairs:]
	for i := range 2 * pairs {
		if a, b := edge(rec, i); lattice.OnSegment(a, b, p) {
			mask |= turns[i>>2] >> (i & 3 << 3) & 0xff
		}
	}
	return mask
}
