package livemap_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/livemap"
	"onemap/api/region"
	"onemap/geo/crs"
	"onemap/geo/grid"
	"onemap/geo/live"
)

// rows gives the objects of a layer as lines, in order.
func rows[R any](objects iter.Seq[*live.Object[R]], line func(*R) string) (list []string) {
	for o := range objects {
		list = append(list, fmt.Sprintf("%s %d %d %d %s", uuid.UUID(o.ID), o.Rev, o.At.X, o.At.Y, line(&o.Row)))
	}
	slices.Sort(list)
	return list
}

// compare fails where the map holds other objects than PostGIS, and gives how many there are.
func (o *town) compare() (objects int) {
	o.t.Helper()
	const head = "SELECT concat_ws(' ', id, rev, round(ST_X(point) * 1e7), round(ST_Y(point) * 1e7), "
	var houses []string
	for b := range o.m.Buildings.Now().All() {
		houses = append(houses, fmt.Sprintf("%s %d %d %s %s %s", uuid.UUID(b.ID), b.Rev, b.Row.FID, b.Row.Name, dash(b.Row.Grid), b.Row.Scope))
	}
	slices.Sort(houses)
	for table, of := range map[string]struct {
		columns string
		got     []string
	}{
		"building": {"", houses},
		"case_file": {"fid, number, category, state, urgent, COALESCE(grid_code, '-'), scope_code, COALESCE(department_code, '-'), COALESCE(extract(epoch FROM due_at)::bigint::text, '-')", rows(o.m.Cases.Now().All(), func(c *livemap.Case) string {
			due := "-"
			if !c.Due.IsZero() {
				due = fmt.Sprint(c.Due.Unix())
			}
			return fmt.Sprint(c.FID, " ", strings.Join([]string{c.Number, c.Category, c.State, fmt.Sprint(c.Urgent)[:1], dash(c.Grid), c.Scope, dash(c.Department), due}, " "))
		})},
		"facility": {"fid, code, kind, class, name, state, COALESCE(grid_code, '-'), scope_code", rows(o.m.Facilities.Now().All(), func(f *livemap.Facility) string {
			return fmt.Sprint(f.FID, " ", strings.Join([]string{f.Code, f.Kind, f.Class, f.Name, f.State, dash(f.Grid), f.Scope}, " "))
		})},
		"service": {"fid, kind, name, state, COALESCE(grid_code, '-'), scope_code", rows(o.m.Services.Now().All(), func(s *livemap.Service) string {
			return fmt.Sprint(s.FID, " ", strings.Join([]string{s.Kind, s.Name, s.State, dash(s.Grid), s.Scope}, " "))
		})},
	} {
		query := head + of.columns + ") FROM " + table
		if table == "building" {
			query = "SELECT concat_ws(' ', id, rev, fid, name, COALESCE(grid_code, '-'), scope_code) FROM building"
		}
		answer, err := o.Root.Query(context.Background(), query)
		if err != nil {
			o.t.Fatal(err)
		}
		want, err := pgx.CollectRows(answer, pgx.RowTo[string])
		if err != nil {
			o.t.Fatal(err)
		}
		slices.Sort(want)
		if !slices.Equal(of.got, want) {
			o.t.Errorf("%s: the map has %d objects, PostGIS %d, or they differ:\n%s\n%s", table, len(of.got), len(want), first(of.got, want), first(want, of.got))
		}
		objects += len(want)
	}
	return objects
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// first is the first line that the other list does not have.
func first(list, other []string) string {
	for _, l := range list {
		if !slices.Contains(other, l) {
			return l
		}
	}
	return ""
}

// near is an object and how far it is.
type near struct {
	name   string
	metres float64
}

func nears[T any](list []T, of func(T) (string, float64)) (out []near) {
	for _, x := range list {
		name, metres := of(x)
		out = append(out, near{name, metres})
	}
	return out
}

// ask compares answers about places with those of PostGIS: the same objects in the
// same order, as far away to the millimetre.
func (o *town) ask(questions int, by actor.Actor) (found int) {
	o.t.Helper()
	for range questions {
		p, reach := o.somewhere(), 1+499*o.random.Float64()
		h := o.m.At(crs.FromPoint(p), reach, by.Cases())
		var inside []uuid.UUID
		var border bool
		if err := o.Root.QueryRow(context.Background(), `
SELECT COALESCE(array_agg(id ORDER BY fid) FILTER (WHERE ST_Contains(geom, @at::geometry)), '{}'), COALESCE(bool_or(ST_Touches(geom, @at::geometry)), false)
FROM building WHERE ST_Intersects(geom, @at::geometry)`, pgx.NamedArgs{"at": p}).Scan(&inside, &border); err != nil {
			o.t.Fatal(err)
		}
		houses := make([]uuid.UUID, len(h.Buildings.Items))
		for i, b := range h.Buildings.Items {
			houses[i] = b.ID
		}
		if !border && (len(inside) != len(houses)+h.Buildings.Beyond || !slices.Equal(houses, inside[:len(houses)])) {
			o.t.Fatalf("%v lies in %v, not %v", p, houses, inside)
		}
		found += len(inside)
		args := pgx.NamedArgs{"at": p, "reach": reach}
		sight := by.Cases().Where("scope_code", "department_code", args)
		for sql, of := range map[string]struct {
			got    []near
			beyond int
		}{
			"SELECT code, %s FROM facility WHERE state <> 'removed' AND %s < @reach": {
				nears(h.Facilities.Items, func(f livemap.FoundFacility) (string, float64) { return f.Code, f.Distance }), h.Facilities.Beyond,
			},
			"SELECT id::text, %s FROM service WHERE state <> 'closed' AND %s < 1000": {
				nears(h.Services.Items, func(s livemap.FoundService) (string, float64) { return s.ID.String(), s.Distance }), h.Services.Beyond,
			},
			"SELECT number, %s FROM case_file WHERE state NOT IN ('closed', 'rejected') AND %s < @reach AND " + sight: {
				nears(h.Cases.Items, func(c livemap.FoundCase) (string, float64) { return c.Number, c.Distance }), h.Cases.Beyond,
			},
		} {
			const metres = "ST_Distance(point::geography, @at::geometry::geography)"
			answer, err := o.Root.Query(context.Background(), fmt.Sprintf(sql, metres, metres)+" ORDER BY 2", args)
			if err != nil {
				o.t.Fatal(err)
			}
			want, err := pgx.CollectRows(answer, func(row pgx.CollectableRow) (n near, err error) {
				err = row.Scan(&n.name, &n.metres)
				return n, err
			})
			if err != nil {
				o.t.Fatal(err)
			}
			if len(want) != len(of.got)+of.beyond || !slices.EqualFunc(of.got, want[:len(of.got)], func(a, b near) bool { return a.name == b.name && math.Abs(a.metres-b.metres) < 0.001 }) {
				o.t.Fatalf("within %v m of %v: %v and %d more, not %v", reach, p, of.got, of.beyond, want)
			}
			found += len(want)
		}
	}
	return found
}

// redraw moves the border between two grids.
func (o *town) redraw() {
	o.t.Helper()
	ix := o.Regions.Index()
	west, _ := ix.Region(apitest.GridA)
	east, _ := ix.Region("990101001001002")
	border := math.Round((113.302+0.006*o.random.Float64())*1e7) / 1e7
	box := func(x0, x1 float64) orb.MultiPolygon {
		return orb.MultiPolygon{orb.Bound{Min: orb.Point{x0, 23.4}, Max: orb.Point{x1, 23.41}}.ToPolygon()}
	}
	west.Geom, east.Geom = box(113.3, border), box(border, 113.31)
	o.Clock.Advance(1)
	if _, err := o.Regions.Publish(o.t.Context(), region.Redraw{Source: "test", Regions: []grid.Region{west, east}}); err != nil {
		o.t.Fatal(err)
	}
}

// Whatever happens, the map is what PostGIS holds once it has seen it.
func TestTheMapIsWhatTheDatabaseHolds(t *testing.T) {
	t.Parallel()
	o := newTown(t, 1)
	o.follow()
	var reported []uuid.UUID
	for round := range 12 {
		switch o.random.IntN(4) {
		case 0:
			var refs []string
			for range 130 { // told as one change
				refs = append(refs, fmt.Sprint(o.random.IntN(400)))
			}
			slices.Sort(refs)
			o.put(slices.Compact(refs)...)
		case 1:
			o.redraw()
		default:
			for range 5 {
				o.put(fmt.Sprint(o.random.IntN(400)))
			}
		}
		for range 6 {
			reported = append(reported, o.Report(t, o.somewhere()).ID)
			o.on(reported[o.random.IntN(len(reported))])
		}
		o.settle()
		o.compare()
		o.ask(6, apitest.Actor(actor.Operator, []string{apitest.CityCode, apitest.StreetA, apitest.StreetB, apitest.GridA}[round%4]))
	}
	if n := o.compare(); n < 300 {
		t.Errorf("only %d objects", n)
	}
	if found := o.ask(40, apitest.Actor(actor.Operator, apitest.CityCode)); found < 500 {
		t.Errorf("only %d objects found", found)
	}
}

// Nothing is lost, doubled or turned back while layers are loaded anew beside
// writers, and what an object has become once is never less to a reader.
func TestLayersAreLoadedAnewBesideWriters(t *testing.T) {
	t.Parallel()
	o := newTown(t, 2)
	o.put("a", "b", "c")
	o.follow()
	id := uuid.UUID{}
	for f := range o.m.Facilities.Now().All() {
		id = uuid.UUID(f.ID)
	}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	readers.Go(func() { // what it sees of one facility never goes back
		var rev int64
		for {
			select {
			case <-stop:
				return
			default:
			}
			if f, ok := o.m.Facilities.Now().Get(live.ID(id)); ok {
				if f.Rev < rev {
					t.Errorf("revision %d after %d", f.Rev, rev)
					return
				}
				rev = f.Rev
			}
		}
	})
	many := make([]string, 150)
	for round := range 8 {
		for i := range many {
			many[i] = fmt.Sprint(round%2, i)
		}
		o.put(many...)
		for range 4 {
			o.put("a", "b", "c")
		}
	}
	o.settle()
	close(stop)
	readers.Wait()
	if n := o.compare(); n != 3*303 {
		t.Errorf("%d objects, not 909", n)
	}
}

// Until a layer that has to be loaded anew is loaded, the map does not say that
// it has seen the change that asked for it.
func TestAChangeIsSeenWhenItIsThere(t *testing.T) {
	t.Parallel()
	o := newTown(t, 3)
	before := o.m.Seen()
	many := make([]string, 150)
	for i := range many {
		many[i] = fmt.Sprint(i)
	}
	o.put(many...)
	o.Report(t, apitest.InGridA)
	for o.head().Pos == before.Pos {
	}
	entries, err := o.Changes.After(t.Context(), before.Pos, 1000)
	for len(entries) < 4 && err == nil {
		entries, err = o.Changes.After(t.Context(), before.Pos, 1000)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := o.m.Apply(t.Context(), before.Epoch, entries); err != nil {
		t.Fatal(err)
	}
	if o.m.Seen() != before || o.m.Cases.Now().Len() != 1 || o.m.Facilities.Now().Len() != 0 {
		t.Errorf("seen %v after %v, %d cases, %d facilities", o.m.Seen(), before, o.m.Cases.Now().Len(), o.m.Facilities.Now().Len())
	}
	if at := o.m.Facilities.Now().Seen(); at != live.Position(before) {
		t.Errorf("facilities have seen %v", at)
	}
	o.follow()
	o.settle()
	if o.compare() != 451 {
		t.Error("not all is there")
	}
}

// Who has seen a change never gets an answer that does not know it: the question
// waits for it, and is refused where it does not come.
func TestAQuestionWaitsForWhatItsAskerHasSeen(t *testing.T) {
	t.Parallel()
	o := newTown(t, 5)
	before := o.m.Seen()
	o.Report(t, apitest.InGridA)
	for o.head() == before {
	}
	seen := o.head()
	if err := o.m.Await(t.Context(), seen, 10*time.Millisecond); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a map that follows nothing: %v", err)
	}
	answer := make(chan error)
	go func() { answer <- o.m.Await(context.Background(), seen, patience) }()
	o.follow()
	if err := <-answer; err != nil {
		t.Error(err)
	}
	if o.m.Cases.Now().Len() != 1 {
		t.Error("it answers without what was seen")
	}
	for _, at := range []change.Position{before, seen, {Epoch: seen.Epoch - 1, Pos: seen.Pos + 1000}} {
		if err := o.m.Await(t.Context(), at, 0); err != nil {
			t.Errorf("%v: %v", at, err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := o.m.Await(ended, change.Position{Epoch: seen.Epoch, Pos: seen.Pos + 1}, patience); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits any more: %v", err)
	}
}

// A case is told to those whose sight it is in, and to nobody else.
func TestWhoSeesWhichCases(t *testing.T) {
	t.Parallel()
	o := newTown(t, 4)
	o.follow()
	a := o.Report(t, apitest.InGridA)
	o.settle()
	for _, of := range []struct {
		by   actor.Actor
		sees int
	}{
		{actor.Actor{}, 0},
		{apitest.Actor(actor.Operator, apitest.StreetA), 1},
		{apitest.Actor(actor.Operator, apitest.StreetB), 0},
		{apitest.Actor(actor.Planner, apitest.CityCode), 0},
		{apitest.Handler("D01", apitest.CityCode), 0},
	} {
		if h := o.m.At(crs.FromPoint(apitest.InGridA), 10, of.by.Cases()); len(h.Cases.Items) != of.sees {
			t.Errorf("%v sees %v", of.by.Grants, h.Cases.Items)
		}
	}
	o.on(a.ID)
	o.on(a.ID) // dispatched to D01
	o.settle()
	if h := o.m.At(crs.FromPoint(apitest.InGridA), 10, apitest.Handler("D01", apitest.CityCode).Cases()); len(h.Cases.Items) != 1 || h.Cases.Items[0].State != "dispatched" {
		t.Errorf("the department sees %v", h.Cases.Items)
	}
}
