package pg_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/pg"
	"onemap/api/pgserver/pgtest"
)

func open(tb testing.TB) *pgxpool.Pool {
	tb.Helper()
	pool, err := pg.Open(tb.Context(), pgtest.Database(tb))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(pool.Close)
	return pool
}
