package boot_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"github.com/jackc/pgx/v5"

	"onemap/api/pgserver/pgtest"
	"onemap/api/vault"
	"onemap/cmd/internal/boot"
)

// A loading that broke off between two quarters goes on with the next one, and
// brings nothing twice.
func TestABrokenDemoGoesOn(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("loads a town of two quarters")
	}
	c := boot.Config{Data: t.TempDir(), DatabaseURL: pgtest.Database(t), Zone: "Asia/Shanghai", LogLevel: "error"}
	w, err := boot.Open(t.Context(), c, boot.Serving, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	const people = 31_000
	load := func(stopAt string) (last []string) {
		t.Helper()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		_, err := w.LoadDemo(ctx, 4, people, func(p boot.DemoProgress) {
			if last = append(last, p.Part); p.Part == stopAt && (stopAt != "quarters" || p.Done == 1) {
				stop()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("a loading that was stopped at %s says %v", stopAt, err)
		}
		return last
	}
	count := func(what string) (n int) {
		t.Helper()
		err := vault.In(t.Context(), w.Vault, vault.Everywhere(), func(tx pgx.Tx) error {
			return tx.QueryRow(t.Context(), "SELECT count(*) FROM "+what).Scan(&n)
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	load("quarters")
	first := count("building")
	if first == 0 || count("person") != 0 {
		t.Fatalf("%d buildings and %d people after one quarter", first, count("person"))
	}
	load("statistics")
	if n := count("person"); n != people {
		t.Errorf("%d people, not %d", n, people)
	}
	all, records, ties := count("building"), count("case_file"), count("residence")
	if all <= first || records == 0 || ties < people {
		t.Errorf("%d buildings after %d, %d cases, %d residences", all, first, records, ties)
	}
	load("statistics")
	for what, want := range map[string]int{"building": all, "case_file": records, "residence": ties, "person": people} {
		if n := count(what); n != want {
			t.Errorf("a second loading makes %d of %d %s", n, want, what)
		}
	}
}
