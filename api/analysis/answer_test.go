package analysis_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/analysis"
	"onemap/api/apitest"
	"onemap/api/fault"
)

// What PostGIS says of single people and what is told of groups of them differ
// by less than the groups are large; and the list behind the figures, which is
// of buildings, agrees with PostGIS to the last person.
func TestTheAnswerAgreesWithPostGIS(t *testing.T) {
	t.Parallel()
	w := ordinary(t, 1)
	for _, metres := range []int{100, 300, 500, 800, 1500, 3000} {
		var people, uncovered, buildings int
		err := w.Root.QueryRow(t.Context(), `
WITH aged AS (SELECT b.id, b.point, count(*) AS n FROM person p JOIN building b ON b.id = p.building_id
    WHERE p.left_on IS NULL AND p.born_on <= date '2026-03-02' - interval '60 years' GROUP BY b.id),
far AS (SELECT a.n, NOT EXISTS (SELECT FROM service s WHERE s.kind = 'canteen' AND ST_DWithin(s.point::geography, a.point::geography, $1)) AS missed FROM aged a)
SELECT sum(n), COALESCE(sum(n) FILTER (WHERE missed), 0), count(*) FILTER (WHERE missed) FROM far`, metres).Scan(&people, &uncovered, &buildings)
		if err != nil {
			t.Fatal(err)
		}
		c := w.ask(t, planner(w), elderly(metres))
		if off := c.Totals.People - people; off < -5 || off > 5 {
			t.Errorf("%d people are told of %d", c.Totals.People, people)
		}
		if off := math.Abs(float64(c.Totals.Uncovered - uncovered)); off > 0.08*float64(people) {
			t.Errorf("within %d m: %d out of reach are told, %d are", metres, c.Totals.Uncovered, uncovered)
		}
		page, err := w.plan.Uncovered(w.As(actor.Registrar), elderly(metres), 200, "")
		if err != nil {
			t.Fatal(err)
		}
		if page.People != uncovered || page.Buildings != buildings {
			t.Errorf("within %d m: %d people in %d buildings are listed, PostGIS has %d in %d", metres, page.People, page.Buildings, uncovered, buildings)
		}
	}
}

// All parts add up to the whole, whoever is asked about.
func TestThePartsAddUp(t *testing.T) {
	t.Parallel()
	w := ordinary(t, 2)
	for _, asked := range []analysis.Asked{
		elderly(500),
		{AgeTo: -1, Service: "canteen", Metres: 300},
		{AgeFrom: 60, AgeTo: -1, Alone: true, Service: "canteen", Metres: 800},
		{AgeTo: -1, Tag: "disabled", Service: "canteen", Metres: 500},
		{AgeFrom: 18, AgeTo: 34, Service: "canteen", Metres: 500},
	} {
		c := w.ask(t, planner(w), asked)
		if c.Totals.People == 0 {
			t.Errorf("%+v: nothing is told", asked)
		}
		parts := map[string][]analysis.Totals{}
		for _, x := range c.Areas {
			parts["communities"] = append(parts["communities"], x.Totals)
		}
		for _, x := range c.Grids {
			parts["grids"] = append(parts["grids"], x.Totals)
		}
		for _, x := range c.Cells.Features {
			parts["cells"] = append(parts["cells"], x.Properties.Totals)
		}
		for name, list := range parts {
			people, covered := 0, 0
			for _, x := range list {
				people, covered = people+x.People, covered+x.Covered
				if x.People < c.Rule.Round || x.People%c.Rule.Round != 0 || x.Covered%c.Rule.Round != 0 || x.Uncovered != x.People-x.Covered {
					t.Errorf("%s: %+v", name, x)
				}
				if x.Share != nil && (*x.Share < 0.05 || *x.Share > 0.95 || x.People < 20) {
					t.Errorf("%s: a share of %g among %d", name, *x.Share, x.People)
				}
			}
			if people != c.Totals.People || covered != c.Totals.Covered {
				t.Errorf("%+v: %s have %d people, %d covered; the whole is %+v", asked, name, people, covered, c.Totals)
			}
		}
		nearest := 0
		for _, b := range c.Nearest {
			nearest += b.People
		}
		if nearest != c.Totals.People {
			t.Errorf("by distance they are %d of %d", nearest, c.Totals.People)
		}
	}
}

