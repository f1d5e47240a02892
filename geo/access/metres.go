package access

import (
	"math"

	"github.com/paulmach/orb"
)

// The ellipsoid of WGS84: half the major axis in metres, and the eccentricity squared.
const (
	major = 6378137.0
	ecc2  = 6.69437999014e-3
	rad   = math.Pi / 180
)

// Metres is the straight distance of two points by Gauss's mid-latitude
// formula: within a millimetre of the geodesic up to 3 km and 65 degrees of
// latitude, some ten times as fast as the iteration of crs.Distance. Farther
// apart it loses exactness slowly: 1 m at 60 km.
func Metres(a, b orb.Point) float64 {
	sin, cos := math.Sincos((a[1] + b[1]) / 2 * rad)
	bend := 1 - ecc2*sin*sin
	root := math.Sqrt(bend)
	east := (b[0] - a[0]) * rad * cos * major / root
	north := (b[1] - a[1]) * rad * major * (1 - ecc2) / (bend * root)
	return math.Round(math.Sqrt(east*east+north*north)*1000) / 1000
}

// degrees is how many degrees a distance is at most, to the east and to the
// north, near a latitude: for boxes that must not be too small.
func degrees(metres, lat float64) (east, north float64) {
	north = metres / 110500 // a degree of latitude is 110,574 m at the equator, and longer elsewhere
	widest := min(math.Abs(lat)+north, 89.9)
	return metres / (111300 * math.Cos(widest*rad)), north
}
