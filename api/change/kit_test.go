package change_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/change"
	"onemap/api/pg"
	"onemap/api/pgserver/pgtest"
)

// patience is how long a test waits for what has to come; it is never waited out.
const patience = 30 * time.Second

var quiet = slog.New(slog.DiscardHandler)

func open(tb testing.TB) *pgxpool.Pool {
	tb.Helper()
	return connect(tb, pgtest.Database(tb))
}

func connect(tb testing.TB, url string) *pgxpool.Pool {
	tb.Helper()
	c, err := pg.Config(url)
	if err != nil {
		tb.Fatal(err)
	}
	c.MaxConns = 30
	pool, err := pgxpool.NewWithConfig(tb.Context(), c)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(pool.Close)
	return pool
}

// run starts a background task and gives what stops it and waits for its end.
func run(tb testing.TB, task func(context.Context) error) (stop func()) {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- task(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Error(err)
		}
	})
	tb.Cleanup(stop)
	return stop
}

func sequence(tb testing.TB, pool *pgxpool.Pool) (stop func()) {
	tb.Helper()
	return run(tb, (&change.Sequencer{Pool: pool, Log: quiet}).Run)
}

// reader collects what its follower hands over.
type reader struct {
	*change.Follower
	mu      sync.Mutex
	entries []change.Entry
	resets  []change.Position
	more    chan struct{} // holds a token after each change of the above
}

func newReader(pool *pgxpool.Pool) *reader {
	r := &reader{more: make(chan struct{}, 1)}
	tell := func() {
		select {
		case r.more <- struct{}{}:
		default:
		}
	}
	r.Follower = &change.Follower{
		Log: &change.Log{Pool: pool}, Logger: quiet,
		Apply: func(_ context.Context, _ int64, entries []change.Entry) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.entries = append(r.entries, entries...)
			tell()
			return nil
		},
		Reset: func(_ context.Context, at change.Position) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.resets = append(r.resets, at)
			tell()
			return nil
		},
	}
	return r
}

func (r *reader) run(tb testing.TB, from change.Position) {
	tb.Helper()
	run(tb, func(ctx context.Context) error { return r.Run(ctx, from) })
}

func follow(tb testing.TB, pool *pgxpool.Pool, from change.Position) *reader {
	tb.Helper()
	r := newReader(pool)
	r.run(tb, from)
	return r
}

// until waits until the reader's state satisfies a condition.
func (r *reader) until(tb testing.TB, what string, holds func(entries []change.Entry, resets []change.Position) bool) []change.Entry {
	tb.Helper()
	deadline := time.After(patience)
	for {
		r.mu.Lock()
		entries, ok := r.entries, holds(r.entries, r.resets)
		r.mu.Unlock()
		if ok {
			return entries
		}
		select {
		case <-r.more:
		case <-deadline:
			tb.Fatalf("never came: %s; %d entries, resets %v", what, len(entries), r.resets)
		}
	}
}

func (r *reader) count(tb testing.TB, n int) []change.Entry {
	tb.Helper()
	return r.until(tb, "entries", func(entries []change.Entry, _ []change.Position) bool { return len(entries) >= n })
}

// write commits one change of an object.
func write(tb testing.TB, pool *pgxpool.Pool, object string, rev int64) {
	tb.Helper()
	err := pg.InTx(tb.Context(), pool, func(tx pgx.Tx) error {
		return change.Record(tb.Context(), tx, change.Change{Kind: "thing", Object: object, Rev: rev, At: time.Now(), Body: map[string]int64{"rev": rev}})
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// elected waits until a sequencer reigns, in an epoch, and gives its backend.
func elected(tb testing.TB, pool *pgxpool.Pool) (pid int) {
	tb.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		err := pool.QueryRow(tb.Context(), `
SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (classid::bigint << 32 | objid::bigint) = $1 AND EXISTS (SELECT FROM change_epoch)`, int64(0x6f6e656d6170)).Scan(&pid)
		if err == nil {
			return pid
		}
	}
	tb.Fatal("no sequencer was elected")
	return 0
}

// gapless checks that positions follow one another.
func gapless(tb testing.TB, entries []change.Entry) {
	tb.Helper()
	for i := 1; i < len(entries); i++ {
		if entries[i].Pos != entries[i-1].Pos+1 {
			tb.Fatalf("after position %d comes %d", entries[i-1].Pos, entries[i].Pos)
		}
	}
}
