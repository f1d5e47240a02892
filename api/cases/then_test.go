package cases_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/cases"
	"onemap/api/place"
	"onemap/api/region"
	"onemap/geo/grid"
)

// told is a case as a test remembers it; ended is the edition in which it ended.
type told struct {
	at    orb.Point
	state cases.State
	ended int64
}

// scopeIn is the region that holds a place by the polygons of an edition, as
// PostGIS reads them from the regions and their past.
func (c city) scopeIn(edition int64, at orb.Point) (code string) {
	c.t.Helper()
	err := c.Pool.QueryRow(c.t.Context(), `
SELECT COALESCE((SELECT code FROM (
    SELECT code, geom FROM region WHERE since <= $1
    UNION ALL SELECT code, geom FROM region_past WHERE since <= $1 AND until > $1) r
WHERE ST_Covers(geom, $2::geometry) ORDER BY length(code) DESC, code LIMIT 1), '9901')`, edition, at).Scan(&code)
	if err != nil {
		c.t.Fatal(err)
	}
	return code
}

// redrawn exchanges the polygons of some grids, of different streets too, lets one
// go away, or takes the last edition back.
func (c city) redrawn(random *rand.Rand) {
	c.t.Helper()
	ix := c.Regions.Index()
	grids := ix.AtLevel(grid.Grid)
	random.Shuffle(len(grids), func(i, j int) { grids[i], grids[j] = grids[j], grids[i] })
	a, _ := ix.Region(grids[0].Code)
	b, _ := ix.Region(grids[1].Code)
	a.Geom, b.Geom = b.Geom, a.Geom
	r := region.Redraw{Source: "test", Regions: []grid.Region{a, b}}
	if len(grids) > 2 && random.IntN(3) == 0 {
		r.Drop = []grid.Code{grids[2].Code}
	}
	done, err := c.Regions.Publish(c.t.Context(), r)
	if err != nil {
		c.t.Fatal(err)
	}
	if random.IntN(2) == 0 {
		if _, err := c.Regions.Undo(c.As(actor.Administrator), apitest.CityCode, done.Edition); err != nil {
			c.t.Fatal(err)
		}
	}
}

// Through redraws, undone ones among them, cases that end, and cases that are
// opened again, counts by region are what the polygons of then, and those of
// today, give for the cases' places.
func TestCasesAreCountedAsItWasAndOnTodaysGrids(t *testing.T) {
	c := newCity(t)
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 5))
	t.Logf("seed %d", seed)
	ledger := map[uuid.UUID]*told{}
	var open []uuid.UUID
	for round := range 6 {
		for range 4 {
			at := orb.Point{113.3 + 0.04*random.Float64(), 23.4 + 0.02*random.Float64()}
			id := c.Report(t, at).ID
			ledger[id] = &told{at: at, state: cases.Reported}
			open = append(open, id)
		}
		for i := 0; i < len(open); i++ {
			if random.IntN(3) > 0 {
				continue
			}
			to := []cases.State{cases.Closed, cases.Rejected}[random.IntN(2)]
			c.bring(open[i], to)
			ledger[open[i]].state, ledger[open[i]].ended = to, c.Regions.Index().Edition()
			open = append(open[:i], open[i+1:]...)
			i--
		}
		// What another system keeps may end and be opened again; then it is in the grid in force.
		ref := fmt.Sprint("again ", round/2)
		row := hotline(ref, []cases.State{cases.Closed, cases.Filed}[round%2])
		row.Point = orb.Point{113.3 + 0.04*float64(round/2)/3 + 0.001, 23.4051}
		c.take(nil, row)
		c.Clock.Advance(time.Hour)
		ledger[c.taken(ref).ID] = &told{at: row.Point, state: row.State, ended: c.Regions.Index().Edition()}
		c.countsAgree(ledger)
		c.redrawn(random)
		c.countsAgree(ledger)
	}
}

