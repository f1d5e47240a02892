package cases_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/cases"
	"onemap/api/fault"
)

// crowd fills a city with cases in every state over several days, and gives
// them back whole.
func crowd(c city, n int) []cases.Case {
	c.t.Helper()
	rng := rand.New(rand.NewPCG(7, 7))
	bench := c.Facility(c.t, "bench", apitest.InGridB)
	for i := range n {
		c.Clock.Advance(time.Duration(rng.IntN(5)) * time.Hour) // some at the very same moment
		report := rubbish(113.295+rng.Float64()*0.05, 23.40+rng.Float64()*0.02)
		report.Category = []string{"06010", "06012", "01023", "10002"}[rng.IntN(4)]
		report.Text = []string{"路边有垃圾", "100% broken_down", "Manhole OPEN", `back\slash`}[rng.IntN(4)]
		report.Place = fmt.Sprintf("解放路%d号", i)
		if i%5 == 0 {
			report.Place = fmt.Sprintf("放路%d号解放桥", i) // each pair of 解放路, but not 解放路
		}
		if i%7 == 0 {
			report = cases.Report{FacilityCode: bench.Code.Raw(), Concern: "broken"}
		}
		ctx := c.t.Context()
		if i%3 == 0 {
			ctx = c.As(actor.Worker)
		}
		r, err := c.Cases.Report(ctx, key(), report)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, a := range paths[cases.States[rng.IntN(len(cases.States))]] {
			c.Clock.Advance(time.Duration(rng.IntN(180)) * time.Minute)
			if err := c.step(c.As(taker(a)), r.ID, a); err != nil {
				c.t.Fatal(err)
			}
		}
		if got := c.get(r.ID); i%3 == 1 && got.State.Open() {
			if err := c.Cases.Step(c.As(actor.Leader), r.ID, cases.Do{Action: cases.DoUrge, Note: "请尽快", Rev: got.Rev}); err != nil {
				c.t.Fatal(err)
			}
		}
	}
	return c.all()
}

// all reads every case by its id, without the list.
func (c city) all() (list []cases.Case) {
	c.t.Helper()
	rows, err := c.Pool.Query(context.Background(), "SELECT id FROM case_file ORDER BY created_at DESC, id DESC")
	if err != nil {
		c.t.Fatal(err)
	}
	var ids []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			c.t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		c.t.Fatal(err)
	}
	for _, id := range ids {
		list = append(list, c.get(id))
	}
	return list
}

