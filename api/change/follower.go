package change

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

const (
	pollEvery = 200 * time.Millisecond // a lost notification costs no more than this
	readLimit = 5000
)

// Follower hands every entry after its start to Apply, once and in order.
type Follower struct {
	Log    *Log
	Logger *slog.Logger
	// Apply receives the epoch with each run of entries. An error makes the
	// follower hand the same entries again after a pause.
	Apply func(ctx context.Context, epoch int64, entries []Entry) error
	// Reset is called when the log no longer reaches back to where the follower
	// stood (another epoch): everything derived from it must be made anew.
	Reset func(ctx context.Context, at Position) error
}

// Run follows from a position until the context ends.
func (f *Follower) Run(ctx context.Context, from Position) error {
	for {
		err := f.follow(ctx, &from)
		if ctx.Err() != nil {
			return nil
		}
		f.Logger.WarnContext(ctx, "change follower starts over", "at", from.String(), "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// follow listens on a connection of its own, which runs no other query, and
// reads first after it listens, so that nothing falls between.
func (f *Follower) follow(ctx context.Context, at *Position) error {
	pooled, err := f.Log.Pool.Acquire(ctx)
	if err != nil {
		return err
	}
	conn := pooled.Hijack()
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN onemap_change"); err != nil {
		return err
	}
	if err := f.recover(ctx, at); err != nil {
		return err
	}
	for {
		if err := f.drain(ctx, at); err != nil {
			return err
		}
		wait, cancel := context.WithTimeout(ctx, pollEvery)
		_, err := conn.WaitForNotification(wait)
		cancel()
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// recover moves to the log's head after it stopped reaching back to at.
func (f *Follower) recover(ctx context.Context, at *Position) error {
	ok, err := f.Log.Reaches(ctx, *at)
	if err != nil || ok {
		return err
	}
	head, err := f.Log.Head(ctx)
	if err != nil {
		return err
	}
	if err := f.Reset(ctx, head); err != nil {
		return err
	}
	*at = head
	return nil
}

func (f *Follower) drain(ctx context.Context, at *Position) error {
	for {
		entries, epoch, err := f.Log.since(ctx, at.Pos, readLimit)
		if err != nil {
			return err
		}
		if epoch != at.Epoch {
			return f.recover(ctx, at)
		}
		if len(entries) == 0 {
			return nil
		}
		if err := f.Apply(ctx, at.Epoch, entries); err != nil {
			return err
		}
		at.Pos = entries[len(entries)-1].Pos
		if len(entries) < readLimit {
			return nil
		}
	}
}
