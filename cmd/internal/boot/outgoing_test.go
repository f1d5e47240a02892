package boot

import (
	"archive/zip"
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/web"
)

// trap is an address that counts who connects to it.
func trap(t *testing.T) (address string, met *atomic.Int64) {
	t.Helper()
	met = new(atomic.Int64)
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			met.Add(1)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-ended
	})
	return "http://" + l.Addr().String() + "/caught", met
}

// workbook is an xlsx whose parts name a document type and a picture elsewhere.
func workbook(t *testing.T, address string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string]string{
		"[Content_Types].xml":        `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`,
		"xl/workbook.xml":            `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Target="` + address + `" TargetMode="External"/><Relationship Id="r2" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   `<!DOCTYPE x SYSTEM "` + address + `" [<!ENTITY e SYSTEM "` + address + `">]><worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row></sheetData></worksheet>`,
	} {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The server asks nobody at an address that somebody gives: not in any parameter,
// field or header of any operation, and not in an uploaded file.
func TestNoRequestGoesWhereSomebodySays(t *testing.T) {
	t.Parallel()
	p, city := open(t)
	doc := p.spec(t)
	by := p.owners(t)
	f := p.ours(t, city, by, nothing())
	address, met := trap(t)
	tried := 0
	for _, c := range f.odds(t, doc, address) {
		c.header = maps.Clone(c.header)
		for _, name := range []string{"Referer", "X-Forwarded-Host", "X-Original-Url", "X-Callback-Url"} {
			c.header[name] = address
		}
		tried++
		p.send(t, by.of(c), c)
	}
	registrar := by[web.SightRegister]
	host := strings.TrimPrefix(address, "http://")
	for _, file := range []struct{ name, text string }{
		{"a.csv", "ref,name,lon,lat\n1," + address + ",113.3025,23.405\n2,\"=WEBSERVICE(\"\"" + address + "\"\")\",113.3025,23.405\n"},
		{"a.geojson", `{"type":"FeatureCollection","crs":{"type":"link","properties":{"href":"` + address + `","type":"proj4"}},"features":[{"type":"Feature","id":"1","properties":{"name":"甲","$ref":"` + address + `"},"geometry":{"type":"Point","coordinates":[113.3025,23.405]}}]}`},
		{"a.xlsx", workbook(t, address)},
		{"//" + host, "ref,name,lon,lat\n1,甲,113.3025,23.405\n"},
	} {
		s := p.send(t, registrar, call{method: http.MethodPost, address: "/api/v1/imports?kind=organisations&name=" + strings.ReplaceAll(file.name, "/", "%2F"), media: "application/octet-stream", body: file.text})
		if id := anyID.FindString(s.body); s.status == http.StatusCreated {
			p.send(t, registrar, call{method: http.MethodPost, address: "/api/v1/imports/" + id + "/run", media: "application/json", body: "{}"})
			at := call{method: http.MethodGet, address: "/api/v1/imports/" + id}
			for strings.Contains(p.send(t, registrar, at).body, `"running"`) { // ends by itself, or by the test's own limit
			}
			tried++
		}
	}
	p.send(t, p.account(t, "operator.a", actor.Operator, apitest.StreetA), call{method: http.MethodPost, address: "/api/v1/photos", media: "image/svg+xml", body: `<svg xmlns="http://www.w3.org/2000/svg"><image href="` + address + `"/></svg>`})
	if n := met.Load(); n != 0 || tried < 400 {
		t.Errorf("%d connections were made to an address that was given, in %d calls", n, tried)
	}
	if a, err := http.Get(address); err == nil { //nolint:noctx // it only has to arrive
		_ = a.Body.Close()
	}
	if met.Load() == 0 {
		t.Error("the trap catches nothing, so it proves nothing")
	}
}

// asking are the names of package net/http and net by which a program asks another.
var asking = []string{"Client", "DefaultClient", "Get", "Head", "Post", "PostForm", "NewRequest", "NewRequestWithContext", "Transport", "DefaultTransport", "Dial", "DialTimeout", "DialTCP", "Dialer"}

// Only single sign-on asks another server, at the address that the command line
// or the environment gives (and PostgreSQL's driver its database).
func TestOnlySingleSignOnAsksAnotherServer(t *testing.T) {
	t.Parallel()
	allowed := []string{"api/auth/sso.go", "cmd/internal/boot/sso.go"}
	root, found := filepath.Join("..", "..", ".."), map[string]bool{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch name := entry.Name(); {
		case err != nil:
			return err
		case entry.IsDir() && (name == "frontend" || name == "apitest" || name == "pgtest" || name != ".." && strings.HasPrefix(name, ".")):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if of, ok := s.X.(*ast.Ident); ok && (of.Name == "http" || of.Name == "net") && slices.Contains(asking, s.Sel.Name) {
					at, _ := filepath.Rel(root, path)
					found[filepath.ToSlash(at)] = true
					if !slices.Contains(allowed, filepath.ToSlash(at)) {
						t.Errorf("%s asks others, by %s.%s", at, of.Name, s.Sel.Name)
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil || len(found) != len(allowed) {
		t.Errorf("%v ask others, want %v: %v", slices.Sorted(maps.Keys(found)), allowed, err)
	}
}
