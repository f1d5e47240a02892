package auth_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"onemap/api/apitest"
	"onemap/api/auth"
	"onemap/api/web"
)

func serve(t *testing.T, c *apitest.City, trustProxy bool) *httptest.Server {
	t.Helper()
	s := web.New(web.Config{
		Auth: c.Auth, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(), TrustProxy: trustProxy,
		Ready: func(context.Context) error { return nil },
	})
	auth.Routes(s, c.Auth, c.Regions)
	server := httptest.NewServer(s.Echo)
	t.Cleanup(server.Close)
	return server
}

// reply is an answer read to its end.
type reply struct {
	StatusCode int
	Header     http.Header
	cookies    []*http.Cookie
}

func (r reply) Cookies() []*http.Cookie { return r.cookies }

func ask(t *testing.T, server *httptest.Server, method, path, body string, headers ...string) (reply, map[string]any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	a, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if len(b) > 0 {
		if err := json.Unmarshal(b, &out); err != nil {
			t.Fatalf("%v: %s", err, b)
		}
	}
	return reply{a.StatusCode, a.Header, a.Cookies()}, out
}

func TestSessionOverHTTP(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	server := serve(t, c, false)
	if a, p := ask(t, server, "GET", "/api/v1/session", ""); a.StatusCode != 401 || p["code"] != "auth.needed" {
		t.Errorf("a visitor: %d %v", a.StatusCode, p)
	}
	if a, p := ask(t, server, "POST", "/api/v1/session", `{"login":"handler","password":"wrong-password"}`); a.StatusCode != 401 || p["code"] != "auth.wrong" || len(a.Cookies()) > 0 {
		t.Errorf("a wrong password: %d %v", a.StatusCode, p)
	}
	a, me := ask(t, server, "POST", "/api/v1/session", `{"login":"handler","password":"`+apitest.Password+`"}`)
	if a.StatusCode != 200 || len(a.Cookies()) != 2 || a.Cookies()[1].Name != "onemap-device" || !a.Cookies()[1].HttpOnly {
		t.Fatalf("%d %v %v", a.StatusCode, me, a.Cookies())
	}
	cookie := a.Cookies()[0]
	if cookie.Name != "onemap" || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Secure || cookie.Path != "/" || cookie.MaxAge != int(auth.SessionLife.Seconds()) {
		t.Errorf("cookie %+v", cookie)
	}
	grant := me["grants"].([]any)[0].(map[string]any)
	if me["login"] != "handler" || grant["role"] != "handler" || grant["scope_name"] != "青禾市" || grant["department_name"] != "环卫处" {
		t.Errorf("me %v", me)
	}
	if a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a cache may keep it: %q", a.Header.Get("Cache-Control"))
	}
	sent := cookie.Name + "=" + cookie.Value
	if a, again := ask(t, server, "GET", "/api/v1/session", "", "Cookie", sent); a.StatusCode != 200 || again["id"] != me["id"] {
		t.Errorf("%d %v", a.StatusCode, again)
	}
	if a, list := ask(t, server, "GET", "/api/v1/departments", "", "Cookie", sent); a.StatusCode != 200 || len(list["items"].([]any)) != 2 {
		t.Errorf("%d %v", a.StatusCode, list)
	}
	if a, _ := ask(t, server, "GET", "/api/v1/departments", ""); a.StatusCode != 401 {
		t.Errorf("departments for a visitor: %d", a.StatusCode)
	}
	out, _ := ask(t, server, "DELETE", "/api/v1/session", "", "Cookie", sent)
	if out.StatusCode != 204 || len(out.Cookies()) != 1 || out.Cookies()[0].MaxAge >= 0 || out.Cookies()[0].Value != "" {
		t.Errorf("%d %v", out.StatusCode, out.Cookies())
	}
	if a, _ := ask(t, server, "GET", "/api/v1/session", "", "Cookie", sent); a.StatusCode != 401 {
		t.Errorf("after signing out: %d", a.StatusCode)
	}
	if a, demo := ask(t, server, "GET", "/api/v1/demo", ""); a.StatusCode != 200 || demo["demo"] != false || demo["password"] != nil || len(demo["accounts"].([]any)) != 0 {
		t.Errorf("a real city gives away %v", demo)
	}
}

func TestBehindAProxyTheCookieIsSecure(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	body := `{"login":"leader","password":"` + apitest.Password + `"}`
	a, _ := ask(t, serve(t, c, true), "POST", "/api/v1/session", body, "X-Forwarded-Proto", "https")
	for i, name := range []string{"__Host-onemap", "__Host-onemap-device"} {
		if a.StatusCode != 200 || !a.Cookies()[i].Secure || a.Cookies()[i].Name != name || a.Cookies()[i].Path != "/" || a.Cookies()[i].Domain != "" {
			t.Errorf("%d %v", a.StatusCode, a.Cookies())
		}
	}
	// What a neighbouring host could plant is not taken over https.
	token := a.Cookies()[0].Value
	for name, want := range map[string]int{"__Host-onemap": 200, "onemap": 401} {
		if a, _ := ask(t, serve(t, c, true), "GET", "/api/v1/session", "", "X-Forwarded-Proto", "https", "Cookie", name+"="+token); a.StatusCode != want {
			t.Errorf("%s over https: %d, want %d", name, a.StatusCode, want)
		}
	}
	a, _ = ask(t, serve(t, c, false), "POST", "/api/v1/session", body, "X-Forwarded-Proto", "https")
	if a.StatusCode != 200 || a.Cookies()[0].Secure {
		t.Errorf("a stranger's word was taken for it: %v", a.Cookies())
	}
}

func TestGuessingIsSlowedDown(t *testing.T) {
	t.Parallel()
	server := serve(t, apitest.New(t), false)
	for n := range 6 {
		a, p := ask(t, server, "POST", "/api/v1/session", `{"login":"operator","password":"guess"}`, "X-Forwarded-For", "10.0.0."+string(rune('1'+n)))
		if want := map[bool]int{true: 401, false: 429}[n < 5]; a.StatusCode != want {
			t.Errorf("guess %d: %d %v, want %d", n+1, a.StatusCode, p, want)
		}
		if a.StatusCode == 429 && a.Header.Get("Retry-After") != "1" {
			t.Errorf("told to come back in %q seconds", a.Header.Get("Retry-After"))
		}
	}
	if a, _ := ask(t, server, "GET", "/api/v1/session", ""); a.StatusCode != 401 {
		t.Errorf("reading is slowed down, too: %d", a.StatusCode)
	}
}
