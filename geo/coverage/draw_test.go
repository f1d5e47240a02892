package coverage

import (
	"testing"

	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// Lines part a region into faces; what hangs loose, or lies outside, does not.
func TestDrawPartsARegion(t *testing.T) {
	t.Parallel()
	n := func(x, y int32) lattice.Node { return lattice.Node{X: x, Y: y} }
	way := func(nodes ...lattice.Node) (steps []grid.Step) {
		for i := 1; i < len(nodes); i++ {
			steps = append(steps, grid.Step{From: nodes[i-1], To: nodes[i]})
		}
		return steps
	}
	border := way(n(0, 0), n(1000, 0), n(1000, 1000), n(0, 1000), n(0, 0))
	border = append(border, way(n(600, 600), n(600, 800), n(800, 800), n(800, 600), n(600, 600))...) // a hole
	for name, tt := range map[string]struct {
		lines  []grid.Step
		faces  int
		inside int // edges with a face on either side
	}{
		"nothing":           {nil, 1, 0},
		"through":           {way(n(-100, 300), n(1100, 301)), 2, 1},
		"loose ends":        {way(n(-100, 300), n(500, 300), n(500, 400)), 1, 0},
		"across":            {append(way(n(-5, 300), n(1005, 300)), way(n(300, -5), n(300, 1005))...), 4, 4},
		"outside":           {way(n(2000, 0), n(2000, 500), n(2500, 500), n(2000, 0)), 1, 0},
		"in the hole":       {way(n(650, 650), n(650, 700), n(700, 700), n(650, 650)), 1, 0},
		"an island":         {way(n(100, 100), n(100, 200), n(200, 200), n(100, 100)), 2, 3},
		"to the hole":       {append(way(n(0, 700), n(600, 700)), way(n(800, 700), n(1000, 700))...), 2, 2},
		"there and back":    {append(way(n(0, 300), n(1000, 300)), way(n(1000, 300), n(0, 300))...), 2, 1},
		"beside the border": {way(n(0, 0), n(1000, 0)), 1, 0},
	} {
		edges, faces, err := Draw(border, tt.lines)
		inside := 0
		for _, e := range edges {
			if e.Left >= 0 && e.Right >= 0 && e.Left != e.Right {
				inside++
			}
			if len(e.Lines) == 0 || e.Left < 0 && e.Right < 0 {
				t.Errorf("%s: edge %v", name, e)
			}
		}
		if err != nil || faces != tt.faces || inside != tt.inside {
			t.Errorf("%s: %d faces, %d edges inside, %v", name, faces, inside, err)
		}
	}
}
