package tiles

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// gate is a source whose renders read the world when they begin, and end when
// they are let go.
type gate struct {
	world   atomic.Int64
	begun   chan struct{}
	letGo   chan struct{}
	stopped atomic.Int64
}

func newGate() *gate { return &gate{begun: make(chan struct{}, 100), letGo: make(chan struct{})} }

func (g *gate) tile(ctx context.Context, _ ID) ([]byte, error) {
	read := g.world.Load()
	g.begun <- struct{}{}
	select {
	case <-g.letGo:
		return fmt.Appendf(nil, "world %d", read), nil
	case <-ctx.Done():
		g.stopped.Add(1)
		return nil, ctx.Err()
	}
}

// A render that began before a change is never answered to a request that came
// after it, whenever the render ends.
func TestInvalidateOvertakesRender(t *testing.T) {
	t.Parallel()
	g := newGate()
	s, e := start(t, Config{Sources: []Source{fakeOf("a", g.tile)}})
	get := func(answer chan<- string) {
		answer <- ask(e, "GET", "/tiles/a/3/0/0.mvt").Body.String()
	}
	early, late := make(chan string, 1), make(chan string, 1)
	go get(early)
	<-g.begun // it has read world 0
	g.world.Store(1)
	s.Invalidate("a")
	go get(late)
	<-g.begun // the later request began a render of its own
	g.letGo <- struct{}{}
	g.letGo <- struct{}{}
	if got := <-late; got != "world 1" {
		t.Errorf("after the change a reader was shown %q", got)
	}
	<-early
	if got := ask(e, "GET", "/tiles/a/3/0/0.mvt").Body.String(); got != "world 1" {
		t.Errorf("kept: %q", got)
	}
	if got := s.Stats().Renders; got != 2 {
		t.Errorf("%d renders", got)
	}
}

// The same with everything at once: what a reader gets is never older than the
// last change whose Invalidate had returned when it asked.
func TestInvalidateUnderLoad(t *testing.T) {
	t.Parallel()
	var world atomic.Int64
	s, e := start(t, Config{Sources: []Source{fakeOf("a", func(context.Context, ID) ([]byte, error) {
		read := world.Load()
		time.Sleep(50 * time.Microsecond)
		return fmt.Appendf(nil, "%d", read), nil
	})}})
	var told atomic.Int64
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for ctx.Err() == nil {
				least := told.Load()
				var got int64
				w := ask(e, "GET", "/tiles/a/3/0/0.mvt")
				if _, err := fmt.Sscan(w.Body.String(), &got); err != nil || got < least {
					t.Errorf("asked after change %d, shown %q", least, w.Body)
					return
				}
			}
		})
	}
	for ctx.Err() == nil {
		now := world.Add(1)
		s.Invalidate("a")
		told.Store(now)
		time.Sleep(100 * time.Microsecond)
	}
	group.Wait()
}

func TestEqualRequestsShareARender(t *testing.T) {
	t.Parallel()
	g := newGate()
	s, e := start(t, Config{Sources: []Source{fakeOf("a", g.tile)}})
	impatient, leave := context.WithCancel(t.Context())
	var left, stayed sync.WaitGroup
	left.Go(func() {
		w := httptest.NewRecorder()
		e.ServeHTTP(w, httptest.NewRequestWithContext(impatient, "GET", "/tiles/a/3/0/0.mvt", nil))
	})
	<-g.begun
	for range 5 {
		stayed.Go(func() {
			if w := ask(e, "GET", "/tiles/a/3/0/0.mvt"); w.Code != 200 {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	waitFor(t, "five more", func() bool { return waiting(s) == 6 })
	leave()
	left.Wait()
	g.letGo <- struct{}{}
	stayed.Wait()
	if got := s.Stats(); got.Renders != 1 || g.stopped.Load() != 0 {
		t.Errorf("%d renders, %d stopped", got.Renders, g.stopped.Load())
	}
}

func TestRenderStopsWhenNobodyWaits(t *testing.T) {
	t.Parallel()
	g := newGate()
	s, e := start(t, Config{Sources: []Source{fakeOf("a", g.tile)}})
	ctx, leave := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			e.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/tiles/a/3/0/0.mvt", nil))
		})
	}
	waitFor(t, "three", func() bool { return waiting(s) == 3 })
	leave()
	group.Wait()
	waitFor(t, "the stop", func() bool { return g.stopped.Load() == 1 })
	answer := make(chan int, 1)
	<-g.begun
	go func() { answer <- ask(e, "GET", "/tiles/a/3/0/0.mvt").Code }()
	<-g.begun
	g.letGo <- struct{}{}
	if code := <-answer; code != 200 {
		t.Errorf("who came later got %d", code)
	}
}

func TestFailuresAndPanicsAreNotKept(t *testing.T) {
	t.Parallel()
	var n atomic.Int64
	s, e := start(t, Config{Sources: []Source{fakeOf("a", func(context.Context, ID) ([]byte, error) {
		switch n.Add(1) {
		case 1:
			return nil, errors.New("no")
		case 2:
			panic("no")
		}
		return []byte("yes"), nil
	})}})
	for _, want := range []int{500, 500, 200, 200} {
		if w := ask(e, "GET", "/tiles/a/3/0/0.mvt"); w.Code != want {
			t.Errorf("%d, want %d", w.Code, want)
		}
	}
	if n.Load() != 3 || waiting(s) != 0 {
		t.Errorf("%d renders, %d waiting", n.Load(), waiting(s))
	}
}

func TestCacheKeepsToItsWeight(t *testing.T) {
	t.Parallel()
	const most = 100_000
	s, e := start(t, Config{CacheBytes: most, Sources: []Source{fakeOf("a", constant(long))}})
	for x := range 64 {
		for y := range 8 {
			ask(e, "GET", fmt.Sprintf("/tiles/a/9/%d/%d.mvt", x, y))
		}
	}
	if got := s.Stats(); got.Weight > most || got.Entries == 0 {
		t.Errorf("%+v", got)
	}
}

func waiting(s *Server) (n int) {
	f := &s.cache.flights
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fl := range f.active {
		n += fl.waiting
	}
	return n
}

func waitFor(t *testing.T, what string, met func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !met(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain for ", what)
		}
	}
}
