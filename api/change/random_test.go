package change_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/change"
	"onemap/api/change/changetest"
	"onemap/api/pg"
)

// Sixteen writers on few objects, with pauses before their commits and rollbacks,
// beside a transaction that stays open and then an import, over the ends of many partitions, of which those of the
// inbox are dropped; meanwhile writers, sequencers, followers and the keeper are
// killed again and again: every commit is told once, in order, without a gap.
func TestManyWritersAndKills(t *testing.T) {
	t.Parallel()
	const writers, each, objects, size, imported = 16, 20, 20, 500, 4000
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	pool := open(t)
	// What was committed stands in truth: whose connection died may not know.
	if _, err := pool.Exec(t.Context(), `
CREATE TABLE thing (id bigint CONSTRAINT thing_pk PRIMARY KEY, rev bigint NOT NULL);
CREATE TABLE truth (object text NOT NULL, rev bigint NOT NULL);
INSERT INTO thing (id, rev) SELECT n, 0 FROM generate_series(0, `+strconv.Itoa(objects-1)+`) n`); err != nil {
		t.Fatal(err)
	}
	changetest.Repart(t, pool, size)
	run(t, (&change.Keeper{Pool: pool, Log: quiet, Changes: 1_000_000, Every: 5 * time.Millisecond, Size: size}).Run)
	sequence(t, pool)
	sequence(t, pool) // stands by
	elected(t, pool)
	r := follow(t, pool, change.Position{Epoch: 1})

	long := late(t, pool)
	finished := make(chan struct{})
	var killers, group sync.WaitGroup
	killers.Go(func() { kill(t, pool, long.Conn().PgConn().PID(), finished) })
	write := func(wave uint64) {
		for w := range writers {
			group.Go(func() {
				random := rand.New(rand.NewPCG(seed+wave, uint64(w)))
				for range each {
					try(t, pool, random, objects)
				}
			})
		}
	}
	write(0)
	group.Wait()
	if err := long.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	write(1)
	group.Go(func() { bringIn(t, pool, imported) })
	group.Wait()
	write(2)
	group.Wait()
	close(finished)
	killers.Wait()
	for deadline := time.Now().Add(patience); parts(t, pool, "change_inbox")[0] == "change_inbox_0"; {
		if time.Now().After(deadline) {
			t.Fatal("no partition of the inbox is dropped")
		}
		try(t, pool, rand.New(rand.NewPCG(seed, 0)), objects)
	}

	rows, err := pool.Query(t.Context(), "SELECT object || ' ' || rev FROM truth")
	if err != nil {
		t.Fatal(err)
	}
	committed, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	if len(committed) < imported+writers*each/2 {
		t.Fatalf("only %d changes were committed", len(committed))
	}
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

// late begins a transaction whose change is written before all others.
func late(t *testing.T, pool *pgxpool.Pool) pgx.Tx {
	t.Helper()
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback(context.Background()) }) // after Commit it does nothing
	if err := record(t, tx, "late", 1); err != nil {
		t.Fatal(err)
	}
	return tx
}

func record(t *testing.T, tx pgx.Tx, object string, rev int64) error {
	if err := change.Record(t.Context(), tx, change.Change{Kind: "thing", Object: object, Rev: rev}); err != nil {
		return err
	}
	_, err := tx.Exec(t.Context(), "INSERT INTO truth (object, rev) VALUES ($1, $2)", object, rev)
	return err
}

// try changes one object, unless it is rolled back or killed.
func try(t *testing.T, pool *pgxpool.Pool, random *rand.Rand, objects int) {
	rollback := random.IntN(100) < 15
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		var rev int64
		id := random.IntN(objects)
		if err := tx.QueryRow(t.Context(), "UPDATE thing SET rev = rev + 1 WHERE id = $1 RETURNING rev", id).Scan(&rev); err != nil {
			return err
		}
		if err := record(t, tx, strconv.Itoa(id), rev); err != nil {
			return err
		}
		// Part of what is tested: commits in another order than inserts.
		if _, err := tx.Exec(t.Context(), "SELECT pg_sleep($1)", random.Float64()*0.004); err != nil {
			return err
		}
		if rollback {
			return pg.ErrRetry
		}
		return nil
	})
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code != "57P01" { // ended by an administrator
		t.Error(err)
	}
}

// bringIn commits many changes at once, until nobody has killed it.
func bringIn(t *testing.T, pool *pgxpool.Pool, many int) {
	for done := false; !done && t.Context().Err() == nil; {
		done = pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
			for low := 0; low < many; low += 200 { // over partitions that come to be meanwhile
				if _, err := tx.Exec(t.Context(), `
WITH n AS (INSERT INTO change_inbox (at, kind, object, rev, body) SELECT now(), 'import', 'import ' || n, 1, '{}' FROM generate_series($1::int, $1 + 199) n, pg_sleep(0.01) RETURNING object, rev)
INSERT INTO truth (object, rev) SELECT object, rev FROM n`, low); err != nil {
					return err
				}
			}
			return nil
		}) == nil
	}
}

// kill ends backends again and again: the sequencer's, the keeper's, the followers'
// and writers', but for one.
func kill(t *testing.T, pool *pgxpool.Pool, spared uint32, finished <-chan struct{}) {
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
WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> $1
  AND (query = 'LISTEN onemap_change' AND random() < 0.5 OR state <> 'idle' AND random() < 0.05
       OR pid IN (SELECT l.pid FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted))`, int64(spared))
		if err != nil {
			t.Error(err)
			return
		}
		killed.Add(tag.RowsAffected())
	}
}
