package change_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/change"
	"onemap/api/pg"
)

// Sixteen writers on few objects, with pauses before their commits and
// rollbacks, while sequencers and followers are killed again and again: every
// commit is told once, in order, without a gap.
func TestManyWritersAndKills(t *testing.T) {
	t.Parallel()
	const writers, each, objects = 16, 60, 20
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	pool := open(t)
	if _, err := pool.Exec(t.Context(), "CREATE TABLE thing (id bigint CONSTRAINT thing_pk PRIMARY KEY, rev bigint NOT NULL)"); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), "INSERT INTO thing (id, rev) SELECT n, 0 FROM generate_series(0, $1) n", objects-1); err != nil {
		t.Fatal(err)
	}
	sequence(t, pool)
	sequence(t, pool) // stands by
	elected(t, pool)
	r := follow(t, pool, change.Position{Epoch: 1})

	long := late(t, pool)
	finished := make(chan struct{})
	var killers sync.WaitGroup
	killers.Go(func() { kill(t, pool, finished) })

	var mu sync.Mutex
	var committed []string
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(w)))
			for range each {
				if told := try(t, pool, random, objects); told != "" {
					mu.Lock()
					committed = append(committed, told)
					mu.Unlock()
				}
			}
		})
	}
	group.Wait()
	close(finished)
	killers.Wait()
	if err := long.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	committed = append(committed, "late 1")

	entries := r.count(t, len(committed))
	gapless(t, entries)
	last := map[string]int64{}
	var told []string
	for _, e := range entries {
		if e.Rev <= last[e.Object] {
			t.Errorf("%s: revision %d after %d", e.Object, e.Rev, last[e.Object])
		}
		last[e.Object] = e.Rev
		told = append(told, e.Object+" "+strconv.FormatInt(e.Rev, 10))
	}
	slices.Sort(committed)
	slices.Sort(told)
	if !slices.Equal(committed, told) {
		t.Errorf("%d were committed, %d told, and they differ", len(committed), len(told))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.resets) > 0 {
		t.Errorf("the follower was reset %v", r.resets)
	}
}

// late begins a transaction whose change was written before all others and is
// committed after them.
func late(t *testing.T, pool *pgxpool.Pool) pgx.Tx {
	t.Helper()
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback(context.Background()) }) // after Commit it does nothing
	if err := change.Record(t.Context(), tx, change.Change{Kind: "thing", Object: "late", Rev: 1}); err != nil {
		t.Fatal(err)
	}
	return tx
}

// try changes one object; the answer names the change when it was committed.
func try(t *testing.T, pool *pgxpool.Pool, random *rand.Rand, objects int) string {
	var told string
	rollback := random.IntN(100) < 15
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		var rev int64
		id := random.IntN(objects)
		if err := tx.QueryRow(t.Context(), "UPDATE thing SET rev = rev + 1 WHERE id = $1 RETURNING rev", id).Scan(&rev); err != nil {
			return err
		}
		if err := change.Record(t.Context(), tx, change.Change{Kind: "thing", Object: strconv.Itoa(id), Rev: rev}); err != nil {
			return err
		}
		// Part of what is tested: commits in another order than inserts.
		if _, err := tx.Exec(t.Context(), "SELECT pg_sleep($1)", random.Float64()*0.004); err != nil {
			return err
		}
		if rollback {
			return pg.ErrRetry
		}
		told = fmt.Sprintf("%d %d", id, rev)
		return nil
	})
	if err != nil {
		if !rollback {
			t.Error(err)
		}
		return ""
	}
	return told
}

// kill ends the sequencer's and the followers' backends again and again.
func kill(t *testing.T, pool *pgxpool.Pool, finished <-chan struct{}) {
	var killed atomic.Int64
	defer func() { t.Logf("%d backends were ended", killed.Load()) }()
	tick := time.NewTicker(60 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-finished:
			return
		case <-tick.C:
		}
		tag, err := pool.Exec(t.Context(), `
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND (query = 'LISTEN onemap_change' AND random() < 0.5
       OR pid IN (SELECT l.pid FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted))`)
		if err != nil {
			t.Error(err)
			return
		}
		killed.Add(tag.RowsAffected())
	}
}

// A commit's way to a follower, with a sequencer that looks every 10 ms.
func BenchmarkCommitToFollower(b *testing.B) {
	pool := open(b)
	sequence(b, pool)
	elected(b, pool)
	r := follow(b, pool, change.Position{Epoch: 1})
	var waits []time.Duration
	for b.Loop() {
		n := len(waits) + 1
		write(b, pool, "a", int64(n))
		start := time.Now()
		r.count(b, n)
		waits = append(waits, time.Since(start))
	}
	slices.Sort(waits)
	b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "ms-p50")
	b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "ms-p99")
}
