package pg_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/pg"
	"onemap/api/pgserver/pgtest"
)

func texts(t *testing.T, q pg.Querier, sql string) []string {
	t.Helper()
	rows, err := q.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return list
}

const (
	indexesOfBuildings = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'city' AND tablename = 'building'"
	uniqueOfBuildings  = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'city' AND tablename = 'building' AND indexdef LIKE 'CREATE UNIQUE %'"
	namesDue           = "SELECT name FROM index_due"
)

// loaded runs a load of nothing into buildings that ends with end.
func loaded(t *testing.T, pool *pgxpool.Pool, end error) {
	t.Helper()
	err := pg.InTx(t.Context(), pool, func(tx pgx.Tx) error {
		return pg.Stripped(t.Context(), tx, []string{"building"}, func() error { return end })
	})
	if !errors.Is(err, end) {
		t.Fatal(err)
	}
}

// What a load lays aside is there again after it, and so that whoever dies between
// its commit and the last index leaves none behind.
func TestIndexesThatAreDue(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	pool, err := pg.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	whole := texts(t, pool, indexesOfBuildings)

	loaded(t, pool, errors.New("the load broke off"))
	if due := texts(t, pool, namesDue); len(due) != 0 || !slices.Equal(texts(t, pool, indexesOfBuildings), whole) {
		t.Fatalf("a load that broke off left %v due", due)
	}

	loaded(t, pool, nil)
	due := texts(t, pool, namesDue)
	if len(due) != 5 || !slices.Equal(texts(t, pool, indexesOfBuildings), texts(t, pool, uniqueOfBuildings)) {
		t.Fatalf("after the load %v are due, and there are %v", due, texts(t, pool, indexesOfBuildings))
	}

	// Who is stopped leaves them due.
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := pg.BuildDue(stopped, pool); !errors.Is(err, context.Canceled) || !slices.Equal(texts(t, pool, namesDue), due) {
		t.Errorf("stopped: %v, due %v", err, texts(t, pool, namesDue))
	}

	// Two at once make each index once.
	errs := make(chan error, 2)
	for range 2 {
		go func() { errs <- pg.BuildDue(t.Context(), pool) }()
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if due := texts(t, pool, namesDue); len(due) != 0 || !slices.Equal(texts(t, pool, indexesOfBuildings), whole) {
		t.Errorf("made: due %v, there %v", due, texts(t, pool, indexesOfBuildings))
	}

	// The next start makes what a program that died left.
	loaded(t, pool, nil)
	if err := pg.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	if due := texts(t, pool, namesDue); len(due) != 0 || !slices.Equal(texts(t, pool, indexesOfBuildings), whole) {
		t.Errorf("after a start: due %v, there %v", due, texts(t, pool, indexesOfBuildings))
	}

	// Its statements run as the owner: nobody else may write one.
	app, err := pg.OpenAs(t.Context(), url, pg.App)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(app.Close)
	if _, err := app.Exec(t.Context(), "INSERT INTO index_due (name, definition) VALUES ('x', 'DROP TABLE building')"); err == nil {
		t.Error("the program's own role wrote what the owner runs")
	}
}
