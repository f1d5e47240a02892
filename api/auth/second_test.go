package auth_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/auth"
	"onemap/api/fault"
)

// withApp gives an account an app for codes, and gives its secret and its
// recovery codes.
func withApp(t *testing.T, c *apitest.City, login string) (secret string, codes []string) {
	t.Helper()
	in := enter(t, c, login)
	e, err := c.Auth.EnrolTOTP(t.Context(), in.Session)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(e.URI, "otpauth://totp/") || !strings.Contains(e.URI, e.Secret) || !strings.HasPrefix(e.QR, "<svg") {
		t.Errorf("%+v", e)
	}
	done, err := c.Auth.ConfirmTOTP(t.Context(), in.Session, auth.Sender{}, appCode(t, c, e.Secret))
	if err != nil || len(done.Codes) != 10 || done.Next != "" {
		t.Fatalf("%+v, %v", done, err)
	}
	if seen(t, c, in.Token).Staff() || !seen(t, c, done.Token).Staff() {
		t.Error("the session's token is the one from before")
	}
	return e.Secret, done.Codes
}

func appCode(t *testing.T, c *apitest.City, secret string) string {
	t.Helper()
	text, err := totp.GenerateCode(secret, c.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTheSecondStep(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	secret, recovery := withApp(t, c, "operator")
	half := enter(t, c, "operator")
	if half.Next != "second" || len(half.Ways) != 2 || half.Device != "" || half.Actor.Staff() {
		t.Fatalf("after the password: %+v", half)
	}
	if a := seen(t, c, half.Token); a.Staff() || a.Session != half.Session || len(a.Grants) > 0 {
		t.Errorf("half a session opens something: %+v", a)
	}
	if _, err := c.Auth.SecurityOf(t.Context(), half.Session); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("half a session reads the factors: %v", err)
	}
	if _, err := c.Auth.ChangePassword(t.Context(), half.Session, auth.Sender{}, apitest.Password, "heron kettle gravel"); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("half a session changes the password: %v", err)
	}
	// The code that confirmed the app is spent.
	if _, err := c.Auth.Second(t.Context(), half.Session, auth.Sender{}, appCode(t, c, secret)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a code was taken twice: %v", err)
	}
	c.Clock.Advance(30 * time.Second)
	whole, err := c.Auth.Second(t.Context(), half.Session, auth.Sender{}, appCode(t, c, secret))
	if err != nil || whole.Next != "" || whole.Token == half.Token || !seen(t, c, whole.Token).Has(actor.Operator) || seen(t, c, half.Token).Staff() {
		t.Fatalf("%+v, %v", whole, err)
	}
	half = enter(t, c, "operator")
	whole, err = c.Auth.Second(t.Context(), half.Session, auth.Sender{}, " "+strings.ToUpper(recovery[3]))
	if err != nil || !seen(t, c, whole.Token).Staff() {
		t.Fatalf("by a recovery code: %v", err)
	}
	half = enter(t, c, "operator")
	if _, err := c.Auth.Second(t.Context(), half.Session, auth.Sender{}, recovery[3]); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a recovery code was taken twice: %v", err)
	}
	c.Clock.Advance(11 * time.Minute)
	if _, err := c.Auth.Second(t.Context(), half.Session, auth.Sender{}, appCode(t, c, secret)); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("half a session lives on: %v", err)
	}
	var kept string
	if err := c.Pool.QueryRow(t.Context(), "SELECT string_agg(a::text, ' ') || (SELECT string_agg(r::text, ' ') FROM recovery_code r) FROM account a").Scan(&kept); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(kept, secret) || strings.Contains(kept, recovery[0]) {
		t.Error("a secret stands in the database as it is")
	}
}

// Five wrong codes end the half session, and who has the password may not try
// on in new ones for ever; the browser that is known is not held up by it.
func TestCodesAreNotTriedOut(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	secret, _ := withApp(t, c, "operator")
	c.Clock.Advance(time.Minute)
	half := enter(t, c, "operator")
	known, err := c.Auth.Second(t.Context(), half.Session, auth.Sender{}, appCode(t, c, secret))
	if err != nil || known.Device == "" {
		t.Fatal(err)
	}
	half = enter(t, c, "operator")
	for n := range 5 {
		if _, err := c.Auth.Second(t.Context(), half.Session, auth.Sender{}, "000000"); !fault.Is(err, fault.Forbidden) {
			t.Fatalf("guess %d: %v", n, err)
		}
	}
	if _, err := c.Auth.Second(t.Context(), half.Session, auth.Sender{}, "000000"); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("the sixth: %v", err)
	}
	half = enter(t, c, "operator")
	if _, err := c.Auth.Second(t.Context(), half.Session, auth.Sender{}, "000000"); !fault.Is(err, fault.TooMany) {
		t.Errorf("in a new session: %v", err)
	}
	c.Clock.Advance(30 * time.Second)
	if _, err := c.Auth.Second(t.Context(), half.Session, auth.Sender{Device: known.Device}, appCode(t, c, secret)); err != nil {
		t.Errorf("the known browser: %v", err)
	}
}

