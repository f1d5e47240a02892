package pg_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/pgserver/pgtest"
)

func TestASerializationFailureRunsAgain(t *testing.T) {
	t.Parallel()
	pool := open(t)
	exec(t, pool, "CREATE TABLE tally (id int CONSTRAINT tally_pk PRIMARY KEY, n int NOT NULL)")
	exec(t, pool, "INSERT INTO tally (id, n) VALUES (1, 0)")
	runs := 0
	err := pg.InTx(t.Context(), pool, func(tx pgx.Tx) error {
		runs++
		if _, err := tx.Exec(t.Context(), "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow(t.Context(), "SELECT n FROM tally WHERE id = 1").Scan(&n); err != nil {
			return err
		}
		if runs == 1 { // somebody is faster
			exec(t, pool, "UPDATE tally SET n = 10 WHERE id = 1")
		}
		_, err := tx.Exec(t.Context(), "UPDATE tally SET n = $1 WHERE id = 1", n+1)
		return err
	})
	var n int
	if err := errors.Join(err, pool.QueryRow(t.Context(), "SELECT n FROM tally").Scan(&n)); err != nil || runs != 2 || n != 11 {
		t.Errorf("after %d runs the tally is %d, %v", runs, n, err)
	}
}

func TestADeadlockRunsAgain(t *testing.T) {
	t.Parallel()
	pool := open(t)
	exec(t, pool, "CREATE TABLE pair (id int CONSTRAINT pair_pk PRIMARY KEY, n int NOT NULL)")
	exec(t, pool, "INSERT INTO pair (id, n) VALUES (1, 0), (2, 0)")
	var group, both sync.WaitGroup
	both.Add(2)
	for _, order := range [][2]int{{1, 2}, {2, 1}} {
		group.Go(func() {
			first := true
			err := pg.InTx(t.Context(), pool, func(tx pgx.Tx) error {
				for i, id := range order {
					if _, err := tx.Exec(t.Context(), "UPDATE pair SET n = n + 1 WHERE id = $1", id); err != nil {
						return err
					}
					if i == 0 && first {
						first = false
						both.Done()
						both.Wait()
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	var sum int
	if err := pool.QueryRow(t.Context(), "SELECT sum(n) FROM pair").Scan(&sum); err != nil || sum != 4 {
		t.Errorf("the sum is %d, %v", sum, err)
	}
}

func TestErrRetryRunsAgainAndEndsAsAFault(t *testing.T) {
	t.Parallel()
	pool := open(t)
	runs := 0
	err := pg.InTx(t.Context(), pool, func(pgx.Tx) error {
		if runs++; runs < 3 {
			return fmt.Errorf("the edition changed: %w", pg.ErrRetry)
		}
		return nil
	})
	if err != nil || runs != 3 {
		t.Errorf("%d runs, %v", runs, err)
	}
	runs = 0
	err = pg.InTx(t.Context(), pool, func(pgx.Tx) error { runs++; return pg.ErrRetry })
	if f := fault.As(pg.Fault(err)); f == nil || f.Kind != fault.Unavailable || f.Code != "database.busy" || runs != 6 {
		t.Errorf("%d runs, %v", runs, pg.Fault(err))
	}
	ctx, cancel := context.WithCancel(t.Context())
	runs = 0
	err = pg.InTx(ctx, pool, func(pgx.Tx) error { runs++; cancel(); return pg.ErrRetry })
	if err == nil || runs != 1 {
		t.Errorf("went on for %d runs after the sender had left, %v", runs, err)
	}
}

func TestConstraintsHaveNames(t *testing.T) {
	t.Parallel()
	pool := open(t)
	_, err := pool.Exec(t.Context(), "INSERT INTO department (code, name) VALUES ('A', 'a'), ('A', 'b')")
	if got := pg.Constraint(err); got != "department_pk" {
		t.Errorf("broke %q", got)
	}
	sharded := &pgconn.PgError{Code: "23505", Message: `duplicate key value violates unique constraint "department_pk_102008"`}
	if got := pg.Constraint(sharded); got != "department_pk" {
		t.Errorf("on a sharded server: broke %q", got)
	}
	for _, other := range []error{nil, io.EOF, &pgconn.PgError{Code: "42601"}} {
		if got := pg.Constraint(other); got != "" {
			t.Errorf("%v broke %q", other, got)
		}
	}
}

func TestFaultsOfADatabaseThatIsGone(t *testing.T) {
	t.Parallel()
	pool := open(t)
	gone := func(what string, err error, codes ...string) {
		t.Helper()
		f := fault.As(pg.Fault(fmt.Errorf("wrapped: %w", err)))
		if f == nil || f.Kind != fault.Unavailable {
			t.Errorf("%s: %v", what, err)
			return
		}
		for _, code := range codes {
			if f.Code != code {
				t.Errorf("%s: code %s, want %s (%v)", what, f.Code, code, err)
			}
		}
	}
	kill := func(tx pgx.Tx) {
		var pid int
		if err := tx.QueryRow(t.Context(), "SELECT pg_backend_pid()").Scan(&pid); err != nil {
			t.Fatal(err)
		}
		exec(t, pool, "SELECT pg_terminate_backend($1, 5000)", pid)
	}
	gone("a backend killed between statements", pg.InTx(t.Context(), pool, func(tx pgx.Tx) error {
		kill(tx)
		_, err := tx.Exec(t.Context(), "SELECT 1")
		return err
	}), "database.gone")
	gone("a backend killed before the commit", pg.InTx(t.Context(), pool, func(tx pgx.Tx) error {
		kill(tx)
		return nil
	}), "database.gone")
	gone("a statement out of time", pg.InTx(t.Context(), pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), "SET LOCAL statement_timeout = 1"); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), "SELECT pg_sleep(5)")
		return err
	}), "database.slow")

	closed := open(t)
	closed.Close()
	_, err := closed.Exec(t.Context(), "SELECT 1")
	gone("a closed pool", err)

	_, err = pgx.Connect(t.Context(), "postgres://nobody@127.0.0.1:1/none?connect_timeout=2")
	gone("nobody at the address", err, "database.gone")
}

// A connection that is cut under a statement, by a proxy between the two.
func TestFaultOfACutConnection(t *testing.T) {
	t.Parallel()
	c, err := pg.Config(pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var conns []net.Conn
	dial := c.ConnConfig.DialFunc
	c.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err == nil {
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
		}
		return conn, err
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	err = pg.InTx(t.Context(), pool, func(tx pgx.Tx) error {
		mu.Lock()
		defer mu.Unlock()
		for _, conn := range conns {
			_ = conn.Close() // that is the fault
		}
		_, err := tx.Exec(t.Context(), "SELECT 1")
		return err
	})
	if !fault.Is(pg.Fault(err), fault.Unavailable) {
		t.Errorf("%T: %v", errors.Unwrap(err), err)
	}
	mu.Lock()
	cut := len(conns)
	mu.Unlock()
	for range cut { // each may fail once
		_ = pool.Ping(t.Context())
	}
	if err := pool.Ping(t.Context()); err != nil {
		t.Errorf("the pool does not come back: %v", err)
	}
}

func TestOtherErrorsAreNoFaults(t *testing.T) {
	t.Parallel()
	pool := open(t)
	_, err := pool.Exec(t.Context(), "SELECT nothing FROM nowhere")
	for _, err := range []error{nil, err, io.ErrNoProgress, context.Canceled, pgx.ErrNoRows} {
		if got := pg.Fault(err); fault.As(got) != nil || !errors.Is(got, err) {
			t.Errorf("%v became %v", err, got)
		}
	}
	own := fault.Missing("case")
	if got := pg.Fault(own); fault.As(got) != own {
		t.Errorf("a fault became %v", got)
	}
	_, err = pool.Exec(t.Context(), "SELECT $1::text", "a\x00b")
	if !fault.Is(pg.Fault(err), fault.Invalid) {
		t.Errorf("text with NUL: %v", err)
	}
	_, err = pool.Exec(t.Context(), "SELECT $1::text", "a\xffb")
	if !fault.Is(pg.Fault(err), fault.Invalid) {
		t.Errorf("text that is no UTF-8: %v", err)
	}
}

func exec(t *testing.T, pool *pgxpool.Pool, sql string, args ...any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := pool.Exec(ctx, sql, args...); err != nil {
		t.Fatal(err)
	}
}
