package grid

import (
	"fmt"

	"github.com/paulmach/orb"
)

// shape is a region's border on the lattice, rings open (the last node joins the
// first). Whether a ring is a shell or a hole does not matter: inside is where
// an odd number of edges lies to the west.
type shape struct {
	rings    [][]node
	min, max node
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
				s.min = node{min(s.min.x, n.x), min(s.min.y, n.y)}
				s.max = node{max(s.max.x, n.x), max(s.max.y, n.y)}
			}
			s.rings = append(s.rings, nodes)
		}
	}
	if len(s.rings) == 0 {
		return shape{}, fmt.Errorf("no ring with an area")
	}
	return s, nil
}

// openRing rounds a ring to the lattice, drops repeated nodes and the closing one.
func openRing(ring orb.Ring) ([]node, error) {
	nodes := make([]node, 0, len(ring))
	for k, p := range ring {
		n, ok := onLattice(p[0], p[1])
		if !ok {
			return nil, fmt.Errorf("point %d (%v, %v) is no lon, lat", k+1, p[0], p[1])
		}
		if len(nodes) == 0 || nodes[len(nodes)-1] != n {
			nodes = append(nodes, n)
		}
	}
	for len(nodes) > 1 && nodes[0] == nodes[len(nodes)-1] {
		nodes = nodes[:len(nodes)-1]
	}
	return nodes, nil
}

// holds is the half-open rule: see passesLeft.
func (s *shape) holds(p node) bool {
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
func (s *shape) borders(p node) bool {
	for _, ring := range s.rings {
		a := ring[len(ring)-1]
		for _, b := range ring {
			if onSegment(a, b, p) {
				return true
			}
			a = b
		}
	}
	return false
}

// distance is the way from p to the nearest point of the border in metres, on a
// plane that touches the Earth at p: within 0.1 % for ways up to 10 km.
func (s *shape) distance(p node) float64 {
	east, north := metresPerUnit(p.y)
	best := -1.0
	for _, ring := range s.rings {
		a := ring[len(ring)-1]
		for _, b := range ring {
			d := segmentDistance(
				(float64(a.x)-float64(p.x))*east, (float64(a.y)-float64(p.y))*north,
				(float64(b.x)-float64(p.x))*east, (float64(b.y)-float64(p.y))*north)
			if best < 0 || d < best {
				best = d
			}
			a = b
		}
	}
	return best
}
