package coverage

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"onemap/geo/crs"
	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// classify says what is wrong with a piece of ground, by whose it is.
func (c *Check) classify(o *overlay, f face) []Finding {
	var owners []int32
	for _, s := range f.label {
		if s.owner < parentOwner && s.times > 0 {
			owners = append(owners, s.owner)
		}
	}
	within := c.parent == nil || f.label.of(parentOwner) > 0
	length := 0.0
	bounds := o.half(f.halves[0]).box()
	for _, h := range f.halves {
		bounds = bounds.with(o.half(h).a)
	}
	east, north := lattice.MetresPerUnit(bounds.middle().Y)
	for _, h := range f.halves {
		length += metres(o.half(h), east, north)
	}
	ground := func(kind Kind, codes []string) Finding {
		geom := grid.Outline(o.steps(f.halves))
		found := c.ground(kind, codes, geom, f.area2, length, bounds)
		found.face = &f
		return found
	}
	var found []Finding
	switch {
	case len(owners) == 0 && within:
		neighbours, onParent := c.neighbours(o, f, east, north)
		kind := Gap
		switch {
		case c.thin(f.area2, length, east, north):
			kind = GapSliver
		case len(neighbours) == 1 && !onParent:
			kind = Hole
		}
		if onParent {
			neighbours = append(neighbours, c.parent.Code)
		}
		return append(found, ground(kind, neighbours))
	case len(owners) == 0:
		return nil
	}
	if !within {
		found = append(found, ground(OutsideParent, append(c.codes(owners), c.parent.Code)))
	}
	if len(owners) > 1 {
		kind, codes := Overlap, c.codes(owners)
		if whole := c.whole(owners, f); len(whole) > 1 {
			kind = Duplicate
		} else if len(whole) == 1 {
			kind = Inside
			inner := c.code(whole[0])
			codes = append([]string{inner}, slices.DeleteFunc(codes, func(s string) bool { return s == inner })...)
		} else if c.thin(f.area2, length, east, north) {
			kind = OverlapSliver
		}
		found = append(found, ground(kind, codes))
	}
	return found
}

