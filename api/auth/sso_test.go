package auth_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/auth"
	"onemap/api/auth/ssotest"
)

// provide starts a real provider, and lets a town's people sign in by it.
func (d town) provide(t *testing.T, server *httptest.Server, users ssotest.Staff) *auth.SSO {
	t.Helper()
	p := httptest.NewUnstartedServer(nil)
	issuer := "http://" + p.Listener.Addr().String()
	p.Config.Handler = ssotest.Handler(issuer, "hush", server.URL+"/api/v1/session/sso/return", users)
	p.Start()
	t.Cleanup(p.Close)
	d.Auth.SSO = &auth.SSO{
		Issuer: issuer, ClientID: ssotest.ClientID, Secret: "hush", Public: server.URL, Client: p.Client(), Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}
	return d.Auth.SSO
}

// visit signs in at the provider as a person does, and gives where that ended.
func visit(t *testing.T, server *httptest.Server, user string) (*http.Client, *http.Response, string) {
	t.Helper()
	jar, _ := cookiejar.New(nil)
	browser := &http.Client{Jar: jar, Timeout: 20 * time.Second}
	a, page := open(t, browser, server.URL+"/api/v1/session/sso?next=/plan%3Fx%3D1")
	id := a.Request.URL.Query().Get("authRequestID")
	if id == "" {
		t.Fatalf("no page to sign in: %d %s %s", a.StatusCode, a.Request.URL, page)
	}
	form := url.Values{"username": {user}, "password": {"verysecure"}, "id": {id}}
	a, err := browser.PostForm(a.Request.URL.Scheme+"://"+a.Request.URL.Host+"/login/username", form)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	b, _ := io.ReadAll(a.Body)
	return browser, a, string(b)
}

func open(t *testing.T, browser *http.Client, address string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := browser.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	b, _ := io.ReadAll(a.Body)
	return a, string(b)
}

func TestSingleSignOnAtARealProvider(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	server := serve(t, d.City, false)
	users := ssotest.Staff{
		"u1": {ID: "u1", Username: "li.lei", Password: "verysecure", FirstName: "雷", LastName: "李"},
		"u2": {ID: "u2", Username: "closed", Password: "verysecure"},
		"u3": {ID: "u3", Username: "not.opened", Password: "verysecure"},
		"u4": {ID: "u4", Username: "new.comer", Password: "verysecure"},
	}
	o := d.provide(t, server, users)
	d.member("boss", "", admin(""))
	li := d.member("li.lei", apitest.StreetA, actor.Grant{Role: actor.Worker, Prefix: apitest.StreetA})
	d.member("closed", apitest.StreetA)
	d.member("not.opened", apitest.StreetA)
	d.exec("UPDATE account SET sso_allowed = true WHERE login IN ('li.lei', 'closed')")
	d.exec("UPDATE account SET disabled_at = created_at WHERE login = 'closed'")

	browser, end, page := visit(t, server, "li.lei")
	if got := end.Request.URL.String(); got != server.URL+"/plan?x=1" {
		t.Fatalf("ended at %s: %d %s", got, end.StatusCode, page)
	}
	a, me := open(t, browser, server.URL+"/api/v1/session")
	if a.StatusCode != 200 || !strings.Contains(me, `"login":"li.lei"`) || !strings.Contains(me, apitest.StreetA) {
		t.Errorf("%d %s", a.StatusCode, me)
	}
	var how string
	if err := d.Pool.QueryRow(t.Context(), "SELECT how FROM session WHERE account_id = $1", li).Scan(&how); err != nil || how != "sso" {
		t.Errorf("the session came by %q, %v", how, err)
	}
	// The second time the subject counts, whatever the login has become there.
	users["u1"].Username = "li.lei.renamed"
	if browser, end, page := visit(t, server, "li.lei.renamed"); end.Request.URL.Path != "/plan" {
		t.Errorf("%d %s", end.StatusCode, page)
	} else if _, me := open(t, browser, server.URL+"/api/v1/session"); !strings.Contains(me, `"login":"li.lei"`) {
		t.Error(me)
	}
	// Somebody else there who takes the login gets nothing of the account.
	users["u5"] = &ssotest.User{ID: "u5", Username: "li.lei", Password: "verysecure"}
	for _, user := range []string{"li.lei", "closed", "not.opened", "new.comer"} {
		browser, end, page := visit(t, server, user)
		if end.StatusCode != 403 || !strings.Contains(end.Header.Get("Content-Type"), "text/html") || !strings.Contains(page, "没有向它开放的账号") {
			t.Errorf("%s: %d %s", user, end.StatusCode, page)
		}
		if a, _ := open(t, browser, server.URL+"/api/v1/session"); a.StatusCode != 401 {
			t.Errorf("%s is signed in", user)
		}
	}
	o.Create = true
	if _, end, page := visit(t, server, "new.comer"); end.Request.URL.Path != "/plan" {
		t.Errorf("%d %s", end.StatusCode, page)
	}
	if a, err := d.Auth.Account(t.Context(), "new.comer"); err != nil || len(a.Grants) != 0 {
		t.Errorf("a newcomer holds %v, %v", a.Grants, err)
	}
	// Once an administrator closes an account to it, the link is of no use.
	d.exec("UPDATE account SET sso_allowed = false WHERE login = 'li.lei'")
	if _, end, _ := visit(t, server, "li.lei.renamed"); end.StatusCode != 403 {
		t.Errorf("%d", end.StatusCode)
	}
	stay := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if a, _ := open(t, stay, server.URL+"/api/v1/session/sso/leave"); !strings.HasPrefix(a.Header.Get("Location"), o.Issuer+"/end_session?") || !strings.Contains(a.Header.Get("Location"), url.QueryEscape(server.URL+"/")) {
		t.Errorf("signs out at %s", a.Header.Get("Location"))
	}
}

