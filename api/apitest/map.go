package apitest

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/cases"
	"onemap/api/facility"
	"onemap/api/link"
	"onemap/geo/grid"
)

// The city is a rectangle of 40 x 20 thousandths of a degree with its
// south-west corner here (WGS84). Its two streets lie side by side, each of two
// communities, each of 2 x 2 grids:
//
//	 9901, 990101
//	┌───────────────┬───────────────┐ 23.42
//	│  990101001    │  990101002    │
//	│ …001  │ …002  │ …001  │ …002  │
//	│003 004│003 004│003 004│003 004│ 23.41
//	│001 002│001 002│001 002│001 002│
//	└───────────────┴───────────────┘ 23.40
//	113.30  113.31  113.32  113.33  113.34
const west, south = 113300, 23400

// Codes of regions that tests name.
const (
	CityCode     = "9901"
	DistrictCode = "990101"
	StreetA      = "990101001"
	StreetB      = "990101002"
	GridA        = "990101001001001"
	GridB        = "990101002001001"
)

// Points in the middle of grids, and one that no region holds but is near the city.
var (
	InGridA = orb.Point{113.3025, 23.405}
	InGridB = orb.Point{113.3225, 23.405}
	Outside = orb.Point{113.345, 23.41}
)

// box is the rectangle between thousandths of a degree counted from the corner.
func box(x0, y0, x1, y1 int) orb.MultiPolygon {
	at := func(x, y int) orb.Point { return orb.Point{float64(west+x) / 1000, float64(south+y) / 1000} }
	return orb.MultiPolygon{{{at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1), at(x0, y0)}}}
}

func regions() []grid.Region {
	list := []grid.Region{
		{Code: CityCode, Name: "青禾市", NameEn: "Qinghe", Geom: box(0, 0, 40, 20)},
		{Code: DistrictCode, Name: "临川区", NameEn: "Linchuan District", Geom: box(0, 0, 40, 20)},
	}
	for s := range 2 {
		street := grid.Code(fmt.Sprintf("%s%03d", DistrictCode, s+1))
		list = append(list, grid.Region{Code: street, Name: fmt.Sprintf("第%d街道", s+1), NameEn: fmt.Sprintf("Street %d", s+1), Geom: box(20*s, 0, 20*s+20, 20)})
		for n := range 2 {
			x := 20*s + 10*n
			community := grid.Code(fmt.Sprintf("%s%03d", street, n+1))
			list = append(list, grid.Region{Code: community, Name: fmt.Sprintf("第%d社区", n+1), NameEn: fmt.Sprintf("Community %d", n+1), Geom: box(x, 0, x+10, 20)})
			for g := range 4 {
				gx, gy := x+5*(g%2), 10*(g/2)
				list = append(list, grid.Region{
					Code: grid.Code(fmt.Sprintf("%s%03d", community, g+1)), Name: fmt.Sprintf("%02d网格", g+1), NameEn: fmt.Sprintf("grid %02d", g+1),
					Geom: box(gx, gy, gx+5, gy+10),
				})
			}
		}
	}
	return list
}

// Facility puts a facility of a kind somewhere and gives it back.
func (c *City) Facility(tb testing.TB, kind string, at orb.Point) facility.Facility {
	tb.Helper()
	ref := NewID().String()
	var f facility.Facility
	c.Tx(tb, func(tx pgx.Tx) error {
		ix, err := c.Regions.Hold(tb.Context(), tx)
		if err != nil {
			return err
		}
		list := []facility.New{{Ref: ref, Kind: kind, Place: "解放路12号", Owner: "青禾市城管局", Maintainer: "青禾环卫公司", Department: "D01", Point: at}}
		if _, err := c.Facilities.Import(tb.Context(), tx, ix, link.Batch{Source: "apitest", NewID: NewID, Now: c.Clock.Now()}, list); err != nil {
			return err
		}
		var id uuid.UUID
		if err := tx.QueryRow(tb.Context(), "SELECT id FROM facility WHERE source = 'apitest' AND source_ref = $1", ref).Scan(&id); err != nil {
			return err
		}
		f, err = c.Facilities.ByID(tb.Context(), tx, id)
		return err
	})
	return f
}

// Report sends a report of exposed rubbish at a place, as a resident.
func (c *City) Report(tb testing.TB, at orb.Point) cases.Receipt {
	tb.Helper()
	return c.ReportAs(tb, tb.Context(), at)
}

// ReportAs sends the report as the actor of a context.
func (c *City) ReportAs(tb testing.TB, ctx context.Context, at orb.Point) cases.Receipt {
	tb.Helper()
	r, err := c.Cases.Report(ctx, NewID().String(), cases.Report{Category: "06010", Text: "路边有垃圾", Place: "解放路", Lon: &at[0], Lat: &at[1]})
	if err != nil {
		tb.Fatal(err)
	}
	return r
}
