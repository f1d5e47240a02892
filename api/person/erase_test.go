package person_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/audit"
	"onemap/api/fault"
	"onemap/api/person"
	"onemap/api/place"
)

// mentions names the columns in which a text occurs, asking the catalogue for
// every column of every table.
func mentions(t *testing.T, c *town, text string) []string {
	t.Helper()
	rows, err := c.Root.Query(t.Context(), `
SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')`)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Table, Column string }])
	if err != nil || len(columns) < 200 {
		t.Fatalf("%d columns: %v", len(columns), err)
	}
	has := "strpos(%[2]s::text, $1) > 0"
	if len(text) < 5 { // within the digits of a time, an id or a hash it stands by chance
		has = "%[2]s::text ~ ('(?<![0-9a-f])' || $1 || '(?![0-9a-f])')"
	}
	var found []string
	for _, x := range columns {
		// as text, and of bytes as hexadecimal digits and as the text they are
		sql := fmt.Sprintf("SELECT EXISTS (SELECT FROM %[1]s WHERE "+has+" OR strpos(%[2]s::text, $2) > 0)", pgx.Identifier{x.Table}.Sanitize(), pgx.Identifier{x.Column}.Sanitize())
		if one[bool](t, c, sql, text, hex.EncodeToString([]byte(text))) {
			found = append(found, x.Table+"."+x.Column)
		}
	}
	slices.Sort(found)
	return found
}

