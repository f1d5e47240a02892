package boot

import (
	"bytes"
	"testing"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/audit"
)

// audited seals what there is and gives the entries behind a place.
func (p *program) audited(t *testing.T, behind int64) (list []audit.Found, newest int64) {
	t.Helper()
	h, err := p.Sealer.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found, err := audit.Search(t.Context(), p.Pool, actor.Everywhere(), audit.Ask{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range found {
		if e.Seq > behind {
			list = append(list, e)
		}
	}
	return list, h.Seq
}

// Whatever changes something over HTTP leaves an entry, as does each look at
// people; what is refused for its form and what is public leave none.
func TestWhatIsDoneOverHTTPIsAudited(t *testing.T) {
	t.Parallel()
	p := start(t)
	registrar, operator := p.key(t, actor.Registrar, apitest.CityCode), p.key(t, actor.Operator, apitest.StreetA)
	auditor, elsewhere := p.key(t, actor.Auditor, apitest.CityCode), p.key(t, actor.Auditor, apitest.StreetB)
	const js = "application/json"
	report := `{"facility_code":"` + p.facility.Code.Raw() + `","concern":"broken","text":"靠背断了"}`
	var photo bytes.Buffer
	if err := smallJPEG(&photo); err != nil {
		t.Fatal(err)
	}
	_, seen := p.audited(t, 0)
	for _, c := range []struct {
		method, path, key, media, body string
		header                         map[string]string
		status                         int
		action, outcome, kind, scope   string
	}{
		{"POST", "/api/v1/reports", "", js, report, map[string]string{"Idempotency-Key": "0123456789abcdef"}, 201, "report", "done", "case", apitest.GridA},
		{"POST", "/api/v1/photos", "", "image/jpeg", photo.String(), nil, 201, "upload-photo", "done", "", ""},
		{"POST", "/api/v1/reports", "", js, `{}`, map[string]string{"Idempotency-Key": "0123456789abcdeg"}, 422, "", "", "", ""},
		{"POST", "/api/v1/cases/" + p.receipt.ID.String() + "/steps", operator, js, `{"action":"file"}`, map[string]string{"If-Match": `"1"`}, 200, "take-step", "done", "case", apitest.GridA},
		{"POST", "/api/v1/cases/" + p.receipt.ID.String() + "/steps", operator, js, `{"action":"file"}`, map[string]string{"If-Match": `"1"`}, 412, "", "", "", ""},
		{"POST", "/api/v1/people", registrar, js, `{"name":"甲"}`, nil, 201, "create-person", "done", "person", ""},
		{"POST", "/api/v1/people/query", registrar, js, `{"q":"甲"}`, nil, 200, "query-people", "done", "person", apitest.CityCode},
		{"GET", "/api/v1/people?tag=veteran", registrar, js, "", nil, 200, "list-people", "done", "person", apitest.CityCode},
		{"POST", "/api/v1/search", registrar, js, `{"q":"甲"}`, nil, 200, "search-all", "done", "person", apitest.CityCode},
		{"POST", "/api/v1/search", "", js, `{"q":"甲"}`, nil, 200, "", "", "", ""},
		{"DELETE", "/api/v1/mappings/m", operator, js, "", nil, 403, "delete-mapping", "refused", "", apitest.StreetA},
		{"DELETE", "/api/v1/mappings/m", registrar, js, "", nil, 404, "", "", "", ""},
		{"PUT", "/api/v1/mappings/m", registrar, js, `{"kind":"organisations"}`, nil, 204, "put-mapping", "done", "", apitest.CityCode},
		{"DELETE", "/api/v1/mappings/m", registrar, js, "", nil, 204, "delete-mapping", "done", "", apitest.CityCode},
		{"DELETE", "/api/v1/mappings/m", registrar, js, "", nil, 404, "", "", "", ""},
		{"GET", "/api/v1/exports/services", registrar, js, "", nil, 200, "export", "done", "service", apitest.CityCode},
		{"POST", "/api/v1/session", "", js, `{"login":"registrar","password":"nonsense"}`, nil, 401, "sign-in", "refused", "account", ""},
		{"POST", "/api/v1/session", "", js, `{"login":"registrar","password":"` + apitest.Password + `"}`, nil, 200, "sign-in", "done", "account", apitest.CityCode},
		{"DELETE", "/api/v1/session", "", js, "", nil, 204, "sign-out", "done", "", ""},
		{"GET", "/api/v1/services", "", js, "", nil, 200, "", "", "", ""},
		{"GET", "/api/v1/audit", auditor, js, "", nil, 200, "", "", "", ""},
		{"GET", "/api/v1/audit", registrar, js, "", nil, 403, "", "", "", ""},
		{"GET", "/api/v1/audit.csv?kind=person", auditor, js, "", nil, 200, "export-audit", "done", "audit", apitest.CityCode},
		{"GET", "/api/v1/audit?object=x", auditor, js, "", nil, 422, "", "", "", ""},
		{"POST", "/api/v1/nothing", registrar, js, "{}", nil, 404, "", "", "", ""},
	} {
		if s := p.send(t, somebody{key: c.key}, call{method: c.method, address: c.path, media: c.media, body: c.body, header: c.header}); s.status != c.status {
			t.Errorf("%s %s: %d, want %d: %s", c.method, c.path, s.status, c.status, s.body)
			continue
		}
		var list []audit.Found
		list, seen = p.audited(t, seen)
		if c.action == "" {
			if len(list) > 0 {
				t.Errorf("%s %s (%d) left %+v", c.method, c.path, c.status, list)
			}
			continue
		}
		if len(list) != 1 {
			t.Errorf("%s %s left %d entries: %+v", c.method, c.path, len(list), list)
			continue
		}
		if e := list[0]; e.Action != c.action || e.Outcome != c.outcome || e.Kind != c.kind || e.Scope != c.scope || e.Request == "" || (e.ActorKind == audit.ByNobody) != (c.key == "" && (c.path != "/api/v1/session" || c.status != 200)) {
			t.Errorf("%s %s left %+v", c.method, c.path, e)
		}
	}
	// A resident's address is its network, of whoever is at the door the whole one.
	whole, _ := p.audited(t, 0)
	for _, e := range whole {
		if want := map[string]string{"report": "127.0.0.0/24", "sign-in": "127.0.0.1"}[e.Action]; want != "" && e.Address != want {
			t.Errorf("%s from %q, want %q", e.Action, e.Address, want)
		}
	}
	// Whoever watches street B sees nothing of street A, nor of the city.
	if _, body := p.get(t, "/api/v1/audit", elsewhere); !bytes.Contains(body, []byte(`"items":[]`)) {
		t.Errorf("the auditor of another street: %s", body)
	}
	if _, body := p.get(t, "/api/v1/audit?action=take-step", auditor); !bytes.Contains(body, []byte(p.receipt.ID.String())) {
		t.Errorf("the auditor of the city: %s", body)
	}
	// What was done a moment ago is in the answer, though nothing has sealed it since.
	p.send(t, somebody{}, call{method: "POST", address: "/api/v1/reports", media: js, body: report, header: map[string]string{"Idempotency-Key": "0123456789abcdeh"}})
	if _, body := p.get(t, "/api/v1/audit?action=report", auditor); bytes.Count(body, []byte(`"action":"report"`)) != 2 {
		t.Errorf("two reports, one made a moment ago: %s", body)
	}
	// Who verified is told, and a head that is kept elsewhere is one line that verifies.
	watcher, err := p.Auth.Account(t.Context(), "auditor")
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Sealer.Verify(actor.With(t.Context(), watcher), nil)
	if err != nil || !r.OK() {
		t.Errorf("%+v, %v", r, err)
	}
	if _, body := p.get(t, "/api/v1/audit/verification", auditor); !bytes.Contains(body, []byte(`"last_by":"`+watcher.Name+`"`)) || !bytes.Contains(body, []byte(`"last_findings":0`)) {
		t.Errorf("the last verification: %s", body)
	}
	if _, body := p.get(t, "/api/v1/audit?action=sign-in", auditor); !bytes.Contains(body, []byte(`"actor_name":"王registrar"`)) {
		t.Errorf("who signed in: %s", body)
	}
	status, media, line := p.getTyped(t, "/api/v1/audit/head.jsonl", auditor)
	heads, err := audit.ReadHeads(bytes.NewReader(line))
	if status != 200 || media != "application/x-ndjson" || err != nil || len(heads) != 1 {
		t.Fatalf("%d %s %s: %v", status, media, line, err)
	}
	if r, err := p.Sealer.Verify(t.Context(), nil, heads...); err != nil || !r.OK() || r.Heads == 0 {
		t.Errorf("against the head: %+v, %v", r, err)
	}
	if status, _, _ := p.getTyped(t, "/api/v1/audit/head.jsonl", registrar); status != 403 {
		t.Errorf("a registrar gets the head: %d", status)
	}
}
