package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"onemap/api/pgserver/pgtest"
)

func TestWhatIsPrinted(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args []string
		want []string
		ok   bool
	}{
		{[]string{"version"}, []string{"onemap ", "go1."}, true},
		{[]string{"--help"}, []string{"serve", "import", "grids", "check", "key", "user", "migrate", "demo"}, true},
		{[]string{"import", "osm", "--help"}, []string{"--dry-run", "--boundaries", "--found"}, true},
		{[]string{"config", "--data", "/tmp/x", "--database-url", "postgres://me:geheim@host/db"}, []string{`"data": "/tmp/x"`, `"listen": "127.0.0.1:8080"`, "me:xxxxx@host"}, true},
		{[]string{"fly"}, []string{"fly"}, false},
		{[]string{"import", "osm", "/nonexistent.osm"}, []string{"nonexistent"}, false},
		{[]string{"grids", "make", "--region", "88", "--data", "/nonexistent/x"}, []string{"4, 6, 9, 12 or 15 digits"}, false},
		{[]string{"import", "regions", "kit_test.go", "--crs", "mars", "--data", pgtest.Folder(t)}, []string{"mars", "gcj02"}, false},
	} {
		out, errs, err := command(t, "", tt.args...)
		if (err == nil) != tt.ok {
			t.Errorf("%v: %v\n%s%s", tt.args, err, out, errs)
		}
		for _, want := range tt.want {
			if !strings.Contains(out+errs, want) {
				t.Errorf("%v does not say %q:\n%s%s", tt.args, want, out, errs)
			}
		}
		if strings.Contains(out+errs, "geheim") {
			t.Errorf("%v prints a password", tt.args)
		}
	}
}

