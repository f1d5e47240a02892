package cases_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/cases"
	"onemap/api/fault"
	"onemap/api/region"
	"onemap/geo/grid"
)

func TestOfTwoAtOnceOneWins(t *testing.T) {
	c := newCity(t)
	for range 5 {
		id := c.in(cases.Reported)
		steps := []struct {
			ctx    context.Context
			action cases.Action
		}{{c.As(actor.Operator), cases.DoFile}, {c.As(actor.Supervisor), cases.DoReject}, {c.As(actor.Supervisor), cases.DoFile}}
		errs := make([]error, len(steps))
		var group sync.WaitGroup
		for i, s := range steps {
			group.Go(func() { errs[i] = c.Cases.Step(s.ctx, id, cases.Do{Action: s.action, Note: "因为", Rev: 1}) })
		}
		group.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			refused(t, err, fault.Stale, "case.conflict")
		}
		if won != 1 || c.rev(id) != 2 || len(c.get(id).Events) != 2 {
			t.Fatalf("%d won; %v", won, errs)
		}
	}
}

func TestStepOverHTTP(t *testing.T) {
	c := newCity(t)
	server := c.serve()
	id := c.in(cases.Reported)
	operator := c.MakeKey(t, "desk", actor.Grant{Role: actor.Operator, Prefix: "9901"})
	handler := c.MakeKey(t, "machine", actor.Grant{Role: actor.Handler, Prefix: "9901", Department: "D01"})
	neighbour := c.MakeKey(t, "next door", actor.Grant{Role: actor.Operator, Prefix: apitest.StreetB})
	post := func(who, match, body string) *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/v1/cases/"+id.String()+"/steps", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		if who != "" {
			r.Header.Set("Authorization", "Bearer "+who)
		}
		if match != "" {
			r.Header.Set("If-Match", match)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	const file = `{"action":"file"}`
	for _, tt := range []struct {
		name, who, match, body string
		status                 int
		code                   string
	}{
		{"signed out", "", `"1"`, file, 401, "auth.needed"},
		{"next door", neighbour, `"1"`, file, 404, "case.missing"},
		{"without If-Match", operator, "", file, 428, "case.if_match"},
		{"an older revision", operator, `"0"`, file, 412, "case.conflict"},
		{"no revision", operator, `"x"`, file, 412, "case.conflict"},
		{"not from here", operator, `"1"`, `{"action":"close"}`, 422, "case.step"},
		{"without its note", operator, `"1"`, `{"action":"reject"}`, 422, "case.needs"},
		{"no action at all", operator, `"1"`, `{"action":"burn"}`, 422, "request.invalid"},
	} {
		if p := problemOf(t, post(tt.who, tt.match, tt.body)); p.Status != tt.status || p.Code != tt.code {
			t.Errorf("%s: %+v, want %d %s", tt.name, p, tt.status, tt.code)
		}
	}
	answer := post(operator, `W/"1"`, file)
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.Header.Get("ETag") != `"2"` {
		t.Fatalf("%d, ETag %s", answer.StatusCode, answer.Header.Get("ETag"))
	}
	if p := problemOf(t, post(operator, `"1"`, `{"action":"dispatch","department":"D01"}`)); p.Code != "case.conflict" || !strings.Contains(p.Detail, "filed") {
		t.Errorf("somebody was faster: %+v", p)
	}
	answer = post(operator, `"2"`, `{"action":"dispatch","department":"D01"}`)
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatal(answer.Status)
	}
	// Work is done by a person: a machine's key has no account to answer for it.
	if p := problemOf(t, post(handler, `"3"`, `{"action":"accept"}`)); p.Status != http.StatusForbidden || p.Code != "case.person" {
		t.Errorf("a key handles a case: %+v", p)
	}
}