// whole lists the owners that have no other ground than the face, but for what
// rounding takes or gives along its border.
func (c *Check) whole(owners []int32, f face) (list []int32) {
	for _, o := range owners {
		s := &c.shapes[o]
		if d := abs(s.area2 - f.area2); d == 0 || f.area2 > 0 && d <= 2*int64(len(f.halves)) {
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(a, b int32) int { return strings.Compare(c.code(a), c.code(b)) })
	return list
}

// neighbours names those who have ground beyond the border of a face, the
// longest border first, and says whether the parent's border is part of it.
func (c *Check) neighbours(o *overlay, f face, east, north float64) (codes []string, onParent bool) {
	length := make(map[int32]float64)
	for _, h := range f.halves {
		for _, s := range o.sides[h>>1] {
			beyond := s.times < 0
			if h&1 == 1 {
				beyond = s.times > 0
			}
			switch {
			case s.owner == parentOwner:
				onParent = true
			case s.owner < parentOwner && beyond:
				length[s.owner] += metres(o.half(h), east, north)
			}
		}
	}
	var owners []int32
	for owner := range length {
		owners = append(owners, owner)
	}
	slices.SortFunc(owners, func(a, b int32) int {
		return cmp.Or(cmp.Compare(length[b], length[a]), strings.Compare(c.code(a), c.code(b)))
	})
	for _, owner := range owners {
		codes = append(codes, c.code(owner))
	}
	return codes, onParent
}

func metres(e edge, east, north float64) float64 {
	return math.Hypot((float64(e.b.X)-float64(e.a.X))*east, (float64(e.b.Y)-float64(e.a.Y))*north)
}

// perimeter of a shape in metres.
func perimeter(s *shape) (length float64) {
	east, north := lattice.MetresPerUnit(s.box.middle().Y)
	s.edges(func(e edge) { length += metres(e, east, north) })
	return length
}

func (c *Check) thin(twiceArea int64, length, east, north float64) bool {
	return float64(twiceArea)*east*north/length < c.options.Sliver
}

// ground is a finding about an area. Metres are those of the middle of its box.
func (c *Check) ground(kind Kind, codes []string, geom orb.MultiPolygon, twiceArea int64, length float64, b box) Finding {
	east, north := lattice.MetresPerUnit(b.middle().Y)
	f := Finding{Kind: kind, Codes: codes, Geometry: geom, Place: b.middle().Point(), Area2: twiceArea, Area: float64(twiceArea) / 2 * east * north}
	if length > 0 {
		f.Width = 2 * f.Area / length
	}
	f.Place = inner(geom, f.Place)
	f.Text = groundText(f)
	return f
}

// inner is a place inside of ground, near the middle of its box: the middle of
// the longest run of a horizontal line through it.
func inner(geom orb.MultiPolygon, middle orb.Point) orb.Point {
	var xs []float64
	y := middle[1] + 1e-9 // off the vertices, which lie on the lattice
	for _, poly := range geom {
		for _, ring := range poly {
			for i := 1; i < len(ring); i++ {
				a, b := ring[i-1], ring[i]
				if (a[1] <= y) != (b[1] <= y) {
					xs = append(xs, a[0]+(y-a[1])/(b[1]-a[1])*(b[0]-a[0]))
				}
			}
		}
	}
	slices.Sort(xs)
	best := middle
	for i, run := 1, -1.0; i < len(xs); i += 2 {
		if xs[i]-xs[i-1] > run {
			run = xs[i] - xs[i-1]
			best = orb.Point{(xs[i] + xs[i-1]) / 2, middle[1]}
		}
	}
	return best
}

// allOutside is the one finding about a set of which nothing lies near its
// parent: a wrong datum, swapped numbers, another place.
func (c *Check) allOutside() (Finding, bool) {
	if c.border.empty() {
		return Finding{}, false
	}
	var b box
	n := 0
	var all []string
	for i := range c.shapes {
		s := &c.shapes[i]
		if s.empty() {
			continue
		}
		if s.box.meets(c.border.box) {
			return Finding{}, false
		}
		if n++; n == 1 {
			b = s.box
		}
		b = b.with(s.box.lo).with(s.box.hi)
		all = append(all, c.polygons[i].Code)
	}
	if n < 2 {
		return Finding{}, false
	}
	slices.Sort(all)
	text := fmt.Sprintf("None of the %d polygons touches %s: they lie around (%.5f, %.5f), it lies around (%.5f, %.5f).", n, c.parent.Code,
		b.middle().Point()[0], b.middle().Point()[1], c.border.box.middle().Point()[0], c.border.box.middle().Point()[1])
	at := b.middle().Point()
	readings := crs.Guess(at[0], at[1], func(p crs.WGS84) bool {
		n, ok := lattice.On(p.Lon, p.Lat)
		return ok && box{n, n}.meets(c.border.box)
	})
	if len(readings) > 0 {
		text += fmt.Sprintf(" Read as %s they would lie there.", readings[0])
	}
	ring := orb.Bound{Min: b.lo.Point(), Max: b.hi.Point()}.ToPolygon()
	return Finding{Kind: SetOutside, Codes: append(all, c.parent.Code), Geometry: orb.MultiPolygon{ring}, Place: at, Text: text}, true
}

func groundText(f Finding) string {
	list := func(codes []string) string {
		if len(codes) > 5 {
			return strings.Join(codes[:5], ", ") + fmt.Sprintf(" and %d more", len(codes)-5)
		}
		return strings.Join(codes, ", ")
	}
	size := fmt.Sprintf("%.2f m2, %.2f m wide", f.Area, f.Width)
	switch f.Kind {
	case Duplicate:
		return fmt.Sprintf("%s are the same ground (%s).", list(f.Codes), size)
	case Inside:
		return fmt.Sprintf("%s lies wholly within %s (%s).", f.Codes[0], list(f.Codes[1:]), size)
	case OutsideParent:
		return fmt.Sprintf("%s reaches out of %s (%s).", list(f.Codes[:len(f.Codes)-1]), f.Codes[len(f.Codes)-1], size)
	case Overlap, OverlapSliver:
		return fmt.Sprintf("%s overlap (%s).", list(f.Codes), size)
	case Hole:
		return fmt.Sprintf("A hole of %s belongs to nobody (%s).", list(f.Codes), size)
	}
	if len(f.Codes) == 0 {
		return fmt.Sprintf("Ground belongs to nobody (%s).", size)
	}
	return fmt.Sprintf("Ground at %s belongs to nobody (%s).", list(f.Codes), size)
}

func unmatchedText(codes []string, at orb.Point, missing int) string {
	if missing == 1 {
		return fmt.Sprintf("An edge of %s lacks the vertex (%.7f, %.7f) of %s.", codes[0], at[0], at[1], strings.Join(codes[1:], ", "))
	}
	return fmt.Sprintf("An edge of %s lacks %d vertices of %s, the first at (%.7f, %.7f).", codes[0], missing, strings.Join(codes[1:], ", "), at[0], at[1])
}
