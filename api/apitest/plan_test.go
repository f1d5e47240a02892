package apitest_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/cases"
	"onemap/api/pg"
)

// listener remembers the statements a service sends.
type listener struct {
	mu   sync.Mutex
	sent []pgx.TraceQueryStartData
}

func (l *listener) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, data)
	return ctx
}

func (l *listener) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// A desk's page over a whole city of 50,000 cases is read in the order of an
// index, and stops when it is full. The count beside it has to look at every
// case in sight: only for a narrow sight is an index the shorter way.
func TestTheListOfCasesUsesIndexes(t *testing.T) {
	t.Parallel()
	c := apitest.New(t)
	for _, statement := range []string{
		`INSERT INTO case_event (case_id, seq, at, action, from_state, to_state, actor_role)
SELECT gen_random_uuid(), 1, now(), 'report', 'none', 'reported', 'resident' FROM generate_series(1, 50000)`,
		`INSERT INTO case_file (id, number, type, category, title, channel, state, rev, point, given_crs, given_x, given_y, scope_code, receipt_hash, created_at, updated_at)
SELECT case_id, 'n' || row_number() OVER (), 'urban', '06010', '暴露垃圾', 'pin', 'reported', 1, ST_SetSRID(ST_MakePoint(113.3, 23.4), 4326), 'wgs84', 113.3, 23.4,
       '99010100' || 1 + row_number() OVER () % 2 || '001' || to_char(1 + row_number() OVER () % 40, 'FM000'), decode(replace(case_id::text, '-', ''), 'hex'),
       timestamptz '2026-01-01' + row_number() OVER () * interval '1 minute', now()
FROM case_event`,
		"VACUUM ANALYZE case_file",
	} {
		if _, err := c.Pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	config, err := pg.Config(c.URL)
	if err != nil {
		t.Fatal(err)
	}
	heard := &listener{}
	config.ConnConfig.Tracer = heard
	traced, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer traced.Close()
	with := c.Cases.Config
	with.Pool = traced
	service := cases.New(with)
	const narrow = "a grid"
	for name, ctx := range map[string]context.Context{
		"the city": c.As(actor.Operator), "a street": c.As(actor.Operator, apitest.StreetA), narrow: c.As(actor.Operator, "990101001001001"), "two streets": c.As(actor.Operator, apitest.StreetA, apitest.StreetB),
		"a department": c.AsHandler("D01"), "everywhere": c.As(actor.Administrator, ""),
	} {
		heard.mu.Lock()
		heard.sent = nil
		heard.mu.Unlock()
		first, err := service.List(ctx, cases.Filter{}, 50, "")
		if err != nil {
			t.Fatal(err)
		}
		if first.Next != "" {
			if _, err := service.List(ctx, cases.Filter{States: []cases.State{cases.Reported}, Since: time.Unix(0, 0)}, 50, first.Next); err != nil {
				t.Fatal(err)
			}
		}
		heard.mu.Lock()
		sent := heard.sent
		heard.mu.Unlock()
		for _, q := range sent {
			if !strings.Contains(q.SQL, "case_file") || strings.Contains(q.SQL, "count(*)") && name != narrow {
				continue
			}
			rows, err := c.Pool.Query(t.Context(), "EXPLAIN "+q.SQL, q.Args...)
			if err != nil {
				t.Fatal(err)
			}
			plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if err != nil {
				t.Fatal(err)
			}
			if text := strings.Join(plan, "\n"); strings.Contains(text, "Seq Scan on case_file") {
				t.Errorf("%s:\n%s\n%s", name, q.SQL, text)
			}
		}
	}
}