func TestWhatIsOutOfSightIsNotFound(t *testing.T) {
	c := newCity(t)
	id := c.in(cases.Dispatched)
	for name, ctx := range map[string]context.Context{
		"the neighbour's operator": c.As(actor.Operator, apitest.StreetB), "another department": c.AsHandler("D02"),
		"the department elsewhere": c.AsHandler("D01", apitest.StreetB), "a planner": c.As(actor.Planner), "nobody": t.Context(),
	} {
		_, err := c.Cases.ByID(ctx, id)
		refused(t, err, fault.NotFound, "case.missing")
		err = c.Cases.Step(ctx, id, cases.Do{Action: cases.DoAccept, Rev: 3})
		refused(t, err, fault.NotFound, "case.missing")
		page, err := c.Cases.List(ctx, cases.Filter{}, 50, "")
		if err != nil || page.Total != 0 || len(page.Items) != 0 {
			t.Errorf("%s: the list has %d (%v)", name, page.Total, err)
		}
		if f, err := c.Cases.Figures(ctx, cases.Filter{Since: apitest.Start.Add(-day(1))}); err != nil || f.Open != 0 {
			t.Errorf("%s: the figures count %d (%v)", name, f.Open, err)
		}
	}
	if _, err := c.Cases.ByID(c.As(actor.Handler), id); err != nil {
		t.Errorf("the department's handler: %v", err)
	}
}

// exchanged has the polygons of the first grids of both streets.
func exchanged(c city) []grid.Region {
	ix := c.Regions.Index()
	a, _ := ix.Region(apitest.GridA)
	b, _ := ix.Region(apitest.GridB)
	a.Geom, b.Geom = b.Geom, a.Geom
	return []grid.Region{a, b}
}

func TestOpenCasesFollowARedrawAndClosedOnesKeepTheirGrid(t *testing.T) {
	c := newCity(t)
	open, closed, rejected := c.in(cases.InProgress), c.in(cases.Closed), c.in(cases.Rejected)
	done, err := c.Regions.Publish(t.Context(), region.Redraw{Source: "test", Regions: exchanged(c)})
	if err != nil || done.Moved != 1 {
		t.Fatalf("%+v, %v", done, err)
	}
	for id, want := range map[fmt.Stringer]string{open: apitest.GridB, closed: apitest.GridA, rejected: apitest.GridA} {
		var got string
		if err := c.Pool.QueryRow(t.Context(), "SELECT grid_code FROM case_file WHERE id = $1", id.String()).Scan(&got); err != nil || got != want {
			t.Errorf("grid %s, want %s (%v)", got, want, err)
		}
	}
	if _, err := c.Cases.ByID(c.As(actor.Operator, apitest.StreetA), open); !fault.Is(err, fault.NotFound) {
		t.Errorf("the old street still sees it: %v", err)
	}
	if err := c.step(c.As(actor.Handler), open, cases.DoResolve); err != nil {
		t.Errorf("the work cannot go on after a redraw: %v", err)
	}
}

// A case that ends while a redraw waits for it keeps the grid it ended in.
func TestACaseThatEndsDuringARedrawKeepsItsGrid(t *testing.T) {
	c := newCity(t)
	id := c.in(cases.Resolved)
	redraw := exchanged(c)
	conn, err := c.Pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// Half a step: the close is written and not yet committed.
	for _, sql := range []string{
		"INSERT INTO case_event (case_id, seq, prev_seq, at, action, from_state, to_state, actor_role) VALUES ($1, 6, 5, now(), 'close', 'resolved', 'closed', 'supervisor')",
		"UPDATE case_file SET state = 'closed', rev = 6 WHERE id = $1",
	} {
		if _, err := tx.Exec(t.Context(), sql, id); err != nil {
			t.Fatal(err)
		}
	}
	result := make(chan error, 1)
	go func() {
		_, err := c.Regions.Publish(context.Background(), region.Redraw{Source: "test", Regions: redraw})
		result <- err
	}()
	c.waitForLock()
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-result; err != nil {
		t.Fatal(err)
	}
	if got := c.get(id); *got.GridCode != apitest.GridA {
		t.Errorf("the ended case went to %s", *got.GridCode)
	}
}

// waitForLock returns once somebody waits for a lock in this database.
func (c city) waitForLock() {
	c.t.Helper()
	for patience := time.Now().Add(time.Minute); time.Now().Before(patience); {
		if c.rows("pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0 {
			return
		}
	}
	c.t.Fatal("nobody waits")
}
