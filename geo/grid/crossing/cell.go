package crossing

import (
	"math"
	"slices"

	"onemap/geo/lattice"
)

// square is a cell, or a part of a cell that was split.
type square struct {
	x0, y0 int64 // lower left corner
	shift  uint8
	hits   []hit   // edges that pass through it
	corner []int32 // who holds the lower left corner, by rank
}

// line is an edge once, with all local polygons it bounds.
type line struct {
	lo, hi lattice.Node
	turn   uint32
}

// turning is a break: from this height above the lower border on.
type turning struct {
	from int64
	turn uint32
}

// scratch is the memory for one cell.
type scratch struct {
	corner []int32
	locals []int32
	whole  []int32 // who hold all of the square
	lines  []line
	breaks []turning
}

// word makes a cell's word, and its record when it needs one.
func (d *draft) word(s square) uint32 {
	if len(s.hits) == 0 && len(s.corner) == 0 {
		return 0
	}
	fits := d.gather(s)
	c := &d.cell
	if d.table.every && len(c.whole) > 0 && len(c.locals)+len(c.whole) > 1 {
		at := d.room(3 + len(c.whole))
		d.out[at], d.out[at+2] = moreAlso, uint32(len(c.whole))
		for i, who := range c.whole {
			d.out[at+3+i] = uint32(d.ids[who])
		}
		inner := uint32(0)
		if len(c.locals) > 0 {
			inner = d.crossed(s, fits)
		}
		d.out[at+1] = inner
		return tagMore | uint32(at)
	}
	if fits && len(c.lines) == 0 && len(c.whole) > 0 {
		return uint32(d.ids[c.whole[0]]) + 1
	}
	return d.crossed(s, fits)
}

func (d *draft) crossed(s square, fits bool) uint32 {
	switch {
	case fits && d.narrow(s):
		return d.writeNarrow(s)
	case fits:
		return d.writeWide(s)
	}
	if parts, ok := d.split(s); ok {
		at := d.room(1 + len(parts))
		d.out[at] = moreSplit
		for i, part := range parts {
			word := d.word(part)
			d.out[at+1+i] = word
		}
		return tagMore | uint32(at)
	}
	d.gather(s)
	at := d.room(1 + len(d.cell.locals))
	d.out[at] = uint32(len(d.cell.locals))
	for i, who := range d.cell.locals {
		d.out[at+1+i] = uint32(d.ids[who])
	}
	return tagMore | uint32(at)
}

// room makes room for n words at the end of the page.
func (d *draft) room(n int) int {
	at := len(d.out)
	d.out = append(d.out, make([]uint32, n)...)
	return at
}

// gather finds the square's local polygons and lines, and says whether a record
// can hold them. Where the owner alone is asked for, whoever holds all of the
// square hides those of higher rank.
func (d *draft) gather(s square) (fits bool) {
	c := &d.cell
	c.locals, c.whole, c.lines = c.locals[:0], c.whole[:0], c.lines[:0]
	for i := range s.hits {
		if at, ok := slices.BinarySearch(c.locals, s.hits[i].who); !ok {
			c.locals = slices.Insert(c.locals, at, s.hits[i].who)
		}
	}
	for _, who := range s.corner {
		if at, ok := slices.BinarySearch(c.locals, who); ok {
			continue
		} else if c.whole = append(c.whole, who); !d.table.every {
			c.locals = append(c.locals[:at], who)
			break
		}
	}
	if len(c.whole) > 0 && len(c.locals) <= 1 && (len(c.locals) == 0 || c.locals[0] == c.whole[0]) {
		return true
	}
	if len(c.locals) > maxLocal || len(s.hits) > maxLocal*maxEdges {
		return false
	}
	for i := range s.hits {
		h := &s.hits[i]
		if who, ok := slices.BinarySearch(c.locals, h.who); ok {
			c.add(h, 1<<who)
		}
	}
	return len(c.lines) <= maxEdges
}

// add adds an edge of a local polygon. One that a polygon has twice is two
// lines: it bounds nothing, but places on it are on the border.
func (c *scratch) add(h *hit, bit uint32) {
	for i := range c.lines {
		if l := &c.lines[i]; l.lo == h.lo && l.hi == h.hi && l.turn&bit == 0 {
			l.turn |= bit
			return
		}
	}
	c.lines = append(c.lines, line{h.lo, h.hi, bit})
}

