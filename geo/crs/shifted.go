package crs

import "math"

// GCJ02 is a place in degrees as Chinese maps must show it: shifted from WGS84
// by 300 to 700 m. AMap, Tencent and most phone map components in China speak it.
type GCJ02 struct{ Lon, Lat float64 }

// BD09 is a place in degrees as Baidu shows it: GCJ-02 shifted once more.
type BD09 struct{ Lon, Lat float64 }

const (
	// Krasovsky 1940: semi-major axis in metres and first eccentricity squared.
	gcjAxis         = 6378245.0
	gcjEccentricity = 0.00669342162296594323
	// baiduAngle is Baidu's constant, radians per degree times 3000/180.
	baiduAngle = math.Pi * 3000 / 180
	// solved is when an inverse stops, in degrees: 0.1 micrometre.
	solved = 1e-12
)

// The rectangle in which the shift is applied, in degrees of WGS84. This rectangle is the one all
// public libraries share; it takes in the neighbours of China, Hong Kong, Macau
// and Taiwan. Outside of it GCJ-02 and BD-09 equal WGS84.
const (
	west, east   = 72.004, 137.8347
	south, north = 0.8293, 55.8271
)

func shifts(lon, lat float64) bool {
	return lon >= west && lon <= east && lat >= south && lat <= north
}

// GCJ02 shifts the place; outside the rectangle (see shifts) it is unchanged.
func (p WGS84) GCJ02() GCJ02 {
	if !shifts(p.Lon, p.Lat) {
		return GCJ02(p)
	}
	lon, lat := gcjShift(p.Lon, p.Lat)
	return GCJ02{Lon: p.Lon + lon, Lat: p.Lat + lat}
}

// WGS84 solves the shift by iteration: the shift changes by less than 1 % of
// the distance moved, so each round gains two digits, and a place in the
// rectangle comes back to within 1e-9 degrees. Where the rectangle's edge makes
// two answers possible, the shifted one is taken.
func (p GCJ02) WGS84() WGS84 {
	const margin = 0.05 // more than any shift, in degrees
	if p.Lon < west-margin || p.Lon > east+margin || p.Lat < south-margin || p.Lat > north+margin {
		return WGS84(p)
	}
	guess := WGS84(p)
	for range 20 {
		lon, lat := gcjShift(guess.Lon, guess.Lat)
		next := WGS84{Lon: p.Lon - lon, Lat: p.Lat - lat}
		moved := max(math.Abs(next.Lon-guess.Lon), math.Abs(next.Lat-guess.Lat))
		guess = next
		if moved < solved {
			break
		}
	}
	const rounding = 1e-9 // a place on the edge itself may come back just outside
	inside := WGS84{
		Lon: min(max(guess.Lon, west), east),
		Lat: min(max(guess.Lat, south), north),
	}
	if math.Abs(inside.Lon-guess.Lon) > rounding || math.Abs(inside.Lat-guess.Lat) > rounding {
		return WGS84(p)
	}
	return inside
}

// BD09 shifts the place twice; outside the rectangle it is unchanged.
func (p WGS84) BD09() BD09 {
	if !shifts(p.Lon, p.Lat) {
		return BD09(p)
	}
	g := p.GCJ02()
	lon, lat := baiduShift(g.Lon, g.Lat)
	return BD09{Lon: g.Lon + lon, Lat: g.Lat + lat}
}

// WGS84 solves both shifts by iteration, good to 1e-9 degrees.
func (p BD09) WGS84() WGS84 {
	guess := GCJ02(p)
	for range 20 {
		lon, lat := baiduShift(guess.Lon, guess.Lat)
		next := GCJ02{Lon: p.Lon - lon, Lat: p.Lat - lat}
		moved := max(math.Abs(next.Lon-guess.Lon), math.Abs(next.Lat-guess.Lat))
		guess = next
		if moved < solved {
			break
		}
	}
	if w := guess.WGS84(); w != WGS84(guess) {
		return w
	}
	return WGS84(p)
}

// gcjShift is what GCJ-02 adds to a WGS84 place, in degrees.
func gcjShift(lon, lat float64) (dlon, dlat float64) {
	x, y := lon-105, lat-35
	root := math.Sqrt(math.Abs(x))
	wave := (20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)) * 2 / 3

	up := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*root + wave
	up += (20*math.Sin(y*math.Pi) + 40*math.Sin(y/3*math.Pi)) * 2 / 3
	up += (160*math.Sin(y/12*math.Pi) + 320*math.Sin(y*math.Pi/30)) * 2 / 3

	right := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*root + wave
	right += (20*math.Sin(x*math.Pi) + 40*math.Sin(x/3*math.Pi)) * 2 / 3
	right += (150*math.Sin(x/12*math.Pi) + 300*math.Sin(x/30*math.Pi)) * 2 / 3

	sin, cos := math.Sincos(lat * math.Pi / 180)
	bend := 1 - gcjEccentricity*sin*sin
	dlon = right * 180 / (gcjAxis / math.Sqrt(bend) * cos * math.Pi)
	dlat = up * 180 / (gcjAxis * (1 - gcjEccentricity) / (bend * math.Sqrt(bend)) * math.Pi)
	return dlon, dlat
}

// baiduShift is what BD-09 adds to a GCJ-02 place, in degrees.
func baiduShift(lon, lat float64) (dlon, dlat float64) {
	radius := math.Hypot(lon, lat) + 0.00002*math.Sin(lat*baiduAngle)
	angle := math.Atan2(lat, lon) + 0.000003*math.Cos(lon*baiduAngle)
	sin, cos := math.Sincos(angle)
	return radius*cos + 0.0065 - lon, radius*sin + 0.006 - lat
}
