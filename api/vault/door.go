package vault

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/pg"
)

// In runs fn in a transaction of its own that sees people with a sight; the
// sight comes with BEGIN and costs no round trip of its own.
func In(ctx context.Context, pool *pgxpool.Pool, s Sight, fn func(tx pgx.Tx) error) error {
	return pg.InTxWith(ctx, pool, pgx.TxOptions{BeginQuery: "BEGIN; " + s.enter()}, fn)
}

// Count runs fn in a transaction that may read of people what moves are counted
// by (migration 00024), of everybody: who they are it can tell nobody. It only
// reads, so nothing goes along with it.
func Count(ctx context.Context, pool *pgxpool.Pool, fn func(tx pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{BeginQuery: "BEGIN READ ONLY; SET LOCAL ROLE " + pg.Counts}, fn)
}

// Enter gives the rest of a transaction a sight.
func Enter(ctx context.Context, tx pgx.Tx, s Sight) error {
	if _, err := tx.Exec(ctx, s.enter()); err != nil {
		return fmt.Errorf("reach people: %w", err)
	}
	return nil
}

func (s Sight) enter() string {
	return "SET LOCAL ROLE " + pg.People + "; SELECT people_context(" + quoted(s.people) + ", " + quoted(s.tags) + ")"
}

func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// Within lends a sight to a part of somebody's transaction, which has its own
// role and sight back afterwards.
func Within(ctx context.Context, tx pgx.Tx, s Sight, fn func() error) error {
	var role string
	var before Sight
	err := tx.QueryRow(ctx, "SELECT current_setting('role'), COALESCE(current_setting('onemap.people', true), ''), COALESCE(current_setting('onemap.people_tags', true), '')").
		Scan(&role, &before.people, &before.tags)
	if err != nil {
		return fmt.Errorf("reach people: %w", err)
	}
	if role == pg.People && before == s {
		return fn()
	}
	if err := Enter(ctx, tx, s); err != nil {
		return err
	}
	failed := fn()
	// A statement that failed has ended the transaction, and the sight with it.
	if _, err := tx.Exec(ctx, before.enter()+"; SET LOCAL ROLE "+pgx.Identifier{role}.Sanitize()); err != nil && failed == nil {
		return fmt.Errorf("leave people: %w", err)
	}
	return failed
}

// Read runs a read with a sight in the transaction that q is, or in one of the
// pool's when q is no transaction.
func Read(ctx context.Context, q pg.Querier, pool *pgxpool.Pool, s Sight, fn func(q pg.Querier) error) error {
	if tx, ok := q.(pgx.Tx); ok {
		return Within(ctx, tx, s, func() error { return fn(tx) })
	}
	return In(ctx, pool, s, func(tx pgx.Tx) error { return fn(tx) })
}
