package change_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/change"
	"onemap/api/change/changetest"
	"onemap/api/pg"
	"onemap/api/pgserver/pgtest"
)

// parts are the names of a table's partitions in order, those being detached too.
func parts(tb testing.TB, pool *pgxpool.Pool, table string) []string {
	tb.Helper()
	rows, err := pool.Query(tb.Context(), "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = $1::text::regclass ORDER BY inhrelid", table)
	if err != nil {
		tb.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		tb.Fatal(err)
	}
	return list
}

// tables are the partitions there are, attached or not.
func tables(tb testing.TB, pool *pgxpool.Pool, like string) (n int) {
	tb.Helper()
	if err := pool.QueryRow(tb.Context(), "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname ~ $1", like).Scan(&n); err != nil {
		tb.Fatal(err)
	}
	return n
}

func round(tb testing.TB, k *change.Keeper) {
	tb.Helper()
	if err := k.Round(tb.Context()); err != nil {
		tb.Fatal(err)
	}
}

// parted is a log in partitions of 50, with a sequencer that numbers until it is
// stopped.
func parted(t *testing.T) (pool *pgxpool.Pool, stop func()) {
	t.Helper()
	pool = open(t)
	changetest.Repart(t, pool, 50)
	stop = sequence(t, pool)
	elected(t, pool)
	return pool, stop
}

// trimmed runs rounds until the oldest position that is kept has passed one.
func trimmed(tb testing.TB, pool *pgxpool.Pool, k *change.Keeper, past int64) (oldest int64) {
	tb.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		round(tb, k)
		if err := pool.QueryRow(tb.Context(), "SELECT min(pos) FROM change_log").Scan(&oldest); err != nil {
			tb.Fatal(err)
		}
		if oldest > past {
			return oldest
		}
		write(tb, pool, "tick", time.Now().UnixNano()) // a batch of after the partitions were full
	}
	tb.Fatalf("the log begins at %d", oldest)
	return 0
}

func TestPartitionsAreMadeAheadAndDropped(t *testing.T) {
	t.Parallel()
	pool, _ := parted(t)
	r := follow(t, pool, change.Position{Epoch: 1})
	k := &change.Keeper{Pool: pool, Log: quiet, Changes: 60, Size: 50}
	for i := range 400 {
		write(t, pool, "a", int64(i+1))
		if i%20 == 0 {
			r.count(t, i+1) // who follows is not trimmed under
			round(t, k)
		}
	}
	gapless(t, r.count(t, 400))
	var head, kept, waiting int64
	oldest := int64(250)
	for began := time.Now(); kept == 0 || kept > 60+50; { // the log follows the inbox by a round
		oldest = trimmed(t, pool, k, oldest)
		if err := pool.QueryRow(t.Context(), "SELECT (SELECT max(pos) FROM change_batch), (SELECT count(*) FROM change_log), (SELECT count(*) FROM change_inbox)").Scan(&head, &kept, &waiting); err != nil {
			t.Fatal(err)
		}
		if oldest%50 != 0 || kept != head-oldest+1 || kept < 60 || time.Since(began) > patience {
			t.Fatalf("of %d changes %d are kept, from %d on", head, kept, oldest)
		}
	}
	if waiting > 150 {
		t.Errorf("the inbox still has %d rows", waiting)
	}
	if n := len(parts(t, pool, "change_inbox")); n > 8 {
		t.Errorf("the inbox has %d partitions", n)
	}
	var batches int
	if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM change_batch").Scan(&batches); err != nil || batches > 3 {
		t.Errorf("%d batches are kept, %v", batches, err)
	}
}

