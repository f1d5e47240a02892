package pg

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Stripped runs load on tables without what a long load is quicker without, and
// then makes that again, as the database itself words it: all references to them,
// all indexes and constraints but checks and the indexes kept, into which nothing is
// about to fall. Whatever they forbid undoes the transaction.
// Indexes that forbid nothing are noted as due: the caller has them made (BuildDue)
// once the transaction is committed, when two connections can share the work.
// The rest of it has the rights of the tables' owner, and until its end nobody else
// reaches them, or what refers to them: load may look at what is there, and empty
// what it finds empty, so that what it writes need not be logged.
func Stripped(ctx context.Context, tx pgx.Tx, tables []string, load func() error, kept ...string) error {
	if err := AsOwner(ctx, tx); err != nil {
		return err
	}
	// A second server must not start a load of its own before this one has looked.
	if _, err := tx.Exec(ctx, "LOCK TABLE "+strings.Join(tables, ", ")+" IN ACCESS EXCLUSIVE MODE"); err != nil {
		return fmt.Errorf("hold tables for a load: %w", err)
	}
	rebuild, err := strip(ctx, tx, tables, kept)
	if err != nil {
		return err
	}
	if err := load(); err != nil {
		return err
	}
	for _, sql := range rebuild {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return fmt.Errorf("indexes and constraints after a load: %w", err)
		}
	}
	return nil
}

// strip takes off, and gives the statements that make it again.
func strip(ctx context.Context, tx pgx.Tx, tables, kept []string) (rebuild []string, err error) {
	var drop, unique, foreign []string
	var table, name, definition string
	var refers, forbids bool
	rows, err := tx.Query(ctx, `
SELECT c.relname, k.conname, k.contype = 'f', pg_get_constraintdef(k.oid)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
WHERE k.conrelid = ANY ($1::text[]::regclass[]) AND k.contype IN ('p', 'u', 'f') OR k.contype = 'f' AND k.confrelid = ANY ($1::text[]::regclass[])
ORDER BY 3, 1, 2`, tables)
	if err != nil {
		return nil, fmt.Errorf("constraints to take off: %w", err)
	}
	if _, err := pgx.ForEachRow(rows, []any{&table, &name, &refers, &definition}, func() error {
		add := fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT %s %s", table, name, definition)
		if refers { // references go before what they stand on
			drop, foreign = append([]string{fmt.Sprintf("ALTER TABLE %s DROP CONSTRAINT %s", table, name)}, drop...), append(foreign, add)
			return nil
		}
		drop, unique = append(drop, fmt.Sprintf("ALTER TABLE %s DROP CONSTRAINT %s", table, name)), append(unique, add)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("constraints to take off: %w", err)
	}
	rows, err = tx.Query(ctx, `
SELECT c.relname, pg_get_indexdef(x.indexrelid), x.indisunique
FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
WHERE x.indrelid = ANY ($1::text[]::regclass[]) AND NOT x.indexrelid::regclass::text = ANY ($2::text[])
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u')) ORDER BY 1`, tables, append([]string{}, kept...))
	if err != nil {
		return nil, fmt.Errorf("indexes to take off: %w", err)
	}
	rebuild = []string{forIndexes}
	if _, err := pgx.ForEachRow(rows, []any{&name, &definition, &forbids}, func() error {
		drop = append(drop, "DROP INDEX "+name)
		if forbids {
			rebuild = append(rebuild, definition)
		} else {
			drop = append(drop, fmt.Sprintf("INSERT INTO index_due (name, definition) VALUES ('%s', '%s')", name, strings.ReplaceAll(definition, "'", "''")))
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("indexes to take off: %w", err)
	}
	if _, err := tx.Exec(ctx, strings.Join(drop, ";\n")); err != nil {
		return nil, fmt.Errorf("take off: %w", err)
	}
	return append(append(rebuild, unique...), foreign...), nil
}
