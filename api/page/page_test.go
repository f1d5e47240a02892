package page_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/prometheus/client_golang/prometheus"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/cases"
	"onemap/api/page"
	"onemap/api/web"
)

// built stands for the pages' build; the templates show what the real ones do.
var built = fstest.MapFS{
	"index.html":       {Data: []byte(`<html data-zone="{{.Zone}}"><h1>town</h1>`)},
	"report.html":      {Data: []byte(`<html lang="{{.Lang}}" data-zone="{{.Zone}}"><i class=key>{{.Key}}</i>{{with .Facility}}<b>{{.Name}}|{{.Code}}|{{.Place}}|{{.Maintainer}}</b>{{end}}{{if .Unknown}}unknown{{end}}<em>{{.CityName}}|{{.Contact}}</em><p class=error>{{.Error}}</p>{{range .Categories}}{{.Code}}={{.Name}}{{if .Chosen}}!{{end}};{{end}}<q>{{.Typed}}|{{.Lon}}|{{.Lat}}|{{.Text}}|{{.Broken}}</q><script type="application/json">{{.Facts}}</script>`)},
	"receipt.html":     {Data: []byte(`{{if .Found}}<b>{{.Number}}|{{.Title}}|{{.StateName}}</b>{{range .Steps}}<li>{{.Text}}@{{.At}}</li>{{end}}{{else}}missing{{end}}`)},
	"assets/a-1.js":    {Data: []byte("plain")},
	"assets/a-1.js.br": {Data: []byte("brotli")},
	"assets/a-1.js.gz": {Data: []byte("gzip")},
	"assets/b-2.css":   {Data: []byte("b{}")},
	"secret.txt":       {Data: []byte("secret")},
}

type site struct {
	*apitest.City
	t   *testing.T
	url string
}

// theCity has no contact in English.
var theCity = page.City{Name: "青禾市", NameEn: "Qinghe", Contact: "热线 12345 <br>"}

func open(t *testing.T, files fstest.MapFS) site {
	t.Helper()
	t.Parallel()
	c := apitest.New(t)
	s := web.New(web.Config{
		Version: "test", Auth: c.Auth, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
		Ready: func(context.Context) error { return nil },
	})
	page.Routes(s, page.Config{Files: files, Querier: c.Pool, Facilities: c.Facilities, Cases: c.Cases, Intake: c.Intake, City: func() page.City { return theCity }})
	server := httptest.NewServer(s.Echo)
	t.Cleanup(server.Close)
	return site{c, t, server.URL}
}

// client shows redirects and does not unpack answers.
var client = &http.Client{
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport:     &http.Transport{DisableCompression: true},
}

func (s site) send(r *http.Request) (*http.Response, string) {
	s.t.Helper()
	answer, err := client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer, string(body)
}

func (s site) get(path, accept string) (*http.Response, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if accept != "" {
		r.Header.Set("Accept-Encoding", accept)
	}
	return s.send(r)
}

// form sends a form as a browser without a script does.
func (s site) form(path string, fields map[string]string, photos ...[]byte) (*http.Response, string) {
	s.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			s.t.Fatal(err)
		}
	}
	for i, photo := range photos {
		part, err := w.CreateFormFile("photo", fmt.Sprintf("%d.jpg", i))
		if err == nil {
			_, err = part.Write(photo)
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		s.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+path, &b)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	return s.send(r)
}

func (s site) count(from string) (n int) {
	s.t.Helper()
	if err := s.Pool.QueryRow(context.Background(), "SELECT count(*) FROM "+from).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

func picture(side int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, side, side)), nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

const aKey = "0123456789abcdef0123456789abcdef"

var (
	keyIn   = regexp.MustCompile(`<i class=key>([0-9a-f]*)</i>`)
	errorIn = regexp.MustCompile(`<p class=error>([^<]*)</p>`)
)

func between(re *regexp.Regexp, body string) string {
	if m := re.FindStringSubmatch(body); m != nil {
		return m[1]
	}
	return "(nothing)"
}

