package tiles

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// tally is what a set of tiles shows of cases: how many in each state, and overdue.
func (c town) tally(t *testing.T, z int, s Sight, f Filter) map[string]int {
	t.Helper()
	src, got := c.source(t, "cases"), map[string]int{}
	for _, id := range over(z, cityBox.Pad(0.02)) {
		for _, feature := range render(t, src, id, s, f)["cases"] {
			p := feature.Properties
			got["n"] += int(p["n"].(float64))
			if p["n"].(float64) == 1 {
				got[p["state"].(string)]++
				due := int64(p["due"].(float64))
				if due != 0 && due < f.Now.Unix() && running(p["state"].(string)) {
					got["overdue"]++
				}
				continue
			}
			for _, k := range append([]string{"overdue"}, States[:]...) {
				got[k] += int(p[k].(float64))
			}
		}
	}
	return got
}

// counted is the same by brute force.
func counted(all []object, now time.Time, seen func(object) bool) map[string]int {
	want := map[string]int{}
	for _, o := range all {
		if seen(o) {
			want["n"]++
			want[o.state]++
			if late(o, now) {
				want["overdue"]++
			}
		}
	}
	return want
}

func late(o object, now time.Time) bool {
	return !o.due.IsZero() && o.due.Before(now) && running(o.state)
}

func running(state string) bool {
	return slices.Contains([]string{"reported", "filed", "dispatched", "returned", "in_progress"}, state)
}

func sameTally(a, b map[string]int) bool {
	for _, k := range append([]string{"n", "overdue"}, States[:]...) {
		if a[k] != b[k] {
			return false
		}
	}
	return true
}

func (c town) testSight(t *testing.T) {
	t.Parallel()
	all := c.objects(t, "case_file")
	for name, k := range map[string]struct {
		sight Sight
		seen  func(object) bool
	}{
		"nobody":            {Sight{Prefixes: []string{""}}, func(object) bool { return false }},
		"staff of nothing":  {Sight{Staff: true}, func(object) bool { return false }},
		"everywhere":        {everywhere, func(object) bool { return true }},
		"the neighbour":     {Sight{Staff: true, Prefixes: []string{"9902", "990"}[:1]}, func(object) bool { return false }},
		"one digit further": {Sight{Staff: true, Prefixes: []string{"99010"}}, func(object) bool { return true }},
		"a district":        {Sight{Staff: true, Prefixes: []string{"990102"}}, func(o object) bool { return strings.HasPrefix(o.scope, "990102") }},
		"two districts": {Sight{Staff: true, Prefixes: []string{"990104", "990101", "990101001"}}, func(o object) bool {
			return strings.HasPrefix(o.scope, "990104") || strings.HasPrefix(o.scope, "990101")
		}},
		"a department": {Sight{Staff: true, Departments: []DepartmentScope{{"D1", "990102"}}}, func(o object) bool {
			return o.department == "D1" && strings.HasPrefix(o.scope, "990102")
		}},
		"a department and a district": {Sight{Staff: true, Prefixes: []string{"990101"}, Departments: []DepartmentScope{{"D2", ""}}}, func(o object) bool {
			return o.department == "D2" || strings.HasPrefix(o.scope, "990101")
		}},
		"a department of the neighbour": {Sight{Staff: true, Departments: []DepartmentScope{{"D1", "9902"}}}, func(object) bool { return false }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, z := range []int{6, 11} {
				got, want := c.tally(t, z, k.sight, Filter{Now: noon}), counted(all, noon, k.seen)
				if !sameTally(got, want) {
					t.Errorf("zoom %d: %v, want %v", z, got, want)
				}
			}
		})
	}
}

func TestSightKey(t *testing.T) {
	t.Parallel()
	same := []Sight{
		{Staff: true, Prefixes: []string{"990102", "990101"}, Departments: []DepartmentScope{{"D2", "9902"}, {"D1", "990102"}}},
		{Staff: true, Prefixes: []string{"990101", "990102", "990101001"}, Departments: []DepartmentScope{{"D2", "990201"}, {"D2", "9902"}}},
	}
	if same[0].Key() != same[1].Key() {
		t.Errorf("equal sights, keys %q and %q", same[0].Key(), same[1].Key())
	}
	keys := map[string]bool{}
	for _, s := range []Sight{
		{},
		{Staff: true},
		everywhere,
		{Staff: true, Prefixes: []string{"9901"}},
		{Staff: true, Departments: []DepartmentScope{{"D1", "9901"}}},
		{Staff: true, Departments: []DepartmentScope{{`D1"@|"D1`, "9901"}}},
		{Staff: true, Departments: []DepartmentScope{{"D1", ""}, {"D1", "9901"}}},
	} {
		keys[s.Key()] = true
	}
	if len(keys) != 7 {
		t.Errorf("7 different sights have %d keys: %v", len(keys), keys)
	}
}