func TestTheLogIsKeptForItsDays(t *testing.T) {
	t.Parallel()
	pool, _ := parted(t)
	r := follow(t, pool, change.Position{Epoch: 1})
	for i := range 160 {
		write(t, pool, "a", int64(i+1))
	}
	r.count(t, 160)
	k := &change.Keeper{Pool: pool, Log: quiet, Days: 3, Changes: 1, Size: 50}
	round(t, k)
	write(t, pool, "a", 161)
	r.count(t, 161)
	round(t, k)
	if n := len(r.count(t, 161)); n != 161 {
		t.Fatal(n)
	}
	if ok, err := (&change.Log{Pool: pool}).Reaches(t.Context(), change.Position{Epoch: 1}); err != nil || !ok {
		t.Fatalf("changes of today are dropped: %v", err)
	}
	if _, err := pool.Exec(t.Context(), "UPDATE change_full SET at = at - interval '73 hours' WHERE high = 50"); err != nil {
		t.Fatal(err)
	}
	if oldest := trimmed(t, pool, k, 49); oldest != 50 {
		t.Errorf("three days later the log begins at %d", oldest)
	}
}

// A reader that slept while the log was trimmed under it is told to start over; it
// never goes on beyond a gap.
func TestTheLogIsTrimmedUnderASleepingReader(t *testing.T) {
	t.Parallel()
	pool, _ := parted(t)
	asleep, sleep, reset := make(chan struct{}), make(chan struct{}), make(chan change.Position, 1)
	wake := sync.OnceFunc(func() { close(sleep) })
	defer wake() // however it ends
	var last int64
	f := &change.Follower{
		Log: &change.Log{Pool: pool}, Logger: quiet,
		Apply: func(_ context.Context, _ int64, entries []change.Entry) error {
			if last == 0 {
				close(asleep)
				<-sleep
			}
			if entries[0].Pos != last+1 {
				t.Errorf("after position %d comes %d", last, entries[0].Pos)
			}
			last = entries[len(entries)-1].Pos
			return nil
		},
		Reset: func(_ context.Context, at change.Position) error {
			last = at.Pos
			reset <- at
			return nil
		},
	}
	run(t, func(ctx context.Context) error { return f.Run(ctx, change.Position{Epoch: 1}) })
	write(t, pool, "a", 1)
	<-asleep
	for i := range 300 {
		write(t, pool, "a", int64(i+2))
	}
	oldest := trimmed(t, pool, &change.Keeper{Pool: pool, Log: quiet, Changes: 60, Size: 50}, 100)
	if _, err := (&change.Log{Pool: pool}).After(t.Context(), 1, 10); !errors.Is(err, change.ErrTrimmed) {
		t.Errorf("read after 1: %v", err)
	}
	wake()
	select {
	case at := <-reset:
		if at.Pos < oldest {
			t.Errorf("reset to %v, and the log begins at %d", at, oldest)
		}
	case <-time.After(patience):
		t.Fatal("the reader was not told to start over")
	}
}

// Who holds the log is not disturbed and holds nobody up: what is in its way goes
// once it has ended, also when the keeper was broken off in between.
func TestNobodyWaitsForATrim(t *testing.T) {
	t.Parallel()
	pool, _ := parted(t)
	r := follow(t, pool, change.Position{Epoch: 1})
	long, err := pool.Begin(t.Context()) // an import that goes on
	if err != nil {
		t.Fatal(err)
	}
	defer long.Rollback(context.WithoutCancel(t.Context())) // after Commit it does nothing
	if err := change.Record(t.Context(), long, change.Change{Kind: "thing", Object: "import", Rev: 1}); err != nil {
		t.Fatal(err)
	}
	reader, err := pool.BeginTx(t.Context(), pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Rollback(context.WithoutCancel(t.Context()))
	if _, err := reader.Exec(t.Context(), "SELECT count(*) FROM change_log"); err != nil {
		t.Fatal(err)
	}
	k := &change.Keeper{Pool: pool, Log: quiet, Changes: 60, Size: 50}
	var slowest time.Duration
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 300 {
			begun := time.Now()
			write(t, pool, "a", int64(i+1))
			slowest = max(slowest, time.Since(begun))
		}
	}()
	for working := true; working; {
		round(t, k)
		select {
		case <-done:
			working = false
		default:
		}
	}
	if slowest > 5*time.Second {
		t.Errorf("a writer waited %v", slowest)
	}
	r.count(t, 300)
	var first string
	if err := pool.QueryRow(t.Context(), "SELECT tableoid::regclass::text FROM change_inbox WHERE id = 1 OR object = 'a' ORDER BY id LIMIT 1").Scan(&first); err != nil {
		t.Fatal(err)
	}
	if first != "change_inbox_0" {
		t.Errorf("the inbox begins with %s while a transaction of its first partition is open", first)
	}
	if err := reader.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := long.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	gapless(t, r.until(t, "the import", func(entries []change.Entry, _ []change.Position) bool {
		return entries[len(entries)-1].Object == "import"
	}))
	trimmed(t, pool, k, 200)
	for deadline := time.Now().Add(patience); ; {
		round(t, k)
		if n := tables(t, pool, "^change_inbox_(0|50|100)$"); n == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the inbox keeps %v", parts(t, pool, "change_inbox"))
		}
	}
	// As if the keeper had been killed after it detached a partition.
	left := parts(t, pool, "change_log")[0]
	if _, err := pool.Exec(t.Context(), "ALTER TABLE change_log DETACH PARTITION "+left); err != nil {
		t.Fatal(err)
	}
	round(t, k)
	if n := tables(t, pool, "^"+left+"$"); n != 0 {
		t.Errorf("%s is left", left)
	}
}

