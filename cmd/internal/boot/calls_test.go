package boot

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"onemap/api/web"
)

// call is one request, made from the OpenAPI document.
type call struct {
	op, method, path string // the path with its parameters in braces
	rule             web.Sight
	address          string
	media, body      string
	header           map[string]string
	named            bool // something of ours is named in the path
}

// reading says that the call changes nothing.
func (c call) reading() bool {
	return c.method == http.MethodGet || slices.Contains([]string{"search-all", "query-people", "plan-stack"}, c.op)
}

// facts are what parameters and fields hold: by operation ("list-cases.q"), by
// what they are in ("cases.id", the collection in the path before them), or by
// their name alone. skipped are those that a call goes
// without: none of them names anything of ours.
type facts map[string]any

var skipped = strings.Fields(`action limit cursor crs size radius reach near class state category since until overdue urged mine buckets encoding level
	age_from age_to alone tag kind relation gone service planned metres lang Last-Event-ID Onemap-Seen after If-None-Match
	layout parent format role history closed before from to zoom replace sliver_m whole changed grids code_column name_column`)

// calls are the requests of an operation: with what it needs, and with all that
// is known for it. What is not known fails the test.
func (f facts) calls(t *testing.T, method, path string, op *openapi3.Operation) []call {
	t.Helper()
	rule, _ := op.Extensions["x-sight"].(string)
	base := call{op: op.OperationID, method: method, path: path, rule: web.Sight(rule), address: path, header: map[string]string{}}
	bare, full := url.Values{}, url.Values{}
	for _, p := range op.Parameters {
		v, ok := f.of(base.op, path, p.Value.Name)
		switch {
		case p.Value.In == "path" && ok:
			base.address = strings.ReplaceAll(base.address, "{"+p.Value.Name+"}", url.PathEscape(fmt.Sprint(v)))
			base.named = base.named || base.rule != web.SightPublic
		case p.Value.In == "query" && ok:
			full.Set(p.Value.Name, fmt.Sprint(v))
			if p.Value.Required {
				bare.Set(p.Value.Name, fmt.Sprint(v))
			}
		case p.Value.In == "header" && ok:
			base.header[p.Value.Name] = fmt.Sprint(v)
		case p.Value.Required || !slices.Contains(skipped, p.Value.Name):
			t.Errorf("%s takes %q: say in facts what of ours it holds, or that it holds nothing of ours (skipped)", base.op, p.Value.Name)
		}
	}
	f.fill(t, &base, op)
	one := base
	one.address = withQuery(base.address, bare)
	if len(full) == len(bare) || base.op == "export" || base.op == "upload-import" {
		one.address = withQuery(base.address, full)
		return []call{one}
	}
	base.address = withQuery(base.address, full)
	return []call{one, base}
}

func withQuery(address string, q url.Values) string {
	if len(q) == 0 {
		return address
	}
	return address + "?" + q.Encode()
}

func (f facts) of(op, path, name string) (any, bool) {
	keys := []string{op + "." + name, name}
	if before, _, ok := strings.Cut(path, "/{"+name+"}"); ok {
		keys = slices.Insert(keys, 1, before[strings.LastIndex(before, "/")+1:]+"."+name)
	}
	for _, k := range keys {
		if v, ok := f[k]; ok {
			return v, true
		}
	}
	return nil, false
}

// fill makes the body: the required fields, and those that are known.
func (f facts) fill(t *testing.T, c *call, op *openapi3.Operation) {
	t.Helper()
	if op.RequestBody == nil {
		return
	}
	if m := op.RequestBody.Value.Content["application/json"]; m != nil {
		body := map[string]any{}
		for name := range m.Schema.Value.Properties {
			if v, ok := f[c.op+"."+name]; ok {
				body[name] = v
			} else if v, ok := f[name]; ok {
				body[name] = v
			} else if slices.Contains(m.Schema.Value.Required, name) {
				t.Errorf("%s needs %q in its body: say in facts what it holds", c.op, name)
			}
		}
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		c.media, c.body = "application/json", string(b)
		return
	}
	text, ok := f[c.op+" body"].(string)
	if !ok {
		t.Errorf("%s takes bytes: say in facts which", c.op)
	}
	for media := range op.RequestBody.Value.Content {
		c.media, c.body = media, text
	}
}

// elsewhere are the operations that are not called here.
var elsewhere = map[string]string{
	"feed": "a stream, proven in package feed", "look-at-link": "a link is a secret, proven in package auth", "use-link": "a link is a secret, proven in package auth",
	"begin-sso": "another house says who it is, proven in package auth", "finish-sso": "another house says who it is, proven in package auth", "leave-sso": "another house is told, proven in package auth",
}

// ofOneself says that an operation changes something of who asks and names nothing.
func ofOneself(method, path string, op *openapi3.Operation) bool {
	return op.Extensions["x-sight"] == string(web.SightSelf) && method != http.MethodGet && !strings.Contains(path, "{")
}

// all are the calls of every operation of the document: what changes nothing
// first, what takes away last.
func (f facts) all(t *testing.T, doc *openapi3.T) []call {
	t.Helper()
	var list []call
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if !ofOneself(method, path, op) && elsewhere[op.OperationID] == "" { // oneself has nobody next door
				list = append(list, f.calls(t, method, path, op)...)
			}
		}
	}
	slices.SortFunc(list, func(a, b call) int { return strings.Compare(a.order(), b.order()) })
	return list
}

// order puts what ends something behind what needs it.
func (c call) order() string {
	turn := 1
	late := []string{"map-import", "run-import", "stop-import", "end-tag", "end-residence", "leave", "erase-person", "change-grant", "end-grant"}
	switch {
	case c.reading():
		turn = 0
	case c.method == http.MethodDelete && c.rule == web.SightSelf:
		turn = 50 // signs out who asks
	case c.method == http.MethodDelete:
		turn = 40 - strings.Count(c.path, "/") // one of many before all of them
	case slices.Contains(late, c.op):
		turn = 2 + slices.Index(late, c.op)
	}
	return fmt.Sprintf("%02d %s %s", turn, c.path, c.address)
}
