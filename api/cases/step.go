package cases

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/pg"
)

// Do is a step somebody wants to take.
type Do struct {
	Action     Action
	Note       string
	Department string
	Photos     []string
	Rev        int64 // the revision the actor saw
}

// Step takes a case one step on. What the actor may not see is not found; what
// changed since the actor looked is refused as stale; what the table does not
// allow is refused with the rule.
func (s *Service) Step(ctx context.Context, id uuid.UUID, do Do) error {
	by := actor.From(ctx)
	var f fault.Fields
	do.Note = strings.TrimSpace(do.Note)
	length(&f, "body.note", do.Note, 2000)
	photos := photoIDs(&f, do.Photos)
	if err := f.Err("case.invalid"); err != nil {
		return err
	}
	return pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		c, err := lockCase(ctx, tx, id, by)
		if err != nil {
			return err
		}
		if c.Rev != do.Rev {
			return fault.Newf(fault.Stale, "case.conflict", "Somebody else changed this case in the meantime: it is %s now. Nothing was done; look at it again.", c.State)
		}
		t, role, err := allowed(by, c, do)
		if err != nil {
			return err
		}
		return s.take(ctx, tx, c, t, role, do, photos)
	})
}

// allowed finds the row of the table for what somebody wants to do.
func allowed(by actor.Actor, c locked, do Do) (Transition, actor.Role, error) {
	t, ok := stepOf(c.State, do.Action)
	if !ok {
		return t, "", fault.Newf(fault.Invalid, "case.step", "A case that is %s cannot be put through %q; from here: %s.", c.State, do.Action, names(From(c.State)))
	}
	role, ok := t.roleOf(by, c.Row)
	if !ok {
		return t, "", fault.Newf(fault.Forbidden, "case.role", "The step %q is for: %v.", do.Action, t.Roles)
	}
	if t.To == Closed && c.worked {
		return t, "", fault.New(fault.Forbidden, "case.own_work", "Who handled a case cannot close it; somebody else has to check.")
	}
	var f fault.Fields
	if slices.Contains(t.Needs, NeedNote) && do.Note == "" {
		f.Add("body.note", nil, "is needed for %q: say why or what was done", do.Action)
	}
	if slices.Contains(t.Needs, NeedDepartment) && do.Department == "" {
		f.Add("body.department", nil, "is needed for %q", do.Action)
	}
	return t, role, f.Err("case.needs")
}

func names(list []Transition) string {
	if len(list) == 0 {
		return "nothing, it has ended"
	}
	var out []string
	for _, t := range list {
		out = append(out, string(t.Action))
	}
	return strings.Join(out, ", ")
}

// roleOf gives the role in which an actor may take the step on this case.
func (t Transition) roleOf(by actor.Actor, c Row) (actor.Role, bool) {
	for _, g := range by.Grants {
		if !slices.Contains(t.Roles, g.Role) || !strings.HasPrefix(c.ScopeCode, g.Prefix) {
			continue
		}
		if g.Role == actor.Handler && g.Department != deref(c.Department) {
			continue
		}
		return g.Role, true
	}
	return "", false
}

// take writes a step: event, case, photos, change.
func (s *Service) take(ctx context.Context, tx pgx.Tx, c locked, t Transition, role actor.Role, do Do, photos []uuid.UUID) error {
	now, by := s.Now(), actor.From(ctx)
	department := c.Department
	if slices.Contains(t.Needs, NeedDepartment) {
		if err := departmentOpen(ctx, tx, do.Department); err != nil {
			return err
		}
		department = &do.Department
	}
	var eventDepartment *string
	if role == actor.Handler || t.Action == DoDispatch {
		eventDepartment = department
	}
	seq := c.Rev + 1
	if err := (step{c.ID, seq, now, t, by, role, eventDepartment, do.Note}).insert(ctx, tx); err != nil {
		return inWords(err)
	}
	args := pgx.NamedArgs{
		"id": c.ID, "state": t.To, "rev": seq, "due_at": t.due(c.DueAt, c.lastAt, now, c.Urgent), "department": department,
		"handler_id": c.handlerID, "closer_id": nil, "closed_at": nil, "urged": 0, "now": now,
	}
	if t.Action == DoUrge {
		args["urged"] = 1
	}
	if role == actor.Handler {
		args["handler_id"] = by.ID
	}
	if t.To == Closed || t.To == Rejected {
		args["closed_at"] = now
	}
	if t.To == Closed {
		args["closer_id"] = by.ID
	}
	if _, err := tx.Exec(ctx, updateCase, args); err != nil {
		return inWords(err)
	}
	if err := claimPhotos(ctx, tx, photos, c.ID, seq, now.Add(-unclaimedLife)); err != nil {
		return err
	}
	_, err := s.announce(ctx, tx, c.ID, &c.Row)
	return err
}

// departmentOpen refuses a department that is closed, and keeps one that is open
// so until the step is taken. One that never was is the constraints' business.
func departmentOpen(ctx context.Context, tx pgx.Tx, code string) error {
	var closed bool
	err := tx.QueryRow(ctx, "SELECT closed_at IS NOT NULL FROM department WHERE code = $1 FOR SHARE", code).Scan(&closed)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	var f fault.Fields
	if closed {
		f.Add("body.department", nil, "is a department that is closed; see /api/v1/departments")
	}
	return f.Err("case.department")
}

func inWords(err error) error {
	switch pg.Constraint(err) {
	case "case_event_department_fk", "case_file_department_fk":
		var f fault.Fields
		f.Add("body.department", nil, "is no department; see /api/v1/departments")
		return errors.Join(f.Err("case.department"), err)
	case "case_file_closer_ck":
		return fault.New(fault.Forbidden, "case.own_work", "Who handled a case cannot close it; somebody else has to check.").Because(err)
	case "case_file_handler_fk", "case_file_closer_fk":
		return fault.New(fault.Forbidden, "case.person", "Handling and closing a case are for a person's account, not for a key.").Because(err)
	case "case_event_step_fk", "case_event_chain_fk":
		return fault.New(fault.Invalid, "case.step", "The table of steps does not allow this.").Because(err)
	}
	return err
}
