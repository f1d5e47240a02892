package auth

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"onemap/api/fault"
)

// departmentOpen refuses a handler's grant for a department that is closed, or
// outside the department's area. An unknown one is left to its foreign key.
func (s *Service) departmentOpen(ctx context.Context, tx pgx.Tx, g Grant) error {
	if g.Department == "" {
		return nil
	}
	var scope string
	var closed bool
	err := tx.QueryRow(ctx, "SELECT scope, closed_at IS NOT NULL FROM department WHERE code = $1 FOR SHARE", g.Department).Scan(&scope, &closed)
	var f fault.Fields
	switch {
	case missing(err):
		return nil
	case err != nil:
		return err
	case closed:
		f.Add("department", g.Department, "this department is closed")
	case !strings.HasPrefix(g.Scope, scope):
		f.Add("scope", g.Scope, "the department works under %s", scope)
	}
	return f.Err("grant.invalid")
}