// Of somebody who is erased no value, blind, reference or id is left in any
// column, but the id in what is only ever added to; the flows still count them.
func TestNothingIsLeftOfWhoIsErased(t *testing.T) {
	t.Parallel()
	c := newTown(t, 4)
	registrar, _ := c.Audit.Command(c.As(actor.Registrar, apitest.CityCode), "reveal-person")
	n, other := number(on(1950, 5, 6), 11), number(on(1952, 5, 6), 12)
	his := person.Row{Ref: n, Name: "欧阳铁蛋", IDNumber: n, Phone: "13877775555", HouseholdRef: n, Head: true, DwellingID: c.a[0], Since: on(2010, 3, 4), Tags: []string{"disabled"}, TagUntil: on(2027, 4, 5)}
	hers := person.Row{Ref: "B-2", Name: "王小红", IDNumber: other, HouseholdRef: n, DwellingID: c.a[0], Since: on(2011, 7, 8)}
	c.imports(t, c.batch("police"), his, hers)
	again := his
	again.Ref, again.HouseholdRef, again.Tags = "WELFARE-77", "", nil
	c.imports(t, c.batch("welfare"), again)
	id := one[uuid.UUID](t, c, "SELECT person_id FROM person_tag")
	tie, tag := one[uuid.UUID](t, c, "SELECT id FROM residence WHERE person_id = $1", id), one[uuid.UUID](t, c, "SELECT id FROM person_tag WHERE person_id = $1", id)
	if _, err := c.People.Reveal(registrar, id, "核对"); err != nil {
		t.Fatal(err)
	}
	// Rows that waited for a decision: one that he is a candidate of, one that became him.
	c.Beneath(t, func(tx pgx.Tx) error {
		run := uuid.New()
		_, err := tx.Exec(t.Context(), "INSERT INTO import_run (id, kind, file_name, sha256, bytes, mapping, state, created_at, updated_at) VALUES ($1, 'people', 'f.csv', '', 1, '{}', 'done', now(), now())", run)
		for i, candidates := range []string{`[{"id": "` + id.String() + `", "title": "欧*** 1950 解放路1号101"}]`, `[]`} {
			if err != nil {
				return err
			}
			key := [][]byte{[]byte("k"), c.Keys.Blind("import.row", "people\x00police\x00"+n)}[i]
			_, err = tx.Exec(t.Context(), "INSERT INTO import_doubt (id, run_id, line, row_key, given, candidates, state) VALUES ($1, $2, $3, $4, '', $5, 'new')", uuid.New(), run, i, key, candidates)
		}
		return err
	})
	if _, err := c.People.Leave(registrar, id, on(2024, 1, 20), person.Moved); err != nil {
		t.Fatal(err)
	}
	var secrets []string
	for _, sql := range []string{"id_blind", "phone_blind", "name_blind", "id_sealed", "phone_sealed", "name_sealed"} {
		secrets = append(secrets, hex.EncodeToString(one[[]byte](t, c, "SELECT "+sql+" FROM person WHERE id = $1", id)))
	}
	secrets = append(secrets, n, n[6:14], "欧阳", "阳铁蛋", "铁蛋", "oytd", "13877775555", "5555", "WELFARE-77", tie.String(), tag.String(), "1950-05-06", "2010-03-04", "2024-01-20", "2027-04-05",
		hex.EncodeToString(c.Keys.Blind("import.row", "people\x00police\x00"+n)))
	there := 0
	for _, s := range secrets {
		if len(mentions(t, c, s)) > 0 {
			there++
		}
	}
	if there < 13 { // of the name nothing: a tag seals it
		t.Fatalf("only %d of %d values are there to be erased: the test proves nothing", there, len(secrets))
	}
	before := flows(registrar, t, c, on(2010, 3, 1), on(2010, 3, 31)) + flows(registrar, t, c, on(2024, 1, 1), on(2024, 1, 31))

	if k, err := c.People.EraseLeft(t.Context(), on(2024, 2, 1), true); k != 1 || err != nil {
		t.Fatalf("a dry run: %d %v", k, err)
	}
	if k, err := c.People.EraseLeft(t.Context(), on(2024, 1, 20), false); k != 0 || err != nil {
		t.Fatalf("before he left: %d %v", k, err)
	}
	for want := range int64(2) { // and a second time nothing
		if k, err := c.People.EraseLeft(t.Context(), on(2024, 2, 1), false); k != 1-want || err != nil {
			t.Fatalf("%d erased, want %d: %v", k, 1-want, err)
		}
	}

	for _, s := range secrets {
		if found := mentions(t, c, s); len(found) > 0 {
			t.Errorf("%q is left in %v", s, found)
		}
	}
	for _, column := range mentions(t, c, id.String()) {
		if column != "change_inbox.object" && column != "change_log.object" && column != "audit_inbox.body" && column != "audit_log.object" && column != "audit_log.others" {
			t.Errorf("the id is left in %s", column)
		}
	}
	if after := flows(registrar, t, c, on(2010, 3, 1), on(2010, 3, 31)) + flows(registrar, t, c, on(2024, 1, 1), on(2024, 1, 31)); after != before || before != "1 in 0 out; 0 in 1 out; " {
		t.Errorf("flows count %s, before %s", after, before)
	}
	// One alone is no group: neither age nor sex is said of them.
	if k := one[int](t, c, "SELECT count(*) FROM remainder WHERE sex <> '' OR born_from <> 0"); k != 0 {
		t.Errorf("%d cells tell of one person", k)
	}
	if k := one[int](t, c, "SELECT count(*) FROM person p JOIN household h ON h.id = p.household_id WHERE p.name = '王小红'"); k != 1 {
		t.Error("who lived with them has lost the household")
	}

	// No file brings him back, by whatever it knows him; coming back does.
	for source, row := range map[string]person.Row{"police": his, "welfare": {Ref: "WELFARE-77", Name: "欧阳铁蛋", DwellingID: c.a[0]}, "third": {Ref: "x", Name: "欧阳铁蛋", IDNumber: n, DwellingID: c.a[0], Since: on(2010, 3, 4)}} {
		found, err := c.People.Find(t.Context(), c.Pool, source, []person.Row{row})
		if err != nil || found[0].Refused == "" || strings.Contains(found[0].Refused, "欧阳") {
			t.Errorf("a row of %s again: %+v %v", source, found, err)
		}
		err = pgx.BeginFunc(t.Context(), c.Pool, func(tx pgx.Tx) error {
			_, err := c.tryImport(t.Context(), tx, c.batch(source), []person.Row{row})
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("a row of %s is taken: %v", source, err)
		}
	}
	his.Since = on(2025, 6, 1)
	if m := c.imports(t, c.batch("police"), his); m.Fresh != 1 {
		t.Errorf("who has come back: %+v", m)
	}
}

func flows(ctx context.Context, t *testing.T, c *town, since, until time.Time) string {
	t.Helper()
	list, _, err := c.People.Flows(ctx, "", since, until, place.Then)
	if err != nil {
		t.Fatal(err)
	}
	var in, out int64
	for _, f := range list {
		in, out = in+f.In, out+f.Out
	}
	return fmt.Sprintf("%d in %d out; ", in, out)
}

// Enough people of a sex and age stay a group; whoever is alone in theirs is
// counted with the month only.
func TestGroupsOfEnoughPeopleStay(t *testing.T) {
	t.Parallel()
	c := newTown(t, 1)
	var rows []person.Row
	for i := range 120 {
		born, sex := on(1951+i%4, 1, 1), person.Male
		if i >= 100 { // twenty women of ten bands
			born, sex = on(1900+5*(i%10), 1, 1), person.Female
		}
		if i == 99 {
			born = on(1990, 1, 1)
		}
		rows = append(rows, person.Row{Ref: fmt.Sprint(i), Name: "某某", Sex: sex, BornOn: born, DwellingID: c.a[0], Since: on(2012, 5, 1+i%28)})
	}
	c.imports(t, c.batch("list"), rows...)
	c.Beneath(t, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), "UPDATE residence SET until = '2023-12-31'; UPDATE person SET left_on = '2023-12-31', left_why = 'died', scope_code = '', dwelling_id = NULL, building_id = NULL, grid_code = NULL")
		return err
	})
	done := make(chan int64)
	for range 2 { // two servers
		go func() {
			k, err := c.People.EraseLeft(t.Context(), on(2024, 1, 1), false)
			if err != nil {
				t.Error(err)
			}
			done <- k
		}()
	}
	if k := <-done + <-done; k != 120 {
		t.Errorf("%d erased", k)
	}
	got := one[string](t, c, "SELECT string_agg(concat_ws(' ', month, sex, born_from, came, went), '; ' ORDER BY month, sex, born_from) FROM remainder")
	if want := "2012-05-01  0 1 0; 2012-05-01 female 0 20 0; 2012-05-01 male 1950 99 0; 2023-12-01  0 0 1; 2023-12-01 female 0 0 20; 2023-12-01 male 1950 0 99"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	// A load looks at nobody: where marks are, there is none.
	if err := c.People.BulkLoad(t.Context(), func(pgx.Tx, *person.Bulk) error { return nil }); !errors.Is(err, person.ErrNotEmpty) {
		t.Errorf("a load beside marks: %v", err)
	}
}

