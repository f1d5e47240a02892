package crossing

// Node is a point of the lattice, east and north in units of 1e-7 degrees:
// |X| <= 1.8e9 and |Y| <= 0.9e9. So a product of an X difference and a Y
// difference fits int64; products are compared, never subtracted.
type Node struct{ X, Y int32 }

// passesLeft says whether the edge a-b runs past p on its left, or through it:
// the half-open rule. It counts the edges a ray from (X+e1, Y+e2), e2 << e1,
// to the west crosses; where the count is odd p is inside.
func passesLeft(a, b, p Node) bool {
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

// onEdge says whether p lies on the closed edge a-b.
func onEdge(a, b, p Node) bool {
	return p.X >= min(a.X, b.X) && p.X <= max(a.X, b.X) &&
		p.Y >= min(a.Y, b.Y) && p.Y <= max(a.Y, b.Y) &&
		(int64(p.X)-int64(a.X))*(int64(b.Y)-int64(a.Y)) == (int64(b.X)-int64(a.X))*(int64(p.Y)-int64(a.Y))
}
