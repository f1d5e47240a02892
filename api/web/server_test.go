package web_test

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"

	"onemap/api/web"
)

func TestHeadersOnEveryAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	for _, request := range [][2]string{
		{"GET", "/healthz"},
		{"GET", "/nowhere"},
		{"DELETE", "/things/1"},
		{"GET", "/fail/panic"},
		{"GET", "/raw/panic"},
		{"POST", "/things/1"},
		{"GET", "/openapi.json"},
		{"GET", "/docs"},
		{"GET", "/fail/internal"},
	} {
		a, _ := s.ask(t, request[0], request[1], "", "Sec-Fetch-Site", "cross-site")
		for name, part := range map[string]string{
			"Content-Security-Policy": "default-src 'self'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Permissions-Policy": "microphone=()", "X-Request-Id": "-",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := a.Header.Get(name); !strings.Contains(got, part) {
				t.Errorf("%s %s: %s is %q", request[0], request[1], name, got)
			}
		}
		policy := a.Header.Get("Content-Security-Policy")
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "http:") {
			t.Errorf("policy %q", policy)
		}
	}
}

// Over https browsers are told to stay there; over http, where they do not
// believe it, and on a stranger's word, nothing is said.
func TestStayingWithHTTPS(t *testing.T) {
	t.Parallel()
	for _, trust := range []bool{true, false} {
		s := web.New(web.Config{Version: "1", Auth: door{}, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(), TrustProxy: trust})
		for _, scheme := range []string{"http", "https"} {
			r, answer := httptest.NewRequest(http.MethodGet, "/healthz", nil), httptest.NewRecorder()
			r.Header.Set("X-Forwarded-Proto", scheme)
			s.Echo.ServeHTTP(answer, r)
			if got := answer.Header().Get("Strict-Transport-Security"); (got != "") != (trust && scheme == "https") {
				t.Errorf("trust %v, %s: %q", trust, scheme, got)
			}
		}
	}
}

// A body that stops coming ends with 408, and its connection.
func TestABodyThatStopsComing(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.web.Echo.POST("/bytes", func(c echo.Context) error {
		_, err := io.Copy(io.Discard, web.Body(c, 100, 50*time.Millisecond))
		return err
	})
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST /bytes HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 408 ") || !strings.Contains(string(answer), "request.slow") {
		t.Errorf("%s, %v", answer, err)
	}
	s.problem(t, 413, "request.large", "POST", "/bytes", strings.Repeat("a", 101))
	if a, _ := s.ask(t, "POST", "/bytes", "short"); a.StatusCode != 200 {
		t.Errorf("after it: %d", a.StatusCode)
	}
}

func TestMetricsAndLogsNameRoutesOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.ask(t, "POST", "/things/my-private-id?size=3&q=王小明", `{"name":"张三的长椅","password":"pass-word-1","lon":1}`)
	s.ask(t, "POST", "/things/my-private-id?size=300&q=王小明", `{"name":"张","password":"pw"}`)
	s.ask(t, "GET", "/raw/panic?q=王小明", "", "Authorization", "Bearer secret-key", "Cookie", "onemap_session=token-of-mine")
	s.ask(t, "GET", "/fail/staff?q=王小明", "", "Authorization", "Bearer wrong-key")
	s.ask(t, "GET", "/nowhere/my-private-id?q=王小明", "")
	s.ask(t, "INVENTED", "/things/my-private-id", "")
	_, b := s.ask(t, "GET", "/metrics", "")
	metrics := string(b)
	for _, want := range []string{
		`onemap_http_requests_total{method="POST",route="/things/:id",status="200"} 1`,
		`onemap_http_requests_total{method="POST",route="/things/:id",status="422"} 1`,
		`status="404"`, `method="other"`, "onemap_http_seconds_bucket", "go_goroutines",
	} {
		if !strings.Contains(metrics, want) {
			t.Errorf("metrics do not hold %s", want)
		}
	}
	for _, private := range []string{"my-private-id", "王小明", "张", "pass-word", "secret-key", "wrong-key", "token-of-mine", "INVENTED"} {
		if strings.Contains(metrics, private) {
			t.Errorf("metrics hold %q", private)
		}
		if strings.Contains(s.log.String(), private) && private != "INVENTED" {
			t.Errorf("the log holds %q", private)
		}
	}
	if !strings.Contains(s.log.String(), "actor=00000000-0000-4000-8000-000000000001") || !strings.Contains(s.log.String(), "route=/things/:id") {
		t.Errorf("the log does not say who asked for what:\n%s", s.log)
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	s := newSite(t, errors.New("secret database address"))
	if a, _ := s.ask(t, "GET", "/healthz", "", "Authorization", "Bearer wrong-key"); a.StatusCode != 200 {
		t.Errorf("healthz %d", a.StatusCode)
	}
	if p := s.problem(t, 503, "server.unready", "GET", "/readyz", ""); strings.Contains(p.Detail, "secret") {
		t.Errorf("readyz says %q", p.Detail)
	}
	if a, b := newSite(t, nil).ask(t, "GET", "/readyz", ""); a.StatusCode != 200 || string(b) != "ready\n" {
		t.Errorf("readyz %d %s", a.StatusCode, b)
	}
}

func TestOpenAPI(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	_, b := s.ask(t, "GET", "/openapi-3.0.json", "")
	doc, err := openapi3.NewLoader().LoadFromData(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	_, b = s.ask(t, "GET", "/openapi.json", "")
	var three struct {
		OpenAPI string
		Info    struct{ Version string }
	}
	if err := json.Unmarshal(b, &three); err != nil || !strings.HasPrefix(three.OpenAPI, "3.1") || three.Info.Version != "1.2.3" {
		t.Errorf("%+v, %v", three, err)
	}
	a, page := s.ask(t, "GET", "/docs", "")
	if a.StatusCode != 200 || strings.Contains(string(page), "<script") || !strings.Contains(string(page), "/things/{id}") {
		t.Errorf("docs: %d %s", a.StatusCode, page)
	}
}