// A place of 40 people and a canteen of 20 places near it; another place out of reach.
func TestCapacityIsSharedAmongThoseInReach(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.crowd(apitest.InGridA, 40, 70)
	w.crowd(apitest.InGridB, 60, 70)
	w.crowd(apitest.InGridB, 100, 30)
	w.write(t)
	near := w.serve(t, "canteen", "open", orb.Point{apitest.InGridA[0] + 0.001, apitest.InGridA[1]}, 20)
	planned := w.serve(t, "canteen", "planned", apitest.InGridB, 12)
	w.serve(t, "canteen", "closed", apitest.InGridB, 1000)
	w.serve(t, "clinic", "open", apitest.InGridB, 1000)
	c := w.ask(t, planner(w), elderly(500))
	if c.Totals.People != 100 || c.Totals.Covered != 40 || *c.Totals.Share != 0.4 || *c.Totals.PerHead != 20 || *c.Reference != 20 {
		t.Errorf("%+v", c.Totals)
	}
	if len(c.Services) != 1 || c.Services[0].ID != near || c.Services[0].People != 40 || *c.Services[0].PerHead != 50 {
		t.Errorf("%+v", c.Services)
	}
	asked := elderly(500)
	asked.Planned = true
	c = w.ask(t, planner(w), asked)
	if c.Totals.Covered != 100 || *c.Totals.Share != 0.95 || *c.Totals.PerHead != 32 || len(c.Services) != 2 {
		t.Errorf("with the planned one %s: %+v %+v", planned, c.Totals, c.Services)
	}
	asked.Region = apitest.StreetA
	c = w.ask(t, planner(w), asked)
	if c.Totals.People != 40 || *c.Totals.PerHead != 50 || len(c.Services) != 1 || len(c.Areas) != 1 || c.Areas[0].Name != "第1社区" {
		t.Errorf("in street A: %+v %+v %+v", c.Totals, c.Services, c.Areas)
	}
}

// crowd is n people of an age at a place, each a household.
func (w *town) crowd(at orb.Point, n, age int) {
	scope := string(w.Regions.Index().Locate(place(at)).Scope)
	w.homes = append(w.homes, home{apitest.NewID(), at, scope})
	for range n {
		w.people = append(w.people, row{home: len(w.homes) - 1, household: apitest.NewID(), age: age})
	}
}

func TestOnlyListedWordsAreTaken(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	for _, test := range []struct {
		asked  analysis.Asked
		fields int
	}{
		{analysis.Asked{AgeFrom: 61, AgeTo: 70, Service: "castle", Metres: 333, Tag: "rich"}, 4},
		{analysis.Asked{AgeFrom: 60, AgeTo: -1, Alone: true, Tag: "disabled", Service: "canteen", Metres: 500}, 1},
		{analysis.Asked{AgeFrom: 60, AgeTo: 59, Service: "canteen", Metres: 500}, 1},
		{analysis.Asked{AgeTo: -1, Tag: "community_correction", Service: "canteen", Metres: 50}, 2},
	} {
		_, err := w.plan.Answer(planner(w), test.asked)
		if e := fault.As(err); e == nil || e.Kind != fault.Invalid || len(e.Fields) != test.fields {
			t.Errorf("%+v: %v", test.asked, err)
		}
	}
}

