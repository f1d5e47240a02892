package auth_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"onemap/api/apitest"
	"onemap/api/auth"
	"onemap/api/fault"
)

// Nothing that resembles a session's token, or can be read somewhere beside it,
// opens anything.
func TestForgedSessionsOpenNothing(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	in := enter(t, c, "administrator")
	var id, hash string
	if err := c.Pool.QueryRow(t.Context(), "SELECT id::text, encode(token_hash, 'hex') FROM session").Scan(&id, &hash); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(in.Token))
	if hash != hex.EncodeToString(sum[:]) {
		t.Error("what is kept of a token is not its hash")
	}
	for _, forged := range []string{
		id, hash, in.Device, in.Actor.ID.String(), strings.ToLower(in.Token), in.Token[1:], in.Token + "A", in.Token[:len(in.Token)-1] + "%00",
		strings.Repeat("A", len(in.Token)), strings.Repeat("A", 5000), "' OR token_hash IS NOT NULL --", "null", "[]",
	} {
		if seen(t, c, forged).Staff() {
			t.Errorf("%.80q opens a session", forged)
		}
	}
	r := withCookie("x")
	r.Header.Set("Cookie", "")
	r.Header.Set("Authorization", "Bearer "+in.Token)
	if a, err := c.Auth.Authenticate(t.Context(), r); err == nil && a.Staff() {
		t.Error("a session's token is taken for a key")
	}
	if r.Method != http.MethodGet || !seen(t, c, in.Token).Staff() {
		t.Error("the true one opens nothing either, so it proves nothing")
	}
}

// Whoever has a colleague's device cookie has no session, few tries, and holds
// up nobody but that browser.
func TestAStolenDeviceCookie(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	stolen, other := enter(t, c, "operator"), enter(t, c, "operator")
	if stolen.Device == other.Device || seen(t, c, stolen.Device).Staff() {
		t.Fatal("a device cookie is a session, or everybody's")
	}
	compared := 0
	for range 100 {
		_, err := c.Auth.SignIn(t.Context(), auth.Try{Login: "operator", Password: "wrong-password", From: auth.Sender{Address: "203.0.113.9", Device: stolen.Device}})
		if !fault.Is(err, fault.TooMany) {
			compared++
		}
	}
	if compared > 11 {
		t.Errorf("%d passwords were tried at once", compared)
	}
	for _, from := range []auth.Sender{{Address: "203.0.113.9", Device: other.Device}, {Address: "192.0.2.7"}} {
		if _, err := c.Auth.SignIn(t.Context(), auth.Try{Login: "operator", Password: apitest.Password, From: from}); err != nil {
			t.Errorf("the colleague from %+v: %v", from, err)
		}
	}
}
