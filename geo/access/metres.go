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
	east, north := scale((a[1] + b[1]) / 2)
	east, north = (b[0]-a[0])*east, (b[1]-a[1])*north
	return math.Round(math.Sqrt(east*east+north*north)*1000) / 1000
}

// scale is the length of a degree at a latitude, to the east and to the north.
func scale(lat float64) (east, north float64) {
	sin, cos := math.Sincos(lat * rad)
	bend := 1 - ecc2*sin*sin
	root := math.Sqrt(bend)
	return rad * cos * major / root, rad * major * (1 - ecc2) / (bend * root)
}

// vicinity tells what lies within a reach of one point without a sine for each
// place: by the lengths of a degree at the point, which are a little wrong at the
// places. Squares of metres below surely are within, above perhaps are not.
type vicinity struct{ east, north, surely, perhaps float64 }

func nearby(at orb.Point, metres float64) vicinity {
	var v vicinity
	v.east, v.north = scale(at[1])
	_, dy := degrees(metres, at[1])
	// The latitude in the middle differs by at most half of dy, in radians h. Then
	// the cosine differs by a share of at most h*tan + h²/2, and the bend of the
	// ellipsoid adds less than h/50; distances are rounded to the millimetre.
	h := dy / 2 * rad
	wrong := h*math.Tan(min(math.Abs(at[1])+dy, 89.9)*rad) + h*h/2 + h/50 + 1e-9
	low, high := (metres-0.001)*(1-wrong), (metres+0.001)*(1+wrong)
	if wrong < 1 && low > 0 {
		v.surely = low * low
	}
	v.perhaps = high * high
	if wrong >= 1 {
		v.perhaps = math.Inf(1)
	}
	return v
}

// degrees is how many degrees a distance is at most, to the east and to the
// north, near a latitude: for boxes that must not be too small.
func degrees(metres, lat float64) (east, north float64) {
	north = metres / 110500 // a degree of latitude is 110,574 m at the equator, and longer elsewhere
	widest := min(math.Abs(lat)+north, 89.9)
	return metres / (111300 * math.Cos(widest*rad)), north
}
