package pg_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"onemap/api/pg"
	"onemap/api/pgserver/pgtest"
)

// everything in schema city but what goose keeps for itself: columns,
// constraints, indexes, sequences, functions.
const dump = `
SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || udt_name || ' ' || is_nullable || ' '
       || COALESCE(column_default, '') || ' ' || COALESCE(collation_name, '') || ' ' || is_identity || ' '
       || (SELECT format_type(a.atttypid, a.atttypmod) FROM pg_attribute a WHERE a.attrelid = to_regclass(table_name) AND a.attname = column_name)
FROM information_schema.columns WHERE table_schema = 'city' AND table_name <> 'goose_db_version'
UNION ALL
SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'city'::regnamespace AND conrelid <> to_regclass('goose_db_version')
UNION ALL
SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'city' AND tablename <> 'goose_db_version'
UNION ALL
SELECT 'relation ' || relkind::text || ' ' || relname || ' ' || relpersistence::text FROM pg_class
WHERE relnamespace = 'city'::regnamespace AND relname NOT LIKE 'goose%'
UNION ALL
SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'city'::regnamespace
UNION ALL
SELECT 'trigger ' || tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'city'::regnamespace AND NOT tgisinternal`

func schema(t *testing.T, url string) []string {
	t.Helper()
	pool, err := pg.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	rows, err := pool.Query(t.Context(), dump)
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

func TestUpDownUpIsTheSame(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	if err := pg.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	have, newest, err := pg.Version(t.Context(), url)
	if err != nil || have != newest || newest < 8 {
		t.Fatalf("version %d of %d, %v", have, newest, err)
	}
	first := schema(t, url)
	if len(first) < 100 {
		t.Fatalf("the schema has %d parts", len(first))
	}
	if err := pg.MigrateTo(t.Context(), url, 0); err != nil {
		t.Fatal(err)
	}
	if left := schema(t, url); len(left) > 0 {
		t.Errorf("down left behind %v", left)
	}
	if err := pg.MigrateTo(t.Context(), url, newest); err != nil {
		t.Fatal(err)
	}
	second := schema(t, url)
	for _, part := range first {
		if !slices.Contains(second, part) {
			t.Errorf("only the first time: %s", part)
		}
	}
	for _, part := range second {
		if !slices.Contains(first, part) {
			t.Errorf("only the second time: %s", part)
		}
	}
}

func TestEachStepDownAndUp(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	_, newest, err := pg.Version(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	for v := int64(1); v <= newest; v++ {
		for _, to := range []int64{v, v - 1, v} {
			if err := pg.MigrateTo(t.Context(), url, to); err != nil {
				t.Fatalf("to version %d: %v", to, err)
			}
		}
	}
}

func TestServersThatStartAtOnceMigrateOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	admin, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.WithoutCancel(t.Context()))
	if _, err := admin.Exec(t.Context(), "DROP SCHEMA city"); err != nil { // so that both want to make it
		t.Fatal(err)
	}
	errs := make([]error, 3)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() { errs[i] = pg.Migrate(t.Context(), url) })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	var twice int
	if err := admin.QueryRow(t.Context(), "SELECT count(*) - count(DISTINCT version_id) FROM city.goose_db_version").Scan(&twice); err != nil || twice != 0 {
		t.Errorf("%d migrations ran twice, %v", twice, err)
	}
}

// The rules that let a city move to a sharded server (growth.md, 1, 3, 4, 6).
func TestSchemaKeepsTheRules(t *testing.T) {
	t.Parallel()
	pool := open(t)
	for rule, query := range map[string]string{
		"every table has a primary key": `
SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'city'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'goose_db_version'
  AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.conrelid = c.oid AND p.contype = 'p')`,
		"every table is logged": `
SELECT relname::text FROM pg_class WHERE relnamespace = 'city'::regnamespace AND relkind = 'r' AND relpersistence <> 'p'`,
		"a constraint's name ends in what it is, has at most 50 bytes and no number at its end": `
SELECT conname::text FROM pg_constraint WHERE connamespace = 'city'::regnamespace AND conrelid <> to_regclass('goose_db_version')
  AND (octet_length(conname) > 50 OR conname ~ '_[0-9]+$' OR conname !~ '_(pk|fk|uq|ck)$')`,
		"an index's name ends in _ix, unless a constraint made it": `
SELECT i.relname::text FROM pg_class i WHERE i.relnamespace = 'city'::regnamespace AND i.relkind = 'i' AND i.relname NOT LIKE 'goose%'
  AND i.relname !~ '_ix$' AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = i.relname)`,
		"an identity is a bigint": `
SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'city' AND is_identity = 'YES' AND data_type <> 'bigint'
  AND table_name <> 'goose_db_version'`,
		"no trigger": `
SELECT tgname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'city'::regnamespace AND NOT tgisinternal`,
		"a spatial column has an index, unless it is asked for by key only": `
SELECT f_table_name || '.' || f_geometry_column FROM geometry_columns g WHERE f_table_schema = 'city'
  AND (f_table_name, f_geometry_column) NOT IN (('region_past', 'geom'), ('region_draft_part', 'geom'))
  AND NOT EXISTS (SELECT FROM pg_indexes i WHERE i.tablename = g.f_table_name AND i.indexdef LIKE '%USING gist (' || g.f_geometry_column || ')%')`,
	} {
		rows, err := pool.Query(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		broken, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil || len(broken) > 0 {
			t.Errorf("%s: broken by %s (%v)", rule, strings.Join(broken, ", "), err)
		}
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"postgres://nobody@127.0.0.1:1/none?connect_timeout=2", "::", "postgres://localhost:port/"} {
		if pool, err := pg.Open(t.Context(), url); err == nil {
			pool.Close()
			t.Errorf("%s was opened", url)
		}
		if err := pg.Migrate(t.Context(), url); err == nil {
			t.Errorf("%s was migrated", url)
		}
	}
}
