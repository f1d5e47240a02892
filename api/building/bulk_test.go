package building_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"onemap/api/apitest"
	"onemap/api/building"
	"onemap/api/fault"
	"onemap/api/pg"
)

// held is all that is kept of buildings but what numbers and dates them.
func held(t testing.TB, c *apitest.City) (text string) {
	t.Helper()
	err := c.Pool.QueryRow(t.Context(), "SELECT COALESCE(string_agg(((to_jsonb(b) - 'id') - 'fid')::text || b.words::text, E'\\n' ORDER BY source_ref), '') FROM building b").Scan(&text)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// made is how the table is made.
func made(t testing.TB, c *apitest.City) (text string) {
	t.Helper()
	err := c.Pool.QueryRow(t.Context(), `
SELECT string_agg(d, E'\n' ORDER BY d) FROM (
    SELECT indexdef AS d FROM pg_indexes WHERE tablename = 'building'
    UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE 'building'::regclass IN (conrelid, confrelid)) s`).Scan(&text)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func load(t testing.TB, c *apitest.City, then error, list ...building.Building) (m pg.Merged, err error) {
	t.Helper()
	err = c.Buildings.BulkLoad(t.Context(), func(tx pgx.Tx, bulk *building.Bulk) error {
		ix, err := c.Regions.Hold(t.Context(), tx)
		if err != nil {
			return err
		}
		if m, err = bulk.Import(t.Context(), tx, ix, batch(c, "map"), list); err != nil {
			return err
		}
		return then
	})
	return m, err
}

func someBuilding(ref int) *rapid.Generator[building.Building] {
	return rapid.Custom(func(t *rapid.T) building.Building {
		text := func(label string, of ...string) string { return rapid.SampledFrom(append(of, "")).Draw(t, label) }
		at := orb.Point{113.29 + rapid.Float64Range(0, 0.03).Draw(t, "lon"), 23.39 + rapid.Float64Range(0, 0.03).Draw(t, "lat")}
		b := building.Building{
			Ref: fmt.Sprint("r", ref), Name: text("name", "青禾花园3栋", "重庆大厦A座", "O'Hara \\ House", "１２号楼"), NameEn: text("name_en", "Spring Court"),
			Use: text("use", "residential"), Address: text("address", "青禾市临川区解放路12号3栋", "和平花园三号楼", "Bahnhofstrasse 12", "\t乱 写 "),
			Levels: rapid.IntRange(0, 300).Draw(t, "levels"), HeightM: rapid.SampledFrom([]float64{0, 3.2, 1999.9}).Draw(t, "height"),
			BuiltYear: rapid.SampledFrom([]int{0, 1000, 1998, 2200}).Draw(t, "year"), Structure: text("structure", "砖混"),
			Point: orb.Point{at[0] + 5e-5, at[1] + 5e-5}, Geom: footprint(at, 20, 20),
		}
		if rapid.Bool().Draw(t, "coded") {
			b.Code = fmt.Sprint("L", ref)
		}
		if rapid.Bool().Draw(t, "cellar") {
			n := rapid.IntRange(0, 20).Draw(t, "below")
			b.LevelsBelow = &n
		}
		if rapid.Bool().Draw(t, "yard") {
			b.Geom[0] = append(b.Geom[0], orb.Ring{{at[0] + 1e-5, at[1] + 1e-5}, {at[0] + 1e-5, at[1] + 3e-5}, {at[0] + 3e-5, at[1] + 3e-5}, {at[0] + 1e-5, at[1] + 1e-5}})
		}
		return b
	})
}

// A load leaves what an import does, of whatever rows, and an import of the same
// after it changes nothing.
func TestALoadOfBuildingsIsAnImport(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	shape := made(t, c)
	empty := func() {
		if _, err := c.Root.Exec(t.Context(), "DELETE FROM building"); err != nil {
			t.Fatal(err)
		}
	}
	for round := range 4 { // each changes the table's indexes twice: many rows, few rounds
		var list []building.Building
		for i := range 80 {
			list = append(list, someBuilding(i).Example(100*round+i))
		}
		put(t, c, batch(c, "map"), list...)
		imported := held(t, c)
		empty()
		if m, err := load(t, c, nil, list...); err != nil || m != (pg.Merged{Fresh: int64(len(list))}) {
			t.Fatalf("%+v, %v", m, err)
		}
		if loaded := held(t, c); loaded != imported {
			t.Fatalf("loaded\n%s\nimported\n%s", loaded, imported)
		}
		if m := put(t, c, batch(c, "map"), list...); m != (pg.Merged{Unchanged: int64(len(list))}) {
			t.Fatalf("imported after the load: %+v", m)
		}
		empty()
	}
	if made(t, c) != shape {
		t.Errorf("the table is not what it was:\n%s\n%s", shape, made(t, c))
	}
}

// A load that breaks off, or breaks a rule, leaves nothing; where buildings are,
// or rows were linked to some, nothing is loaded.
func TestALoadOfBuildingsIsAllOrNothing(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	shape := made(t, c)
	at := apitest.InGridA
	one := building.Building{Ref: "1", Code: "L1", Point: at, Geom: footprint(at, 20, 20)}
	other := building.Building{Ref: "2", Code: "L2", Point: at, Geom: footprint(at, 20, 20)}
	twin, bare := other, other
	twin.Code, bare.Geom = "L1", nil
	again := other
	again.Ref = "1"
	broken := errors.New("the process is killed")
	if _, err := load(t, c, broken, one, other); !errors.Is(err, broken) {
		t.Errorf("broken off: %v", err)
	}
	for name, list := range map[string][]building.Building{"two with one code": {one, twin}, "two with one reference": {one, again}, "one without a footprint": {one, bare}} {
		if _, err := load(t, c, nil, list...); !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) && pg.Constraint(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
		if held(t, c) != "" || made(t, c) != shape {
			t.Errorf("%s: something stayed, or an index is missing", name)
		}
	}
	if _, err := c.Root.Exec(t.Context(), "INSERT INTO import_link (kind, source, source_ref, object_id) VALUES ('building', 'map', '1', $1)", apitest.NewID()); err != nil {
		t.Fatal(err)
	}
	if _, err := load(t, c, nil, one); !errors.Is(err, building.ErrNotEmpty) {
		t.Errorf("with a link: %v", err)
	}
	if vacant, err := c.Buildings.Empty(t.Context()); vacant || err != nil {
		t.Errorf("empty with a link: %v, %v", vacant, err)
	}
}
