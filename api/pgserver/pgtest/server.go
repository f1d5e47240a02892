package pgtest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onemap/api/pgserver"
)

// server is where this process's test databases are made.
type server struct {
	admin func(db string) string // as superuser
	app   func(db string) string // as the owner of schema city
	owner string
}

// shared is the one server of this test process; it ends with the process.
var shared = sync.OnceValues(func() (server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if given := os.Getenv("ONEMAP_TEST_DATABASE_URL"); given != "" {
		return outside(given)
	}
	root, err := slots()
	if err != nil {
		return server{}, err
	}
	for n := 1; ; n++ {
		own, err := open(ctx, filepath.Join(root, strconv.Itoa(n)))
		var owned *pgserver.OwnedError
		if errors.As(err, &owned) {
			continue
		}
		if err != nil {
			return server{}, err
		}
		s := server{admin: own.AdminURL, app: func(db string) string { return otherDatabase(own.URL(), db) }, owner: "onemap"}
		return s, s.dropLeftovers(ctx)
	}
})

// open starts the slot's server. These clusters run without fsync, so one that
// a power cut broke is thrown away.
func open(ctx context.Context, slot string) (*pgserver.Server, error) {
	cfg := pgserver.Config{Dir: slot, NoFsync: true, MemoryShare: share()}
	own, err := pgserver.Start(ctx, cfg)
	var owned *pgserver.OwnedError
	if err == nil || errors.As(err, &owned) || errors.Is(err, pgserver.ErrMissing) || ctx.Err() != nil {
		return own, err
	}
	if err := os.RemoveAll(slot); err != nil {
		return nil, err
	}
	return pgserver.Start(ctx, cfg)
}

// share is the part of the machine's memory that a server takes: little where many
// processes test at once, and all that the product's own takes where one measures.
func share() float64 {
	if f := flag.Lookup("test.bench"); f != nil && f.Value.String() != "" {
		return 1
	}
	return 0.05
}

// slots is a folder of this user's; a stranger's or a link in its place is refused.
func slots() (string, error) {
	dir := fmt.Sprintf("/tmp/onemap-test-%d", os.Getuid())
	if err := os.Mkdir(dir, 0o711); err != nil && !os.IsExist(err) {
		return "", err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	if !info.IsDir() || info.Mode().Perm()&0o022 != 0 {
		return "", fmt.Errorf("%s is not a folder that only its owner may write", dir)
	}
	return dir, os.Chmod(dir, 0o711) // fails on a stranger's folder, unless we are root
}

// Folder is a data folder for a test that starts the whole program, removed at
// the test's end. Under root the database's account may not enter t.TempDir,
// and the cluster would go to /var/lib and stay there.
func Folder(tb testing.TB) string {
	tb.Helper()
	root, err := slots()
	if err != nil {
		tb.Fatal(err)
	}
	dir, err := os.MkdirTemp(root, "data-")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// outside uses a server given by its superuser's URL, who then owns all.
func outside(given string) (server, error) {
	c, err := pgx.ParseConfig(given)
	if err != nil {
		return server{}, fmt.Errorf("ONEMAP_TEST_DATABASE_URL: %w", err)
	}
	at := func(db string) string { return otherDatabase(given, db) }
	return server{admin: at, app: at, owner: c.User}, nil
}

func otherDatabase(of, db string) string {
	u, err := url.Parse(of)
	if err != nil {
		return of
	}
	u.Path = "/" + db
	q := u.Query()
	q.Set("search_path", "city,public")
	u.RawQuery = q.Encode()
	return u.String()
}

// dropLeftovers removes databases of tests that were killed, and templates that
// no run has used for a week.
func (s server) dropLeftovers(ctx context.Context) error {
	return s.asAdmin(ctx, "postgres", func(c *pgx.Conn) error {
		rows, err := c.Query(ctx, `
			SELECT datname FROM pg_database
			WHERE datname LIKE 'test\_%'
			   OR datname LIKE 'template\_%'
			      AND (pg_stat_file('base/' || oid || '/PG_VERSION')).modification < now() - interval '7 days'`)
		if err != nil {
			return err
		}
		names, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := drop(ctx, c, name); err != nil {
				return err
			}
		}
		return nil
	})
}

func drop(ctx context.Context, c *pgx.Conn, name string) error {
	_, err := c.Exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
	return err
}

func (s server) asAdmin(ctx context.Context, db string, do func(*pgx.Conn) error) error {
	c, err := pgx.Connect(ctx, s.admin(db))
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx))
	return do(c)
}
