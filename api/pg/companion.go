package pg

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Companion goes along with every transaction of a context: what api/audit
// keeps of a request is written into the transaction that does it.
type Companion interface {
	// Begin is told before a transaction runs; undo forgets what it was told of
	// while the transaction ran, since that was rolled back.
	Begin() (undo func())
	// Last is what it adds to the transaction: a statement that is sent together
	// with the commit, so that it costs no way to the server of its own. One that
	// fails commits nothing. An empty statement adds nothing.
	Last() (sql string, args []any)
	// Committed is told once the transaction is.
	Committed()
}

type companionKey struct{}

// WithCompanion makes c go along with the transactions of a context.
func WithCompanion(ctx context.Context, c Companion) context.Context {
	return context.WithValue(ctx, companionKey{}, c)
}

// CompanionOf is what goes along with the transactions of a context, or nil.
func CompanionOf(ctx context.Context) Companion {
	c, _ := ctx.Value(companionKey{}).(Companion)
	return c
}

// accompanied runs fn, and the context's companion after it, in one transaction.
func accompanied(ctx context.Context, pool *pgxpool.Pool, o pgx.TxOptions, fn func(tx pgx.Tx) error) error {
	c := CompanionOf(ctx)
	if c == nil {
		return pgx.BeginTxFunc(ctx, pool, o, fn)
	}
	undo := c.Begin()
	if err := together(ctx, pool, o, fn, c); err != nil {
		undo()
		return err
	}
	c.Committed()
	return nil
}

// together begins, runs fn, and sends the companion's statement and the commit at
// once. The server skips the commit behind a statement that failed.
func together(ctx context.Context, pool *pgxpool.Pool, o pgx.TxOptions, fn func(tx pgx.Tx) error, c Companion) (err error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release() // one that is still in a transaction, as after a panic, is closed
	tx, err := conn.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	if err = fn(tx); err == nil {
		if sql, args := c.Last(); sql == "" {
			err = tx.Commit(ctx)
		} else {
			var b pgx.Batch
			b.Queue(sql, args...)
			b.Queue("COMMIT")
			err = conn.SendBatch(ctx, &b).Close()
		}
	}
	if err != nil && conn.Conn().PgConn().TxStatus() != 'I' {
		_ = tx.Rollback(ctx) // there is an error to return; a connection that cannot roll back is closed
	}
	return err
}