func (c town) testFilters(t *testing.T) {
	t.Parallel()
	all := c.objects(t, "case_file")
	day := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for query, seen := range map[string]func(object) bool{
		"":                          func(object) bool { return true },
		"state=filed,closed":        func(o object) bool { return o.state == "filed" || o.state == "closed" },
		"category=02":               func(o object) bool { return strings.HasPrefix(o.category, "02") },
		"region=990103":             func(o object) bool { return strings.HasPrefix(o.scope, "990103") },
		"region=990103&grids=then":  func(o object) bool { return strings.HasPrefix(o.scope, "990103") },
		"region=990103&grids=today": func(o object) bool { return strings.HasPrefix(o.ground, "990103") },
		"overdue=true":              func(o object) bool { return late(o, noon.Truncate(time.Minute)) },
		"urged=true":                func(o object) bool { return o.urges > 0 && o.state != "closed" && o.state != "rejected" },
		"since=2026-11-21":          func(o object) bool { return !o.created.Before(day) },
		"until=2026-11-21":          func(o object) bool { return o.created.Before(day) },
		"until=2026-11-21T00:00:00Z&state=filed&overdue=false": func(o object) bool { return o.created.Before(day) && o.state == "filed" },
		"since=2026-11-21T08:00:00%2B08:00&until=2026-11-22":   func(o object) bool { return !o.created.Before(day) && o.created.Before(day.AddDate(0, 0, 1)) },
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			values, err := url.ParseQuery(query)
			if err != nil {
				t.Fatal(err)
			}
			f, wrong := ParseFilter(values, noon, time.UTC)
			if wrong != nil {
				t.Fatal(wrong)
			}
			for _, z := range []int{8, 11} {
				got, want := c.tally(t, z, everywhere, f), counted(all, f.Now, seen)
				if want["n"] == 0 || !sameTally(got, want) {
					t.Errorf("zoom %d: %v, want %v", z, got, want)
				}
			}
			neighbour := Sight{Staff: true, Prefixes: []string{"9902"}}
			if got := c.tally(t, 8, neighbour, f); got["n"] != 0 {
				t.Errorf("the neighbour sees %v", got)
			}
		})
	}
}

func TestFilterRefusals(t *testing.T) {
	t.Parallel()
	for query, where := range map[string][]string{
		"state=open":                         {"query.state"},
		"state=filed,":                       {"query.state"},
		"category=0%25":                      {"query.category"},
		"since=yesterday&until=2026-13-01":   {"query.since", "query.until"},
		"since=2026-11-22&until=2026-11-21":  {"query.until"},
		"since=0000-01-01":                   {"query.since"},
		"region=990":                         {"query.region"},
		"region=9901&region=9902":            {"query.region"},
		"overdue=yes&urged=1":                {"query.overdue", "query.urged"},
		"region=9901&grids=now":              {"query.grids"},
		"limit=5&state=nowhere&zebra=1":      {"query.limit", "query.zebra", "query.state"},
		"STATE=filed":                        {"query.STATE"},
		"region=99%3B%20DROP%20TABLE%20city": {"query.region"},
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		_, wrong := ParseFilter(values, noon, time.UTC)
		var got []string
		for _, w := range wrong {
			got = append(got, w.Location)
			if w.Message == "" {
				t.Errorf("%q: %s says nothing", query, w.Location)
			}
		}
		if !slices.Equal(got, where) {
			t.Errorf("%q: refused %v, want %v", query, got, where)
		}
	}
}

func TestFilterKey(t *testing.T) {
	t.Parallel()
	key := func(query string, now time.Time, timed bool) string {
		values, _ := url.ParseQuery(query)
		f, wrong := ParseFilter(values, now, time.UTC)
		if wrong != nil {
			t.Fatal(wrong)
		}
		return f.Key(timed)
	}
	later := noon.Add(20 * time.Second)
	muchLater := noon.Add(time.Hour)
	if key("state=closed,filed,closed", noon, false) != key("state=filed,closed", muchLater, false) {
		t.Error("equal filters have two keys")
	}
	if key("", noon, true) != key("", later, true) || key("", noon, true) == key("", muchLater, true) {
		t.Error("a timed key must change with the minute, and only with it")
	}
	if key("overdue=true", noon, false) == key("overdue=true", muchLater, false) {
		t.Error("an overdue filter depends on the time at any zoom")
	}
	if key("category=01", noon, false) == key("category=", noon, false) || key("since=2026-11-21", noon, false) == key("until=2026-11-21", noon, false) {
		t.Error("different filters share a key")
	}
}
