package pgtest_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"onemap/api/pgserver"
	"onemap/api/pgserver/pgtest"
)

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

func ask[T any](t *testing.T, c *pgx.Conn, sql string) (v T) {
	t.Helper()
	if err := c.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func TestEachTestHasItsOwnMigratedDatabase(t *testing.T) {
	t.Parallel()
	names := make([]string, 4)
	var group sync.WaitGroup
	for i := range names {
		url := pgtest.Database(t)
		group.Go(func() {
			c, err := pgx.Connect(t.Context(), url)
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close(context.Background())
			if _, err := c.Exec(t.Context(), "CREATE TABLE own (v int)"); err != nil {
				t.Error(err)
			}
			if err := c.QueryRow(t.Context(), "SELECT current_database()::text").Scan(&names[i]); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	seen := map[string]bool{}
	for _, name := range names {
		if seen[name] {
			t.Errorf("database %s given twice", name)
		}
		seen[name] = true
	}
	c := connect(t, pgtest.Database(t))
	if !ask[bool](t, c, "SELECT to_regclass('region') IS NOT NULL AND to_regclass('own') IS NULL") {
		t.Error("not a fresh migrated database")
	}
	if got := ask[string](t, c, "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relname = 'region'"); got != "city" {
		t.Errorf("tables in schema %q", got)
	}
	if ask[bool](t, c, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") {
		t.Error("the role is a superuser")
	}
}

func TestTemplateIsFilledOnce(t *testing.T) {
	t.Parallel()
	filled := 0
	key := "filled once " + t.TempDir()
	fill := func(ctx context.Context, url string) error {
		filled++
		c, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		defer c.Close(ctx)
		_, err = c.Exec(ctx, "CREATE TABLE shared AS SELECT 7 AS v")
		return err
	}
	for range 2 {
		c := connect(t, pgtest.From(t, key, fill))
		if got := ask[int](t, c, "SELECT v FROM shared"); got != 7 {
			t.Errorf("shared holds %d", got)
		}
	}
	if filled != 1 {
		t.Errorf("filled %d times", filled)
	}
}

func TestDatabaseIsDroppedAtTheEnd(t *testing.T) {
	t.Parallel()
	var name string
	t.Run("a test", func(t *testing.T) {
		c := connect(t, pgtest.Empty(t))
		name = ask[string](t, c, "SELECT current_database()::text")
	})
	c := connect(t, pgtest.Empty(t))
	var there bool
	if err := c.QueryRow(t.Context(), "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&there); err != nil {
		t.Fatal(err)
	}
	if there {
		t.Errorf("%s is still there", name)
	}
}

func TestFolderCarriesAServer(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	s, err := pgserver.Start(t.Context(), pgserver.Config{Dir: dir, NoFsync: true, MemoryShare: 0.05})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "pg", "PG_VERSION")); err != nil {
		t.Error("the cluster is not in the folder: ", err)
	}
}

func BenchmarkDatabase(b *testing.B) {
	for b.Loop() {
		pgtest.Database(b)
	}
}
