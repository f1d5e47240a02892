package person_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/find"
	"onemap/api/person"
)

// dump is every column of text of the database, of any type that holds some.
func dump(t *testing.T, c *town) string {
	t.Helper()
	rows, err := c.Root.Query(t.Context(), `
SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relkind = 'r' AND c.relnamespace = 'city'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped AND format_type(a.atttypid, NULL) ~ 'text|json|tsvector|char|bytea'`)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Table, Column string }])
	if err != nil || len(columns) < 150 {
		t.Fatalf("%d columns: %v", len(columns), err)
	}
	var all strings.Builder
	for _, x := range columns {
		sql := fmt.Sprintf("SELECT COALESCE(string_agg(%q::text, E'\\n'), '') FROM city.%q", x.Column, x.Table)
		all.WriteString(one[string](t, c, sql) + "\n")
	}
	return all.String()
}

// Of a city that was loaded as a whole, and grew by files, no name of anybody
// with a care tag is in any column, nor its end or its initials; the names of
// others are.
func TestNamesOfTaggedPeopleAreNowhereInTheDatabase(t *testing.T) {
	t.Parallel()
	c := newTown(t, 100)
	rows := crowd(c.a, uuid.Nil, "", 700)
	err := c.People.BulkLoad(t.Context(), func(tx pgx.Tx, bulk *person.Bulk) error {
		_, err := bulk.Import(t.Context(), tx, nil, c.batch("load"), rows[:500])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c.imports(t, c.batch("load"), rows[500:]...)
	seen := dump(t, c)
	secret, open := 0, 0
	for _, r := range rows {
		end := string([]rune(r.Name)[1:])
		switch there := strings.Contains(seen, r.Name); {
		case len(r.Tags) == 0 && there:
			open++
		case len(r.Tags) > 0 && there:
			t.Errorf("%s is there", r.Name)
		case len(r.Tags) > 0:
			secret++
			shared := slices.ContainsFunc(rows, func(o person.Row) bool { return len(o.Tags) == 0 && strings.Contains(o.Name, end) })
			if !shared && strings.Contains(seen, end) {
				t.Errorf("the end of %s is there", r.Name)
			}
		}
	}
	if secret != 70 || open != 630 {
		t.Errorf("%d names are sealed, %d are open", secret, open)
	}
}

// found counts who is found by a text.
func found(t *testing.T, c *town, typed string) int {
	t.Helper()
	hits, err := c.People.Search(c.As(actor.Registrar, apitest.CityCode), typed, 10)
	if err != nil {
		t.Fatal(err)
	}
	page, err := c.People.List(c.As(actor.Registrar, apitest.CityCode), person.Filter{Text: typed}, 10, "")
	if err != nil || len(page.Items) != len(hits) {
		t.Errorf("%q finds %d in the search, %d in the list: %v", typed, len(hits), len(page.Items), err)
	}
	for _, h := range hits {
		if h.Name != "欧**" {
			t.Errorf("%q shows %q", typed, h.Name)
		}
	}
	return len(hits)
}

// A name is sealed with the first tag and opened after the last; sealed it is
// found whole, and shown as before.
func TestATagSealsTheName(t *testing.T) {
	t.Parallel()
	c := newTown(t, 2)
	registrar, _ := c.Audit.Command(c.As(actor.Registrar, apitest.CityCode), "reveal-person")
	row := person.Row{Ref: "R1", Name: "欧阳铁蛋", Phone: "13877775555", DwellingID: c.a[0], BornOn: on(1950, 5, 6)}
	c.imports(t, c.batch("police"), row)
	id := one[uuid.UUID](t, c, "SELECT id FROM person")
	state := func(name string, sealed bool) {
		t.Helper()
		whole, part := 1, 1
		if sealed {
			part = 0
		}
		if is := one[bool](t, c, "SELECT name_sealed IS NOT NULL AND name = '' FROM person"); is != sealed {
			t.Errorf("sealed: %v", is)
		}
		if n := found(t, c, name); n != whole {
			t.Errorf("the whole name finds %d", n)
		}
		for _, typed := range []string{"欧阳", string([]rune(name)[2:]), find.Initials(name)} {
			if n := found(t, c, typed); n != part {
				t.Errorf("%q finds %d, want %d", typed, n, part)
			}
			if there := len(mentions(t, c, typed)) > 0; sealed && there {
				t.Errorf("%q is in %v", typed, mentions(t, c, typed))
			}
		}
		full, err := c.People.Reveal(registrar, id, "核对")
		if err != nil || full.Name != name {
			t.Errorf("revealed as %q: %v", full.Name, err)
		}
		if _, ids, err := c.People.Unreadable(t.Context(), c.Vault, 100); err != nil || len(ids) > 0 {
			t.Errorf("unreadable: %v %v", ids, err)
		}
	}
	state("欧阳铁蛋", false)
	given, err := c.People.GiveTag(registrar, id, person.NewTag{Tag: "disabled"})
	if err != nil {
		t.Fatal(err)
	}
	state("欧阳铁蛋", true)
	if m := c.imports(t, c.batch("police"), row); m.Unchanged != 1 {
		t.Errorf("the same file: %+v", m)
	}
	name := "欧阳石头"
	if _, err := c.People.Update(registrar, id, given.Rev, person.Edit{Name: &name}); err != nil {
		t.Fatal(err)
	}
	state(name, true)
	row.Name = "欧阳木头"
	if m := c.imports(t, c.batch("police"), row); m.Changed != 1 {
		t.Errorf("another name in the file: %+v", m)
	}
	state("欧阳木头", true)
	// The same person under another source is in doubt, not somebody new.
	met, err := c.People.Find(t.Context(), c.Vault, "welfare", []person.Row{{Ref: "W", Name: "欧阳木头", BornOn: on(1950, 5, 6), DwellingID: c.a[0]}})
	if err != nil || len(met[0].Candidates) != 1 || !strings.HasPrefix(met[0].Candidates[0].Title, "欧** 1950") {
		t.Errorf("%+v %v", met, err)
	}
	if _, err := c.People.EndTag(registrar, id, given.Tags[0].ID, c.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	state("欧阳木头", true) // to the end of the day
	c.Clock.Advance(24 * 3600e9)
	if n, err := c.People.SettleNames(t.Context()); n != 1 || err != nil {
		t.Errorf("%d names settled: %v", n, err)
	}
	state("欧阳木头", false)
	row.Tags = []string{"veteran"}
	c.imports(t, c.batch("police"), row)
	state("欧阳木头", true)
	// A name that lay open before there was any sealing.
	c.Beneath(t, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), "UPDATE person SET name = '欧阳木头', name_2 = '阳木头', name_3 = '木头', initials = 'oymt', name_sealed = NULL, name_blind = NULL")
		return err
	})
	state("欧阳木头", false)
	if n, err := c.People.SettleNames(t.Context()); n != 1 || err != nil {
		t.Errorf("%d names settled: %v", n, err)
	}
	state("欧阳木头", true)
}