// The demo town, and every command through the database of the running server.
func TestTheWholeProgram(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	s := serve(t, dir, "--demo", "--allow-demo", "--listen", "0.0.0.0:0")
	block := s.said(&s.out)
	for _, want := range []string{"demo town: regions", s.url + "/command", s.url + "/report", "onemap-demo", "operator", "leader", "handler D02", dir, "the database in ", "Ctrl-C"} {
		if !strings.Contains(block, want) {
			t.Errorf("the block does not say %q:\n%s", want, block)
		}
	}
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/openapi.json", "/openapi-3.0.json", "/docs"} {
		if answer, err := http.Get(s.url + path); err != nil || answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %v %v", path, answer, err)
		} else {
			answer.Body.Close()
		}
	}
	out, errs, err := command(t, "", "serve", "--data", dir, "--listen", "127.0.0.1:0")
	if err == nil || !strings.Contains(errs, dir) || strings.Contains(errs, "goroutine") {
		t.Errorf("a second server: %v\n%s%s", err, out, errs)
	}
	out, errs, err = command(t, "", "serve", "--data", dir, "--listen", strings.TrimPrefix(s.url, "http://"))
	if err == nil || !strings.Contains(errs, "--listen") {
		t.Errorf("a second server at the address: %v\n%s%s", err, out, errs)
	}
	if out := does(t, "check", "--data", dir); strings.Contains(out, "FAIL") || strings.Count(out, "ok ") < 10 {
		t.Errorf("check:\n%s", out)
	}
	var results []struct{ Rule string }
	if err := json.Unmarshal([]byte(does(t, "check", "--data", dir, "--json")), &results); err != nil || len(results) < 10 {
		t.Errorf("check --json: %v", err)
	}

	t.Run("regions and grids", func(t *testing.T) {
		if out := does(t, "grids", "check", "--data", dir); !strings.Contains(out, ", 0 findings.") {
			t.Errorf("the demo town's regions do not cover their parents: %s", out)
		}
		if out := does(t, "import", "regions", regions(t), "--data", dir); !strings.Contains(out, "4 new, 0 changed") {
			t.Error(out)
		}
		if out := does(t, "import", "regions", regions(t), "--data", dir); !strings.Contains(out, "4 unchanged") || strings.Contains(out, "draft") {
			t.Error(out)
		}
		moved := filepath.Join(t.TempDir(), "moved.geojson")
		text, err := os.ReadFile(regions(t))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(moved, []byte(strings.ReplaceAll(string(text), "114.30", "114.29")), 0o600); err != nil {
			t.Fatal(err)
		}
		if out := does(t, "import", "regions", moved, "--data", dir); !strings.Contains(out, "nothing has changed in force") || !strings.Contains(out, "onemap grids publish --region 8801 --draft ") {
			t.Error(out)
		}
		var grids struct{ Regions int }
		if err := json.Unmarshal([]byte(does(t, "grids", "make", "--region", "8801", "--size", "250", "--data", dir, "--json")), &grids); err != nil || grids.Regions < 9 {
			t.Errorf("%+v, %v", grids, err)
		}
		until(t, "the server knows the new grids", func() bool {
			var l struct {
				Grid string `json:"grid_code"`
			}
			s.get("/api/v1/locate?lon=114.305&lat=24.405", nil, &l)
			return strings.HasPrefix(l.Grid, "880101001001")
		})
		broken := filepath.Join(t.TempDir(), "x.geojson")
		if err := os.WriteFile(broken, []byte(`{"type":"FeatureCollection","features":[{"type":"Feat`), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, errs, err := command(t, "", "import", "regions", broken, "--data", dir); err == nil || !strings.Contains(errs, "cut off") {
			t.Errorf("%v\n%s%s", err, out, errs)
		}
	})
	t.Run("grids are mended", func(t *testing.T) { gridsAreMended(t, dir) })
	t.Run("an extract", func(t *testing.T) {
		path := filepath.Join("..", "..", "..", "shared", "data", "osm", "beijing-bupt-2025.osm")
		if root := os.Getenv("ONEMAP_SHARED"); root != "" {
			path = filepath.Join(root, "data", "osm", "beijing-bupt-2025.osm")
		}
		if _, err := os.Stat(path); err != nil {
			t.Skipf("shared sample data is not here (%v); set ONEMAP_SHARED to its folder", err)
		}
		for _, want := range []string{"111 ", "   111  "} {
			if out := does(t, "import", "osm", path, "--data", dir); !strings.Contains(out, want) || !strings.Contains(out, "buildings") {
				t.Error(out)
			}
		}
	})
	t.Run("an account", func(t *testing.T) {
		if out, errs, err := command(t, "a-long-password\n", "user", "add", "wang", "--role", "operator", "--scope", "8801", "--data", dir); err != nil {
			t.Fatalf("%v\n%s%s", err, out, errs)
		}
		p, header, err := ask(http.MethodPost, s.url+"/api/v1/session", nil, `{"login":"wang","password":"a-long-password"}`, nil)
		if err != nil || p != nil || !strings.Contains(header.Get("Set-Cookie"), "onemap=") {
			t.Errorf("%+v %v %v", p, header, err)
		}
		// Whatever else is wrong is said before a password is asked for.
		for want, args := range map[string][]string{
			"wang":    {"wang", "--role", "operator", "--scope", "8801"},
			"role":    {"li", "--role", "king", "--scope", "8801"},
			"scope":   {"li", "--role", "operator", "--scope", "88"},
			"until":   {"li", "--role", "operator", "--scope", "8801", "--until", "soon"},
			"no such": {"li", "--role", "handler", "--scope", "8801", "--department", "D404"},
		} {
			if _, errs, err := command(t, "", append(append([]string{"user", "add"}, args...), "--data", dir)...); err == nil || !strings.Contains(errs, want) || strings.Contains(errs, "password") {
				t.Errorf("%v: %v %s", args, err, errs)
			}
		}
		for _, step := range []struct {
			args []string
			want string // in what is printed, or, after a "!", in the refusal
		}{
			{[]string{"grant", "wang", "--role", "worker", "--scope", "880101", "--until", "2126-12-31", "--reason", "代班"}, "worker@880101 until 2127-01-01 00:00"},
			{[]string{"grant", "wang", "--role", "worker", "--scope", "880101"}, "!already"},
			{[]string{"grant", "wang", "--role", "worker", "--scope", "88", "--until", "soon"}, "!no day"},
			{[]string{"grant", "nobody", "--role", "worker", "--scope", "8801"}, "!no such account"},
			{[]string{"list", "--role", "operator"}, "operator@8801, worker@880101"},
			{[]string{"end", "wang", "--role", "worker", "--scope", "880101"}, "no more"},
			{[]string{"end", "wang", "--role", "worker", "--scope", "880101"}, "!no such grant"},
			{[]string{"disable", "wang"}, "closed"},
			{[]string{"disable", "wang", "--undo"}, "open"},
		} {
			out, errs, err := command(t, "", append(append([]string{"user"}, step.args...), "--data", dir)...)
			if refusal, refused := strings.CutPrefix(step.want, "!"); refused != (err != nil) || !strings.Contains(out+errs, refusal) {
				t.Errorf("user %v: %v %s%s", step.args, err, out, errs)
			}
		}
		if _, errs, err := command(t, "", "key", "add", "--expires", "2099-01-01", "--role", "king", "--scope", "", "--data", dir); err == nil || strings.Contains(errs, "SQLSTATE") {
			t.Errorf("a key of no role: %v %s", err, errs)
		}
	})
	t.Run("plates to print", func(t *testing.T) {
		sheet := filepath.Join(t.TempDir(), "plates.pdf")
		args := []string{"plates", sheet, "--class", "seat", "--data", dir}
		if _, errs, err := command(t, "", args...); err == nil || !strings.Contains(errs, "--public-url") {
			t.Errorf("without an address: %v %s", err, errs)
		}
		out, errs, err := command(t, "", append(args, "--public-url", "https://map.example.gov.cn")...)
		if err != nil && strings.Contains(errs, "fonts-wqy-microhei") {
			t.Skip("no Chinese font is here to print with (install fonts-wqy-microhei)")
		}
		made, failed := os.ReadFile(sheet)
		if err != nil || failed != nil || !bytes.HasPrefix(made, []byte("%PDF-")) || !strings.Contains(out, "plates in ") {
			t.Errorf("%v %v %s%s", err, failed, out, errs)
		}
		if _, errs, err := command(t, "", "plates", sheet, "--codes", "NOSUCH", "--data", dir, "--public-url", "https://a.cn"); err == nil || !strings.Contains(errs, "NOSUCH") {
			t.Errorf("a code nobody carries: %v %s", err, errs)
		}
	})
	t.Run("from a phone to the screen", func(t *testing.T) { s.toTheScreen(key(t, "operator", "--data", dir)) })

	postmaster := s.postmaster()
	if postmaster == 0 || !alive(postmaster) {
		t.Fatalf("the database's process is %d", postmaster)
	}
	if err := s.end(syscall.SIGINT); err != nil {
		t.Errorf("after Ctrl-C: %v\n%s", err, s.said(&s.err))
	}
	if alive(postmaster) || s.postmaster() != 0 {
		t.Errorf("the database is left running as %d", postmaster)
	}
	if out := does(t, "check", "--data", dir); strings.Contains(out, "FAIL") {
		t.Errorf("check without a server:\n%s", out)
	}
	out, errs, err = command(t, "", "serve", "--data", dir, "--listen", "0.0.0.0:0")
	if err == nil || !strings.Contains(errs, "--allow-demo") {
		t.Errorf("a demo's folder without the flag: %v\n%s%s", err, out, errs)
	}
}

