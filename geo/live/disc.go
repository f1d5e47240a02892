package live

import (
	"math"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

// disc is what lies within some metres of a place, as a ball through the Earth:
// no way over the ground is shorter than the straight one.
type disc struct {
	at     [3]float64
	metres float64
}

func newDisc(at orb.Point, metres float64) *disc { return &disc{inSpace(at), metres} }

// misses says that no place of a square of 2^shift units whose least corner is
// x, y lies within the disc. It may say no where that is so.
func (d *disc) misses(x, y uint32, shift int) bool {
	const metresPerUnit = 111_700 / lattice.PerDegree // at most, in either direction
	side := float64(uint64(1) << shift)
	middle := orb.Point{(float64(x) - 1<<31 + side/2) / lattice.PerDegree, (float64(y) - 1<<31 + side/2) / lattice.PerDegree}
	c := inSpace(middle)
	off := math.Sqrt((c[0]-d.at[0])*(c[0]-d.at[0]) + (c[1]-d.at[1])*(c[1]-d.at[1]) + (c[2]-d.at[2])*(c[2]-d.at[2]))
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
