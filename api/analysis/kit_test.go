package analysis_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/analysis"
	"onemap/api/apitest"
	"onemap/geo/crs"
)

// town is a small city with people in it, written straight into the tables.
type town struct {
	*apitest.City
	plan   *analysis.Service
	people []row
	homes  []home
}

type home struct {
	id    uuid.UUID
	at    orb.Point
	scope string
}

type row struct {
	home      int
	household uuid.UUID
	age       int
	alone     bool
	disabled  bool
}

func newTown(t testing.TB) *town {
	t.Helper()
	c := apitest.New(t)
	return &town{City: c, plan: analysis.New(analysis.Config{Pool: c.Pool, Regions: c.Regions, Now: c.Clock.Now, Zone: apitest.Zone})}
}

// settle builds homes at the points and fills each with some households.
func (w *town) settle(t testing.TB, r *rand.Rand, points []orb.Point, households func(i int) int) {
	t.Helper()
	ix := w.Regions.Index()
	for i, at := range points {
		p := ix.Locate(crs.FromPoint(at))
		h := home{uuid.New(), at, string(p.Scope)}
		w.homes = append(w.homes, h)
		for range households(i) {
			house := uuid.New()
			n := 1 + r.IntN(4)
			for range n {
				w.people = append(w.people, row{len(w.homes) - 1, house, r.IntN(95), n == 1, r.IntN(12) == 0})
			}
		}
	}
	w.write(t)
}

func (w *town) write(t testing.TB) {
	t.Helper()
	born := func(age int) time.Time { return apitest.Start.AddDate(-age, -3, 0) }
	w.Beneath(t, func(tx pgx.Tx) error {
		copyIn := func(table string, columns []string, n int, values func(i int) []any) error {
			_, err := tx.CopyFrom(t.Context(), pgx.Identifier{table}, columns, pgx.CopyFromSlice(n, func(i int) ([]any, error) { return values(i), nil }))
			return err
		}
		for _, h := range w.homes {
			if _, err := tx.Exec(t.Context(), `
INSERT INTO building (id, source, source_ref, address, point, geom, grid_code, scope_code, rev, updated_at)
VALUES ($1, 't', $1::uuid::text, '解放路', ST_SetSRID(ST_MakePoint($2, $3), 4326), ST_Multi(ST_SetSRID(ST_MakeEnvelope($2::float8, $3, $2 + 0.0001, $3 + 0.0001), 4326)),
    CASE WHEN length($4::text) = 15 THEN $4::text END, $4::text, 1, now())`, h.id, h.at[0], h.at[1], h.scope); err != nil {
				return err
			}
		}
		seen := map[uuid.UUID]bool{}
		var households []uuid.UUID
		for _, p := range w.people {
			if !seen[p.household] {
				seen[p.household] = true
				households = append(households, p.household)
			}
		}
		if err := copyIn("household", []string{"id", "source", "source_ref", "rev", "updated_at"}, len(households), func(i int) []any {
			return []any{households[i], "t", households[i].String(), 1, apitest.Start}
		}); err != nil {
			return err
		}
		ids := make([]uuid.UUID, len(w.people))
		if err := copyIn("person", []string{"id", "source", "source_ref", "name", "born_on", "lives_alone", "household_id", "building_id", "scope_code", "rev", "updated_at"}, len(w.people), func(i int) []any {
			p := w.people[i]
			ids[i] = uuid.New()
			return []any{ids[i], "t", ids[i].String(), "某", born(p.age), p.alone, p.household, w.homes[p.home].id, w.homes[p.home].scope, 1, apitest.Start}
		}); err != nil {
			return err
		}
		for i, p := range w.people {
			if !p.disabled {
				continue
			}
			if _, err := tx.Exec(t.Context(), `
INSERT INTO person_tag (id, person_id, tag, purpose, basis, since, until) VALUES ($1, $2, 'disabled', '帮扶', '条例', '2025-01-01', '2027-01-01')`, uuid.New(), ids[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// serve opens a service with a capacity at a point.
func (w *town) serve(t testing.TB, kind, state string, at orb.Point, capacity any) string {
	t.Helper()
	id := uuid.New()
	scope := string(w.Regions.Index().Locate(crs.FromPoint(at)).Scope)
	w.Tx(t, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `
INSERT INTO service (id, source, source_ref, kind, name, state, capacity, capacity_unit, point, scope_code, rev, updated_at)
VALUES ($1, 't', $1::uuid::text, $2, '长者食堂', $3, $4, 'meals', ST_SetSRID(ST_MakePoint($5, $6), 4326), $7, 1, now())`, id, kind, state, capacity, at[0], at[1], scope)
		return err
	})
	return id.String()
}

// anywhere is n points in the city, the same for the same r.
func anywhere(r *rand.Rand, n int) []orb.Point {
	points := make([]orb.Point, n)
	for i := range points {
		points[i] = orb.Point{113.3001 + r.Float64()*0.0398, 23.4001 + r.Float64()*0.0198}
	}
	return points
}

func (w *town) ask(t testing.TB, ctx context.Context, asked analysis.Asked) *analysis.Coverage {
	t.Helper()
	c, err := w.plan.Answer(ctx, asked)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// elderly asks who of 60 and more is how far from a canteen.
func elderly(metres int) analysis.Asked {
	return analysis.Asked{AgeFrom: 60, AgeTo: -1, Service: "canteen", Metres: metres}
}

// ordinary is a town of some 300 homes and 5 canteens.
func ordinary(t testing.TB, seed uint64) *town {
	t.Helper()
	w := newTown(t)
	r := rand.New(rand.NewPCG(seed, 1))
	w.settle(t, r, anywhere(r, 300), func(int) int { return r.IntN(20) })
	for i, at := range anywhere(r, 5) {
		w.serve(t, "canteen", "open", at, 50+10*i)
	}
	return w
}

func planner(w *town) context.Context { return w.As(actor.Planner) }

func place(at orb.Point) crs.WGS84 { return crs.FromPoint(at) }
