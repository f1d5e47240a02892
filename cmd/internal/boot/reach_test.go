package boot

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/apitest"
)

// What is ours cannot be taken into something of theirs: a dwelling of ours by a
// person of theirs, a photo of ours by a step in a case of theirs.
func TestNothingOfOursIsTakenIntoTheirs(t *testing.T) {
	t.Parallel()
	p, city := open(t)
	ours := p.ours(t, city, p.owners(t), nothing())
	next := p.account(t, "registrar.b", actor.Registrar, apitest.StreetB)
	desk := p.account(t, "operator.b", actor.Operator, apitest.StreetB)
	send := func(by somebody, path, etag string, body any) said {
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		c := call{method: http.MethodPost, address: "/api/v1" + path, media: "application/json", body: string(b), header: map[string]string{"X-Purpose": "check"}}
		if etag != "" {
			c.header["If-Match"] = etag
		}
		return p.send(t, by, c)
	}
	rows := func(sql string) (n int) {
		if err := city.Pool.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	today := time.Now().Format(time.DateOnly)
	before := rows("SELECT count(*) FROM dwelling") + rows("SELECT count(*) FROM organisation")
	for path, body := range map[string]map[string]any{
		"/people":    {"name": "赵小山", "born_on": "1990-01-01", "dwelling_id": ours["dwelling_id"], "since": today},
		"/dwellings": {"building_id": ours["building_id"], "code": "777"},
	} {
		if s := send(next, path, "", body); s.status != http.StatusNotFound && s.status != http.StatusUnprocessableEntity || strings.Contains(s.body, "青禾") {
			t.Errorf("%s into ours: %d %s", path, s.status, s.body)
		}
	}
	if after := rows("SELECT count(*) FROM dwelling") + rows("SELECT count(*) FROM organisation"); after != before {
		t.Errorf("%d rooms and shops, %d before", after, before)
	}

	// An organisation of theirs is not tied to what is ours, which is to them as
	// what there is not; who sees both may tie it, and then it stays tied.
	both := p.account(t, "registrar.both", actor.Registrar, apitest.CityCode)
	shop := func(field string, id any) map[string]any {
		return map[string]any{"name": "新店", "kind": "company", "lon": apitest.InGridB[0], "lat": apitest.InGridB[1], field: id}
	}
	own := p.made(t, next, "POST", "/organisations", shop("phone", ""))
	change := func(by somebody, body map[string]any) said {
		at := p.send(t, by, call{method: http.MethodGet, address: "/api/v1/organisations/" + own})
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		return p.send(t, by, call{method: http.MethodPatch, address: "/api/v1/organisations/" + own, media: "application/json", body: string(b), header: map[string]string{"If-Match": at.etag}})
	}
	for _, field := range []string{"building_id", "dwelling_id"} {
		for what, tie := range map[string]func(id any) said{
			"entered": func(id any) said { return send(next, "/organisations", "", shop(field, id)) },
			"changed": func(id any) said { return change(next, map[string]any{field: id}) },
		} {
			s, none := tie(ours[field]), tie(uuid.NewString())
			if s.status != http.StatusUnprocessableEntity || !strings.Contains(s.body, `"body.`+field+`"`) || s.status != none.status || s.body != none.body {
				t.Errorf("%s with our %s: %d %s; with none: %d %s", what, field, s.status, s.body, none.status, none.body)
			}
		}
		if s := change(both, map[string]any{field: ours[field]}); s.status != http.StatusOK {
			t.Errorf("who sees both ties %s: %d %s", field, s.status, s.body)
		}
		if s := change(next, map[string]any{"phone": "1380000" + fmt.Sprint(len(field))}); s.status != http.StatusOK || !strings.Contains(s.body, ours[field].(string)) {
			t.Errorf("tied to %s it cannot be changed: %d %s", field, s.status, s.body)
		}
	}

	theirs := city.Report(t, apitest.InGridB)
	at := p.send(t, desk, call{method: http.MethodGet, address: "/api/v1/cases/" + theirs.ID.String()})
	if s := send(desk, "/cases/"+theirs.ID.String()+"/steps", at.etag, map[string]any{"action": "file", "photos": []string{p.photo}}); s.status != http.StatusUnprocessableEntity || !strings.Contains(s.body, "report.photos") {
		t.Errorf("our photo in a step of theirs: %d %s", s.status, s.body)
	}
	if s := send(desk, "/cases/"+theirs.ID.String()+"/steps", at.etag, map[string]any{"action": "file"}); s.status/100 != 2 {
		t.Errorf("without it: %d %s, so it proves nothing", s.status, s.body)
	}
	if s := p.send(t, desk, call{method: http.MethodGet, address: "/api/v1/photos/" + p.photo}); s.status != http.StatusNotFound {
		t.Errorf("our photo is sent to them: %d", s.status)
	}
}
