package pg

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Schema is the schema of the city; SQL never names it, the search path does.
const Schema = "city"

// MinServer is the oldest server we run on, as server_version_num.
const MinServer = 150000

// Config parses a database URL and adds what every connection of ours needs.
func Config(url string) (*pgxpool.Config, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	p := c.ConnConfig.RuntimeParams
	p["search_path"] = Schema + ", public"
	p["application_name"] = "onemap"
	p["timezone"] = "UTC"
	p["idle_in_transaction_session_timeout"] = "60s"
	p["max_parallel_workers_per_gather"] = "0" // each new worker initialises PROJ again: 4 ms became 36
	c.MinConns = 2
	c.MaxConns = 16
	c.MaxConnIdleTime = 10 * time.Minute
	c.AfterConnect = registerTypes
	return c, nil
}

// Open connects as the login itself, which owns the tables. That the server can
// carry us, version, PostGIS and schema, is looked at by Migrate, which comes first.
func Open(ctx context.Context, url string) (*pgxpool.Pool, error) {
	c, err := Config(url)
	if err != nil {
		return nil, err
	}
	return open(ctx, c)
}

// OpenAs connects and works under one of the program's roles.
func OpenAs(ctx context.Context, url, role string) (*pgxpool.Pool, error) {
	c, err := Config(url)
	if err != nil {
		return nil, err
	}
	c.ConnConfig.RuntimeParams["role"] = role
	return open(ctx, c)
}

// OpenForRenders connects for queries that are often given up half-way, such as
// the tiles of a map that moves on: a query given up is cancelled at the
// server, and its connection, warm with projections, is kept.
func OpenForRenders(ctx context.Context, url string) (*pgxpool.Pool, error) {
	c, err := Config(url)
	if err != nil {
		return nil, err
	}
	c.MaxConns = 8
	c.ConnConfig.RuntimeParams["role"] = App
	c.ConnConfig.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: 2 * time.Second}
	}
	return open(ctx, c)
}

func open(ctx context.Context, c *pgxpool.Config) (*pgxpool.Pool, error) {
	pool, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("open database: %w", err)
	}
	return pool, nil
}

// Querier is what a read needs: a pool, a connection or a transaction.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}
