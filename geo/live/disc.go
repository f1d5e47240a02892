package live

import (
	"math"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

// disc is what lies within some metres of a place, as a ball through the Earth:
// no way over the ground is shorter than the straight one.
type disc struct {
	at     orb.Point
	metres float64
}

// misses says that no place of a square of 2^shift units whose least corner is
// x, y lies within the disc. It may say no where that is so.
func (d *disc) misses(x, y uint32, shift int) bool {
	const metresPerUnit = 111_700 / lattice.PerDegree // at most, in either direction
	side := float64(uint64(1) << shift)
	middle := orb.Point{(float64(x) - 1<<31 + side/2) / lattice.PerDegree, (float64(y) - 1<<31 + side/2) / lattice.PerDegree}
	a, b := inSpace(d.at), inSpace(middle)
	off := math.Sqrt((a[0]-b[0])*(a[0]-b[0]) + (a[1]-b[1])*(a[1]-b[1]) + (a[2]-b[2])*(a[2]-b[2]))
	return off-side*metresPerUnit > d.metres+0.001
}

// inSpace is a place of the ellipsoid of WGS84 in metres from the Earth's middle.
func inSpace(at orb.Point) [3]float64 {
	const (
		major = 6378137.0
		ecc2  = 6.69437999014e-3
	)
	sinLat, cosLat := math.Sincos(at[1] * math.Pi / 180)
	sinLon, cosLon := math.Sincos(at[0] * math.Pi / 180)
	n := major / math.Sqrt(1-ecc2*sinLat*sinLat)
	return [3]float64{n * cosLat * cosLon, n * cosLat * sinLon, n * (1 - ecc2) * sinLat}
}
