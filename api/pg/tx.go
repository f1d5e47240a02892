package pg

import (
	"context"
	"errors"
	"math/rand/v2"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/fault"
)

// tries bounds how often InTx runs a transaction that PostgreSQL asks to retry.
const tries = 6

// InTx runs fn in one transaction and commits it. A serialization failure or a
// deadlock runs fn again from its start, so fn keeps nothing of a failed run.
// The context's Companion writes into the same transaction.
func InTx(ctx context.Context, pool *pgxpool.Pool, fn func(tx pgx.Tx) error) error {
	return InTxWith(ctx, pool, pgx.TxOptions{}, fn)
}

// InTxWith is InTx with a transaction that begins in its own way.
func InTxWith(ctx context.Context, pool *pgxpool.Pool, o pgx.TxOptions, fn func(tx pgx.Tx) error) error {
	for try := 1; ; try++ {
		err := accompanied(ctx, pool, o, fn)
		if err == nil || try == tries || !retryable(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(rand.IntN(10<<try)) * time.Millisecond):
		}
	}
}

// Exec runs one statement in a transaction of its own, with what goes along.
func Exec(ctx context.Context, pool *pgxpool.Pool, sql string, args ...any) (done pgconn.CommandTag, err error) {
	err = InTx(ctx, pool, func(tx pgx.Tx) (err error) {
		done, err = tx.Exec(ctx, sql, args...)
		return err
	})
	return done, err
}

// ExecSome is Exec of what is to change something: where it changes no row it fails
// with none, and nothing goes along that would tell of it as done.
func ExecSome(ctx context.Context, pool *pgxpool.Pool, none error, sql string, args ...any) error {
	return InTx(ctx, pool, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, sql, args...)
		if err == nil && done.RowsAffected() == 0 {
			err = none
		}
		return err
	})
}

// ErrRetry asks InTx to run the transaction again: what it stood on has changed.
var ErrRetry = errors.New("retry the transaction")

func retryable(err error) bool {
	if errors.Is(err, ErrRetry) {
		return true
	}
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

var (
	quotedConstraint = regexp.MustCompile(`constraint "([^"]+)"`)
	shardSuffix      = regexp.MustCompile(`_[0-9]+$`)
)

// Constraint names the constraint that a statement broke, or is "". A sharded
// server names it in the message only and adds a shard's number: both are mended.
func Constraint(err error) string {
	var e *pgconn.PgError
	if !errors.As(err, &e) || !strings.HasPrefix(e.Code, "23") {
		return ""
	}
	name := e.ConstraintName
	if name == "" {
		if m := quotedConstraint.FindStringSubmatch(e.Message); m != nil {
			name = m[1]
		}
	}
	return shardSuffix.ReplaceAllString(name, "")
}

// Fault turns what the database itself failed at into a fault: gone, out of
// time, still contended after every try of InTx, or text it cannot keep. Any
// other error comes back unchanged.
func Fault(err error) error {
	if err == nil || fault.As(err) != nil {
		return err
	}
	var e *pgconn.PgError
	if errors.As(err, &e) {
		switch {
		case e.Code == "57014":
			return fault.New(fault.Unavailable, "database.slow", "The database took too long; please try again.").Because(err)
		case retryable(err):
			return busy(err)
		case e.Code == "22021", e.Code == "22P05": // a NUL, or what is no UTF-8, in somebody's text
			return fault.New(fault.Invalid, "text.invalid", "Text must be UTF-8 without NUL.").Because(err)
		case strings.HasPrefix(e.Code, "57P"), strings.HasPrefix(e.Code, "08"), strings.HasPrefix(e.Code, "53"), e.Code == "25P03":
			return gone(err)
		}
		return err
	}
	if retryable(err) {
		return busy(err)
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) || pgconn.SafeToRetry(err) || broken(err) {
		return gone(err)
	}
	return err
}

// gone promises nothing about the transaction: a connection that dies under a
// COMMIT leaves open whether it was done.
func gone(err error) error {
	return fault.New(fault.Unavailable, "database.gone", "The database cannot be reached just now; please try again in a moment.").Because(err)
}

func busy(err error) error {
	return fault.New(fault.Unavailable, "database.busy", "Too many people changed the same thing at once; nothing was changed, please try again.").Because(err)
}

// broken recognises a connection that died under a statement.
func broken(err error) bool {
	text := err.Error()
	for _, sign := range []string{"conn closed", "unexpected EOF", "connection reset", "broken pipe", "closed pool"} {
		if strings.Contains(text, sign) {
			return true
		}
	}
	return false
}
