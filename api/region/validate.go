package region

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/geo/coverage"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// The kinds of findings of a draft beside those of package coverage.
const (
	codeGiven   coverage.Kind = "code_given"   // the code of a new region was given before
	parentless  coverage.Kind = "no_parent"    // nothing for a region to lie under
	wrongDatum  coverage.Kind = "wrong_datum"  // the set fits its parent in another datum
	elsewhere   coverage.Kind = "elsewhere"    // a code in force would be on wholly other ground
	nothingNew  coverage.Kind = "empty"        // the draft changes nothing
	unpublished coverage.Kind = "not_possible" // an index cannot be made of it
)

// Weight is what a finding means for publishing.
type Weight string

// The weights.
const (
	Blocking Weight = "error"   // it cannot be published
	Noted    Weight = "warning" // it can
	Before   Weight = "before"  // it can: it is so in the edition in force, too
)

// Found is one thing wrong with a draft, and where.
type Found struct {
	coverage.Finding
	Parent grid.Code // whose parts do not fit
	Weight Weight
	Number int    // its place among the findings of Parent, by which proposals name it; -1 when none can mend it
	Set    string // the fingerprint of the parts it was found in
}

// rounding is the width, in metres, below which a gap or an overlap is what the
// lattice's rounding leaves.
const rounding = 0.02

func weigh(f coverage.Finding) Weight {
	switch f.Kind {
	case coverage.Unmatched, coverage.Orientation, coverage.RepeatedVertex, coverage.SelfTouching:
		return Noted
	case coverage.GapSliver, coverage.OverlapSliver:
		if f.Width < rounding {
			return Noted
		}
	}
	return Blocking
}

// Validate says what is wrong with a draft: what keeps it from being published
// first. It looks where the draft changes something, and under the regions of also.
func (s *Service) Validate(ctx context.Context, under grid.Code, id uuid.UUID, also ...grid.Code) ([]Found, error) {
	_, parts, _, err := s.Draft(ctx, under, id)
	if err != nil {
		return nil, err
	}
	return s.findings(ctx, s.pool, s.drawingOf(ctx, under, s.Index(), parts), also...)
}

func (s *Service) findings(ctx context.Context, q pg.Querier, d *drawing, also ...grid.Code) ([]Found, error) {
	found, err := d.codesGiven(ctx, q)
	if err != nil {
		return nil, err
	}
	if len(d.parts) == 0 {
		found = append(found, Found{Finding: coverage.Finding{Kind: nothingNew, Text: "The draft changes nothing."}, Parent: d.under, Weight: Blocking, Number: -1})
	}
	away, err := d.movedAway()
	if err != nil {
		return nil, err
	}
	found = append(found, away...)
	for _, parent := range d.divided(also...) {
		list, err := d.fit(parent)
		if err != nil {
			return nil, err
		}
		found = append(found, list...)
	}
	slices.SortStableFunc(found, func(a, b Found) int { return rank[a.Weight] - rank[b.Weight] })
	if !blocked(found) {
		if _, err := d.index(); err != nil {
			found = append([]Found{{Finding: coverage.Finding{Kind: unpublished, Text: err.Error()}, Parent: d.under, Weight: Blocking, Number: -1}}, found...)
		}
	}
	return found, nil
}

var rank = map[Weight]int{Blocking: 0, Noted: 1, Before: 2}

func blocked(found []Found) bool {
	return slices.ContainsFunc(found, func(f Found) bool { return f.Weight == Blocking })
}

// codesGiven are findings of new regions whose code is no longer theirs to take,
// and of regions without anything to lie under.
func (d *drawing) codesGiven(ctx context.Context, q pg.Querier) ([]Found, error) {
	var fresh []grid.Region
	var found []Found
	no := func(p Part, kind coverage.Kind, text string) {
		f := Found{Finding: coverage.Finding{Kind: kind, Codes: []string{string(p.Code)}, Text: text}, Parent: p.Code.Parent(), Weight: Blocking, Number: -1}
		if len(p.Geom) > 0 {
			f.Geometry, f.Place = p.Geom, p.Geom.Bound().Center()
		}
		found = append(found, f)
	}
	for _, code := range slices.Sorted(maps.Keys(d.parts)) {
		p := d.parts[code]
		if p.Change == Removed {
			continue
		}
		if p.Change == Fresh {
			fresh = append(fresh, p.Region)
		}
		if _, ok := d.region(code.Parent()); !ok && code != d.under {
			no(p, parentless, fmt.Sprintf("%s would lie under %s, which there is not.", code, code.Parent()))
		}
	}
	gone, err := taken(ctx, q, fresh)
	if err != nil {
		return nil, pg.Fault(err)
	}
	for _, r := range fresh {
		if g, ok := gone[r.Code]; ok {
			no(d.parts[r.Code], codeGiven, fmt.Sprintf("The code %s was given %s to other ground; codes are not given twice.", r.Code, g))
		}
	}
	return found, nil
}

