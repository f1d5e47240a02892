package grid

import (
	"slices"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

// AddVertex puts a vertex between two that follow each other, whichever way round;
// it says whether there was such an edge.
func AddVertex(geom orb.MultiPolygon, a, b, at orb.Point) (orb.MultiPolygon, bool) {
	first, okA := lattice.On(a[0], a[1])
	second, okB := lattice.On(b[0], b[1])
	fresh, okAt := lattice.On(at[0], at[1])
	if !okA || !okB || !okAt || fresh == first || fresh == second {
		return geom, false
	}
	return rings(geom, func(ring orb.Ring) orb.Ring {
		var out orb.Ring
		for k, p := range ring {
			if k > 0 {
				from, _ := lattice.On(ring[k-1][0], ring[k-1][1])
				to, _ := lattice.On(p[0], p[1])
				if from == first && to == second || from == second && to == first {
					out = append(out, fresh.Point())
				}
			}
			out = append(out, p)
		}
		return out
	})
}

// DropVertex takes the vertices at a place away; a ring that would be left with
// fewer than three goes whole, and a polygon whose shell goes with it. It says
// whether there were any.
func DropVertex(geom orb.MultiPolygon, at orb.Point) (orb.MultiPolygon, bool) {
	gone, ok := lattice.On(at[0], at[1])
	if !ok {
		return geom, false
	}
	return rings(geom, func(ring orb.Ring) orb.Ring {
		out := slices.DeleteFunc(slices.Clone(ring), func(p orb.Point) bool {
			n, on := lattice.On(p[0], p[1])
			return on && n == gone
		})
		if len(out) == len(ring) {
			return ring
		}
		if len(out) > 0 && out[0] != out[len(out)-1] { // it was the first, and the last
			out = append(out, out[0])
		}
		if len(out) < 4 {
			return nil
		}
		return out
	})
}

// rings is a polygon with its rings drawn anew, without those that are drawn as
// nothing, and whether that changed their length.
func rings(geom orb.MultiPolygon, draw func(orb.Ring) orb.Ring) (orb.MultiPolygon, bool) {
	out, changed := make(orb.MultiPolygon, 0, len(geom)), false
	for _, poly := range geom {
		var drawn orb.Polygon
		for j, ring := range poly {
			next := draw(ring)
			changed = changed || len(next) != len(ring)
			if next == nil && j == 0 {
				drawn = nil
				break
			}
			if next != nil {
				drawn = append(drawn, next)
			}
		}
		if drawn != nil {
			out = append(out, drawn)
		}
	}
	if !changed {
		return geom, false
	}
	return out, true
}
