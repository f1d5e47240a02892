package auth_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

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

func withCookie(token string) *http.Request { return request("Cookie", web.SessionCookie+"="+token) }

// plain leaves the ids of grants out.
func plain(grants []actor.Grant) []actor.Grant {
	grants = slices.Clone(grants)
	for i := range grants {
		grants[i].ID = uuid.Nil
	}
	return grants
}

func TestSignInAndOut(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	token, who, err := c.Auth.SignIn(t.Context(), " Operator ", apitest.Password) // phones begin with a capital
	if err != nil {
		t.Fatal(err)
	}
	if who.Login != "operator" || !slices.Equal(plain(who.Grants), []actor.Grant{{Role: actor.Operator, Prefix: apitest.CityCode}}) {
		t.Errorf("signed in as %+v", who)
	}
	other, _, err := c.Auth.SignIn(t.Context(), "operator", apitest.Password)
	if err != nil || other == token {
		t.Fatalf("a second session: %v", err)
	}
	if a, err := c.Auth.Authenticate(t.Context(), withCookie(token)); err != nil || a.ID != who.ID || !a.Staff() || !a.Has(actor.Operator) {
		t.Errorf("with the cookie: %+v, %v", a, err)
	}
	if err := c.Auth.SignOut(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	if a, err := c.Auth.Authenticate(t.Context(), withCookie(token)); err != nil || a.Staff() {
		t.Errorf("after signing out: %+v, %v", a, err)
	}
	if a, _ := c.Auth.Authenticate(t.Context(), withCookie(other)); !a.Staff() {
		t.Error("signing out ended another session, too")
	}
	if err := c.Auth.SignOut(t.Context(), "never was"); err != nil {
		t.Error(err)
	}
	for _, r := range []*http.Request{request(), withCookie(""), withCookie("made-up"), request("Authorization", "Basic b3A6cHc=")} {
		if a, err := c.Auth.Authenticate(t.Context(), r); err != nil || a.Staff() {
			t.Errorf("%v: %+v, %v", r.Header, a, err)
		}
	}
}

func TestAnExpiredSessionIsAVisitors(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	token, _, err := c.Auth.SignIn(t.Context(), "leader", apitest.Password)
	if err != nil {
		t.Fatal(err)
	}
	c.Clock.Advance(auth.SessionLife - time.Second)
	if a, _ := c.Auth.Authenticate(t.Context(), withCookie(token)); !a.Staff() {
		t.Error("expired too early")
	}
	c.Clock.Advance(time.Second)
	if a, err := c.Auth.Authenticate(t.Context(), withCookie(token)); err != nil || a.Staff() {
		t.Errorf("after its life: %+v, %v", a, err)
	}
	if _, _, err := c.Auth.SignIn(t.Context(), "leader", apitest.Password); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := c.Pool.QueryRow(t.Context(), "SELECT count(*) FROM session").Scan(&left); err != nil || left != 1 {
		t.Errorf("%d sessions are kept, want the new one only (%v)", left, err)
	}
}

// A stranger does not learn whether a login exists: the refusal is the same,
// and in both cases a hash is compared, which is nearly all of the time.
func TestWrongPasswordAndUnknownLoginLookTheSame(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	took := func(login string) (time.Duration, error) {
		best := time.Hour
		var err error
		for range 3 {
			start := time.Now()
			_, _, err = c.Auth.SignIn(t.Context(), login, "wrong-password")
			best = min(best, time.Since(start))
		}
		return best, err
	}
	known, errKnown := took("operator")
	unknown, errUnknown := took("nobody-of-that-name")
	for _, err := range []error{errKnown, errUnknown} {
		if f := fault.As(err); f == nil || f.Kind != fault.Unauthenticated || f.Code != "auth.wrong" || f.Cause != nil {
			t.Errorf("%v", err)
		}
	}
	if errKnown.Error() != errUnknown.Error() {
		t.Errorf("%v is not %v", errKnown, errUnknown)
	}
	// Without the comparison the unknown login would take a hundredth of the time.
	if unknown < known/10 {
		t.Errorf("an unknown login takes %v, a known one %v", unknown, known)
	}
	_, _, err := c.Auth.SignIn(t.Context(), "a\x00b", "x")
	if !fault.Is(err, fault.Unauthenticated) && !fault.Is(err, fault.Invalid) && web.ToProblem(err).Status >= 500 {
		t.Errorf("a login with NUL: %v", err)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	key, err := c.Auth.AddKey(t.Context(), "sensor gateway", actor.Grant{Role: actor.Worker, Prefix: apitest.StreetA})
	if err != nil {
		t.Fatal(err)
	}
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
	token, _, err := c.Auth.SignIn(t.Context(), "operator", apitest.Password)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Auth.Authenticate(t.Context(), request("Authorization", "Bearer wrong", "Cookie", web.SessionCookie+"="+token)); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a wrong key with a good cookie: %v", err)
	}
}

func TestOnlyHashesAreKept(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	token, _, err := c.Auth.SignIn(t.Context(), "operator", apitest.Password)
	if err != nil {
		t.Fatal(err)
	}
	key, err := c.Auth.AddKey(t.Context(), "k", actor.Grant{Role: actor.Worker, Prefix: apitest.StreetA})
	if err != nil {
		t.Fatal(err)
	}
	if len(token) < 26 || len(key) < 43 {
		t.Errorf("token of %d and key of %d characters: too easily guessed", len(token), len(key))
	}
	var all string
	if err := c.Pool.QueryRow(t.Context(), `
SELECT (SELECT string_agg(s::text, ' ') FROM session s) || (SELECT string_agg(k::text, ' ') FROM api_key k) || (SELECT string_agg(a::text, ' ') FROM account a)`).Scan(&all); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{token, key, apitest.Password} {
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
	if _, err := c.Auth.AddKey(t.Context(), "", actor.Grant{Role: "king", Prefix: "9", Department: "D01"}); fault.As(err) == nil || len(fault.As(err).Fields) != 4 {
		t.Errorf("a key with four faults: %v", err)
	}
}

// The actor of a session has each grant of the account, read in one query.
func TestGrantsOfASession(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	token, _, err := c.Auth.SignIn(t.Context(), "handler2", apitest.Password)
	if err != nil {
		t.Fatal(err)
	}
	a, err := c.Auth.Authenticate(context.Background(), withCookie(token))
	if err != nil || !slices.Equal(plain(a.Grants), []actor.Grant{{Role: actor.Handler, Prefix: apitest.CityCode, Department: "D02"}}) {
		t.Errorf("%+v, %v", a, err)
	}
	if scope := a.Cases(); !scope.Holds(apitest.GridA, "D02") || scope.Holds(apitest.GridA, "D01") || scope.Holds(apitest.GridA, "") {
		t.Error("a handler's sight is not the department's")
	}
}
