package boot

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"onemap/api/actor"
	"onemap/api/apitest"
)

// bomb is a workbook of a few kilobytes that unpacks to a hundred megabytes.
func bomb(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	parts := map[string]string{
		"[Content_Types].xml":        `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels":                `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="b"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="b" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + strings.Repeat(" ", 100<<20),
	}
	for name, text := range parts {
		to, err := w.Create(name)
		if err == nil {
			_, err = io.WriteString(to, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func pressed(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// What is too large, too deep or too many is refused at once, however many send
// it together, and costs little memory.
func TestTooMuchIsRefusedAtOnce(t *testing.T) {
	p, _ := listen(t)
	registrar := p.account(t, "registrar.a", actor.Registrar, apitest.StreetA)
	brackets := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	nested := strings.Repeat(`{"a":`, 40_000) + "1" + strings.Repeat("}", 40_000)
	const reports, json = "/api/v1/reports", "application/json"
	end := p.meanwhile(t)
	for _, c := range []struct {
		name   string
		call   call
		status []int
	}{
		{"10 MB of JSON", call{method: "POST", address: reports, media: json, body: `{"text":"` + strings.Repeat("a", 10<<20) + `"}`}, []int{413}},
		{"10 MB of JSON for the sign-in", call{method: "POST", address: "/api/v1/session", media: json, body: `{"login":"` + strings.Repeat("a", 10<<20) + `"}`}, []int{413}},
		{"100,000 brackets", call{method: "POST", address: reports, media: json, body: brackets}, []int{400, 422}},
		{"brackets in a field", call{method: "POST", address: reports, media: json, body: `{"text":` + brackets + `}`}, []int{400, 422}},
		{"40,000 objects", call{method: "POST", address: reports, media: json, body: nested}, []int{400, 422}},
		{"10,000 parameters", call{method: "GET", address: "/api/v1/cases?" + strings.Repeat("a=1&", 10_000)}, []int{200, 400, 422}},
		{"10,000 times one parameter", call{method: "GET", address: "/api/v1/facilities?" + strings.Repeat("q=1&", 10_000)}, []int{200, 400, 422}},
		{"an address of 1 MB", call{method: "GET", address: "/api/v1/cases?q=" + strings.Repeat("a", 1<<20)}, []int{431}},
		{"a header of 1 MB", call{method: "GET", address: "/api/v1/cases", header: map[string]string{"X-Purpose": strings.Repeat("a", 1<<20)}}, []int{431}},
		{"a cookie of 1 MB", call{method: "GET", address: "/api/v1/session", header: map[string]string{"Cookie": "onemap=" + strings.Repeat("a", 1<<20)}}, []int{431}},
		{"a cookie of 60 kB", call{method: "GET", address: "/api/v1/session", header: map[string]string{"Cookie": "onemap=" + strings.Repeat("a", 60<<10)}}, []int{200, 401}},
		{"5,000 cookies", call{method: "GET", address: "/api/v1/session", header: map[string]string{"Cookie": strings.Repeat("onemap=a;", 5000)}}, []int{200, 400, 401}},
		{"a key of 60 kB", call{method: "GET", address: "/api/v1/session", header: map[string]string{"Authorization": "Bearer " + strings.Repeat("a", 60<<10)}}, []int{401}},
		{"a bomb of a workbook", call{method: "POST", address: "/api/v1/imports?kind=organisations&name=a.xlsx", media: "application/octet-stream", body: bomb(t)}, []int{422}},
		{"a pressed body", call{method: "POST", address: reports, media: json, body: pressed(t, strings.Repeat(" ", 100<<20)), header: map[string]string{"Content-Encoding": "gzip"}}, []int{415}},
		{"a pressed photo", call{method: "POST", address: "/api/v1/photos", media: "image/jpeg", body: pressed(t, "a"), header: map[string]string{"Content-Encoding": "deflate"}}, []int{415}},
		{"a photo of 20 MB", call{method: "POST", address: "/api/v1/photos", media: "image/jpeg", body: strings.Repeat("\xff\xd8\xff\xe0", 5<<20)}, []int{413, 422}},
	} {
		by := registrar
		if c.call.header["Cookie"] != "" || c.call.header["Authorization"] != "" {
			by = somebody{}
		}
		const at = 4
		grew := peak(func() {
			var wg sync.WaitGroup
			for range at {
				wg.Go(func() {
					began := time.Now()
					got := p.refused(t, by, c.call)
					good := got == 0 // cut off while sending what nobody would read
					for _, s := range c.status {
						good = good || s == got
					}
					if took := time.Since(began); !good || took > grace {
						t.Errorf("%s: %d after %v", c.name, got, took)
					}
				})
			}
			wg.Wait()
		})
		if grew > 30 {
			t.Errorf("%s from %d at once costs %d MB", c.name, at, grew)
		}
	}
	end()
}

// refused gives the status of an answer; 0 where the connection was closed while
// the call was still being sent.
func (p *program) refused(t *testing.T, by somebody, c call) int {
	r, err := p.request(t.Context(), by, c)
	if err != nil {
		t.Error(err)
		return -1
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		if len(c.body)+len(c.address) < 64<<10 && len(c.header) == 0 {
			t.Errorf("%s %.100s: %v", c.method, c.address, err)
		}
		return 0
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if len(b) > 64<<10 || err != nil {
		t.Errorf("%s %.100s: an answer of %d bytes, %v", c.method, c.address, len(b), err)
	}
	return a.StatusCode
}

// Requests that a proxy and this server could read as another number of requests
// are refused, or are the last of their connection: what is smuggled in behind
// one is never answered.
func TestNothingIsSmuggled(t *testing.T) {
	p, at := listen(t)
	key := p.key(t, actor.Administrator, apitest.StreetA)
	const inner = "GET /api/v1/session HTTP/1.1\r\nHost: a\r\n\r\n"
	post := func(headers, body string) string {
		return "POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + headers + "\r\n" + body
	}
	for name, shape := range map[string]string{
		"length and pieces":              post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
		"pieces and length":              post("Transfer-Encoding: chunked\r\nContent-Length: 50\r\n", "0\r\n\r\n"),
		"pieces alone":                   post("Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\n\r\n"),
		"two lengths":                    post("Content-Length: 2\r\nContent-Length: 30\r\n", "{}"),
		"a list of lengths":              post("Content-Length: 2, 30\r\n", "{}"),
		"a signed length":                post("Content-Length: +2\r\n", "{}"),
		"a negative length":              post("Content-Length: -2\r\n", "{}"),
		"a length in hexadecimal":        post("Content-Length: 0x2\r\n", "{}"),
		"a length too long":              post("Content-Length: 99999999999999999999\r\n", "{}"),
		"an unknown coding":              post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
		"two codings":                    post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
		"a coding twice":                 post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"),
		"a coding behind a tab":          post("Transfer-Encoding:\x0bchunked\r\n", "0\r\n\r\n"),
		"a space before the colon":       post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
		"a folded header":                post("X-A: b\r\n Transfer-Encoding: chunked\r\nContent-Length: 2\r\nConnection: close\r\n", "{}"),
		"a bare line feed in a piece":    post("Transfer-Encoding: chunked\r\n", "2\n{}\n0\n\n"),
		"a piece too long":               post("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
		"a piece with much behind":       post("Transfer-Encoding: chunked\r\n", "2;"+strings.Repeat("a", 100_000)+"\r\n{}\r\n0\r\n\r\n"),
		"pieces in HTTP/1.0":             "POST /api/v1/session HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"two hosts":                      "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
		"no host":                        "GET / HTTP/1.1\r\n\r\n",
		"a header without a name":        "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
		"a carriage return in a header":  "GET / HTTP/1.1\r\nHost: a\r\nX-A: b\rTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
		"NUL in a header":                "GET / HTTP/1.1\r\nHost: a\r\nX-A: \x00\r\n\r\n",
		"a request as a body":            "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 42\r\n\r\n",
		"another protocol's first words": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	} {
		c := dial(t, at)
		began := time.Now()
		_ = c.SetDeadline(began.Add(time.Minute))
		_, _ = io.WriteString(c, shape+strings.Replace(inner, "\r\n\r\n", "\r\nAuthorization: Bearer "+key+"\r\n\r\n", 1)) // it may be closed before all is sent
		b, _ := io.ReadAll(c)                                                                                              // to the end that the server makes
		if took := time.Since(began); strings.Count(string(b), "HTTP/1.1 ") > 1 || strings.Contains(string(b), `"grants"`) || took > quick.Body+grace {
			t.Errorf("%s: after %v %.600q", name, took, b)
		}
	}
}