// What the sweep erases is an entry of each city: its administrator sees it on the
// page of retention and in the log, and the next city's sees neither.
func TestEachCitysErasingIsItsOwnEntry(t *testing.T) {
	t.Parallel()
	const next = "7702"
	c := newTown(t, 2)
	c.People.Keep = func() int { return 24 }
	c.Beneath(t, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), "UPDATE dwelling SET grid_code = $1 || '01001001001', scope_code = $1 || '01001001001' WHERE id = ANY ($2)", next, c.b)
		return err
	})
	c.imports(t, c.batch("list"), person.Row{Ref: "1", Name: "某某", DwellingID: c.a[0]}, person.Row{Ref: "2", Name: "某某", DwellingID: c.b[0]}, person.Row{Ref: "3", Name: "某某", DwellingID: c.a[1]}, person.Row{Ref: "4", Name: "某某", DwellingID: c.b[1]}, person.Row{Ref: "5", Name: "某某"})
	c.Beneath(t, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), "UPDATE person SET left_on = date '2020-01-01' + source_ref::int, left_why = 'moved', scope_code = '', dwelling_id = NULL, building_id = NULL, grid_code = NULL")
		return err
	})
	due := func(prefix string) (list []string) {
		kept, err := c.People.Retention(c.As(actor.Administrator, prefix))
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range kept.Items {
			list = append(list, fmt.Sprint(one.Community, " ", one.Due))
		}
		return list
	}
	if ours, theirs := fmt.Sprint(due(apitest.CityCode)), fmt.Sprint(due(next)); ours != "[ 1 990101001001 2]" || theirs != "[ 1 770201001001 2]" {
		t.Errorf("due: %s here, %s next door", ours, theirs)
	}
	entry, _ := c.Audit.Command(t.Context(), "people erase")
	if n, err := c.People.EraseLeft(entry, on(2024, 1, 1), false); err != nil || n != 5 {
		t.Fatalf("%d erased: %v", n, err)
	}
	c.Audited(t, audit.Ask{})
	for prefix, want := range map[string]string{"": "[ 1 7702 2 9901 2]", apitest.CityCode: "[9901 2]", next: "[7702 2]", apitest.StreetA: "[]", "77": "[7702 2]"} {
		found, err := audit.Search(t.Context(), c.Pool, apitest.Actor(actor.Administrator, prefix).Oversight(), audit.Ask{Action: "people erase", Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		var seen []string
		for _, e := range found {
			seen = append(seen, fmt.Sprint(e.Scope, " ", 1+len(e.Others)))
		}
		if slices.Sort(seen); fmt.Sprint(seen) != want {
			t.Errorf("the administrator of %q sees %v, want %s", prefix, seen, want)
		}
	}
}

// Registrars see whom they ask about, administrators of the place erase, and next
// door there is nobody to erase.
func TestWhoErases(t *testing.T) {
	t.Parallel()
	c := newTown(t, 1)
	c.imports(t, c.batch("list"), person.Row{Ref: "1", Name: "王小明", DwellingID: c.a[0]})
	id := one[uuid.UUID](t, c, "SELECT id FROM person")
	for _, tt := range []struct {
		role   actor.Role
		place  string
		reason string
		code   fault.Kind
	}{
		{actor.Registrar, apitest.StreetA, "重复登记", fault.Forbidden},
		{actor.Administrator, apitest.StreetB, "重复登记", fault.NotFound},
		{actor.Operator, apitest.StreetA, "重复登记", fault.NotFound},
		{actor.Administrator, apitest.StreetA, " ", fault.Invalid},
	} {
		if err := c.People.Erase(c.As(tt.role, tt.place), id, tt.reason); !fault.Is(err, tt.code) {
			t.Errorf("%s of %s: %v", tt.role, tt.place, err)
		}
	}
	if err := c.People.Erase(c.As(actor.Administrator, apitest.StreetA), id, "重复登记"); err != nil {
		t.Fatal(err)
	}
	if err := c.People.Erase(actor.With(t.Context(), actor.Command("people erase")), id, "重复登记"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a second time: %v", err)
	}
	if k := one[int](t, c, "SELECT count(*) FROM person"); k != 0 {
		t.Errorf("%d people", k)
	}
}
