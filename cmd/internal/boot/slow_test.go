package boot

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/web"
)

// quick is a patience that a test can wait out.
var quick = web.Patience{Header: time.Second, Body: time.Second, Answer: time.Second}

// grace is what may pass beyond it on a busy machine.
const grace = 15 * time.Second

// listen gives the program as `onemap serve` runs it, over TCP, and where.
func listen(t *testing.T) (p *program, at string) {
	t.Helper()
	p, _ = open(t)
	s, err := NewServer(t.Context(), p.World, ServeConfig{CacheMB: 8, Patience: quick}, "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l, func() { close(ready) }) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	<-ready
	p.server, p.url = s, "http://"+l.Addr().String()
	return p, l.Addr().String()
}

func dial(t *testing.T, at string) *net.TCPConn {
	t.Helper()
	c, err := net.Dial("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c.(*net.TCPConn)
}

// drip sends what it is given, and then a byte every now and then until the
// other side has had enough; it gives the answer and how long that took.
func drip(t *testing.T, c *net.TCPConn, text, next string) (answer string, took time.Duration) {
	began := time.Now()
	_ = c.SetDeadline(began.Add(time.Minute))
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, err := io.WriteString(c, text)
		for tick := time.NewTicker(50 * time.Millisecond); err == nil; <-tick.C {
			_, err = io.WriteString(c, next)
		}
	}()
	b, err := io.ReadAll(c)
	took = time.Since(began)
	c.Close()
	<-done
	if err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Error(err)
	}
	return string(b), took
}

// peak is by how much the heap grows at most while f runs, in MB.
func peak(f func()) uint64 {
	runtime.GC()
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	now := func() uint64 { metrics.Read(sample); return sample[0].Value.Uint64() }
	before, most := now(), uint64(0)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			most = max(most, now())
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	}()
	f()
	close(stop)
	<-stopped
	return (max(most, before) - before) >> 20
}

// meanwhile asks as somebody else does until the end; each answer must be there
// soon.
func (p *program) meanwhile(t *testing.T) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	asked := 0
	wg.Go(func() {
		for ctx.Err() == nil {
			began := time.Now()
			a, err := http.Get(p.url + "/api/v1/facilities?region=" + apitest.StreetA)
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.Copy(io.Discard, a.Body)
			a.Body.Close()
			if took := time.Since(began); a.StatusCode != http.StatusOK || took > grace {
				t.Errorf("somebody else is answered %d after %v", a.StatusCode, took)
			}
			asked++
		}
	})
	return func() {
		cancel()
		wg.Wait()
		if asked < 3 {
			t.Errorf("others asked only %d times", asked)
		}
	}
}

// Whoever sends slowly is let go in time, however many they are, and holds up nobody.
//
// The tests of this file do not run beside others: they measure the memory of the process.
func TestWhoSendsSlowlyIsLetGo(t *testing.T) {
	p, at := listen(t)
	const each = 50
	slow := map[string]struct{ text, next, status string }{
		"head":                  {"GET / HTTP/1.1\r\nHost: a\r\n", "X-A: b\r\n", ""},
		"first line":            {"GET /", "a", ""},
		"JSON":                  {"POST /api/v1/reports HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nIdempotency-Key: 1234567890abcdef\r\nContent-Length: 100000\r\n\r\n{", " ", "408"},
		"pieces":                {"POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n{\r\n", "4"},
		"body nobody asked for": {"GET /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n", "a", ""},
		"body to nowhere":       {"POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n", "a", ""},
	}
	end := p.meanwhile(t)
	grew := peak(func() {
		var wg sync.WaitGroup
		for name, s := range slow {
			for range each {
				c := dial(t, at)
				wg.Go(func() {
					answer, took := drip(t, c, s.text, s.next)
					if took > quick.Header+grace || s.status != "" && !strings.HasPrefix(answer, "HTTP/1.1 "+s.status) {
						t.Errorf("slow %s: let go after %v with %.300q", name, took, answer)
					}
				})
			}
		}
		wg.Wait()
	})
	end()
	if most := uint64(len(slow)*each) / 8; grew > most { // 128 kB each, our own side of it counted
		t.Errorf("%d slow clients cost %d MB", len(slow)*each, grew)
	}
}

// Whoever never reads is let go, too, with what was to be sent.
func TestWhoNeverReadsIsLetGo(t *testing.T) {
	p, at := listen(t)
	key := p.key(t, actor.Operator, apitest.StreetA)
	_, doc := p.get(t, "/openapi.json", "")
	end := p.meanwhile(t)
	const each, asks = 10, 100
	grew := peak(func() {
		var wg sync.WaitGroup
		for range each {
			c := dial(t, at)
			wg.Go(func() {
				began := time.Now()
				_ = c.SetReadBuffer(4 << 10)
				_ = c.SetDeadline(began.Add(time.Minute))
				ask := "GET /openapi.json HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key + "\r\n\r\n"
				_, err := io.WriteString(c, strings.Repeat(ask, asks))
				for tick := time.NewTicker(50 * time.Millisecond); err == nil; <-tick.C { // until the other side is gone
					_, err = io.WriteString(c, "GET ")
				}
				if took := time.Since(began); errors.Is(err, os.ErrDeadlineExceeded) || took > 3*quick.Answer+grace {
					t.Errorf("let go after %v by %v", took, err)
				}
				if read, _ := io.Copy(io.Discard, c); read > int64(len(doc)*asks/2) {
					t.Errorf("%d bytes were sent to nobody", read)
				}
			})
		}
		wg.Wait()
	})
	end()
	if grew > 64 {
		t.Errorf("%d clients that never read cost %d MB", each, grew)
	}
}

// One account holds so many screens open and no more, and others have theirs.
func TestAThousandScreensOfOneAccount(t *testing.T) {
	p, _ := listen(t)
	us := p.account(t, "operator.a", actor.Operator, apitest.StreetA)
	other := p.account(t, "operator.b", actor.Operator, apitest.StreetB)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	watch := func(by somebody) *http.Response {
		r, err := p.request(t.Context(), by, call{method: http.MethodGet, address: "/api/v1/feed"})
		if err != nil {
			t.Fatal(err)
		}
		a, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { a.Body.Close() })
		return a
	}
	var open []*http.Response
	end := p.meanwhile(t)
	grew := peak(func() {
		for range 1000 {
			switch a := watch(us); a.StatusCode {
			case http.StatusOK:
				open = append(open, a)
			case http.StatusTooManyRequests:
				b, _ := io.ReadAll(a.Body)
				if !bytes.Contains(b, []byte("feed.many")) {
					t.Fatalf("refused by %s", b)
				}
			default:
				t.Fatal(a.Status)
			}
		}
		if a := watch(other); a.StatusCode != http.StatusOK {
			t.Errorf("somebody else gets %s", a.Status)
		}
	})
	end()
	if len(open) < 20 || len(open) > 100 || grew > 32 {
		t.Errorf("%d streams were opened, for %d MB", len(open), grew)
	}
	for _, a := range open {
		a.Body.Close()
	}
	for until := time.Now().Add(grace); watch(us).StatusCode != http.StatusOK; {
		if time.Now().After(until) {
			t.Fatal("closed screens still count")
		}
	}
}