func TestAnAttackerElsewhereNeverHoldsUpAKnownBrowser(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	mine := enter(t, c, "operator")
	from := func(address, device string) auth.Try {
		return auth.Try{Login: "operator", Password: "wrong-password", From: auth.Sender{Address: address, Device: device}}
	}
	waits := 0
	for n := range 12 {
		_, err := c.Auth.SignIn(t.Context(), from("198.51.100."+string(rune('0'+n%10)), "made-up-device"))
		if f := fault.As(err); f != nil && f.Kind == fault.TooMany && f.Wait > 0 {
			waits++
		}
	}
	if waits < 6 {
		t.Errorf("the attacker waited %d times of 12", waits)
	}
	if _, err := c.Auth.SignIn(t.Context(), try("operator", apitest.Password)); !fault.Is(err, fault.TooMany) {
		t.Errorf("a stranger with the right password: %v", err)
	}
	right := from("198.51.100.1", mine.Device)
	right.Password = apitest.Password
	if again, err := c.Auth.SignIn(t.Context(), right); err != nil || again.Device != mine.Device {
		t.Errorf("the known browser, at the attacker's own address: %v", err)
	}
	// Another's device is not known to this account, and names of nobody wait the same.
	for range 6 {
		_, _ = c.Auth.SignIn(t.Context(), try("nobody-here", "wrong-password"))
	}
	if _, err := c.Auth.SignIn(t.Context(), try("nobody-here", "wrong-password")); !fault.Is(err, fault.TooMany) {
		t.Errorf("an unknown login: %v", err)
	}
}

// Two servers over one database allow together what one does, also when they are
// tried in turn, write nothing of what is right, and hold up no known browser.
func TestTwoServersCountTogether(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	other, err := auth.New(auth.Config{Pool: c.Pool, Now: c.Clock.Now, NewID: apitest.NewID, Keys: c.Keys, Hashing: apitest.Hashing})
	if err != nil {
		t.Fatal(err)
	}
	mine := enter(t, c, "operator")
	counts := func() (rows, times int) {
		t.Helper()
		if err := c.Root.QueryRow(t.Context(), "SELECT count(*), COALESCE(sum(times), 0) FROM sign_in_try").Scan(&rows, &times); err != nil {
			t.Fatal(err)
		}
		return rows, times
	}
	if rows, _ := counts(); rows != 0 {
		t.Errorf("%d rows of a right password", rows)
	}
	servers := []*auth.Service{c.Auth, other}
	reached := 0
	for n := range 12 {
		wrong := auth.Try{Login: "operator", Password: "wrong-password", From: auth.Sender{Address: "198.51.100." + string(rune('0'+n%10))}}
		if _, err := servers[n%2].SignIn(t.Context(), wrong); fault.Is(err, fault.Unauthenticated) {
			reached++
		} else if !fault.Is(err, fault.TooMany) {
			t.Fatal(err)
		}
	}
	if reached != 5 {
		t.Errorf("%d tries were compared, want the 5 of one server", reached)
	}
	if rows, times := counts(); rows != 6 || times != 10 { // the login, and five addresses
		t.Errorf("%d rows of %d tries", rows, times)
	}
	right := try("operator", apitest.Password)
	right.From.Device = mine.Device
	if _, err := other.SignIn(t.Context(), right); err != nil {
		t.Errorf("the known browser at the other server: %v", err)
	}
	c.Clock.Advance(13 * time.Hour)
	if _, err := other.SignIn(t.Context(), try("operator", apitest.Password)); err != nil {
		t.Errorf("half a day later: %v", err)
	}
	if err := c.Auth.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if rows, _ := counts(); rows != 0 {
		t.Errorf("%d rows are kept for good", rows)
	}
}

func TestRolesThatNeedASecondFactor(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	c.Auth.Rules = func() auth.Rules {
		return auth.Rules{Life: auth.SessionLife, Idle: auth.IdleLife, SecondFactor: []actor.Role{actor.Auditor}}
	}
	half := enter(t, c, "auditor")
	if half.Next != "enrol" || seen(t, c, half.Token).Staff() {
		t.Fatalf("%+v", half)
	}
	e, err := c.Auth.EnrolTOTP(t.Context(), half.Session)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := c.Auth.ConfirmTOTP(t.Context(), half.Session, auth.Sender{}, appCode(t, c, e.Secret))
	if err != nil || !seen(t, c, whole.Token).Has(actor.Auditor) {
		t.Fatal(err)
	}
	if err := c.Auth.RemoveTOTP(t.Context(), whole.Session, apitest.Password); !fault.Is(err, fault.Conflict) {
		t.Errorf("the last factor was taken away: %v", err)
	}
	if enter(t, c, "operator").Next != "" {
		t.Error("another role needs one, too")
	}
}

