package osm

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
)

// ring is a simple ring without the repeated last place.
type ring struct {
	at        []location
	twiceArea float64 // square units, positive when counterclockwise
	min, max  location
	shell     int // of a hole: its outer ring, -1 when not yet known
}

func newRing(at []location) ring {
	r := ring{at: slices.Clone(at), min: at[0], max: at[0]}
	o := at[0]
	for i, p := range at {
		q := at[(i+1)%len(at)]
		// Differences first: small whole numbers keep the sum exact for anything
		// of a city's size.
		r.twiceArea += float64((int64(p.x)-int64(o.x))*(int64(q.y)-int64(o.y)) - (int64(q.x)-int64(o.x))*(int64(p.y)-int64(o.y)))
		r.min = location{min(r.min.x, p.x), min(r.min.y, p.y)}
		r.max = location{max(r.max.x, p.x), max(r.max.y, p.y)}
	}
	return r
}

// holds tells whether l lies in the ring, by the parity of the edges below it.
// l is never on the ring: what touches it was walked together with it.
func (r ring) holds(l location) bool {
	if l.x < r.min.x || l.x > r.max.x || l.y < r.min.y || l.y > r.max.y {
		return false
	}
	odd := false
	for i, p := range r.at {
		q := r.at[(i+1)%len(r.at)]
		if before(p, q) > 0 {
			p, q = q, p
		}
		if p.x <= l.x && l.x < q.x && side(p, q, l) > 0 {
			odd = !odd
		}
	}
	return odd
}

func (r ring) orb() orb.Ring {
	out := make(orb.Ring, 0, len(r.at)+1)
	for _, l := range r.at {
		out = append(out, orb.Point{l.lon(), l.lat()})
	}
	return append(out, out[0])
}

// nest puts each hole into the smallest outer ring around it and returns the
// polygons, largest first.
func nest(shells, holes []ring) orb.MultiPolygon {
	order := make([]int, len(shells))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(shells[j].twiceArea, shells[i].twiceArea) })
	rank := make([]int, len(shells))
	out := make(orb.MultiPolygon, len(shells))
	for n, i := range order {
		rank[i] = n
		out[n] = orb.Polygon{shells[i].orb()}
	}
	for _, h := range holes {
		for n := len(order) - 1; n >= 0 && h.shell < 0; n-- {
			if s := shells[order[n]]; s.twiceArea > -h.twiceArea && s.holds(h.at[0]) {
				h.shell = order[n]
			}
		}
		if h.shell >= 0 {
			out[rank[h.shell]] = append(out[rank[h.shell]], h.orb())
		}
	}
	return out
}
