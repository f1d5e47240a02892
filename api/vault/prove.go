package vault

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/pg"
)

// tables are those that only people's role reads.
var tables = []string{"household", "person", "residence", "person_tag", "remainder", "erased_mark"}

var errUndone = errors.New("undone")

// Prove shows that the database guards people: the application's role reads
// none of their tables, people's role sees nothing before it has a sight, then
// its own place and not the neighbour's. A start that cannot show it is refused.
func Prove(ctx context.Context, app, people *pgxpool.Pool) error {
	if err := proveRoles(ctx, people); err != nil {
		return err
	}
	for _, table := range tables {
		var n int
		err := app.QueryRow(ctx, "SELECT count(*) FROM (SELECT FROM "+table+" LIMIT 1) t").Scan(&n)
		var refused *pgconn.PgError
		if !errors.As(err, &refused) || refused.Code != "42501" {
			return unguarded("the application's role can read %s (%v)", table, err)
		}
	}
	if err := proveCounts(ctx, people); err != nil {
		return err
	}
	const ours, theirs = "000000000000001", "000000000000002" // codes of no place
	id, other := uuid.New(), uuid.New()
	err := In(ctx, people, Everywhere(), func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
INSERT INTO person (id, source, source_ref, name, scope_code, rev, updated_at)
VALUES ($1, 'proof', $5, '', $3, 1, '2000-01-01'), ($2, 'proof', $6, '', $4, 1, '2000-01-01')`, id, other, ours, theirs, id.String(), other.String())
		if err != nil {
			return err
		}
		for _, t := range []struct {
			sight Sight
			sees  int
		}{{Sight{}, 0}, {Over(ours), 1}, {Over(theirs), 1}, {Over(ours, theirs), 2}, {Over("00000000000001"), 0}, {Everywhere(), 2}} {
			if err := Enter(ctx, tx, t.sight); err != nil {
				return err
			}
			var sees int
			var own bool
			if err := tx.QueryRow(ctx, "SELECT count(*), COALESCE(bool_or(scope_code = $3), false) FROM person WHERE id IN ($1, $2)", id, other, ours).Scan(&sees, &own); err != nil {
				return err
			}
			if sees != t.sees || own && t.sight == Over(theirs) {
				return unguarded("of two people in two places %d are seen where it should be %d", sees, t.sees)
			}
		}
		return errUndone
	})
	if !errors.Is(err, errUndone) {
		return fmt.Errorf("prove that people are guarded: %w", err)
	}
	return nil
}

// proveRoles: no role of ours owns the tables or goes round the policies.
func proveRoles(ctx context.Context, people *pgxpool.Pool) error {
	var role string
	var above, loose bool
	err := people.QueryRow(ctx, `
SELECT current_user, (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user),
    EXISTS (SELECT FROM pg_class WHERE oid = ANY ($1::text[]::regclass[]) AND (NOT relrowsecurity OR NOT relforcerowsecurity OR pg_get_userbyid(relowner) = current_user))`, tables).
		Scan(&role, &above, &loose)
	switch {
	case err != nil:
		return fmt.Errorf("prove that people are guarded: %w", err)
	case above:
		return unguarded("the role %s goes round row-level security", role)
	case loose:
		return unguarded("a table of people is without row-level security, or belongs to the role %s", role)
	}
	return nil
}

// counted are the columns by which moves are counted.
var counted = []string{
	"residence.dwelling_id", "residence.relation", "residence.since", "residence.until",
	"remainder.scope_code", "remainder.month", "remainder.came", "remainder.went",
}

// proveCounts: the role that counts reads nothing else of people.
func proveCounts(ctx context.Context, people *pgxpool.Pool) error {
	var more string
	err := people.QueryRow(ctx, `
SELECT COALESCE(string_agg(c.relname || '.' || a.attname, ', '), '')
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.oid = ANY ($1::text[]::regclass[]) AND a.attnum > 0 AND NOT a.attisdropped AND has_column_privilege($2, c.oid, a.attnum, 'SELECT')
  AND c.relname || '.' || a.attname <> ALL ($3::text[])`, tables, pg.Counts, counted).Scan(&more)
	if err != nil {
		return fmt.Errorf("prove that people are guarded: %w", err)
	}
	if more != "" {
		return unguarded("the role %s, which only counts, can read %s", pg.Counts, more)
	}
	return nil
}

func unguarded(format string, args ...any) error {
	return fmt.Errorf("people's records are not guarded in this database: "+format+"; refusing to start", args...)
}
