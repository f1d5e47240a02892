package analysis_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/analysis"
)

// The demand: the planner's first answer, the reading of the people included,
// in a town of 1.33 million in 200,000 buildings with 500 services, within 2 s.
const (
	benchPeople    = 1_330_000
	benchBuildings = 200_000
	benchServices  = 500
	firstAnswer    = 2 * time.Second
)

// BenchmarkFirstAnswer prints the lines of make bench-analysis. The town is
// written by SQL alone; ONEMAP_BENCH_PEOPLE makes a smaller one.
func BenchmarkFirstAnswer(b *testing.B) {
	people := benchPeople
	if text := os.Getenv("ONEMAP_BENCH_PEOPLE"); text != "" {
		if _, err := fmt.Sscan(text, &people); err != nil {
			b.Fatal(err)
		}
	}
	w := newTown(b)
	w.metropolis(b, people)
	ctx := w.As(actor.Planner)
	for range b.N {
		w.plan = analysis.New(w.plan.Config)
		began := time.Now()
		c := w.ask(b, ctx, elderly(500))
		first := time.Since(began)
		began = time.Now()
		asked := elderly(800)
		w.ask(b, ctx, asked)
		next := time.Since(began)
		if c.Totals.People == 0 || len(c.Cells.Features) == 0 {
			b.Fatalf("%+v", c.Totals)
		}
		verdict := "ok"
		if first > firstAnswer {
			verdict = "SHORT"
		}
		fmt.Printf("BENCH planner-first-answer %.2fs demand <=%.0fs %s\n", first.Seconds(), firstAnswer.Seconds(), verdict)
		b.Logf("%d people asked about, %d cells, %d grids; the next answer took %s", c.Totals.People, len(c.Cells.Features), len(c.Grids), next)
		b.ReportMetric(first.Seconds(), "first-s")
		b.ReportMetric(next.Seconds(), "next-s")
	}
}

// metropolis fills the city's rectangle, however dense that becomes.
func (w *town) metropolis(b *testing.B, people int) {
	b.Helper()
	buildings := min(benchBuildings, max(people/6, 1))
	for _, statement := range []string{
		fmt.Sprintf(`
WITH at AS (SELECT i, 113.3001 + (i %% 1000) * 0.0000398 AS x, 23.4001 + (i / 1000) * 0.0198 / (%[1]d / 1000 + 1) AS y FROM generate_series(0, %[1]d - 1) i)
INSERT INTO building (id, source, source_ref, point, geom, grid_code, scope_code, rev, updated_at)
SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 'b', i::text, ST_SetSRID(ST_MakePoint(x, y), 4326), ST_Multi(ST_SetSRID(ST_MakeEnvelope(x, y, x + 0.00002, y + 0.00002), 4326)),
    code, code, 1, now()
FROM (SELECT *, '990101' || lpad((floor((x - 113.3) / 0.02) + 1)::text, 3, '0') || lpad((floor((x - 113.3) / 0.01)::int %% 2 + 1)::text, 3, '0')
    || lpad((floor((x - 113.3) / 0.005)::int %% 2 + 1 + 2 * floor((y - 23.4) / 0.01)::int)::text, 3, '0') AS code FROM at) g`, buildings),
		// As wide as real rows, with all that is sealed, households of three.
		fmt.Sprintf(`
INSERT INTO household (id, source, source_ref, rev, updated_at) SELECT ('00000000-0000-7000-8001-' || lpad(to_hex(i), 12, '0'))::uuid, 'b', i::text, 1, now() FROM generate_series(0, %d) i`, people/3),
		fmt.Sprintf(`
INSERT INTO person (id, source, source_ref, name, name_2, name_3, initials, sex, born_on, id_kind, id_sealed, id_blind, phone_sealed, phone_blind,
    lives_alone, household_id, building_id, grid_code, scope_code, rev, updated_at)
SELECT ('00000000-0000-7000-8002-' || lpad(to_hex(i), 12, '0'))::uuid, 'b', i::text, '某某某', '某某', '某', 'mmm', 'female', date '2026-01-01' - (i::bigint * 7919 %% 33000)::int, 'resident',
    sha256(('n' || i)::bytea) || sha256('s'), decode(md5('n' || i), 'hex'), sha256(('f' || i)::bytea), decode(md5('f' || i), 'hex'),
    i %% 40 = 0, ('00000000-0000-7000-8001-' || lpad(to_hex(i / 3), 12, '0'))::uuid, ('00000000-0000-7000-8000-' || lpad(to_hex(i / %[1]d), 12, '0'))::uuid, '990101001001001', '990101001001001', 1, now()
FROM generate_series(0, %[2]d - 1) i`, people/buildings+1, people),
		`INSERT INTO person_tag (id, person_id, tag, purpose, basis, since, until)
SELECT id, id, 'disabled', '帮扶', '条例', '2025-01-01', '2027-01-01' FROM person WHERE get_byte(uuid_send(id), 15) < 10`,
		"VACUUM (ANALYZE)",
	} {
		if _, err := w.Root.Exec(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
	for i := range benchServices {
		w.serve(b, "canteen", "open", orb.Point{113.3 + float64(i%25)*0.0016, 23.4 + float64(i/25)*0.001}, 100)
	}
}
