package crs

import (
	"fmt"
	"math"
	"strings"

	"github.com/paulmach/orb"
)

// Name is how a sender says which datum its numbers are in.
type Name string

// The names that are understood.
const (
	NameWGS84       Name = "wgs84"
	NameCGCS2000    Name = "cgcs2000"
	NameGCJ02       Name = "gcj02"
	NameBD09        Name = "bd09"
	NameWebMercator Name = "epsg:3857"
)

// ParseName reads a datum's name in any case, with or without a hyphen (gcj-02),
// also as EPSG:4326, EPSG:4490 or EPSG:3857. Axis order is lon, lat even where
// the EPSG register says lat, lon: so do GeoJSON, phones and map components.
func ParseName(s string) (Name, error) {
	switch strings.ReplaceAll(strings.ToLower(strings.TrimSpace(s)), "-", "") {
	case "wgs84", "epsg:4326":
		return NameWGS84, nil
	case "cgcs2000", "epsg:4490":
		return NameCGCS2000, nil
	case "gcj02":
		return NameGCJ02, nil
	case "bd09":
		return NameBD09, nil
	case "epsg:3857":
		return NameWebMercator, nil
	}
	return "", fmt.Errorf("unknown coordinate system %q: use wgs84, cgcs2000, gcj02, bd09 or epsg:3857", s)
}

// WGS84 checks a pair in this datum and turns it into WGS84. It refuses what is
// not a number or lies off the Earth, and says so in words fit for the sender.
func (n Name) WGS84(x, y float64) (WGS84, error) {
	if err := n.check(x, y); err != nil {
		return WGS84{}, err
	}
	return n.convert(x, y), nil
}

func (n Name) convert(x, y float64) WGS84 {
	switch n {
	case NameGCJ02:
		return GCJ02{Lon: x, Lat: y}.WGS84()
	case NameBD09:
		return BD09{Lon: x, Lat: y}.WGS84()
	case NameWebMercator:
		return WebMercator{X: x, Y: y}.WGS84()
	case NameCGCS2000:
		return CGCS2000{Lon: x, Lat: y}.WGS84()
	default:
		return WGS84{Lon: x, Lat: y}
	}
}

func (n Name) check(x, y float64) error {
	finite := func(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
	switch n {
	case NameWGS84, NameCGCS2000, NameGCJ02, NameBD09:
		switch {
		case !finite(x):
			return fmt.Errorf("longitude is not a number")
		case !finite(y):
			return fmt.Errorf("latitude is not a number")
		case math.Abs(y) > 90 && math.Abs(y) <= 180 && math.Abs(x) <= 90:
			return fmt.Errorf("latitude %v is outside -90..90; longitude and latitude may be swapped", y)
		case math.Abs(x) > 180:
			return fmt.Errorf("longitude %v is outside -180..180", x)
		case math.Abs(y) > 90:
			return fmt.Errorf("latitude %v is outside -90..90", y)
		}
		return nil
	case NameWebMercator:
		const edge = mercatorEdge + 0.01 // a centimetre for rounding
		switch {
		case !finite(x) || !finite(y):
			return fmt.Errorf("coordinate is not a number")
		case math.Abs(x) > edge || math.Abs(y) > edge:
			return fmt.Errorf("(%v, %v) is outside the square of EPSG:3857, +-20037508.34 m", x, y)
		}
		return nil
	}
	return fmt.Errorf("unknown coordinate system %q", string(n))
}

// Geometry returns a copy of g, which is in this datum, in WGS84; g itself is
// left alone. The first bad vertex is named in the error. A bound becomes the
// bound of its four corners. Nil stays nil.
func (n Name) Geometry(g orb.Geometry) (orb.Geometry, error) {
	if g == nil {
		return nil, nil
	}
	switch g := g.(type) {
	case orb.Point:
		p, err := n.WGS84(g[0], g[1])
		if err != nil {
			return nil, err
		}
		return p.Point(), nil
	case orb.MultiPoint:
		return copyAll(g, n.point)
	case orb.LineString:
		return copyAll(g, n.point)
	case orb.Ring:
		return copyAll(g, n.point)
	case orb.MultiLineString:
		return copyAll(g, n.line)
	case orb.Polygon:
		return n.polygon(g)
	case orb.MultiPolygon:
		return copyAll(g, n.polygon)
	case orb.Collection:
		return copyAll(g, n.Geometry)
	case orb.Bound:
		if g.IsEmpty() {
			return g, nil
		}
		ring, err := copyAll(g.ToRing(), n.point)
		if err != nil {
			return nil, err
		}
		return ring.Bound(), nil
	}
	return nil, fmt.Errorf("geometry type %T is not known", g)
}

func (n Name) point(p orb.Point) (orb.Point, error) {
	w, err := n.WGS84(p[0], p[1])
	return w.Point(), err
}

func (n Name) line(l orb.LineString) (orb.LineString, error) { return copyAll(l, n.point) }

func (n Name) ring(r orb.Ring) (orb.Ring, error) { return copyAll(r, n.point) }

func (n Name) polygon(p orb.Polygon) (orb.Polygon, error) { return copyAll(p, n.ring) }

// copyAll applies turn to each part and keeps the slice's own type, nil as nil.
func copyAll[S ~[]T, T any](parts S, turn func(T) (T, error)) (S, error) {
	if parts == nil {
		return nil, nil
	}
	out := make(S, len(parts))
	for i, part := range parts {
		turned, err := turn(part)
		if err != nil {
			return nil, fmt.Errorf("part %d: %w", i+1, err)
		}
		out[i] = turned
	}
	return out, nil
}
