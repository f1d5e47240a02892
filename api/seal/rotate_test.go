package seal_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/person"
	"onemap/api/pg"
	"onemap/api/seal"
)

// number makes an identity number that is right in form, of a place that is none.
func number(i int) string {
	first := fmt.Sprintf("990101%s%03d", time.Date(1950, 1, 1+i/900, 0, 0, 0, 0, time.UTC).Format("20060102"), i%900)
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(first[i]-'0')
	}
	return first + string("10X98765432"[sum%11])
}

func phone(i int) string { return fmt.Sprintf("138%08d", i) }

// row is somebody whom a file calls by their own number, three to a household
// that is called by its head's.
func row(i int) person.Row {
	r := person.Row{Ref: number(i), Name: "王小明", IDNumber: number(i), Phone: phone(i), HouseholdRef: number(i - i%3), Head: i%3 == 0}
	if i%5 == 0 {
		r.Tags = []string{"low_income"} // the name is sealed, too
	}
	return r
}

// nameless is somebody without a number and without a reference.
func nameless(p *person.Service) person.Row {
	r := person.Row{Name: "无名氏", BornOn: time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC)}
	r.Ref = p.Ref(r)
	return r
}

const people = 1300 // more than two parts of what is sealed at once

// town is a city with everything that is sealed, and a second process on it.
type town struct {
	*apitest.City
	other  *seal.Keys
	beside *person.Service
}

func newTown(t *testing.T) *town {
	t.Helper()
	c := &town{City: apitest.New(t)}
	rows := make([]person.Row, people)
	for i := range rows {
		rows[i] = row(i)
	}
	c.takes(t, c.People, "police", rows...)
	again := row(7)
	again.Ref = c.People.Ref(again)
	c.takes(t, c.People, "welfare", again, nameless(c.People))
	account, run := uuid.New(), uuid.New()
	c.Beneath(t, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		b.Queue("INSERT INTO account (id, login, name, created_at, totp_sealed) VALUES ($1, 'sealed', 'S', now(), $2)", account, c.Keys.Seal("account.totp "+account.String(), []byte("JBSWY3DP")))
		b.Queue("INSERT INTO import_run (id, kind, file_name, sha256, bytes, mapping, state, created_at, updated_at) VALUES ($1, 'people', 'f.csv', '', 1, '{}', 'done', now(), now())", run)
		b.Queue("INSERT INTO import_doubt (id, run_id, line, row_key, given, candidates, state) VALUES ($1, $2, 1, $3, $4, '[]', 'open')", uuid.New(), run,
			c.Keys.Blind("import.row", "people\x00police\x00R1"), c.Keys.Seal("import.doubt", []byte(`{"ref":"R1","source":"police"}`)))
		return tx.SendBatch(t.Context(), b).Close()
	})
	c.other, c.beside = c.process(t, c.KeyFile)
	return c
}

