package feed_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/change"
	"onemap/api/feed"
	"onemap/api/web"
)

// patience is how long a test waits for what has to come; it is never waited out.
const patience = 20 * time.Second

// site is a city whose feed is served.
type site struct {
	*apitest.City
	server *httptest.Server
	hub    *feed.Hub
}

func newSite(t *testing.T, heartbeat time.Duration) *site {
	t.Helper()
	s := &site{City: apitest.New(t)}
	quiet := slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithCancel(context.Background())
	background := func(run func(context.Context) error) {
		done := make(chan struct{})
		go func() { _ = run(ctx); close(done) }() // ends with the test
		t.Cleanup(func() { cancel(); <-done })
	}
	background((&change.Sequencer{Pool: s.Pool, Log: quiet}).Run)
	var head change.Position
	for head.Epoch == 0 {
		var err error
		if head, err = s.Changes.Head(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	s.hub = feed.NewHub(head)
	background(func(ctx context.Context) error {
		return (&change.Follower{Log: s.Changes, Logger: quiet, Apply: s.hub.Apply, Reset: s.hub.Reset}).Run(ctx, head)
	})
	s.serve(t, heartbeat)
	return s
}

// behind is another process over the same city, whose hub is at a position and
// follows nothing.
func (s *site) behind(t *testing.T, at change.Position) *site {
	t.Helper()
	other := &site{City: s.City, hub: feed.NewHub(at)}
	other.serve(t, never)
	return other
}

func (s *site) serve(t *testing.T, heartbeat time.Duration) {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	w := web.New(web.Config{Auth: s.Auth, Log: quiet, Metrics: prometheus.NewRegistry(), Ready: func(context.Context) error { return nil }})
	(&feed.Feed{Hub: s.hub, Log: s.Changes, Auth: s.Auth, Heartbeat: heartbeat}).Routes(w)
	s.server = httptest.NewUnstartedServer(w.Echo)
	s.server.Config.RegisterOnShutdown(s.hub.Close)
	s.server.Start()
	t.Cleanup(func() {
		s.hub.Close()
		s.server.Close()
	})
}

// key makes a key for a role on a prefix.
func (s *site) key(t *testing.T, role actor.Role, prefix string) string {
	t.Helper()
	return s.MakeKey(t, "test", actor.Grant{Role: role, Prefix: prefix})
}

// told is one event as a browser understands it.
type told struct {
	id, name string
	data     map[string]any
}

// screen is an open stream.
type screen struct {
	t    *testing.T
	body io.ReadCloser
	next chan told // closed at the stream's end
}

// open opens the feed; headers are pairs of name and value.
func (s *site) open(t *testing.T, headers ...string) *screen {
	t.Helper()
	a := s.ask(t, headers...)
	if a.StatusCode != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("status %d, type %s", a.StatusCode, a.Header.Get("Content-Type"))
	}
	sc := &screen{t: t, body: a.Body, next: make(chan told, 10_000)}
	go sc.read()
	return sc
}

func (s *site) ask(t *testing.T, headers ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.server.URL+"/api/v1/feed", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	a, err := s.server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Body.Close() })
	return a
}

func (sc *screen) read() {
	defer close(sc.next)
	lines := bufio.NewScanner(sc.body)
	lines.Buffer(nil, 1<<20)
	var e told
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch field {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			if err := json.Unmarshal([]byte(value), &e.data); err != nil {
				sc.t.Error(err)
			}
		case "":
			if value == "beat" || e.name == "" { // a comment, or an id alone
				continue
			}
			sc.next <- e
			e = told{}
		}
	}
}

// any gives the next event.
func (sc *screen) any() told {
	sc.t.Helper()
	select {
	case e, ok := <-sc.next:
		if !ok {
			sc.t.Fatal("the stream ended")
		}
		return e
	case <-time.After(patience):
		sc.t.Fatal("no event came")
	}
	return told{}
}

// wait gives the next event, which has to be of a name.
func (sc *screen) wait(name string) told {
	sc.t.Helper()
	e := sc.any()
	if e.name != name {
		sc.t.Fatalf("told %+v, want %s", e, name)
	}
	return e
}

// nothing closes the screen and checks that nothing was left to read.
func (sc *screen) nothing() {
	sc.t.Helper()
	_ = sc.body.Close()
	for e := range sc.next {
		sc.t.Errorf("told %+v on top", e)
	}
}

// end waits until the server has ended the stream.
func (sc *screen) end() {
	sc.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case _, ok := <-sc.next:
			if !ok {
				return
			}
		case <-deadline:
			sc.t.Fatal("the stream does not end")
		}
	}
}

// row is the case of an event.
func (e told) row() map[string]any {
	row, _ := e.data["row"].(map[string]any)
	return row
}
