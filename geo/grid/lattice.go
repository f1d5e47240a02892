package grid

import (
	"math"

	"github.com/paulmach/orb"
)

// perDegree is the lattice: 1e-7 degrees, about 11 mm of latitude.
const perDegree = 1e7

// node is a point of the lattice. |x| <= 1.8e9 and |y| <= 0.9e9, so a product of
// an x difference and a y difference fits int64, and products are compared, never
// subtracted.
type node struct{ x, y int32 }

// onLattice rounds a place to the lattice; ok is false for what is not on Earth.
func onLattice(lon, lat float64) (n node, ok bool) {
	if !(math.Abs(lon) <= 180 && math.Abs(lat) <= 90) { // also refuses NaN
		return node{}, false
	}
	return node{int32(math.Round(lon * perDegree)), int32(math.Round(lat * perDegree))}, true
}

func (n node) point() orb.Point { return orb.Point{float64(n.x) / perDegree, float64(n.y) / perDegree} }

// turn is +1 when a, b, c turn left, -1 right, 0 when they are in line. Exact.
func turn(a, b, c node) int {
	l := (int64(b.x) - int64(a.x)) * (int64(c.y) - int64(a.y))
	r := (int64(c.x) - int64(a.x)) * (int64(b.y) - int64(a.y))
	switch {
	case l > r:
		return 1
	case l < r:
		return -1
	}
	return 0
}

// onSegment says whether p lies on the closed segment a-b. Exact.
func onSegment(a, b, p node) bool {
	return p.x >= min(a.x, b.x) && p.x <= max(a.x, b.x) &&
		p.y >= min(a.y, b.y) && p.y <= max(a.y, b.y) && turn(a, b, p) == 0
}
