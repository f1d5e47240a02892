package crossing

import "onemap/geo/lattice"

// passesLeft says whether the edge a-b runs past p on its left, or through it:
// the half-open rule. It counts the edges a ray from (X+e1, Y+e2), e2 << e1,
// to the west crosses; where the count is odd p is inside.
func passesLeft(a, b, p lattice.Node) bool {
	if (a.Y <= p.Y) == (b.Y <= p.Y) {
		return false
	}
	if a.Y > b.Y {
		a, b = b, a
	}
	l := (int64(p.X) - int64(a.X)) * (int64(b.Y) - int64(a.Y))
	r := (int64(b.X) - int64(a.X)) * (int64(p.Y) - int64(a.Y))
	return l >= r
}