func TestChangingThePassword(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	one, other := enter(t, c, "operator"), enter(t, c, "operator")
	change := func(old, fresh string) (auth.Entered, error) {
		return c.Auth.ChangePassword(t.Context(), one.Session, auth.Sender{}, old, fresh)
	}
	if _, err := change("wrong", "heron kettle gravel"); !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
	for _, bad := range []string{"short", "password123", "the-operator-s own", auth.DemoPassword, apitest.Password, strings.Repeat("x1!y", 65)} {
		if _, err := change(apitest.Password, bad); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	in, err := change(apitest.Password, "heron kettle gravel")
	if err != nil {
		t.Fatal(err)
	}
	if seen(t, c, other.Token).Staff() || seen(t, c, one.Token).Staff() || !seen(t, c, in.Token).Staff() {
		t.Error("who is signed in after a change of the password")
	}
	if _, err := c.Auth.SignIn(t.Context(), try("operator", "heron kettle gravel")); err != nil {
		t.Error(err)
	}
}

func TestOneTimeLinks(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	in := enter(t, c, "operator")
	old, err := c.Auth.LinkFor(t.Context(), "operator")
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.Auth.LinkFor(t.Context(), "Operator")
	if err != nil || !regexp.MustCompile(`^https://map.example/link#[A-Z2-7]{26}$`).MatchString(l.URL("https://map.example/")) {
		t.Fatal(l, err)
	}
	for _, token := range []string{old.Token, "", "x", l.Token + "x"} {
		if err := c.Auth.UseLink(t.Context(), token, "heron kettle gravel", "", ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("token %q: %v", token, err)
		}
	}
	if seen, err := c.Auth.LookAtLink(t.Context(), l.Token); err != nil || seen.Kind != "password" || seen.Login != "operator" {
		t.Errorf("%+v, %v", seen, err)
	}
	if err := c.Auth.UseLink(t.Context(), l.Token, "password123", "", ""); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	if err := c.Auth.UseLink(t.Context(), l.Token, "heron kettle gravel", "", ""); err != nil {
		t.Fatal(err)
	}
	if seen(t, c, in.Token).Staff() {
		t.Error("still signed in with the old password")
	}
	if err := c.Auth.UseLink(t.Context(), l.Token, "heron kettle gravel two", "", ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("used twice: %v", err)
	}
	if l, err = c.Auth.LinkFor(t.Context(), "operator"); err != nil {
		t.Fatal(err)
	}
	c.Clock.Advance(auth.LinkLife)
	if err := c.Auth.UseLink(t.Context(), l.Token, "heron kettle gravel two", "", ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("expired: %v", err)
	}
	if _, made, err := c.Auth.FirstLink(t.Context()); err != nil || made {
		t.Errorf("a first administrator where there are accounts: %v", err)
	}
}

func TestTheFirstAdministrator(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	if _, err := c.Pool.Exec(t.Context(), "DELETE FROM account_grant"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Pool.Exec(t.Context(), "DELETE FROM account"); err != nil {
		t.Fatal(err)
	}
	before, made, err := c.Auth.FirstLink(t.Context())
	if err != nil || !made {
		t.Fatal(err)
	}
	l, _, err := c.Auth.FirstLink(t.Context()) // the next start
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Auth.LookAtLink(t.Context(), before.Token); !fault.Is(err, fault.NotFound) {
		t.Errorf("the link of the start before: %v", err)
	}
	if err := c.Auth.UseLink(t.Context(), l.Token, "heron kettle gravel", "Bad Login", ""); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	if err := c.Auth.UseLink(t.Context(), l.Token, "heron kettle gravel", "chief", "王主任"); err != nil {
		t.Fatal(err)
	}
	in, err := c.Auth.SignIn(t.Context(), try("chief", "heron kettle gravel"))
	if err != nil || !in.Actor.May("4406", actor.Administrator) {
		t.Errorf("%+v, %v", in, err)
	}
	if _, made, err := c.Auth.FirstLink(t.Context()); err != nil || made {
		t.Errorf("another first administrator: %v", err)
	}
}

// Where the server is no demo, the demo's accounts cannot be signed in to, by
// password or by a session from when it was one.
func TestDemoAccountsAreForDemosOnly(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	if _, err := c.Pool.Exec(t.Context(), "UPDATE account SET demo = true WHERE login = 'leader'"); err != nil {
		t.Fatal(err)
	}
	c.Auth.Demo = true
	in := enter(t, c, "leader")
	c.Auth.Demo = false
	if seen(t, c, in.Token).Staff() {
		t.Error("a demo's session goes on")
	}
	if _, err := c.Auth.SignIn(t.Context(), try("leader", apitest.Password)); !fault.Is(err, fault.Unauthenticated) {
		t.Error(err)
	}
	if _, err := c.Auth.AddAccount(t.Context(), auth.NewAccount{Login: "li.lei", Name: "李雷", Password: auth.DemoPassword}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an account with the demo's password: %v", err)
	}
}
