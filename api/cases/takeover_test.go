package cases_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/cases"
	"onemap/api/link"
	"onemap/api/pg"
)

// hotline is a row of another system's export: a hole in the road, a year ago.
func hotline(ref string, state cases.State) cases.Taken {
	return cases.Taken{
		Ref: ref, Category: "06013", Text: "路面有坑", Place: "解放路12号", State: state,
		CreatedAt: apitest.Start.AddDate(-1, 0, 0), Point: apitest.InGridA,
	}
}

// take imports rows of one source at the clock's time.
func (c city) take(given []string, rows ...cases.Taken) pg.Merged {
	c.t.Helper()
	for _, r := range rows {
		if bad := cases.Check(r); len(bad) > 0 {
			c.t.Fatalf("%s: %v", r.Ref, bad)
		}
	}
	var m pg.Merged
	c.Tx(c.t, func(tx pgx.Tx) (err error) {
		ix, err := c.Regions.Hold(c.t.Context(), tx)
		if err != nil {
			return err
		}
		m, err = c.Cases.Import(c.t.Context(), tx, ix, link.Batch{Source: "hotline", Given: given, NewID: apitest.NewID, Now: c.Clock.Now()}, rows)
		return err
	})
	return m
}

// taken is the case that a row became.
func (c city) taken(ref string) cases.Case {
	c.t.Helper()
	var id uuid.UUID
	if err := c.Pool.QueryRow(context.Background(), "SELECT id FROM case_file WHERE source = 'hotline' AND source_ref = $1", ref).Scan(&id); err != nil {
		c.t.Fatal(ref, err)
	}
	return c.get(id)
}