func TestAProviderThatIsDown(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	server := serve(t, d.City, false)
	browser := server.Client()
	if a, _ := open(t, browser, server.URL+"/api/v1/session/sso"); a.StatusCode != 404 {
		t.Errorf("without a provider: %d", a.StatusCode)
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	d.Auth.SSO = &auth.SSO{Issuer: gone.URL, ClientID: "onemap", Public: server.URL, Client: gone.Client(), Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	for range 2 {
		a, page := open(t, browser, server.URL+"/api/v1/session/sso?next=/plan")
		if a.StatusCode != 503 || !strings.Contains(page, "密码登录") || !strings.Contains(page, `href="/plan"`) {
			t.Errorf("%d %s", a.StatusCode, page)
		}
	}
	if a, p := ask(t, server, "POST", "/api/v1/session", `{"login":"operator","password":"`+apitest.Password+`"}`); a.StatusCode != 200 {
		t.Errorf("with a password: %d %v", a.StatusCode, p)
	}
}

// forger is a provider that signs whatever a test wants.
type forger struct {
	*httptest.Server
	key   *rsa.PrivateKey
	token func(claims map[string]any) string
}

func newForger(t *testing.T) *forger {
	t.Helper()
	f := &forger{}
	var err error
	if f.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	f.Server = httptest.NewServer(mux)
	t.Cleanup(f.Close)
	answer := func(path string, body func() any) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(body())
		})
	}
	answer("/.well-known/openid-configuration", func() any {
		return map[string]any{
			"issuer": f.URL, "authorization_endpoint": f.URL + "/auth", "token_endpoint": f.URL + "/token", "jwks_uri": f.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
		}
	})
	answer("/keys", func() any {
		return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: f.key.Public(), KeyID: "k", Algorithm: "RS256", Use: "sig"}}}
	})
	answer("/token", func() any {
		return map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": f.token(nil)}
	})
	return f
}

func signed(t *testing.T, algorithm jose.SignatureAlgorithm, key any, claims map[string]any) string {
	t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", "k"))
	if err != nil {
		t.Fatal(err)
	}
	b, _ := json.Marshal(claims)
	o, err := s.Sign(b)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := o.CompactSerialize()
	return text
}

