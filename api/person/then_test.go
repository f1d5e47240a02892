package person_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/person"
	"onemap/api/place"
	"onemap/api/region"
	"onemap/geo/grid"
)

// borders are where communities meet, west to east, in degrees east of the city's
// western border: the middle one is that of the streets. Each community is two
// columns of two grids.
type borders [3]float64

func (b borders) edges() []float64 { return []float64{0, b[0], b[1], b[2], 0.04} }

// regions are the communities, the streets and the grids that these borders make.
func (b borders) regions(c *apitest.City) (list []grid.Region) {
	box := func(x0, y0, x1, y1 float64) orb.MultiPolygon {
		return orb.MultiPolygon{orb.Bound{Min: orb.Point{113.3 + x0, 23.4 + y0}, Max: orb.Point{113.3 + x1, 23.4 + y1}}.ToPolygon()}
	}
	ix, e := c.Regions.Index(), b.edges()
	put := func(code string, geom orb.MultiPolygon) {
		r, _ := ix.Region(grid.Code(code))
		r.Code, r.Geom = grid.Code(code), geom
		list = append(list, r)
	}
	put(apitest.StreetA, box(0, 0, e[2], 0.02))
	put(apitest.StreetB, box(e[2], 0, 0.04, 0.02))
	for n := range 4 {
		community := fmt.Sprintf("99010100%d00%d", 1+n/2, 1+n%2)
		put(community, box(e[n], 0, e[n+1], 0.02))
		half := (e[n+1] - e[n]) / 2
		for g := range 4 {
			x, y := e[n]+half*float64(g%2), 0.01*float64(g/2)
			put(fmt.Sprintf("%s%03d", community, 1+g), box(x, y, x+half, y+0.01))
		}
	}
	return list
}

// code is the grid that holds a place.
func (b borders) code(at orb.Point) string {
	e, x, row := b.edges(), at[0]-113.3, 0
	if at[1] > 23.41 {
		row = 1
	}
	for n := range 4 {
		if x < e[n+1] {
			column := 0
			if x > (e[n]+e[n+1])/2 {
				column = 1
			}
			return fmt.Sprintf("99010100%d00%d%03d", 1+n/2, 1+n%2, 1+column+2*row)
		}
	}
	return ""
}