func TestSight(t *testing.T) {
	t.Parallel()
	w := ordinary(t, 3)
	ask := func(role actor.Role, region string, prefixes ...string) fault.Kind {
		asked := elderly(500)
		asked.Region = region
		_, err := w.plan.Answer(w.As(role, prefixes...), asked)
		if err == nil {
			return -1
		}
		return fault.As(err).Kind
	}
	for _, role := range actor.Roles {
		want := fault.Forbidden
		switch role {
		case actor.Planner, actor.Leader, actor.Supervisor, actor.Registrar, actor.Administrator:
			want = -1
		}
		if got := ask(role, ""); got != want {
			t.Errorf("%s: %v, want %v", role, got, want)
		}
		_, err := w.plan.Uncovered(w.As(role), elderly(500), 10, "")
		if listed := role == actor.Registrar || role == actor.Worker || role == actor.Administrator; listed != (err == nil) {
			t.Errorf("%s and the list: %v", role, err)
		}
	}
	if got := ask(actor.Planner, apitest.StreetB, apitest.StreetA); got != fault.NotFound {
		t.Errorf("the neighbour's street: %v", got)
	}
	if got := ask(actor.Planner, "990101009", ""); got != fault.NotFound {
		t.Errorf("no street: %v", got)
	}
	if _, err := w.plan.Answer(t.Context(), elderly(500)); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a visitor: %v", err)
	}
	ours := w.ask(t, w.As(actor.Planner, apitest.StreetA), elderly(500))
	asked := elderly(500)
	asked.Region = apitest.StreetA
	if same := w.ask(t, planner(w), asked); !reflect.DeepEqual(ours.Totals, same.Totals) || len(ours.Areas) != 2 || len(ours.Grids) != 8 {
		t.Errorf("street A seen from inside %+v and from above %+v", ours.Totals, same.Totals)
	}
	page, err := w.plan.Uncovered(w.As(actor.Worker, apitest.StreetA), elderly(100), 200, "")
	if err != nil || page.Buildings == 0 {
		t.Fatal(page, err)
	}
	for _, m := range page.Items {
		if m.GridCode == nil || (*m.GridCode)[:9] != apitest.StreetA {
			t.Errorf("%+v is not of the worker's street", m)
		}
	}
}

// Within a day the same question has the same answer, whoever moves meanwhile;
// many changes at once are seen, and the next day is.
func TestOneVintageADay(t *testing.T) {
	t.Parallel()
	w := ordinary(t, 4)
	text := func() string {
		b, err := json.Marshal(w.ask(t, planner(w), elderly(500)))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	before := text()
	if _, err := w.Root.Exec(t.Context(), "UPDATE person SET left_on = '2026-03-01', left_why = 'moved' WHERE born_on < '1966-01-01' AND id::text < '8'"); err != nil {
		t.Fatal(err)
	}
	if text() != before {
		t.Error("the answer changed within the day")
	}
	w.plan.Forget()
	if text() != before {
		t.Error("the answer changed within the minute")
	}
	w.Clock.Advance(2 * 60e9)
	after := text()
	if after == before {
		t.Error("many have left, and the answer is the same")
	}
	w.plan.Forget()
	w.Clock.Advance(2 * 60e9)
	if text() != after {
		t.Error("the same people, read anew, give another answer")
	}
}

func TestAnEmptyTownHasAnAnswer(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	if c := w.ask(t, planner(w), elderly(500)); !c.Withheld || len(c.Cells.Features) != 0 || c.Totals.Share != nil || c.Totals.PerHead != nil {
		t.Errorf("%+v", c)
	}
	r := rand.New(rand.NewPCG(9, 9))
	w.settle(t, r, anywhere(r, 3), func(int) int { return 1 })
	w.plan.Forget()
	w.Clock.Advance(2 * 60e9)
	if c := w.ask(t, planner(w), elderly(500)); !c.Withheld || len(c.Cells.Features)+len(c.Grids)+len(c.Areas) != 0 {
		t.Errorf("a handful of people: %+v", c)
	}
}
