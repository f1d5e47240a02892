package tiles

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"
)

// fake renders what the test says.
type fake struct {
	Layer
	tile func(ctx context.Context, id ID) ([]byte, error)
}

func (f fake) Describe() Layer                                 { return f.Layer }
func (f fake) Extent(context.Context) (orb.Bound, bool, error) { return downtown, true, nil }
func (f fake) Tile(ctx context.Context, id ID, _ Sight, _ Filter) ([]byte, error) {
	return f.tile(ctx, id)
}

func fakeOf(name string, tile func(context.Context, ID) ([]byte, error)) fake {
	return fake{Layer{Name: name, MinZoom: 3, MaxZoom: 9, Inside: []Inside{{ID: name, Fields: map[string]string{}}}}, tile}
}

// desk signs a request in by the header X-Desk, a region's code.
type desk struct{}

func (desk) Sight(r *http.Request) (Sight, error) {
	code := r.Header.Get("X-Desk")
	return Sight{Staff: code != "", Prefixes: []string{code}}, nil
}

func start(t *testing.T, c Config) (*Server, *echo.Echo) {
	t.Helper()
	c.Log = slog.New(slog.DiscardHandler)
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s, routes(s)
}

func routes(s *Server) *echo.Echo {
	e := echo.New()
	s.Register(e)
	return e
}

// ask sends a request; headers are name, value pairs.
func ask(e http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w
}

func expect(t *testing.T, what string, w *httptest.ResponseRecorder, status int) {
	t.Helper()
	if w.Code != status {
		t.Fatalf("%s: %d %s, want %d", what, w.Code, w.Body, status)
	}
	if status >= 400 {
		var p problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Status != status || p.Code == "" || p.Detail == "" || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Fatalf("%s: no proper problem: %v %s", what, err, w.Body)
		}
	}
}

var long = bytes.Repeat([]byte("tile "), 1000)

func constant(b []byte) func(context.Context, ID) ([]byte, error) {
	return func(context.Context, ID) ([]byte, error) { return b, nil }
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	_, e := start(t, Config{Sources: []Source{fakeOf("a", constant(long))}})
	expect(t, "a tile", ask(e, "GET", "/tiles/a/3/0/7.mvt"), 200)
	for _, path := range []string{
		"/tiles/b/3/0/0.mvt", "/tiles/a/2/0/0.mvt", "/tiles/a/10/0/0.mvt", "/tiles/a/3/8/0.mvt", "/tiles/a/3/0/8.mvt", "/tiles/a/3/-1/0.mvt",
		"/tiles/a/03/0/0.mvt", "/tiles/a/3/0/0", "/tiles/a/3/0/0.pbf", "/tiles/a/3/0/.mvt", "/tiles/a/3/0/0.mvt.mvt", "/tiles/a/99999999999/0/0.mvt",
		"/tiles/a/3/%30%20/0.mvt", "/tiles/a/3/0/%00.mvt", "/tiles/a", "/tiles/b.json", "/tiles/.json", "/tiles/a/3/1e0/0.mvt",
		"/tiles/fonts/Comic/0-255.pbf", "/tiles/fonts/Regular/0-254.pbf", "/tiles/fonts/Regular/1-256.pbf", "/tiles/fonts/Regular/65536-65791.pbf",
		"/tiles/fonts/Regular/0.pbf", "/tiles/fonts/Regular/-256--1.pbf", "/tiles/fonts/Regular/0-255",
	} {
		expect(t, path, ask(e, "GET", path), 404)
	}
	w := ask(e, "GET", "/tiles/a/3/0/0.mvt?limit=5")
	expect(t, "a parameter", w, 422)
	if !strings.Contains(w.Body.String(), "query.limit") {
		t.Errorf("the parameter is not named: %s", w.Body)
	}
}

func FuzzTilePath(f *testing.F) {
	s, err := New(Config{Sources: []Source{fakeOf("a", constant(long))}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		f.Fatal(err)
	}
	e := routes(s)
	f.Add("a/3/0/0.mvt", "")
	f.Add("fonts/Regular/0-255.pbf", "a=b")
	f.Add("a.json", "state=filed&since=2026")
	f.Fuzz(func(t *testing.T, path, query string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path, r.URL.RawQuery = "/tiles/"+path, query
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Fatalf("%q?%q: %d %s", path, query, w.Code, w.Body)
		}
	})
}

