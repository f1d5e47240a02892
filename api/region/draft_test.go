package region_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/building"
	"onemap/api/cases"
	"onemap/api/facility"
	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/organisation"
	"onemap/api/person"
	"onemap/api/region"
	"onemap/api/service"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

const community = grid.Code("990101001001")

// peopled fills the first street with one of everything at random places, two
// people in each house.
func peopled(t *testing.T, c *apitest.City, each int) {
	t.Helper()
	random := rand.New(rand.NewPCG(3, 3))
	somewhere := func() orb.Point { return orb.Point{113.3 + 0.02*random.Float64(), 23.4 + 0.02*random.Float64()} }
	ctx, at := t.Context(), c.Clock.Now()
	c.Tx(t, func(tx pgx.Tx) error {
		ix, err := c.Regions.Hold(ctx, tx)
		if err != nil {
			return err
		}
		b := link.Batch{Source: "test", NewID: apitest.NewID, Now: at}
		for i := range each {
			p := somewhere()
			around := orb.MultiPolygon{{{{p[0], p[1]}, {p[0] + 1e-5, p[1]}, {p[0], p[1] + 1e-5}, {p[0], p[1]}}}}
			ref := fmt.Sprint(i)
			if _, err := c.Buildings.Import(ctx, tx, ix, b, []building.Building{{Ref: ref, Name: "楼" + ref, Point: p, Geom: around}}); err != nil {
				return err
			}
			var room uuid.UUID
			if err := tx.QueryRow(ctx, `
INSERT INTO dwelling (id, source, source_ref, building_id, storey_from, storey_to, code, col, use, grid_code, scope_code, rev, updated_at)
SELECT $1, 'test', $2, id, 0, 0, '101', 1, 'dwelling', grid_code, scope_code, 1, $3 FROM building WHERE source = 'test' AND source_ref = $2 RETURNING id`, apitest.NewID(), ref, at).Scan(&room); err != nil {
				return err
			}
			for k := range 2 {
				number := fmt.Sprintf("E%04d%04d", k, i)
				if _, err := c.People.Import(ctx, tx, ix, b, []person.Row{{Ref: number, Name: "甲", IDKind: person.Passport, IDNumber: number, DwellingID: room}}); err != nil {
					return err
				}
			}
			shop := somewhere()
			if _, err := c.Organisations.Import(ctx, tx, ix, b, []organisation.Row{{Ref: ref, Name: "店" + ref, Point: &shop}}); err != nil {
				return err
			}
			if _, err := c.Facilities.Import(ctx, tx, ix, b, []facility.New{{Ref: ref, Kind: "bench", Point: somewhere()}}); err != nil {
				return err
			}
			if _, err := c.Services.Import(ctx, tx, ix, b, []service.Place{{Ref: ref, Kind: "clinic", Name: "诊所" + ref, Point: somewhere()}}); err != nil {
				return err
			}
		}
		return nil
	})
	for i := range each {
		r := c.Report(t, somewhere())
		if i%3 == 0 { // ended ones stay where they were
			if err := c.Cases.Step(c.As(actor.Operator), r.ID, cases.Do{Action: cases.DoReject, Rev: 1, Note: "不属实"}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// begun is a draft of the first community by its administrator.
func begun(t *testing.T, c *apitest.City, ctx context.Context, under grid.Code) region.Draft {
	t.Helper()
	d, err := c.Regions.Begin(ctx, under, apitest.NewID(), "春季调整", "")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func line(points ...orb.Point) orb.LineString { return points }

// edited draws on a draft and gives it back.
func edited(t *testing.T, c *apitest.City, ctx context.Context, d region.Draft, edits ...region.Edit) region.Draft {
	t.Helper()
	d, err := c.Regions.Edit(ctx, grid.Code(d.Under), d.ID, d.Rev, nil, edits)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// whereAll is what every object is tied to.
func whereAll(t *testing.T, c *apitest.City) map[string]string {
	t.Helper()
	was := map[string]string{}
	for _, table := range []string{"building", "dwelling", "person", "residence", "organisation", "facility", "service", "case_file"} {
		rows, err := c.Root.Query(t.Context(), "SELECT id::text, scope_code FROM "+table)
		if err != nil {
			t.Fatal(err)
		}
		var id, scope string
		if _, err := pgx.ForEachRow(rows, []any{&id, &scope}, func() error { was[table+" "+id] = scope; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	return was
}

// A draft splits one grid and merges two, is found sound, tells what it moves,
// moves just that when it is published, and is undone.
func TestADraftFromBeginToUndo(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	peopled(t, c, 40)
	admin := c.As(actor.Administrator, apitest.StreetA)
	if _, err := c.Pool.Exec(t.Context(), "UPDATE account_grant SET scope = $1 WHERE account_id = $2", "990101001001004", apitest.ID("worker")); err != nil {
		t.Fatal(err)
	}
	d := begun(t, c, admin, community)
	d = edited(t, c, admin, d,
		region.Edit{Op: "split", Code: apitest.GridA}.Along(line(orb.Point{113.3021, 23.39}, orb.Point{113.3029, 23.43})),
		region.Edit{Op: "merge", Codes: []string{"990101001001003", "990101001001004"}},
	)
	if d.Fresh != 1 || d.Changed < 2 || d.Removed != 1 {
		t.Errorf("%+v", d)
	}
	found, err := c.Regions.Validate(admin, community, d.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Weight == region.Blocking {
			t.Errorf("%s %v: %s", f.Kind, f.Codes, f.Text)
		}
	}
	was := whereAll(t, c)
	ahead, err := c.Regions.Preview(admin, community, d.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(ahead.Grants) != 1 || ahead.Grants[0].Login != "worker" || ahead.Grants[0].To != "990101001001003" {
		t.Errorf("grants on what goes away: %+v", ahead.Grants)
	}
	moving, err := c.Regions.Moving(admin, community, d.ID, "", "", "", 10000)
	if err != nil {
		t.Fatal(err)
	}
	areas, err := c.Regions.Areas(admin, community, d.ID)
	if err != nil || len(areas) != 2 {
		t.Errorf("%d areas change hands, %v", len(areas), err)
	}
	edition := c.Regions.Index().Edition()
	done, err := c.Regions.PublishDraft(admin, community, d.ID, d.Rev)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.Regions.PublishDraft(admin, community, d.ID, d.Rev); err != nil || again != done {
		t.Errorf("published again: %+v, %v", again, err)
	}
	if done.Moved != ahead.Moved || done.Edition != edition+1 || done.Moved == 0 {
		t.Errorf("%d moved in edition %d; the preview said %d", done.Moved, done.Edition, ahead.Moved)
	}
	// Each object that moved was told of, and no other; pairs are their counts.
	told := map[string]string{}
	for _, m := range moving {
		told[map[string]string{"case": "case_file"}[m.Kind]+strings.TrimPrefix(m.Kind, "case")+" "+m.ID.String()] = m.To
	}
	counts := map[string]int64{}
	for object, scope := range whereAll(t, c) {
		if scope == was[object] {
			continue
		}
		kind, _, _ := strings.Cut(object, " ")
		counts[kind+was[object]+scope]++
		if slices.Contains([]string{"dwelling", "person", "residence"}, kind) {
			continue
		}
		if told[object] != scope {
			t.Errorf("%s moved from %s to %s; the preview said %q", object, was[object], scope, told[object])
		}
		delete(told, object)
	}
	if len(told) > 0 {
		t.Errorf("told and not moved: %v", told)
	}
	for _, p := range ahead.Pairs {
		for kind, n := range map[string]int64{"building": p.Buildings, "person": p.People, "case_file": p.Cases, "facility": p.Facilities, "service": p.Services, "organisation": p.Organisations} {
			if got := counts[kind+p.From+p.To]; got != n {
				t.Errorf("%s from %s to %s: %d moved, told %d", kind, p.From, p.To, got, n)
			}
			if n == 0 {
				continue
			}
			delete(counts, kind+p.From+p.To)
		}
	}
	for key, n := range counts {
		if !strings.HasPrefix(key, "dwelling") && !strings.HasPrefix(key, "residence") {
			t.Errorf("%d moved as %s and no pair says so", n, key)
		}
	}
	// The past is kept.
	old, err := c.Regions.At(t.Context(), edition)
	if err != nil || old.Locate(crs.FromPoint(orb.Point{113.3075, 23.415})).Grid != "990101001001004" || c.Regions.Index().Locate(crs.FromPoint(orb.Point{113.3075, 23.415})).Grid != "990101001001003" {
		t.Errorf("as it was: %v", err)
	}
	list, err := c.Regions.Editions(t.Context(), community, 0, 10)
	if err != nil || len(list) == 0 || list[0].Edition != done.Edition || list[0].Name != "春季调整" || list[0].By != "王administrator" || !list[0].Undoable || list[0].Scope != string(community) {
		t.Errorf("%+v, %v", list, err)
	}
	back, err := c.Regions.Undo(admin, community, done.Edition)
	if err != nil || back.Moved != done.Moved {
		t.Fatalf("%+v, %v", back, err)
	}
	for object, scope := range whereAll(t, c) {
		if scope != was[object] {
			t.Errorf("%s is in %s after the undo; it was in %s", object, scope, was[object])
		}
	}
	read, err := region.ReadIndex(t.Context(), c.Pool)
	if err != nil {
		t.Fatal(err)
	}
	alike(t, c.Regions.Index(), read)
	if _, err := c.Regions.Undo(admin, community, done.Edition); !fault.Is(err, fault.Conflict) {
		t.Errorf("undone twice: %v", err)
	}
	if redone, err := c.Regions.Undo(admin, community, back.Edition); err != nil || redone.Moved != done.Moved {
		t.Errorf("redone: %+v, %v", redone, err)
	}
	// The code of what went away, and of what came, are never given again.
	d = begun(t, c, admin, community)
	again := region.Edit{Op: "put", Code: "990101001001004"}.Of(square(113.3, 23.4, 0.001))
	if _, err := c.Regions.Edit(admin, community, d.ID, d.Rev, nil, []region.Edit{again}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "given before") {
		t.Errorf("a code was given twice: %v", err)
	}
	d = edited(t, c, admin, d, region.Edit{Op: "put", Parent: string(community)}.Of(square(113.3, 23.4, 0.001)))
	_, parts, _, err := c.Regions.Draft(admin, community, d.ID)
	if err != nil || len(parts) != 1 || parts[0].Code != "990101001001006" {
		t.Errorf("the next code: %+v, %v", parts, err)
	}
}

// Each fault keeps a draft from being published, and its refusal names it and the place.
func TestAFaultyDraftIsNotPublished(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	admin := c.As(actor.Administrator, apitest.StreetA)
	put := func(code string, geom orb.MultiPolygon) region.Edit {
		return region.Edit{Op: "put", Code: code}.Of(geom)
	}
	a, _ := c.Regions.Index().Region(apitest.GridA)
	gcj := func(geom orb.MultiPolygon) orb.MultiPolygon {
		out := geom.Clone()
		for _, ring := range out[0] {
			for i, p := range ring {
				g := crs.FromPoint(p).GCJ02()
				ring[i] = orb.Point{g.Lon, g.Lat}
			}
		}
		return out
	}
	var shifted, elsewhere []region.Edit
	for _, ref := range c.Regions.Index().Children(community) {
		r, _ := c.Regions.Index().Region(ref.Code)
		shifted = append(shifted, put(string(r.Code), gcj(r.Geom)))
		elsewhere = append(elsewhere, put(string(r.Code), square(r.Geom.Bound().Min[0]+1, 24, 0.005)))
	}
	for kind, edits := range map[string][]region.Edit{
		"empty":          nil,
		"gap":            {{Op: "remove", Code: apitest.GridA}},
		"overlap":        {put(apitest.GridA, square(113.3, 23.4, 0.007))},
		"outside_parent": {put(apitest.GridA, square(113.295, 23.4, 0.01))},
		"zero_area":      {put("990101001001005", orb.MultiPolygon{{{{113.3, 23.4}, {113.301, 23.4}, {113.302, 23.4}, {113.3, 23.4}}}})},
		"self_crossing":  {put(apitest.GridA, orb.MultiPolygon{{{{113.3, 23.4}, {113.305, 23.41}, {113.305, 23.4}, {113.3, 23.41}, {113.3, 23.4}}}})},
		"duplicate":      {put("990101001001005", a.Geom)},
		"wrong_datum":    shifted,
		"set_outside":    elsewhere,
	} {
		d := begun(t, c, admin, community)
		d = edited(t, c, admin, d, edits...)
		found, err := c.Regions.Validate(admin, community, d.ID)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if !slices.ContainsFunc(found, func(f region.Found) bool { return string(f.Kind) == kind && f.Weight == region.Blocking }) {
			t.Errorf("%s was not found among %v", kind, found)
		}
		before := state(t, c)
		_, err = c.Regions.PublishDraft(admin, community, d.ID, d.Rev)
		var refusal *fault.Error
		if !errors.As(err, &refusal) || refusal.Kind != fault.Invalid || !slices.ContainsFunc(refusal.Fields, func(f fault.Field) bool { return strings.HasSuffix(f.Location, "."+kind) }) {
			t.Errorf("%s: published, or refused as %v", kind, err)
		}
		if state(t, c) != before {
			t.Errorf("%s: a refused draft changed something", kind)
		}
	}
	// What no database keeps is refused where it is drawn.
	d := begun(t, c, admin, community)
	for says, geom := range map[string]orb.MultiPolygon{"not closed": {{a.Geom[0][0][:4]}}, "points": {{{a.Geom[0][0][0], a.Geom[0][0][1], a.Geom[0][0][0]}}}, "longitude": {{{{200, 1}, {201, 1}, {201, 2}, {200, 1}}}}} {
		if _, err := c.Regions.Edit(admin, community, d.ID, d.Rev, nil, []region.Edit{put(apitest.GridA, geom)}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}

// Of two who publish at once one wins; the other is told what changed, and goes on
// from there. Another place is not in the way.
func TestTwoAdministratorsPublish(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	admin := c.As(actor.Administrator)
	split := func(under grid.Code, code string) region.Draft {
		r, _ := c.Regions.Index().Region(grid.Code(code))
		b := r.Geom.Bound()
		d := begun(t, c, admin, under)
		return edited(t, c, admin, d, region.Edit{Op: "split", Code: code}.Along(line(orb.Point{b.Min[0] - 1, b.Center()[1]}, orb.Point{b.Max[0] + 1, b.Center()[1]})))
	}
	drafts := []region.Draft{split(community, apitest.GridA), split(community, "990101001001004"), split("990101002001", apitest.GridB)}
	// Somebody writes an object, so all three wait for the edition, and begin at once.
	writer, err := c.Pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Rollback(context.Background())
	if _, err := c.Regions.Hold(t.Context(), writer); err != nil {
		t.Fatal(err)
	}
	answers := make([]error, len(drafts))
	done := make(chan int)
	for i, d := range drafts {
		go func() {
			_, answers[i] = c.Regions.PublishDraft(admin, grid.Code(d.Under), d.ID, d.Rev)
			done <- i
		}()
	}
	for waiting := 0; waiting < len(drafts); {
		if err := c.Root.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'LOCK TABLE region_edition%'").Scan(&waiting); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond)
	}
	if err := writer.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range drafts {
		<-done
	}
	if answers[2] != nil {
		t.Errorf("another place: %v", answers[2])
	}
	loser := 0
	if answers[0] == nil {
		loser = 1
	}
	if answers[1-loser] != nil || !fault.Is(answers[loser], fault.Conflict) || !strings.Contains(answers[loser].Error(), "990101001001005") {
		t.Fatalf("want one winner, and a loser that is told what changed: %v", answers)
	}
	d, err := c.Regions.Rebase(admin, community, drafts[loser].ID, drafts[loser].Rev)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Regions.PublishDraft(admin, community, d.ID, d.Rev); err != nil {
		t.Fatal(err)
	}
	if n := len(c.Regions.Index().Children(community)); n != 6 {
		t.Errorf("%d grids", n)
	}
}

// Who does not administer a place learns of no draft of it.
func TestDraftsAreTheAdministrators(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	admin := c.As(actor.Administrator, apitest.StreetA)
	d := begun(t, c, admin, community)
	key := apitest.NewID().String()
	first, err := c.Regions.Begin(admin, community, apitest.NewID(), "", key)
	if again, err2 := c.Regions.Begin(admin, community, apitest.NewID(), "", key); err != nil || err2 != nil || again.ID != first.ID {
		t.Errorf("one key, two drafts: %v %v", err, err2)
	}
	for _, who := range []struct {
		ctx  context.Context
		kind fault.Kind
	}{
		{context.Background(), fault.Unauthenticated},
		{c.As(actor.Administrator, apitest.StreetB), fault.NotFound},
		{c.As(actor.Registrar, apitest.StreetA), fault.Forbidden},
		{c.As(actor.Administrator, apitest.GridA), fault.NotFound},
	} {
		if _, _, _, err := c.Regions.Draft(who.ctx, community, d.ID); !fault.Is(err, who.kind) {
			t.Errorf("read: %v", err)
		}
		if _, err := c.Regions.Edit(who.ctx, community, d.ID, d.Rev, nil, nil); !fault.Is(err, who.kind) {
			t.Errorf("edited: %v", err)
		}
		if _, err := c.Regions.PublishDraft(who.ctx, community, d.ID, d.Rev); !fault.Is(err, who.kind) {
			t.Errorf("published: %v", err)
		}
		if _, err := c.Regions.Undo(who.ctx, community, 1); !fault.Is(err, who.kind) {
			t.Errorf("undone: %v", err)
		}
		if err := c.Regions.Discard(who.ctx, community, d.ID, d.Rev); !fault.Is(err, who.kind) {
			t.Errorf("discarded: %v", err)
		}
	}
	if _, _, _, err := c.Regions.Draft(admin, grid.Code(apitest.StreetA), d.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("by another place's name: %v", err)
	}
	if _, err := c.Regions.Edit(admin, community, d.ID, d.Rev+1, nil, nil); !fault.Is(err, fault.Stale) {
		t.Errorf("an old revision: %v", err)
	}
	if list, err := c.Regions.Drafts(admin, apitest.StreetA); err != nil || len(list) != 2 {
		t.Errorf("%v %v", list, err)
	}
	if err := c.Regions.Discard(admin, community, d.ID, d.Rev); err != nil {
		t.Error(err)
	}
	if list, err := c.Regions.Drafts(admin, apitest.StreetA); err != nil || len(list) != 1 {
		t.Errorf("%v %v", list, err)
	}
}
