package tiles

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// flights lets equal requests share one render. A requester who leaves does
// not stop it for the others; when the last has left, it is stopped, so a map
// dragged across a city does not leave a queue of renders nobody waits for.
type flights struct {
	mu     sync.Mutex
	active map[key]*flight
}

type flight struct {
	done    chan struct{} // closed when tile and err are set
	tile    *entry
	err     error
	waiting int // guarded by flights.mu
	cancel  context.CancelFunc
}

// do answers the render of the key, shared says whether another began it. The
// render has its own context, which ends after the limit.
func (f *flights) do(ctx context.Context, k key, limit time.Duration, render func(context.Context) (*entry, error)) (tile *entry, shared bool, err error) {
	f.mu.Lock()
	fl, shared := f.active[k]
	if !shared {
		own, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
		fl = &flight{done: make(chan struct{}), cancel: cancel}
		f.active[k] = fl
		go f.run(own, k, fl, render)
	}
	fl.waiting++
	f.mu.Unlock()

	select {
	case <-fl.done:
		return fl.tile, shared, fl.err
	case <-ctx.Done():
		f.leave(k, fl)
		return nil, shared, ctx.Err()
	}
}

func (f *flights) leave(k key, fl *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl.waiting--; fl.waiting > 0 {
		return
	}
	fl.cancel()
	f.forget(k, fl) // whoever asks next begins anew
}

// forget takes the flight off the list; the caller holds mu.
func (f *flights) forget(k key, fl *flight) {
	if f.active[k] == fl {
		delete(f.active, k)
	}
}

func (f *flights) run(ctx context.Context, k key, fl *flight, render func(context.Context) (*entry, error)) {
	defer fl.cancel()
	defer func() {
		if p := recover(); p != nil {
			fl.tile, fl.err = nil, fmt.Errorf("render panicked: %v\n%s", p, debug.Stack())
		}
		f.mu.Lock()
		f.forget(k, fl)
		f.mu.Unlock()
		close(fl.done)
	}()
	fl.tile, fl.err = render(ctx)
}
