package region_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/apitest"
	"onemap/api/cases"
	"onemap/api/facility"
	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/place"
	"onemap/api/region"
	"onemap/geo/coverage"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// state is everything of the regions that a redraw may change.
func state(t *testing.T, c *apitest.City) string {
	t.Helper()
	var s string
	err := c.Pool.QueryRow(t.Context(), `
SELECT (SELECT edition::text FROM region_edition) || '|' ||
       (SELECT string_agg(code || COALESCE(parent, '-') || name || source || ST_AsText(geom), E'\n' ORDER BY code) FROM region) || '|' ||
       (SELECT count(*) FROM change_inbox)`).Scan(&s)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func square(x, y, side float64) orb.MultiPolygon {
	return orb.MultiPolygon{{{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}}}
}

func exchanged(c *apitest.City) []grid.Region {
	ix := c.Regions.Index()
	a, _ := ix.Region(apitest.GridA)
	b, _ := ix.Region(apitest.GridB)
	a.Geom, b.Geom = b.Geom, a.Geom
	return []grid.Region{a, b}
}

func TestABrokenRegionChangesNothing(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	c.Facility(t, "bench", apitest.InGridA)
	before, edition := state(t, c), c.Regions.Index().Edition()
	for name, bad := range map[string]grid.Region{
		"no area":  {Code: "990101003", Name: "x", Geom: orb.MultiPolygon{{{{1, 1}, {2, 2}, {1, 1}}}}},
		"no code":  {Code: "99010", Name: "x", Geom: square(113.3, 23.4, 0.01)},
		"no lon":   {Code: "990101003", Name: "x", Geom: square(300, 23.4, 0.01)},
		"no shape": {Code: "990101003", Name: "x"},
	} {
		list := append(exchanged(c), bad)
		if _, err := c.Regions.Publish(t.Context(), region.Redraw{Source: "test", Regions: list}); err == nil {
			t.Errorf("%s: published", name)
		}
	}
	if after := state(t, c); after != before || c.Regions.Index().Edition() != edition {
		t.Errorf("a refused redraw left something behind:\n%s\n%s", before, after)
	}
}

// broken is somebody whose objects cannot be moved.
type broken struct{}

func (broken) Move(context.Context, pgx.Tx, place.Redraw, time.Time) (int64, error) {
	return 0, errors.New("cannot move")
}

func TestAMoverThatFailsRollsAllBack(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	f := c.Facility(t, "bench", apitest.InGridA)
	c.Regions.Moves(c.Facilities, broken{})
	before := state(t, c)
	if _, err := c.Regions.Publish(t.Context(), region.Redraw{Source: "test", Regions: exchanged(c)}); err == nil {
		t.Fatal("published")
	}
	now, err := c.Facilities.ByID(t.Context(), c.Pool, f.ID)
	if err != nil || now.ScopeCode != apitest.GridA || state(t, c) != before {
		t.Errorf("the facility went to %s (%v)", now.ScopeCode, err)
	}
}

func TestADryRunTellsAndChangesNothing(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	c.Facility(t, "bench", apitest.InGridA)
	before := state(t, c)
	redraw := region.Redraw{Source: "test", Regions: exchanged(c), DryRun: true}
	dry, err := c.Regions.Publish(t.Context(), redraw)
	if err != nil || dry.Moved != 1 || dry.Regions != 2 {
		t.Fatalf("%+v, %v", dry, err)
	}
	if state(t, c) != before {
		t.Error("a dry run changed something")
	}
	if got := c.Regions.Index().Locate(crs.FromPoint(apitest.InGridA)).Grid; got != apitest.GridA {
		t.Errorf("a dry run's polygons answer: %s", got)
	}
	redraw.DryRun = false
	if done, err := c.Regions.Publish(t.Context(), redraw); err != nil || done != dry {
		t.Errorf("done %+v (%v), the dry run said %+v", done, err, dry)
	}
}

func TestARegionFindsItsParentInAnyOrder(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	geom := square(120, 30, 0.01)
	for _, code := range []grid.Code{"880101001001001", "880101001001", "8801", "880101", "880101001"} { // the city third
		if _, err := c.Regions.Publish(t.Context(), region.Redraw{Source: "test", Regions: []grid.Region{{Code: code, Name: "x", Geom: geom}}}); err != nil {
			t.Fatal(err)
		}
	}
	var orphans []string
	rows, err := c.Pool.Query(t.Context(), "SELECT code FROM region WHERE parent IS NULL AND level <> 'city'")
	if err == nil {
		orphans, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	if err != nil || len(orphans) > 0 {
		t.Errorf("without their parent: %v (%v)", orphans, err)
	}
}

// Writers keep placing objects while the regions are redrawn again and again:
// in the end each lies where the polygons in force say.
func TestWritersDuringRedrawsLandInTheRightGrid(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	other := region.New(c.Pool, c.Clock.Now) // a second process, whose index is behind
	stop := make(chan struct{})
	var group sync.WaitGroup
	written := make([]int, 4)
	for w := range written {
		keeper := c.Regions
		if w%2 == 1 {
			keeper = other
		}
		group.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(w), 1))
			for {
				select {
				case <-stop:
					return
				default:
				}
				at := orb.Point{113.295 + rng.Float64()*0.05, 23.40 + rng.Float64()*0.02}
				err := pgx.BeginFunc(context.Background(), c.Pool, func(tx pgx.Tx) error {
					ix, err := keeper.Hold(context.Background(), tx)
					if err != nil {
						return err
					}
					list := []facility.New{{Ref: apitest.NewID().String(), Kind: "bench", Point: at}}
					_, err = c.Facilities.Import(context.Background(), tx, ix, link.Batch{Source: "test", NewID: apitest.NewID, Now: c.Clock.Now()}, list)
					return err
				})
				if err == nil {
					_, err = c.Cases.Report(context.Background(), apitest.NewID().String(), cases.Report{Category: "06010", Lon: &at[0], Lat: &at[1]})
				}
				if err != nil {
					t.Error(err)
					return
				}
				written[w]++
			}
		})
	}
	for range 20 {
		if _, err := c.Regions.Publish(t.Context(), region.Redraw{Source: "test", Regions: exchanged(c)}); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	group.Wait()
	ix, err := region.ReadIndex(t.Context(), c.Pool)
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	for _, table := range []string{"facility", "case_file"} {
		rows, err := c.Pool.Query(t.Context(), "SELECT point, grid_code, scope_code FROM "+table)
		if err != nil {
			t.Fatal(err)
		}
		var at orb.Point
		var had *string
		var scope string
		_, err = pgx.ForEachRow(rows, []any{&at, &had, &scope}, func() error {
			looked++
			if g, s := place.Codes(ix.Locate(crs.FromPoint(at))); s != scope || (g == nil) != (had == nil) || g != nil && *g != *had {
				t.Errorf("%s at %v has %s, the polygons say %s", table, at, scope, s)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if slices.Contains(written, 0) {
		t.Errorf("a writer never came through: %v", written)
	}
	t.Logf("%d objects written during 20 redraws", looked)
}

func TestGridsAreCutAtEveryLevel(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	bench := c.Facility(t, "bench", apitest.InGridA)
	for _, tt := range []struct {
		under       grid.Code
		communities int
	}{{"990101001001", 1}, {"990101001", 2}, {"990101", 4}} {
		done, err := c.Regions.MakeGrids(t.Context(), tt.under, 200, false)
		if err != nil {
			t.Fatal(err)
		}
		ix := c.Regions.Index()
		for _, community := range ix.AtLevel(grid.Community) {
			if community.Code.Within(tt.under) {
				whole(t, ix, community.Code)
			}
		}
		if done.Edition != ix.Edition() || done.Regions < 50*tt.communities {
			t.Errorf("%s: %+v", tt.under, done)
		}
	}
	read, err := region.ReadIndex(t.Context(), c.Pool)
	if err != nil {
		t.Fatal(err)
	}
	alike(t, c.Regions.Index(), read)
	// The same cut again is no redraw.
	edition := c.Regions.Index().Edition()
	for _, parent := range c.Regions.Divided() {
		found, err := c.Regions.Findings(parent)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found { // the regions above stay as they were, without the grids' corners
			if f.Kind != coverage.Unmatched {
				t.Errorf("under %s: %s", parent, f.Text)
			}
		}
	}
	if same, err := c.Regions.MakeGrids(t.Context(), "990101", 200, false); err != nil || same.Regions != 0 || same.Edition != edition || c.Regions.Index().Edition() != edition {
		t.Errorf("edition %d: %+v, %v", edition, same, err)
	}
	// Coarser again: the fine ones go, the objects move.
	done, err := c.Regions.MakeGrids(t.Context(), "990101001001", 1000, false)
	if err != nil || done.Dropped == 0 || done.Moved != 1 {
		t.Errorf("%+v, %v", done, err)
	}
	if read, err = region.ReadIndex(t.Context(), c.Pool); err != nil {
		t.Fatal(err)
	}
	alike(t, c.Regions.Index(), read)
	now, err := c.Facilities.ByID(t.Context(), c.Pool, bench.ID)
	if err != nil || now.GridCode == nil || *now.GridCode != string(c.Regions.Index().Locate(crs.FromPoint(apitest.InGridA)).Grid) {
		t.Errorf("the bench lies in %v (%v)", now.GridCode, err)
	}
	var parted float64
	err = c.Pool.QueryRow(t.Context(), `
SELECT max(ST_Area(ST_SymDifference(w.geom, g.geom))) FROM region w
JOIN (SELECT parent, ST_Union(geom) AS geom FROM region WHERE level = 'grid' GROUP BY parent) g ON g.parent = w.code`).Scan(&parted)
	if err != nil || parted > 1e-12 {
		t.Errorf("PostGIS finds the grids to differ from their communities by %g (%v)", parted, err)
	}
}

// alike fails unless the index that redraws have made is the one the database gives.
func alike(t *testing.T, redrawn, read *grid.Index) {
	t.Helper()
	if redrawn.Edition() != read.Edition() {
		t.Errorf("edition %d, the database has %d", redrawn.Edition(), read.Edition())
	}
	for _, level := range grid.Levels() {
		refs := read.AtLevel(level)
		if !slices.Equal(redrawn.AtLevel(level), refs) {
			t.Errorf("%d regions of level %s, the database has %d", len(redrawn.AtLevel(level)), level, len(refs))
		}
		for _, ref := range refs {
			r, _ := read.Region(ref.Code)
			if had, _ := redrawn.Region(ref.Code); !orb.Equal(had.Geom, r.Geom) {
				t.Errorf("the polygon of %s differs from the database's", ref.Code)
			}
		}
	}
}

// whole fails unless the children of a region are exactly it.
func whole(t *testing.T, ix *grid.Index, code grid.Code) {
	t.Helper()
	var parts []orb.MultiPolygon
	first := 0 // new grids follow the last code that was ever given
	for n, ref := range ix.Children(code) {
		r, _ := ix.Region(ref.Code)
		parts = append(parts, r.Geom)
		if n == 0 {
			_, _ = fmt.Sscanf(string(ref.Code[len(code):]), "%d", &first)
		}
		if want := fmt.Sprintf("%s%03d", code, first+n); string(ref.Code) != want {
			t.Errorf("%s, want %s", ref.Code, want)
		}
	}
	if _, err := grid.Union(parts); err != nil {
		t.Errorf("grids of %s: %v", code, err)
	}
}

func TestADistrictWithoutChildrenGetsThem(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	bare := []grid.Region{{Code: "8801", Name: "空城市", Geom: square(120, 30, 0.01)}, {Code: "880101", Name: "空区", NameEn: "Empty", Geom: square(120, 30, 0.01)}}
	if _, err := c.Regions.Publish(t.Context(), region.Redraw{Source: "test", Regions: bare}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Regions.MakeGrids(t.Context(), "8801", 250, false); err != nil {
		t.Fatal(err)
	}
	ix := c.Regions.Index()
	p := ix.Locate(crs.WGS84{Lon: 120.005, Lat: 30.005})
	if !strings.HasPrefix(string(p.Grid), "880101001001") || len(ix.Chain(p.Grid)) != 5 {
		t.Errorf("the middle lies in %s, chain %v", p.Grid, ix.Chain(p.Grid))
	}
	whole(t, ix, "880101001001")
}

func TestGridsThatCannotBeMade(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	before := state(t, c)
	for _, tt := range []struct {
		under grid.Code
		size  float64
		kind  fault.Kind
		code  string
	}{
		{"990101001001", 20, fault.Invalid, "grids.cut"}, // more than 999
		{"990101001001", 5, fault.Invalid, "grids.size"},
		{"990101001001", 30000, fault.Invalid, "grids.size"},
		{"990199", 100, fault.NotFound, "region.missing"},
		{apitest.GridA, 100, fault.Invalid, "grids.level"},
	} {
		_, err := c.Regions.MakeGrids(t.Context(), tt.under, tt.size, false)
		if f := fault.As(err); f == nil || f.Kind != tt.kind || f.Code != tt.code {
			t.Errorf("%s at %g m: %v, want %s", tt.under, tt.size, err, tt.code)
		}
	}
	if dry, err := c.Regions.MakeGrids(t.Context(), "990101001001", 100, true); err != nil || dry.Regions == 0 {
		t.Errorf("%+v, %v", dry, err)
	}
	if state(t, c) != before {
		t.Error("grids that were not made changed something")
	}
}
