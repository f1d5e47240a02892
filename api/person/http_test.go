package person_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/audit"
	"onemap/api/person"
	"onemap/api/web"
)

// desk is a town that answers HTTP as whoever asks, and what it logged.
type desk struct {
	*town
	url string
	log *bytes.Buffer
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
	return newDeskOn(t, newTown(t, 4))
}

// newDeskOn serves a town by a process of its own.
func newDeskOn(t *testing.T, w *town) *desk {
	t.Helper()
	d := &desk{town: w, log: &bytes.Buffer{}}
	s := web.New(web.Config{
		Audit:   d.Audit,
		Version: "test", Auth: d, Log: slog.New(slog.NewTextHandler(d.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Metrics: prometheus.NewRegistry(),
		Ready: func(context.Context) error { return nil },
	})
	person.Routes(s, person.New(d.People.Config))
	server := httptest.NewServer(s.Echo)
	t.Cleanup(server.Close)
	d.url = server.URL
	return d
}

// ask asks as a role and gives status and body; what may change something is asked for a visit, unless another purpose is among the headers.
func (d *desk) ask(t *testing.T, by actor.Actor, method, path, body string, header ...string) (int, string) {
	t.Helper()
	d.mu.Lock()
	d.by = by
	d.mu.Unlock()
	r, err := http.NewRequestWithContext(t.Context(), method, d.url+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if method != http.MethodGet {
		r.Header.Set(web.PurposeHeader, "visit")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a.StatusCode, string(b)
}

// must asks and wants a status.
func (d *desk) must(t *testing.T, want int, by actor.Actor, method, path, body string, header ...string) string {
	t.Helper()
	status, answer := d.ask(t, by, method, path, body, header...)
	if status != want {
		t.Fatalf("%s %s: %d, want %d: %s", method, path, status, want, answer)
	}
	return answer
}

func read[T any](t *testing.T, body string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return v
}

// The life of a record over HTTP: entered, masked everywhere, changed, revealed
// with a purpose, moved, tagged, gone and back; and no line of the log, no
// refusal and no list tells a name or a number.
func TestARecordOverHTTP(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	registrar := apitest.Actor(actor.Registrar, apitest.CityCode)
	n, phone := number(on(1950, 5, 6), 11), "13800001234"
	secrets := []string{"王小明", n, phone, "小明"}
	masked := func(what, body string) {
		t.Helper()
		for _, s := range secrets {
			if strings.Contains(body, s) {
				t.Errorf("%s shows %q", what, s)
			}
		}
	}
	enter := fmt.Sprintf(`{"name":"王小明","id_number":"%s","phone":"%s","dwelling_id":"%s","since":"2010-01-01","tags":["disabled"],"lives_alone":true}`, n, phone, d.a[0])
	body := d.must(t, 201, registrar, "POST", "/people", enter, "Idempotency-Key", "a key")
	masked("the answer", body)
	p := read[person.Full](t, body)
	body = d.must(t, 201, registrar, "POST", "/people", enter, "Idempotency-Key", "a key")
	masked("the answer to the same key", body)
	if again := read[person.Full](t, body); again.ID != p.ID || again.Rev != p.Rev {
		t.Errorf("the same key again: %+v", again)
	}
	d.must(t, 409, registrar, "POST", "/people", enter)
	d.must(t, 404, apitest.Actor(actor.Registrar, apitest.StreetB), "POST", "/people", fmt.Sprintf(`{"name":"甲","dwelling_id":"%s"}`, d.b[0]), "Idempotency-Key", "a key")
	if p.Name != "王**" || p.IDMasked != "**************"+n[14:] || p.PhoneMasked != "138****1234" || *p.Age != 75 || p.Sex != person.Male || p.ScopeCode != apitest.GridA || !p.LivesAlone ||
		len(p.Residences) != 1 || len(p.Tags) != 1 || p.Tags[0].Until == nil || p.Address != "解放路1号101" {
		t.Errorf("%+v", p)
	}
	at := "/people/" + p.ID.String()
	masked("the list", d.must(t, 200, registrar, "POST", "/people/query?region=9901", asking(n[:6])))
	for _, q := range []string{"王小明", n, phone, strings.ToLower(n)} {
		body := d.must(t, 200, registrar, "POST", "/people/query", asking(q))
		if len(read[person.Page](t, body).Items) != 1 {
			t.Errorf("not found by one of its names or numbers: %s", body)
		}
		masked("a list", body)
	}
	for _, q := range []string{"王", "小明", "明", "wxm", "w"} { // a tag seals the name
		if body := d.must(t, 200, registrar, "POST", "/people/query", asking(q)); len(read[person.Page](t, body).Items) != 0 {
			t.Errorf("found by a part of a sealed name: %s", body)
		}
	}
	for _, q := range []string{"李", "王明", n[:17] + "?", "13800001235"} {
		if body := d.must(t, 200, registrar, "POST", "/people/query", asking(q)); len(read[person.Page](t, body).Items) != 0 {
			t.Errorf("found by what is not theirs: %s", body)
		}
	}

	// Refusals say what is wrong and repeat nothing.
	for what, body := range map[string]string{
		"a second time":  enter,
		"a false number": strings.Replace(enter, n, n[:17]+"Y", 1),
		"a false sex":    strings.Replace(enter, `"phone"`, `"sex":"female","phone"`, 1),
		"a false phone":  strings.Replace(enter, phone, phone+"99", 1),
		"no dwelling":    strings.Replace(enter, d.a[0].String(), apitest.NewID().String(), 1),
		"wrong types":    strings.Replace(enter, `"`+n+`"`, n[:17], 1),
	} {
		status, answer := d.ask(t, registrar, "POST", "/people", body)
		if status != 422 && status != 409 {
			t.Errorf("%s: %d %s", what, status, answer)
		}
		for _, s := range append(secrets, n[:17]) {
			if strings.Contains(answer, s) {
				t.Errorf("the refusal of %s repeats %q", what, s)
			}
		}
	}

	if status, _ := d.ask(t, registrar, "PATCH", at, `{}`); status != 428 {
		t.Errorf("without If-Match: %d", status)
	}
	p = read[person.Full](t, d.must(t, 200, registrar, "PATCH", at, `{"phone":"","lives_alone":false}`, "If-Match", `"1"`))
	if p.PhoneMasked != "" || p.LivesAlone || p.Rev != 2 || p.IDMasked == "" {
		t.Errorf("%+v", p)
	}
	if status, _ := d.ask(t, registrar, "PATCH", at, `{"phone":"13800001234"}`, "If-Match", `"1"`); status != 412 {
		t.Errorf("an old ETag: %d", status)
	}
	if status, answer := d.ask(t, registrar, "PATCH", at, `{"born_on":"1951-05-06"}`, "If-Match", `"2"`); status != 422 || !strings.Contains(answer, "body.born_on") {
		t.Errorf("another birth than the number says: %d %s", status, answer)
	}

	// Moving from street A to B, and out of the city, and back.
	p = read[person.Full](t, d.must(t, 200, registrar, "POST", at+"/residences", fmt.Sprintf(`{"dwelling_id":"%s","since":"2025-01-01"}`, d.b[0])))
	if p.ScopeCode != apitest.GridB || len(p.Residences) != 2 || *p.Residences[1].Until != "2025-01-01" {
		t.Errorf("%+v", p)
	}
	if flows := d.must(t, 200, registrar, "GET", "/flows?since=2025-01-01&until=2025-12-31", ""); flows != `{"items":[{"day":"2025-01-01","community":"990101001001","in":0,"out":1},{"day":"2025-01-01","community":"990101002001","in":1,"out":0}],"counted":{"grids":"then","from_edition":0,"to_edition":0}}`+"\n" {
		t.Errorf("%s", flows)
	}
	p = read[person.Full](t, d.must(t, 200, registrar, "POST", at+"/leave", `{"on":"2026-02-01","why":"moved"}`))
	if p.ScopeCode != "" || p.DwellingID != nil || *p.LeftOn != "2026-02-01" || *p.Tags[0].Until != "2026-03-02" && *p.Tags[0].Until != "2026-02-01" {
		t.Errorf("%+v", p)
	}
	if body := d.must(t, 200, registrar, "GET", "/people?gone=true", ""); len(read[person.Page](t, body).Items) != 1 {
		t.Error("who has left is not among the gone")
	}
	p = read[person.Full](t, d.must(t, 200, registrar, "POST", at+"/residences", fmt.Sprintf(`{"dwelling_id":"%s","since":"2026-03-01"}`, d.a[1])))
	if p.LeftOn != nil || p.ScopeCode != apitest.GridA {
		t.Errorf("%+v", p)
	}
	p = read[person.Full](t, d.must(t, 200, registrar, "POST", at+"/tags", `{"tag":"low_income"}`))
	d.must(t, 409, registrar, "POST", at+"/tags", `{"tag":"low_income"}`)
	for _, tag := range []string{"petitioner", "believer", ""} {
		d.must(t, 422, registrar, "POST", at+"/tags", `{"tag":"`+tag+`"}`)
	}
	d.must(t, 200, registrar, "POST", at+"/tags/"+p.Tags[0].ID.String()+"/end", `{"until":"2026-03-02"}`)
	p = read[person.Full](t, d.must(t, 200, registrar, "POST", at+"/residences/"+p.Residences[0].ID.String()+"/end", `{"until":"2026-03-02"}`))
	if p.ScopeCode != "" || p.LeftOn != nil {
		t.Errorf("%+v", p)
	}
	d.must(t, 200, registrar, "POST", at+"/leave", `{"on":"2026-03-02","why":"died"}`)
	d.must(t, 409, registrar, "POST", at+"/residences", fmt.Sprintf(`{"dwelling_id":"%s"}`, d.a[1]))

	// What is shown in full is kept with its reader and purpose.
	for _, purpose := range []string{"", " x ", strings.Repeat("长", 201)} {
		d.must(t, 422, registrar, "POST", at+"/reveal", `{"purpose":"`+purpose+`"}`)
	}
	if r := read[person.Revealed](t, d.must(t, 200, registrar, "POST", at+"/reveal", `{"purpose":"核对证件"}`)); r.Name != "王小明" || r.IDNumber != n || *r.BornOn != "1950-05-06" {
		t.Error("the record in full is not what was entered")
	}
	d.must(t, 422, registrar, "POST", at+"/reveal", `{"purpose":"电话 13800001234"}`)
	kept := d.Audited(t, audit.Ask{Action: "reveal-person"})
	if len(kept) != 1 || kept[0].Object != p.ID.String() || kept[0].ActorID != registrar.ID || kept[0].Purpose != "核对证件" || !kept[0].At.Equal(d.Clock.Now()) {
		t.Errorf("%+v", kept)
	}
	// The page with masks is opened for a purpose, too.
	for _, purpose := range []string{"", "x", "%E7%94%B5%E8%AF%9D%2013800001234"} {
		status, answer := d.ask(t, registrar, "GET", at, "", web.PurposeHeader, purpose)
		if status != 422 || !strings.Contains(answer, `"header.X-Purpose"`) || strings.Contains(answer, "residences") {
			t.Errorf("opened for %q: %d %s", purpose, status, answer)
		}
	}
	masked("the record", d.must(t, 200, registrar, "GET", at, "", web.PurposeHeader, "%E5%85%A5%E6%88%B7%E8%B5%B0%E8%AE%BF"))
	if kept := d.Audited(t, audit.Ask{Action: "get-person"}); len(kept) != 1 || kept[0].Object != p.ID.String() || kept[0].Purpose != "入户走访" {
		t.Errorf("%+v", kept)
	}
	d.must(t, 422, registrar, "GET", at+"/readings", "")
	d.must(t, 404, apitest.Actor(actor.Registrar, apitest.StreetB), "GET", at+"/readings", "", web.PurposeHeader, "%E7%AD%94%E5%A4%8D")
	type readings struct{ Items []person.Reading }
	for i := range 2 { // to look at it is kept, too, and told at once
		list := read[readings](t, d.must(t, 200, registrar, "GET", at+"/readings", "", web.PurposeHeader, "%E7%AD%94%E5%A4%8D")).Items
		if list[i].Action != "get-person" || list[i+1].Action != "reveal-person" || list[i+1].Purpose != "核对证件" || list[i+1].By != registrar.Login || list[len(list)-1].Action != "create-person" || i == 1 && (list[0].Action != "list-readings" || list[0].Purpose != "答复") {
			t.Errorf("%+v", list)
		}
	}
	for _, e := range d.Audited(t, audit.Ask{}) {
		masked("the audit log", fmt.Sprintf("%+v", e))
	}
	masked("the log", d.log.String())
	masked("the change log", one[string](t, d.town, "SELECT COALESCE(string_agg(body::text, ' '), '') FROM change_inbox"))
	if !strings.Contains(d.log.String(), "/api/v1/people/:id/reveal") {
		t.Error("the log holds no request, so it proves nothing")
	}
}

// A record is changed for a purpose, as it is read for one: without it nothing is
// changed, and with it the entry tells what for. The one of a reading may be said
// again with each change.
func TestAChangeIsMadeForAPurpose(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	by := apitest.Actor(actor.Registrar, apitest.StreetA)
	p := read[person.Full](t, d.must(t, 201, by, "POST", "/people", fmt.Sprintf(`{"name":"甲","dwelling_id":"%s","since":"2024-03-01","tags":["disabled"]}`, d.a[0])))
	at, city := "/people/"+p.ID.String(), apitest.Actor(actor.Registrar, apitest.CityCode)
	const said = "%E5%85%A5%E6%88%B7%E8%B5%B0%E8%AE%BF"
	d.must(t, 200, by, "GET", at, "", web.PurposeHeader, said)
	for _, tt := range []struct{ action, method, path, body string }{
		{"change-person", "PATCH", at, `{"lives_alone":true}`},
		{"end-tag", "POST", at + "/tags/" + p.Tags[0].ID.String() + "/end", `{"until":"2026-03-02"}`},
		{"give-tag", "POST", at + "/tags", `{"tag":"low_income","purpose":"what the tag is for"}`},
		{"end-residence", "POST", at + "/residences/" + p.Residences[0].ID.String() + "/end", `{"until":"2026-03-02"}`},
		{"move-in", "POST", at + "/residences", fmt.Sprintf(`{"dwelling_id":"%s","relation":"owner"}`, d.a[1])},
		{"leave", "POST", at + "/leave", `{"on":"2026-03-02","why":"moved"}`},
	} {
		for _, purpose := range []string{"", "x", "%zz", "%E7%94%B5%E8%AF%9D%2013800001234"} {
			status, answer := d.ask(t, city, tt.method, tt.path, tt.body, "If-Match", `"1"`, web.PurposeHeader, purpose)
			if status != 422 || !strings.Contains(answer, `"header.X-Purpose"`) || strings.Contains(answer, "13800001234") {
				t.Errorf("%s for %q: %d %s", tt.action, purpose, status, answer)
			}
		}
		if kept := d.Audited(t, audit.Ask{Action: tt.action}); len(kept) != 0 {
			t.Errorf("%s without a purpose is told as done: %+v", tt.action, kept)
		}
		d.must(t, 200, city, tt.method, tt.path, tt.body, "If-Match", `"1"`, web.PurposeHeader, said)
		if kept := d.Audited(t, audit.Ask{Action: tt.action}); len(kept) != 1 || kept[0].Object != p.ID.String() || kept[0].Purpose != "入户走访" {
			t.Errorf("%s: %+v", tt.action, kept)
		}
	}
}

// What lies in street A does not exist for street B, for other roles and for
// visitors, on any route.
func TestTheNeighbourSeesNobody(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.imports(t, d.batch("list"), family(d.town)...)
	ours := apitest.Actor(actor.Worker, apitest.StreetA)
	p := read[person.Page](t, d.must(t, 200, ours, "POST", "/people/query", asking("王小明"))).Items[0]
	full := read[person.Full](t, d.must(t, 200, ours, "GET", "/people/"+p.ID.String(), "", web.PurposeHeader, "visit"))
	if len(full.Household) != 1 || full.Household[0].Name != "李*" {
		t.Errorf("%+v", full.Household)
	}
	at := "/people/" + p.ID.String()
	writes := map[string]string{
		at: `{"phone":""}`, at + "/reveal": `{"purpose":"核对证件"}`, at + "/residences": fmt.Sprintf(`{"dwelling_id":"%s"}`, d.b[0]),
		at + "/residences/" + full.Residences[0].ID.String() + "/end": `{"until":"2026-03-01"}`, at + "/tags": `{"tag":"veteran"}`,
		at + "/tags/" + full.Tags[0].ID.String() + "/end": `{"until":"2026-03-02"}`, at + "/leave": `{"on":"2026-03-01","why":"moved"}`,
	}
	for who, by := range map[string]actor.Actor{
		"the neighbour": apitest.Actor(actor.Worker, apitest.StreetB), "an operator": apitest.Actor(actor.Operator), "a leader": apitest.Actor(actor.Leader), "a visitor": actor.Nobody,
	} {
		want := 404
		if who == "a visitor" {
			want = 401
		}
		d.must(t, want, by, "GET", at, "")
		for path, body := range writes {
			method := "POST"
			if path == at {
				method = "PATCH"
			}
			d.must(t, want, by, method, path, body, "If-Match", `"1"`)
		}
		questions := [][3]string{
			{"POST", "/people/query", asking("王")}, {"POST", "/people/query", asking(number(on(1950, 5, 6), 11))}, {"POST", "/people/query", asking("13800001234")},
		}
		for _, path := range []string{
			"/people", "/people?building=" + p.BuildingID.String(), "/people?dwelling=" + d.a[0].String(),
			"/people?household=" + p.HouseholdID.String(), "/people?tag=disabled", "/people?region=" + apitest.StreetA, "/people?cursor=" + apitest.NewID().String(), "/flows?since=2024-06-01&until=2026-03-02", "/people?gone=true",
		} {
			questions = append(questions, [3]string{"GET", path, ""})
		}
		for _, q := range questions {
			status, body := d.ask(t, by, q[0], q[1], q[2])
			if strings.Contains(body, p.ID.String()) || strings.Contains(body, apitest.StreetA) || strings.Contains(body, "王*") || who == "the neighbour" && status != 200 {
				t.Errorf("%s asks %v: %d %s", who, q, status, body)
			}
		}
	}
	for _, list := range []struct {
		by   actor.Actor
		want int
	}{{ours, 2}, {apitest.Actor(actor.Worker, apitest.StreetB), 1}, {apitest.Actor(actor.Registrar, apitest.CityCode), 4}, {apitest.Actor(actor.Registrar, apitest.DistrictCode), 3}} {
		if got := len(read[person.Page](t, d.must(t, 200, list.by, "GET", "/people", "")).Items); got != list.want {
			t.Errorf("%v sees %d people, want %d", list.by.Grants, got, list.want)
		}
		hits, err := d.People.Search(actor.With(t.Context(), list.by), "王小明", 10)
		if sees := len(hits) == 1; err != nil || sees != (list.want != 1) {
			t.Errorf("%v finds %v, %v", list.by.Grants, hits, err)
		}
	}
	// Nobody moves somebody, or enters somebody, where they see nothing.
	d.must(t, 422, ours, "POST", at+"/residences", fmt.Sprintf(`{"dwelling_id":"%s"}`, d.b[0]))
	d.must(t, 422, ours, "POST", "/people", fmt.Sprintf(`{"name":"甲","dwelling_id":"%s"}`, d.b[0]))
	d.must(t, 422, ours, "POST", "/people", `{"name":"甲"}`)
	if list := d.Audited(t, audit.Ask{Action: "reveal-person"}); len(list) != 0 {
		t.Errorf("%+v kept of what was not shown", list)
	}
	list := d.Audited(t, audit.Ask{Action: "list-people", Region: apitest.StreetA})
	if len(list) != 1 || list[0].Rows != 2 || list[0].Actor != ours.Login {
		t.Errorf("%+v", list)
	}
}

func TestReadingInFullHasAMeasure(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.imports(t, d.batch("list"), family(d.town)...)
	by := apitest.Actor(actor.Worker, apitest.StreetA)
	p := read[person.Page](t, d.must(t, 200, by, "POST", "/people/query", asking("王小明"))).Items[0]
	reveal := "/people/" + p.ID.String() + "/reveal"
	desks := []*desk{d, newDeskOn(t, d.town)} // two processes on one database
	for i := range 118 {
		desks[i%2].must(t, 200, by, "POST", reveal, `{"purpose":"走访"}`)
	}
	var shown atomic.Int32
	var rush sync.WaitGroup
	for i := range 6 { // at once
		rush.Go(func() {
			if status, _ := desks[i%2].ask(t, by, "POST", reveal, `{"purpose":"走访"}`); status == 200 {
				shown.Add(1)
			}
		})
	}
	rush.Wait()
	if n := shown.Load(); n != 2 {
		t.Errorf("%d of the last two were shown", n)
	}
	desks[1].must(t, 429, by, "POST", reveal, `{"purpose":"走访"}`)
	d.must(t, 429, by, "POST", reveal, `{"purpose":"走访"}`)
	d.Clock.Advance(time.Hour)
	d.must(t, 200, by, "POST", reveal, `{"purpose":"走访"}`)
	if list := d.Audited(t, audit.Ask{Action: "reveal-person"}); len(list) != 121 {
		t.Errorf("%d readings kept", len(list))
	}
	key := actor.Actor{ID: apitest.NewID(), Grants: by.Grants, Key: true}
	d.must(t, 403, key, "POST", reveal, `{"purpose":"走访"}`)
}

// asking is the body of a question.
func asking(text string) string { return fmt.Sprintf(`{"q":%q}`, text) }

func TestListsAreFilteredAndPaged(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.imports(t, d.batch("list"), append(family(d.town), person.Row{Ref: "o", Name: "房东", BornOn: on(1966, 3, 3), DwellingID: d.a[0], Relation: "owner", Kind: "floating"})...)
	by := apitest.Actor(actor.Registrar, apitest.CityCode)
	for query, want := range map[string]int{
		"": 5, "age_from=75": 1, "age_from=76": 0, "age_to=35": 0, "age_to=36": 1, "age_from=59&age_to=59": 1, "age_from=60&age_to=74": 1, "alone=true": 1, "kind=overseas": 1, "kind=floating": 1,
		"tag=disabled": 1, "tag=veteran": 0, "relation=owner": 1, "dwelling=" + d.a[0].String(): 3, "dwelling=" + d.a[0].String() + "&relation=resident": 2, "gone=true": 0, "region=" + apitest.GridB: 1,
	} {
		if got := len(read[person.Page](t, d.must(t, 200, by, "GET", "/people?"+query, "")).Items); got != want {
			t.Errorf("%s: %d people, want %d", query, got, want)
		}
	}
	for _, query := range []string{"kind=x", "tag=x", "relation=x", "region=x", "building=x", "cursor=x", "age_from=x"} {
		d.must(t, 422, by, "GET", "/people?"+query, "")
	}
	d.must(t, 422, by, "POST", "/people/query", asking(strings.Repeat("王", 200)))
	seen, cursor := map[string]bool{}, ""
	for range 3 {
		page := read[person.Page](t, d.must(t, 200, by, "GET", "/people?limit=2&cursor="+cursor, ""))
		for _, p := range page.Items {
			seen[p.ID.String()] = true
		}
		cursor = page.Next
	}
	if len(seen) != 5 || cursor != "" {
		t.Errorf("%d people on three pages, then %q", len(seen), cursor)
	}
}
