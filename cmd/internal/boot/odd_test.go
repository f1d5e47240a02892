package boot

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"onemap/api/web"
)

// odd are texts that a program which puts them into SQL, a path or a template
// would stumble over.
var odd = map[string]string{
	"SQL":                "'; DROP TABLE person;--",
	"an escape":          "%27 OR 1=1 \\' %s $1 @id",
	"NUL":                "a\x00b",
	"a turned direction": "\u202e\u202egpj.exe",
	"half a pair":        "\xed\xa0\x80", // a surrogate in UTF-8, which is none
	"a template":         "{{.}}${7*7}<%=7*7%><script>alert(1)</script>",
	"a path":             "../../../../etc/passwd",
	"much":               strings.Repeat("长", 100<<10/3),
}

// oddValues are no texts at all.
var oddValues = map[string]string{
	"deep":             strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
	"an object":        `{"__proto__":{"a":1},"$ref":"#"}`,
	"much of a number": "1e400",
	"a long number":    strings.Repeat("9", 4000),
	"nothing":          "null",
}

// telling are words of the database and of this program's own insides.
var telling = regexp.MustCompile(`(?i)sqlstate|pgx|syntax error at|relation "|column "|postgres|goroutine|\.go:\d|panic`)

// holding puts a text where a schema has a text, as deep as that may lie.
func holding(of *openapi3.Schema, text string, depth int) any {
	switch {
	case depth > 4:
		return text
	case of.Type.Is("array"):
		return []any{holding(of.Items.Value, text, depth+1)}
	case of.Type.Is("object") && len(of.Properties) > 0:
		out := map[string]any{}
		for name, field := range of.Properties {
			out[name] = holding(field.Value, text, depth+1)
		}
		return out
	case of.Type.Is("object"):
		return map[string]any{text: text}
	}
	return text
}

// odds are the calls with one text put into each parameter and each field of the
// body, as it is and where the field's own shape holds a text.
func (f facts) odds(t *testing.T, doc *openapi3.T, text string) []call {
	t.Helper()
	var list []call
	for _, c := range f.every(t, doc) {
		op := doc.Paths.Find(c.path).GetOperation(c.method)
		for _, p := range op.Parameters {
			o := c
			switch p.Value.In {
			case "path":
				_, query, asked := strings.Cut(c.address, "?")
				o.address = c.path
				for _, q := range op.Parameters {
					v, _ := f.of(c.op, c.path, q.Value.Name)
					s, _ := v.(string)
					if q == p {
						s = text
					}
					o.address = strings.ReplaceAll(o.address, "{"+q.Value.Name+"}", url.PathEscape(s))
				}
				if asked {
					o.address += "?" + query
				}
			case "query":
				at, err := url.Parse(c.address)
				if err != nil {
					t.Fatal(err)
				}
				q := at.Query()
				q.Set(p.Value.Name, text)
				o.address = withQuery(at.EscapedPath(), q)
			default:
				continue
			}
			list = append(list, o)
		}
		list = append(list, c.oddBodies(t, op, text)...)
	}
	return list
}

// oddBodies are the call's bodies with one field changed.
func (c call) oddBodies(t *testing.T, op *openapi3.Operation, text string) []call {
	t.Helper()
	var list []call
	var fields map[string]any
	if c.media != "application/json" || json.Unmarshal([]byte(c.body), &fields) != nil {
		return nil
	}
	changed := func(name string, value any) {
		with := maps.Clone(fields)
		with[name] = value
		b, err := json.Marshal(with)
		if err != nil {
			t.Fatal(err)
		}
		o := c
		// A lone surrogate as JSON writes it, which the encoder would mend.
		o.body = strings.ReplaceAll(string(b), `\ufffd\ufffd\ufffd`, `\ud800`)
		list = append(list, o)
	}
	for name, of := range op.RequestBody.Value.Content["application/json"].Schema.Value.Properties {
		if raw, ok := oddValues[text]; ok {
			changed(name, json.RawMessage(raw))
			continue
		}
		changed(name, text)
		if in := holding(of.Value, text, 0); in != any(text) {
			changed(name, in)
		}
	}
	return list
}

// every call is all of them and those on oneself, but the ones that sign out.
func (f facts) every(t *testing.T, doc *openapi3.T) []call {
	t.Helper()
	list := f.all(t, doc)
	f = f.but(facts{
		"second-step.code": "000000", "confirm-totp.code": "000000", "add-passkey.name": "钥匙", "remove-totp.password": "wrong", "prove-self.password": "wrong",
		"change-password.old": "wrong", "change-password.new": "heron kettle gravel ninth",
	})
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if ofOneself(method, path, op) && !slices.Contains([]string{"sign-out", "sign-out-others", "sign-out-everywhere"}, op.OperationID) {
				list = append(list, f.calls(t, method, path, op)...)
			}
		}
	}
	return list
}

// Whatever text arrives where: it is taken or refused, and never told to the
// database as anything but a value.
func TestOddTextsBreakNothing(t *testing.T) {
	t.Parallel()
	p, city := open(t)
	doc := p.spec(t)
	by := p.owners(t)
	f := p.ours(t, city, by, nothing())
	tables := func() (n int) {
		if err := city.Pool.QueryRow(t.Context(), "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	texts := maps.Clone(odd)
	for name := range oddValues {
		texts[name] = name
	}
	before, tried := tables(), 0
	for name, text := range texts {
		for _, c := range f.odds(t, doc, text) {
			if most := web.MostHeader - 4<<10; name == "much" && len(c.address) > most { // and some headers
				c.address = c.address[:strings.LastIndex(c.address[:most], "%")]
			}
			if len(c.body) > 200<<10 {
				continue // TestTooMuchIsRefusedAtOnce
			}
			tried++
			s := p.send(t, by.of(c), c)
			if s.status >= 500 || s.status/100 != 2 && telling.MatchString(s.body) || s.status == http.StatusUnauthorized && !strings.HasPrefix(c.path, "/api/v1/session") {
				t.Errorf("%s in %s %.200s %.200q: %d %.300s", name, c.method, c.address, c.body, s.status, s.body)
			}
		}
	}
	if after := tables(); after != before || before < 20 {
		t.Errorf("%d tables are left of %d", after, before)
	}
	if tried < 3000 {
		t.Errorf("only %d calls were tried", tried)
	}
}
