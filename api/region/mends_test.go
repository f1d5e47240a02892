package region_test

import (
	"testing"

	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/fault"
	"onemap/api/region"
	"onemap/geo/coverage"
	"onemap/geo/grid"
)

// Vertices moved beside their neighbours' leave gaps; proposals for them are taken
// one by one and by kind, for the set they were made of alone, into the draft alone.
func TestProposalsAreAcceptedIntoADraft(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	admin := c.As(actor.Administrator, apitest.StreetA)
	d := begun(t, c, admin, community)
	first, _ := c.Regions.Index().Region(apitest.GridA)
	box := first.Geom.Bound()
	smaller := orb.MultiPolygon{{{box.Min, {box.Max[0] - 1e-4, box.Min[1]}, {box.Max[0] - 1e-4, box.Max[1]}, {box.Min[0], box.Max[1]}, box.Min}}}
	d = edited(t, c, admin, d, region.Edit{Op: "put", Code: apitest.GridA}.Of(smaller))
	found, err := c.Regions.Validate(admin, community, d.ID, community)
	if err != nil || found[0].Kind != coverage.Gap || found[0].Weight != region.Blocking {
		t.Fatalf("%+v, %v", found, err)
	}
	proposed, set, err := c.Regions.DraftProposals(admin, community, d.ID, community)
	if err != nil || set != found[0].Set {
		t.Fatalf("%q is not %q, %v", set, found[0].Set, err)
	}
	var gives []coverage.Proposal
	var idle string
	for _, p := range proposed {
		if p.Repair == coverage.Give && p.Findings[0] == found[0].Number {
			gives = append(gives, p)
		}
		if region.Idle(p, community) {
			idle = p.ID
		}
	}
	if len(gives) < 2 || idle == "" {
		t.Fatalf("%d ways to give the gap away, %q", len(gives), idle)
	}
	mend := func(d region.Draft, m region.Mend) (region.Draft, region.Mended, error) {
		return c.Regions.MendDraft(admin, community, d.ID, d.Rev, m)
	}
	for _, wrong := range []struct {
		mend region.Mend
		kind fault.Kind
	}{
		{region.Mend{Parent: community, Set: "x", Proposals: []string{gives[0].ID}}, fault.Stale},
		{region.Mend{Parent: community, Set: set, Proposals: []string{"x"}}, fault.Invalid},
		{region.Mend{Parent: community, Set: set}, fault.Invalid},
		{region.Mend{Parent: community, Set: set, Proposals: []string{idle}}, fault.Invalid},
		{region.Mend{Parent: community, Set: set, Proposals: []string{gives[0].ID, gives[1].ID}}, fault.Invalid},
		{region.Mend{Parent: "990101001", Set: set, Proposals: []string{gives[0].ID}}, fault.NotFound},
	} {
		if _, _, err := mend(d, wrong.mend); !fault.Is(err, wrong.kind) {
			t.Errorf("%+v: %v", wrong.mend, err)
		}
	}
	// The second choice gives it to another than the first.
	to := grid.Code(gives[1].Gains)
	was, _ := c.Regions.Index().Region(to)
	before := c.Regions.Index().Edition()
	mended, done, err := mend(d, region.Mend{Parent: community, Set: set, Proposals: []string{gives[1].ID}})
	if err != nil || len(done.Accepted) != 1 || len(done.Left) != 0 || mended.Rev != d.Rev+1 || c.Regions.Index().Edition() != before {
		t.Fatalf("%+v, %+v, %v", mended, done, err)
	}
	_, parts, _, err := c.Regions.Draft(admin, community, d.ID)
	if err != nil {
		t.Fatal(err)
	}
	grew := false
	for _, p := range parts {
		grew = grew || p.Code == to && !orb.Equal(p.Geom, was.Geom)
		if p.Code == community {
			t.Error("the place's own border is in its draft")
		}
	}
	if !grew {
		t.Errorf("%s has not grown: %+v", to, parts)
	}
	if found, err = c.Regions.Validate(admin, community, d.ID); err != nil || len(found) > 0 && found[0].Weight == region.Blocking {
		t.Errorf("still wrong: %+v, %v", found, err)
	}
	// Who still looks at the set before is told so, and nothing is lost.
	if _, _, err := mend(mended, region.Mend{Parent: community, Set: set, Proposals: []string{gives[0].ID}}); !fault.Is(err, fault.Stale) {
		t.Errorf("a set that is no more: %v", err)
	}
	if _, _, err := mend(d, region.Mend{Parent: community, Set: set, Proposals: []string{gives[0].ID}}); !fault.Is(err, fault.Stale) {
		t.Errorf("a draft that somebody else changed: %v", err)
	}
}

// A community's border that lacks its grids' corners is mended in the draft of its
// street, by kind; the draft of nothing else can.
func TestProposalsOfAKindAreAcceptedTogether(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	street := grid.Code(apitest.StreetA)
	admin := c.As(actor.Administrator, apitest.StreetA)
	d := begun(t, c, admin, street)
	_, set, err := c.Regions.DraftProposals(admin, street, d.ID, community)
	if err != nil {
		t.Fatal(err)
	}
	m := region.Mend{Parent: community, Set: set, Kinds: []coverage.Kind{coverage.Unmatched}}
	d, done, err := c.Regions.MendDraft(admin, street, d.ID, d.Rev, m)
	if err != nil || len(done.Accepted) != 4 || d.Changed != 1 {
		t.Fatalf("%+v, %+v, %v", d, done, err)
	}
	found, err := c.Regions.Validate(admin, street, d.ID, community)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Parent == community {
			t.Errorf("%s: %s", f.Parent, f.Text)
		}
	}
}

// An edge gains a vertex and loses it on both sides of a border, as one draws.
func TestABorderIsBentForBothNeighbours(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	admin := c.As(actor.Administrator, apitest.StreetA)
	d := begun(t, c, admin, community)
	first, _ := c.Regions.Index().Region(apitest.GridA)
	box := first.Geom.Bound()
	low, high := orb.Point{box.Max[0], box.Min[1]}, box.Max
	at := orb.Point{box.Max[0] + 2e-4, (low[1] + high[1]) / 2}
	d = edited(t, c, admin, d, region.Edit{Op: "bend"}.Along(line(low, at, high)))
	if d.Changed != 2 {
		t.Errorf("%d changed", d.Changed)
	}
	found, err := c.Regions.Validate(admin, community, d.ID)
	if err != nil || len(found) > 0 && found[0].Weight == region.Blocking {
		t.Errorf("%+v, %v", found, err)
	}
	from := [2]float64(at)
	d = edited(t, c, admin, d, region.Edit{Op: "straighten", From: &from})
	if d.Changed != 0 {
		t.Errorf("%d changed after a step there and back", d.Changed)
	}
	for _, e := range []region.Edit{
		{Op: "straighten", From: &from},
		{Op: "straighten"},
		{Op: "bend"},
		region.Edit{Op: "bend"}.Along(line(low, at)), region.Edit{Op: "bend"}.Along(line(box.Min, at, box.Max)), region.Edit{Op: "bend"}.Along(line(low, orb.Point{200, 0}, high)),
	} {
		if _, err := c.Regions.Edit(admin, community, d.ID, d.Rev, nil, []region.Edit{e}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", e, err)
		}
	}
}
