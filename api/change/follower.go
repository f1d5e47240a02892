package change

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	pollEvery = 200 * time.Millisecond // a lost notification costs no more than this
	readLimit = 5000
	// patience is how long the database may take for an answer that is due at once:
	// then the connection counts as frozen, and another one is tried.
	patience = 5 * time.Second
	// proveEvery is how often the connection that only listens shows that it lives.
	proveEvery = 10 * time.Second
)

// Follower hands every entry after its start to Apply, once and in order.
type Follower struct {
	Log    *Log
	Logger *slog.Logger
	// Apply receives the epoch with each run of entries. An error makes the
	// follower hand the same entries again after a pause.
	Apply func(ctx context.Context, epoch int64, entries []Entry) error
	// Reset is called when the log no longer reaches back to where the follower
	// stood (another epoch, or trimmed while it slept): everything derived from it
	// must be made anew.
	Reset func(ctx context.Context, at Position) error

	reached atomic.Pointer[time.Time]
}

// Behind is for how long the follower may have missed something: the time since it
// asked the log for more and then applied all there was. Before it has done so once,
// known is false. It counts by this machine's steady clock, which no setting of the
// time moves and which goes on while the process is stopped.
func (f *Follower) Behind() (lag time.Duration, known bool) {
	t := f.reached.Load()
	if t == nil {
		return 0, false
	}
	return time.Since(*t), true
}

// Run follows from a position until the context ends.
func (f *Follower) Run(ctx context.Context, from Position) error {
	for {
		err := f.follow(ctx, &from)
		if ctx.Err() != nil {
			return nil
		}
		f.Logger.WarnContext(ctx, "change follower starts over", "at", from.String(), "error", err)
		if errors.Is(err, context.DeadlineExceeded) {
			f.Log.Pool.Reset() // where one connection has frozen, those that lie idle have, too
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// follow listens on a connection of its own, which runs no query that lasts, and
// reads first after it listens, so that nothing falls between.
func (f *Follower) follow(ctx context.Context, at *Position) error {
	conn, err := f.listen(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := f.recover(ctx, at); err != nil {
		return err
	}
	for proven := time.Now(); ; {
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
		if time.Since(proven) > proveEvery {
			if err := prove(ctx, conn); err != nil {
				return err
			}
			proven = time.Now()
		}
	}
}

func (f *Follower) listen(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	pooled, err := f.Log.Pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	conn := pooled.Hijack()
	if _, err := conn.Exec(ctx, "LISTEN onemap_change"); err != nil {
		_ = conn.Close(context.WithoutCancel(ctx)) // it is of no use either way
		return nil, err
	}
	return conn, nil
}

// prove finds out whether a connection on which nothing came still lives.
func prove(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return conn.Ping(ctx)
}

// recover moves to the log's head after it stopped reaching back to at.
func (f *Follower) recover(ctx context.Context, at *Position) error {
	asking, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ok, err := f.Log.Reaches(asking, *at)
	if err != nil || ok {
		return err
	}
	head, err := f.Log.Head(asking)
	if err != nil {
		return err
	}
	if err := f.Reset(ctx, head); err != nil {
		return err
	}
	*at = head
	return nil
}

// drain applies what follows at until there is no more.
func (f *Follower) drain(ctx context.Context, at *Position) error {
	for {
		asked := time.Now()
		entries, epoch, err := f.read(ctx, at.Pos)
		if errors.Is(err, ErrTrimmed) || err == nil && epoch != at.Epoch {
			return f.recover(ctx, at)
		}
		if err != nil {
			return err
		}
		if len(entries) > 0 {
			if err := f.Apply(ctx, at.Epoch, entries); err != nil {
				return err
			}
			at.Pos = entries[len(entries)-1].Pos
		}
		if len(entries) < readLimit {
			f.reached.Store(&asked)
			return nil
		}
	}
}

func (f *Follower) read(ctx context.Context, pos int64) ([]Entry, int64, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return f.Log.since(ctx, pos, readLimit)
}