// toTheScreen sends reports and waits for each on an operator's stream.
func (s *server) toTheScreen(operator map[string]string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/v1/feed", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for name, value := range operator {
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	events := make(chan event)
	go listen(ctx, answer, events)
	if first := <-events; first.name != "hello" || first.id == "" {
		s.t.Fatalf("the stream begins with %+v", first)
	}
	var slowest time.Duration
	for range 20 {
		sent := s.reported()
		begin := time.Now()
		for e := range events {
			if e.name != "case" || e.data.Row.Number != sent.Number {
				continue
			}
			if e.data.Change != "created" || e.data.Row.State != "reported" {
				s.t.Errorf("%+v", e)
			}
			break
		}
		slowest = max(slowest, time.Since(begin))
	}
	s.t.Logf("from the answer to the reporter to the operator's screen: at most %v", slowest)
	if slowest > 5*time.Second || ctx.Err() != nil {
		s.t.Errorf("%v (%v)", slowest, ctx.Err())
	}
}

type event struct {
	id, name string
	data     struct {
		Change string
		Row    struct{ Number, State string }
	}
}

// listen reads server-sent events until the stream ends.
func listen(ctx context.Context, answer *http.Response, events chan<- event) {
	defer close(events)
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	var e event
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			_ = json.Unmarshal([]byte(value), &e.data) // other events hold other things
		case "":
			if e.name != "" {
				select {
				case events <- e:
				case <-ctx.Done():
					return
				}
			}
			e = event{}
		}
	}
}

func TestADatabaseOfOnesOwn(t *testing.T) {
	t.Parallel()
	dir, url := pgtest.Folder(t), pgtest.Empty(t)
	s := serve(t, dir, "--database-url", url)
	does(t, "import", "regions", regions(t), "--data", dir, "--database-url", url)
	sent := s.reported()
	var p struct{ Number string }
	if s.get("/api/v1/receipts/"+sent.Receipt, nil, &p); p.Number != sent.Number {
		t.Errorf("%+v", p)
	}
	if out := s.said(&s.out); !strings.Contains(out, "first administrator") || strings.Contains(out, "DEMO") {
		t.Errorf("the block of a city without accounts:\n%s", out)
	}
	if err := s.end(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "pg")); err == nil {
		t.Error("a private database was made beside the one given")
	}
	for _, to := range []string{"0", "8"} {
		if out := does(t, "migrate", "--to", to, "--database-url", url, "--data", dir); !strings.Contains(out, "version "+to) {
			t.Error(out)
		}
	}
	if _, errs, err := command(t, "", "check", "--data", dir, "--database-url", "postgres://127.0.0.1:1/none"); err == nil || strings.Contains(errs, "goroutine") {
		t.Errorf("a database that is not there: %v %s", err, errs)
	}
}