// process is another process that reads people with the keys of a file.
func (c *town) process(t *testing.T, file string) (*seal.Keys, *person.Service) {
	t.Helper()
	keys, err := seal.Obtain(t.Context(), c.Vault, seal.Source{File: file, Lease: apitest.Lease}, c.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return keys, person.New(person.Config{Pool: c.Vault, Keys: keys, Regions: c.Regions, Now: c.Clock.Now, NewID: apitest.NewID, Zone: apitest.Zone})
}

// takes imports rows as an import does.
func (c *town) takes(t *testing.T, p *person.Service, source string, rows ...person.Row) pg.Merged {
	t.Helper()
	m, err := c.tryTake(t.Context(), p, source, rows...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (c *town) tryTake(ctx context.Context, p *person.Service, source string, rows ...person.Row) (m pg.Merged, err error) {
	err = pg.InTx(ctx, c.Pool, func(tx pgx.Tx) error {
		found, err := p.Find(ctx, tx, source, rows)
		if err != nil {
			return err
		}
		for i, f := range found {
			rows[i].ID = f.ID
			if f.Refused != "" || f.Candidates != nil {
				return fmt.Errorf("row %d: %v", i, f)
			}
		}
		m, err = p.Import(ctx, tx, nil, link.Batch{Source: source, NewID: apitest.NewID, Now: c.Clock.Now(), Sought: true}, rows)
		return err
	})
	return m, err
}

func (c *town) rotation(keepers ...seal.Keeper) seal.Rotation {
	if keepers == nil {
		keepers = []seal.Keeper{c.People, c.Auth, c.Loader}
	}
	return seal.Rotation{Keys: c.Keys, Keepers: keepers, Now: c.Clock.Now, Tell: func(string) {}}
}

// one asks for one value.
func one[T any](t *testing.T, c *town, sql string, args ...any) (value T) {
	t.Helper()
	if err := c.Root.QueryRow(t.Context(), sql, args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

// naming counts the values of every column of bytes that name a key.
func (c *town) naming(t *testing.T, head []byte) (n int64) {
	t.Helper()
	rows, err := c.Root.Query(t.Context(), "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'city' AND data_type = 'bytea'")
	if err != nil {
		t.Fatal(err)
	}
	columns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Table, Column string }])
	if err != nil || len(columns) < 15 {
		t.Fatalf("%d columns: %v", len(columns), err)
	}
	for _, x := range columns {
		n += one[int64](t, c, fmt.Sprintf("SELECT count(*) FROM city.%q WHERE substring(%q FROM 1 FOR 5) = $1", x.Table, x.Column), head)
	}
	return n
}

// whole finds fault with whoever does not read, is not found, or is there twice.
func (c *town) whole(t *testing.T, p *person.Service) {
	t.Helper()
	registrar := c.As(actor.Registrar, apitest.CityCode)
	if looked, ids, err := p.Unreadable(t.Context(), c.Vault, 1<<20); err != nil || len(ids) > 0 || looked < people-1 {
		t.Errorf("of %d people %d do not read: %v", looked, len(ids), err)
	}
	for i := 0; i < people; i += 97 {
		for _, typed := range []string{number(i), phone(i)} {
			if hits, err := p.Search(registrar, typed, 5); err != nil || len(hits) != 1 {
				t.Errorf("person %d is found %d times: %v", i, len(hits), err)
			}
		}
	}
}

// writes is a writer beside a rotation: somebody new, somebody known by number
// under another reference, and a number that is taken.
func (c *town) writes(t *testing.T, n int) {
	known := row(people - 1 - n*13%(people-10))
	known.Ref, known.HouseholdRef, known.Phone, known.Head = fmt.Sprint("K", n), "", "", false
	if m, err := c.tryTake(t.Context(), c.beside, "desk", row(people+n), known); err != nil || m.Fresh != 1 {
		t.Errorf("write %d: %+v %v", n, m, err)
	}
	taken := row(10 + n*17%(people-10))
	taken.Ref, taken.HouseholdRef = "", ""
	if _, err := c.beside.Create(c.As(actor.Registrar, apitest.CityCode), person.NewPerson{Row: taken}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a number was given twice: %v", err)
	}
}

// While the key is changed, another process reads and writes, and each number is
// found and had by one person at any moment; afterwards nothing names the old key.
func TestRotationBesideReadersAndWriters(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	registrar := c.As(actor.Registrar, apitest.CityCode)
	gone := one[uuid.UUID](t, c, "SELECT id FROM person WHERE phone_blind = $1", c.Keys.Blind("phone", phone(4)))
	if err := c.People.Erase(actor.With(t.Context(), actor.Command("test")), gone, "asked for it"); err != nil {
		t.Fatal(err)
	}
	old := c.Keys.Head()
	early, wrong := c.People.Ready(row(people + 5000)) // read before, written after
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	ctx, stop := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() { _ = c.other.Follow(ctx, func(err error) { t.Error(err) }) })
	reads, writes := 0, 0
	group.Go(func() {
		for ; ctx.Err() == nil; reads++ {
			i := 5 + reads*31%(people-5)
			if hits, err := c.beside.Search(registrar, number(i), 5); err != nil || len(hits) != 1 {
				t.Errorf("number %d is found %d times: %v", i, len(hits), err)
			}
		}
	})
	group.Go(func() {
		for ; ctx.Err() == nil; writes++ {
			c.writes(t, writes)
		}
	})
	err := c.rotation().Rotate(t.Context())
	stop()
	group.Wait()
	if err != nil {
		t.Fatal(err)
	}
	if m := c.takes(t, c.People, "police", early); m.Fresh != 1 {
		t.Errorf("a row that was read before: %+v", m)
	}
	t.Logf("%d reads and %d writes beside", reads, writes)
	if reads < 5 || writes < 3 {
		t.Errorf("only %d reads and %d writes", reads, writes)
	}
	if n := c.naming(t, old); n != 0 {
		t.Errorf("%d values name the old key", n)
	}
	if n := c.naming(t, c.Keys.Head()); n < 2*people+people/5-1 {
		t.Errorf("%d values name the new key", n)
	}
	for _, table := range []string{"person", "import_link", "household"} {
		if n := one[int64](t, c, "SELECT count(*) FROM "+table+" WHERE source_ref ~ '^n-[0-9a-f]{32}$'"); n > 0 {
			t.Errorf("%d references in %s name the old key", n, table)
		}
	}
	c.whole(t, c.People)
	c.whole(t, c.beside)

	// The same file again is the same people.
	rows := []person.Row{row(0), row(1), row(2), row(700)}
	if m := c.takes(t, c.People, "police", rows...); m.Unchanged != 4 {
		t.Errorf("the same file again: %+v", m)
	}
	if m := c.takes(t, c.People, "welfare", nameless(c.People)); m.Unchanged != 1 {
		t.Errorf("somebody without a number again: %+v", m)
	}
	if found, err := c.People.Find(t.Context(), c.Vault, "police", []person.Row{row(4)}); err != nil || found[0].Refused == "" {
		t.Errorf("who was erased comes back: %+v %v", found, err)
	}
	c.retire(t)
}

// retire: what still names the old key is said, and when that is gone the key goes.
func (c *town) retire(t *testing.T) {
	t.Helper()
	left, err := c.rotation().Retire(t.Context(), 1)
	said := fmt.Sprint(left)
	if err != nil || !strings.Contains(said, "marks of erased people") || !strings.Contains(said, "references of people") {
		t.Fatalf("what names the old key: %v %v", left, err)
	}
	if _, err := c.rotation().Retire(t.Context(), 2); !fault.Is(err, fault.Conflict) {
		t.Errorf("the key in use goes: %v", err)
	}
	c.Beneath(t, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), "DELETE FROM erased_mark WHERE key = 1; DELETE FROM person WHERE source_ref LIKE 'p-%'")
		return err
	})
	if left, err := c.rotation().Retire(t.Context(), 1); err != nil || len(left) > 0 {
		t.Fatalf("nothing names the old key, and it stays: %v %v", left, err)
	}
	text, err := os.ReadFile(c.KeyFile)
	if err != nil || strings.Count(string(text), "\n") != 1 {
		t.Errorf("%d keys are in the file: %v", strings.Count(string(text), "\n"), err)
	}
	_, p := c.process(t, c.KeyFile)
	c.whole(t, p)
}