// Through redraws and an undone one, moves are counted by the communities of the
// day, and by those of today, as brute force counts them; a grid may be asked for,
// too. Who sees a street sees the same homes in either way.
func TestMovesAreCountedAsItWasAndOnTodaysGrids(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 3))
	t.Logf("seed %d", seed)
	c := newTown(t, 1)
	drawn := []borders{{0.01, 0.02, 0.03}}
	from := []time.Time{apitest.Start}
	for n := range 3 {
		c.Clock.Advance(10*24*time.Hour + time.Duration(random.IntN(24))*time.Hour)
		b := borders{0.005 + 0.01*random.Float64(), 0.017 + 0.006*random.Float64(), 0.025 + 0.01*random.Float64()}
		done, err := c.Regions.Publish(t.Context(), region.Redraw{Source: "test", Regions: b.regions(c.City)})
		if err != nil {
			t.Fatal(err)
		}
		drawn, from = append(drawn, b), append(from, c.Clock.Now())
		if n == 1 {
			c.Clock.Advance(3 * 24 * time.Hour)
			if _, err := c.Regions.Undo(c.As(actor.Administrator), apitest.CityCode, done.Edition); err != nil {
				t.Fatal(err)
			}
			drawn, from = append(drawn, drawn[1]), append(from, c.Clock.Now())
		}
	}
	c.Clock.Advance(10 * 24 * time.Hour)

	type home struct {
		at    orb.Point
		moves []time.Time
	}
	var homes []home
	var rows []person.Row
	first, last := on(2026, 2, 10), on(2026, 4, 20)
	for n := range 12 {
		h := home{at: orb.Point{113.3 + 0.0399*random.Float64(), 23.4 + 0.0199*random.Float64()}}
		if n < len(drawn[0]) { // on ground that changed hands for good
			h.at[0] = 113.3 + (drawn[0][n]+drawn[len(drawn)-1][n])/2
		}
		room := c.house(t, fmt.Sprint("home", n), h.at, 1)[0]
		for k := range 4 {
			day := first.AddDate(0, 0, random.IntN(60)*min(k, 1)) // the first before any redraw
			rows = append(rows, person.Row{Ref: fmt.Sprintf("%d %d", n, k), Name: "甲", DwellingID: room, Relation: "resident", Since: day})
			h.moves = append(h.moves, day)
		}
		homes = append(homes, h)
	}
	c.imports(t, c.batch("list"), rows...)

	then := func(day time.Time) borders {
		ends := time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, apitest.Zone)
		for i := len(from) - 1; i > 0; i-- {
			if from[i].Before(ends) {
				return drawn[i]
			}
		}
		return drawn[0] // nobody had drawn anything before
	}
	now := drawn[len(drawn)-1]
	differ := false
	for _, by := range []string{apitest.CityCode, apitest.StreetA} {
		for _, asked := range []string{"", apitest.StreetA, apitest.StreetB, "990101001002", "990101001002003", "990101002001001"} {
			var answers [2]string
			for i, way := range []place.Grids{place.Then, place.Today} {
				want := map[string]int64{}
				for _, h := range homes {
					if !strings.HasPrefix(now.code(h.at), by) {
						continue
					}
					for _, day := range h.moves {
						code := now.code(h.at)
						if way == place.Then {
							code = then(day).code(h.at)
						}
						if strings.HasPrefix(code, asked) {
							want[day.Format(time.DateOnly)+" "+code[:12]]++
						}
					}
				}
				list, counted, err := c.People.Flows(c.As(actor.Registrar, by), asked, first, last, way)
				if err != nil {
					t.Fatal(err)
				}
				got := map[string]int64{}
				for _, f := range list {
					got[f.Day+" "+f.Community] += f.In
				}
				if answers[i] = fmt.Sprint(got); answers[i] != fmt.Sprint(want) {
					t.Errorf("%s asks %s of %q:\n got %v\nwant %v", by, way, asked, got, want)
				}
				if edition := c.Regions.Index().Edition(); counted.Grids != way || counted.To != edition || (way == place.Today) != (counted.From == edition) {
					t.Errorf("%s: %+v in edition %d", way, counted, edition)
				}
			}
			differ = differ || answers[0] != answers[1]
		}
	}
	if !differ {
		t.Error("the redraws made no difference: nothing was tried")
	}
}

// A month's figures for planners stay as they were told, whatever is redrawn later;
// on today's grids the same ones are put together.
func TestARedrawCutsNoMonthAnew(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var rows []person.Row
	homes := slices.Concat(d.a, d.b, d.house(t, "a2", orb.Point{113.3125, 23.405}, 1), d.house(t, "b2", orb.Point{113.3325, 23.405}, 1))
	for i := range 12 * len(homes) {
		rows = append(rows, person.Row{Ref: fmt.Sprint(i), Name: "甲", DwellingID: homes[i%len(homes)], Relation: "resident", Since: on(2026, 1, 5), Until: on(2026, 1, 25)})
	}
	d.imports(t, d.batch("list"), rows...)
	planner := apitest.Actor(actor.Planner, apitest.CityCode)
	items := func(query string) string {
		t.Helper()
		text, _, _ := strings.Cut(d.must(t, 200, planner, "GET", "/plan/flows?since=2026-01&until=2026-01"+query, ""), `,"counted"`)
		return text
	}
	before := items("")
	if items("&grids=today") != before || strings.Count(before, "month") != 4 {
		t.Errorf("before any redraw: %s", items("&grids=today"))
	}
	if _, err := d.Regions.Publish(t.Context(), region.Redraw{Source: "test", Regions: borders{0.01, 0.024, 0.03}.regions(d.City)}); err != nil {
		t.Fatal(err)
	}
	if after := items("&grids=then"); after != before {
		t.Errorf("told %s before, and %s after", before, after)
	}
	// Ground of B's first community is A's second now: these two are told of together.
	if today := items("&grids=today"); strings.Count(today, "month") != 3 || !strings.Contains(today, `["990101001002","990101002001"]`) || !strings.Contains(today, `["990101001001"]`) {
		t.Errorf("today: %s", today)
	}
	d.must(t, 422, planner, "GET", "/plan/flows?grids=tomorrow", "")
}