// takes is the filter in Go.
func takes(f cases.Filter, k cases.Case, me actor.Actor, now time.Time) bool {
	running := slices.Contains([]cases.State{cases.Reported, cases.Filed, cases.Dispatched, cases.Returned, cases.InProgress}, k.State)
	text := strings.Contains(k.Number, f.Text) || strings.Contains(k.Title, f.Text) || strings.Contains(strings.ToLower(k.TitleEn), f.Text) || strings.Contains(k.Place, f.Text)
	switch f.Text {
	case "%", "_", `\`:
		text = true // nothing to look for
	case "jfl":
		text = strings.Contains(k.Place, "解放路")
	}
	if k.FacilityCode != nil {
		text = text || strings.HasPrefix(*k.FacilityCode, strings.ToUpper(f.Text))
	}
	return me.Cases().Holds(k.ScopeCode, department(k.Row)) &&
		(len(f.States) == 0 || slices.Contains(f.States, k.State)) &&
		strings.HasPrefix(k.Category, f.Category) && strings.HasPrefix(k.ScopeCode, f.Region) &&
		(f.Since.IsZero() || !k.CreatedAt.Before(f.Since)) && (f.Until.IsZero() || k.CreatedAt.Before(f.Until)) &&
		(!f.Overdue || running && k.DueAt.Before(now)) &&
		(!f.Urged || k.Urges > 0 && k.State.Open()) &&
		(!f.Mine || slices.ContainsFunc(k.Events, func(e cases.Event) bool { return e.ActorName == me.Name })) &&
		(f.Text == "" || text)
}

func department(r cases.Row) string {
	if r.Department == nil {
		return ""
	}
	return *r.Department
}

// randomFilter draws each part of a filter now and then.
func randomFilter(rng *rand.Rand, all []cases.Case) (f cases.Filter) {
	some := all[rng.IntN(len(all))]
	other := all[rng.IntN(len(all))]
	maybe := func(set func()) {
		if rng.IntN(4) == 0 {
			set()
		}
	}
	maybe(func() { f.States = []cases.State{some.State, other.State} })
	maybe(func() { f.Category = some.Category[:2+rng.IntN(4)] })
	maybe(func() { f.Since = some.CreatedAt })
	maybe(func() { f.Until = other.CreatedAt.Add(time.Minute) })
	maybe(func() {
		f.Region = some.ScopeCode[:min(len(some.ScopeCode), []int{4, 6, 9, 12, 15}[rng.IntN(5)])]
	})
	maybe(func() { f.Overdue = true })
	maybe(func() { f.Urged = true })
	maybe(func() { f.Mine = true })
	maybe(func() {
		texts := []string{"100%", "n_d", "垃圾", "manhole", `\`, "解放路1", "解放路", "jfl", "桥", some.Number[9:], some.Number[:12], "%", "_", "破损"}
		if some.FacilityCode != nil {
			texts = append(texts, strings.ToLower((*some.FacilityCode)[:5]))
		}
		f.Text = texts[rng.IntN(len(texts))]
	})
	return f
}

func TestTheListIsTheFilter(t *testing.T) {
	c := newCity(t)
	all := crowd(c, 50)
	actors := []actor.Actor{
		apitest.Actor(actor.Supervisor), apitest.Actor(actor.Operator, apitest.StreetA), apitest.Actor(actor.Worker, apitest.GridA, apitest.StreetB),
		apitest.Handler("D01"), apitest.Handler("D01", apitest.StreetA), apitest.Handler("D02"), apitest.Actor(actor.Planner),
	}
	rng := rand.New(rand.NewPCG(3, 4))
	found := 0
	for n := range 250 {
		me := actors[n%len(actors)]
		f := randomFilter(rng, all)
		var want []string
		for _, k := range all {
			if takes(f, k, me, c.Clock.Now()) {
				want = append(want, k.Number)
			}
		}
		page, err := c.Cases.List(actor.With(t.Context(), me), f, 200, "")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range page.Items {
			got = append(got, r.Number)
		}
		if !slices.Equal(got, want) || page.Total != int64(len(want)) || page.Next != "" {
			t.Fatalf("%s with %+v:\n got %v\nwant %v", me.Login, f, got, want)
		}
		found += len(want)
	}
	if found < 200 {
		t.Errorf("only %d found in all: the filters prove nothing", found)
	}
}

func TestPagesAreCompleteWhileReportsArrive(t *testing.T) {
	c := newCity(t)
	for range 23 { // all at the same moment: the id decides
		c.City.Report(t, apitest.InGridA)
	}
	before := c.all()
	var got []string
	after := ""
	for {
		page, err := c.Cases.List(c.As(actor.Supervisor), cases.Filter{}, 5, after)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Items {
			got = append(got, r.Number)
		}
		if after = page.Next; after == "" {
			break
		}
		c.Clock.Advance(time.Second)
		c.City.Report(t, apitest.InGridA)
	}
	var want []string
	for _, k := range before {
		want = append(want, k.Number)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %d %v\nwant %d %v", len(got), got, len(want), want)
	}
	for _, bad := range []string{"x", "????", "eyJhIjoxfQ"} {
		_, err := c.Cases.List(c.As(actor.Supervisor), cases.Filter{}, 5, bad)
		_ = refused(t, err, fault.Invalid, "case.cursor")
	}
}

func TestFiguresEqualACount(t *testing.T) {
	c := newCity(t)
	all := crowd(c, 50)
	for _, tt := range []struct {
		by     actor.Actor
		region string
		since  time.Time
	}{
		{apitest.Actor(actor.Supervisor), "", time.Time{}},
		{apitest.Actor(actor.Supervisor), apitest.StreetA, time.Time{}},
		{apitest.Actor(actor.Operator, apitest.StreetB), "", apitest.Start.Add(day(2))},
		{apitest.Handler("D01"), "9901", time.Time{}},
	} {
		now := c.Clock.Now()
		got, err := c.Cases.Figures(actor.With(t.Context(), tt.by), cases.Filter{Region: tt.region, Since: tt.since})
		if err != nil {
			t.Fatal(err)
		}
		local := now.In(apitest.Zone)
		midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, apitest.Zone)
		want := cases.Figures{ByState: map[cases.State]int64{}}
		for _, s := range cases.States {
			want.ByState[s] = 0
		}
		hours := map[int64]int64{}
		judged, onTime := 0.0, 0.0
		for _, k := range all {
			if takes(cases.Filter{Region: tt.region}, k, tt.by, now) {
				hours[k.CreatedAt.Truncate(time.Hour).Unix()]++
			}
			if !takes(cases.Filter{Region: tt.region, Since: tt.since}, k, tt.by, now) {
				continue
			}
			want.ByState[k.State]++
			if k.State.Open() {
				want.Open++
			}
			if takes(cases.Filter{Overdue: true}, k, tt.by, now) {
				want.Overdue++
			}
			if takes(cases.Filter{Urged: true}, k, tt.by, now) {
				want.Urged++
			}
			if !k.CreatedAt.Before(midnight) {
				want.Today++
			}
			if last := k.Events[len(k.Events)-1]; k.State == cases.Closed {
				if !last.At.Before(midnight) {
					want.ClosedToday++
				}
				judged++
				if resolved := k.Events[len(k.Events)-2]; !resolved.At.After(*k.DueAt) {
					onTime++
				}
			}
		}
		if fmt.Sprint(got.ByState) != fmt.Sprint(want.ByState) || got.Open != want.Open || got.Overdue != want.Overdue || got.Urged != want.Urged || got.Today != want.Today || got.ClosedToday != want.ClosedToday {
			t.Errorf("%s in %q: got %+v, want %+v", tt.by.Login, tt.region, got, want)
		}
		if (judged == 0) != (got.OnTimeShare == nil) || judged > 0 && *got.OnTimeShare != onTime/judged {
			t.Errorf("on time: %v, want %v of %v", got.OnTimeShare, onTime, judged)
		}
		if len(got.Hours) != 24 || !got.Hours[23].At.Equal(now.Truncate(time.Hour)) {
			t.Fatalf("hours: %v", got.Hours)
		}
		for _, h := range got.Hours {
			if h.Count != hours[h.At.Unix()] {
				t.Errorf("%v: %d reports, want %d", h.At, h.Count, hours[h.At.Unix()])
			}
		}
	}
}

func TestAFilterSaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	_, err := cases.ParseFilter("reported,burning", "x", "yesterday", "2026-13-01", "99-01", apitest.Zone)
	got := locations(refused(t, err, fault.Invalid, "case.filter"))
	for _, want := range []string{"query.state", "query.category", "query.since", "query.until", "query.region"} {
		if got[want] == "" {
			t.Errorf("%s is not named in %v", want, got)
		}
	}
	f, err := cases.ParseFilter("reported,,filed", "06", "2026-03-02", "2026-03-02T08:00:00+08:00", "9901", apitest.Zone)
	if err != nil || len(f.States) != 2 || !f.Since.Equal(apitest.Start.Add(-8*time.Hour)) || !f.Until.Equal(apitest.Start) {
		t.Errorf("%+v, %v", f, err)
	}
}

// What waits for a department is counted of the cases in sight, and of no others.
func TestLoadsOfDepartments(t *testing.T) {
	t.Parallel()
	c := city{apitest.New(t), t}
	all := crowd(c, 60)
	for name, by := range map[string]actor.Actor{
		"the city": apitest.Actor(actor.Administrator), "street B": apitest.Actor(actor.Leader, apitest.StreetB), "a handler": apitest.Handler("D02"), "a planner": apitest.Actor(actor.Planner),
	} {
		want := map[string]cases.Load{}
		now := c.Clock.Now()
		for _, x := range all {
			d := x.Department
			if d == nil || !by.Cases().Holds(x.ScopeCode, *d) || x.State == cases.Closed || x.State == cases.Rejected {
				continue
			}
			l := want[*d]
			l.Department, l.Open = *d, l.Open+1
			if x.DueAt != nil && x.DueAt.Before(now) && x.State != cases.Suspended && x.State != cases.Resolved {
				l.Overdue++
			}
			want[*d] = l
		}
		got, err := c.Cases.Loads(actor.With(t.Context(), by))
		if err != nil || len(got) != len(want) {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, want)
		}
		for _, l := range got {
			if l != want[l.Department] {
				t.Errorf("%s: %+v, want %+v", name, l, want[l.Department])
			}
		}
		if name == "the city" && len(got) == 0 {
			t.Error("nothing waits, so it proves nothing")
		}
	}
}
