package transfer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/crosswalk"
	"onemap/api/fault"
	"onemap/api/transfer"
	"onemap/geo/crs"
)

// Departments draw along the same streets: where corners lie on our borders in
// another datum only, that datum is named; in the right one nothing is said. A
// file without a net, or of a net elsewhere, is not taken.
func TestTheDatumOfCells(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	n, err := c.Nets.Define(c.As(actor.Registrar), crosswalk.Net{Scope: apitest.StreetA, Name: "fire", Kind: crosswalk.Fire})
	if err != nil {
		t.Fatal(err)
	}
	cells := func(name string, write func(crs.WGS84) (x, y float64)) string {
		text := "网格编码,名称,wkt\n"
		for i, ref := range c.Regions.Index().Children("990101001001") {
			r, _ := c.Regions.Index().Region(ref.Code)
			var ring []string
			for _, p := range r.Geom[0][0] {
				x, y := write(crs.FromPoint(p))
				ring = append(ring, fmt.Sprintf("%.7f %.7f", x, y))
			}
			text += fmt.Sprintf("XF-%d,第%d消防网格,\"POLYGON ((%s))\"\n", i+1, i+1, strings.Join(ring, ", "))
		}
		return file(t, name, text)
	}
	asked := transfer.Mapping{Net: n.ID.String()}
	right := cells("对.csv", func(p crs.WGS84) (x, y float64) { return p.Lon, p.Lat })
	report := takes(t, c, "cells", right, transfer.Counts{Read: 4, Fresh: 4}, transfer.FileOptions{Mapping: asked})
	if len(report.Warnings) > 0 || report.Mapping.Columns["code"] != "网格编码" || report.Mapping.Columns["name"] != "名称" {
		t.Errorf("%q %v", report.Warnings, report.Mapping.Columns)
	}
	shifted := cells("偏.csv", func(p crs.WGS84) (x, y float64) { g := p.GCJ02(); return g.Lon, g.Lat })
	report, err = c.Loader.File(t.Context(), "cells", shifted, transfer.FileOptions{DryRun: true, Mapping: asked})
	if err != nil || !strings.Contains(strings.Join(report.Warnings, "\n"), "--crs gcj02") {
		t.Errorf("%q %v", report.Warnings, err)
	}
	asked.CRS = "gcj02"
	report, err = c.Loader.File(t.Context(), "cells", shifted, transfer.FileOptions{Mapping: asked})
	if err != nil || report.Refused > 0 || len(report.Warnings) > 0 {
		t.Errorf("%+v %q %v", report.Counts, report.Warnings, err)
	}
	// The inverse is exact to far less than what is taken for imprecise drawing.
	if list, _, err := c.Nets.Disagreements(c.As(actor.Registrar), n.ID, 0, 1); err != nil || len(list) != 4 { // the gaps of the other grids
		t.Errorf("%d places %v", len(list), err)
	}
	if _, err := c.Loader.File(t.Context(), "cells", right, transfer.FileOptions{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a net: %v", err)
	}
	if _, err := c.Loader.File(t.Context(), "cells", right, transfer.FileOptions{Mapping: transfer.Mapping{Net: uuid.NewString()}}); !fault.Is(err, fault.NotFound) {
		t.Errorf("of a net there is not: %v", err)
	}
}
