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
	jobs    map[uuid.UUID]job
	turn    sync.Mutex // one at a time
	wait    sync.WaitGroup
	pace    map[uuid.UUID]Progress
	stopped bool
}

// job is a run that has been begun and has not come to its end.
type job struct {
	cancel context.CancelFunc
	ended  chan struct{}
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
	for _, j := range b.jobs {
		j.cancel()
	}
	b.mu.Unlock()
	b.wait.Wait()
	return nil
}

// settled waits until a run that was stopped, or is done, has let go of its file:
// its row says so a moment before.
func (l *Loader) settled(ctx context.Context, id uuid.UUID) error {
	l.running.mu.Lock()
	j, there := l.running.jobs[id]
	l.running.mu.Unlock()
	if !there {
		return nil
	}
	select {
	case <-j.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// start begins a run in the background, whose row says that it is running; what it
// brings in is whose request's it was. False when the server is going down: its next
// start takes the run for stopped.
func (l *Loader) start(asked context.Context, run Run, path, refused string) bool {
	b := &l.running
	ctx, cancel := context.WithCancel(audit.Carry(context.Background(), asked, "import "+run.Kind))
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		cancel()
		return false
	}
	if b.jobs == nil {
		b.jobs, b.pace = map[uuid.UUID]job{}, map[uuid.UUID]Progress{}
	}
	ended := make(chan struct{})
	b.jobs[run.ID] = job{cancel, ended}
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
		delete(b.jobs, run.ID)
		b.mu.Unlock()
		close(ended)
		cancel()
	}()
	return true
}

// stop ends a run after the chunk it is at.
func (l *Loader) stop(id uuid.UUID) {
	l.running.mu.Lock()
	defer l.running.mu.Unlock()
	if j, there := l.running.jobs[id]; there {
		j.cancel()
	}
}

func (l *Loader) paceOf(id uuid.UUID) Progress {
	l.running.mu.Lock()
	defer l.running.mu.Unlock()
	return l.running.pace[id]
}
