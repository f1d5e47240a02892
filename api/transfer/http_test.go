package transfer_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/audit"
	"onemap/api/transfer"
	"onemap/api/web"
)

// desk is a town whose imports are asked for over HTTP, and what it logged.
type desk struct {
	*apitest.City
	url string
	log bytes.Buffer
	mu  sync.Mutex
	by  actor.Actor
}

// Authenticate is the actor that a test has chosen.
func (d *desk) Authenticate(context.Context, *http.Request) (actor.Actor, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.by, nil
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	return served(t, town(t))
}

// served opens a desk in a city.
func served(t *testing.T, c *apitest.City) *desk {
	t.Helper()
	d := &desk{City: c}
	d.Loader.Folder = t.TempDir()
	s := web.New(web.Config{
		Audit:   c.Audit,
		Version: "test", Auth: d, Log: slog.New(slog.NewTextHandler(&d.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Metrics: prometheus.NewRegistry(),
		Ready: func(context.Context) error { return nil },
	})
	transfer.Routes(s, d.Loader)
	server := httptest.NewServer(s.Echo)
	t.Cleanup(server.Close)
	d.url = server.URL
	return d
}

// either wants a status below 500.
const either = 0

// ask asks as somebody and wants a status.
func (d *desk) ask(t *testing.T, want int, by actor.Actor, method, path, body string) string {
	t.Helper()
	answer, _ := d.askFull(t, want, by, method, path, body)
	return answer
}

func (d *desk) askFull(t *testing.T, want int, by actor.Actor, method, path, body string) (string, http.Header) {
	t.Helper()
	d.mu.Lock()
	d.by = by
	d.mu.Unlock()
	r, err := http.NewRequestWithContext(t.Context(), method, d.url+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if strings.HasPrefix(path, "/imports?kind=") {
		r.Header.Set("Content-Type", "application/octet-stream")
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil || a.StatusCode != want && (want != either || a.StatusCode >= 500) {
		t.Fatalf("%s %s: %d, want %d: %s, %v", method, path, a.StatusCode, want, b, err)
	}
	return string(b), a.Header
}

func read[T any](t *testing.T, body string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return v
}

// upload uploads a file.
func (d *desk) upload(t *testing.T, by actor.Actor, kind, name, content string) transfer.Import {
	t.Helper()
	return read[transfer.Import](t, d.ask(t, 201, by, "POST", "/imports?kind="+kind+"&name="+url.QueryEscape(name), content))
}

// run runs an import to its end.
func (d *desk) run(t *testing.T, by actor.Actor, id string, dry bool) transfer.Import {
	t.Helper()
	d.ask(t, 202, by, "POST", "/imports/"+id+"/run", fmt.Sprintf(`{"dry_run":%v}`, dry))
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		if i := read[transfer.Import](t, d.ask(t, 200, by, "GET", "/imports/"+id, "")); i.State != transfer.Running {
			return i
		}
	}
	t.Fatal("the import does not end")
	return transfer.Import{}
}

func (d *desk) files(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir(d.Loader.Folder)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// The life of an upload: looked at, mapped, tried, run, read about, deleted; and
// nothing on the way shows a number or a name.
func TestAnUploadOverHTTP(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	registrar := apitest.Actor(actor.Registrar, apitest.CityCode)
	good, bad := number("1950-05-06", 11), number("1988-11-12", 22)
	bad = bad[:17] + string("0123456789X"[(strings.IndexByte("0123456789X", bad[17])+1)%11])
	text := fmt.Sprintf("人名,证件,手机,楼栋编码,房号\n王小明,%s,13800001234,L1,101\n李芳,%s,13800001235,L1,102\n", good, bad)
	var seen strings.Builder
	i := d.upload(t, registrar, "people", "人口.csv", text)
	nowhere(t, d.City, fmt.Sprintf("%+v", i), good, bad, "13800001234")
	if i.Format != "csv" || i.State != transfer.Uploaded || len(i.Columns) != 5 || i.Mapping.Columns["room"] != "房号" || len(i.Problems) == 0 {
		t.Errorf("%+v", i)
	}
	d.ask(t, 422, registrar, "POST", "/imports/"+i.ID+"/run", `{}`) // no column gives the name
	m := i.Mapping
	m.Columns["name"], m.Columns["id_number"] = "人名", "证件"
	body, _ := json.Marshal(m)
	i = read[transfer.Import](t, d.ask(t, 200, registrar, "PUT", "/imports/"+i.ID+"/mapping", string(body)))
	seen.WriteString(fmt.Sprintf("%+v", i))
	if len(i.Problems) != 0 || len(i.Preview) != 2 || i.Preview[0].Values["room"] != "101" || i.Preview[0].Values["name"] != "王**" {
		t.Errorf("%+v", i)
	}
	want := transfer.Counts{Read: 2, Fresh: 1, Refused: 1}
	for _, dry := range []bool{true, false} {
		if i = d.run(t, registrar, i.ID, dry); i.State != transfer.Done || i.Counts != want || i.DryRun != dry {
			t.Fatalf("%+v", i)
		}
		seen.WriteString(fmt.Sprintf("%+v", i))
	}
	if i = d.run(t, registrar, i.ID, false); i.Counts != (transfer.Counts{Read: 2, Unchanged: 1, Refused: 1}) {
		t.Errorf("again: %+v", i.Counts)
	}
	// At once after its end, and after a stop, it begins again: nothing is left of the run before.
	for range 5 {
		d.run(t, registrar, i.ID, true)
		d.ask(t, 202, registrar, "POST", "/imports/"+i.ID+"/run", `{"dry_run":true}`)
		d.ask(t, either, registrar, "POST", "/imports/"+i.ID+"/stop", "") // or it is done before
	}
	if i = d.run(t, registrar, i.ID, false); i.State != transfer.Done || i.Counts != (transfer.Counts{Read: 2, Unchanged: 1, Refused: 1}) {
		t.Errorf("after stops: %+v", i)
	}
	// A dry run and one that changes nothing leave no entry about people.
	list := d.Audited(t, audit.Ask{Action: "import people"})
	if len(list) != 1 || list[0].ActorID != registrar.ID || list[0].Rows != 1 || list[0].Scope != apitest.CityCode || !slices.Contains(append(list[0].Others, list[0].Kind+"/"+list[0].Object), "import/"+i.ID) {
		t.Errorf("%+v", list)
	}
	refused := d.ask(t, 200, registrar, "GET", "/imports/"+i.ID+"/refused.csv", "")
	if !strings.Contains(refused, "3,id_number,") {
		t.Errorf("%s", refused)
	}
	seen.WriteString(refused + d.log.String() + d.ask(t, 200, registrar, "GET", "/imports", ""))
	nowhere(t, d.City, seen.String(), good, bad, "13800001234")
	if strings.Contains(seen.String(), "王小明") || strings.Contains(refused, "李芳") {
		t.Error("a name is shown")
	}
	d.ask(t, 204, registrar, "DELETE", "/imports/"+i.ID, "")
	d.ask(t, 404, registrar, "GET", "/imports/"+i.ID, "")
	if n := d.files(t); n != 0 {
		t.Errorf("%d files are left", n)
	}
}

// Who imports what: not an operator, not into another street, not another's file.
func TestRightsOfImports(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.ask(t, 401, actor.Nobody, "GET", "/imports", "")
	operator, a, b := apitest.Actor(actor.Operator, apitest.CityCode), apitest.Actor(actor.Registrar, apitest.StreetA), apitest.Actor(actor.Administrator, apitest.StreetB)
	for _, path := range []string{"/imports", "/import-kinds", "/mappings", "/exports/services"} {
		d.ask(t, 403, operator, "GET", path, "")
	}
	d.ask(t, 403, operator, "POST", "/imports?kind=services&name=a.csv", "x")
	d.ask(t, 422, a, "POST", "/imports?kind=ships&name=a.csv", "x")
	text := "类型,名称,经度,纬度\n图书馆,甲,113.3025,23.405\n图书馆,乙,113.3225,23.405\n"
	i := d.upload(t, a, "services", "站.csv", text)
	d.ask(t, 404, b, "GET", "/imports/"+i.ID, "")
	d.ask(t, 404, b, "POST", "/imports/"+i.ID+"/run", "{}")
	d.ask(t, 403, operator, "GET", "/imports/"+i.ID, "")
	i = d.run(t, a, i.ID, false)
	if i.Counts != (transfer.Counts{Read: 2, Fresh: 1, Refused: 1}) || i.Refused[0].Line != 3 || i.Refused[0].Reason != "lies outside your jurisdiction" {
		t.Errorf("%+v", i)
	}
	people := d.upload(t, b, "people", "人口.csv", "姓名,出生日期,楼栋编码,房号\n甲,1950-01-01,L1,101\n乙,1950-01-01,L2,101\n丙,1950-01-01,,\n")
	people = d.run(t, b, people.ID, false)
	if people.Counts != (transfer.Counts{Read: 3, Fresh: 1, Refused: 2}) {
		t.Errorf("%+v", people)
	}
	rooms := d.upload(t, b, "dwellings", "房.csv", "楼栋编码,楼层,房号\nL1,2,201\nL2,2,201\n")
	if rooms = d.run(t, b, rooms.ID, false); rooms.Counts != (transfer.Counts{Read: 2, Fresh: 1, Refused: 1}) {
		t.Errorf("%+v", rooms)
	}
}

// An upload that is cut off, or is no file of rows, leaves nothing.
func TestAnUploadThatBreaksOffLeavesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	registrar := apitest.Actor(actor.Registrar, apitest.CityCode)
	d.ask(t, 422, registrar, "POST", "/imports?kind=people&name=a.xlsx", "PK\x03\x04 broken")
	at, err := url.Parse(d.url)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", at.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /api/v1/imports?kind=people&name=a.csv HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000\r\n\r\n姓名\n甲\n")
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err == nil && answer.StatusCode < 400 {
		t.Errorf("taken: %d", answer.StatusCode)
	}
	if err == nil {
		answer.Body.Close()
	}
	var runs int
	if err := d.Pool.QueryRow(t.Context(), "SELECT count(*) FROM import_run WHERE account_id IS NOT NULL").Scan(&runs); err != nil || runs != 0 || d.files(t) != 0 {
		t.Errorf("%d runs, %d files, %v", runs, d.files(t), err)
	}
}

// A server that went down in the middle of a run finds it stopped, and goes on
// where it stood.
func TestARunGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	registrar := apitest.Actor(actor.Registrar, apitest.CityCode)
	var b strings.Builder
	b.WriteString("ref,kind,lon,lat\n")
	const rows = 12000
	for i := range rows {
		fmt.Fprintf(&b, "B%d,bench,%.6f,%.6f\n", i, 113.3001+float64(i%100)*1e-5, 23.4001+float64(i/100)*1e-5)
	}
	i := d.upload(t, registrar, "facilities", "many.csv", b.String())
	whole := d.run(t, registrar, i.ID, false)
	if whole.Counts.Fresh != rows {
		t.Fatalf("%+v", whole)
	}
	// What a server leaves that is killed after the first chunk of 5,000 rows.
	for _, sql := range []string{
		"DELETE FROM facility WHERE source = 'many' AND substr(source_ref, 2)::int >= 5000",
		`UPDATE import_run SET state = 'running', position = 5000, ended_at = NULL, counts = '{"read":5000,"fresh":5000,"refused_bytes":0}' WHERE account_id IS NOT NULL`,
	} {
		if _, err := d.Pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	d.ask(t, 409, registrar, "POST", "/imports/"+i.ID+"/run", "{}")
	d.ask(t, 409, registrar, "DELETE", "/imports/"+i.ID, "")
	if err := d.Loader.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	if i = read[transfer.Import](t, d.ask(t, 200, registrar, "GET", "/imports/"+i.ID, "")); i.State != transfer.Stopped || i.Counts.Read != 5000 {
		t.Fatalf("%+v", i)
	}
	// What does not run is not stopped, and no entry says that it was.
	d.ask(t, 409, registrar, "POST", "/imports/"+i.ID+"/stop", "")
	if list := d.Audited(t, audit.Ask{Action: "stop-import"}); len(list) != 0 {
		t.Errorf("%+v", list)
	}
	if _, err := d.Pool.Exec(t.Context(), "UPDATE import_run SET state = 'running' WHERE account_id IS NOT NULL"); err != nil {
		t.Fatal(err)
	}
	d.ask(t, 200, registrar, "POST", "/imports/"+i.ID+"/stop", "")
	d.ask(t, 409, registrar, "POST", "/imports/"+i.ID+"/stop", "")
	if list := d.Audited(t, audit.Ask{Action: "stop-import"}); len(list) != 1 || list[0].Outcome != audit.Done {
		t.Errorf("%+v", list)
	}
	if i = d.run(t, registrar, i.ID, false); i.State != transfer.Done || i.Counts != (transfer.Counts{Read: rows, Fresh: rows}) {
		t.Errorf("%+v", i)
	}
	if _, err := os.Stat(filepath.Join(d.Loader.Folder, i.ID, "many.csv")); err != nil {
		t.Error(err)
	}
}

// A file that the server takes in for a page while the command line takes it in:
// both come to an end, every row is there once, and what one brought the other
// finds unchanged.
func TestThePageAndTheCommandLineAtOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var b strings.Builder
	b.WriteString("ref,kind,lon,lat\n")
	const rows = 8000
	for i := range rows {
		fmt.Fprintf(&b, "B%d,bench,%.6f,%.6f\n", i, 113.3001+float64(i%100)*1e-5, 23.4001+float64(i/100)*1e-5)
	}
	path := file(t, "bänke.csv", b.String())
	registrar := apitest.Actor(actor.Registrar, apitest.CityCode)
	i := d.upload(t, registrar, "facilities", "bänke.csv", b.String())
	d.ask(t, 202, registrar, "POST", "/imports/"+i.ID+"/run", `{"dry_run":false}`)
	report, err := d.Loader.File(t.Context(), "facilities", path, transfer.FileOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for i.State != transfer.Done {
		if i = read[transfer.Import](t, d.ask(t, 200, registrar, "GET", "/imports/"+i.ID, "")); i.State != transfer.Done && i.State != transfer.Running {
			t.Fatalf("%+v", i)
		}
	}
	var n int
	if err := d.Pool.QueryRow(t.Context(), "SELECT count(*) FROM facility").Scan(&n); err != nil || n != rows {
		t.Errorf("%d facilities, %v", n, err)
	}
	for who, got := range map[string]transfer.Counts{"the page": i.Counts, "the command line": report.Counts} {
		if got.Read != rows || got.Fresh+got.Unchanged != rows {
			t.Errorf("%s: %+v", who, got)
		}
	}
	if i.Counts.Fresh+report.Fresh != rows {
		t.Errorf("%d and %d are new", i.Counts.Fresh, report.Fresh)
	}
}
