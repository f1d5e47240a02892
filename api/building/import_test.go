package building_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/apitest"
	"onemap/api/building"
	"onemap/api/fault"
	"onemap/api/find"
	"onemap/api/link"
	"onemap/api/pg"
)

// footprint is a rectangle of so many hundred-thousandths of a degree (about a
// metre) with its south-west corner at a point.
func footprint(at orb.Point, w, h float64) orb.MultiPolygon {
	x, y := at[0], at[1]
	return orb.MultiPolygon{{{{x, y}, {x + w*1e-5, y}, {x + w*1e-5, y + h*1e-5}, {x, y + h*1e-5}, {x, y}}}}
}

func batch(c *apitest.City, source string, given ...string) link.Batch {
	return link.Batch{Source: source, Given: given, NewID: apitest.NewID, Now: c.Clock.Now()}
}

// put imports buildings.
func put(t *testing.T, c *apitest.City, b link.Batch, list ...building.Building) (m pg.Merged) {
	t.Helper()
	c.Tx(t, func(tx pgx.Tx) error {
		ix, err := c.Regions.Hold(t.Context(), tx)
		if err != nil {
			return err
		}
		m, err = c.Buildings.Import(t.Context(), tx, ix, b, list)
		return err
	})
	return m
}

func idOf(t *testing.T, c *apitest.City, source, ref string) (id uuid.UUID) {
	t.Helper()
	if err := c.Pool.QueryRow(t.Context(), "SELECT id FROM building WHERE source = $1 AND source_ref = $2", source, ref).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestABuildingIsMetByCodeAddressAndPlace(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	a, b, twin := apitest.InGridA, orb.Point{113.3040, 23.405}, orb.Point{113.3045, 23.405}
	put(t, c, batch(c, "map"),
		building.Building{Ref: "1", Code: "L001", Name: "甲楼", Address: "青禾市解放路12号阳光花园3栋", Point: a, Geom: footprint(a, 20, 20)},
		building.Building{Ref: "2", Address: "和平路5号", Point: b, Geom: footprint(b, 20, 20)},
		building.Building{Ref: "3", Address: "和平路5号", Point: twin, Geom: footprint(twin, 20, 20)})
	one, two, three := idOf(t, c, "map", "1"), idOf(t, c, "map", "2"), idOf(t, c, "map", "3")
	near := orb.Point{a[0] + 5e-5, a[1] + 5e-5}
	rows := []building.Building{
		{Ref: "code", Code: "L001"},
		{Ref: "address", Address: "解放路１２号３幢"},
		{Ref: "estate", Address: "解放路12号阳光花园三号楼2单元502室"},
		{Ref: "twins", Address: "和平路五号"},
		{Ref: "far", Address: "解放路12号3栋", Point: apitest.InGridB, Geom: footprint(apitest.InGridB, 5, 5)},
		{Ref: "point", Point: near},
		{Ref: "half", Geom: footprint(orb.Point{b[0] - 8e-5, b[1]}, 20, 20), Point: b},
		{Ref: "third", Geom: footprint(orb.Point{b[0] - 14e-5, b[1]}, 20, 20), Point: b},
		{Ref: "both", Geom: footprint(b, 80, 20), Point: b},
		{Ref: "same", Address: "和平路5号", Geom: footprint(twin, 20, 20), Point: twin},
		{Ref: "new", Point: apitest.InGridB, Geom: footprint(apitest.InGridB, 5, 5)},
	}
	want := map[string]struct {
		id uuid.UUID
		by link.By
		of []uuid.UUID
	}{
		"code": {one, link.ByCode, nil}, "address": {one, link.ByAddress, nil}, "estate": {one, link.ByAddress, nil}, "twins": {of: []uuid.UUID{two, three}},
		"point": {one, link.ByPlace, nil}, "half": {two, link.ByPlace, nil}, "both": {of: []uuid.UUID{two, three}},
		"same": {three, link.ByPlace, nil},
	}
	found, err := c.Buildings.Find(t.Context(), c.Pool, "gis", rows)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range found {
		w := want[rows[i].Ref]
		var of []uuid.UUID
		for _, x := range f.Candidates {
			of = append(of, x.ID)
		}
		if f.ID != w.id || f.By != w.by || !slices.Equal(of, w.of) {
			t.Errorf("%s: %+v, want %+v", rows[i].Ref, f, w)
		}
	}
	// A row of the same source is another building, whatever it has in common.
	own, err := c.Buildings.Find(t.Context(), c.Pool, "map", []building.Building{{Ref: "1"}, {Ref: "9", Address: "解放路12号3栋", Point: near}})
	if err != nil || own[0].ID != one || own[0].By != link.BySource || own[1].ID != uuid.Nil || len(own[1].Candidates) > 0 {
		t.Errorf("%+v (%v)", own, err)
	}
}

func TestOnlyWhatAFileGivesIsOverwritten(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	at, below := apitest.InGridA, 2
	put(t, c, batch(c, "map"), building.Building{Ref: "1", Name: "甲楼", Address: "解放路12号", Levels: 6, Point: at, Geom: footprint(at, 20, 20)})
	id := idOf(t, c, "map", "1")
	b := batch(c, "register", "code", "name", "levels_below", "built_year")
	row := building.Building{Ref: "r7", ID: id, Code: "L7", Name: "乙楼", LevelsBelow: &below, BuiltYear: 1998}
	if m := put(t, c, b, row); m != (pg.Merged{Changed: 1}) {
		t.Fatalf("%+v", m)
	}
	if m := put(t, c, b, row); m != (pg.Merged{Unchanged: 1}) {
		t.Errorf("again: %+v", m)
	}
	var name, address string
	var levels, under, year int
	var found, former bool
	err := c.Pool.QueryRow(t.Context(), `
SELECT name, address, levels, levels_below, built_year, words @@ $1::tsquery, words @@ $2::tsquery FROM building`, find.Query("乙楼 解放路"), find.Query("甲楼")).Scan(&name, &address, &levels, &under, &year, &found, &former)
	if err != nil || name != "乙楼" || address != "解放路12号" || levels != 6 || under != 2 || year != 1998 || !found || former {
		t.Errorf("%s %s %d %d %d, found %v, by the former name %v (%v)", name, address, levels, under, year, found, former, err)
	}
	// The row is known by its own reference from now on.
	again, err := c.Buildings.Find(t.Context(), c.Pool, "register", []building.Building{{Ref: "r7"}})
	if err != nil || again[0].ID != id || again[0].By != link.BySource {
		t.Errorf("%+v (%v)", again, err)
	}
	put(t, c, batch(c, "map"), building.Building{Ref: "2", Code: "L8", Point: at, Geom: footprint(at, 20, 20)})
	err = pg.InTx(t.Context(), c.Pool, func(tx pgx.Tx) error {
		_, err := c.Buildings.Import(t.Context(), tx, c.Regions.Index(), b, []building.Building{{Ref: "r7", ID: id, Code: "L8"}})
		return err
	})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("the code of another building: %v", err)
	}
}

func TestWhatCannotBeABuildingIsSaid(t *testing.T) {
	t.Parallel()
	below := 21
	bad := building.Check(building.Building{Levels: 301, LevelsBelow: &below, HeightM: 2000, BuiltYear: 98})
	var fields []string
	for _, f := range bad {
		fields = append(fields, f.Location)
	}
	if !slices.Equal(fields, []string{"levels", "levels_below", "height", "built_year", "geometry"}) {
		t.Errorf("%+v", bad)
	}
}
