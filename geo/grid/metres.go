package grid

import "math"

// metresPerUnit is the length of one lattice unit at latitude y (in lattice
// units) to the east and to the north, on the ellipsoid of WGS84.
func metresPerUnit(y int32) (east, north float64) {
	const (
		major = 6378137.0
		ecc2  = 6.69437999014e-3
	)
	sin, cos := math.Sincos(float64(y) / perDegree * math.Pi / 180)
	bend := 1 - ecc2*sin*sin
	unit := math.Pi / 180 / perDegree
	return major / math.Sqrt(bend) * cos * unit, major * (1 - ecc2) / (bend * math.Sqrt(bend)) * unit
}

// segmentDistance is the distance of the origin from the segment a-b in a plane.
func segmentDistance(ax, ay, bx, by float64) float64 {
	dx, dy := bx-ax, by-ay
	along := 0.0
	if length2 := dx*dx + dy*dy; length2 > 0 {
		along = min(max(-(ax*dx+ay*dy)/length2, 0), 1)
	}
	return math.Hypot(ax+along*dx, ay+along*dy)
}
