package transfer_test

import (
	"fmt"
	"strings"
	"testing"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/fault"
	"onemap/api/region"
	"onemap/api/transfer"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// A file whose columns nobody would guess, in the datum of phone maps, comes into a
// draft as it is meant; said to be in another datum, the draft says which it looks like.
func TestAFileOfADraftInItsOwnColumnsAndDatum(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	ctx := c.As(actor.Administrator, apitest.StreetA)
	community := grid.Code(apitest.GridA[:12])
	var text strings.Builder
	text.WriteString("甲,乙,wkt\n")
	for _, ref := range c.Regions.Index().Children(community) {
		r, _ := c.Regions.Index().Region(ref.Code)
		var points []string
		for _, p := range r.Geom[0][0] {
			g := crs.FromPoint(p).GCJ02()
			points = append(points, fmt.Sprintf("%.9f %.9f", g.Lon, g.Lat))
		}
		fmt.Fprintf(&text, "新%s,%s,\"POLYGON((%s))\"\n", ref.Code[12:], ref.Code, strings.Join(points, ","))
	}
	path := file(t, "网格.csv", text.String())
	fill := func(m transfer.Mapping) (found []string) {
		t.Helper()
		d, err := c.Regions.Begin(ctx, community, apitest.NewID(), "文件", "")
		if err != nil {
			t.Fatal(err)
		}
		filled, err := c.Loader.FillDraft(ctx, community, d.ID, d.Rev, path, m, true)
		if err != nil || len(filled.Refused) > 0 || filled.Read != len(c.Regions.Index().Children(community)) {
			t.Fatalf("%+v, %v", filled, err)
		}
		list, err := c.Regions.Validate(ctx, community, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			if f.Weight == region.Blocking {
				found = append(found, string(f.Kind))
			}
		}
		return found
	}
	said := transfer.Mapping{CRS: "gcj02"}.With("code", "乙").With("name", "甲")
	if found := fill(said); len(found) > 0 {
		t.Errorf("in its own datum: %v", found)
	}
	said.CRS = "wgs84"
	if found := fill(said); !strings.Contains(strings.Join(found, " "), "wrong_datum") {
		t.Errorf("half a kilometre off: %v", found)
	}
	d, err := c.Regions.Begin(ctx, community, apitest.NewID(), "文件", "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Loader.FillDraft(ctx, community, d.ID, d.Rev, path, said.With("code", "丙"), true)
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "丙") {
		t.Errorf("a column that is not there: %v", err)
	}
}
