package crosswalk_test

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/crosswalk"
	"onemap/api/fault"
	"onemap/geo/crs"
)

const community = "990101001001" // four grids: (0,0), (5,0), (0,10), (5,10), 5 x 10 each

// A cell's code leads to our grids with its shares, as PostGIS finds them, and to
// the people in each.
func TestTheCrosswalkIsWhatPostGISFinds(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	house(t, c, 2, 5, 7)
	house(t, c, 5.5, 5, 3)
	house(t, c, 7, 15, 11)
	n := defined(t, c, apitest.StreetA, "police")
	taken(t, c, n, [3]string{"PC-01", "一警区", box(0, 0, 6, 10)}, [3]string{"PC-02", "二警区", box(5.8, 0, 12, 20)}, [3]string{"PC-03", "三警区", box(-3, 11, 5, 23)})
	ctx := c.As(actor.Registrar)
	list, about, err := c.Nets.Crosswalk(ctx, n.ID, 0, 5)
	if err != nil || !about.Exact {
		t.Fatal(about, err)
	}
	for _, m := range list {
		if m.Grid == "" {
			continue
		}
		var area, ofCell float64
		if err := c.Pool.QueryRow(t.Context(), `
SELECT ST_Area(ST_Intersection(c.geom, r.geom)::geography), ST_Area(ST_Intersection(c.geom, r.geom)::geography) / ST_Area(c.geom::geography)
FROM net_cell c, region r WHERE c.net_id = $1 AND c.code = $2 AND r.code = $3`, n.ID, m.Cell, m.Grid).Scan(&area, &ofCell); err != nil {
			t.Fatal(err)
		}
		if math.Abs(area-m.Area) > 0.002*area+2 || math.Abs(ofCell-m.OfCell) > 0.002 {
			t.Errorf("%s in %s: %.1f m2, %.4f of it; PostGIS %.1f, %.4f", m.Cell, m.Grid, m.Area, m.OfCell, area, ofCell)
		}
	}
	cell, err := c.Nets.Cell(ctx, n.ID, "PC-01", 0, 5)
	if err != nil || len(cell.Grids) != 2 {
		t.Fatalf("%+v %v", cell, err)
	}
	first, second := cell.Grids[0], cell.Grids[1]
	if first.Grid != apitest.GridA || !first.Main || first.People != 7 || first.Buildings != 1 || *first.PeopleOf != 0.7 || second.People != 3 || second.Main {
		t.Errorf("%+v", cell.Grids)
	}
	if _, err := c.Nets.Cell(ctx, n.ID, "PC-99", 0, 5); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	// Of a past edition it is told by the grids of then.
	was := c.Regions.Index().Edition()
	renamed, _ := c.Regions.Index().Region(apitest.GridA)
	renamed.Name = "改名网格"
	redraw(t, c, renamed)
	for edition, name := range map[int64]string{was: "01网格", 0: "改名网格"} {
		cell, err := c.Nets.Cell(ctx, n.ID, "PC-01", edition, 5)
		if err != nil || cell.Grids[0].GridName != name {
			t.Errorf("edition %d: %+v %v", edition, cell, err)
		}
	}
	if _, err := c.Nets.Cell(ctx, n.ID, "PC-01", was+99, 5); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

// Every owner of a place in every net: none in a gap, two where cells overlap.
func TestAtSaysAllOwners(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	police, fire := defined(t, c, apitest.StreetA, "police"), defined(t, c, apitest.CityCode, "fire")
	taken(t, c, police, [3]string{"P1", "", box(0, 0, 6, 10)}, [3]string{"P2", "", box(4, 0, 12, 10)})
	taken(t, c, fire, [3]string{"F1", "", box(0, 0, 40, 20)})
	for at, want := range map[[2]float64]string{{2, 5}: "F1 P1", {5, 5}: "F1 P1 P2", {2, 15}: "F1", {6, 5}: "F1 P2", {4, 5}: "F1 P1 P2"} {
		list, code, err := c.Nets.At(c.As(actor.Worker), crs.WGS84{Lon: (west + at[0]) / 1000, Lat: (south + at[1]) / 1000})
		if err != nil || code == "" {
			t.Fatal(code, err)
		}
		var got []string
		for _, h := range list {
			for _, cell := range h.Cells {
				got = append(got, cell.Code)
			}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%v: %s, want %s", at, s, want)
		}
	}
	if list, code, err := c.Nets.At(c.As(actor.Worker, apitest.StreetB), crs.FromPoint(apitest.InGridA)); err != nil || len(list) > 0 || code != "" {
		t.Errorf("from next door: %v %s %v", list, code, err)
	}
}

// Bad rows are refused with their reason and place; the net is what is sound.
func TestBadCellsAreRefused(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	n := defined(t, c, apitest.StreetA, "police")
	bowtie := "POLYGON ((113.301 23.401, 113.303 23.403, 113.303 23.401, 113.301 23.403, 113.301 23.401))"
	r := taken(
		t, c, n, [3]string{"A", "", box(0, 0, 5, 10)}, [3]string{"A", "again", box(5, 0, 10, 10)}, [3]string{"B", "", bowtie}, [3]string{"", "no code", box(0, 0, 1, 1)},
		[3]string{"C", "", box(500, 500, 510, 510)}, [3]string{"D", "", box(1, 1, 1, 1)}, [3]string{"E", "", ""}, [3]string{"F/1", "", box(0, 0, 1, 1)}, [3]string{"G", "next street", box(25, 0, 30, 10)},
	)
	if r.Fresh != 1 || r.Refused != 8 {
		t.Fatalf("%+v", r)
	}
	want := []string{"is row", "crosses itself", "is empty", "lies outside of", "enclose no ground", "no geometry", "slash", "lies outside of"}
	for i, w := range want {
		if i >= len(r.First) || !strings.Contains(r.First[i].Reason, w) && !strings.Contains(r.First[i].Reason, "same spot") {
			t.Errorf("refusal %d of %+v lacks %q", i, r.First, w)
		}
	}
	// A file of which nothing can be taken leaves the net as it is.
	if _, err := take(t, c, n, rows(t, [3]string{"Z", "", bowtie})); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	if _, err := take(t, c, n, rows(t)); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	if n, err := c.Nets.Named(c.As(actor.Registrar), apitest.StreetA, "police"); err != nil || n.Cells != 1 || n.Rev != 2 {
		t.Errorf("%+v %v", n, err)
	}
}

// The same file twice changes nothing; another replaces the whole; two at once are
// one after the other.
func TestTakingIsWholeAndOnce(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	n := defined(t, c, apitest.StreetA, "police")
	one := [][3]string{{"A", "", box(0, 0, 5, 10)}, {"B", "", box(5, 0, 10, 10)}}
	two := [][3]string{{"B", "二", box(5, 0, 10, 10)}, {"C", "", box(0, 0, 5, 20)}}
	taken(t, c, n, one...)
	if r := taken(t, c, n, one...); r.Unchanged != 2 || r.Fresh+r.Changed != 0 {
		t.Errorf("%+v", r)
	}
	if r := taken(t, c, n, two...); r.Fresh != 1 || r.Changed != 1 {
		t.Errorf("%+v", r)
	}
	got, err := c.Nets.Named(c.As(actor.Registrar), apitest.StreetA, "police")
	if err != nil || got.Rev != 3 || got.Cells != 2 {
		t.Fatalf("%+v %v", got, err)
	}
	paths := []string{rows(t, one...), rows(t, two...)}
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wg.Go(func() { _, errs[i] = take(t, c, n, paths[i%2]) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil && !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
	}
	var codes []string
	rows, err := c.Pool.Query(t.Context(), "SELECT code FROM net_cell WHERE net_id = $1 ORDER BY code", n.ID)
	if err == nil {
		codes, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	if s := strings.Join(codes, ""); err != nil || s != "AB" && s != "BC" {
		t.Errorf("%v %v: neither file's whole", codes, err)
	}
}

// Who may: registrars and administrators of the place write, its staff read, others
// find nothing; whoever sees a part of the place sees the part.
func TestSightOfNets(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	n := defined(t, c, apitest.CityCode, "police")
	taken(t, c, n, [3]string{"A", "", box(0, 0, 20, 20)}, [3]string{"B", "", box(20, 0, 40, 20)})
	if _, err := c.Nets.Define(c.As(actor.Worker), crosswalk.Net{Scope: apitest.CityCode, Name: "x", Kind: crosswalk.Fire}); !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
	if _, err := c.Nets.Define(c.As(actor.Registrar, apitest.StreetB), crosswalk.Net{Scope: apitest.CityCode, Name: "x", Kind: crosswalk.Fire}); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	if err := c.Nets.Remove(c.As(actor.Registrar, "9902"), n.ID); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	if _, err := c.Nets.Cell(c.As(actor.Worker, "9902"), n.ID, "A", 0, 5); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	part := c.As(actor.Worker, apitest.StreetB)
	if _, err := c.Nets.Cell(part, n.ID, "A", 0, 5); !fault.Is(err, fault.NotFound) {
		t.Errorf("a cell of the other street: %v", err)
	}
	cell, err := c.Nets.Cell(part, n.ID, "B", 0, 5)
	if err != nil || len(cell.Grids) != 8 || cell.Exact {
		t.Errorf("%+v %v", cell, err)
	}
	for _, bad := range []crosswalk.Net{{Scope: apitest.StreetA, Name: "Police!", Kind: crosswalk.Police}, {Scope: apitest.StreetA, Name: "p", Kind: "army"}, {Scope: apitest.GridA, Name: "p", Kind: crosswalk.Fire}} {
		if _, err := c.Nets.Define(c.As(actor.Registrar), bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if _, err := c.Nets.Define(c.As(actor.Registrar), crosswalk.Net{Scope: apitest.CityCode, Name: "police", Kind: crosswalk.Fire}); !fault.Is(err, fault.Conflict) {
		t.Error(err)
	}
	if err := c.Nets.Remove(c.As(actor.Administrator), n.ID); err != nil {
		t.Error(err)
	}
	if list, err := c.Nets.List(c.As(actor.Administrator), ""); err != nil || len(list) > 0 {
		t.Error(list, err)
	}
}

// A net whose borders run along ours, finer or coarser, agrees; what departs, gaps
// and overlaps are told, the most people first; slivers are not.
func TestDisagreements(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	house(t, c, 5.5, 5, 9)
	house(t, c, 5.5, 15, 2)
	n := defined(t, c, community, "police")
	ctx := c.As(actor.Registrar)
	ask := func() []crosswalk.Disagreement {
		t.Helper()
		list, _, err := c.Nets.Disagreements(ctx, n.ID, 0, 5)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	taken(t, c, n, [3]string{"coarse", "", box(0, 0, 10, 10)}, [3]string{"fine1", "", box(0, 10, 2, 20)}, [3]string{"fine2", "", box(2, 10, 5, 20)}, [3]string{"same", "", box(5, 10, 10, 20)})
	if list := ask(); len(list) > 0 {
		t.Errorf("borders along ours: %+v", list)
	}
	taken(t, c, n, [3]string{"A", "", box(0, 0, 6, 10)}, [3]string{"B", "", box(6, 0, 10, 10)}, [3]string{"C", "", box(0, 10, 5.02, 20)}, [3]string{"D", "", box(7, 10, 10, 20)}, [3]string{"E", "", box(9, 10, 10, 20)})
	list := ask()
	var got []string
	for _, d := range list {
		got = append(got, string(d.Sort)+" "+d.Grid[12:]+" "+strings.Join(d.Cells, "+"))
	}
	if want := []string{"border 002 A", "gap 004 ", "overlap 004 D+E"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if d := list[0]; d.People != 9 || d.Buildings != 1 || d.Mostly != apitest.GridA || d.Rather != "B" {
		t.Errorf("%+v", d)
	}
	if list[1].People != 2 {
		t.Errorf("%+v", list[1])
	}
	// Whoever does not keep people's records is told of nobody where there are few.
	list, about, err := c.Nets.Disagreements(c.As(actor.Operator), n.ID, 0, 5)
	if err != nil || about.Exact || len(list) != 3 {
		t.Fatal(list, about, err)
	}
	for _, d := range list {
		if d.People != 0 {
			t.Errorf("%+v tells of a few people", d)
		}
	}
}

// Others are told whole groups of people, and only those of the place.
func TestPeopleAreToldInGroups(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	for i := range 12 {
		house(t, c, 0.5+0.3*float64(i), 5, 2)
		house(t, c, 5.5+0.3*float64(i), 5, 1)
	}
	n := defined(t, c, community, "police")
	taken(t, c, n, [3]string{"A", "", box(0, 0, 4.9, 10)}, [3]string{"B", "", box(4.9, 0, 10, 20)})
	exact, _, err := c.Nets.Crosswalk(c.As(actor.Registrar), n.ID, 0, 5)
	if err != nil {
		t.Fatal(err)
	}
	told, _, err := c.Nets.Crosswalk(c.As(actor.Operator), n.ID, 0, 5)
	if err != nil || len(told) != len(exact) {
		t.Fatal(told, err)
	}
	sum := int64(0)
	for i := range told {
		if told[i].People%10 != 0 || told[i].Buildings != exact[i].Buildings {
			t.Errorf("%+v is told, %+v is true", told[i], exact[i])
		}
		sum += told[i].People
	}
	if sum < 20 || sum > 40 || exact[0].People != 24 {
		t.Errorf("%d people are told, 36 are there", sum)
	}
}

// A proposal follows the nets, is a sound draft, and its publishing leaves nothing
// behind: the crosswalk is of the new grids at once.
func TestProposeAndPublish(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	house(t, c, 5.5, 5, 9)
	house(t, c, 2, 5, 20)
	house(t, c, 8, 5, 20)
	house(t, c, 2, 15, 10)
	house(t, c, 8, 15, 10)
	house(t, c, 5.98, 15, 4) // across the border that the police draws: it stays whole
	police, fire := defined(t, c, community, "police"), defined(t, c, community, "fire")
	taken(t, c, police, [3]string{"A", "", box(0, 0, 6, 10)}, [3]string{"B", "", box(6, 0, 10, 10)}, [3]string{"C", "", box(0, 10, 6, 20)}, [3]string{"D", "", box(6, 10, 10, 20)})
	taken(t, c, fire, [3]string{"F1", "", box(0, 0, 6.2, 10)}, [3]string{"F2", "", box(6.2, 0, 10, 10)}, [3]string{"F3", "", box(0, 10, 10, 20)})
	ctx := c.As(actor.Administrator)
	p, err := c.Nets.Propose(ctx, community, "", nil, 5)
	if err != nil || p.Draft == uuid.Nil {
		t.Fatalf("%+v %v", p, err)
	}
	if len(p.Moves) != 1 || p.Moves[0].From[12:] != "002" || p.Moves[0].To != apitest.GridA || p.Moves[0].People != 9 {
		t.Errorf("%+v", p.Moves)
	}
	before, after := p.Before[1], p.After[1]
	if before.Name != "police" || before.CellsSplit != 2 || before.Departs.People != 13 || after.CellsSplit != 1 || after.Departs.People != 4 || after.People.OneToOne <= before.People.OneToOne {
		t.Errorf("before %+v\nafter %+v", before, after)
	}
	again, err := c.Nets.FitOf(ctx, community, p.Draft, 5)
	if err != nil || again[1].CellsSplit != after.CellsSplit || again[1].Area != after.Area {
		t.Errorf("%+v %v", again, err)
	}
	found, err := c.Regions.Validate(ctx, community, p.Draft)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Weight == "error" {
			t.Errorf("%s", f.Text)
		}
	}
	d, _, _, err := c.Regions.Draft(ctx, community, p.Draft)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Regions.PublishDraft(ctx, community, p.Draft, d.Rev); err != nil {
		t.Fatal(err)
	}
	cell, err := c.Nets.Cell(ctx, police.ID, "A", 0, 5)
	if err != nil || cell.Grids[0].OfCell < 0.999 || cell.Edition != c.Regions.Index().Edition() {
		t.Errorf("%+v %v", cell, err)
	}
	if again, err := c.Nets.Propose(ctx, community, "", []uuid.UUID{police.ID, fire.ID}, 5); err != nil || again.Draft != uuid.Nil {
		t.Errorf("a second proposal: %+v %v", again.Moves, err)
	}
	if _, err := c.Nets.Propose(c.As(actor.Registrar), community, "", nil, 5); !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
	if _, err := c.Nets.Propose(c.As(actor.Administrator), apitest.StreetB, "", nil, 5); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}
