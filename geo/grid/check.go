package grid

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

// Kind is what is wrong with a ring.
type Kind string

// The kinds of findings.
const (
	NotClosed    Kind = "not_closed"    // the last point is not the first
	TooFewPoints Kind = "too_few"       // fewer than four points
	OneSpot      Kind = "no_area"       // all points in one spot or in one line
	OffEarth     Kind = "off_earth"     // not a number, or no lon, lat
	Crossing     Kind = "crossing"      // two edges cross or lie on each other
	Touching     Kind = "touching"      // a ring meets itself in a point
	HoleOutside  Kind = "hole_outside"  // a hole that is not inside its shell
	Overlapping  Kind = "overlapping"   // two parts of a region cover the same ground
	NotPolygonal Kind = "not_polygonal" // a geometry without rings
)

// maxFindings is where a check stops looking for crossings: enough to see what
// is wrong, few enough to read.
const maxFindings = 100

// Finding is one thing wrong and where. Polygon and Ring count from 0; ring 0 is
// the shell.
type Finding struct {
	Kind    Kind
	Place   orb.Point // lon, lat
	Polygon int
	Ring    int
	Text    string // a plain sentence
}

// Fatal says whether the polygon cannot be worked with. A ring that only touches
// itself is refused by PostGIS but has a clear inside, and can be.
func (f Finding) Fatal() bool { return f.Kind != Touching }

// CheckRings lists what is wrong with the rings of a polygon, a multipolygon, a
// ring or a collection of these: exact on the lattice of 1e-7 degrees, in the
// order of the rings. Findings of crossings come last and stop at 100. Nothing
// is repaired. An interior cut in two by holes that touch is not looked for.
func CheckRings(g orb.Geometry) []Finding {
	switch g := g.(type) {
	case orb.Ring:
		return checkPolygons(orb.MultiPolygon{{g}})
	case orb.Polygon:
		return checkPolygons(orb.MultiPolygon{g})
	case orb.MultiPolygon:
		return checkPolygons(g)
	case orb.Bound:
		return checkPolygons(orb.MultiPolygon{g.ToPolygon()})
	case orb.Collection:
		var all []Finding
		for _, part := range g {
			all = append(all, CheckRings(part)...)
		}
		return all
	}
	return []Finding{{Kind: NotPolygonal, Text: fmt.Sprintf("A %T has no rings; a polygon is needed.", g)}}
}

func checkPolygons(mp orb.MultiPolygon) []Finding {
	var found []Finding
	var edges []edge
	rings := make([][][]lattice.Node, len(mp))
	for i, poly := range mp {
		if len(poly) == 0 {
			found = append(found, Finding{Kind: TooFewPoints, Polygon: i, Text: fmt.Sprintf("Polygon %d has no ring.", i+1)})
		}
		rings[i] = make([][]lattice.Node, len(poly))
		for j, ring := range poly {
			problems, nodes := checkRing(ring, i, j)
			found = append(found, problems...)
			rings[i][j] = nodes
			edges = append(edges, ringEdges(nodes, i, j)...)
		}
	}
	meetings := meetingsOf(edges, maxFindings)
	found = append(found, meetings...)
	if len(meetings) == 0 {
		found = append(found, checkNesting(rings)...)
	}
	return found
}

// checkRing looks at one ring by itself. Nodes are nil where the ring cannot be
// looked at further.
func checkRing(ring orb.Ring, polygon, number int) (found []Finding, nodes []lattice.Node) {
	report := func(kind Kind, place orb.Point, format string, args ...any) {
		text := fmt.Sprintf("Polygon %d, %s: ", polygon+1, ringName(number)) + fmt.Sprintf(format, args...)
		found = append(found, Finding{Kind: kind, Place: place, Polygon: polygon, Ring: number, Text: text})
	}
	if len(ring) == 0 {
		report(TooFewPoints, orb.Point{}, "the ring has no points.")
		return found, nil
	}
	for k, p := range ring {
		if _, ok := lattice.On(p[0], p[1]); !ok {
			report(OffEarth, p, "point %d (%v, %v) is not a longitude and latitude.", k+1, p[0], p[1])
			return found, nil
		}
	}
	first, last := ring[0], ring[len(ring)-1]
	if first != last {
		report(NotClosed, last, "the ring is not closed; it ends at (%v, %v) and began at (%v, %v).", last[0], last[1], first[0], first[1])
	}
	nodes, err := openRing(ring)
	if err != nil {
		report(OffEarth, first, "%v.", err)
		return found, nil
	}
	switch {
	case len(ring) < 4:
		report(TooFewPoints, first, "the ring has %d points; a ring has at least four, the last one equal to the first.", len(ring))
		return found, nil
	case len(nodes) == 1:
		report(OneSpot, first, "all %d points are the same spot.", len(ring))
		return found, nil
	case inLine(nodes):
		report(OneSpot, first, "the points lie in one line and enclose no ground.")
		return found, nil
	}
	return found, nodes
}

