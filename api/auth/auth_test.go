package auth_test

import (
	"bytes"
	"crypto/sha256"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/auth"
	"onemap/api/fault"
	"onemap/api/web"
)

func request(headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func withCookie(token string) *http.Request {
	return request("Cookie", web.SessionCookie(false)+"="+token)
}

// try is a login with a password from somewhere.
func try(login, password string) auth.Try {
	return auth.Try{Login: login, Password: password, From: auth.Sender{Address: "192.0.2.1", Agent: "test"}}
}

func enter(t *testing.T, c *apitest.City, login string) auth.Entered {
	t.Helper()
	in, err := c.Auth.SignIn(t.Context(), try(login, apitest.Password))
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func seen(t *testing.T, c *apitest.City, token string) actor.Actor {
	t.Helper()
	a, err := c.Auth.Authenticate(t.Context(), withCookie(token))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestSignInAndOut(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	in, err := c.Auth.SignIn(t.Context(), try(" Operator ", apitest.Password)) // phones begin with a capital
	if err != nil {
		t.Fatal(err)
	}
	if who := in.Actor; who.Login != "operator" || in.Next != "" || len(who.Grants) != 1 || who.Grants[0].Role != actor.Operator || who.Grants[0].Prefix != apitest.CityCode {
		t.Errorf("signed in as %+v", who)
	}
	other := enter(t, c, "operator")
	if other.Token == in.Token {
		t.Fatal("two sessions have one token")
	}
	if a := seen(t, c, in.Token); a.ID != in.Actor.ID || !a.Staff() || !a.Has(actor.Operator) || a.Session != in.Session {
		t.Errorf("with the cookie: %+v", a)
	}
	if err := c.Auth.SignOut(t.Context(), in.Session); err != nil {
		t.Fatal(err)
	}
	if a := seen(t, c, in.Token); a.Staff() {
		t.Errorf("after signing out: %+v", a)
	}
	if !seen(t, c, other.Token).Staff() {
		t.Error("signing out ended another session, too")
	}
	if err := c.Auth.SignOut(t.Context(), apitest.NewID()); err != nil {
		t.Error(err)
	}
	for _, r := range []*http.Request{request(), withCookie(""), withCookie("made-up"), withCookie(in.Token + "x"), withCookie(in.Session.String()), request("Authorization", "Basic b3A6cHc=")} {
		if a, err := c.Auth.Authenticate(t.Context(), r); err != nil || a.Staff() {
			t.Errorf("%v: %+v, %v", r.Header, a, err)
		}
	}
}

func TestAnExpiredSessionIsAVisitors(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	in := enter(t, c, "leader")
	c.Clock.Advance(auth.SessionLife - time.Second)
	if !seen(t, c, in.Token).Staff() {
		t.Error("expired too early")
	}
	c.Clock.Advance(time.Second)
	if a := seen(t, c, in.Token); a.Staff() {
		t.Errorf("after its life: %+v", a)
	}
	enter(t, c, "leader")
	var left int
	if err := c.Pool.QueryRow(t.Context(), "SELECT count(*) FROM session").Scan(&left); err != nil || left != 1 {
		t.Errorf("%d sessions are kept, want the new one only (%v)", left, err)
	}
}

// An administrator who does nothing for two hours is signed out; a leader, whose
// screen may hang on a wall, is not. Using the session keeps it, a stream does not.
func TestIdleAdministratorsAreSignedOut(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	administrator, leader := enter(t, c, "administrator"), enter(t, c, "leader")
	for range 3 {
		c.Clock.Advance(time.Hour)
		if !seen(t, c, administrator.Token).Staff() {
			t.Fatal("signed out although in use")
		}
	}
	beat := httptest.NewRequest(http.MethodGet, "/api/v1/feed", nil)
	beat.Header.Set("Cookie", web.SessionCookie(false)+"="+administrator.Token)
	c.Clock.Advance(time.Hour)
	if a, err := c.Auth.Authenticate(t.Context(), beat); err != nil || !a.Staff() {
		t.Errorf("%+v, %v", a, err)
	}
	c.Clock.Advance(time.Hour)
	if seen(t, c, administrator.Token).Staff() {
		t.Error("an open page alone kept the administrator signed in")
	}
	if !seen(t, c, leader.Token).Staff() {
		t.Error("the leader was signed out")
	}
}

// Sessions are in the database: a program that starts anew knows them.
func TestSessionsSurviveARestart(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	in := enter(t, c, "operator")
	again, err := auth.New(auth.Config{Pool: c.Pool, Now: c.Clock.Now, NewID: apitest.NewID, Keys: c.Keys, Hashing: apitest.Hashing})
	if err != nil {
		t.Fatal(err)
	}
	if a, err := again.Authenticate(t.Context(), withCookie(in.Token)); err != nil || a.ID != in.Actor.ID {
		t.Errorf("%+v, %v", a, err)
	}
}

// A stranger does not learn whether a login exists, is closed or has no
// password: the refusal is the same, and in every case a hash is compared, which
// is nearly all of the time.
func TestWrongPasswordAndUnknownLoginLookTheSame(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	// A hash that outweighs a query. Signing in brings the stored one up to it.
	dear := argon2id.Params{Memory: 16 << 10, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	var err error
	if c.Auth, err = auth.New(auth.Config{Pool: c.Pool, Now: c.Clock.Now, NewID: apitest.NewID, Keys: c.Keys, Hashing: &dear}); err != nil {
		t.Fatal(err)
	}
	enter(t, c, "operator")
	for login, sql := range map[string]string{
		"worker": "UPDATE account SET disabled_at = created_at, password_hash = (SELECT password_hash FROM account WHERE login = 'operator') WHERE login = 'worker'",
		"leader": "UPDATE account SET password_hash = NULL, password_set_at = NULL WHERE login = 'leader'",
	} {
		if _, err := c.Pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(login, err)
		}
	}
	var kept string
	if err := c.Pool.QueryRow(t.Context(), "SELECT password_hash FROM account WHERE login = 'operator'").Scan(&kept); err != nil || !strings.Contains(kept, "$m=16384,t=1,p=1$") {
		t.Fatalf("a weak hash stays after signing in: %v", err)
	}
	logins := []string{"operator", "nobody-of-that-name", "worker", "leader"}
	times := map[string][]time.Duration{}
	var first error
	for range 7 { // in turn, so that a busy moment meets all of them
		for _, login := range logins {
			c.Clock.Advance(13 * time.Hour) // no waiting
			start := time.Now()
			_, err := c.Auth.SignIn(t.Context(), try(login, "wrong-password"))
			times[login] = append(times[login], time.Since(start))
			if f := fault.As(err); f == nil || f.Kind != fault.Unauthenticated || f.Code != "auth.wrong" || f.Cause != nil {
				t.Fatalf("%s: %v", login, err)
			}
			if first == nil {
				first = err
			}
			if err.Error() != first.Error() {
				t.Errorf("%v is not %v", err, first)
			}
		}
	}
	// The smallest of seven is what it takes without disturbance. Without the
	// comparison it would be a hundredth.
	known := slices.Min(times["operator"])
	for _, login := range logins[1:] {
		if took := slices.Min(times[login]); took < known/3 || took > known*3 {
			t.Errorf("%s takes %v, a known login %v", login, took, known)
		}
	}
	if _, err := c.Auth.SignIn(t.Context(), try("a\x00b", "x")); web.ToProblem(err).Status >= 500 {
		t.Errorf("a login with NUL: %v", err)
	}
	if _, err := c.Auth.SignIn(t.Context(), try("worker", apitest.Password)); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a closed account with its password: %v", err)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	key := c.MakeKey(t, "sensor gateway", actor.Grant{Role: actor.Worker, Prefix: apitest.StreetA})
	for _, header := range []string{"Bearer " + key, "bearer " + key, "BEARER  " + key} {
		a, err := c.Auth.Authenticate(t.Context(), request("Authorization", header))
		if err != nil || !a.Staff() || a.Login != "key:sensor gateway" || !a.Cases().Holds(apitest.GridA, "") || a.Cases().Holds(apitest.GridB, "") {
			t.Errorf("%q: %+v, %v", strings.Fields(header)[0], a, err)
		}
	}
	for _, header := range []string{"Bearer " + key + "x", "Bearer ", "Bearer om_x"} {
		if _, err := c.Auth.Authenticate(t.Context(), request("Authorization", header)); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%q: %v", header, err)
		}
	}
	// A wrong key is not rescued by a good cookie.
	token := enter(t, c, "operator").Token
	if _, err := c.Auth.Authenticate(t.Context(), request("Authorization", "Bearer wrong", "Cookie", web.SessionCookie(false)+"="+token)); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a wrong key with a good cookie: %v", err)
	}
}

func TestOnlyHashesAreKept(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	in := enter(t, c, "operator")
	token := in.Token
	key := c.MakeKey(t, "k", actor.Grant{Role: actor.Worker, Prefix: apitest.StreetA})
	if len(token) < 26 || len(in.Device) < 26 || len(key) < 43 {
		t.Errorf("token of %d and key of %d characters: too easily guessed", len(token), len(key))
	}
	var all string
	if err := c.Pool.QueryRow(t.Context(), `
SELECT (SELECT string_agg(s::text, ' ') FROM session s) || (SELECT string_agg(k::text, ' ') FROM api_key k) || (SELECT string_agg(a::text, ' ') FROM account a) || (SELECT string_agg(d::text, ' ') FROM known_device d)`).Scan(&all); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{token, in.Device, key, apitest.Password} {
		if strings.Contains(all, secret) {
			t.Error("a secret stands in the database as it is")
		}
	}
	var hash []byte
	want := sha256.Sum256([]byte(token))
	if err := c.Pool.QueryRow(t.Context(), "SELECT token_hash FROM session").Scan(&hash); err != nil || !bytes.Equal(hash, want[:]) {
		t.Errorf("the session is kept by %x, %v", hash, err)
	}
	if !strings.Contains(all, "$argon2id$") {
		t.Error("the password is not hashed by argon2id")
	}
}

func TestAccountsAreRefusedWithEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	wrong := auth.NewAccount{Login: "Übel!", Name: " ", Password: "short", Grants: []actor.Grant{
		{Role: "king", Prefix: "99"}, {Role: actor.Handler, Prefix: apitest.CityCode}, {Role: actor.Operator, Prefix: "99ab", Department: "D01"},
	}}
	_, err := c.Auth.AddAccount(t.Context(), wrong)
	f := fault.As(err)
	if f == nil || f.Kind != fault.Invalid {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, field := range f.Fields {
		count[field.Location]++
		if s, ok := field.Value.(string); ok && s == "short" {
			t.Error("the password is repeated")
		}
	}
	for location, n := range map[string]int{"login": 1, "name": 1, "password": 1, "role": 1, "scope": 2, "department": 2} {
		if count[location] != n {
			t.Errorf("%s is named %d times, want %d: %v", location, count[location], n, err)
		}
	}
	good := auth.NewAccount{Login: "li.lei", Name: "李雷", Password: "long enough pw", Grants: []actor.Grant{{Role: actor.Handler, Prefix: apitest.StreetA, Department: "D01"}, {Role: actor.Worker}}}
	if _, err := c.Auth.AddAccount(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Auth.AddAccount(t.Context(), good); !fault.Is(err, fault.Conflict) {
		t.Errorf("the same login again: %v", err)
	}
	good.Login, good.Grants[0].Department = "han.meimei", "D99"
	if _, err := c.Auth.AddAccount(t.Context(), good); !fault.Is(err, fault.Invalid) {
		t.Errorf("an unknown department: %v", err)
	}
	if _, _, err := c.Auth.MakeKey(t.Context(), auth.NewKey{Grant: actor.Grant{Role: "king", Prefix: "9", Department: "D01"}, ExpiresAt: c.Clock.Now().Add(time.Hour)}); fault.As(err) == nil || len(fault.As(err).Fields) != 4 {
		t.Errorf("a key with four faults: %v", err)
	}
}

// The actor of a session has each grant of the account, read in one query.
func TestGrantsOfASession(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	a := seen(t, c, enter(t, c, "handler2").Token)
	if len(a.Grants) != 1 || a.Grants[0].Role != actor.Handler || a.Grants[0].Prefix != apitest.CityCode || a.Grants[0].Department != "D02" {
		t.Errorf("%+v", a)
	}
	if scope := a.Cases(); !scope.Holds(apitest.GridA, "D02") || scope.Holds(apitest.GridA, "D01") || scope.Holds(apitest.GridA, "") {
		t.Error("a handler's sight is not the department's")
	}
}
