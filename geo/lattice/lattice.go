// Package lattice is the integer plane on which borders are decided: longitude and
// latitude of WGS84 rounded to 1e-7 degrees. A place is rounded by On, and from
// there on nothing is a matter of opinion.
package lattice

import (
	"cmp"
	"math"

	"github.com/paulmach/orb"
)

// PerDegree is how many units a degree has: one is about 11 mm of latitude.
const PerDegree = 1e7

// Node is a point of the lattice, east and north: |X| <= 1.8e9 and |Y| <= 0.9e9.
// So a product of an X difference and a Y difference fits int64; products are
// compared, never subtracted.
type Node struct{ X, Y int32 }

// On rounds a place in degrees to the lattice, halves away from zero; ok is false
// for what is not on Earth.
func On(lon, lat float64) (n Node, ok bool) {
	if !(math.Abs(lon) <= 180 && math.Abs(lat) <= 90) { // also refuses NaN
		return Node{}, false
	}
	return Node{round(lon * PerDegree), round(lat * PerDegree)}, true
}

// round is math.Round for what fits 32 bits, without its branches: what lies
// beyond a half, doubled, has a whole part.
func round(v float64) int32 {
	whole := int64(v)
	return int32(whole + int64(2*(v-float64(whole))))
}

// Point is the node in degrees, lon before lat.
func (n Node) Point() orb.Point {
	return orb.Point{float64(n.X) / PerDegree, float64(n.Y) / PerDegree}
}

// Turn is +1 when a, b, c turn left, -1 right, 0 when they are in line. Exact.
func Turn(a, b, c Node) int {
	return cmp.Compare((int64(b.X)-int64(a.X))*(int64(c.Y)-int64(a.Y)), (int64(c.X)-int64(a.X))*(int64(b.Y)-int64(a.Y)))
}

// OnSegment says whether p lies on the closed segment a-b. Exact.
func OnSegment(a, b, p Node) bool {
	return p.X >= min(a.X, b.X) && p.X <= max(a.X, b.X) &&
		p.Y >= min(a.Y, b.Y) && p.Y <= max(a.Y, b.Y) && Turn(a, b, p) == 0
}

// MetresPerUnit is the length of one unit at latitude y (in units) to the east and
// to the north, on the ellipsoid of WGS84.
func MetresPerUnit(y int32) (east, north float64) {
	const (
		major = 6378137.0
		ecc2  = 6.69437999014e-3
	)
	sin, cos := math.Sincos(float64(y) / PerDegree * math.Pi / 180)
	bend := 1 - ecc2*sin*sin
	unit := math.Pi / 180 / PerDegree
	return major / math.Sqrt(bend) * cos * unit, major * (1 - ecc2) / (bend * math.Sqrt(bend)) * unit
}
