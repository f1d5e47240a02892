package check_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/blob"
	"onemap/api/building"
	"onemap/api/cases"
	"onemap/api/change"
	"onemap/api/crosswalk"
	"onemap/api/link"
	"onemap/api/region"
	"onemap/cmd/internal/check"
	"onemap/geo/grid"
)

// city is one with something for every rule, and the ids to damage.
type city struct {
	*apitest.City
	photos *blob.Folder
	number string
	bench  string
	sha    [32]byte
}

func furnished(t *testing.T) city {
	t.Helper()
	t.Parallel()
	c := city{City: apitest.New(t)}
	c.photos = c.Photos
	f := c.Facility(t, "bench", apitest.InGridA)
	c.bench = f.ID.String()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 9, 9)), nil); err != nil {
		t.Fatal(err)
	}
	up, err := c.Cases.Upload(t.Context(), c.Intake, &b)
	if err != nil {
		t.Fatal(err)
	}
	lon, lat := apitest.InGridB[0], apitest.InGridB[1]
	r, err := c.Cases.Report(t.Context(), apitest.NewID().String(), cases.Report{Category: "06010", Lon: &lon, Lat: &lat, Photos: []string{up.ID.String()}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Cases.Step(c.As(actor.Operator), r.ID, cases.Do{Action: cases.DoFile, Rev: 1}); err != nil {
		t.Fatal(err)
	}
	c.number = r.Number
	var sha []byte
	if err := c.Pool.QueryRow(t.Context(), "SELECT sha256 FROM photo").Scan(&sha); err != nil {
		t.Fatal(err)
	}
	copy(c.sha[:], sha)
	c.house(t)
	n, err := c.Nets.Define(c.As(actor.Registrar), crosswalk.Net{Scope: apitest.StreetA, Name: "police", Kind: crosswalk.Police})
	if err != nil {
		t.Fatal(err)
	}
	c.Tx(t, func(tx pgx.Tx) error {
		around := orb.MultiPolygon{{{{113.299, 23.399}, {113.3071, 23.4}, {113.306, 23.413}, {113.3, 23.41}, {113.299, 23.399}}}}
		_, err := c.Nets.Take(t.Context(), tx, n.ID, []crosswalk.Cell{{Code: "P1", Geom: around}}, "police.shp", "")
		return err
	})
	return c
}

// house builds a house of two units and three storeys.
func (c city) house(t *testing.T) {
	t.Helper()
	x, y := apitest.InGridA[0], apitest.InGridA[1]
	c.Tx(t, func(tx pgx.Tx) error {
		ix, err := c.Regions.Hold(t.Context(), tx)
		if err != nil {
			return err
		}
		_, err = c.Buildings.Import(t.Context(), tx, ix, link.Batch{Source: "test", NewID: apitest.NewID, Now: c.Clock.Now()}, []building.Building{{
			Ref: "1", Point: apitest.InGridA, Geom: orb.MultiPolygon{{{{x, y}, {x + 0.0002, y}, {x + 0.0002, y + 0.0002}, {x, y}}}},
		}})
		return err
	})
	var id uuid.UUID
	if err := c.Pool.QueryRow(t.Context(), "SELECT id FROM building").Scan(&id); err != nil {
		t.Fatal(err)
	}
	plan := building.Plan{Count: 2, Floors: 3, Below: 1, RoomsPerFloor: 2, Pattern: "{floor}{col:02}", BelowUse: "parking"}
	if _, err := c.Buildings.Apply(c.As(actor.Registrar), id, 1, plan); err != nil {
		t.Fatal(err)
	}
}

func (c city) run(t *testing.T) map[string]check.Result {
	t.Helper()
	checker := check.Checker{Pool: c.Pool, Photos: c.photos, People: c.People, Index: func(ctx context.Context, tx pgx.Tx) (*grid.Index, error) { return region.ReadIndex(ctx, tx) }}
	results, err := checker.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	byRule := map[string]check.Result{}
	for _, r := range results {
		byRule[r.Rule] = r
	}
	if len(byRule) != len(results) {
		t.Error("two rules have one name")
	}
	return byRule
}

func TestGoodDataKeepsEveryRule(t *testing.T) {
	c := furnished(t)
	// Number the changes, so that there is a log to look at.
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- (&change.Sequencer{Pool: c.Pool, Log: quiet}).Run(ctx) }()
	for {
		var left bool
		if err := c.Pool.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM change_inbox i WHERE NOT EXISTS (SELECT FROM change_log l WHERE l.inbox = i.id)) AND NOT EXISTS (SELECT FROM change_epoch)").Scan(&left); err != nil {
			t.Fatal(err)
		}
		if !left {
			break
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := c.Regions.MakeGrids(t.Context(), "990101001", 150, false); err != nil {
		t.Fatal(err)
	}
	looked := 0
	for rule, r := range c.run(t) {
		if !r.OK() {
			t.Errorf("%s: %v", rule, r.Offenders)
		}
		if r.Looked > 0 {
			looked++
		}
	}
	if looked < 8 {
		t.Errorf("only %d rules had anything to look at", looked)
	}
}

