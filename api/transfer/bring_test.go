package transfer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/fault"
	"onemap/api/region"
	"onemap/api/transfer"
	"onemap/geo/grid"
)

const firstCommunity = grid.Code("990101001001")

// boundaries writes regions as a file.
func boundaries(t *testing.T, list ...grid.Region) string {
	t.Helper()
	return file(t, "网格调整.geojson", boundariesText(t, list...))
}

func boundariesText(t *testing.T, list ...grid.Region) string {
	t.Helper()
	all := geojson.NewFeatureCollection()
	for _, r := range list {
		f := geojson.NewFeature(r.Geom)
		f.Properties = geojson.Properties{"code": string(r.Code), "name": r.Name}
		all.Append(f)
	}
	text, err := all.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// regionsOf are regions in force.
func regionsOf(t *testing.T, c *apitest.City, codes ...grid.Code) []grid.Region {
	t.Helper()
	list := make([]grid.Region, len(codes))
	for i, code := range codes {
		var ok bool
		if list[i], ok = c.Regions.Index().Region(code); !ok {
			t.Fatalf("no region %s", code)
		}
	}
	return list
}

// swapped are two grids of the first community, each with the other's ground.
func swapped(t *testing.T, c *apitest.City) []grid.Region {
	t.Helper()
	list := regionsOf(t, c, firstCommunity+"001", firstCommunity+"004")
	list[0].Geom, list[1].Geom = list[1].Geom, list[0].Geom
	return list
}

// box is a rectangle of a hundredth of a degree.
func box(lon, lat float64) orb.MultiPolygon {
	return orb.MultiPolygon{orb.Bound{Min: orb.Point{lon, lat}, Max: orb.Point{lon + 0.01, lat + 0.01}}.ToPolygon()}
}

// A file of regions that are in force otherwise changes nothing by itself: it is in
// a draft, which says that the codes were mixed up; the same file finds the same
// draft, with what was done in it; published, it is in force, and the file changes
// nothing. When that was undone, it goes into another draft.
func TestAFileOverRegionsInForceGoesIntoADraft(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	ctx, path, before := c.As(actor.Administrator), boundaries(t, swapped(t, c)...), c.Regions.Index()
	bring := func(o transfer.FileOptions) transfer.Report {
		t.Helper()
		report, err := c.Loader.File(ctx, "regions", path, o)
		if err != nil {
			t.Fatal(err)
		}
		return report
	}
	drafts := func() []region.Draft {
		t.Helper()
		list, err := c.Regions.Drafts(ctx, apitest.CityCode)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if tried := bring(transfer.FileOptions{DryRun: true}); tried.Draft == nil || *tried.Draft != (transfer.Drafted{Under: string(firstCommunity)}) || len(drafts()) != 0 {
		t.Errorf("a dry run: %+v, %d drafts", tried.Draft, len(drafts()))
	}
	report := bring(transfer.FileOptions{})
	if report.Counts != (transfer.Counts{Read: 2, Changed: 2}) || report.Draft == nil || report.Draft.Under != string(firstCommunity) {
		t.Fatalf("%+v, %+v", report.Counts, report.Draft)
	}
	if c.Regions.Index() != before {
		t.Error("what is in force has changed")
	}
	id := uuid.MustParse(report.Draft.ID)
	found, err := c.Regions.Validate(ctx, firstCommunity, id)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, f := range found {
		if f.Weight == region.Blocking || f.Kind == "elsewhere" {
			kinds = append(kinds, fmt.Sprint(f.Kind, f.Codes, f.Weight))
		}
	}
	slices.Sort(kinds)
	if want := []string{"elsewhere[990101001001001]warning", "elsewhere[990101001001004]warning"}; !slices.Equal(kinds, want) {
		t.Errorf("found %v, want %v", kinds, want)
	}
	ahead, err := c.Regions.Preview(ctx, firstCommunity, id)
	if err != nil || !slices.Equal(ahead.Elsewhere, []string{"990101001001001", "990101001001004"}) {
		t.Errorf("the preview says %v, %v", ahead.Elsewhere, err)
	}
	name := "网格调整.geojson"
	d := drafts()
	if len(d) != 1 || d[0].Name != name || d[0].Changed != 2 {
		t.Fatalf("%+v", d)
	}
	name = "看过了"
	if _, err := c.Regions.Edit(ctx, firstCommunity, id, d[0].Rev, &name, []region.Edit{{Op: "restore", Code: string(firstCommunity) + "004"}}); err != nil {
		t.Fatal(err)
	}
	if again := bring(transfer.FileOptions{}); again.Draft == nil || again.Draft.ID != report.Draft.ID {
		t.Errorf("again: %+v", again.Draft)
	}
	if d = drafts(); len(d) != 1 || d[0].Name != name || d[0].Changed != 1 {
		t.Fatalf("what was done in the draft is lost: %+v", d)
	}
	edits := []region.Edit{region.Edit{Op: "put", Code: string(firstCommunity) + "004"}.Of(swapped(t, c)[1].Geom)}
	if d[0], err = c.Regions.Edit(ctx, firstCommunity, id, d[0].Rev, nil, edits); err != nil {
		t.Fatal(err)
	}
	done, err := c.Regions.PublishDraft(ctx, firstCommunity, id, d[0].Rev)
	if err != nil {
		t.Fatal(err)
	}
	if after := bring(transfer.FileOptions{}); after.Counts != (transfer.Counts{Read: 2, Unchanged: 2}) || after.Draft != nil {
		t.Errorf("what is in force: %+v, %+v", after.Counts, after.Draft)
	}
	if _, err := c.Regions.Undo(ctx, firstCommunity, done.Edition); err != nil {
		t.Fatal(err)
	}
	if anew := bring(transfer.FileOptions{}); anew.Draft == nil || anew.Draft.ID == report.Draft.ID || len(drafts()) != 2 {
		t.Errorf("after the undo: %+v", anew.Draft)
	}
}

// Level after level comes into force; what comes beside or over them does not, and
// the border of a city goes into the city's own draft.
func TestOnlyTheFirstRegionsOfAPlaceGoIntoForce(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	ctx := c.As(actor.Administrator, "")
	named := func(code grid.Code, lon, lat float64) grid.Region {
		return grid.Region{Code: code, Name: string(code), Geom: box(lon, lat)}
	}
	wide := named("8801", 113.30, 23.50)
	wide.Geom = orb.MultiPolygon{orb.Bound{Min: orb.Point{113.30, 23.50}, Max: orb.Point{113.33, 23.51}}.ToPolygon()}
	for _, tt := range []struct {
		name  string
		list  []grid.Region
		under string
	}{
		{"a city with districts", []grid.Region{wide, named("880101", 113.30, 23.50), named("880102", 113.31, 23.50)}, ""},
		{"streets of a district", []grid.Region{named("880101001", 113.30, 23.50)}, ""},
		{"another city", []grid.Region{named("8802", 113.40, 23.50)}, ""},
		{"one more district", []grid.Region{named("880103", 113.32, 23.50)}, "8801"},
		{"streets of one district, a border of another", []grid.Region{named("880102001", 113.31, 23.50), named("880101", 113.30, 23.4999)}, "8801"},
		{"the city's border", []grid.Region{named("8802", 113.40, 23.4999)}, "8802"},
	} {
		before := c.Regions.Index().Edition()
		report, err := c.Loader.File(ctx, "regions", boundaries(t, tt.list...), transfer.FileOptions{})
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		published := c.Regions.Index().Edition() == before+1
		if tt.under == "" && (!published || report.Draft != nil) || tt.under != "" && (published || report.Draft == nil || report.Draft.Under != tt.under) {
			t.Errorf("%s: published %v, %+v, want a draft of %q", tt.name, published, report.Draft, tt.under)
		}
	}
	list, err := c.Regions.Drafts(ctx, "8802")
	if err != nil || len(list) != 1 || list[0].Changed != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	if _, err := c.Regions.PublishDraft(ctx, "8802", list[0].ID, list[0].Rev); err != nil {
		t.Fatal(err)
	}
	if r := regionsOf(t, c, "8802")[0]; r.Geom.Bound().Min[1] != 23.4999 {
		t.Errorf("the city begins at %v", r.Geom.Bound().Min)
	}
	two := boundaries(t, named("8801", 113.30, 23.4998), named("8802", 113.40, 23.4998))
	if _, err := c.Loader.File(ctx, "regions", two, transfer.FileOptions{}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "8801, 8802") {
		t.Errorf("the borders of two cities: %v", err)
	}
}

// On the page it is the same; who brings files but does not administer the place
// is told so, and nothing is left.
func TestAnUploadOverRegionsInForceGoesIntoADraftOfItsAdministrator(t *testing.T) {
	t.Parallel()
	d := served(t, apitest.New(t))
	before := d.Regions.Index().Edition()
	all := boundariesText(t, swapped(t, d.City)...)
	for role, want := range map[actor.Role]struct {
		state transfer.State
		says  string
	}{actor.Administrator: {transfer.Done, ""}, actor.Registrar: {transfer.Failed, "administrators of 990101001001"}} {
		by := apitest.Actor(role)
		i := d.run(t, by, d.upload(t, by, "regions", "网格.geojson", all).ID, false)
		if i.State != want.state || !strings.Contains(i.Error, want.says) || (i.Draft != nil) != (want.state == transfer.Done) {
			t.Errorf("%s: %s %q, %+v", role, i.State, i.Error, i.Draft)
		}
	}
	if d.Regions.Index().Edition() != before {
		t.Error("something came into force")
	}
	var drafts int
	if err := d.Pool.QueryRow(t.Context(), "SELECT count(*) FROM region_draft").Scan(&drafts); err != nil || drafts != 1 {
		t.Errorf("%d drafts, %v", drafts, err)
	}
}