// Residents read the city's name and where to turn to, in their language or in
// the only one there is, and as text.
func TestTheCityStandsOnResidentsPages(t *testing.T) {
	s := open(t, built)
	for path, want := range map[string]string{"/report": "<em>青禾市|热线 12345 &lt;br&gt;</em>", "/report?lang=en": "<em>Qinghe|热线 12345 &lt;br&gt;</em>"} {
		if _, body := s.get(path, ""); !strings.Contains(body, want) {
			t.Errorf("%s: %s, want %s", path, body, want)
		}
	}
}

func TestWhereAPlateLeads(t *testing.T) {
	s := open(t, built)
	f := s.Facility(t, "bench", apitest.InGridA)
	for _, typed := range []string{f.Code.Raw(), strings.ToLower(f.Code.String())} {
		answer, body := s.get("/q/"+typed, "")
		if answer.StatusCode != 200 || !strings.Contains(body, "街头座椅|"+f.Code.Raw()+"|解放路12号|青禾环卫公司") || strings.Contains(body, "unknown") {
			t.Errorf("%d %s", answer.StatusCode, body)
		}
		if answer.Header.Get("Cache-Control") != "no-store" {
			t.Error("a page with a key may be kept")
		}
	}
	if _, body := s.get("/q/"+f.Code.Raw()+"?lang=en", ""); !strings.Contains(body, `lang="en" data-zone="UTC&#43;8"`) || !strings.Contains(body, "<b>Bench|") || !strings.Contains(body, "06010=Exposed rubbish") {
		t.Errorf("in English: %s", body)
	}
	for _, typed := range []string{"OOOO-OOOO", "x", "2222-2222", "%3Cscript%3E"} {
		answer, body := s.get("/q/"+typed, "")
		if answer.StatusCode != 404 || !strings.Contains(body, "unknown") || between(keyIn, body) == "" || strings.Contains(body, "<script>alert") {
			t.Errorf("%s: %d %s", typed, answer.StatusCode, body)
		}
	}
	_, first := s.get("/report", "")
	_, second := s.get("/report", "")
	if a, b := between(keyIn, first), between(keyIn, second); len(a) != 32 || a == b {
		t.Errorf("keys %s and %s", a, b)
	}
}

