package pgserver

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// provision sees to the role, the database, PostGIS and the schema. It runs at
// every start, because a first start may have been cut short between any two.
func (s *Server) provision(ctx context.Context) error {
	err := s.as(ctx, "postgres", func(c *pgx.Conn) error {
		if err := makeOnce(ctx, c, "SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1)", owner,
			"CREATE ROLE "+owner+" LOGIN"); err != nil {
			return err
		}
		return makeOnce(ctx, c, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", database,
			"CREATE DATABASE "+database+" OWNER "+owner)
	})
	if err != nil {
		return err
	}
	return s.as(ctx, database, func(c *pgx.Conn) error { return Furnish(ctx, c, owner) })
}

// Furnish makes PostGIS and the schema city, which role owns, in a new database,
// and the roles that role takes on to work with it; conn is a superuser's.
func Furnish(ctx context.Context, conn *pgx.Conn, role string) error {
	// The roles are pg.App, pg.People and pg.Counts; tests of api/pg need this package, so it
	// names them itself. Roles belong to the whole server: another database's
	// start may make them now.
	who := pgx.Identifier{role}.Sanitize()
	for _, name := range []string{"onemap_app", "onemap_people", "onemap_counts"} {
		_, err := conn.Exec(ctx, "DO $$ BEGIN CREATE ROLE "+name+" NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$")
		if err != nil {
			return err
		}
	}
	var member bool
	err := conn.QueryRow(ctx, "SELECT pg_has_role($1, 'onemap_people', 'MEMBER') AND pg_has_role($1, 'onemap_counts', 'MEMBER') AND pg_has_role('onemap_people', 'onemap_app', 'MEMBER')", role).Scan(&member)
	if err == nil && !member {
		_, err = conn.Exec(ctx, "GRANT onemap_app TO onemap_people; GRANT onemap_app, onemap_people, onemap_counts TO "+who)
	}
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `
		SET client_min_messages = warning;
		CREATE EXTENSION IF NOT EXISTS postgis SCHEMA public;
		CREATE SCHEMA IF NOT EXISTS city AUTHORIZATION `+who)
	return err
}

func (s *Server) as(ctx context.Context, db string, do func(*pgx.Conn) error) error {
	c, err := pgx.Connect(ctx, s.AdminURL(db))
	if err != nil {
		return fmt.Errorf("connecting to the private database: %w", err)
	}
	defer c.Close(context.WithoutCancel(ctx))
	return do(c)
}

func makeOnce(ctx context.Context, c *pgx.Conn, isThere, name, create string) error {
	var there bool
	if err := c.QueryRow(ctx, isThere, name).Scan(&there); err != nil || there {
		return err
	}
	_, err := c.Exec(ctx, create)
	return err
}
