package analysis_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/analysis"
	"onemap/api/pg"
	"onemap/api/vault"
	"onemap/geo/grid"
)

// watched says when a reading begins: that is when the regions are first asked for.
type watched struct {
	analysis.Regions
	once  sync.Once
	began chan struct{}
}

func (w *watched) Index() *grid.Index {
	w.once.Do(func() { close(w.began) })
	return w.Regions.Index()
}

// The reading begins with the service, not with the first planner, and who asks
// meanwhile waits for that one.
func TestAReadingIsReadyBeforeAnybodyAsks(t *testing.T) {
	t.Parallel()
	w := ordinary(t, 5)
	want := w.ask(t, planner(w), elderly(500))
	regions := &watched{Regions: w.Regions, began: make(chan struct{})}
	heard := &people{}
	with := w.plan.Config
	with.Pool, with.Regions = heard.pool(t, w.URL), regions
	w.plan = analysis.New(with)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- w.plan.Run(ctx) }()
	<-regions.began
	var asking sync.WaitGroup
	for range 4 {
		asking.Go(func() {
			if got, err := w.plan.Answer(planner(w), elderly(500)); err != nil || got.Totals.People != want.Totals.People {
				t.Errorf("%+v %v, want %+v", got, err, want.Totals)
			}
		})
	}
	asking.Wait()
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if n := len(heard.sent); n != 1 {
		t.Errorf("the people were read %d times", n)
	}
}

// people remembers the statements that read people.
type people struct {
	mu   sync.Mutex
	sent []string
}

func (p *people) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if strings.Contains(data.SQL, "FROM person ") {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.sent = append(p.sent, data.SQL)
	}
	return ctx
}

func (p *people) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (p *people) pool(t *testing.T, url string) *pgxpool.Pool {
	t.Helper()
	config, err := pg.Config(url)
	if err != nil {
		t.Fatal(err)
	}
	config.ConnConfig.Tracer = p
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// Whatever the reading asks of people lies in an index, so that a large city's
// wide rows are not read for it.
func TestPeopleAreReadFromAnIndex(t *testing.T) {
	t.Parallel()
	w := ordinary(t, 6)
	heard := &people{}
	with := w.plan.Config
	with.Pool = heard.pool(t, w.URL)
	w.plan = analysis.New(with)
	w.ask(t, planner(w), elderly(500))
	if len(heard.sent) != 1 {
		t.Fatal(heard.sent)
	}
	if _, err := w.Root.Exec(t.Context(), "VACUUM (ANALYZE) person"); err != nil {
		t.Fatal(err)
	}
	w.Tx(t, func(tx pgx.Tx) error {
		if err := vault.Enter(t.Context(), tx, vault.Everywhere()); err != nil {
			return err
		}
		if _, err := tx.Exec(t.Context(), "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off"); err != nil {
			return err
		}
		rows, err := tx.Query(t.Context(), "EXPLAIN "+heard.sent[0])
		if err != nil {
			return err
		}
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if text := strings.Join(plan, "\n"); !strings.Contains(text, "Index Only Scan using person_building_ix") {
			t.Error(text)
		}
		return err
	})
}
