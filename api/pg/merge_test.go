package pg_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/pg"
)

var day = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// bench is a row of facilities with what a merge sets once and what it compares.
func bench(ref, owner, name string, at orb.Point) []any {
	code := "2222222" + ref // one character of the code's own alphabet
	return []any{"test", ref, uuid.New(), code, owner, "bench", "seat", name, at, ""}
}

func merge(t *testing.T, tx pgx.Tx, now time.Time, rows ...[]any) pg.Merged {
	t.Helper()
	m, err := pg.Merge(t.Context(), tx, pg.Rows{
		Table: "facility", Key: []string{"source", "source_ref"}, Once: []string{"id", "code", "owner"},
		Compare: []string{"kind", "class", "name", "point", "scope_code"}, Values: rows,
	}, now)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMerge(t *testing.T) {
	t.Parallel()
	pool := open(t)
	type state struct {
		owner, name string
		point       orb.Point
		rev         int64
		at          time.Time
	}
	look := func(tx pgx.Tx, ref string) (s state) {
		t.Helper()
		err := tx.QueryRow(t.Context(), "SELECT owner, name, point, rev, updated_at FROM facility WHERE source_ref = $1", ref).Scan(&s.owner, &s.name, &s.point, &s.rev, &s.at)
		if err != nil {
			t.Fatal(err)
		}
		s.at = s.at.UTC()
		return s
	}
	err := pg.InTx(t.Context(), pool, func(tx pgx.Tx) error {
		if m := merge(t, tx, day); m != (pg.Merged{}) {
			t.Errorf("nothing merged as %+v", m)
		}
		if m := merge(t, tx, day, bench("A", "us", "a", orb.Point{1, 1}), bench("B", "us", "b", orb.Point{2, 2}), bench("C", "us", "c", orb.Point{3, 3})); m != (pg.Merged{Fresh: 3}) {
			t.Errorf("three new ones: %+v", m)
		}
		if _, err := tx.Exec(t.Context(), "UPDATE facility SET owner = 'them', rev = rev + 1 WHERE source_ref = 'B'"); err != nil {
			return err
		}
		later := day.Add(time.Hour)
		m := merge(t, tx, later,
			bench("A", "others", "a", orb.Point{1, 1}),           // the same but for what is set once
			bench("B", "others", "b", orb.Point{2, 2.000000001}), // moved by a hair
			bench("D", "others", "d", orb.Point{4, 4}))
		if m != (pg.Merged{Fresh: 1, Changed: 1, Unchanged: 1}) {
			t.Errorf("one new, one changed, one not: %+v", m)
		}
		for ref, want := range map[string]state{
			"A": {"us", "a", orb.Point{1, 1}, 1, day},
			"B": {"them", "b", orb.Point{2, 2.000000001}, 3, later},
			"C": {"us", "c", orb.Point{3, 3}, 1, day}, // not in the input: stays
			"D": {"others", "d", orb.Point{4, 4}, 1, later},
		} {
			if got := look(tx, ref); got != want {
				t.Errorf("%s is %+v, want %+v", ref, got, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := (pg.Merged{Fresh: 1, Changed: 2, Unchanged: 3}).Add(pg.Merged{Fresh: 4, Changed: 5, Unchanged: 6}); got != (pg.Merged{Fresh: 5, Changed: 7, Unchanged: 9}) {
		t.Errorf("sum %+v", got)
	}
}

func TestMergeLeavesNothingHalfWritten(t *testing.T) {
	t.Parallel()
	pool := open(t)
	err := pg.InTx(t.Context(), pool, func(tx pgx.Tx) error {
		_, err := pg.Merge(t.Context(), tx, pg.Rows{
			Table: "facility", Key: []string{"source", "source_ref"}, Once: []string{"id", "code", "owner"},
			Compare: []string{"kind", "class", "name", "point", "scope_code"},
			Values:  [][]any{bench("A", "", "a", orb.Point{1, 1}), bench("A", "", "again", orb.Point{1, 1})},
		}, day)
		return err
	})
	if pg.Constraint(err) == "" {
		t.Errorf("two rows of one key: %v", err)
	}
	err = pg.InTx(t.Context(), pool, func(tx pgx.Tx) error {
		merge(t, tx, day, bench("A", "", "a", orb.Point{1, 1}))
		return errors.New("no")
	})
	var n int
	if err == nil || pool.QueryRow(t.Context(), "SELECT count(*) FROM facility").Scan(&n) != nil || n != 0 {
		t.Errorf("%d rows are left, %v", n, err)
	}
}

// A second merge of 20,000 rows that are all the same writes nothing.
func BenchmarkMergeUnchanged(b *testing.B) {
	pool := open(b)
	rows := make([][]any, 20_000)
	for i := range rows {
		rows[i] = []any{"test", fmt.Sprint(i), uuid.New(), "bench", "clinic", fmt.Sprint("n", i), orb.Point{float64(i) / 1e4, 1}, ""}
	}
	run := func() (m pg.Merged) {
		err := pg.InTx(b.Context(), pool, func(tx pgx.Tx) (err error) {
			m, err = pg.Merge(b.Context(), tx, pg.Rows{
				Table: "service", Key: []string{"source", "source_ref"}, Once: []string{"id", "address"},
				Compare: []string{"kind", "name", "point", "scope_code"}, Values: rows,
			}, day)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		return m
	}
	run()
	for b.Loop() {
		if m := run(); m.Unchanged != int64(len(rows)) {
			b.Fatalf("%+v", m)
		}
	}
}
