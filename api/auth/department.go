package auth

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"onemap/api/audit"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/web"
)

// Department is who mends things, within an area.
type Department struct {
	Code     string     `json:"code" example:"D01"`
	Name     string     `json:"name"`
	NameEn   string     `json:"name_en"`
	Scope    string     `json:"scope" doc:"The area it works in, as a region code; empty is the whole installation."`
	Parent   string     `json:"parent,omitempty" doc:"The department it belongs to."`
	Rev      int64      `json:"rev"`
	ClosedAt *time.Time `json:"closed_at,omitempty"`
}

const selectDepartment = `SELECT code, name, name_en, scope, COALESCE(parent, ''), rev, closed_at FROM department `

func departmentsWhere(ctx context.Context, q pg.Querier, where string, args ...any) ([]Department, error) {
	rows, err := q.Query(ctx, selectDepartment+where, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Department])
}

// Departments lists those that are open, by code.
func (s *Service) Departments(ctx context.Context) ([]Department, error) {
	return departmentsWhere(ctx, s.pool, "WHERE closed_at IS NULL ORDER BY code")
}

// EveryDepartment lists them by code, also those that are closed: their names
// stand in old cases and grants.
func (s *Service) EveryDepartment(ctx context.Context) ([]Department, error) {
	return departmentsWhere(ctx, s.pool, "ORDER BY code")
}

var departmentForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)

func (d Department) validate() error {
	var f fault.Fields
	if !departmentForm.MatchString(d.Code) {
		f.Add("code", d.Code, "1 to 40 letters, digits, dots, dashes or underscores")
	}
	validateName(&f, d.Name)
	if len([]rune(d.NameEn)) > 80 {
		f.Add("name_en", nil, "at most 80 characters")
	}
	validateScope(&f, d.Scope)
	return f.Err("department.invalid")
}

// AddDepartment makes a department in an area that the actor administers.
func (s *Service) AddDepartment(ctx context.Context, d Department) (Department, error) {
	d.Name, d.NameEn, d.Rev, d.ClosedAt = strings.TrimSpace(d.Name), strings.TrimSpace(d.NameEn), 1, nil
	if err := d.validate(); err != nil {
		return d, err
	}
	err := pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		by, err := s.changing(ctx, tx)
		switch {
		case err != nil:
			return err
		case by.none():
			return errNoAdministrator
		case !by.over(d.Scope):
			return errBeyond
		}
		if err := belongs(ctx, tx, d); err != nil {
			return err
		}
		audit.Note(ctx, "department", d.Code)
		audit.In(ctx, d.Scope)
		_, err = tx.Exec(ctx, "INSERT INTO department (code, name, name_en, scope, parent) VALUES ($1, $2, $3, $4, NULLIF($5, ''))", d.Code, d.Name, d.NameEn, d.Scope, d.Parent)
		return err
	})
	return d, inWords(err, d.Code)
}

// belongs refuses a parent whose area does not hold the department's, that is
// closed, or that belongs to the department itself.
func belongs(ctx context.Context, tx pgx.Tx, d Department) error {
	seen := map[string]bool{d.Code: true}
	for up, below := d.Parent, d.Scope; up != ""; {
		list, err := departmentsWhere(ctx, tx, "WHERE code = $1", up)
		if err != nil {
			return err
		}
		if len(list) == 0 || seen[up] || list[0].ClosedAt != nil || !strings.HasPrefix(below, list[0].Scope) {
			var f fault.Fields
			f.Add("parent", d.Parent, "an open department whose area holds this one's, and which does not belong to it")
			return f.Err("department.invalid")
		}
		seen[up] = true
		up, below = list[0].Parent, list[0].Scope
	}
	return nil
}

// DepartmentChange changes a department; what is nil stays. Its area stays, too:
// grants and cases lie in it.
type DepartmentChange struct {
	Rev    int64
	Name   *string
	NameEn *string
	Parent *string
}

