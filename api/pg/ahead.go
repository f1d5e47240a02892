package pg

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Ahead writes copies in a transaction while the caller makes the next ones ready:
// the database and the program work at the same time. One goroutine at a time may
// use it, and the transaction is free for others only after Written.
type Ahead struct{ done chan error }

// Write waits for what was written before, and begins with this: each step after
// the other. What goes wrong is said by the next call.
func (a *Ahead) Write(ctx context.Context, tx pgx.Tx, steps ...func(ctx context.Context, tx pgx.Tx) error) error {
	if err := a.Written(); err != nil {
		return err
	}
	done := make(chan error, 1)
	a.done = done
	go func() {
		for _, step := range steps {
			if err := step(ctx, tx); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	return nil
}

// Written waits until everything is written, and says whether all went well.
func (a *Ahead) Written() error {
	if a.done == nil {
		return nil
	}
	err := <-a.done
	a.done = nil
	return err
}
