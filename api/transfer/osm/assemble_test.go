package osm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// path writes x,y pairs as a line, in units of a hundred locations so that the
// middles used below are whole.
func path(xy ...int32) []location {
	var out []location
	for i := 0; i < len(xy); i += 2 {
		out = append(out, location{xy[i] * 100, xy[i+1] * 100})
	}
	return out
}

func box(x0, y0, x1, y1 int32) []location { return path(x0, y0, x1, y0, x1, y1, x0, y1, x0, y0) }

// shapeOf says how many parts there are and how many holes each has, largest
// part first.
func shapeOf(area orb.MultiPolygon) string {
	s := ""
	for _, p := range area {
		s += fmt.Sprintf("(%d)", len(p)-1)
	}
	return s
}

func TestAssemble(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		lines [][]location
		want  string
		area  float64 // in the unit squares of path
	}{
		{"square", [][]location{box(0, 0, 4, 4)}, "(0)", 16},
		{"square from four ways, two of them backwards", [][]location{path(0, 0, 4, 0), path(4, 4, 4, 0), path(4, 4, 0, 4), path(0, 0, 0, 4)}, "(0)", 16},
		{"repeated place", [][]location{path(0, 0, 0, 0, 4, 0, 4, 4, 4, 4, 0, 4, 0, 0)}, "(0)", 16},
		{"hole", [][]location{box(0, 0, 9, 9), box(2, 2, 4, 4)}, "(1)", 77},
		{"island in a hole", [][]location{box(0, 0, 9, 9), box(1, 1, 8, 8), box(3, 3, 5, 5)}, "(1)(0)", 81 - 49 + 4},
		{"several outers", [][]location{box(0, 0, 2, 2), box(5, 5, 9, 9), box(6, 6, 7, 7)}, "(1)(0)", 4 + 16 - 1},
		{"outers touch in a point", [][]location{box(0, 0, 2, 2), box(2, 2, 5, 5)}, "(0)(0)", 4 + 9},
		{"outers share an edge", [][]location{path(0, 0, 2, 0, 2, 2, 0, 2, 0, 0), path(2, 0, 4, 0, 4, 2, 2, 2, 2, 0)}, "(0)", 8},
		{"inner rings share an edge", [][]location{box(0, 0, 9, 9), box(2, 2, 4, 4), box(4, 2, 6, 4)}, "(1)", 81 - 8},
		{"inner rings touch in a point", [][]location{box(0, 0, 9, 9), box(2, 2, 4, 4), box(4, 4, 6, 6)}, "(2)", 81 - 8},
		{"inner ring touches the outer in a point", [][]location{path(0, 0, 9, 0, 9, 9, 0, 9, 0, 4, 0, 0), path(0, 4, 2, 3, 2, 5, 0, 4)}, "(1)", 81 - 2},
		{"inner ring shares an edge with the outer", [][]location{path(0, 0, 9, 0, 9, 9, 0, 9, 0, 5, 0, 3, 0, 0), path(0, 3, 2, 3, 2, 5, 0, 5, 0, 3)}, "(0)", 81 - 4},
		{"inner rings touch twice around an island", [][]location{box(0, 0, 9, 9), path(3, 3, 6, 3, 4, 4, 3, 6, 3, 3), path(6, 3, 6, 6, 3, 6, 5, 5, 6, 3)}, "(1)(0)", 81 - 3 - 3},
		{"figure of eight with a node at the crossing", [][]location{path(0, 0, 2, 2, 4, 0, 4, 4, 2, 2, 0, 4, 0, 0)}, "(0)(0)", 8},
		{"ring given twice and once more", [][]location{box(0, 0, 2, 2), box(0, 0, 2, 2), box(0, 0, 2, 2)}, "(0)", 4},
	} {
		area, why := assemble(c.lines)
		if why != "" || shapeOf(area) != c.want || math.Abs(planar.Area(area)*1e10-c.area) > 1e-6 {
			t.Errorf("%s: %s %q area %v, want %s area %v", c.name, shapeOf(area), why, planar.Area(area)*1e10, c.want, c.area)
			continue
		}
		checkRings(t, c.name, area)
	}
}

func TestAssembleRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		lines [][]location
		want  Reason
	}{
		{"nothing", nil, ZeroArea},
		{"one place", [][]location{path(1, 1)}, ZeroArea},
		{"there and back", [][]location{path(0, 0, 4, 0, 0, 0)}, ZeroArea},
		{"ring given twice", [][]location{box(0, 0, 2, 2), box(0, 0, 2, 2)}, ZeroArea},
		{"open", [][]location{path(0, 0, 4, 0, 4, 4)}, OpenRing},
		{"one side lacks", [][]location{path(0, 0, 4, 0), path(4, 0, 4, 4), path(4, 4, 0, 4)}, OpenRing},
		{"bow tie", [][]location{path(0, 0, 4, 4, 4, 0, 0, 4, 0, 0)}, CrossingRing},
		{"corner on an edge", [][]location{path(0, 0, 8, 0, 8, 4, 4, 0, 0, 4, 0, 0)}, CrossingRing},
		{"rings cross", [][]location{box(0, 0, 4, 4), box(2, 2, 6, 6)}, CrossingRing},
		{"edges overlap in part", [][]location{box(0, 0, 4, 4), box(4, 1, 6, 6)}, CrossingRing},
		{"spike back along an edge", [][]location{path(0, 0, 4, 0, 4, 4, 4, 2, 0, 2, 0, 0)}, CrossingRing},
		{"flat on a line", [][]location{path(0, 0, 2, 0, 4, 0, 0, 0)}, CrossingRing},
	} {
		if area, why := assemble(c.lines); why != c.want {
			t.Errorf("%s: %q %v, want %q", c.name, why, area, c.want)
		}
	}
}

