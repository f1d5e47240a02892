package pg

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// The roles the program works under, once its schema is made. None can log in: a
// connection's own login takes one on.
const (
	App    = "onemap_app"    // everything but people's tables
	People = "onemap_people" // what App has, and people's tables under row-level security
	Counts = "onemap_counts" // of people's tables what moves are counted by, and nothing else
)

// roleStatements make the roles and let a login take them on.
func roleStatements(login string) []string {
	who := pgx.Identifier{login}.Sanitize()
	return []string{
		"CREATE ROLE " + App + " NOLOGIN",
		"CREATE ROLE " + People + " NOLOGIN",
		"CREATE ROLE " + Counts + " NOLOGIN",
		"GRANT " + App + " TO " + People,
		"GRANT " + App + ", " + People + ", " + Counts + " TO " + who,
	}
}

// prepareRoles makes the roles where the login may, and else says what to run.
func prepareRoles(ctx context.Context, db *sql.Tx) error {
	var login string
	var ready, may bool
	err := db.QueryRowContext(ctx, `
SELECT session_user, (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = session_user),
    (SELECT count(*) = 3 AND bool_and(pg_has_role(session_user, oid, 'MEMBER')) AND NOT bool_or(rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname IN ($1, $2, $3))
    AND EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles u ON u.oid = m.member WHERE r.rolname = $1 AND u.rolname = $2)`, App, People, Counts).
		Scan(&login, &may, &ready)
	if err != nil {
		return fmt.Errorf("look at the database's roles: %w", err)
	}
	if ready {
		return nil
	}
	list := roleStatements(login)
	wanted := fmt.Errorf("the database's roles are not ready: a superuser has to run, once for the whole server (what is there already may be left out):\n  %s;\nNone of these roles may be a superuser or have BYPASSRLS", strings.Join(list, ";\n  "))
	if !may {
		return wanted
	}
	made := []string{App, People, Counts}
	for i, role := range made {
		var there bool
		if err := db.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role).Scan(&there); err != nil {
			return err
		}
		if there {
			continue
		}
		if _, err := db.ExecContext(ctx, list[i]); err != nil {
			return fmt.Errorf("%w (%w)", wanted, err)
		}
	}
	for _, statement := range list[len(made):] {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%w (%w)", wanted, err)
		}
	}
	return nil
}

// AsOwner gives the rest of a transaction the rights of the connection's own
// login: what changes the tables themselves.
func AsOwner(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, "SET LOCAL ROLE NONE")
	return err
}
