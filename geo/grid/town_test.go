package grid

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

// latticeTown is an invented city of one district, one street, n by n
// communities and, in each, 25 grids with crooked common borders of 26 vertices.
// Grids tile their community, communities the street.
func latticeTown(n int) []Region {
	const step = 10_000 // units from grid to grid, about 100 m
	side := 5 * n
	rng := rand.New(rand.NewPCG(7, 11))
	corner := make([][]lattice.Node, side+1)
	for i := range corner {
		corner[i] = make([]lattice.Node, side+1)
		for j := range corner[i] {
			corner[i][j] = lattice.Node{X: 1_130_000_000 + int32(i*step+rng.IntN(4_000)), Y: 220_000_000 + int32(j*step+rng.IntN(4_000))}
		}
	}
	lines := make(map[dedge][]lattice.Node)
	border := func(a, b lattice.Node) []lattice.Node { // from a, without b
		if line, ok := lines[dedge{b, a}]; ok {
			back := []lattice.Node{a}
			for i := len(line) - 1; i > 0; i-- {
				back = append(back, line[i])
			}
			return back
		}
		line := []lattice.Node{a}
		for k := 1; k <= 5; k++ {
			t := float64(k) / 6
			line = append(line, lattice.Node{
				X: int32(math.Round(float64(a.X)+t*(float64(b.X)-float64(a.X)))) + int32(rng.IntN(600)-300),
				Y: int32(math.Round(float64(a.Y)+t*(float64(b.Y)-float64(a.Y)))) + int32(rng.IntN(600)-300),
			})
		}
		lines[dedge{a, b}] = line
		return line
	}
	var regions, communities []Region
	for ci := range n {
		for cj := range n {
			code := fmt.Sprintf("990101001%03d", ci*n+cj+1)
			var grids []orb.MultiPolygon
			for k := range 25 {
				i, j := ci*5+k/5, cj*5+k%5
				a, b, c, d := corner[i][j], corner[i+1][j], corner[i+1][j+1], corner[i][j+1]
				var ring []lattice.Node
				for _, side := range [][2]lattice.Node{{a, b}, {b, c}, {c, d}, {d, a}} {
					ring = append(ring, border(side[0], side[1])...)
				}
				g := orb.MultiPolygon{{closeRing(ring)}}
				grids = append(grids, g)
				regions = append(regions, Region{Code: Code(fmt.Sprintf("%s%03d", code, k+1)), Name: "格", Geom: g})
			}
			communities = append(communities, Region{Code: Code(code), Name: "社区", NameEn: "Community", Geom: joined(grids)})
		}
	}
	var parts []orb.MultiPolygon
	for _, c := range communities {
		parts = append(parts, c.Geom)
	}
	whole := joined(parts)
	regions = append(regions, communities...)
	for _, code := range []Code{"9901", "990101", "990101001"} {
		regions = append(regions, Region{Code: code, Name: "青禾", NameEn: "Qinghe", Geom: whole})
	}
	return regions
}

func joined(parts []orb.MultiPolygon) orb.MultiPolygon {
	whole, err := Union(parts)
	if err != nil {
		panic(err)
	}
	return whole
}
