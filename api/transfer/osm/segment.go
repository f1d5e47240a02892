package osm

import (
	"cmp"
	"slices"
)

// A segment is a stretch of an outline between two different places, the
// smaller one first: left to right, and bottom to top where upright.
type segment struct{ a, b location }

func before(p, q location) int { return cmp.Or(cmp.Compare(p.x, q.x), cmp.Compare(p.y, q.y)) }

// segmentsOf cuts lines into segments, sorted from the left. Where an even
// number of lines run along the same segment there is the same side on both,
// so it bounds nothing and is dropped: this is how rings that touch along an
// edge become one.
func segmentsOf(lines [][]location) []segment {
	var all []segment
	for _, line := range lines {
		for i := 1; i < len(line); i++ {
			switch c := before(line[i-1], line[i]); {
			case c < 0:
				all = append(all, segment{line[i-1], line[i]})
			case c > 0:
				all = append(all, segment{line[i], line[i-1]})
			}
		}
	}
	slices.SortFunc(all, func(s, t segment) int { return cmp.Or(before(s.a, t.a), before(s.b, t.b)) })
	kept := all[:0]
	for _, s := range all {
		if n := len(kept); n > 0 && kept[n-1] == s {
			kept = kept[:n-1]
			continue
		}
		kept = append(kept, s)
	}
	return kept
}

// side is positive when r lies left of the way from p to q, 0 on its line.
func side(p, q, r location) int {
	ax, ay := int64(q.x)-int64(p.x), int64(q.y)-int64(p.y)
	bx, by := int64(r.x)-int64(p.x), int64(r.y)-int64(p.y)
	return cmp.Compare(ax*by, ay*bx)
}

// meet tells whether two segments have more in common than one end each.
func meet(s, t segment) bool {
	sa, sb := side(t.a, t.b, s.a), side(t.a, t.b, s.b)
	ta, tb := side(s.a, s.b, t.a), side(s.a, s.b, t.b)
	if sa == 0 && sb == 0 {
		// On one line: they overlap unless one ends where the other begins.
		return before(s.a, t.b) < 0 && before(t.a, s.b) < 0
	}
	if s.a == t.a || s.a == t.b || s.b == t.a || s.b == t.b {
		return false
	}
	return sa*sb <= 0 && ta*tb <= 0
}

// crossing tells whether any two segments of a list sorted from the left meet
// otherwise than end to end. A sweep from the left keeps those that still
// reach the present place.
func crossing(sorted []segment) bool {
	var open []segment
	for _, s := range sorted {
		kept := open[:0]
		for _, t := range open {
			if t.b.x < s.a.x {
				continue
			}
			kept = append(kept, t)
			if min(s.a.y, s.b.y) <= max(t.a.y, t.b.y) && min(t.a.y, t.b.y) <= max(s.a.y, s.b.y) && meet(s, t) {
				return true
			}
		}
		open = append(kept, s)
	}
	return false
}
