package region

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"onemap/api/place"
	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// redrawOf tells those who follow a redraw from one index to the next where it may
// have changed anybody's region: where polygons of the codes concerned differ.
func redrawOf(was, next *grid.Index, put []grid.Region, dropped []grid.Code) place.Redraw {
	r := place.Redraw{Index: next, Where: []orb.Bound{}}
	codes := slices.Clone(dropped)
	for _, p := range put {
		codes = append(codes, p.Code)
	}
	for _, code := range codes {
		old, had := was.Region(code)
		now, has := next.Region(code)
		if had && has && orb.Equal(old.Geom, now.Geom) {
			continue
		}
		// What lies near a topmost region belongs to it (grid.Index), wherever that is.
		if had && len(was.Chain(code)) == 1 || has && len(next.Chain(code)) == 1 {
			return place.Redraw{Index: next}
		}
		if box, ok := differing(old.Geom, now.Geom); ok {
			r.Where = append(r.Where, box)
		}
	}
	// Where most of the ground is concerned, every row is read sooner than by an index.
	if r.Where = apart(r.Where); area(r.Where...) > area(whole(next)...)/2 {
		r.Where = nil
	}
	return r
}

func whole(ix *grid.Index) (bounds []orb.Bound) {
	for _, city := range ix.Cities() {
		bounds = append(bounds, city.Bound)
	}
	return bounds
}

// area is that of boxes in square degrees.
func area(boxes ...orb.Bound) (sum float64) {
	for _, b := range boxes {
		sum += (b.Max[0] - b.Min[0]) * (b.Max[1] - b.Min[1])
	}
	return sum
}

// margin, in degrees, is more than the lattice rounds a place by.
const margin = 2 / lattice.PerDegree

// differing is a box around the ground that lies in one of two polygons and not in
// the other: the edges that only one of them has go around it.
func differing(a, b orb.MultiPolygon) (box orb.Bound, differ bool) {
	had := map[[2]orb.Point]int{}
	each := func(m orb.MultiPolygon, do func(edge [2]orb.Point)) {
		for _, polygon := range m {
			for _, ring := range polygon {
				for i := 1; i < len(ring); i++ {
					edge := [2]orb.Point{ring[i-1], ring[i]}
					if edge[1][0] < edge[0][0] || edge[1][0] == edge[0][0] && edge[1][1] < edge[0][1] {
						edge[0], edge[1] = edge[1], edge[0]
					}
					do(edge)
				}
			}
		}
	}
	each(a, func(edge [2]orb.Point) { had[edge]++ })
	each(b, func(edge [2]orb.Point) { had[edge]-- })
	for edge, n := range had {
		if n == 0 {
			continue
		}
		of := orb.MultiPoint(edge[:]).Bound()
		if differ {
			of = of.Union(box)
		}
		box, differ = of, true
	}
	return box.Pad(margin), differ
}

// apart joins boxes that touch until none do; a great many become one.
func apart(boxes []orb.Bound) []orb.Bound {
	const many = 4096
	if len(boxes) > many {
		all := boxes[0]
		for _, b := range boxes {
			all = all.Union(b)
		}
		return []orb.Bound{all}
	}
	for {
		slices.SortFunc(boxes, func(a, b orb.Bound) int { return cmp.Compare(a.Min[0], b.Min[0]) })
		joined := make([]orb.Bound, 0, len(boxes))
		for _, box := range boxes {
			with := slices.IndexFunc(joined, func(o orb.Bound) bool { return o.Intersects(box) })
			if with < 0 {
				joined = append(joined, box)
			} else {
				joined[with] = joined[with].Union(box)
			}
		}
		if len(joined) == len(boxes) {
			return joined
		}
		boxes = joined
	}
}
