package grid

import (
	"fmt"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"

	"onemap/geo/crs"
	"onemap/geo/lattice"
)

// slowIndex answers as Index does the plain way: boxes in an R-tree, one a
// level, then every candidate's whole ring.
type slowIndex struct {
	edition int64
	codes   []Code // by code
	shapes  []shape
	trees   [len(levels)]rtree.RTreeGN[float64, int32]
	tops    rtree.RTreeGN[float64, int32]
}

func newSlowIndex(ix *Index) *slowIndex {
	slow := &slowIndex{edition: ix.edition}
	for order, level := range Levels() {
		for _, ref := range ix.AtLevel(level) {
			r, _ := ix.Region(ref.Code)
			s, err := newShape(r.Geom)
			if err != nil {
				panic(err)
			}
			i := int32(len(slow.codes))
			slow.codes, slow.shapes = append(slow.codes, ref.Code), append(slow.shapes, s)
			low, high := [2]float64{float64(s.min.X), float64(s.min.Y)}, [2]float64{float64(s.max.X), float64(s.max.Y)}
			slow.trees[order].Insert(low, high, i)
			if len(ix.Chain(ref.Code)) == 1 {
				slow.tops.Insert(low, high, i)
			}
		}
	}
	return slow
}

func (x *slowIndex) Locate(p crs.WGS84) Place {
	at, ok := lattice.On(p.Lon, p.Lat)
	if !ok {
		return Place{Outside: true, FarOutside: true, Edition: x.edition}
	}
	for i := len(levels) - 1; i >= 0; i-- {
		if owner := x.owner(i, at); owner >= 0 {
			place := Place{Scope: x.codes[owner], Edition: x.edition}
			if levels[i].level == Grid {
				place.Grid = place.Scope
			}
			return place
		}
	}
	if top := x.nearest(at); top >= 0 {
		return Place{Scope: x.codes[top], Outside: true, Edition: x.edition}
	}
	return Place{Outside: true, FarOutside: true, Edition: x.edition}
}

func (x *slowIndex) owner(level int, at lattice.Node) int32 {
	owner, rim := int32(-1), int32(-1)
	q := [2]float64{float64(at.X), float64(at.Y)}
	x.trees[level].Search(q, q, func(_, _ [2]float64, i int32) bool {
		switch s := &x.shapes[i]; {
		case owner >= 0 && owner < i:
		case s.holds(at):
			owner = i
		case owner < 0 && (rim < 0 || i < rim) && s.borders(at):
			rim = i
		}
		return true
	})
	if owner >= 0 {
		return owner
	}
	return rim
}

func (x *slowIndex) nearest(at lattice.Node) int32 {
	east, north := lattice.MetresPerUnit(at.Y)
	reach := [2]float64{nearCity / max(east, 1e-9) * 1.01, nearCity / north * 1.01}
	low := [2]float64{float64(at.X) - reach[0], float64(at.Y) - reach[1]}
	high := [2]float64{float64(at.X) + reach[0], float64(at.Y) + reach[1]}
	best, distance := int32(-1), nearCity
	x.tops.Search(low, high, func(_, _ [2]float64, i int32) bool {
		d := x.shapes[i].distance(at)
		if d < distance || d == distance && (best < 0 || x.codes[i] < x.codes[best]) {
			best, distance = i, d
		}
		return true
	})
	return best
}

// shape is a region's border on the lattice, rings open (the last node joins the
// first). Whether a ring is a shell or a hole does not matter: inside is where
// an odd number of edges lies to the west.
type shape struct {
	rings    [][]lattice.Node
	min, max lattice.Node
}

func newShape(mp orb.MultiPolygon) (shape, error) {
	var s shape
	for i, poly := range mp {
		for j, ring := range poly {
			nodes, err := openRing(ring)
			if err != nil {
				return shape{}, fmt.Errorf("polygon %d ring %d: %w", i+1, j+1, err)
			}
			if len(nodes) < 3 {
				continue
			}
			if len(s.rings) == 0 {
				s.min, s.max = nodes[0], nodes[0]
			}
			for _, n := range nodes {
				s.min = lattice.Node{X: min(s.min.X, n.X), Y: min(s.min.Y, n.Y)}
				s.max = lattice.Node{X: max(s.max.X, n.X), Y: max(s.max.Y, n.Y)}
			}
			s.rings = append(s.rings, nodes)
		}
	}
	if len(s.rings) == 0 {
		return shape{}, fmt.Errorf("no ring with an area")
	}
	return s, nil
}

// holds is the half-open rule: see passesLeft.
func (s *shape) holds(p lattice.Node) bool {
	inside := false
	for _, ring := range s.rings {
		a := ring[len(ring)-1]
		for _, b := range ring {
			if passesLeft(a, b, p) {
				inside = !inside
			}
			a = b
		}
	}
	return inside
}

// borders says whether p lies on the border.
func (s *shape) borders(p lattice.Node) bool {
	for _, ring := range s.rings {
		a := ring[len(ring)-1]
		for _, b := range ring {
			if lattice.OnSegment(a, b, p) {
				return true
			}
			a = b
		}
	}
	return false
}

// distance is the way from p to the nearest point of the border in metres, on a
// plane that touches the Earth at p: within 0.1 % for ways up to 10 km.
func (s *shape) distance(p lattice.Node) float64 {
	east, north := lattice.MetresPerUnit(p.Y)
	best := -1.0
	for _, ring := range s.rings {
		a := ring[len(ring)-1]
		for _, b := range ring {
			d := segmentDistance(
				(float64(a.X)-float64(p.X))*east, (float64(a.Y)-float64(p.Y))*north,
				(float64(b.X)-float64(p.X))*east, (float64(b.Y)-float64(p.Y))*north)
			if best < 0 || d < best {
				best = d
			}
			a = b
		}
	}
	return best
}

// passesLeft says whether the edge a-b runs past p on its left, or through it:
// the half-open rule. It counts the edges a ray from (x+e1, y+e2), e2 << e1,
// to the west crosses; where the count is odd p is inside.
func passesLeft(a, b, p lattice.Node) bool {
	if (a.Y <= p.Y) == (b.Y <= p.Y) {
		return false
	}
	if a.Y > b.Y {
		a, b = b, a
	}
	l := (int64(p.X) - int64(a.X)) * (int64(b.Y) - int64(a.Y))
	r := (int64(b.X) - int64(a.X)) * (int64(p.Y) - int64(a.Y))
	return l >= r
}
