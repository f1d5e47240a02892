package pg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"onemap/migrations"
)

// Migrate brings the schema to the newest version, under a lock that lets
// several servers start at once. It makes the extension and the schema first, and
// the indexes that are due; it refuses a server that is too old, saying what is needed.
func Migrate(ctx context.Context, url string) error {
	return withProvider(ctx, url, func(db *sql.DB, p *goose.Provider) error {
		// First, since a migration counts on the indexes of those before it.
		if err := leftDue(ctx, db); err != nil {
			return err
		}
		_, err := p.Up(ctx)
		return err
	})
}

// leftDue makes the indexes that a program that died left due.
func leftDue(ctx context.Context, db *sql.DB) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	var known bool
	if err := conn.QueryRowContext(ctx, "SELECT to_regclass('index_due') IS NOT NULL").Scan(&known); err != nil || !known {
		return err
	}
	return conn.Raw(func(driver any) error { return buildDue(ctx, driver.(*stdlib.Conn).Conn()) })
}

// MigrateTo goes up or down to a version; 0 is an empty schema.
func MigrateTo(ctx context.Context, url string, version int64) error {
	return withProvider(ctx, url, func(_ *sql.DB, p *goose.Provider) error {
		now, err := p.GetDBVersion(ctx)
		if err != nil {
			return err
		}
		if version >= now {
			_, err = p.UpTo(ctx, version)
		} else {
			_, err = p.DownTo(ctx, version)
		}
		return err
	})
}

// Version is the schema's version and the newest one this program knows.
func Version(ctx context.Context, url string) (have, newest int64, err error) {
	err = withProvider(ctx, url, func(_ *sql.DB, p *goose.Provider) error {
		sources := p.ListSources()
		newest = sources[len(sources)-1].Version
		have, err = p.GetDBVersion(ctx)
		return err
	})
	return have, newest, err
}

func withProvider(ctx context.Context, url string, do func(*sql.DB, *goose.Provider) error) error {
	c, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("database url: %w", err)
	}
	c.RuntimeParams["search_path"] = Schema + ", public"
	c.RuntimeParams["application_name"] = "onemap migrate"
	db := stdlib.OpenDB(*c)
	defer db.Close()
	if err := prepareLocked(ctx, db); err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // a try each second, for five minutes
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	if err := do(db, p); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// prepareKey names the lock under which extension and schema are made: IF NOT
// EXISTS alone fails when two make them at once.
const prepareKey = 0x6f6e656d61700001

func prepareLocked(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after Commit it does nothing
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", prepareKey); err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	if err := prepare(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

// prepare looks at the server's versions and makes the extension, the schema and the roles.
func prepare(ctx context.Context, db *sql.Tx) error {
	var server int
	if err := db.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int").Scan(&server); err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	if server < MinServer {
		return fmt.Errorf("PostgreSQL %d is too old: version 15 or newer is needed (Debian: apt-get install postgresql-15 postgresql-15-postgis-3)", server/10000)
	}
	var have string
	err := db.QueryRowContext(ctx, "SELECT extversion FROM pg_extension WHERE extname = 'postgis'").Scan(&have)
	if errors.Is(err, sql.ErrNoRows) {
		if _, err := db.ExecContext(ctx, "CREATE EXTENSION IF NOT EXISTS postgis SCHEMA public"); err != nil {
			return fmt.Errorf("PostGIS is missing in this database and could not be created (Debian: apt-get install postgresql-15-postgis-3): %w", err)
		}
		err = db.QueryRowContext(ctx, "SELECT extversion FROM pg_extension WHERE extname = 'postgis'").Scan(&have)
	}
	if err != nil {
		return fmt.Errorf("PostGIS: %w", err)
	}
	if !atLeast(have, 3, 3) {
		return fmt.Errorf("PostGIS %s is too old: version 3.3 or newer is needed (Debian: apt-get install postgresql-15-postgis-3; then ALTER EXTENSION postgis UPDATE)", have)
	}
	if _, err := db.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS "+Schema); err != nil {
		return fmt.Errorf("make the schema: %w", err)
	}
	return prepareRoles(ctx, db)
}

func atLeast(version string, major, minor int) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	a, errA := strconv.Atoi(parts[0])
	b, errB := strconv.Atoi(parts[1])
	return errA == nil && errB == nil && (a > major || a == major && b >= minor)
}
