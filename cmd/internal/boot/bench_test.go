package boot_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"onemap/api/pgserver/pgtest"
	"onemap/api/transfer"
	"onemap/cmd/internal/boot"
)

// serve runs the demo town as the program does, for benchmarks over HTTP.
func serve(b *testing.B) (url string) {
	b.Helper()
	c := boot.Config{Data: b.TempDir(), DatabaseURL: pgtest.Database(b), Zone: "Asia/Shanghai", LogLevel: "error"}
	log := slog.New(slog.DiscardHandler)
	w, err := boot.Open(b.Context(), c, boot.Serving, log)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := w.LoadDemo(b.Context(), 1, 1000, func(boot.DemoProgress) {}); err != nil {
		b.Fatal(err)
	}
	s, err := boot.NewServer(b.Context(), w, boot.ServeConfig{CacheMB: 64, Unlimited: true}, "bench")
	if err != nil {
		b.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	ready := make(chan struct{})
	go func() { ended <- s.Serve(ctx, l, func() { close(ready) }) }()
	<-ready
	b.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			b.Error(err)
		}
		if err := w.Close(); err != nil {
			b.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}

// load sends requests from several clients at once and reports the rate and
// the 99th percentile beside Go's own figures.
func load(b *testing.B, status int, next func() *http.Request) {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	var mu sync.Mutex
	var took []time.Duration
	b.ResetTimer()
	begin := time.Now()
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		var mine []time.Duration
		for pb.Next() {
			start := time.Now()
			answer, err := client.Do(next())
			if err != nil {
				b.Error(err)
				return
			}
			_, err = io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
			if err != nil || answer.StatusCode != status {
				b.Errorf("status %d, %v", answer.StatusCode, err)
				return
			}
			mine = append(mine, time.Since(start))
		}
		mu.Lock()
		took = append(took, mine...)
		mu.Unlock()
	})
	elapsed := time.Since(begin)
	b.StopTimer()
	if len(took) == 0 {
		return
	}
	slices.Sort(took)
	b.ReportMetric(float64(len(took))/elapsed.Seconds(), "req/s")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

func get(b *testing.B, url string) func() *http.Request {
	return func() *http.Request {
		r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
		if err != nil {
			b.Error(err)
		}
		return r
	}
}

func BenchmarkHTTP(b *testing.B) {
	url := serve(b)
	b.Run("locate", func(b *testing.B) {
		load(b, http.StatusOK, get(b, url+"/api/v1/locate?lon=113.3&lat=23.4"))
	})
	b.Run("building tile, cached", func(b *testing.B) {
		load(b, http.StatusOK, get(b, url+"/tiles/buildings/15/26696/14192.mvt"))
	})
	b.Run("report", func(b *testing.B) {
		load(b, http.StatusCreated, func() *http.Request { return report(b, url) })
	})
	b.Run("commit to screen", func(b *testing.B) { commitToScreen(b, url) })
}

func report(b *testing.B, url string) *http.Request {
	body := `{"category":"06010","text":"bench","lon":113.3,"lat":23.4}`
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url+"/api/v1/reports", strings.NewReader(body))
	if err != nil {
		b.Error(err)
		return nil
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", uuid.NewString())
	return r
}

// commitToScreen measures from the answer to a report, which comes after its
// commit, to the event on an operator's open screen.
func commitToScreen(b *testing.B, url string) {
	stream := operatorFeed(b, url)
	var took []time.Duration
	b.ResetTimer()
	for range b.N {
		answer, err := http.DefaultClient.Do(report(b, url))
		if err != nil || answer.StatusCode != http.StatusCreated {
			b.Fatalf("report: %v", err)
		}
		committed := time.Now()
		answer.Body.Close()
		for stream.Scan() && !strings.HasPrefix(stream.Text(), "event: case") {
		}
		took = append(took, max(0, time.Since(committed)))
	}
	b.StopTimer()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

func operatorFeed(b *testing.B, url string) *bufio.Scanner {
	b.Helper()
	in, err := http.Post(url+"/api/v1/session", "application/json", strings.NewReader(`{"login":"operator","password":"onemap-demo"}`))
	if err != nil || in.StatusCode != http.StatusOK {
		b.Fatalf("sign in: %v", err)
	}
	in.Body.Close()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url+"/api/v1/feed", nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range in.Cookies() {
		r.AddCookie(c)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { answer.Body.Close() })
	s := bufio.NewScanner(answer.Body)
	for s.Scan() && s.Text() != "event: hello" {
	}
	return s
}

// BenchmarkImportLiechtenstein takes a small country in, into an empty
// database each time. It needs the shared sample data.
func BenchmarkImportLiechtenstein(b *testing.B) {
	file := filepath.Join("..", "..", "..", "..", "shared", "data", "osm", "liechtenstein-2015.osm.pbf")
	if _, err := os.Stat(file); err != nil {
		b.Skipf("the shared sample data is not there: %v", err)
	}
	for range b.N {
		b.StopTimer()
		c := boot.Config{Data: b.TempDir(), DatabaseURL: pgtest.Database(b), Zone: "Europe/Zurich", LogLevel: "error"}
		w, err := boot.Open(b.Context(), c, boot.Serving, slog.New(slog.DiscardHandler))
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		report, err := w.Loader.OSM(b.Context(), file, transfer.OSMOptions{Found: "9903", FoundName: "Liechtenstein"})
		b.StopTimer()
		if err != nil {
			b.Fatal(err)
		}
		n := report.Buildings.Fresh + report.Facilities.Fresh + report.Services.Fresh + report.Basemap.Fresh
		b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "objects/s")
		if err := w.Close(); err != nil {
			b.Error(err)
		}
	}
}