func ringName(number int) string {
	if number == 0 {
		return "outer ring"
	}
	return fmt.Sprintf("hole %d", number)
}

func inLine(nodes []lattice.Node) bool {
	for _, n := range nodes[1:] {
		if lattice.Turn(nodes[0], nodes[1], n) != 0 {
			return false
		}
	}
	return true
}

// checkNesting looks, among rings that do not cross, for holes outside of their
// shell, holes within holes and parts within parts.
func checkNesting(rings [][][]lattice.Node) []Finding {
	var found []Finding
	report := func(kind Kind, polygon, ring int, at lattice.Node, text string) {
		found = append(found, Finding{
			Kind: kind, Place: at.Point(), Polygon: polygon, Ring: ring,
			Text: fmt.Sprintf("Polygon %d, %s %s.", polygon+1, ringName(ring), text),
		})
	}
	for i, poly := range rings {
		if len(poly) == 0 || poly[0] == nil {
			continue
		}
		for j := 1; j < len(poly); j++ {
			if poly[j] == nil {
				continue
			}
			if !ringWithin(poly[j], poly[0]) {
				report(HoleOutside, i, j, poly[j][0], "lies outside of its outer ring")
				continue
			}
			for k := 1; k < len(poly); k++ {
				if k != j && poly[k] != nil && ringWithin(poly[j], poly[k]) {
					report(HoleOutside, i, j, poly[j][0], fmt.Sprintf("lies inside %s", ringName(k)))
				}
			}
		}
		for other, outer := range rings {
			if other != i && within(poly[0], outer) {
				report(Overlapping, i, 0, poly[0][0], fmt.Sprintf("lies inside polygon %d", other+1))
			}
		}
	}
	return found
}

// within says whether ring lies in the interior of a polygon.
func within(ring []lattice.Node, poly [][]lattice.Node) bool {
	if len(poly) == 0 || poly[0] == nil || !ringWithin(ring, poly[0]) {
		return false
	}
	for _, hole := range poly[1:] {
		if hole != nil && ringWithin(ring, hole) {
			return false
		}
	}
	return true
}

// ringWithin says whether ring lies inside outer; the two do not cross nor share
// an edge, so the middle of one edge of ring tells, unless it touches outer there.
func ringWithin(ring, outer []lattice.Node) bool {
	if !boxAround(outer, ring[0]) {
		return false
	}
	a := ring[len(ring)-1]
	for _, b := range ring {
		if inside, sure := HoldsMiddle(outer, a, b); sure {
			return inside
		}
		a = b
	}
	return false
}

// HoldsMiddle says whether the middle of a-b is inside a ring; not sure when it
// lies on its border. Everything is doubled so that the middle is on the lattice.
func HoldsMiddle(ring []lattice.Node, a, b lattice.Node) (inside, sure bool) {
	px, py := int64(a.X)+int64(b.X), int64(a.Y)+int64(b.Y)
	u := ring[len(ring)-1]
	for _, v := range ring {
		lo, hi := u, v
		if lo.Y > hi.Y || lo.Y == hi.Y && lo.X > hi.X {
			lo, hi = hi, lo
		}
		u = v
		dy, dx := int64(hi.Y)-int64(lo.Y), int64(hi.X)-int64(lo.X)
		if py < 2*int64(lo.Y) || py > 2*int64(hi.Y) {
			continue
		}
		side := cmpProducts(px-2*int64(lo.X), dy, dx, py-2*int64(lo.Y))
		if side == 0 && px >= 2*int64(min(lo.X, hi.X)) && px <= 2*int64(max(lo.X, hi.X)) {
			return false, false
		}
		if (2*int64(lo.Y) <= py) != (2*int64(hi.Y) <= py) && side >= 0 {
			inside = !inside
		}
	}
	return inside, true
}

func sortFindings(found []Finding) {
	slices.SortFunc(found, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(a.Polygon, b.Polygon), cmp.Compare(a.Ring, b.Ring),
			cmp.Compare(a.Place[0], b.Place[0]), cmp.Compare(a.Place[1], b.Place[1]),
			cmp.Compare(a.Text, b.Text))
	})
}
