package table

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// shapeGeometry makes a geometry of a record's parts; nil for an empty one.
func shapeGeometry(kind uint32, parts [][][2]float64) orb.Geometry {
	var runs [][]orb.Point
	for _, part := range parts {
		if len(part) == 0 {
			continue
		}
		run := make([]orb.Point, len(part))
		for i, p := range part {
			run[i] = p
		}
		runs = append(runs, run)
	}
	if len(runs) == 0 {
		return nil
	}
	switch kind {
	case shapePoint:
		return runs[0][0]
	case shapePoints:
		return orb.MultiPoint(runs[0])
	case shapeLine:
		if len(runs) == 1 {
			return orb.LineString(runs[0])
		}
		lines := make(orb.MultiLineString, len(runs))
		for i, run := range runs {
			lines[i] = run
		}
		return lines
	}
	rings := make([]orb.Ring, len(runs))
	for i, run := range runs {
		rings[i] = run
	}
	polygons := assembled(rings)
	if len(polygons) == 1 {
		return polygons[0]
	}
	return polygons
}

// assembled puts a shapefile's rings together: clockwise ones are outer rings,
// the others holes in the smallest outer ring about them. A hole in none was
// drawn the wrong way round and is an outer ring as well. What comes out turns
// as GeoJSON asks for: outer rings counter-clockwise, holes clockwise.
func assembled(rings []orb.Ring) orb.MultiPolygon {
	var polygons orb.MultiPolygon
	var areas []float64
	var holes []orb.Ring
	add := func(ring orb.Ring, area float64) {
		polygons, areas = append(polygons, orb.Polygon{turned(ring, false)}), append(areas, math.Abs(area))
	}
	for _, ring := range rings {
		if area := signedArea(ring); area <= 0 {
			add(ring, area)
		} else {
			holes = append(holes, ring)
		}
	}
	if len(polygons) == 0 {
		// The whole file turns the other way: the largest come first, so that
		// each finds what it lies in.
		slices.SortStableFunc(holes, func(a, b orb.Ring) int { return int(math.Copysign(1, signedArea(b)-signedArea(a))) })
	}
	for _, hole := range holes {
		within := -1
		for i := range polygons {
			if (within < 0 || areas[i] < areas[within]) && areas[i] > math.Abs(signedArea(hole)) && around(polygons[i][0], hole) {
				within = i
			}
		}
		if within < 0 {
			add(hole, signedArea(hole))
		} else {
			polygons[within] = append(polygons[within], turned(hole, true))
		}
	}
	return polygons
}

// signedArea is positive for a ring that turns counter-clockwise, in the square
// of the coordinates' unit; it is measured from the first point, to keep digits.
func signedArea(r orb.Ring) float64 {
	sum := 0.0
	for i := range r {
		a, b := r[i], r[(i+1)%len(r)]
		sum += (a[0]-r[0][0])*(b[1]-r[0][1]) - (b[0]-r[0][0])*(a[1]-r[0][1])
	}
	return sum / 2
}

// turned gives the ring a direction.
func turned(r orb.Ring, clockwise bool) orb.Ring {
	if (signedArea(r) < 0) != clockwise {
		slices.Reverse(r)
	}
	return r
}

// around says whether the ring lies about another: most of the other's points
// are inside, for some may touch it.
func around(outer, inner orb.Ring) bool {
	bound := outer.Bound()
	in, out := 0, 0
	for _, p := range inner {
		if bound.Contains(p) && inside(outer, p) {
			in++
		} else {
			out++
		}
		if in > out+8 || out > in+8 {
			break
		}
	}
	return in > out
}

// inside counts how often a ray from the point crosses the ring.
func inside(r orb.Ring, p orb.Point) bool {
	in := false
	for i := range r {
		a, b := r[i], r[(i+1)%len(r)]
		if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < (b[0]-a[0])*(p[1]-a[1])/(b[1]-a[1])+a[0] {
			in = !in
		}
	}
	return in
}