func TestForgedTokensOpenNothing(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	server := serve(t, d.City, false)
	f := newForger(t)
	d.member("li.lei", apitest.StreetA)
	d.exec("UPDATE account SET sso_allowed = true WHERE login = 'li.lei'")
	d.Auth.SSO = &auth.SSO{Issuer: f.URL, ClientID: "onemap", Secret: "hush-hush-hush-hush-hush-hush-hush", Public: server.URL, Client: f.Client(), Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	proper := func(c map[string]any) string { return signed(t, jose.RS256, f.key, c) }
	with := func(name string, value any) func(map[string]any) string {
		return func(c map[string]any) string { c[name] = value; return proper(c) }
	}
	for _, forged := range []struct {
		name  string
		token func(map[string]any) string
		state string // "" is the right one
		want  int
	}{
		{"as it should be", proper, "", 303},
		{"another attempt's nonce", with("nonce", "x"), "", 403},
		{"no nonce", with("nonce", nil), "", 403},
		{"for another audience", with("aud", "other"), "", 403},
		{"expired", with("exp", time.Now().Add(-time.Hour).Unix()), "", 403},
		{"from another issuer", with("iss", "https://elsewhere.example"), "", 403},
		{"of nobody", with("sub", ""), "", 403},
		{"a login that is not verified", with("preferred_username_verified", false), "", 403},
		{"signed by another key", func(c map[string]any) string { return signed(t, jose.RS256, stranger, c) }, "", 403},
		{"signed with our own secret", func(c map[string]any) string {
			return signed(t, jose.HS256, []byte(d.Auth.SSO.Secret), c)
		}, "", 403},
		{"not signed", func(c map[string]any) string {
			b, _ := json.Marshal(c)
			return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(b) + "."
		}, "", 403},
		{"no token", func(map[string]any) string { return "" }, "", 403},
		{"another browser's state", proper, "x", 403},
	} {
		jar, _ := cookiejar.New(nil)
		browser := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		a, _ := open(t, browser, server.URL+"/api/v1/session/sso")
		to, err := url.Parse(a.Header.Get("Location"))
		if err != nil || to.Query().Get("code_challenge_method") != "S256" || to.Query().Get("state") == "" {
			t.Fatalf("%s: begins with %s", forged.name, a.Header.Get("Location"))
		}
		f.token = func(map[string]any) string {
			return forged.token(map[string]any{
				"iss": f.URL, "sub": "s1", "aud": "onemap", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(),
				"nonce": to.Query().Get("nonce"), "preferred_username": "li.lei",
			})
		}
		state := to.Query().Get("state")
		if forged.state != "" {
			state = forged.state
		}
		back := server.URL + "/api/v1/session/sso/return?code=c&state=" + state
		end, page := open(t, browser, back)
		who, _ := open(t, browser, server.URL+"/api/v1/session")
		if end.StatusCode != forged.want || (who.StatusCode == 200) != (forged.want == 303) {
			t.Errorf("%s: %d, and then %d: %s", forged.name, end.StatusCode, who.StatusCode, page)
		}
		if again, _ := open(t, browser, back); again.StatusCode != 403 {
			t.Errorf("%s: the same answer a second time: %d", forged.name, again.StatusCode)
		}
		if fresh, _ := open(t, server.Client(), back); fresh.StatusCode != 403 {
			t.Errorf("%s: in a browser that never began: %d", forged.name, fresh.StatusCode)
		}
	}
}

func TestAnAttemptAgesAndGoesNowhereElse(t *testing.T) {
	t.Parallel()
	f := newForger(t)
	at := time.Now()
	o := &auth.SSO{Issuer: f.URL, ClientID: "onemap", Public: "https://map.example", Client: f.Client(), Now: func() time.Time { return at }}
	for next, want := range map[string]string{
		"/plan?x=1": "/plan?x=1", "/admin#/people": "/admin#/people", "": "/command", "//evil.example": "/command", "https://evil.example/": "/command",
		`/\evil.example`: "/command", `\\evil.example`: "/command", "javascript:alert(1)": "/command", "/a\r\nSet-Cookie: x": "/command", "/" + strings.Repeat("x", 600): "/command", "/\tx": "/command",
	} {
		_, kept, err := o.Begin(t.Context(), next)
		b, _ := base64.RawURLEncoding.DecodeString(kept)
		var a struct{ S, X string }
		if err != nil || json.Unmarshal(b, &a) != nil || a.X != want {
			t.Errorf("%q goes on to %q, want %q (%v)", next, a.X, want, err)
		}
	}
	_, kept, err := o.Begin(t.Context(), "/")
	if err != nil {
		t.Fatal(err)
	}
	b, _ := base64.RawURLEncoding.DecodeString(kept)
	var a struct{ S string }
	_ = json.Unmarshal(b, &a)
	at = at.Add(11 * time.Minute)
	if _, _, err := o.Finish(t.Context(), kept, a.S, "c"); code(err) != "sso.refused" {
		t.Errorf("after eleven minutes: %v", err)
	}
	for _, wrong := range []*auth.SSO{{}, {Issuer: "http://idp.example", ClientID: "x", Public: "https://map.example"}, {Issuer: "https://idp.example", ClientID: "x"}, {Issuer: "https://idp.example", Public: "https://map.example"}} {
		if code(wrong.Validate()) != "sso.invalid" {
			t.Errorf("%+v is taken", wrong)
		}
	}
	if err := (&auth.SSO{Issuer: "https://idp.example", ClientID: "x", Public: "https://map.example"}).Validate(); err != nil {
		t.Error(err)
	}
}
