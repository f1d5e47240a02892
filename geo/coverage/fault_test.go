package coverage

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

// injected is a fault put into a sound town, and what must be found of it.
type injected struct {
	name string
	// break changes the grids, which are the test's own, and returns them.
	spoil func(w town, grids []Polygon) []Polygon
	want  []want
}

// want is a finding without its geometry; area2 is exact where it is not -1.
type want struct {
	kind  Kind
	codes string
	area2 int64
}

func doubled(p Polygon) int64 {
	s := tidy(p.Code, p.Geom)
	k := newKey()
	s.sum(&k)
	return s.area2
}

func faults(w town) []injected {
	mid := w.grid(w.side/2, w.side/2)
	g := w.grids[mid]
	ring := func(p Polygon) orb.Ring { return p.Geom[0][0] }
	right := w.grids[mid+1]
	neighbours := func(n int) string {
		list := []string{w.grids[n-1].Code, w.grids[n+1].Code, w.grids[n-w.side].Code, w.grids[n+w.side].Code}
		slices.Sort(list)
		return strings.Join(list, " ")
	}
	// The third vertex of the lower border, moved into and out of the grid below.
	below := w.grids[mid-w.side]
	moved := func(dy float64) (orb.Point, int64) {
		a, b, c := ring(g)[2], ring(g)[3], ring(g)[4]
		to := orb.Point{b[0], b[1] + dy/lattice.PerDegree}
		n := func(p orb.Point) lattice.Node { v, _ := lattice.On(p[0], p[1]); return v }
		area := area2([]lattice.Node{n(a), n(b), n(c)}) - area2([]lattice.Node{n(a), n(to), n(c)})
		if area < 0 {
			area = -area
		}
		return to, area
	}
	in, inArea := moved(2_000)
	out, outArea := moved(-2_000)
	thin, thinArea := moved(-20)
	return []injected{
		{"nothing", func(_ town, grids []Polygon) []Polygon { return grids }, nil},
		{"removed", func(_ town, grids []Polygon) []Polygon { return slices.Delete(grids, mid, mid+1) }, []want{{Gap, "~" + neighbours(mid), doubled(g)}}},
		{"two neighbours removed", func(_ town, grids []Polygon) []Polygon { return slices.Delete(grids, mid, mid+2) }, []want{{Gap, "*", doubled(g) + doubled(right)}}},
		{"duplicated", func(_ town, grids []Polygon) []Polygon {
			return append(grids, Polygon{"Z", g.Geom.Clone()})
		}, []want{{Duplicate, g.Code + " Z", doubled(g)}}},
		{"inside another", func(_ town, grids []Polygon) []Polygon {
			p := ring(g)[0]
			n, _ := lattice.On(p[0], p[1])
			return append(grids, Polygon{"Z", polygonOf(square(n.X-west+3_000, n.Y-south+3_000, 2_000))})
		}, []want{{Inside, "Z " + g.Code, 2 * 2_000 * 2_000}}},
		{"vertex moved into its own grid", func(_ town, grids []Polygon) []Polygon {
			grids[mid].Geom[0][0][3] = in
			return grids
		}, []want{{Gap, "~" + g.Code + " " + below.Code, inArea}}},
		{"vertex moved into the neighbour", func(_ town, grids []Polygon) []Polygon {
			grids[mid].Geom[0][0][3] = out
			return grids
		}, []want{{Overlap, below.Code + " " + g.Code, outArea}}},
		{"vertex moved by 22 cm", func(_ town, grids []Polygon) []Polygon {
			grids[mid].Geom[0][0][3] = thin
			return grids
		}, []want{{OverlapSliver, below.Code + " " + g.Code, thinArea}}},
		{"vertex more", func(_ town, grids []Polygon) []Polygon {
			a, _ := lattice.On(ring(g)[3][0], ring(g)[3][1])
			b, _ := lattice.On(ring(g)[4][0], ring(g)[4][1])
			v := box{a, b}.middle()
			grids[mid].Geom[0][0] = slices.Insert(grids[mid].Geom[0][0], 4, v.Point())
			return grids
		}, []want{{Unmatched, below.Code + " " + g.Code, 0}}},
		{"unclosed", func(_ town, grids []Polygon) []Polygon {
			r := grids[mid].Geom[0][0]
			grids[mid].Geom[0][0] = r[:len(r)-1]
			return grids
		}, []want{{Unclosed, g.Code, 0}}},
		{"repeated vertex", func(_ town, grids []Polygon) []Polygon {
			grids[mid].Geom[0][0] = slices.Insert(grids[mid].Geom[0][0], 4, ring(g)[4])
			return grids
		}, []want{{RepeatedVertex, g.Code, 0}}},
		{"wrong way round", func(_ town, grids []Polygon) []Polygon {
			grids[mid].Geom[0][0].Reverse()
			return grids
		}, []want{{Orientation, g.Code, 0}}},
		{"zero area", func(_ town, grids []Polygon) []Polygon {
			a, b := ring(g)[0], ring(g)[1]
			return append(grids, Polygon{"Z", orb.MultiPolygon{{{a, b, a, a}}}})
		}, []want{{RepeatedVertex, "Z", 0}, {ZeroArea, "Z", 0}}},
		{"spike", func(_ town, grids []Polygon) []Polygon {
			tip := orb.Point{ring(g)[4][0], ring(g)[4][1] - 5_000/lattice.PerDegree}
			grids[mid].Geom[0][0] = slices.Insert(grids[mid].Geom[0][0], 5, tip, ring(g)[4])
			return grids
		}, []want{{Dangling, g.Code, 0}}},
		{"hole", func(_ town, grids []Polygon) []Polygon {
			n, _ := lattice.On(ring(g)[0][0], ring(g)[0][1])
			hole := polygonOf(square(n.X-west+3_000, n.Y-south+3_000, 2_000))[0][0]
			hole.Reverse()
			grids[mid].Geom[0] = append(grids[mid].Geom[0], hole)
			return grids
		}, []want{{Hole, g.Code, 2 * 2_000 * 2_000}}},
		{"hole that another fills", func(_ town, grids []Polygon) []Polygon {
			n, _ := lattice.On(ring(g)[0][0], ring(g)[0][1])
			hole := polygonOf(square(n.X-west+3_000, n.Y-south+3_000, 2_000))
			grids = append(grids, Polygon{"Z", hole.Clone()})
			hole[0][0].Reverse()
			grids[mid].Geom[0] = append(grids[mid].Geom[0], hole[0][0])
			return grids
		}, nil},
		{"outside", func(_ town, grids []Polygon) []Polygon {
			return append(grids, Polygon{"Z", polygonOf(square(-50_000, 0, 5_000))})
		}, []want{{OutsideParent, "Z P", 2 * 5_000 * 5_000}}},
		{"not on Earth", func(_ town, grids []Polygon) []Polygon {
			return append(grids, Polygon{"Z", orb.MultiPolygon{{{{math.NaN(), 1}, {2, 1}, {2, 2}, {math.NaN(), 1}}}}})
		}, []want{{OffEarth, "Z", 0}}},
		{"bow-tie", func(_ town, grids []Polygon) []Polygon {
			r := grids[mid].Geom[0][0]
			r[3], r[16] = r[16], r[3]
			return grids
		}, []want{{SelfCrossing, g.Code, 0}, {"more", "", -1}}},
	}
}

