package auth_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/auth"
)

// The life of a key, as its administrator and the machine see it.
func TestKeysOverHTTP(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	server := serve(t, d.City, false)
	d.member("street", apitest.StreetA, admin(apitest.StreetA))
	d.member("next", apitest.StreetB, admin(apitest.StreetB))
	d.member("sweeper", apitest.StreetA, actor.Grant{Role: actor.Worker, Prefix: apitest.StreetA})
	street, next := d.desk(server, "street"), d.desk(server, "next")
	body := func(scope string, days int, more string) string {
		return fmt.Sprintf(`{"name":"gateway","role":"worker","scope":%q,"expires_at":%q%s}`, scope, d.Clock.Now().AddDate(0, 0, days).Format(time.RFC3339), more)
	}
	d.desk(server, "sweeper").do("POST", "/api/v1/keys", body(apitest.StreetA, 30, ""), 403, "auth.forbidden")
	street.do("POST", "/api/v1/keys", body(apitest.StreetB, 30, ""), 403, "grant.beyond")
	street.do("POST", "/api/v1/keys", body("", 30, ""), 403, "grant.beyond")
	for _, days := range []int{-1, 0, 800} {
		street.do("POST", "/api/v1/keys", body(apitest.StreetA, days, ""), 422, "key.invalid")
	}
	a, made := street.do("POST", "/api/v1/keys", body(apitest.StreetA, 30, ""), 201, "")
	key, _ := made["key"].(string)
	if !strings.HasPrefix(key, "om_") || a.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%v, kept by caches: %q", made["id"], a.Header.Get("Cache-Control"))
	}
	_, reads := street.do("POST", "/api/v1/keys", body(apitest.StreetA, 60, `,"read_only":true`), 201, "")
	reading, _ := reads["key"].(string)

	listed := func(by desk) map[string]map[string]any {
		_, list := by.do("GET", "/api/v1/keys", "", 200, "")
		keys := map[string]map[string]any{}
		for _, item := range list["items"].([]any) {
			one := item.(map[string]any)
			if one["key"] != nil || one["token_hash"] != nil {
				t.Error("the list gives a secret away")
			}
			keys[one["id"].(string)] = one
		}
		return keys
	}
	if keys := listed(next); len(keys) != 0 {
		t.Errorf("next door sees %v", keys)
	}
	id := made["id"].(string)
	if keys := listed(street); len(keys) != 2 || keys[id]["used_at"] != nil || keys[id]["created_by"] != "street" || keys[id]["read_only"] != false {
		t.Errorf("%v", keys)
	}
	machine := func(method, path, key string, want int, code string) {
		t.Helper()
		a, p := ask(t, server, method, path, `{}`, "Authorization", "Bearer "+key)
		if a.StatusCode != want || code != "" && p["code"] != code {
			t.Errorf("%s %s: %d %v, want %d %s", method, path, a.StatusCode, p, want, code)
		}
	}
	machine("GET", "/api/v1/departments", key, 200, "")
	machine("GET", "/api/v1/keys", key, 403, "auth.person") // no key keeps keys
	machine("GET", "/api/v1/departments", reading, 200, "")
	machine("POST", "/api/v1/departments", reading, 403, "auth.read_only")
	if keys := listed(street); keys[id]["used_at"] == nil {
		t.Error("nobody notes that the key was used")
	}
	next.do("DELETE", "/api/v1/keys/"+id, "", 404, "key.missing")
	machine("GET", "/api/v1/departments", key, 200, "")
	street.do("DELETE", "/api/v1/keys/"+id, "", 204, "")
	machine("GET", "/api/v1/departments", key, 401, "auth.key")
	if keys := listed(street); keys[id]["revoked_at"] == nil {
		t.Errorf("a revoked key is listed as %v", keys[id])
	}
	d.Clock.Advance(60*24*time.Hour - time.Second)
	machine("GET", "/api/v1/departments", reading, 200, "")
	d.Clock.Advance(time.Second)
	machine("GET", "/api/v1/departments", reading, 401, "auth.key")
}

// What an administrator does for people who cannot sign in, and for nobody else's.
func TestHelpOverHTTP(t *testing.T) {
	t.Parallel()
	d := newTown(t)
	server := serve(t, d.City, false)
	d.member("street", apitest.StreetA, admin(apitest.StreetA))
	d.member("next", apitest.StreetB, admin(apitest.StreetB))
	address := "/api/v1/accounts/" + d.member("sweeper", apitest.StreetA, actor.Grant{Role: actor.Worker, Prefix: apitest.StreetA}).String()
	street, next := d.desk(server, "street"), d.desk(server, "next")
	here, there := d.desk(server, "sweeper"), d.desk(server, "sweeper")

	for _, r := range [][2]string{{"POST", "/link"}, {"GET", "/sessions"}, {"DELETE", "/sessions"}, {"DELETE", "/factors"}} {
		next.do(r[0], address+r[1], "", 404, "account.missing")
		here.do(r[0], address+r[1], "", 404, "account.missing")
	}
	_, devices := street.do("GET", address+"/sessions", "", 200, "")
	items := devices["items"].([]any)
	if len(items) != 2 {
		t.Fatalf("signed in at %v", items)
	}
	street.do("DELETE", address+"/sessions/"+items[0].(map[string]any)["id"].(string), "", 204, "")
	ended := 0
	for _, k := range []desk{here, there} {
		if a, _ := ask(t, server, "GET", "/api/v1/session", "", "Cookie", k.cookie); a.StatusCode == 401 {
			ended++
		}
	}
	if ended != 1 {
		t.Errorf("%d of two devices were signed out", ended)
	}

	link := func() string {
		_, made := street.do("POST", address+"/link", "", 201, "")
		_, token, _ := strings.Cut(made["url"].(string), "/link#")
		return token
	}
	use := func(token, password string, want int) {
		t.Helper()
		if a, p := ask(t, server, "POST", "/api/v1/links/use", fmt.Sprintf(`{"token":%q,"password":%q}`, token, password)); a.StatusCode != want {
			t.Errorf("%d %v, want %d", a.StatusCode, p, want)
		}
	}
	first := link()
	second := link()
	use(first, "heron kettle gravel", 404) // another was made since
	use(second[:len(second)-1]+"!", "heron kettle gravel", 404)
	use(second, "password123", 422)
	use(second, "heron kettle gravel", 204)
	use(second, "heron kettle gravel two", 404)
	here.do("GET", "/api/v1/session", "", 401, "")
	there.do("GET", "/api/v1/session", "", 401, "")
	if a, _ := ask(t, server, "POST", "/api/v1/session", `{"login":"sweeper","password":"heron kettle gravel"}`); a.StatusCode != 200 {
		t.Errorf("with the new password: %d", a.StatusCode)
	}
	street.do("DELETE", address+"/sessions", "", 204, "")
	if _, devices := street.do("GET", address+"/sessions", "", 200, ""); len(devices["items"].([]any)) != 0 {
		t.Errorf("still signed in: %v", devices)
	}
	late := link()
	d.Clock.Advance(auth.LinkLife)
	use(late, "heron kettle gravel two", 404)
}