// broken is a keeper whose process dies after some parts.
type broken struct {
	seal.Keeper
	parts int
	die   func()
}

func (b *broken) Reseal(ctx context.Context, done func(int)) error {
	return b.Keeper.Reseal(ctx, func(n int) {
		if b.parts--; b.parts == 0 {
			b.die()
		}
		done(n)
	})
}

// A rotation that is killed half-way leaves everything readable and goes on when
// it is run again; a second one meanwhile is refused.
func TestABrokenRotationGoesOn(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	old := c.Keys.Head()
	ctx, die := context.WithCancel(t.Context())
	var second error
	dying := &broken{c.People, 1, func() {
		second = c.rotation().Rotate(t.Context())
		die()
	}}
	if err := c.rotation(dying, c.Auth, c.Loader).Rotate(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("killed: %v", err)
	}
	if !fault.Is(second, fault.Conflict) {
		t.Errorf("two rotations at once: %v", second)
	}
	if left := c.naming(t, old); left < people || left >= 2*people+people/5 {
		t.Errorf("%d values are left", left)
	}
	keys, p := c.process(t, c.KeyFile) // the next start
	if keys.Settled() || keys.Number() != 2 {
		t.Error("the start does not know of the rotation")
	}
	c.whole(t, p)
	if m := c.takes(t, p, "police", row(0), row(people-1)); m.Unchanged != 2 {
		t.Errorf("the same file in the middle: %+v", m)
	}
	c.beside = p
	c.writes(t, 0)
	if _, err := c.rotation().Retire(t.Context(), 1); !fault.Is(err, fault.Conflict) {
		t.Errorf("a key in use is retired: %v", err)
	}
	again := c.rotation(p, c.Auth, c.Loader)
	again.Keys = keys
	if err := again.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := c.naming(t, old); n != 0 {
		t.Errorf("%d values name the old key", n)
	}
	if list, err := again.List(t.Context()); err != nil || len(list) != 2 || list[0].State != seal.Spent || list[1].State != seal.Current {
		t.Errorf("%+v %v", list, err)
	}
	c.whole(t, p)
}

// A server without the new key is waited for; a start without one of the keys is
// told what to restore, and nothing is lost.
func TestAKeyThatIsMissing(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	text, err := os.ReadFile(c.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "people.key")
	put := func(text []byte) {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(text)
	keys, p := c.process(t, file) // with a copy of its own
	ctx, stop := context.WithCancel(t.Context())
	var told error
	var group sync.WaitGroup
	group.Go(func() { _ = keys.Follow(ctx, func(err error) { told = err }) })
	err = c.rotation().Rotate(t.Context())
	if !fault.Is(err, fault.Conflict) || c.Keys.Number() != 1 {
		t.Errorf("a server had no key, and the rotation began: %v", err)
	}
	c.whole(t, p)
	both, err := os.ReadFile(c.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	put(both)
	if err := c.rotation().Rotate(t.Context()); err != nil || c.Keys.Number() != 2 {
		t.Errorf("every server has the key: %v", err)
	}
	stop()
	group.Wait()
	if told == nil || strings.Count(string(both), "\n") != 2 {
		t.Errorf("the server was told %v; %d keys", told, strings.Count(string(both), "\n"))
	}
	c.whole(t, p)
	for words, lost := range map[string][]byte{
		"key 2 of people's data, in use since": text, "key 1 of people's data, in use since": both[len(text):],
		"another key than": []byte(strings.Repeat("A", 43) + "=\n"),
	} {
		put(lost)
		_, err := seal.Obtain(t.Context(), c.Vault, seal.Source{File: file}, c.Clock.Now())
		if err == nil || !strings.Contains(err.Error(), words) || !strings.Contains(err.Error(), "nothing is lost") || strings.Contains(err.Error(), string(lost[:8])) {
			t.Errorf("%v, want %q", err, words)
		}
	}
	_, p = c.process(t, c.KeyFile)
	c.whole(t, p)
}