func TestAReportWithoutAScript(t *testing.T) {
	s := open(t, built)
	f := s.Facility(t, "bench", apitest.InGridA)
	fields := map[string]string{"idempotency_key": aKey, "facility_code": f.Code.String(), "concern": "broken", "text": "坏了"}
	answer, body := s.form("/report?lang=en", fields, picture(30), picture(40), nil)
	if answer.StatusCode != http.StatusSeeOther || !strings.HasPrefix(answer.Header.Get("Location"), "/r/") || !strings.HasSuffix(answer.Header.Get("Location"), "?lang=en") {
		t.Fatalf("%d %v %s", answer.StatusCode, answer.Header, body)
	}
	// A second tap: the same photos come again, and it is the same report.
	second, body := s.form("/report?lang=en", fields, picture(30), picture(40))
	if second.Header.Get("Location") != answer.Header.Get("Location") {
		t.Errorf("a second tap: %d %s %s", second.StatusCode, second.Header.Get("Location"), body)
	}
	if s.count("case_file") != 1 || s.count("photo WHERE case_id IS NOT NULL") != 2 {
		t.Errorf("%d cases with %d photos", s.count("case_file"), s.count("photo WHERE case_id IS NOT NULL"))
	}
	receipt, body := s.get(answer.Header.Get("Location"), "")
	if receipt.StatusCode != 200 || !strings.Contains(body, "Bench broken|Received") || !strings.Contains(body, "Your report has arrived@2026-03-02 08:00:00") {
		t.Errorf("%d %s", receipt.StatusCode, body)
	}
	if missing, body := s.get("/r/NOSUCHRECEIPT", ""); missing.StatusCode != 404 || !strings.Contains(body, "missing") {
		t.Errorf("%d %s", missing.StatusCode, body)
	}
	// By place, in the datum of a Chinese phone map.
	answer, body = s.form("/report", map[string]string{"idempotency_key": aKey + "2", "category": "06010", "lon": " 113.3080 ", "lat": "23.4025", "crs": "gcj02"})
	if answer.StatusCode != http.StatusSeeOther {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
}

func TestAFormThatIsNotRightComesBackWithItsKey(t *testing.T) {
	s := open(t, built)
	f := s.Facility(t, "bench", apitest.InGridA)
	with := func(change ...string) map[string]string {
		fields := map[string]string{"idempotency_key": aKey, "facility_code": f.Code.Raw(), "concern": "broken"}
		for i := 0; i < len(change); i += 2 {
			fields[change[i]] = change[i+1]
		}
		return fields
	}
	for name, tt := range map[string]struct {
		fields map[string]string
		photos [][]byte
		status int
		says   string
	}{
		"nothing":           {map[string]string{"idempotency_key": aKey}, nil, 422, "choose what it is about. Please say where"},
		"a wrong code":      {with("facility_code", "OOOOOOOO"), nil, 422, "code is not right"},
		"a number in words": {with("lon", "east", "lat", "23"), nil, 422, "Longitude must be a number"},
		"far away":          {with("facility_code", "", "category", "06010", "lon", "10", "lat", "10"), nil, 422, "say where"},
		"too much text":     {with("text", strings.Repeat("长", 4001)), nil, 422, "too long"},
		"no photo":          {with(), [][]byte{[]byte("Dear city,")}, 422, "no photo"},
		"one good, one cut": {with(), [][]byte{picture(30), picture(400)[:700]}, 422, "whole"},
		"seven photos":      {with(), [][]byte{{1}, {1}, {1}, {1}, {1}, {1}, {1}}, 422, "six photos"},
		"a photo of 13 MB":  {with(), [][]byte{append(picture(30), make([]byte, 13<<20)...)}, 413, "too large"},
		"no key":            {with("idempotency_key", ""), nil, 422, "expired"},
	} {
		answer, body := s.form("/report?lang=en", tt.fields, tt.photos...)
		if answer.StatusCode != tt.status || !strings.Contains(between(errorIn, body), tt.says) {
			t.Errorf("%s: %d %q, want %q", name, answer.StatusCode, between(errorIn, body), tt.says)
		}
		if k := between(keyIn, body); k != aKey && (name != "no key" || len(k) != 32) {
			t.Errorf("%s: comes back under key %s", name, k)
		}
	}
	if s.count("case_file") != 0 {
		t.Error("a refused form made a case")
	}
	_, typed := s.form("/report?lang=en", with("facility_code", "", "category", "06010", "lon", "10", "lat", "11", "text", "<b>here"))
	if want := "<q>|10|11|&lt;b&gt;here|true</q>"; !strings.Contains(typed, want) || !strings.Contains(typed, "06010=Exposed rubbish!;") {
		t.Errorf("what was typed does not come back: want %s in %s", want, typed)
	}
	if answer, _ := s.form("/report", with()); answer.StatusCode != http.StatusSeeOther {
		t.Fatal(answer.Status)
	}
	answer, body := s.form("/report?lang=en", with("concern", "dirty"))
	if k := between(keyIn, body); answer.StatusCode != 409 || k == aKey || len(k) != 32 {
		t.Errorf("a used key: %d, comes back under %s", answer.StatusCode, k)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/report", strings.NewReader("a=b"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if answer, body := s.send(r); answer.StatusCode != 422 || !strings.Contains(body, "form.malformed") {
		t.Errorf("no multipart form: %d %s", answer.StatusCode, body)
	}
}

func TestAFormOf100MBIsRefused(t *testing.T) {
	s := open(t, built)
	head := "--x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\r\n"
	answered := make(chan struct{})
	// Whoever still sends when the connection is closed may hear of that alone.
	body := io.MultiReader(strings.NewReader(head), io.LimitReader(zeros{}, 80<<20), until(answered), io.LimitReader(zeros{}, 20<<20))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/report", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	answer, text := s.send(r)
	close(answered)
	if answer.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(text, "request.large") {
		t.Errorf("%d %s", answer.StatusCode, text)
	}
}

// until reads nothing before its time.
type until <-chan struct{}

func (u until) Read([]byte) (int, error) { <-u; return 0, io.EOF }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestTheReceiptTellsEveryStep(t *testing.T) {
	s := open(t, built)
	r := s.Report(t, apitest.InGridA)
	for i, step := range []struct {
		role   actor.Role
		action cases.Action
	}{
		{actor.Operator, cases.DoFile},
		{actor.Operator, cases.DoDispatch},
		{actor.Handler, cases.DoReturn},
		{actor.Operator, cases.DoDispatch},
		{actor.Handler, cases.DoAccept},
		{actor.Handler, cases.DoSuspend},
		{actor.Handler, cases.DoResume},
		{actor.Handler, cases.DoResolve},
		{actor.Supervisor, cases.DoRework},
		{actor.Handler, cases.DoResolve},
		{actor.Supervisor, cases.DoClose},
	} {
		do := cases.Do{Action: step.action, Note: "<b>说明</b>", Department: "D01", Rev: int64(i + 1)}
		if err := s.Cases.Step(s.As(step.role), r.ID, do); err != nil {
			t.Fatal(err)
		}
		for _, lang := range []string{"zh", "en"} {
			if answer, body := s.get(r.ReceiptURL+"?lang="+lang, ""); answer.StatusCode != 200 || strings.Contains(body, "<li>@") || strings.Contains(body, "|</b>") || strings.Contains(body, "<b>说明") || strings.Count(body, "<li>") != i+2 {
				t.Errorf("after %s: %s", step.action, body)
			}
		}
	}
}

func TestAssetsArePressedAndKept(t *testing.T) {
	s := open(t, built)
	for _, tt := range []struct{ path, accept, encoding, body string }{
		{"/assets/a-1.js", "gzip, deflate, br", "br", "brotli"},
		{"/assets/a-1.js", "gzip", "gzip", "gzip"},
		{"/assets/a-1.js", "br;q=0, gzip;q=0.5", "gzip", "gzip"},
		{"/assets/a-1.js", "", "", "plain"},
		{"/assets/a-1.js", "identity", "", "plain"},
		{"/assets/b-2.css", "gzip, br", "", "b{}"},
	} {
		answer, body := s.get(tt.path, tt.accept)
		h := answer.Header
		if answer.StatusCode != 200 || body != tt.body || h.Get("Content-Encoding") != tt.encoding || h.Get("Vary") != "Accept-Encoding" ||
			h.Get("Cache-Control") != "public, max-age=31536000, immutable" || !strings.HasPrefix(h.Get("Content-Type"), "text/") {
			t.Errorf("%s with %q: %d %v %s", tt.path, tt.accept, answer.StatusCode, h, body)
		}
	}
	if answer, body := s.get("/", "br"); answer.StatusCode != 200 || body != `<html data-zone="UTC&#43;8"><h1>town</h1>` || answer.Header.Get("Cache-Control") != "no-cache" || !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
		t.Errorf("%d %v %s", answer.StatusCode, answer.Header, body)
	}
	for _, path := range []string{
		"/assets/../secret.txt", "/assets/%2e%2e/secret.txt", "/assets/..%2fsecret.txt", "/assets/none.js", "/assets/", "/assets", "/assets/%00", "/secret.txt",
	} {
		answer, body := s.get(path, "")
		if answer.StatusCode != 404 || strings.Contains(body, "secret") || strings.Contains(answer.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v %s", path, answer.StatusCode, answer.Header, body)
		}
	}
}

func TestPagesThatWereNotBuilt(t *testing.T) {
	s := open(t, fstest.MapFS{".gitkeep": {}})
	for _, path := range []string{"/", "/command", "/report", "/q/22222222", "/r/x"} {
		answer, body := s.get(path, "")
		if answer.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "make build") {
			t.Errorf("%s: %d %s", path, answer.StatusCode, body)
		}
	}
}