func TestEachRuleFindsItsDamage(t *testing.T) {
	t.Parallel()
	const (
		placed  = "grid_code is the grid that holds the point"
		postgis = "PostGIS finds the same one grid"
		storeys = "storeys: no gap, the ground floor is there, rooms lie on them"
	)
	for _, tt := range []struct {
		name, sql string
		rules     []string
		offender  func(c city) string
	}{
		{"a facility in the wrong grid", "UPDATE facility SET grid_code = '990101001001002', scope_code = '990101001001002'", []string{"facility: " + placed, "facility: " + postgis}, func(c city) string { return c.bench }},
		{"a facility of no grid", "UPDATE facility SET grid_code = NULL, scope_code = '990101'", []string{"facility: " + placed, "facility: " + postgis}, func(c city) string { return c.bench }},
		{"a point that was moved alone", "UPDATE case_file SET point = ST_SetSRID(ST_Point(113.3025, 23.405), 4326)", []string{"case_file: " + placed, "case_file: " + postgis}, func(city) string { return apitest.GridB }},
		{"a grid that shrank", "UPDATE region SET geom = ST_Multi(ST_SetSRID(ST_MakeEnvelope(113.301, 23.401, 113.305, 23.41), 4326)) WHERE code = '990101001001001'", []string{"grids: together they are their community"}, func(city) string { return "990101001001 " }},
		{"a grid that grew over its neighbour", "UPDATE region SET geom = ST_Multi(ST_SetSRID(ST_MakeEnvelope(113.30, 23.40, 113.307, 23.41), 4326)) WHERE code = '990101001001001'", []string{"grids: no two overlap"}, func(city) string { return "990101001001001 and 990101001001002" }},
		{"a case whose events say otherwise", "ALTER TABLE case_file DROP CONSTRAINT case_file_state_fk; UPDATE case_file SET state = 'dispatched'", []string{"cases: the state is the fold of the events"}, func(c city) string { return c.number }},
		{"an ended case that a redraw forgot", "ALTER TABLE case_file DROP CONSTRAINT case_file_state_fk; UPDATE case_file SET state = 'closed', grid_code = NULL, scope_code = '990101'", []string{"cases: of those that have ended today's grid is known"}, func(c city) string { return c.number }},
		{"a case with an event too many", "INSERT INTO case_event (case_id, seq, prev_seq, at, action, from_state, to_state, actor_role, department) SELECT id, 3, 2, now(), 'dispatch', 'filed', 'dispatched', 'operator', 'D01' FROM case_file", []string{"cases: the state is the fold of the events"}, func(c city) string { return c.number }},
		{"a room that did not move", "UPDATE dwelling SET grid_code = NULL, scope_code = '990101' WHERE code = '302'", []string{"dwelling: grid_code is its building's"}, func(city) string { return "has 990101, its building " + apitest.GridA }},
		{"a storey that is missing", "DELETE FROM building_storey WHERE ordinal = 1", []string{storeys}, func(city) string { return "has 3 storeys from -1 to 2" }},
		{"a room above the roof", "UPDATE dwelling SET storey_to = 3 WHERE code = '302'", []string{storeys}, func(city) string { return "rooms from -1 to 3" }},
		{"a house without a ground floor", "DELETE FROM building_storey WHERE ordinal < 1", []string{storeys}, func(city) string { return "has 2 storeys from 1 to 2" }},
		{"a room within another", "UPDATE dwelling SET col = 1, colspan = 2 WHERE code = '202'", []string{"dwelling: no two rooms of a unit overlap"}, func(city) string { return "has 201 and 202" }},
		{"a cell that crosses itself", "UPDATE net_cell SET geom = ST_GeomFromText('MULTIPOLYGON(((113.30 23.40, 113.306 23.41, 113.306 23.40, 113.30 23.41, 113.30 23.40)))', 4326)", []string{"nets: each cell is a sound polygon"}, func(city) string { return "P1 of net police (990101001): Self-intersection" }},
		{"a log that runs backwards", "INSERT INTO change_log (pos, inbox, at, kind, object, rev, body) VALUES (1, 101, now(), 'case', 'k', 2, '{}'), (2, 102, now(), 'case', 'k', 1, '{}')", []string{"change log: revisions of an object grow"}, func(city) string { return "case k goes from 2 to 1 at 2" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := furnished(t)
			if _, err := c.Root.Exec(t.Context(), tt.sql); err != nil {
				t.Fatal(err)
			}
			results := c.run(t)
			for _, rule := range tt.rules {
				if r := results[rule]; r.OK() || !strings.Contains(strings.Join(r.Offenders, "\n"), tt.offender(c)) {
					t.Errorf("%s: %+v, want %q named", rule, r, tt.offender(c))
				}
			}
		})
	}
}

func TestALostFileIsFound(t *testing.T) {
	c := furnished(t)
	if err := c.photos.Delete(t.Context(), blob.KeyOf(c.sha).Thumb()); err != nil {
		t.Fatal(err)
	}
	if r := c.run(t)["photos: each has its files"]; r.Looked != 1 || len(r.Offenders) != 1 {
		t.Errorf("%+v", r)
	}
}

func TestAtMostTwentyOffendersAreNamed(t *testing.T) {
	c := furnished(t)
	for range 25 {
		c.Facility(t, "bench", apitest.InGridA)
	}
	if _, err := c.Root.Exec(t.Context(), "UPDATE facility SET grid_code = NULL, scope_code = ''"); err != nil {
		t.Fatal(err)
	}
	for rule, r := range c.run(t) {
		if len(r.Offenders) > 20 || strings.HasPrefix(rule, "facility") && len(r.Offenders) != 20 {
			t.Errorf("%s names %d", rule, len(r.Offenders))
		}
	}
}

var quiet = slog.New(slog.DiscardHandler)