func merged(t *testing.T, got pg.Merged, fresh, changed, unchanged int64) {
	t.Helper()
	if want := (pg.Merged{Fresh: fresh, Changed: changed, Unchanged: unchanged}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestCasesAreTakenOver(t *testing.T) {
	c := newCity(t)
	bin := c.Facility(t, "waste_basket", apitest.InGridB)
	closedAt := apitest.Start.AddDate(0, -11, 0)
	ended := hotline("ended", cases.Closed)
	ended.ClosedAt = closedAt
	scanned := hotline("scanned", cases.Filed)
	scanned.FacilityCode, scanned.Point = bin.Code.String(), apitest.InGridB
	foreign := hotline("foreign", "")
	foreign.Category, foreign.Point = "Noise - Street", apitest.Outside
	rows := []cases.Taken{
		ended, scanned, foreign, hotline("old", cases.Closed), hotline("no", cases.Rejected), hotline("new", cases.Reported), hotline("busy", cases.InProgress),
	}
	merged(t, c.take(nil, rows...), 7, 0, 0)
	merged(t, c.take(nil, rows...), 0, 0, 7)

	now := apitest.Start
	for _, tt := range []struct {
		ref    string
		state  cases.State
		events int
		due    time.Time
	}{
		{"ended", cases.Closed, 2, time.Time{}},
		{"scanned", cases.Filed, 1, now.Add(30 * time.Minute)},
		{"foreign", cases.Reported, 1, now.Add(30 * time.Minute)},
		{"old", cases.Closed, 1, time.Time{}},
		{"no", cases.Rejected, 1, time.Time{}},
		{"new", cases.Reported, 1, now.Add(30 * time.Minute)},
		{"busy", cases.Filed, 1, now.Add(30 * time.Minute)},
	} {
		got := c.taken(tt.ref)
		if got.State != tt.state || len(got.Events) != tt.events || got.Rev != int64(tt.events) || got.Channel != "import" {
			t.Errorf("%s: %s with %d events at %d by %s", tt.ref, got.State, len(got.Events), got.Rev, got.Channel)
		}
		if tt.due.IsZero() != (got.DueAt == nil) || got.DueAt != nil && !got.DueAt.Equal(tt.due) {
			t.Errorf("%s is due %v, want %v", tt.ref, got.DueAt, tt.due)
		}
		if !got.CreatedAt.Equal(now.AddDate(-1, 0, 0)) || !got.Events[0].At.Equal(got.CreatedAt) || !strings.HasPrefix(got.Number, "20250302-9901") {
			t.Errorf("%s: %s of %v begins at %v", tt.ref, got.Number, got.CreatedAt, got.Events[0].At)
		}
	}
	if e := c.taken("ended").Events[1]; !e.At.Equal(closedAt) || e.Action != cases.DoImport || e.From != cases.Reported {
		t.Errorf("the end of a case that has one: %+v", e)
	}
	if got := c.taken("scanned"); got.FacilityCode == nil || *got.FacilityCode != bin.Code.Raw() || *got.GridCode != apitest.GridB {
		t.Errorf("the bin's case is about %v in %v", got.FacilityCode, got.GridCode)
	}
	if got := c.taken("foreign"); got.Category != cases.Other || got.Title != "Noise - Street" || got.CategoryName != "其他事项" || got.GridCode != nil {
		t.Errorf("a word of another system became %s %q in %v", got.Category, got.Title, got.GridCode)
	}
	if got := c.taken("busy"); !strings.Contains(got.Events[0].Note, "in_progress") {
		t.Errorf("it is not said where the case stood: %q", got.Events[0].Note)
	}
	if n := c.rows("case_file WHERE words @@ 'noise'::tsquery"); n != 1 {
		t.Errorf("%d cases are found by a word of the title", n)
	}
	if n := c.rows("(SELECT FROM case_file GROUP BY receipt_hash HAVING count(*) > 1) d"); n != 0 {
		t.Error("two cases have one receipt")
	}
	if n := c.rows("change_inbox WHERE kind = 'bulk' AND object = 'case'"); n != 1 {
		t.Errorf("two imports, one of which brought nothing, were announced %d times", n)
	}
}

func TestATakenCaseFollowsItsSystemUntilSomebodyHereActs(t *testing.T) {
	c := newCity(t)
	merged(t, c.take(nil, hotline("a", cases.Reported), hotline("b", cases.Reported), hotline("c", cases.Closed)), 3, 0, 0)
	id := c.taken("b").ID
	if err := c.step(c.As(actor.Operator), id, cases.DoFile); err != nil {
		t.Fatal(err)
	}
	c.Clock.Advance(day(1))
	a, b, reopened := hotline("a", cases.Closed), hotline("b", cases.Closed), hotline("c", cases.Filed)
	a.ClosedAt = c.Clock.Now().Add(-time.Hour)
	merged(t, c.take(nil, a, b, reopened), 0, 2, 1)
	if got := c.taken("a"); got.State != cases.Closed || got.Rev != 2 || got.DueAt != nil || !got.Events[1].At.Equal(a.ClosedAt) {
		t.Errorf("a is %s at %d, due %v: %+v", got.State, got.Rev, got.DueAt, got.Events)
	}
	if got := c.taken("b"); got.State != cases.Filed || got.Rev != 2 {
		t.Errorf("what was filed here became %s at %d", got.State, got.Rev)
	}
	if got := c.taken("c"); got.State != cases.Filed || got.DueAt == nil || !got.DueAt.Equal(c.Clock.Now().Add(30*time.Minute)) {
		t.Errorf("what is open again there is %s, due %v", got.State, got.DueAt)
	}
	merged(t, c.take(nil, a, b, reopened), 0, 0, 3)

	// A correction of what it says is an event, too; of columns not given nothing is lost.
	a.Category, a.Text, a.Point = "06010", "", apitest.InGridB
	merged(t, c.take([]string{"ref", "category"}, a), 0, 1, 0)
	if got := c.taken("a"); got.Category != "06010" || got.CategoryName != "暴露垃圾" || got.Title != "暴露垃圾" || got.Text != "路面有坑" || *got.GridCode != apitest.GridA || got.Rev != 3 {
		t.Errorf("%s %q %q at %d", got.Category, got.Title, got.Text, got.Rev)
	}
	merged(t, c.take([]string{"ref", "x", "y"}, a), 0, 1, 0)
	if got := c.taken("a"); *got.GridCode != apitest.GridB {
		t.Errorf("it lies in %s", *got.GridCode)
	}
	// A row that only claims to be about a resident's own report changes nothing.
	own := c.Report(t, apitest.InGridA)
	row := hotline("z", cases.Closed)
	row.ID = own.ID
	merged(t, c.take(nil, row), 0, 0, 1)
	if got := c.get(own.ID); got.State != cases.Reported {
		t.Errorf("a resident's report became %s", got.State)
	}
	found, err := c.Cases.Find(t.Context(), c.Pool, "hotline", []cases.Taken{row, a, hotline("unknown", "")})
	if err != nil || found[0].ID != own.ID || found[1].ID != c.taken("a").ID || found[2].ID != uuid.Nil {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestRowsOfCasesAreChecked(t *testing.T) {
	t.Parallel()
	bad := hotline("x", "somewhere")
	bad.Concern, bad.FacilityCode, bad.Text = "ugly", "??", strings.Repeat("长", 4001)
	bad.ClosedAt, bad.Point = bad.CreatedAt.AddDate(0, 0, -2), orb.Point{}
	got := map[string]bool{}
	for _, f := range cases.Check(bad) {
		got[f.Location] = true
	}
	for _, want := range []string{"state", "concern", "facility_code", "text", "closed_at", "lon"} {
		if !got[want] {
			t.Errorf("%s is not refused: %v", want, got)
		}
	}
	sound := hotline("x", cases.Closed)
	sound.ClosedAt = sound.CreatedAt.Add(-time.Hour) // an export of days
	if bad := cases.Check(sound); bad != nil {
		t.Error(bad)
	}
	if bad := cases.Check(cases.Taken{}); len(bad) != 2 {
		t.Errorf("an empty row lacks %v", bad)
	}
}

// zurich reads the reports of a city, from the beginning of ten years of them; the points are left out of
// the city's map, for they are in a projection of their own.
func zurich(t *testing.T) []cases.Taken {
	root := os.Getenv("ONEMAP_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	file, err := os.Open(filepath.Join(root, "data", "incidents", "zurich-zueriwieneu-reports-2016-2025.csv"))
	if err != nil {
		t.Skipf("shared sample data is not here (%v); set ONEMAP_SHARED to its folder", err)
	}
	defer file.Close()
	list, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	list = list[1:]
	if os.Getenv("ONEMAP_WHOLE") == "" {
		list = list[:6000] // over one chunk; ONEMAP_WHOLE=1 takes all 62,245
	}
	var rows []cases.Taken
	for i, r := range list {
		at, err := time.Parse(time.DateOnly, r[0])
		if err != nil {
			t.Fatal(err)
		}
		e, _ := strconv.ParseFloat(r[3], 64)
		n, _ := strconv.ParseFloat(r[4], 64)
		// 12.5 km of Zürich pressed into the test's city.
		p := orb.Point{113.30 + (e-2677064)/12600*0.04, 23.40 + (n-1241838)/12400*0.02}
		rows = append(rows, cases.Taken{Ref: fmt.Sprint(i), Category: r[2], CreatedAt: at, State: cases.Closed, Point: p, Given: cases.GivenPoint{CRS: "EPSG:2056", X: e, Y: n}})
	}
	return rows
}

func TestReportsOfARealCityComeInAtOnce(t *testing.T) {
	c := newCity(t)
	rows := zurich(t)
	run := func() (m pg.Merged, took time.Duration) {
		began := time.Now()
		for from := 0; from < len(rows); from += 5000 {
			m = m.Add(c.take(nil, rows[from:min(from+5000, len(rows))]...))
		}
		return m, time.Since(began)
	}
	m, took := run()
	merged(t, m, int64(len(rows)), 0, 0)
	t.Logf("%d cases in %v", len(rows), took)
	m, took = run()
	merged(t, m, 0, 0, int64(len(rows)))
	t.Logf("again in %v", took)
	if n := c.rows("case_file c WHERE NOT EXISTS (SELECT FROM case_event e WHERE e.case_id = c.id AND e.seq = c.rev AND e.to_state = c.state)"); n != 0 {
		t.Errorf("%d cases are not the fold of their events", n)
	}
	if n := c.rows("case_file WHERE grid_code IS NULL"); n != 0 {
		t.Errorf("%d cases lie in no grid", n)
	}
}
