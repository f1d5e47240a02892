package crs

import (
	"math"

	"github.com/paulmach/orb"
)

// WGS84 is a place in degrees, EPSG:4326 in the order lon, lat. It is what the
// program stores and computes with.
type WGS84 struct{ Lon, Lat float64 }

// CGCS2000 is a place in degrees, EPSG:4490 in the order lon, lat. It differs
// from WGS84 by the drift of the continent since 2000, some decimetres, which
// is less than what a phone or a grid border knows; both are taken as the same.
type CGCS2000 struct{ Lon, Lat float64 }

// WebMercator is a place in metres, EPSG:3857: x to the east, y to the north.
// Good for pictures only; its metres are stretched by 1/cos(lat).
type WebMercator struct{ X, Y float64 }

const (
	// mercatorRadius is the sphere of EPSG:3857 in metres.
	mercatorRadius = 6378137.0
	// mercatorEdge is half the side of the square of EPSG:3857 in metres.
	mercatorEdge = math.Pi * mercatorRadius
	// mercatorMaxLat is the latitude of that square's upper edge in degrees.
	mercatorMaxLat = 85.051128779806604
)

// FromPoint reads an orb point that is known to be WGS84 (lon, lat).
func FromPoint(p orb.Point) WGS84 { return WGS84{Lon: p[0], Lat: p[1]} }

// Point is the place as orb holds it: lon, lat.
func (p WGS84) Point() orb.Point { return orb.Point{p.Lon, p.Lat} }

// WGS84 returns the place itself, so that every datum has the same method.
func (p WGS84) WGS84() WGS84 { return p }

// CGCS2000 returns the same numbers; see the type for the error.
func (p WGS84) CGCS2000() CGCS2000 { return CGCS2000(p) }

// WGS84 returns the same numbers; see the type for the error.
func (p CGCS2000) WGS84() WGS84 { return WGS84(p) }

// WebMercator projects the place. Beyond 85.0511 degrees north or south there
// is no place on the square; such points are put on its edge.
func (p WGS84) WebMercator() WebMercator {
	lat := min(max(p.Lat, -mercatorMaxLat), mercatorMaxLat) * math.Pi / 180
	return WebMercator{
		X: mercatorRadius * p.Lon * math.Pi / 180,
		Y: mercatorRadius * math.Log(math.Tan(math.Pi/4+lat/2)),
	}
}

// WGS84 is the inverse projection, good to 1e-9 degrees.
func (p WebMercator) WGS84() WGS84 {
	return WGS84{
		Lon: p.X / mercatorRadius * 180 / math.Pi,
		Lat: (2*math.Atan(math.Exp(p.Y/mercatorRadius)) - math.Pi/2) * 180 / math.Pi,
	}
}
