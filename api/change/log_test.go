package change_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"onemap/api/change"
	"onemap/api/pg"
)

func TestPositionComesBack(t *testing.T) {
	t.Parallel()
	p := change.Position{Epoch: 3, Pos: 48213}
	if got, err := change.ParsePosition(p.String()); err != nil || got != p {
		t.Fatalf("%v, %v", got, err)
	}
	for _, bad := range []string{"", "1", "1.", ".1", "1.2.3", "-1.2", "1.-2", "a.b", "1.99999999999999999999", " 1.2", "1,2"} {
		if got, err := change.ParsePosition(bad); err == nil {
			t.Errorf("%q was read as %v", bad, got)
		}
	}
}

func TestAFollowerThatStartsFirstLearnsTheFirstEpoch(t *testing.T) {
	t.Parallel()
	pool := open(t)
	log := &change.Log{Pool: pool}
	head, err := log.Head(t.Context())
	if err != nil || head != (change.Position{}) {
		t.Fatalf("head of an empty log: %v, %v", head, err)
	}
	r := follow(t, pool, head)
	sequence(t, pool)
	r.until(t, "the first epoch", func(_ []change.Entry, resets []change.Position) bool {
		return len(resets) == 1 && resets[0].Epoch == 1
	})
	write(t, pool, "a", 1)
	if got := r.count(t, 1); got[0].Object != "a" || string(got[0].Body) != `{"rev": 1}` {
		t.Fatalf("got %+v", got[0])
	}
}

func TestWhatWaitedBeforeTheFirstSequencerIsNumbered(t *testing.T) {
	t.Parallel()
	pool := open(t)
	for i := range 5 {
		write(t, pool, "a", int64(i+1))
	}
	sequence(t, pool)
	elected(t, pool)
	r := follow(t, pool, change.Position{Epoch: 1})
	write(t, pool, "a", 6)
	got := r.count(t, 6)
	gapless(t, got)
	for i, e := range got {
		if e.Rev != int64(i+1) {
			t.Fatalf("entry %d has revision %d", i, e.Rev)
		}
	}
}

func TestARolledBackChangeIsNeverTold(t *testing.T) {
	t.Parallel()
	pool := open(t)
	sequence(t, pool)
	elected(t, pool)
	r := follow(t, pool, change.Position{Epoch: 1})
	failed := errors.New("no")
	err := pg.InTx(t.Context(), pool, func(tx pgx.Tx) error {
		if err := change.Record(t.Context(), tx, change.Change{Kind: "thing", Object: "never", Rev: 1}); err != nil {
			return err
		}
		return failed
	})
	if !errors.Is(err, failed) {
		t.Fatal(err)
	}
	write(t, pool, "always", 1)
	if got := r.count(t, 1); got[0].Object != "always" {
		t.Fatalf("told of %s", got[0].Object)
	}
}

// A long transaction keeps back its own changes and nobody else's.
func TestALongTransactionDelaysOnlyItself(t *testing.T) {
	t.Parallel()
	pool := open(t)
	sequence(t, pool)
	elected(t, pool)
	r := follow(t, pool, change.Position{Epoch: 1})

	const many = 50_000
	long, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer long.Rollback(context.WithoutCancel(t.Context())) // after Commit it does nothing
	_, err = long.Exec(t.Context(), `
INSERT INTO change_inbox (at, kind, object, rev, body) SELECT now(), 'import', n::text, 1, '{}' FROM generate_series(1, $1) n`, many)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		write(t, pool, "meanwhile", int64(i+1))
	}
	for i, e := range r.count(t, 20) {
		if e.Object != "meanwhile" || e.Pos != int64(i+1) {
			t.Fatalf("entry %d is %s at %d while the import is open", i, e.Object, e.Pos)
		}
	}
	if err := long.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	write(t, pool, "after", 1)
	got := r.until(t, "the change after the import", func(entries []change.Entry, _ []change.Position) bool {
		return len(entries) == 20+many+1
	})
	gapless(t, got)
	seen := map[string]bool{}
	for _, e := range got[20:] {
		if seen[e.Object] {
			t.Fatalf("object %s was told twice", e.Object)
		}
		seen[e.Object] = true
	}
}

