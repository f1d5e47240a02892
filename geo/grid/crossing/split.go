package crossing

import (
	"slices"

	"onemap/geo/lattice"
)

// split cuts a square that is too full for a record into 4 x 4; ok is false
// where the parts would be no better: where polygons lie on one another.
func (d *draft) split(s square) (parts []square, ok bool) {
	if s.shift < splitBits {
		return nil, false
	}
	var whos []int32
	if !d.table.every { // else those who hold all of the square are listed already
		whos = append(whos, s.corner...)
	}
	for i := range s.hits {
		whos = append(whos, s.hits[i].who)
	}
	slices.Sort(whos)
	whos = slices.Compact(whos)

	parts = make([]square, 0, splitSide*splitSide)
	full := 0
	for i := range int64(splitSide * splitSide) {
		p := square{shift: s.shift - splitBits}
		p.x0, p.y0 = s.x0+i%splitSide<<p.shift, s.y0+i/splitSide<<p.shift
		for k := range s.hits {
			if p.touches(&s.hits[k]) {
				p.hits = append(p.hits, s.hits[k])
			}
		}
		for _, who := range whos {
			if s.holds(who, lattice.Node{X: int32(p.x0), Y: int32(p.y0)}) {
				p.corner = append(p.corner, who)
			}
		}
		if !d.gather(p) {
			full += len(p.hits)
		}
		parts = append(parts, p)
	}
	return parts, 2*full <= 3*len(s.hits)
}

// touches says whether an edge may pass through the square; rarely it says so of
// one that passes within a unit of it.
func (s square) touches(h *hit) bool {
	east, north := s.x0+1<<s.shift-1, s.y0+1<<s.shift-1
	if int64(h.hi.Y) < s.y0 || int64(h.lo.Y) > north {
		return false
	}
	w, e := span(h.lo, h.hi, s.y0, north)
	return e >= s.x0 && w <= east
}

// holds says whether a polygon holds a place within the square, by its hits and
// its corner: what a record says, without being one.
func (s square) holds(who int32, at lattice.Node) bool {
	_, inside := slices.BinarySearch(s.corner, who)
	corner := lattice.Node{X: int32(s.x0), Y: int32(s.y0)}
	for i := range s.hits {
		h := &s.hits[i]
		if h.who != who {
			continue
		}
		for _, turns := range [...]bool{
			passesLeft(h.lo, h.hi, corner), passesLeft(h.lo, h.hi, at),
			s.breaksAt(h.lo) && h.lo.Y <= at.Y, s.breaksAt(h.hi) && h.hi.Y <= at.Y,
		} {
			inside = inside != turns
		}
	}
	return inside
}
