package building_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/address"
	"onemap/api/apitest"
	"onemap/api/building"
	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/pg"
)

// rooms imports dwellings.
func rooms(t *testing.T, c *apitest.City, b link.Batch, list ...building.Dwelling) (m pg.Merged, err error) {
	t.Helper()
	err = pg.InTx(t.Context(), c.Pool, func(tx pgx.Tx) error {
		m, err = c.Buildings.ImportDwellings(t.Context(), tx, b, list)
		return err
	})
	return m, err
}

func stack(t *testing.T, c *apitest.City, sql string, args ...any) []string {
	t.Helper()
	rows, err := c.Pool.Query(context.Background(), sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestRoomsOfAFileBringUnitsAndStoreys(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	at := apitest.InGridA
	put(t, c, batch(c, "map"), building.Building{Ref: "1", Code: "L1", Address: "解放路12号3栋", Point: at, Geom: footprint(at, 20, 20)})
	house := idOf(t, c, "map", "1")
	list := []building.Dwelling{
		{Ref: "a", BuildingID: house, Unit: "一单元", Code: "502室", AreaM2: 89.5, RealtyCode: "F1"},
		{Ref: "b", BuildingID: house, Unit: "1", Code: "102", Use: "shop"},
		{Ref: "c", BuildingID: house, Unit: "2单元", Storey: "三层", Code: "301"},
		{Ref: "d", BuildingID: house, Storey: "地下一层", Code: "B023", Use: "parking"},
		{Ref: "e", BuildingID: house, Unit: "1单元", Code: "５０２"}, // the first again
	}
	if m, err := rooms(t, c, batch(c, "register"), list...); err != nil || m != (pg.Merged{Fresh: 4, Unchanged: 1}) {
		t.Fatalf("%+v (%v)", m, err)
	}
	if m, err := rooms(t, c, batch(c, "register"), list[:4]...); err != nil || m != (pg.Merged{Unchanged: 4}) {
		t.Errorf("again: %+v (%v)", m, err)
	}
	if got := stack(t, c, "SELECT ordinal || ' ' || label || ' ' || kind FROM building_storey ORDER BY ordinal"); !slices.Equal(got, []string{
		"-1 B1 below", "0 1 ground", "1 2 above", "2 3 above", "3 4 above", "4 5 above",
	}) {
		t.Errorf("%q", got)
	}
	if got := stack(t, c, `SELECT COALESCE(u.code, '-') || ' ' || d.code || ' ' || storey_from || '/' || col || ' ' || use || ' ' || address || ' ' || d.scope_code
FROM dwelling d LEFT JOIN building_unit u ON u.id = d.unit_id ORDER BY d.source_ref`); !slices.Equal(got, []string{
		"1 502 4/2 dwelling 解放路12号3栋1单元502室 " + apitest.GridA, "1 102 0/2 shop 解放路12号3栋1单元102室 " + apitest.GridA,
		"2 301 2/1 dwelling 解放路12号3栋2单元301室 " + apitest.GridA, "- B023 -1/1 parking 解放路12号3栋B023室 " + apitest.GridA,
	}) {
		t.Errorf("%q", got)
	}
	found, err := c.Buildings.FindDwellings(t.Context(), c.Pool, "police", []building.Dwelling{
		{Ref: "1", RealtyCode: "F1"}, {Ref: "2", BuildingID: house, Unit: "二单元", Code: "301房"}, {Ref: "3", BuildingID: house, Code: "301"},
	})
	if err != nil || found[0].By != link.ByCode || found[1].By != link.ByAddress || found[2].ID != uuid.Nil {
		t.Errorf("%+v (%v)", found, err)
	}
	if _, err := rooms(t, c, batch(c, "register"), building.Dwelling{Ref: "z", BuildingID: apitest.NewID(), Code: "101"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a dwelling in no building: %v", err)
	}
	r, err := c.Buildings.LoadResolver(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Addressed(address.Parse("青禾市解放路十二号3栋502")); !slices.Equal(got, []uuid.UUID{house}) {
		t.Errorf("%v", got)
	}
	if got, ok := r.Coded("L1"); !ok || got != house {
		t.Errorf("%v", got)
	}
	for name, w := range map[string]struct {
		code, unit, room string
		ok               bool
	}{
		"unit and room": {unit: "1单元", room: "502室", ok: true}, "the only 301": {room: "301", ok: true}, "realty": {code: "F1", ok: true},
		"no such room": {unit: "1", room: "503"}, "the wrong unit": {unit: "1", room: "301"}, "nothing": {},
	} {
		d, ok := r.Dwelling(w.code, house, w.unit, w.room)
		if ok != w.ok || ok && (d.BuildingID != house || d.Scope != apitest.GridA || d.GridCode == nil || *d.GridCode != apitest.GridA) {
			t.Errorf("%s: %+v %v", name, d, ok)
		}
	}
}

// The third storey is labelled 5: the label says where a row belongs, the
// ordinal how high it is.
func TestALabelIsNotAnOrdinal(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	at := apitest.InGridA
	put(t, c, batch(c, "map"), building.Building{Ref: "1", Point: at, Geom: footprint(at, 20, 20)})
	house := idOf(t, c, "map", "1")
	c.Tx(t, func(tx pgx.Tx) error {
		var storeys []building.Storey
		for i, label := range []string{"1", "2", "5"} {
			kind := "above"
			if i == 0 {
				kind = "ground"
			}
			storeys = append(storeys, building.Storey{ID: apitest.NewID(), Ordinal: i, Label: label, Kind: kind, HeightM: 3})
		}
		_, err := c.Buildings.ImportStacks(t.Context(), tx, batch(c, "demo"), []building.StackOf{{BuildingID: house, Storeys: storeys}})
		return err
	})
	if m, err := rooms(t, c, batch(c, "register"), building.Dwelling{Ref: "a", BuildingID: house, Code: "501"}, building.Dwelling{Ref: "b", BuildingID: house, Code: "701"}); err != nil || m.Fresh != 2 {
		t.Fatalf("%+v (%v)", m, err)
	}
	if got := stack(t, c, "SELECT d.code || ' ' || s.ordinal || ' ' || s.label FROM dwelling d JOIN building_storey s ON s.building_id = d.building_id AND s.ordinal = d.storey_from ORDER BY d.code"); !slices.Equal(got, []string{"501 2 5", "701 4 7"}) {
		t.Errorf("%q", got)
	}
	if _, err := rooms(t, c, batch(c, "register"), building.Dwelling{Ref: "c", BuildingID: house, Code: "301"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a storey between 2 and 5: %v", err)
	}
}