// in is the check of a town with the fault in it.
func (f injected) in(t *testing.T, w town) *Check {
	t.Helper()
	grids := slices.Clone(w.grids)
	mid := w.grid(w.side/2, w.side/2)
	grids[mid] = cloned(grids[mid])
	c, err := New(&w.parent, f.spoil(w, grids), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// checkFaults puts each fault into the town and compares what is found.
func checkFaults(t *testing.T, w town) {
	for _, f := range faults(w) {
		c := f.in(t, w)
		found := c.Findings()
		if c.Valid() != (len(f.want) == 0) {
			t.Errorf("%s: valid is %v", f.name, c.Valid())
		}
		more := len(f.want) > 0 && f.want[len(f.want)-1].kind == "more"
		if !more && len(found) != len(f.want) {
			t.Errorf("%s: %d findings: %v", f.name, len(found), found)
			continue
		}
		for i, want := range f.want {
			if want.kind == "more" {
				break
			}
			got := found
			if !slices.ContainsFunc(found, func(x Finding) bool {
				codes := slices.Clone(x.Codes)
				w := want.codes
				if strings.HasPrefix(w, "~") {
					slices.Sort(codes)
					ws := strings.Fields(w[1:])
					slices.Sort(ws)
					w = strings.Join(ws, " ")
				}
				return x.Kind == want.kind && (w == "*" || strings.Join(codes, " ") == w) && (want.area2 < 0 || x.Area2 == want.area2)
			}) {
				t.Errorf("%s: want %d %v, found %+v", f.name, i, want, got)
			}
		}
	}
}

func TestFaultsAreFoundAndNothingElse(t *testing.T) {
	t.Parallel()
	checkFaults(t, newTown(6))
}

func TestFaultsAreFoundAmong2500(t *testing.T) {
	t.Parallel()
	checkFaults(t, newTown(50))
}