// divided lists the regions whose parts the draft changes, or whose own border,
// and those of also.
func (d *drawing) divided(also ...grid.Code) []grid.Code {
	parents := map[grid.Code]bool{}
	for _, code := range also {
		parents[code] = true
	}
	for code, p := range d.parts {
		parents[code.Parent()] = true
		if p.Change != Removed {
			parents[code] = true
		}
	}
	return slices.Sorted(maps.Keys(parents))
}

// fit says where the regions right under one do not cover it; nothing when there
// are none. What is so in the edition in force weighs as Before.
func (d *drawing) fit(parent grid.Code) ([]Found, error) {
	c, err := d.survey(parent)
	if err != nil || c.Len() == 0 {
		return nil, err
	}
	now := c.Findings()
	if len(now) == 0 {
		return nil, nil
	}
	was := map[string]bool{}
	if _, ok := d.ix.Ref(parent); ok {
		before, err := Survey(d.ix, parent)
		if err != nil {
			return nil, err
		}
		for _, f := range before.Findings() {
			was[same(f)] = true
		}
	}
	set := fingerprint(c)
	var found []Found
	outside := false
	for i, f := range now {
		w := weigh(f)
		if was[same(f)] {
			w = Before
		}
		outside = outside || w == Blocking && (f.Kind == coverage.SetOutside || f.Kind == coverage.OutsideParent)
		found = append(found, Found{Finding: f, Parent: parent, Weight: w, Number: i, Set: set})
	}
	if outside {
		whole, _ := d.region(parent)
		found = append(datum(whole, d.children(parent)), found...)
	}
	return found, nil
}

// survey checks the regions right under one as the draft would have them; of
// nothing when there are none.
func (d *drawing) survey(parent grid.Code) (*coverage.Check, error) {
	whole, ok := d.region(parent)
	children := d.children(parent)
	if !ok || len(children) == 0 {
		return coverage.New(nil, nil, coverage.Options{})
	}
	return coverage.New(&coverage.Polygon{Code: string(whole.Code), Geom: whole.Geom}, polygonsOf(children), coverage.Options{})
}

// same names a finding, so that it is known again.
func same(f coverage.Finding) string { return fmt.Sprint(f.Kind, f.Codes, f.Area2, f.Place) }

// datum looks whether the set would fit its parent if its numbers were of another
// datum, or latitude before longitude: whole sets come so from files.
func datum(whole grid.Region, children []grid.Region) []Found {
	bound := whole.Geom.Bound()
	all := orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}
	for _, r := range children {
		all = all.Union(r.Geom.Bound())
	}
	// Degrees: some 5 m, against the 100 m and more that datums are apart.
	const fits = 5e-5
	for _, reading := range crs.Guess(all.Min[0], all.Min[1], func(low crs.WGS84) bool {
		return math.Abs(low.Lon-bound.Min[0]) < fits && math.Abs(low.Lat-bound.Min[1]) < fits
	}) {
		x, y := all.Max[0], all.Max[1]
		if reading.Swapped {
			x, y = y, x
		}
		high, err := reading.Name.WGS84(x, y)
		if err != nil || math.Abs(high.Lon-bound.Max[0]) > fits || math.Abs(high.Lat-bound.Max[1]) > fits {
			continue
		}
		if reading.Name == crs.NameWGS84 && !reading.Swapped {
			return nil
		}
		return []Found{{
			Finding: coverage.Finding{Kind: wrongDatum, Codes: []string{string(whole.Code)}, Geometry: all.ToPolygon(), Place: all.Center(), Text: fmt.Sprintf("The regions would fit %s if their coordinates were %s.", whole.Code, reading.String())},
			Parent:  whole.Code, Weight: Blocking, Number: -1,
		}}
	}
	return nil
}

// refused is the fault of a draft that cannot be published: each finding and its place.
func refused(found []Found) error {
	var f fault.Fields
	const most = 20
	n := 0
	for _, x := range found {
		if x.Weight == Blocking && n < most {
			n++
			f.Add(fmt.Sprintf("draft.%s.%s", x.Parent, x.Kind), []float64{x.Place[0], x.Place[1]}, "%s", x.Text)
		}
	}
	return f.Err("draft.findings")
}
