package grid_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"onemap/geo/coverage"
	"onemap/geo/grid"
)

func box(w, s, e, n float64) orb.MultiPolygon {
	return orb.MultiPolygon{{{{w, s}, {e, s}, {e, n}, {w, n}, {w, s}}}}
}

// Whatever line is drawn through a cell, the pieces and the neighbours cover
// what the cells covered: no ground is lost or doubled.
func TestDividedCellsStillCover(t *testing.T) {
	t.Parallel()
	whole := orb.MultiPolygon{{{{113.3, 23.4}, {113.3201, 23.4003}, {113.3217, 23.4188}, {113.3101, 23.4222}, {113.2993, 23.4097}, {113.3, 23.4}}}}
	cells, err := grid.Cut(whole, 500)
	if err != nil {
		t.Fatal(err)
	}
	if whole, err = grid.Union(cells); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(5, 5))
	divided := 0
	for try := range 300 {
		at := random.IntN(len(cells))
		bound := cells[at].Bound()
		point := func() orb.Point {
			return orb.Point{bound.Min[0] + (random.Float64()*1.6-0.3)*(bound.Max[0]-bound.Min[0]), bound.Min[1] + (random.Float64()*1.6-0.3)*(bound.Max[1]-bound.Min[1])}
		}
		line := orb.LineString{point(), point()}
		for range random.IntN(3) {
			line = append(line, point())
		}
		if try%5 == 0 { // from corner to corner
			line[0], line[len(line)-1] = cells[at][0][0][0], cells[at][0][0][2]
		}
		pieces, err := grid.Divide(cells[at], line)
		if err != nil {
			continue
		}
		divided++
		var parts []coverage.Polygon
		for i, c := range cells {
			if i != at {
				c, _ = grid.Meet(c, pieces...)
				parts = append(parts, coverage.Polygon{Code: fmt.Sprint("c", i), Geom: c})
			}
		}
		for i, p := range pieces {
			parts = append(parts, coverage.Polygon{Code: fmt.Sprint("p", i), Geom: p})
		}
		border, _ := grid.Meet(whole, pieces...)
		check, err := coverage.New(&coverage.Polygon{Code: "W", Geom: border}, parts, coverage.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range check.Findings() {
			t.Errorf("cell %d along %v: %s", at, line, f.Text)
		}
	}
	if divided < 100 {
		t.Errorf("%d lines went through", divided)
	}
}

func TestWhatCannotBeDivided(t *testing.T) {
	t.Parallel()
	square := box(113, 23, 113.01, 23.01)
	for why, line := range map[string]orb.LineString{
		"go through":     {{113.002, 23.002}, {113.008, 23.008}},
		"two points":     {{113.002, 23.002}, {113.002, 23.002}},
		"meets itself":   {{112.99, 23.005}, {113.02, 23.005}, {113.005, 23.02}, {113.005, 22.9}},
		"no lon, lat":    {{113, 23}, {313, 23}},
		"begin and end ": {{113, 23}, {113.01, 23}},
	} {
		if pieces, err := grid.Divide(square, line); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %d pieces, %v", why, len(pieces), err)
		}
	}
}

func TestPiecesAreOrderedAndKeepHoles(t *testing.T) {
	t.Parallel()
	holed := orb.MultiPolygon{
		{box(113, 23, 113.01, 23.01)[0][0], {{113.006, 23.004}, {113.006, 23.006}, {113.008, 23.006}, {113.008, 23.004}, {113.006, 23.004}}},
		box(113.02, 23, 113.021, 23.001)[0],
	}
	pieces, err := grid.Divide(holed, orb.LineString{{113.003, 22.99}, {113.003, 23.02}})
	if err != nil || len(pieces) != 2 || len(pieces[0]) != 2 || len(pieces[0][0]) != 2 || len(pieces[1]) != 1 {
		t.Fatalf("%v %v", pieces, err)
	}
	through, err := grid.Divide(holed, orb.LineString{{112.99, 23.005}, {113.02, 23.005}}) // through the hole
	if err != nil || len(through) != 2 {
		t.Fatalf("%v %v", through, err)
	}
}

func TestNeighboursFollowAVertex(t *testing.T) {
	t.Parallel()
	a, b := box(113, 23, 113.01, 23.01), box(113.01, 23, 113.02, 23.01)
	from, to := orb.Point{113.01, 23.01}, orb.Point{113.011, 23.011}
	a, movedA := grid.MoveVertex(a, from, to)
	b, movedB := grid.MoveVertex(b, from, to)
	if _, far := grid.MoveVertex(a, orb.Point{113.005, 23}, to); !movedA || !movedB || far {
		t.Error(movedA, movedB, far)
	}
	if joined, err := grid.Union([]orb.MultiPolygon{a, b}); err != nil || len(joined) != 1 {
		t.Error(joined, err)
	}
}
