package transfer

import (
	"context"
	"sync"

	"github.com/google/uuid"

	"onemap/api/audit"
)

// background runs uploaded imports within the server, one at a time.
type background struct {
	mu      sync.Mutex
	cancel  map[uuid.UUID]context.CancelFunc
	turn    sync.Mutex // one at a time
	wait    sync.WaitGroup
	pace    map[uuid.UUID]Progress
	stopped bool
}

// Recover marks what was running when the server went down as stopped: it can go on.
func (l *Loader) Recover(ctx context.Context) error {
	_, err := l.Pool.Exec(ctx, "UPDATE import_run SET state = 'stopped', updated_at = $1 WHERE state = 'running' AND account_id IS NOT NULL", l.Now())
	return err
}

// Run keeps imports going until ctx ends, and then waits for them to stop.
func (l *Loader) Run(ctx context.Context) error {
	if err := l.Recover(ctx); err != nil {
		return err
	}
	<-ctx.Done()
	b := &l.running
	b.mu.Lock()
	b.stopped = true
	for _, cancel := range b.cancel {
		cancel()
	}
	b.mu.Unlock()
	b.wait.Wait()
	return nil
}

// start begins a run in the background; what it brings in is whose request's it was.
func (l *Loader) start(asked context.Context, run Run, path, refused string) bool {
	b := &l.running
	ctx, cancel := context.WithCancel(audit.Carry(context.Background(), asked, "import "+run.Kind))
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, there := b.cancel[run.ID]; there || b.stopped {
		cancel()
		return false
	}
	if b.cancel == nil {
		b.cancel, b.pace = map[uuid.UUID]context.CancelFunc{}, map[uuid.UUID]Progress{}
	}
	b.cancel[run.ID] = cancel
	b.wait.Add(1)
	go func() {
		defer b.wait.Done()
		b.turn.Lock()
		defer b.turn.Unlock()
		err := ctx.Err()
		if err == nil {
			err = l.work(ctx, &run, path, refused, func(p Progress, _ Counts) {
				b.mu.Lock()
				b.pace[run.ID] = p
				b.mu.Unlock()
			})
		}
		_ = l.end(ctx, &run, err) // the database is gone; the state says running until the next start
		b.mu.Lock()
		delete(b.cancel, run.ID)
		b.mu.Unlock()
		cancel()
	}()
	return true
}

// stop ends a run after the chunk it is at.
func (l *Loader) stop(id uuid.UUID) {
	l.running.mu.Lock()
	defer l.running.mu.Unlock()
	if cancel := l.running.cancel[id]; cancel != nil {
		cancel()
	}
}

func (l *Loader) paceOf(id uuid.UUID) Progress {
	l.running.mu.Lock()
	defer l.running.mu.Unlock()
	return l.running.pace[id]
}
