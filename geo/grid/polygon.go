package grid

import (
	"fmt"
	"strconv"

	"github.com/paulmach/orb"

	"onemap/geo/grid/crossing"
	"onemap/geo/lattice"
)

// newPolygon is a region's border on the lattice. Of regions of one level that
// claim the same place the lowest code has it.
func newPolygon(code Code, mp orb.MultiPolygon) (*crossing.Polygon, error) {
	var rings [][]lattice.Node
	for i, poly := range mp {
		for j, ring := range poly {
			nodes, err := openRing(ring)
			if err != nil {
				return nil, fmt.Errorf("polygon %d ring %d: %w", i+1, j+1, err)
			}
			if len(nodes) < 3 {
				continue
			}
			rings = append(rings, nodes)
		}
	}
	if len(rings) == 0 {
		return nil, fmt.Errorf("no ring with an area")
	}
	rank, err := strconv.ParseInt(string(code), 10, 64)
	if err != nil {
		return nil, err
	}
	return crossing.NewPolygon(rings, rank), nil
}

// openRing rounds a ring to the lattice, drops repeated nodes and the closing one.
func openRing(ring orb.Ring) ([]lattice.Node, error) {
	nodes := make([]lattice.Node, 0, len(ring))
	for k, p := range ring {
		n, ok := lattice.On(p[0], p[1])
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

// distance is the way from a place to the nearest point of a border in metres, on
// a plane that touches the Earth at the place: within 0.1 % for ways up to 10 km.
func distance(p *crossing.Polygon, at lattice.Node) float64 {
	east, north := lattice.MetresPerUnit(at.Y)
	best := -1.0
	for _, ring := range p.Rings {
		a := ring[len(ring)-1]
		for _, b := range ring {
			d := segmentDistance(
				(float64(a.X)-float64(at.X))*east, (float64(a.Y)-float64(at.Y))*north,
				(float64(b.X)-float64(at.X))*east, (float64(b.Y)-float64(at.Y))*north)
			if best < 0 || d < best {
				best = d
			}
			a = b
		}
	}
	return best
}