func FuzzFilter(f *testing.F) {
	f.Add("state=filed,closed&since=2026-11-21&until=2026-11-22T00:00:00Z&region=9901&overdue=true&category=01")
	f.Add("state=,&since=-&region=%00")
	f.Fuzz(func(t *testing.T, raw string) {
		r := http.Request{URL: mustURL("/?" + strings.ReplaceAll(raw, "#", ""))}
		if r.URL == nil {
			return
		}
		filter, wrong := ParseFilter(r.URL.Query(), noon, time.UTC)
		if wrong != nil {
			return
		}
		var a args
		for _, part := range filter.where(&a) {
			if strings.ContainsAny(part, "'\"") && !strings.Contains(part, "'reported', 'filed'") {
				t.Fatalf("a value came into the statement: %s", part)
			}
		}
	})
}

func TestConditionalRequests(t *testing.T) {
	t.Parallel()
	_, e := start(t, Config{Sources: []Source{fakeOf("a", constant(long)), fakeOf("empty", constant(nil))}})
	const path = "/tiles/a/3/0/0.mvt"
	tags := map[string]bool{}
	for _, accept := range []string{"", "gzip", "zstd, gzip, br"} {
		w := ask(e, "GET", path, "Accept-Encoding", accept)
		expect(t, accept, w, 200)
		h := w.Header()
		if !bytes.Equal(unpack(t, h.Get("Content-Encoding"), w.Body.Bytes()), long) {
			t.Errorf("%q: another body", accept)
		}
		if h.Get("Content-Type") != tileType || h.Get("Cache-Control") != "no-cache" || h.Get("Vary") != "Accept-Encoding" || h.Get("Content-Length") != fmt.Sprint(w.Body.Len()) {
			t.Errorf("%q: %v", accept, h)
		}
		tag := h.Get("ETag")
		tags[tag] = true
		for _, match := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
			w := ask(e, "GET", path, "Accept-Encoding", accept, "If-None-Match", match)
			expect(t, match, w, 304)
			if w.Body.Len() > 0 || w.Header().Get("ETag") != tag || w.Header().Get("Vary") == "" || w.Header().Get("Content-Encoding") != "" {
				t.Errorf("304: %v", w.Header())
			}
		}
		expect(t, "two fields", ask(e, "GET", path, "Accept-Encoding", accept, "If-None-Match", `"other"`, "If-None-Match", tag), 304)
		expect(t, "another tag", ask(e, "GET", path, "Accept-Encoding", accept, "If-None-Match", `"other"`), 200)
		head := ask(e, "HEAD", path, "Accept-Encoding", accept)
		expect(t, "HEAD", head, 200)
		if head.Body.Len() > 0 || head.Header().Get("ETag") != tag || head.Header().Get("Content-Length") != h.Get("Content-Length") {
			t.Errorf("HEAD: %v", head.Header())
		}
	}
	if len(tags) != 3 {
		t.Errorf("three encodings have the tags %v", tags)
	}
	w := ask(e, "GET", "/tiles/empty/3/0/0.mvt", "If-None-Match", "*")
	expect(t, "empty", w, 204)
	if w.Body.Len() > 0 || w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("204: %v", w.Header())
	}
	expect(t, "no coding is right", ask(e, "GET", path, "Accept-Encoding", "br, identity;q=0"), 406)
}

