package crs

import "math"

// The ellipsoid of WGS84, in metres.
const (
	major      = 6378137.0
	flattening = 1 / 298.257223563
	minor      = major * (1 - flattening)
)

// Distance is the length of the shortest way over the ellipsoid of WGS84, in
// metres, by Vincenty's inverse formula (Survey Review 176, 1975): within 1 mm,
// and within 0.01 mm of PostGIS up to 500 km. Places near each other have it from
// a shorter formula ([short]).
// For places almost on opposite sides of the Earth the formula does not settle;
// there the sphere of 6,371,008.8 m is used, within 0.6 %.
func Distance(a, b WGS84) float64 {
	if a == b {
		return 0
	}
	if d, ok := short(a, b); ok {
		return d
	}
	apart := (b.Lon - a.Lon) * math.Pi / 180
	sinU1, cosU1 := math.Sincos(math.Atan((1 - flattening) * math.Tan(a.Lat*math.Pi/180)))
	sinU2, cosU2 := math.Sincos(math.Atan((1 - flattening) * math.Tan(b.Lat*math.Pi/180)))

	lambda := math.Remainder(apart, 2*math.Pi)
	apart = lambda
	settled := false
	for range 100 {
		sinL, cosL := math.Sincos(lambda)
		sinS := math.Hypot(cosU2*sinL, cosU1*sinU2-sinU1*cosU2*cosL)
		if sinS == 0 {
			return 0
		}
		cosS := sinU1*sinU2 + cosU1*cosU2*cosL
		sigma := math.Atan2(sinS, cosS)
		sinA := cosU1 * cosU2 * sinL / sinS
		cos2A := 1 - sinA*sinA
		middle := 0.0 // on the equator
		if cos2A > 1e-15 {
			middle = cosS - 2*sinU1*sinU2/cos2A
		}
		c := flattening / 16 * cos2A * (4 + flattening*(4-3*cos2A))
		next := apart + (1-c)*flattening*sinA*(sigma+c*sinS*(middle+c*cosS*(2*middle*middle-1)))
		if math.Abs(next) > math.Pi {
			break
		}
		if !settled { // once more, with what has settled
			settled = math.Abs(next-lambda) < 1e-12
			lambda = next
			continue
		}
		u2 := cos2A * (major*major - minor*minor) / (minor * minor)
		bigA := 1 + u2/16384*(4096+u2*(-768+u2*(320-175*u2)))
		bigB := u2 / 1024 * (256 + u2*(-128+u2*(74-47*u2)))
		bend := bigB * sinS * (middle + bigB/4*(cosS*(2*middle*middle-1)-
			bigB/6*middle*(4*sinS*sinS-3)*(4*middle*middle-3)))
		return minor * bigA * (sigma - bend)
	}
	return haversine(a, b)
}

// short is the distance of places less than 0.005 degrees apart by Gauss's
// mid-latitude formula, which needs no iteration: there, up to 70 degrees of
// latitude, it is within 0.002 mm, in a fifteenth of the time.
func short(a, b WGS84) (metres float64, ok bool) {
	const ecc2 = flattening * (2 - flattening)
	east, north := b.Lon-a.Lon, b.Lat-a.Lat
	if !(math.Abs(east) < 0.005 && math.Abs(north) < 0.005 && math.Abs(a.Lat) < 70) {
		return 0, false
	}
	sin, cos := math.Sincos((a.Lat + b.Lat) * (math.Pi / 360))
	bend := 1 - ecc2*sin*sin
	root := math.Sqrt(bend)
	east *= math.Pi / 180 * major * cos / root
	north *= math.Pi / 180 * major * (1 - ecc2) / (bend * root)
	return math.Sqrt(east*east + north*north), true
}

// haversine is the distance in metres on a sphere of the Earth's mean radius.
func haversine(a, b WGS84) float64 {
	lat1, lat2 := a.Lat*math.Pi/180, b.Lat*math.Pi/180
	s, t := math.Sin((lat2-lat1)/2), math.Sin((b.Lon-a.Lon)*math.Pi/360)
	h := s*s + math.Cos(lat1)*math.Cos(lat2)*t*t
	return 2 * 6371008.8 * math.Asin(math.Sqrt(min(h, 1)))
}
