package web_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"onemap/api/web"
)

func TestNoOperationWithoutARuleOfSight(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil).web
	add := func(op huma.Operation) func() {
		op.Method, op.Path, op.OperationID = http.MethodGet, "/more", "more"
		return func() {
			web.Add(s, op, func(context.Context, *struct{}) (*answer, error) { return &answer{}, nil })
		}
	}
	describe := func(op huma.Operation) func() {
		op.Method, op.Path, op.OperationID, op.Responses = http.MethodGet, "/bytes", "bytes", map[string]*huma.Response{}
		return func() { web.Describe(s, op) }
	}
	tests := map[string]struct {
		register func()
		want     string
	}{
		"none":                   {add(huma.Operation{}), "no rule of sight"},
		"none, beside":           {describe(huma.Operation{}), "no rule of sight"},
		"one there is not":       {add(huma.Operation{Extensions: web.Seen("friends")}), "no rule of sight"},
		"for staff, open to all": {add(huma.Operation{Extensions: web.Seen(web.SightManage)}), "lets everybody in"},
		"for everybody":          {add(huma.Operation{Extensions: web.Seen(web.SightPublic)}), ""},
		"for staff":              {describe(huma.Operation{Extensions: web.Seen(web.SightAudit), Security: web.Staff}), ""},
	}
	for name, tt := range tests {
		got := func() (said string) {
			defer func() { said, _ = recover().(string) }()
			tt.register()
			return ""
		}()
		if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: panics with %q, want %q", name, got, tt.want)
		}
	}
}

func TestTheDocumentTellsTheRule(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	_, b := s.ask(t, "GET", "/openapi.json", "")
	var doc struct {
		Paths map[string]map[string]struct {
			Sight string `json:"x-sight"`
		}
	}
	if err := json.Unmarshal(b, &doc); err != nil || doc.Paths["/things/{id}"]["post"].Sight != "public" {
		t.Errorf("%v %+v", err, doc.Paths)
	}
	_, page := s.ask(t, "GET", "/docs", "")
	for _, want := range []string{`<span class="rule" title="Everybody gets the same answer.">public</span>`, "Whoever holds the receipt"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("docs do not say %s", want)
		}
	}
}