func unpack(t *testing.T, coding string, b []byte) []byte {
	t.Helper()
	var r io.Reader = bytes.NewReader(b)
	var err error
	switch coding {
	case "gzip":
		r, err = gzip.NewReader(r)
	case "zstd":
		r, err = zstd.NewReader(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestNegotiate(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]string{
		"": "identity", "gzip": "gzip", "zstd": "zstd", "gzip, deflate, br, zstd": "zstd", "gzip;q=1.0, zstd;q=0.5": "gzip",
		"gzip;q=0": "identity", "zstd;q=0, *": "gzip", "*": "zstd", "*;q=0": "none", "identity;q=0": "none", "identity;q=0, gzip": "gzip",
		"GZIP ; Q=0.3": "gzip", "x-gzip": "gzip", "br": "identity", "identity, gzip;q=0.5": "identity", "gzip;q=nonsense": "identity",
		"gzip;q=2": "identity", ",,": "identity", "gzip;q=0.001": "gzip", "*;q=0, gzip;q=0.1": "gzip", "identity;q=0.5, *;q=0": "identity",
	} {
		enc, ok := negotiate(accept)
		got := string(enc)
		switch {
		case !ok:
			got = "none"
		case enc == encodingIdentity:
			got = "identity"
		}
		if got != want {
			t.Errorf("%q: %s, want %s", accept, got, want)
		}
	}
}

func TestPrivateLayer(t *testing.T) {
	t.Parallel()
	var renders atomic.Int64
	secret := fakeOf("secret", func(context.Context, ID) ([]byte, error) { renders.Add(1); return long, nil })
	secret.Private, secret.EveryZoom = true, 6
	clock := atomic.Int64{}
	clock.Store(noon.Unix())
	_, e := start(t, Config{Reader: desk{}, Sources: []Source{fakeOf("a", constant(long)), secret}, Now: func() time.Time { return time.Unix(clock.Load(), 0) }})
	for _, path := range []string{"/tiles/secret/3/0/0.mvt", "/tiles/secret.json", "/tiles/secret/3/0/0.mvt?state=nonsense"} {
		expect(t, path, ask(e, "GET", path), 404)
	}
	if body := ask(e, "GET", "/tiles").Body.String(); strings.Contains(body, "secret") || !strings.Contains(body, "/tiles/a.json") {
		t.Errorf("the list of somebody not signed in: %s", body)
	}
	if body := ask(e, "GET", "/tiles", "X-Desk", "99").Body.String(); !strings.Contains(body, "/tiles/secret.json") {
		t.Errorf("the list of staff: %s", body)
	}
	w := ask(e, "GET", "/tiles/secret/3/0/0.mvt", "X-Desk", "9901")
	expect(t, "staff", w, 200)
	if w.Header().Get("Cache-Control") != "private, no-cache" || w.Header().Get("Vary") != "Accept-Encoding, Cookie, Authorization" {
		t.Errorf("private: %v", w.Header())
	}
	expect(t, "a bad filter", ask(e, "GET", "/tiles/secret/3/0/0.mvt?state=nonsense", "X-Desk", "9901"), 422)
	count := func(what string, want int64) {
		t.Helper()
		if got := renders.Load(); got != want {
			t.Errorf("%s: %d renders, want %d", what, got, want)
		}
	}
	count("one desk", 1)
	ask(e, "GET", "/tiles/secret/3/0/0.mvt", "X-Desk", "9901")
	count("the same desk", 1)
	ask(e, "GET", "/tiles/secret/3/0/0.mvt", "X-Desk", "9902")
	count("another desk", 2)
	ask(e, "GET", "/tiles/secret/3/0/0.mvt?state=filed", "X-Desk", "9901")
	count("another filter", 3)
	ask(e, "GET", "/tiles/secret/7/0/0.mvt", "X-Desk", "9901")
	count("another tile", 4)
	clock.Add(60)
	ask(e, "GET", "/tiles/secret/7/0/0.mvt", "X-Desk", "9901")
	count("a tile that tells no time, a minute later", 4)
	ask(e, "GET", "/tiles/secret/3/0/0.mvt", "X-Desk", "9901")
	count("clusters, a minute later", 5)
}

func TestTileJSON(t *testing.T) {
	t.Parallel()
	live := fakeOf("live", constant(long))
	live.Live = true
	for _, trust := range []bool{false, true} {
		_, e := start(t, Config{Sources: []Source{fakeOf("a", constant(long)), live}, TrustForwarded: trust})
		w := ask(e, "GET", "http://map.example:8080/tiles/a.json", "X-Forwarded-Proto", "https, http", "X-Forwarded-Host", "city.example")
		expect(t, "TileJSON", w, 200)
		var got tileJSON
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		want := "http://map.example:8080/tiles/a/{z}/{x}/{y}.mvt"
		if trust {
			want = "https://city.example/tiles/a/{z}/{x}/{y}.mvt"
		}
		if got.TileJSON != "3.0.0" || got.Tiles[0] != want || got.MinZoom != 3 || got.MaxZoom != 9 || got.Bounds[0] != downtown.Min[0] || len(got.Center) != 3 || got.VectorLayers[0].ID != "a" {
			t.Errorf("%s", w.Body)
		}
		expect(t, "304", ask(e, "GET", "http://map.example:8080/tiles/a.json", "X-Forwarded-Proto", "https, http", "X-Forwarded-Host", "city.example", "If-None-Match", w.Header().Get("ETag")), 304)
		if body := ask(e, "GET", "/tiles/live.json").Body.String(); !strings.Contains(body, `"bounds":[-180,`) || !strings.Contains(body, `"center":[116.`) {
			t.Errorf("a live layer is bounded: %s", body)
		}
	}
}

func TestFonts(t *testing.T) {
	t.Parallel()
	_, e := start(t, Config{Sources: []Source{}, Log: nil})
	for _, path := range []string{"/tiles/fonts/Regular/0-255.pbf", "/tiles/fonts/Nowhere%20Sans,Bold/1024-1279.pbf", "/tiles/fonts/Medium/19968-20223.pbf"} {
		w := ask(e, "GET", path, "Accept-Encoding", "gzip")
		expect(t, path, w, 200)
		if !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("ETag") == "" || w.Header().Get("Content-Type") != "application/x-protobuf" {
			t.Errorf("%s: %v", path, w.Header())
		}
		expect(t, path, ask(e, "GET", path, "Accept-Encoding", "gzip", "If-None-Match", w.Header().Get("ETag")), 304)
	}
}

// The whole way, from the address to rows of the database.
func (c town) testOverHTTP(t *testing.T) {
	t.Parallel()
	_, e := start(t, Config{Pool: c.pool, Reader: desk{}, Now: func() time.Time { return noon }})
	for layer, z := range map[string]int{"basemap": 14, "buildings": 14, "facilities": 12, "grids": 14, "services": 14, "cases": 12} {
		for name, method := range map[string]string{"": "GET", "again": "GET", "head": "HEAD"} {
			id := over(z, downtown)[0]
			w := ask(e, method, fmt.Sprintf("/tiles/%s/%s.mvt", layer, id), "X-Desk", "9901", "Accept-Encoding", "zstd")
			expect(t, layer+name, w, 200)
			if method == "GET" {
				decode(t, unpack(t, "zstd", w.Body.Bytes()))
			}
		}
		expect(t, "at sea", ask(e, "GET", fmt.Sprintf("/tiles/%s/%d/0/%d.mvt", layer, z, 1<<(z-1)), "X-Desk", "9901"), 204)
		w := ask(e, "GET", "/tiles/"+layer+".json", "X-Desk", "9901")
		expect(t, layer, w, 200)
		var got tileJSON
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if !cityBox.Pad(0.01).Contains(orb.Point{got.Center[0], got.Center[1]}) {
			t.Errorf("%s has its centre at %v", layer, got.Center)
		}
	}
	id := over(10, downtown)[0]
	expect(t, "the neighbour", ask(e, "GET", fmt.Sprintf("/tiles/cases/%s.mvt", id), "X-Desk", "9902"), 204)
	expect(t, "nobody", ask(e, "GET", fmt.Sprintf("/tiles/cases/%s.mvt", id)), 404)
}

func (c town) testRenderLimit(t *testing.T) {
	t.Parallel()
	slow := fakeOf("slow", func(ctx context.Context, _ ID) ([]byte, error) {
		return queryTile(ctx, c.pool, "SELECT ''::bytea FROM pg_sleep(20)", nil)
	})
	broken := fakeOf("broken", func(ctx context.Context, _ ID) ([]byte, error) {
		return queryTile(ctx, c.pool, "SELECT nothing", nil)
	})
	s, e := start(t, Config{Sources: []Source{slow, broken}, RenderLimit: 100 * time.Millisecond})
	w := ask(e, "GET", "/tiles/slow/3/0/0.mvt")
	expect(t, "slow", w, 503)
	if w.Header().Get("Retry-After") == "" {
		t.Error("503 does not say when to come again")
	}
	w = ask(e, "GET", "/tiles/broken/3/0/0.mvt")
	expect(t, "broken", w, 500)
	if strings.Contains(w.Body.String(), "nothing") || strings.Contains(w.Body.String(), "SQLSTATE") {
		t.Errorf("500 tells of its insides: %s", w.Body)
	}
	if got := s.Stats(); got.Entries != 0 || got.Failed != 2 {
		t.Errorf("failures are kept: %+v", got)
	}
}

func mustURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		return nil
	}
	return u
}