// Any union of cells of a board has an outline whose corners touch in every
// way there is. The cells themselves are the oracle: the assembled area must
// hold the middle of exactly the chosen ones.
func TestAssembleBoards(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 3000 {
		const n = 7
		var cell [n][n]bool
		chosen := 0
		var lines [][]location
		for x := range n {
			for y := range n {
				if random.IntN(100) < 20+round%60 {
					cell[x][y] = true
					chosen++
					lines = append(lines, box(int32(x), int32(y), int32(x+1), int32(y+1)))
				}
			}
		}
		random.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		area, why := assemble(lines)
		if chosen == 0 {
			continue
		}
		if why != "" || math.Abs(planar.Area(area)*1e10-float64(chosen)) > 1e-6 {
			t.Fatalf("round %d: %q area %v, want %d", round, why, planar.Area(area)*1e10, chosen)
		}
		for x := range n {
			for y := range n {
				middle := orb.Point{(float64(x) + 0.5) / 1e5, (float64(y) + 0.5) / 1e5}
				if got := planar.MultiPolygonContains(area, middle); got != cell[x][y] {
					t.Fatalf("round %d: cell %d,%d inside %v, want %v", round, x, y, got, cell[x][y])
				}
			}
		}
		checkRings(t, fmt.Sprint("round ", round), area)
		if p := pointInside(area); !planar.MultiPolygonContains(area, p) {
			t.Fatalf("round %d: point %v is not inside", round, p)
		}
	}
}

// checkRings makes sure that rings are closed, simple and turn the right way,
// and that each part is connected: a part that shares two places with a hole,
// or whose holes share two in a chain, would not be.
func checkRings(t *testing.T, name string, area orb.MultiPolygon) {
	t.Helper()
	for _, p := range area {
		owners := map[orb.Point][]int{}
		for i, r := range p {
			if !r.Closed() || len(r) < 4 {
				t.Fatalf("%s: ring %v is not closed", name, r)
			}
			if want := map[bool]orb.Orientation{true: orb.CCW, false: orb.CW}[i == 0]; r.Orientation() != want {
				t.Fatalf("%s: ring %d turns the wrong way", name, i)
			}
			seen := map[orb.Point]bool{}
			for _, c := range r[1:] {
				if seen[c] {
					t.Fatalf("%s: ring %d comes to %v twice", name, i, c)
				}
				seen[c] = true
				owners[c] = append(owners[c], i)
			}
		}
		// Rings as knots and shared places as knots of another sort: a circle in
		// this graph would cut the inside in two.
		root := map[string]string{}
		var find func(string) string
		find = func(s string) string {
			if root[s] == "" || root[s] == s {
				return s
			}
			return find(root[s])
		}
		for c, rings := range owners {
			if len(rings) < 2 {
				continue
			}
			for _, i := range rings {
				a, b := find(fmt.Sprint(c)), find(fmt.Sprint("ring", i))
				if a == b {
					t.Fatalf("%s: the rings of a part cut it in two at %v", name, c)
				}
				root[a] = b
			}
		}
	}
}

func TestPointInside(t *testing.T) {
	t.Parallel()
	for name, lines := range map[string][][]location{
		"horseshoe":            {path(0, 0, 9, 0, 9, 9, 7, 9, 7, 2, 2, 2, 2, 9, 0, 9, 0, 0)},
		"frame":                {box(0, 0, 9, 9), box(1, 1, 8, 8)},
		"sliver":               {{{0, 0}, {10_000, 1}, {20_000, 0}, {0, 0}}},
		"smaller than a metre": {{{0, 0}, {1, 0}, {0, 1}, {0, 0}}},
	} {
		area, why := assemble(lines)
		if why != "" {
			t.Fatal(name, why)
		}
		if p := pointInside(area); !planar.MultiPolygonContains(area, p) {
			t.Errorf("%s: %v is not inside %v", name, p, area)
		}
	}
}

func TestMidway(t *testing.T) {
	t.Parallel()
	if got := midway(orb.LineString{{0, 0}, {4, 0}, {4, 2}}); got != (orb.Point{3, 0}) {
		t.Errorf("midway = %v, want 3,0", got)
	}
}
