package osm

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// pointInside gives a point strictly inside an area: the centre of mass of its
// largest part when that lies inside, else the middle of the widest stretch of
// a level cut through it. The parts come largest first.
func pointInside(area orb.MultiPolygon) orb.Point {
	p := area[0]
	if c, _ := planar.CentroidArea(p); clearOf(p, c) {
		return c
	}
	// A cut between two neighbouring latitudes of the outline meets no corner.
	lats := make([]float64, 0, len(p[0]))
	for _, r := range p {
		for _, c := range r {
			lats = append(lats, c.Lat())
		}
	}
	slices.Sort(lats)
	lats = slices.Compact(lats)
	middle := (p[0].Bound().Min.Lat() + p[0].Bound().Max.Lat()) / 2
	i, _ := slices.BinarySearch(lats, middle)
	i = min(max(i, 1), len(lats)-1)
	c, _ := widest(p, (lats[i-1]+lats[i])/2)
	return c
}

// clearOf tells whether c is inside p and not on its outline.
func clearOf(p orb.Polygon, c orb.Point) bool {
	if math.IsNaN(c.Lon()) || math.IsNaN(c.Lat()) {
		return false
	}
	mid, half := widestAround(p, c)
	return half > 1e-9 && math.Abs(c.Lon()-mid) < half-1e-9
}

// cuts are the longitudes where the level line at lat crosses the outline,
// from west to east: every odd stretch between them is inside.
func cuts(p orb.Polygon, lat float64) []float64 {
	var at []float64
	for _, r := range p {
		for i := 1; i < len(r); i++ {
			a, b := r[i-1], r[i]
			if (a.Lat() > lat) != (b.Lat() > lat) {
				at = append(at, a.Lon()+(b.Lon()-a.Lon())*(lat-a.Lat())/(b.Lat()-a.Lat()))
			}
		}
	}
	slices.Sort(at)
	return at
}

// widest gives the middle of the widest stretch inside, and its width.
func widest(p orb.Polygon, lat float64) (orb.Point, float64) {
	at := cuts(p, lat)
	mid, width := 0.0, -1.0
	for i := 1; i < len(at); i += 2 {
		if w := at[i] - at[i-1]; w > width {
			mid, width = (at[i]+at[i-1])/2, w
		}
	}
	return orb.Point{mid, lat}, width
}

// widestAround gives the stretch inside that holds c: its middle and half its
// width, 0 when c is outside.
func widestAround(p orb.Polygon, c orb.Point) (mid, half float64) {
	at := cuts(p, c.Lat())
	for i := 1; i < len(at); i += 2 {
		if at[i-1] <= c.Lon() && c.Lon() <= at[i] {
			return (at[i] + at[i-1]) / 2, (at[i] - at[i-1]) / 2
		}
	}
	return 0, 0
}

// midway gives the point of a line at half its length.
func midway(line orb.LineString) orb.Point {
	left := planar.Length(line) / 2
	for i := 1; i < len(line); i++ {
		d := planar.Distance(line[i-1], line[i])
		if d >= left && d > 0 {
			f := left / d
			return orb.Point{
				line[i-1][0] + f*(line[i][0]-line[i-1][0]),
				line[i-1][1] + f*(line[i][1]-line[i-1][1]),
			}
		}
		left -= d
	}
	return line[0]
}
