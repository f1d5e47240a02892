package main_test

import (
	"net/http"
	"strings"
	"syscall"
	"testing"

	"onemap/api/pgserver/pgtest"
)

// A real city's first start: one link makes its first administrator, who needs a
// second factor, and no account is there before.
func TestTheFirstAdministrator(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	s := serve(t, dir)
	block := s.said(&s.out)
	_, after, there := strings.Cut(block, s.url+"/link#")
	if !there || strings.Contains(block, "onemap-demo") || strings.Contains(block, "DEMO") {
		t.Fatalf("no link, or a demo:\n%s", block)
	}
	token, _, _ := strings.Cut(after, "\n")
	for _, login := range []string{"admin", "administrator", "operator", "onemap"} {
		if p, _, err := ask(http.MethodPost, s.url+"/api/v1/session", nil, `{"login":"`+login+`","password":"onemap-demo"}`, nil); err != nil || p == nil || p.Status != http.StatusUnauthorized {
			t.Errorf("%s is let in: %+v %v", login, p, err)
		}
	}
	for _, step := range []struct {
		body   string
		status int // of the problem; 0 is none
	}{
		{`{"token":"` + token + `","password":"password123","login":"wang","name":"王"}`, http.StatusUnprocessableEntity},
		{`{"token":"wrong","password":"a-long-password","login":"wang","name":"王"}`, http.StatusNotFound},
		{`{"token":"` + token + `","password":"a-long-password","login":"wang","name":"王"}`, 0},
		{`{"token":"` + token + `","password":"a-long-password","login":"zhao","name":"赵"}`, http.StatusNotFound},
	} {
		p, _, err := ask(http.MethodPost, s.url+"/api/v1/links/use", nil, step.body, nil)
		if err != nil || (p == nil) != (step.status == 0) || p != nil && p.Status != step.status {
			t.Errorf("%s: %+v %v", step.body, p, err)
		}
	}
	var session struct {
		Next string `json:"next"`
	}
	if p, _, err := ask(http.MethodPost, s.url+"/api/v1/session", nil, `{"login":"wang","password":"a-long-password"}`, &session); err != nil || p != nil || session.Next != "enrol" {
		t.Errorf("an administrator signs in without a second factor: %+v %+v %v", session, p, err)
	}
	if err := s.end(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s = serve(t, dir)
	if block := s.said(&s.out); strings.Contains(block, "/link#") {
		t.Errorf("a second first administrator is asked for:\n%s", block)
	}
}

// Where others reach the server, the demo's accounts are opened to them only when
// that is said; TestTheWholeProgram looks at a folder that holds a demo already.
func TestADemoIsNotOpenedToOthersByMistake(t *testing.T) {
	t.Parallel()
	out, errs, err := command(t, "", "serve", "--demo", "--data", pgtest.Folder(t), "--listen", "0.0.0.0:0")
	if err == nil || !strings.Contains(errs, "--allow-demo") || strings.Contains(out, "demo town: people") {
		t.Errorf("%v\n%s%s", err, out, errs)
	}
}
