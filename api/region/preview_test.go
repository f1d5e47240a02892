package region_test

import (
	"context"
	"fmt"
	"maps"
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
	"onemap/api/region"
	"onemap/geo/grid"
)

// A draft drawn over a neighbour's ground, which cannot be published, tells its
// administrator nothing of who lives there, nor of the neighbour's cases and
// organisations; whoever administers both learns of them.
func TestAPreviewTellsNothingOfANeighboursPeople(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	peopled(t, c, 60)
	over, _ := c.Regions.Index().Region("990101001002001") // of the community beside
	for who, ctx := range map[string]context.Context{"the neighbour": c.As(actor.Administrator, string(community)), "the street": c.As(actor.Administrator, apitest.StreetA)} {
		d := begun(t, c, ctx, community)
		d = edited(t, c, ctx, d, region.Edit{Op: "put", Code: "990101001001009"}.Of(over.Geom))
		p, err := c.Regions.Preview(ctx, community, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		moving, err := c.Regions.Moving(ctx, community, d.ID, "", "", "", 10000)
		if err != nil {
			t.Fatal(err)
		}
		listed := map[string]int64{}
		for _, m := range moving {
			listed[m.Kind]++
		}
		if listed["case"] != p.Total.Cases || listed["organisation"] != p.Total.Organisations || listed["building"] != p.Total.Buildings {
			t.Errorf("%s: %v are listed of %+v", who, listed, p.Total)
		}
		for kind, n := range map[string]int64{"people": p.Total.People, "cases": p.Total.Cases, "organisations": p.Total.Organisations} {
			if (n > 0) != (who == "the street") {
				t.Errorf("%s is told of %d %s", who, n, kind)
			}
		}
		if p.Total.Buildings == 0 {
			t.Errorf("%s is told of no building, which everybody sees", who)
		}
	}
}

// movable are the tables whose objects a preview lists, by the kinds it calls them.
var movable = map[string]string{"building": "building", "organisation": "organisation", "facility": "facility", "service": "service", "case_file": "case"}

// postgisMoves is what a draft moves by the word of PostGIS: of each object that
// does not keep its grid, the deepest region of the draft that holds its point.
func postgisMoves(t *testing.T, c *apitest.City, d region.Draft) map[uuid.UUID][2]string {
	t.Helper()
	moves := map[uuid.UUID][2]string{}
	for table := range movable {
		keep := "FALSE"
		if table == "case_file" {
			keep = "state IN ('closed', 'rejected')"
		}
		rows, err := c.Root.Query(t.Context(), `
WITH next AS (
    SELECT code, geom FROM region r WHERE NOT EXISTS (SELECT FROM region_draft_part p WHERE p.draft_id = $1 AND p.code = r.code)
    UNION ALL SELECT code, geom FROM region_draft_part WHERE draft_id = $1 AND change <> 'removed')
SELECT t.id, t.scope_code, n.code
FROM `+table+` t CROSS JOIN LATERAL (SELECT code FROM next WHERE ST_Contains(geom, t.point) ORDER BY length(code) DESC LIMIT 1) n
WHERE n.code <> t.scope_code AND NOT (`+keep+`)`, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		var id uuid.UUID
		var from, to string
		if _, err := pgx.ForEachRow(rows, []any{&id, &from, &to}, func() error { moves[id] = [2]string{from, to}; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	return moves
}

// randomEdits redraws the grids of the first community: splits, merges, corners
// moved and edges bent, where chance has it.
func randomEdits(random *rand.Rand, ix *grid.Index) []region.Edit {
	grids := ix.Children(community)
	r, _ := ix.Region(grids[random.IntN(len(grids))].Code)
	box, ring := r.Geom.Bound(), r.Geom[0][0]
	at := func() orb.Point {
		return orb.Point{box.Min[0] + random.Float64()*(box.Max[0]-box.Min[0]), box.Min[1] + random.Float64()*(box.Max[1]-box.Min[1])}
	}
	n := 1 + random.IntN(len(ring)-1)
	switch random.IntN(4) {
	case 0:
		a, b := at(), at()
		far := func(k float64) orb.Point { return orb.Point{a[0] + k*(b[0]-a[0]), a[1] + k*(b[1]-a[1])} }
		return []region.Edit{region.Edit{Op: "split", Code: string(r.Code)}.Along(orb.LineString{far(-100), far(100)})}
	case 1:
		other := grids[random.IntN(len(grids))].Code
		return []region.Edit{{Op: "merge", Codes: []string{string(r.Code), string(other)}}}
	case 2:
		from, to := [2]float64(ring[n]), [2]float64(at())
		return []region.Edit{{Op: "move", From: &from, To: &to}}
	}
	return []region.Edit{region.Edit{Op: "bend"}.Along(orb.LineString{ring[n-1], at(), ring[n]})}
}

// Of random redraws the preview tells exactly what PostGIS says will move, and
// publishing moves exactly that; an undo now and then takes it all back.
func TestAPreviewOfRandomRedrawsIsWhatMoves(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	peopled(t, c, 40)
	admin := c.As(actor.Administrator, apitest.StreetA)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	redrawn, all := 0, 0
	for try := 0; redrawn < 12; try++ {
		if try == 400 {
			t.Fatalf("only %d of %d redraws could be published", redrawn, try)
		}
		d := begun(t, c, admin, community)
		d, err := c.Regions.Edit(admin, community, d.ID, d.Rev, nil, randomEdits(random, c.Regions.Index()))
		if err != nil {
			continue // a line beside the grid, or grids that do not touch
		}
		found, err := c.Regions.Validate(admin, community, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(found, func(f region.Found) bool { return f.Weight == region.Blocking }) {
			continue
		}
		want := postgisMoves(t, c, d)
		moving, err := c.Regions.Moving(admin, community, d.ID, "", "", "", 100_000)
		if err != nil {
			t.Fatal(err)
		}
		told := map[uuid.UUID][2]string{}
		for _, m := range moving {
			told[m.ID] = [2]string{m.From, m.To}
			if want[m.ID] != told[m.ID] {
				t.Errorf("%s %s: told %v, PostGIS %v", m.Kind, m.ID, told[m.ID], want[m.ID])
			}
		}
		if len(told) != len(want) {
			t.Errorf("told of %d, PostGIS of %d", len(told), len(want))
		}
		was := whereAll(t, c)
		done, err := c.Regions.PublishDraft(admin, community, d.ID, d.Rev)
		if err != nil {
			t.Fatal(err)
		}
		now := whereAll(t, c)
		for table := range movable {
			for object, scope := range now {
				if of, id, _ := strings.Cut(object, " "); of == table && scope != was[object] {
					if moved := [2]string{was[object], scope}; told[uuid.MustParse(id)] != moved {
						t.Errorf("%s moved %v; told %v", object, moved, told[uuid.MustParse(id)])
					}
					delete(told, uuid.MustParse(id))
				}
			}
		}
		if len(told) > 0 {
			t.Errorf("told and not moved: %v", told)
		}
		if all += len(want); random.IntN(3) == 0 {
			if _, err := c.Regions.Undo(admin, community, done.Edition); err != nil {
				t.Fatal(err)
			}
			if !maps.Equal(whereAll(t, c), was) {
				t.Errorf("edition %d was undone, and not all is where it was", done.Edition)
			}
		}
		redrawn++
	}
	if all == 0 {
		t.Error("nothing ever moved")
	}
}

// many fills the city with so many objects of each kind that none of their tables
// is read whole for a few of them.
func many(t *testing.T, c *apitest.City, n int) {
	t.Helper()
	const id = "('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid"
	at := fmt.Sprintf(`(SELECT i, ST_SetSRID(ST_MakePoint(x, y), 4326) AS p, g.code, md5(i::text) AS ref
FROM (SELECT i, 113.3 + 0.04 * ((i * 7919) %% 10007) / 10007.0 AS x, 23.4 + 0.02 * ((i * 104729) %% 10009) / 10009.0 AS y FROM generate_series(1, %d) i) at
JOIN region g ON g.level = 'grid' AND ST_Contains(g.geom, ST_SetSRID(ST_MakePoint(x, y), 4326))) o`, n)
	c.Beneath(t, func(tx pgx.Tx) error {
		for _, statement := range []string{
			`INSERT INTO building (id, source, source_ref, point, geom, grid_code, scope_code, rev, updated_at)
SELECT ` + id + `, 'm', ref, p, ST_Multi(ST_Expand(p, 1e-5)), code, code, 1, now() FROM ` + at,
			`INSERT INTO dwelling (id, source, source_ref, building_id, storey_from, storey_to, code, col, use, grid_code, scope_code, rev, updated_at)
SELECT id, 'm', source_ref, id, 1, 1, '101', 1, 'dwelling', grid_code, scope_code, 1, now() FROM building WHERE source = 'm'`,
			`INSERT INTO household (id, source, source_ref, dwelling_id, scope_code, rev, updated_at) SELECT id, 'm', source_ref, id, scope_code, 1, now() FROM dwelling WHERE source = 'm'`,
			`INSERT INTO person (id, source, source_ref, name, household_id, dwelling_id, building_id, grid_code, scope_code, rev, updated_at)
SELECT id, 'm', source_ref, '甲', id, id, id, grid_code, scope_code, 1, now() FROM dwelling WHERE source = 'm'`,
			`INSERT INTO residence (id, person_id, dwelling_id, relation, scope_code) SELECT id, id, id, 'resident', scope_code FROM person WHERE source = 'm'`,
			`INSERT INTO organisation (id, source, source_ref, name, point, grid_code, scope_code, rev, updated_at) SELECT ` + id + `, 'm', ref, '店', p, code, code, 1, now() FROM ` + at,
			`INSERT INTO facility (id, source, source_ref, kind, code, class, point, grid_code, scope_code, rev, updated_at) SELECT ` + id + `, 'm', ref, 'bench', lpad(i::text, 16, '0'), 'seat', p, code, code, 1, now() FROM ` + at,
			`INSERT INTO service (id, source, source_ref, kind, name, point, grid_code, scope_code, rev, updated_at) SELECT ` + id + `, 'm', ref, 'clinic', '诊所', p, code, code, 1, now() FROM ` + at,
			`INSERT INTO case_event (case_id, seq, at, action, from_state, to_state, actor_role) SELECT ` + id + `, 1, now(), 'report', 'none', 'reported', 'resident' FROM ` + at,
			`INSERT INTO case_file (id, number, type, category, title, channel, state, rev, point, given_crs, given_x, given_y, grid_code, scope_code, receipt_hash, created_at, updated_at)
SELECT ` + id + `, 'n' || i, 'urban', '06010', '暴露垃圾', 'pin', 'reported', 1, p, 'wgs84', ST_X(p), ST_Y(p), code, code, decode(ref, 'hex'), now(), now() FROM ` + at,
		} {
			if _, err := tx.Exec(t.Context(), statement); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	})
	if _, err := c.Root.Exec(t.Context(), "VACUUM ANALYZE"); err != nil {
		t.Fatal(err)
	}
}

// rowsRead are the rows of each table that its database has read since it was
// made, in whole and by indexes, once all who asked are gone.
func rowsRead(t *testing.T, c *apitest.City) (whole, indexed map[string]int64) {
	t.Helper()
	whole, indexed = map[string]int64{}, map[string]int64{}
	rows, err := c.Root.Query(t.Context(), "SELECT relname::text, COALESCE(seq_tup_read, 0), COALESCE(idx_tup_fetch, 0) FROM pg_stat_user_tables WHERE schemaname = 'city'")
	if err != nil {
		t.Fatal(err)
	}
	var table string
	var seq, idx int64
	if _, err := pgx.ForEachRow(rows, []any{&table, &seq, &idx}, func() error { whole[table], indexed[table] = seq, idx; return nil }); err != nil {
		t.Fatal(err)
	}
	return whole, indexed
}

// A border is moved in a city of 10,000 objects of each kind: its preview, its
// publishing and its undo read the rows on the ground that changes hands, and no
// table from end to end.
func TestARedrawReadsTheGroundThatChangesOnly(t *testing.T) {
	t.Parallel()
	const n = 10_000
	c := apitest.New(t)
	many(t, c, n)
	admin := c.As(actor.Administrator, apitest.StreetA)
	d := begun(t, c, admin, community)
	d = edited(t, c, admin, d, region.Edit{Op: "bend"}.Along(line(orb.Point{113.305, 23.4}, orb.Point{113.3055, 23.405}, orb.Point{113.305, 23.41})))
	quiet := func() {
		t.Helper()
		if _, err := c.Pool.Exec(t.Context(), "SELECT pg_stat_force_next_flush()"); err != nil {
			t.Fatal(err)
		}
		c.Pool.Reset()
		for others := 1; others > 0; time.Sleep(5 * time.Millisecond) {
			if err := c.Root.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'onemap_app' AND pid <> pg_backend_pid()").Scan(&others); err != nil {
				t.Fatal(err)
			}
		}
	}
	quiet()
	whole, indexed := rowsRead(t, c)
	ahead, err := c.Regions.Preview(admin, community, d.ID)
	if err != nil {
		t.Fatal(err)
	}
	done, err := c.Regions.PublishDraft(admin, community, d.ID, d.Rev)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := c.Regions.Undo(admin, community, done.Edition); err != nil || back.Moved != ahead.Moved || ahead.Moved < 50 {
		t.Fatalf("told of %d, %d moved back, %v", ahead.Moved, back.Moved, err)
	}
	quiet()
	nowWhole, nowIndexed := rowsRead(t, c)
	for _, table := range []string{"building", "dwelling", "household", "person", "residence", "person_tag", "organisation", "facility", "service", "case_file"} {
		if read := nowWhole[table] - whole[table]; read > 0 {
			t.Errorf("%s: %d rows were read in passing over the whole table", table, read)
		}
		read := nowIndexed[table] - indexed[table]
		if most := int64(n / 5); read > most || read == 0 && table != "person_tag" {
			t.Errorf("%s: %d rows were read by indexes for %d objects that moved three times", table, read, ahead.Moved)
		}
	}
}
