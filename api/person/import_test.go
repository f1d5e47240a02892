package person_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/apitest"
	"onemap/api/fault"
	"onemap/api/person"
	"onemap/api/pg"
)

func family(t *town) []person.Row {
	alone := true
	return []person.Row{
		{Ref: "1", Name: "王小明", IDNumber: number(on(1950, 5, 6), 11), Phone: "138 0000 1234", HouseholdRef: "h1", Head: true, DwellingID: t.a[0], Since: on(2010, 1, 1), Tags: []string{"disabled"}, LivesAlone: &alone},
		{Ref: "2", Name: "李芳", IDNumber: number(on(1952, 2, 3), 22), HouseholdRef: "h1", DwellingID: t.a[0]},
		{Ref: "3", Name: "John Smith", IDKind: person.Passport, IDNumber: "E01234567", Sex: person.Male, BornOn: on(1990, 1, 1), Kind: "overseas", DwellingID: t.b[0]},
		{Ref: "4", Name: "无居所"},
	}
}

func TestPeopleAreImportedOnceAndSealed(t *testing.T) {
	t.Parallel()
	c := newTown(t, 3)
	rows := family(c)
	if m := c.imports(t, c.batch("list"), rows...); m != (pg.Merged{Fresh: 4}) {
		t.Fatalf("%+v", m)
	}
	if m := c.imports(t, c.batch("list"), rows...); m != (pg.Merged{Unchanged: 4}) {
		t.Errorf("the second time: %+v", m)
	}
	type kept struct {
		Name, Second, Third, Initials, Sex, Kind, IDKind, Scope string
		Born                                                    *time.Time
		Number, NumberBlind, Phone, PhoneBlind                  []byte
		SealedName, NameBlind                                   []byte
		Alone, Head                                             bool
		Grid                                                    *string
		Rev                                                     int64
	}
	get := func(ref string) kept {
		t.Helper()
		r, err := c.Root.Query(t.Context(), "SELECT name, name_2, name_3, initials, sex, kind, id_kind, scope_code, born_on, id_sealed, id_blind, phone_sealed, phone_blind, name_sealed, name_blind, lives_alone, head, grid_code, rev FROM person WHERE source_ref = $1", ref)
		if err != nil {
			t.Fatal(err)
		}
		k, err := pgx.CollectExactlyOneRow(r, pgx.RowToStructByPos[kept])
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	k := get("1")
	if k.Name+k.Second+k.Third+k.Initials != "" || k.Sex != person.Male || !k.Born.Equal(on(1950, 5, 6)) || !k.Alone || !k.Head || k.Scope != apitest.GridA || *k.Grid != apitest.GridA || k.Rev != 1 {
		t.Errorf("%+v", k)
	}
	for purpose, v := range map[string]struct {
		sealed, blind []byte
		want, kind    string
	}{"person.number": {k.Number, k.NumberBlind, number(on(1950, 5, 6), 11), "identity"}, "person.phone": {k.Phone, k.PhoneBlind, "13800001234", "phone"}, "person.name": {k.SealedName, k.NameBlind, "王小明", "name"}} {
		got, err := c.Keys.Open(purpose, v.sealed)
		if err != nil || string(got) != v.want || !bytes.Equal(v.blind, c.Keys.Blind(v.kind, v.want)) {
			t.Errorf("%s does not open to what was given: %v", purpose, err)
		}
	}
	if k := get("2"); k.Name != "李芳" || k.Second != "芳" || k.Third != "" || k.Initials != "lf" || k.SealedName != nil {
		t.Errorf("without a tag: %+v", k)
	}
	if k := get("3"); k.Second != "Smith" || k.IDKind != person.Passport || k.Kind != "overseas" || k.Scope != apitest.GridB {
		t.Errorf("%+v", k)
	}
	if k := get("4"); k.Scope != "" || k.Grid != nil {
		t.Errorf("without a dwelling: %+v", k)
	}
	if n := one[int](t, c, "SELECT count(*) FROM household h JOIN person p ON p.household_id = h.id WHERE h.dwelling_id = $1", c.a[0]); n != 2 {
		t.Errorf("%d people in the household", n)
	}
	if n := one[int](t, c, "SELECT count(*) FROM person_tag WHERE purpose <> '' AND basis <> '' AND until = '2028-03-02'"); n != 1 {
		t.Errorf("%d tags", n)
	}
	// Next year's list has two columns and one of them is empty: nothing is erased.
	b := c.batch("list")
	b.Given = []string{"name", "phone"}
	if m := c.imports(t, b, person.Row{Ref: "1", Name: "王晓明"}); m != (pg.Merged{Changed: 1}) {
		t.Errorf("%+v", m)
	}
	if k := get("1"); k.Name != "" || !bytes.Equal(k.NameBlind, c.Keys.Blind("name", "王晓明")) || k.PhoneBlind == nil || k.NumberBlind == nil || !k.Head || k.Scope != apitest.GridA || k.Rev != 2 {
		t.Errorf("%+v", k)
	}
}

// Another file's row is about the person with its number; its reference is
// remembered, and moving in ends the former residence.
func TestAnotherFileMeetsThePersonAndMovesThem(t *testing.T) {
	t.Parallel()
	c := newTown(t, 3)
	c.imports(t, c.batch("list"), family(c)...)
	moved := person.Row{Ref: "x9", Name: "王小明", IDNumber: number(on(1950, 5, 6), 11), DwellingID: c.b[1], Since: on(2025, 7, 1)}
	for _, want := range []pg.Merged{{Changed: 1}, {Unchanged: 1}} {
		if m := c.imports(t, c.batch("hotline"), moved); m != want {
			t.Errorf("%+v, want %+v", m, want)
		}
	}
	if n := one[int](t, c, "SELECT count(*) FROM import_link WHERE kind = 'person' AND source = 'hotline' AND source_ref = 'x9'"); n != 1 {
		t.Error("the reference is not remembered")
	}
	if scope := one[string](t, c, "SELECT scope_code FROM person WHERE source_ref = '1'"); scope != apitest.GridB {
		t.Errorf("lives in %s", scope)
	}
	if until := one[time.Time](t, c, "SELECT until FROM residence WHERE dwelling_id = $1 AND since = '2010-01-01'", c.a[0]); !until.Equal(on(2025, 7, 1)) {
		t.Errorf("the former residence ended on %v", until)
	}
	// An old list that comes late is history.
	old := moved
	old.Ref, old.DwellingID, old.Since = "y1", c.a[2], on(2005, 1, 1)
	c.imports(t, c.batch("old"), old)
	if scope := one[string](t, c, "SELECT scope_code FROM person WHERE source_ref = '1'"); scope != apitest.GridB {
		t.Errorf("an old list moved somebody to %s", scope)
	}
	// Registered elsewhere, and the owner of a third room: neither moves anybody.
	for _, relation := range []string{person.Registered, "owner"} {
		r := moved
		r.DwellingID, r.Relation = c.a[1], relation
		if m := c.imports(t, c.batch("hotline"), r); m.Changed != 1 {
			t.Errorf("%s: %+v", relation, m)
		}
	}
	if n := one[int](t, c, "SELECT count(*) FROM residence r JOIN person p ON p.id = r.person_id WHERE p.source_ref = '1' AND until IS NULL"); n != 3 {
		t.Errorf("%d open ties", n)
	}
}

func TestRowsInDoubtAreSaidSo(t *testing.T) {
	t.Parallel()
	c := newTown(t, 3)
	c.imports(t, c.batch("list"), append(family(c), person.Row{Ref: "5", Name: "赵一", BornOn: on(1970, 1, 1), DwellingID: c.a[2]})...)
	rows := []person.Row{
		{Ref: "n1", Name: "赵一", BornOn: on(1970, 1, 1), DwellingID: c.a[2]},                // same name, birth and room
		{Ref: "n2", Name: "赵一", BornOn: on(1970, 1, 1), DwellingID: c.a[1]},                // another room
		{Ref: "n3", Name: "王小明", IDNumber: number(on(1950, 5, 6), 33), DwellingID: c.a[0]}, // another number
		{Ref: "2", Name: "王小明", IDNumber: number(on(1950, 5, 6), 11)},                      // one person's reference, another's number
		{Ref: "n4", Name: "赵一", IDNumber: number(on(1970, 1, 1), 44), DwellingID: c.a[2]},  // a number where none was known
	}
	found, err := c.People.Find(t.Context(), c.Pool, "list", rows)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{1, 0, 0, 2, 1} {
		if len(found[i].Candidates) != want || found[i].ID != uuid.Nil {
			t.Errorf("row %d: %+v", i, found[i])
		}
		for _, candidate := range found[i].Candidates {
			if !strings.Contains(candidate.Title, "*") || strings.Contains(candidate.Title, "小明") || strings.Contains(candidate.Title, "赵一") {
				t.Errorf("a title shows a name: %s", candidate.Title)
			}
		}
	}
}

// A file that calls its rows by identity numbers leaves none in the open.
func TestNoNumberLiesInTheOpen(t *testing.T) {
	t.Parallel()
	c := newTown(t, 1)
	n := number(on(1950, 5, 6), 11)
	r := person.Row{Ref: n, Name: "王小明", IDNumber: n, Phone: "13800001234"}
	c.imports(t, c.batch("list"), r)
	if m := c.imports(t, c.batch("list"), r); m != (pg.Merged{Unchanged: 1}) {
		t.Errorf("%+v", m)
	}
	for _, table := range []string{"person", "import_link", "change_inbox", "change_log", "residence", "household"} {
		if k := one[int](t, c, "SELECT count(*) FROM "+table+" t WHERE t::text LIKE '%' || $1 || '%' OR t::text LIKE '%13800001234%'", n); k != 0 {
			t.Errorf("%s shows a number", table)
		}
	}
	if c.People.Key(r) == "" || strings.Contains(c.People.Key(r), n) || strings.Contains(c.People.Ref(r), n) {
		t.Error("a key or reference shows a number")
	}
}

func TestWhatBreaksARuleBreaksTheWholeChunkInWords(t *testing.T) {
	t.Parallel()
	c := newTown(t, 3)
	c.imports(t, c.batch("list"), family(c)...)
	n := number(on(1950, 5, 6), 11)
	for name, v := range map[string]struct {
		rows []person.Row
		kind fault.Kind
		code string
	}{
		"a false number":          {[]person.Row{{Ref: "9", Name: "甲", IDNumber: n[:17] + "?"}}, fault.Invalid, "person.invalid"},
		"a number taken":          {[]person.Row{{Ref: "9", Name: "甲", IDNumber: n}}, fault.Conflict, "person.number_taken"},
		"two dwellings at once":   {[]person.Row{{Ref: "8", Name: "乙", DwellingID: c.a[0]}, {Ref: "8", Name: "乙", DwellingID: c.b[0]}}, fault.Conflict, "person.two_dwellings"},
		"a dwelling that is none": {[]person.Row{{Ref: "9", Name: "甲", DwellingID: uuid.New()}}, fault.Invalid, "person.dwelling"},
	} {
		for way, load := range map[string]func() error{
			"imported": func() error {
				return pg.InTx(t.Context(), c.Pool, func(tx pgx.Tx) error {
					_, err := c.People.Import(t.Context(), tx, nil, c.batch("list"), append([]person.Row{{Ref: "new " + name, Name: "丙"}}, v.rows...))
					return err
				})
			},
		} {
			err := load()
			if f := fault.As(err); f == nil || f.Kind != v.kind || f.Code != v.code {
				t.Errorf("%s %s: %v", name, way, err)
			}
			if err != nil && (strings.Contains(err.Error(), n[:17]) || strings.Contains(err.Error(), "乙")) {
				t.Errorf("%s: the refusal shows whom it refuses", name)
			}
		}
	}
	if n := one[int](t, c, "SELECT count(*) FROM person"); n != 4 {
		t.Errorf("%d people: something of a refused chunk stayed", n)
	}
}

// A load is the same as an import, leaves the tables as they were made, and
// keeps nothing when it breaks off.
func TestALoadIsAllOrNothing(t *testing.T) {
	t.Parallel()
	c := newTown(t, 3)
	shape := func() string {
		return one[string](t, c, `
SELECT string_agg(d, E'\n' ORDER BY d) FROM (
    SELECT indexdef AS d FROM pg_indexes WHERE tablename IN ('person', 'residence', 'household', 'person_tag')
    UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = ANY ('{person,residence,household,person_tag}'::regclass[])) s`)
	}
	made := shape()
	load := func(then error, rows ...person.Row) error {
		return c.People.BulkLoad(t.Context(), func(tx pgx.Tx, bulk *person.Bulk) error {
			for _, r := range rows {
				if _, err := bulk.Import(t.Context(), tx, nil, c.batch("list"), []person.Row{r}); err != nil {
					return err
				}
			}
			return then
		})
	}
	broken := errors.New("the process is killed")
	if err := load(broken, family(c)...); !errors.Is(err, broken) {
		t.Fatal(err)
	}
	twice := append(family(c), person.Row{Ref: "8", Name: "乙", DwellingID: c.a[0]}, person.Row{Ref: "8", Name: "乙", DwellingID: c.b[0]})
	if err := load(nil, twice...); !fault.Is(err, fault.Conflict) {
		t.Errorf("two dwellings: %v", err)
	}
	if n := one[int](t, c, "SELECT (SELECT count(*) FROM person) + (SELECT count(*) FROM household)"); n != 0 || shape() != made {
		t.Errorf("%d rows stayed, or an index is missing", n)
	}
	owner := person.Row{Ref: "1b", Name: "王小明", IDNumber: number(on(1950, 5, 6), 11), DwellingID: c.a[1], Relation: "owner"}
	if err := load(nil, append(family(c), owner)...); err != nil {
		t.Fatal(err)
	}
	if shape() != made {
		t.Errorf("the tables are not what they were:\n%s\n%s", made, shape())
	}
	if m := c.imports(t, c.batch("list"), family(c)...); m != (pg.Merged{Unchanged: 4}) {
		t.Errorf("imported after the load: %+v", m)
	}
	if n := one[int](t, c, "SELECT count(*) FROM residence"); n != 4 {
		t.Errorf("%d residences", n)
	}
	if err := load(nil); !errors.Is(err, person.ErrNotEmpty) {
		t.Errorf("a second load: %v", err)
	}
}

// Two imports at once take turns or say why not; nobody is doubled.
func TestTwoImportsAtOnce(t *testing.T) {
	t.Parallel()
	c := newTown(t, 3)
	rows := family(c)
	done := make(chan error, 2)
	for _, source := range []string{"one", "two"} {
		go func() {
			done <- pg.InTx(context.WithoutCancel(t.Context()), c.Pool, func(tx pgx.Tx) error {
				_, err := c.tryImport(context.WithoutCancel(t.Context()), tx, c.batch(source), rows[:3])
				return err
			})
		}()
	}
	for range 2 {
		if err := <-done; err != nil && !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
	}
	if n := one[int](t, c, "SELECT count(*) FROM person"); n != 3 {
		t.Errorf("%d people", n)
	}
}

func TestPeopleFollowARedraw(t *testing.T) {
	t.Parallel()
	c := newTown(t, 1)
	c.imports(t, c.batch("list"), person.Row{Ref: "1", Name: "甲", DwellingID: c.a[0]})
	c.Tx(t, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), "UPDATE dwelling SET grid_code = $1, scope_code = $1 WHERE id = $2", apitest.GridB, c.a[0]); err != nil {
			return err
		}
		return c.People.Follow(t.Context(), tx, c.a[:1], c.Clock.Now())
	})
	if scope := one[string](t, c, "SELECT scope_code FROM person"); scope != apitest.GridB {
		t.Error(scope)
	}
}
