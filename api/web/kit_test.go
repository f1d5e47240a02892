package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/web"
)

// door lets in who says "Bearer secret-key".
type door struct{}

func (door) Authenticate(_ context.Context, r *http.Request) (actor.Actor, error) {
	switch r.Header.Get("Authorization") {
	case "":
		return actor.Nobody, nil
	case "Bearer secret-key":
		return actor.Actor{ID: uuid.MustParse("00000000-0000-4000-8000-000000000001"), Login: "op"}, nil
	}
	return actor.Nobody, fault.New(fault.Unauthenticated, "auth.key", "This key is not known.")
}

// memory is a log that a test reads.
type memory struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (m *memory) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.b.Write(p)
}

func (m *memory) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.b.String()
}

type thing struct {
	ID   string `path:"id" maxLength:"40"`
	Size int    `query:"size" minimum:"1" maximum:"9" default:"5"`
	Body struct {
		Name     string  `json:"name" minLength:"2"`
		Password string  `json:"password" minLength:"8"`
		Lon      float64 `json:"lon" minimum:"-180" maximum:"180"`
	}
}

type answer struct{ Body struct{ OK bool } }

type site struct {
	*httptest.Server
	web *web.Server
	log *memory
}

func newSite(t *testing.T, ready error) site {
	t.Helper()
	log := &memory{}
	s := web.New(web.Config{
		Version: "1.2.3", Auth: door{}, Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Metrics: prometheus.NewRegistry(), Ready: func(context.Context) error { return ready },
	})
	s.Echo.Use(web.Limit(0.001, 2, func(method, path string) bool { return method == http.MethodPost && path == "/limited" }))
	web.Add(s, huma.Operation{OperationID: "put-thing", Extensions: web.Seen(web.SightPublic), Method: http.MethodPost, Path: "/things/{id}", MaxBodyBytes: 1 << 10, Errors: []int{422}}, func(context.Context, *thing) (*answer, error) {
		return &answer{}, nil
	})
	web.Add(s, huma.Operation{OperationID: "fail", Extensions: web.Seen(web.SightPublic), Method: http.MethodGet, Path: "/fail/{how}"}, func(ctx context.Context, in *struct {
		How string `path:"how"`
	},
	) (*answer, error) {
		switch in.How {
		case "internal":
			return nil, errors.New("secret cause")
		case "conflict":
			return nil, fault.New(fault.Conflict, "thing.conflict", "Somebody was faster.")
		case "staff":
			_, err := web.SignedIn(ctx)
			return &answer{}, err
		case "gone":
			return nil, io.ErrUnexpectedEOF
		}
		panic("secret " + in.How)
	})
	s.Echo.GET("/raw/:how", func(c echo.Context) error {
		switch c.Param("how") {
		case "panic":
			panic("secret")
		case "large":
			_, err := io.Copy(io.Discard, http.MaxBytesReader(c.Response(), io.NopCloser(strings.NewReader("12345")), 2))
			return err
		}
		return fault.Missing("thing")
	})
	s.Echo.POST("/limited", func(c echo.Context) error { return c.NoContent(http.StatusNoContent) })
	server := httptest.NewServer(s.Echo)
	t.Cleanup(server.Close)
	return site{server, s, log}
}

// reply is an answer read to its end.
type reply struct {
	StatusCode int
	Header     http.Header
}

// ask sends a request and gives the answer with its body.
func (s site) ask(t *testing.T, method, path, body string, headers ...string) (reply, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	a, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{a.StatusCode, a.Header}, b
}

// problem sends a request that has to be refused.
func (s site) problem(t *testing.T, status int, code, method, path, body string, headers ...string) web.Problem {
	t.Helper()
	a, b := s.ask(t, method, path, body, headers...)
	var p web.Problem
	if err := json.Unmarshal(b, &p); err != nil {
		t.Errorf("%s %s: %v: %q", method, path, err, b)
		return p
	}
	if a.StatusCode != status || p.Status != status || p.Code != code || p.Type != "about:blank" || p.Title != http.StatusText(status) || p.Detail == "" {
		t.Errorf("%s %s: %d %+v, want %d %s", method, path, a.StatusCode, p, status, code)
	}
	if got := a.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("%s %s: type %q", method, path, got)
	}
	if got := a.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("%s %s: Cache-Control %q", method, path, got)
	}
	return p
}