// countsAgree compares what is told with the ledger.
func (c city) countsAgree(ledger map[uuid.UUID]*told) {
	c.t.Helper()
	edition := c.Regions.Index().Edition()
	type counts struct{ open, closed int64 }
	want := map[string]*counts{} // by way, actor and region
	actors := map[string]context.Context{"the city": c.As(actor.Supervisor), "a street": c.As(actor.Operator, apitest.StreetA)}
	codes := []string{"", apitest.CityCode, apitest.StreetA, apitest.StreetB, "990101001001", "990101002001", apitest.GridA, apitest.GridB}
	for _, x := range ledger {
		today := c.scopeIn(edition, x.at)
		own := today
		if !x.state.Open() {
			own = c.scopeIn(x.ended, x.at)
		}
		for who := range actors {
			if who == "a street" && !grid.Code(own).Within(apitest.StreetA) {
				continue
			}
			for way, at := range map[place.Grids]string{place.Then: own, place.Today: today} {
				for _, code := range codes {
					if code != "" && !grid.Code(at).Within(grid.Code(code)) {
						continue
					}
					key := string(way) + who + code
					if want[key] == nil {
						want[key] = &counts{}
					}
					if x.state.Open() {
						want[key].open++
					} else {
						want[key].closed++
					}
				}
			}
		}
	}
	for who, ctx := range actors {
		for _, way := range []place.Grids{place.Then, place.Today} {
			for _, code := range codes {
				f := cases.Filter{Region: code, Grids: way}
				w := want[string(way)+who+code]
				if w == nil {
					w = &counts{}
				}
				figures, err := c.Cases.Figures(ctx, f)
				if err != nil {
					c.t.Fatal(err)
				}
				if got := (counts{figures.Open, figures.ByState[cases.Closed] + figures.ByState[cases.Rejected]}); got != *w {
					c.t.Fatalf("%s, %s, %q in edition %d: figures %+v, want %+v", way, who, code, edition, got, *w)
				}
				if figures.Counted.Grids != way || figures.Counted.To != edition || (way == place.Today) != (figures.Counted.From == edition) && edition > 1 {
					c.t.Errorf("%s: counted on %+v in edition %d", way, figures.Counted, edition)
				}
				times, err := c.Cases.Times(ctx, f, 40)
				if err != nil {
					c.t.Fatal(err)
				}
				var got counts
				for _, b := range times.Buckets {
					got.open, got.closed = got.open+b.Open, got.closed+b.Closed
				}
				if got != *w {
					c.t.Fatalf("%s, %s, %q in edition %d: times %+v, want %+v", way, who, code, edition, got, *w)
				}
				page, err := c.Cases.List(ctx, f, 200, "")
				if err != nil || page.Total != w.open+w.closed || len(page.Items) != int(page.Total) {
					c.t.Fatalf("%s, %s, %q: listed %d of %d, want %+v, %v", way, who, code, len(page.Items), page.Total, *w, err)
				}
				for _, row := range page.Items {
					if today := c.scopeIn(edition, orb.Point{row.Lon, row.Lat}); row.GroundCode != today {
						c.t.Fatalf("%s in edition %d says that its place lies in %q today, not in %q", row.Number, edition, row.GroundCode, today)
					}
				}
			}
		}
	}
}

// A database of before the ground of ended cases was kept catches up at the start.
func TestTheGroundOfCasesOfBeforeIsLookedUpOnce(t *testing.T) {
	c := newCity(t)
	closed := c.in(cases.Closed)
	if _, err := c.Regions.Publish(t.Context(), region.Redraw{Source: "test", Regions: exchanged(c)}); err != nil {
		t.Fatal(err)
	}
	today := func() int64 {
		t.Helper()
		figures, err := c.Cases.Figures(c.As(actor.Supervisor), cases.Filter{Region: apitest.GridB, Grids: place.Today})
		if err != nil {
			t.Fatal(err)
		}
		return figures.ByState[cases.Closed]
	}
	if today() != 1 {
		t.Errorf("%s is not counted where its ground is", closed)
	}
	if _, err := c.Root.Exec(t.Context(), "UPDATE case_file SET ground_code = NULL; UPDATE case_ground SET edition = -1"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.Cases.Reground(t.Context()); err != nil || today() != 1 {
			t.Errorf("%d, %v", today(), err)
		}
	}
}
