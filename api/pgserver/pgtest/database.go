package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"onemap/api/pgserver"
	"onemap/migrations"
)

const patience = 2 * time.Minute

var count atomic.Int64

// Database is the URL of a fresh database with PostGIS and every migration of
// the product; search_path is city, public, the role is no superuser. It is
// dropped when the test ends.
func Database(tb testing.TB) string {
	tb.Helper()
	return From(tb, "migrations "+Migrations(tb), Migrate)
}

// Empty is the URL of a fresh database with PostGIS and an empty schema city.
func Empty(tb testing.TB) string {
	tb.Helper()
	return From(tb, "empty", func(context.Context, string) error { return nil })
}

// From is the URL of a fresh copy of a template. The template starts as Empty
// does, and fill brings what all tests of this key share; it runs once for a
// key, ever, so the key names everything that fill depends on. fill must close
// its connections.
func From(tb testing.TB, key string, fill func(ctx context.Context, url string) error) string {
	tb.Helper()
	s, err := shared()
	if err != nil {
		tb.Fatal("test database server: ", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	name := fmt.Sprintf("test_%d_%d", os.Getpid(), count.Add(1))
	err = s.asAdmin(ctx, "postgres", func(c *pgx.Conn) error {
		template, err := s.template(ctx, c, key, fill)
		if err != nil {
			return err
		}
		return s.create(ctx, c, name, template)
	})
	if err != nil {
		tb.Fatal("test database: ", err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		err := s.asAdmin(ctx, "postgres", func(c *pgx.Conn) error { return drop(ctx, c, name) })
		if err != nil {
			tb.Error("dropping the test database: ", err)
		}
	})
	return s.app(name)
}

// Root is the URL of a test's database for a superuser, whom no rule of the
// database holds back.
func Root(tb testing.TB, of string) string {
	tb.Helper()
	s, err := shared()
	if err != nil {
		tb.Fatal("test database server: ", err)
	}
	c, err := pgx.ParseConfig(of)
	if err != nil {
		tb.Fatal("test database: ", err)
	}
	return otherDatabase(s.admin("postgres"), c.Database)
}

// template makes the key's template when there is none. It gets its name only
// once it is filled; the advisory lock keeps others from filling it meanwhile.
func (s server) template(ctx context.Context, c *pgx.Conn, key string, fill func(context.Context, string) error) (string, error) {
	sum := sha256.Sum256([]byte(key))
	name := "template_" + hex.EncodeToString(sum[:8])
	lock := int64(binary.BigEndian.Uint64(sum[:8])) // freed when the caller closes its connection
	if _, err := c.Exec(ctx, "SELECT pg_advisory_lock($1)", lock); err != nil {
		return "", err
	}
	var there bool
	err := c.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&there)
	if err != nil || there {
		return name, err
	}
	unfinished := name + "_new"
	if err := drop(ctx, c, unfinished); err != nil {
		return "", err
	}
	if err := s.create(ctx, c, unfinished, "template1"); err != nil {
		return "", err
	}
	if err := s.asAdmin(ctx, unfinished, func(c *pgx.Conn) error { return pgserver.Furnish(ctx, c, s.owner) }); err != nil {
		return "", err
	}
	if err := fill(ctx, s.app(unfinished)); err != nil {
		return "", fmt.Errorf("filling a template: %w", err)
	}
	_, err = c.Exec(ctx, "ALTER DATABASE "+pgx.Identifier{unfinished}.Sanitize()+" RENAME TO "+pgx.Identifier{name}.Sanitize())
	return name, err
}

// create copies files instead of logging every page: 50 ms instead of 290.
func (s server) create(ctx context.Context, c *pgx.Conn, name, template string) error {
	_, err := c.Exec(ctx, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s OWNER %s STRATEGY FILE_COPY",
		pgx.Identifier{name}.Sanitize(), pgx.Identifier{template}.Sanitize(), pgx.Identifier{s.owner}.Sanitize()))
	return err
}

// Migrate runs the migrations as api/pg does, which this package cannot import:
// the tests of api/pg import this one.
func Migrate(ctx context.Context, url string) error {
	c, err := pgx.ParseConfig(url)
	if err != nil {
		return err
	}
	db := stdlib.OpenDB(*c)
	defer db.Close()
	p, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS)
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// Migrations names the schema's history: a part of the key of any template that is made by Migrate.
func Migrations(tb testing.TB) string {
	tb.Helper()
	h := sha256.New()
	err := fs.WalkDir(migrations.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrations.FS, path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil))
}