// A database of before the partitions keeps its positions, its epoch, what waits in
// the inbox, and what is being written.
func TestTheMigrationKeepsTheLog(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	if err := pg.MigrateTo(t.Context(), url, 31); err != nil {
		t.Fatal(err)
	}
	pool := connect(t, url)
	stop := sequence(t, pool)
	elected(t, pool)
	for i := range 6 {
		write(t, pool, "a", int64(i+1))
	}
	follow(t, pool, change.Position{Epoch: 1}).count(t, 6)
	stop()
	for i := range 3 {
		write(t, pool, "a", int64(i+7)) // waits
	}
	rows := func() (s string) {
		if err := pool.QueryRow(t.Context(), "SELECT COALESCE(string_agg(l::text, ';' ORDER BY pos), '') || (SELECT string_agg(e::text, ';') FROM change_epoch e) FROM change_log l").Scan(&s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	before := rows()
	for _, version := range []int64{32, 31, 32} {
		if err := pg.MigrateTo(t.Context(), url, version); err != nil {
			t.Fatal(err)
		}
		if after := rows(); after != before {
			t.Fatalf("at version %d:\n%s\nwas\n%s", version, after, before)
		}
	}
	pool.Reset()
	sequence(t, pool)
	r := follow(t, pool, change.Position{Epoch: 1, Pos: 2})
	write(t, pool, "a", 10)
	got := r.count(t, 8)
	gapless(t, got)
	for i, e := range got {
		if e.Pos != int64(i+3) || e.Rev != int64(i+3) {
			t.Fatalf("entry %d is revision %d at %d", i, e.Rev, e.Pos)
		}
	}
}

// What was waiting when the server was replaced by a copy of it is numbered once.
func TestACopyOfATrimmedLogNumbersNothingTwice(t *testing.T) {
	t.Parallel()
	pool, stop := parted(t)
	r := follow(t, pool, change.Position{Epoch: 1})
	k := &change.Keeper{Pool: pool, Log: quiet, Changes: 60, Size: 50}
	for i := range 300 {
		write(t, pool, fmt.Sprint("object ", i), 1)
	}
	r.count(t, 300)
	trimmed(t, pool, k, 100)
	stop()
	var told int64
	if err := pool.QueryRow(t.Context(), "SELECT max(pos) FROM change_log").Scan(&told); err != nil {
		t.Fatal(err)
	}
	write(t, pool, "waits", 1)
	if _, err := pool.Exec(t.Context(), "UPDATE change_epoch SET system_identifier = system_identifier + 1"); err != nil {
		t.Fatal(err)
	}
	round(t, k)
	sequence(t, pool)
	r.until(t, "a reset", func(_ []change.Entry, resets []change.Position) bool { return len(resets) == 1 })
	var twice, waits int64
	if err := pool.QueryRow(t.Context(), "SELECT count(*) FILTER (WHERE pos > $1 AND object LIKE 'object %'), count(*) FILTER (WHERE object = 'waits') FROM change_log", told).Scan(&twice, &waits); err != nil || twice != 0 || waits != 1 {
		t.Errorf("%d are numbered twice, what waited %d times, %v", twice, waits, err)
	}
}
