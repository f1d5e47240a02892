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
	return widest(p, (lats[i-1]+lats[i])/2)
}

// clearOf tells whether c is inside p and not on its outline, on the level as
// on the upright cut through it.
func clearOf(p orb.Polygon, c orb.Point) bool {
	const hair = 1e-9 // degrees, a tenth of a millimetre
	for axis := range 2 {
		if math.IsNaN(c[axis]) {
			return false
		}
		free := false
		at := cuts(p, c, axis)
		for i := 1; i < len(at); i += 2 {
			free = free || at[i-1]+hair < c[axis] && c[axis] < at[i]-hair
		}
		if !free {
			return false
		}
	}
	return true
}

// cuts are the places, in order, where the line through c along an axis (0 of
// longitudes, level; 1 of latitudes, upright) crosses the outline: every odd
// stretch between them is inside.
func cuts(p orb.Polygon, c orb.Point, axis int) []float64 {
	other := 1 - axis
	var at []float64
	for _, r := range p {
		for i := 1; i < len(r); i++ {
			a, b := r[i-1], r[i]
			if (a[other] > c[other]) != (b[other] > c[other]) {
				at = append(at, a[axis]+(b[axis]-a[axis])*(c[other]-a[other])/(b[other]-a[other]))
			}
		}
	}
	slices.Sort(at)
	return at
}

// widest gives the middle of the widest stretch inside at a latitude.
func widest(p orb.Polygon, lat float64) orb.Point {
	at := cuts(p, orb.Point{0, lat}, 0)
	mid, width := 0.0, -1.0
	for i := 1; i < len(at); i += 2 {
		if w := at[i] - at[i-1]; w > width {
			mid, width = (at[i]+at[i-1])/2, w
		}
	}
	return orb.Point{mid, lat}
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