// corner is who hold the lower left corner by edges that are not among the lines.
func (d *draft) cornerMask(s square) (mask uint32) {
	for _, who := range s.corner {
		if at, ok := slices.BinarySearch(d.cell.locals, who); ok {
			mask |= 1 << at
		}
	}
	at := lattice.Node{X: int32(s.x0), Y: int32(s.y0)}
	for _, l := range d.cell.lines {
		if passesLeft(l.lo, l.hi, at) {
			mask ^= l.turn
		}
	}
	return mask
}

// turnings are the breaks of a square's lines. Horizontal lines are no edges
// that count, yet have ends.
func (d *draft) turnings(s square) {
	c := &d.cell
	c.breaks = c.breaks[:0]
	for _, l := range c.lines {
		for _, end := range [2]lattice.Node{l.lo, l.hi} {
			if !s.breaksAt(end) {
				continue
			}
			from := int64(end.Y) - s.y0
			at, ok := slices.BinarySearchFunc(c.breaks, from, func(t turning, from int64) int { return int(t.from - from) })
			if !ok {
				c.breaks = slices.Insert(c.breaks, at, turning{from: from})
			}
			c.breaks[at].turn ^= l.turn
		}
	}
	c.breaks = slices.DeleteFunc(c.breaks, func(t turning) bool { return t.turn == 0 })
}

func (s square) breaksAt(end lattice.Node) bool {
	return int64(end.X) < s.x0 && int64(end.Y) > s.y0 && int64(end.Y) < s.y0+1<<s.shift
}

// narrow says whether all coordinates fit 16 bits from the corner.
func (d *draft) narrow(s square) bool {
	if s.shift > 15 {
		return false
	}
	for _, l := range d.cell.lines {
		for _, n := range [2]lattice.Node{l.lo, l.hi} {
			x, y := int64(n.X)-s.x0, int64(n.Y)-s.y0
			if x < math.MinInt16 || x > math.MaxInt16 || y < math.MinInt16 || y > math.MaxInt16 {
				return false
			}
		}
	}
	return true
}

// writeNarrow writes a record with coordinates in 16 bits.
func (d *draft) writeNarrow(s square) uint32 {
	c := &d.cell
	at := d.begin(s)
	for _, l := range c.lines {
		for _, n := range [2]lattice.Node{l.lo, l.hi} {
			x, y := int64(n.X)-s.x0, int64(n.Y)-s.y0
			d.out = append(d.out, uint32(uint16(x))|uint32(uint16(y))<<16)
		}
	}
	d.room(len(c.lines) % 2 * 2)
	d.writeTurns()
	breaks := d.room((len(c.breaks) + 1) / 2)
	for i, b := range c.breaks {
		d.out[breaks+i/2] |= uint32(b.from) << (i % 2 * 16)
	}
	d.writeLocals()
	return tagNarrow | uint32(at)
}

// writeWide writes a record with coordinates in 32 bits.
func (d *draft) writeWide(s square) uint32 {
	c := &d.cell
	at := d.begin(s)
	for _, l := range c.lines {
		d.out = append(d.out, uint32(l.lo.X), uint32(l.lo.Y), uint32(l.hi.X), uint32(l.hi.Y))
	}
	d.room(len(c.lines) % 2 * 4)
	d.writeTurns()
	for _, b := range c.breaks {
		d.out = append(d.out, uint32(b.from))
	}
	d.writeLocals()
	return tagWide | uint32(at)
}

// begin finds the breaks and writes the first word of a record.
func (d *draft) begin(s square) (at int) {
	c := &d.cell
	d.turnings(s)
	at = d.room(1)
	d.out[at] = header((len(c.lines)+1)/2, len(c.breaks), d.cornerMask(s), len(c.locals))
	return at
}

func (d *draft) writeTurns() {
	c := &d.cell
	edges := (len(c.lines) + 1) / 2 * 2
	at := d.room((edges + len(c.breaks) + 3) / 4)
	for i, l := range c.lines {
		d.out[at+i/4] |= l.turn << (i % 4 * 8)
	}
	for i, b := range c.breaks {
		i += edges
		d.out[at+i/4] |= b.turn << (i % 4 * 8)
	}
}

func (d *draft) writeLocals() {
	for _, who := range d.cell.locals {
		d.out = append(d.out, uint32(d.ids[who]))
	}
}