// ChangeDepartment renames a department or puts it under another.
func (s *Service) ChangeDepartment(ctx context.Context, code string, want DepartmentChange) (Department, error) {
	return s.departmentStep(ctx, code, want.Rev, func(tx pgx.Tx, d *Department) error {
		if want.Name != nil {
			d.Name = strings.TrimSpace(*want.Name)
		}
		if want.NameEn != nil {
			d.NameEn = strings.TrimSpace(*want.NameEn)
		}
		if want.Parent != nil {
			d.Parent = *want.Parent
		}
		if err := d.validate(); err != nil {
			return err
		}
		return belongs(ctx, tx, *d)
	})
}

// CloseDepartment takes a department off the lists: nobody is made its handler
// any more. Those who are go on until their cases are done.
func (s *Service) CloseDepartment(ctx context.Context, code string, rev int64) (Department, error) {
	return s.departmentStep(ctx, code, rev, func(tx pgx.Tx, d *Department) error {
		if d.ClosedAt != nil {
			return fault.New(fault.Conflict, "department.closed", "This department is closed already.")
		}
		below, err := departmentsWhere(ctx, tx, "WHERE parent = $1 AND closed_at IS NULL", code)
		if err != nil {
			return err
		}
		if len(below) > 0 {
			return fault.New(fault.Conflict, "department.parent", "Open departments belong to this one; close or move them first.")
		}
		now := s.now()
		d.ClosedAt = &now
		return nil
	})
}

// ReopenDepartment puts a closed department back on the lists; the one it belongs
// to must be open, or be left first.
func (s *Service) ReopenDepartment(ctx context.Context, code string, rev int64) (Department, error) {
	return s.departmentStep(ctx, code, rev, func(tx pgx.Tx, d *Department) error {
		if d.ClosedAt == nil {
			return fault.New(fault.Conflict, "department.open", "This department is open already.")
		}
		if err := belongs(ctx, tx, *d); err != nil {
			return fault.New(fault.Conflict, "department.parent_closed", "The department it belongs to is closed; open that one first, or choose another.").Because(err)
		}
		d.ClosedAt = nil
		return nil
	})
}

func (s *Service) departmentStep(ctx context.Context, code string, rev int64, step func(tx pgx.Tx, d *Department) error) (d Department, err error) {
	err = pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		by, err := s.changing(ctx, tx)
		if err != nil {
			return err
		}
		list, err := departmentsWhere(ctx, tx, "WHERE code = $1 FOR UPDATE", code)
		switch {
		case err != nil:
			return err
		case by.none():
			return errNoAdministrator
		case len(list) == 0 || !by.over(list[0].Scope):
			return fault.Missing("department")
		case list[0].Rev != rev:
			return web.Changed("department")
		}
		d = list[0]
		audit.Note(ctx, "department", d.Code)
		audit.In(ctx, d.Scope)
		if err := step(tx, &d); err != nil {
			return err
		}
		d.Rev++
		_, err = tx.Exec(ctx, "UPDATE department SET name = $2, name_en = $3, parent = NULLIF($4, ''), closed_at = $5, rev = $6 WHERE code = $1",
			d.Code, d.Name, d.NameEn, d.Parent, d.ClosedAt, d.Rev)
		return err
	})
	return d, err
}

// departmentOpen refuses a handler's grant for a department that is closed, or
// outside the department's area. An unknown one is left to its foreign key.
func (s *Service) departmentOpen(ctx context.Context, tx pgx.Tx, g Grant) error {
	if g.Department == "" {
		return nil
	}
	list, err := departmentsWhere(ctx, tx, "WHERE code = $1 FOR SHARE", g.Department)
	if err != nil || len(list) == 0 {
		return err
	}
	var f fault.Fields
	if list[0].ClosedAt != nil {
		f.Add("department", g.Department, "this department is closed")
	}
	if !strings.HasPrefix(g.Scope, list[0].Scope) {
		f.Add("scope", g.Scope, "the department works under %s", list[0].Scope)
	}
	return f.Err("grant.invalid")
}