// Each entry is handed over once and in order, also when Apply fails in between.
func TestAFailedApplyGetsTheSameEntriesAgain(t *testing.T) {
	t.Parallel()
	pool := open(t)
	sequence(t, pool)
	elected(t, pool)
	var mu sync.Mutex
	var applied []int64
	failures, enough := 3, make(chan struct{})
	f := &change.Follower{
		Log: &change.Log{Pool: pool}, Logger: quiet,
		Apply: func(_ context.Context, _ int64, entries []change.Entry) error {
			mu.Lock()
			defer mu.Unlock()
			if failures > 0 {
				failures--
				return errors.New("not now")
			}
			for _, e := range entries {
				applied = append(applied, e.Pos)
			}
			if len(applied) == 10 {
				close(enough)
			}
			return nil
		},
		Reset: func(context.Context, change.Position) error { return errors.New("no reset is due") },
	}
	run(t, func(ctx context.Context) error { return f.Run(ctx, change.Position{Epoch: 1}) })
	for i := range 10 {
		write(t, pool, "a", int64(i+1))
	}
	select {
	case <-enough:
	case <-t.Context().Done():
	}
	mu.Lock()
	defer mu.Unlock()
	for i, pos := range applied {
		if pos != int64(i+1) {
			t.Fatalf("applied %v", applied)
		}
	}
}

func TestReaches(t *testing.T) {
	t.Parallel()
	pool := open(t)
	sequence(t, pool)
	elected(t, pool)
	r := follow(t, pool, change.Position{Epoch: 1})
	for i := range 10 {
		write(t, pool, "a", int64(i+1))
	}
	r.count(t, 10)
	if _, err := pool.Exec(t.Context(), "DELETE FROM change_log WHERE pos <= 4"); err != nil {
		t.Fatal(err)
	}
	log := &change.Log{Pool: pool}
	for p, want := range map[change.Position]bool{
		{Epoch: 1, Pos: 10}: true, {Epoch: 1, Pos: 5}: true, {Epoch: 1, Pos: 4}: true,
		{Epoch: 1, Pos: 3}: false, {Epoch: 1, Pos: 0}: false, {Epoch: 1, Pos: 11}: false, {Epoch: 2, Pos: 7}: false, {Epoch: 0, Pos: 7}: false,
	} {
		if got, err := log.Reaches(t.Context(), p); err != nil || got != want {
			t.Errorf("reaches back to %v: %v, %v, want %v", p, got, err, want)
		}
	}
	entries, err := log.After(t.Context(), 6, 3)
	if err != nil || len(entries) != 3 || entries[0].Pos != 7 || entries[2].Pos != 9 {
		t.Errorf("after 6, three: %v, %v", entries, err)
	}
}

func TestAnotherServersDatabaseBeginsAnEpoch(t *testing.T) {
	t.Parallel()
	pool := open(t)
	stop := sequence(t, pool)
	elected(t, pool)
	r := follow(t, pool, change.Position{Epoch: 1})
	write(t, pool, "a", 1)
	r.count(t, 1)
	stop()
	write(t, pool, "a", 2) // waits in the inbox, as in a copy that was restored
	if _, err := pool.Exec(t.Context(), "UPDATE change_epoch SET system_identifier = system_identifier + 1"); err != nil {
		t.Fatal(err)
	}
	sequence(t, pool)
	r.until(t, "a reset", func(_ []change.Entry, resets []change.Position) bool {
		return len(resets) == 1 && resets[0] == change.Position{Epoch: 2, Pos: 1_000_002}
	})
	write(t, pool, "a", 3)
	r.until(t, "the next change", func(entries []change.Entry, _ []change.Position) bool {
		return entries[len(entries)-1].Rev == 3 && entries[len(entries)-1].Pos == 1_000_003
	})
	var all int
	if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM change_log WHERE object = 'a'").Scan(&all); err != nil || all != 3 {
		t.Errorf("%d changes are in the log, want all 3 (%v)", all, err)
	}
	ok, err := (&change.Log{Pool: pool}).Reaches(t.Context(), change.Position{Epoch: 1, Pos: 1})
	if err != nil || ok {
		t.Errorf("a position of the old epoch still counts: %v, %v", ok, err)
	}
}
