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
	// Write adds to the transaction, as its last statement.
	Write(ctx context.Context, tx pgx.Tx) error
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
	err := pgx.BeginTxFunc(ctx, pool, o, func(tx pgx.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return c.Write(ctx, tx)
	})
	if err != nil {
		undo()
		return err
	}
	c.Committed()
	return nil
}
