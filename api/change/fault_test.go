package change_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/change"
	"onemap/api/pg"
	"onemap/api/pgserver"
	"onemap/api/pgserver/pgtest"
)

// through gives a proxy to the pool's database and a pool that goes through it.
func through(t *testing.T, pool *pgxpool.Pool) (*pgtest.Proxy, *pgxpool.Pool) {
	t.Helper()
	p := pgtest.Through(t, pool.Config().ConnString())
	return p, connect(t, p.URL)
}

// lags waits until a follower says that it is behind by more, or by less.
func lags(t *testing.T, f *change.Follower, more bool, than time.Duration) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		lag, known := f.Behind()
		if known && (lag > than) == more {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("behind by %v, %v", lag, known)
		}
	}
}

// While the network stands still the follower says for how long it has missed
// changes; afterwards it has each of them once.
func TestAFrozenNetworkMakesAFollowerSayThatItIsBehind(t *testing.T) {
	t.Parallel()
	pool := open(t)
	sequence(t, pool)
	elected(t, pool)
	p, far := through(t, pool)
	r := newReader(far)
	if _, known := r.Behind(); known {
		t.Error("a follower that has read nothing says that it is at the end")
	}
	r.run(t, change.Position{Epoch: 1})
	write(t, pool, "a", 1)
	r.count(t, 1)
	lags(t, r.Follower, false, time.Second)
	p.Freeze()
	for i := range 50 {
		write(t, pool, "a", int64(i+2))
	}
	lags(t, r.Follower, true, 1500*time.Millisecond)
	if n := len(r.count(t, 1)); n != 1 {
		t.Errorf("%d changes came through a network that stands still", n)
	}
	p.Thaw()
	lags(t, r.Follower, false, time.Second)
	got := r.count(t, 51)
	gapless(t, got)
	if len(got) != 51 {
		t.Errorf("%d changes were told of 51", len(got))
	}
}

// Connections that fall silent without ending hold nobody up: the election goes to
// another sequencer, and the follower takes another connection.
func TestConnectionsThatFallSilentAreGivenUp(t *testing.T) {
	t.Parallel()
	pool := open(t)
	p, far := through(t, pool)
	sequence(t, far)
	first := elected(t, pool)
	sequence(t, pool) // stands by
	r := newReader(far)
	r.run(t, change.Position{Epoch: 1})
	write(t, pool, "a", 1)
	r.count(t, 1)
	p.Cut()
	for i := range 50 {
		write(t, pool, "a", int64(i+2))
	}
	got := r.count(t, 51)
	gapless(t, got)
	if len(got) != 51 {
		t.Errorf("%d changes were told of 51", len(got))
	}
	if now := elected(t, pool); now == first {
		t.Error("a sequencer that nobody hears still holds the election")
	}
	p.Break() // else closing the pool waits for answers
}

// A database that is stopped and started again, with a transaction that is prepared
// across it: everything that was committed is told once.
func TestADatabaseThatIsRestarted(t *testing.T) {
	t.Parallel()
	c := pgserver.Config{Dir: pgtest.Folder(t), NoFsync: true, MemoryShare: 0.05}
	server, err := pgserver.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}()
	again := func() {
		t.Helper()
		if err := server.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if server, err = pgserver.Start(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(server.Cluster(), "local.conf"), []byte("max_prepared_transactions = 4\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	again()
	if err := pg.Migrate(t.Context(), server.URL()); err != nil {
		t.Fatal(err)
	}
	pool := connect(t, server.URL())
	sequence(t, pool)
	elected(t, pool)
	r := newReader(pool)
	r.run(t, change.Position{Epoch: 1})
	prepare := func(object string) {
		t.Helper()
		conn, err := pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Release()
		tx, err := conn.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := change.Record(t.Context(), tx, change.Change{Kind: "thing", Object: object, Rev: 1}); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(t.Context(), "PREPARE TRANSACTION '"+object+"'"); err != nil {
			t.Fatal(err)
		}
	}
	prepare("taken")
	prepare("thrown away")
	for i := range 20 {
		write(t, pool, "a", int64(i+1))
	}
	r.count(t, 20)
	again()
	pool.Reset()
	for i := range 20 {
		write(t, pool, "a", int64(i+21))
	}
	r.count(t, 40)
	for _, end := range []string{"COMMIT PREPARED 'taken'", "ROLLBACK PREPARED 'thrown away'"} {
		if _, err := pool.Exec(t.Context(), end); err != nil {
			t.Fatal(err)
		}
	}
	write(t, pool, "a", 41)
	got := r.count(t, 42)
	gapless(t, got)
	objects := map[string]int{}
	for _, e := range got {
		objects[e.Object]++
	}
	if len(got) != 42 || objects["a"] != 41 || objects["taken"] != 1 {
		t.Errorf("%d were told: %v", len(got), objects)
	}
	lags(t, r.Follower, false, time.Second)
}