func TestAKilledProgramComesBack(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	s := serve(t, dir)
	does(t, "import", "regions", regions(t), "--data", dir)
	var sent []receipt
	for range 10 {
		sent = append(sent, s.reported())
	}
	postmaster := s.postmaster()
	if err := s.end(syscall.SIGKILL); err == nil {
		t.Error("killed, and ended well")
	}
	again := serve(t, dir)
	if now := again.postmaster(); now == postmaster && alive(postmaster) {
		t.Logf("the database %d went on", now)
	}
	for _, r := range sent {
		var p struct{ Number string }
		if again.get("/api/v1/receipts/"+r.Receipt, nil, &p); p.Number != r.Number {
			t.Errorf("%s is %+v now", r.Number, p)
		}
	}
	if next := again.reported(); next.Number <= sent[9].Number {
		t.Errorf("%s follows %s", next.Number, sent[9].Number)
	}
	if err := again.end(syscall.SIGINT); err != nil {
		t.Error(err)
	}
	if alive(postmaster) {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", postmaster)) // only to say more
		t.Errorf("the first database is left running\n%s", status)
	}
	out := does(t, "check", "--data", dir)
	if strings.Contains(out, "FAIL") {
		t.Error(out)
	}
}

// The database is killed while reports come in; every acknowledged one is there
// afterwards, once.
func TestTheDatabaseIsKilledWhileReportsComeIn(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	s := serve(t, dir)
	does(t, "import", "regions", regions(t), "--data", dir)
	supervisor := key(t, "supervisor", "--data", dir)
	const clients, each = 4, 14
	type result struct {
		acknowledged []receipt
		refused      map[string]int
		err          error
	}
	warm, results := make(chan struct{}, clients*each), make(chan result, clients)
	for range clients {
		go func() {
			r := result{refused: map[string]int{}}
			defer func() { results <- r }()
			for len(r.acknowledged) < each {
				key := uuid.NewString()
				for tries := 0; ; tries++ {
					got, p, err := s.report(key, rubbish)
					if err != nil || tries > 2000 {
						r.err = fmt.Errorf("after %d tries: %w", tries, err)
						return
					}
					if p == nil {
						r.acknowledged = append(r.acknowledged, got)
						warm <- struct{}{}
						break
					}
					r.refused[fmt.Sprint(p.Status, " ", p.Code)]++
					time.Sleep(100 * time.Millisecond) // a phone that tries again
				}
			}
		}()
	}
	for range 2 {
		for range clients * each / 4 {
			<-warm
		}
		victim := s.postmaster()
		if victim == 0 {
			t.Fatal("no database to kill")
		}
		if err := syscall.Kill(victim, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		until(t, "another database runs", func() bool { now := s.postmaster(); return now != 0 && now != victim })
	}
	numbers := map[string]bool{}
	refused := map[string]int{}
	for range clients {
		r := <-results
		if r.err != nil {
			t.Error(r.err)
		}
		for what, n := range r.refused {
			refused[what] += n
			if !strings.HasPrefix(what, "503 ") && what != "429 request.many" {
				t.Errorf("an answer during the outage: %s", what)
			}
		}
		for _, a := range r.acknowledged {
			if numbers[a.Number] {
				t.Errorf("%s was given to two", a.Number)
			}
			numbers[a.Number] = true
			var p struct{ Number string }
			if s.get("/api/v1/receipts/"+a.Receipt, nil, &p); p.Number != a.Number {
				t.Errorf("%s was acknowledged and is %+v", a.Number, p)
			}
		}
	}
	var list struct{ Total int }
	if s.get("/api/v1/cases", supervisor, &list); list.Total != len(numbers) {
		t.Errorf("%d cases, %d acknowledged", list.Total, len(numbers))
	}
	t.Logf("%d acknowledged; refused meanwhile: %v", len(numbers), refused)
	until(t, "the server is ready again", func() bool {
		answer, err := http.Get(s.url + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
	if out := does(t, "check", "--data", dir); strings.Contains(out, "FAIL") {
		t.Error(out)
	}
	s.toTheScreen(supervisor)
	if err := s.end(syscall.SIGINT); err != nil {
		t.Errorf("%v\n%s", err, s.said(&s.err))
	}
}
