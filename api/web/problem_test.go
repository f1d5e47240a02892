package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

const good = `{"name":"bench","password":"long enough","lon":113.3}`

func TestProblems(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.problem(t, 404, "route.missing", "GET", "/nowhere", "")
	s.problem(t, 404, "route.missing", "GET", "/things", "")
	s.problem(t, 405, "route.method", "DELETE", "/things/1", "")
	s.problem(t, 405, "route.method", "FROBNICATE", "/things/1", "")
	s.problem(t, 413, "request.large", "POST", "/things/1", `{"name":"`+strings.Repeat("x", 2000)+`"}`)
	s.problem(t, 413, "request.large", "GET", "/raw/large", "")
	s.problem(t, 415, "request.type", "POST", "/things/1", good, "Content-Type", "application/xml")
	s.problem(t, 400, "request.malformed", "POST", "/things/1", `{"name":`)
	s.problem(t, 400, "request.malformed", "POST", "/things/1", "")
	s.problem(t, 404, "thing.missing", "GET", "/raw/any", "")
	s.problem(t, 409, "thing.conflict", "GET", "/fail/conflict", "")
	s.problem(t, 401, "auth.needed", "GET", "/fail/staff", "")
	s.problem(t, 401, "auth.key", "GET", "/fail/staff", "", "Authorization", "Bearer wrong-key")
	s.problem(t, 503, "database.gone", "GET", "/fail/gone", "")
	if a, b := s.ask(t, "GET", "/fail/staff", "", "Authorization", "Bearer secret-key"); a.StatusCode != 200 {
		t.Errorf("staff: %d %s", a.StatusCode, b)
	}
	if a, b := s.ask(t, "POST", "/things/1", good); a.StatusCode != 200 {
		t.Errorf("a good thing: %d %s", a.StatusCode, b)
	}
}

func TestEveryBadFieldIsNamedAndNoSecretRepeated(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	p := s.problem(t, 422, "request.invalid", "POST", "/things/"+strings.Repeat("x", 41)+"?size=12", `{"name":"b","password":"s3cret","lon":200,"extra":1}`)
	var where []string
	for _, e := range p.Errors {
		where = append(where, e.Location)
		if e.Message == "" {
			t.Errorf("%s: no message", e.Location)
		}
		if e.Location == "body.password" && e.Value != nil || e.Location == "query.size" && e.Value != 12.0 {
			t.Errorf("%s repeats %v", e.Location, e.Value)
		}
	}
	for _, want := range []string{"path.id", "query.size", "body.name", "body.password", "body.lon", "body.extra"} {
		if !slices.Contains(where, want) {
			t.Errorf("%s is not named among %v", want, where)
		}
	}
	// A missing field must not make the answer repeat the whole body.
	_, b := s.ask(t, "POST", "/things/1", `{"password":"s3cret-and-long"}`)
	if strings.Contains(string(b), "s3cret") {
		t.Errorf("the password comes back: %s", b)
	}
}

func TestAPanicTellsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	for _, path := range []string{"/raw/panic", "/fail/panic", "/fail/internal"} {
		p := s.problem(t, 500, "internal", "GET", path, "")
		if strings.Contains(p.Detail, "secret") || p.Errors != nil {
			t.Errorf("%s: %+v", path, p)
		}
	}
	for _, want := range []string{"level=ERROR msg=panic", `error="secret cause"`} {
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("the log does not say %s:\n%s", want, s.log)
		}
	}
	if n := strings.Count(s.log.String(), "secret cause"); n != 1 {
		t.Errorf("the cause was logged %d times", n)
	}
}

func TestTooMany(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	for range 2 {
		if a, _ := s.ask(t, "POST", "/limited", ""); a.StatusCode != http.StatusNoContent {
			t.Fatalf("within the burst: %d", a.StatusCode)
		}
	}
	s.problem(t, 429, "request.many", "POST", "/limited", "")
	a, _ := s.ask(t, "POST", "/limited", "")
	if a.Header.Get("Retry-After") == "" {
		t.Error("429 does not say when to come back")
	}
	if a, _ := s.ask(t, "GET", "/healthz", ""); a.StatusCode != 200 {
		t.Errorf("another route: %d", a.StatusCode)
	}
}

func TestOtherSitesPagesAreRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	for name, headers := range map[string][]string{
		"Sec-Fetch-Site: cross-site": {"Sec-Fetch-Site", "cross-site"},
		"Sec-Fetch-Site: same-site":  {"Sec-Fetch-Site", "same-site"},
		"another origin":             {"Origin", "https://evil.example"},
		"no origin at all":           {"Origin", "null"},
	} {
		if p := s.problem(t, 403, "request.cross_origin", "POST", "/things/1", good, headers...); p.Status != 403 {
			t.Error(name)
		}
	}
	for name, headers := range map[string][]string{
		"a program":                    nil,
		"the same origin, new browser": {"Sec-Fetch-Site", "same-origin", "Origin", s.URL},
		"the same origin, old browser": {"Origin", s.URL},
		"typed by the user":            {"Sec-Fetch-Site", "none"},
	} {
		if a, b := s.ask(t, "POST", "/things/1", good, headers...); a.StatusCode != 200 {
			t.Errorf("%s: %d %s", name, a.StatusCode, b)
		}
	}
	if a, _ := s.ask(t, "GET", "/healthz", "", "Sec-Fetch-Site", "cross-site"); a.StatusCode != 200 {
		t.Errorf("a link from elsewhere: %d", a.StatusCode)
	}
}
