package vault_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"onemap/api/apitest"
	"onemap/api/pg"
	"onemap/api/pgserver/pgtest"
	"onemap/api/vault"
)

// seesAll lets the tables' owner dump and count what the policies hide from it
// otherwise; README says the same under "Backing up".
const seesAll = "-c onemap.people=everywhere -c onemap.people_tags=everything"

// A dump by the owner of the tables, as README says it is made, holds everybody,
// and restored into an empty database it is the same city, guarded as before;
// one made without saying so fails instead of leaving people out.
func TestABackupHoldsEverybody(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"pg_dump", "pg_restore"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not installed")
		}
	}
	c := apitest.New(t)
	ctx := t.Context()
	people := crowd(c, 0, 300)
	c.Beneath(t, func(tx pgx.Tx) error {
		if err := people.Send(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
INSERT INTO person_tag (id, person_id, tag, purpose, basis, since, until, scope_code) SELECT gen_random_uuid(), id, 'veteran', 'p', 'b', '2026-01-01', '2026-12-31', scope_code FROM person LIMIT 20`)
		if err == nil {
			_, err = tx.Exec(ctx, "INSERT INTO erased_mark (mark) VALUES ('gone')")
		}
		return err
	})
	file := filepath.Join(t.TempDir(), "city.dump")
	run := func(options, tool string, args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, tool, args...)
		cmd.Env = append(os.Environ(), "PGOPTIONS="+options)
		said, err := cmd.CombinedOutput()
		return string(said), err
	}
	if said, err := run("", "pg_dump", "--format=custom", "--file="+file, plain(t, c.URL)); err == nil || !strings.Contains(said, "row-level security") {
		t.Errorf("a dump of whoever sees nobody: %v %s", err, said)
	}
	if said, err := run(seesAll, "pg_dump", "--format=custom", "--enable-row-security", "--schema=city", "--file="+file, plain(t, c.URL)); err != nil {
		t.Fatalf("pg_dump: %v %s", err, said)
	}
	url := pgtest.Empty(t)
	root, err := pg.Open(ctx, pgtest.Root(t, url))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if _, err := root.Exec(ctx, "DROP SCHEMA city"); err != nil { // the dump brings it
		t.Fatal(err)
	}
	if said, err := run("", "pg_restore", "--no-owner", "--exit-on-error", "--dbname="+plain(t, url), file); err != nil {
		t.Fatalf("pg_restore: %v %s", err, said)
	}
	for _, sql := range []string{
		"SELECT count(*)::text || md5(string_agg(p::text, '' ORDER BY id)) FROM person p",
		"SELECT count(*)::text || md5(string_agg(t::text, '' ORDER BY id)) FROM person_tag t",
		"SELECT count(*)::text FROM erased_mark", "SELECT string_agg(s::text, '') FROM sealing s", "SELECT max(version_id)::text FROM goose_db_version",
	} {
		var was, is string
		if err := c.Root.QueryRow(ctx, sql).Scan(&was); err != nil {
			t.Fatal(err)
		}
		if err := root.QueryRow(ctx, sql).Scan(&is); err != nil || is != was || strings.HasPrefix(was, "0") {
			t.Errorf("%s: %s after, %s before: %v", sql, is, was, err)
		}
	}
	if err := pg.Migrate(ctx, url); err != nil {
		t.Errorf("the restored database does not start: %v", err)
	}
	app, err := pg.OpenAs(ctx, url, pg.App)
	if err != nil {
		t.Fatal(err)
	}
	defer app.Close()
	guarded, err := pg.OpenAs(ctx, url, pg.People)
	if err != nil {
		t.Fatal(err)
	}
	defer guarded.Close()
	if err := vault.Prove(ctx, app, guarded); err != nil {
		t.Error(err)
	}
}

// plain is a database's address as PostgreSQL's own tools take it.
func plain(t *testing.T, url string) string {
	t.Helper()
	c, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("host='%s' port=%d user='%s' password='%s' dbname='%s'", c.Host, c.Port, c.User, c.Password, c.Database)
}
