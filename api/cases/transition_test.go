package cases_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/cases"
	"onemap/api/fault"
	"onemap/api/pg"
)

var update = flag.Bool("update", false, "write the golden files anew")

var actions = []cases.Action{
	cases.DoReport, cases.DoFile, cases.DoReject, cases.DoDispatch, cases.DoReturn, cases.DoAccept,
	cases.DoSuspend, cases.DoResume, cases.DoResolve, cases.DoClose, cases.DoRework, cases.DoUrge,
}

// row finds the table's row by itself, so that the test does not lean on the code it proves.
func row(from cases.State, a cases.Action) (cases.Transition, bool) {
	for _, t := range cases.Table {
		if t.From == from && t.Action == a {
			return t, true
		}
	}
	return cases.Transition{}, false
}

// sees says whether the role, over the whole city, sees the case at all.
func sees(role actor.Role, state cases.State) bool {
	switch role {
	case actor.Planner, actor.Registrar:
		return false
	case actor.Handler:
		// Only what has been sent to the department.
		return !slices.Contains([]cases.State{cases.Reported, cases.Rejected, cases.Filed}, state)
	default:
		return true
	}
}

func TestEveryStateActionAndRole(t *testing.T) {
	c := newCity(t)
	for _, state := range cases.States {
		id := c.in(state)
		for _, action := range actions {
			rule, known := row(state, action)
			for _, role := range actor.Roles {
				at := c.rev(id)
				err := c.step(c.As(role), id, action)
				where := fmt.Sprintf("%s, %s by %s", state, action, role)
				f := fault.As(err)
				switch {
				case !sees(role, state):
					if !fault.Is(err, fault.NotFound) {
						t.Errorf("%s: got %v, want not found", where, err)
					}
				case !known:
					if f == nil || f.Code != "case.step" || f.Kind != fault.Invalid {
						t.Errorf("%s: got %v, want case.step", where, err)
					}
				case !slices.Contains(rule.Roles, role):
					if f == nil || f.Code != "case.role" || f.Kind != fault.Forbidden {
						t.Errorf("%s: got %v, want case.role", where, err)
					}
				case err != nil:
					t.Errorf("%s: refused, the table allows it: %v", where, err)
				default:
					if got := c.get(id); got.State != rule.To || got.Rev != at+1 {
						t.Errorf("%s leads to %s at %d, want %s at %d", where, got.State, got.Rev, rule.To, at+1)
					}
					id = c.in(state)
					continue
				}
				if now := c.rev(id); now != at {
					t.Fatalf("%s was refused and changed the case", where)
				}
			}
		}
	}
}

func TestWhatIsOfferedIsWhatIsAllowed(t *testing.T) {
	c := newCity(t)
	for _, state := range cases.States {
		id := c.in(state)
		for _, role := range actor.Roles {
			got, err := c.Cases.ByID(c.As(role), id)
			if !sees(role, state) {
				if !fault.Is(err, fault.NotFound) {
					t.Errorf("%s by %s: %v", state, role, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range actions {
				rule, known := row(state, a)
				want := known && slices.Contains(rule.Roles, role)
				i := slices.IndexFunc(got.Actions, func(o cases.Option) bool { return o.Action == a })
				if (i >= 0) != want {
					t.Errorf("%s by %s: offered %v, want %v", state, role, got.Actions, a)
				}
				if i >= 0 && !slices.Equal(got.Actions[i].Needs, rule.Needs) {
					t.Errorf("%s: needs %v, want %v", a, got.Actions[i].Needs, rule.Needs)
				}
			}
		}
	}
}

func TestAStepWithoutWhatItNeedsIsRefused(t *testing.T) {
	c := newCity(t)
	for _, rule := range cases.Table {
		if len(rule.Needs) == 0 {
			continue
		}
		id := c.in(rule.From)
		err := c.Cases.Step(c.As(rule.Roles[0]), id, cases.Do{Action: rule.Action, Note: "  \n", Rev: c.rev(id)})
		f := refused(t, err, fault.Invalid, "case.needs")
		for _, need := range rule.Needs {
			if _, ok := locations(f)["body."+string(need)]; !ok {
				t.Errorf("%s from %s: %v does not name %s", rule.Action, rule.From, f.Fields, need)
			}
		}
	}
	id := c.in(cases.Filed)
	if _, err := c.Pool.Exec(t.Context(), "INSERT INTO department (code, name, name_en, closed_at) VALUES ('D98', '旧处', 'Old', $1)", c.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	closed := c.Cases.Step(c.As(actor.Operator), id, cases.Do{Action: cases.DoDispatch, Department: "D98", Rev: 2})
	if f := refused(t, closed, fault.Invalid, "case.department"); !strings.Contains(locations(f)["body.department"], "closed") {
		t.Errorf("a closed department: %v", closed)
	}
	err := c.Cases.Step(c.As(actor.Operator), id, cases.Do{Action: cases.DoDispatch, Department: "D99", Rev: 2})
	if f := refused(t, err, fault.Invalid, "case.department"); locations(f)["body.department"] == "" {
		t.Errorf("%v does not name the department", f.Fields)
	}
	if got := c.get(id); got.State != cases.Filed || len(got.Events) != 2 {
		t.Errorf("a refused dispatch left %s with %d events", got.State, len(got.Events))
	}
	long := strings.Repeat("长", 2001)
	err = c.Cases.Step(c.As(actor.Operator), id, cases.Do{Action: cases.DoReject, Note: long, Rev: 2})
	refused(t, err, fault.Invalid, "case.invalid")
}

// The database itself refuses what the table does not know.
func TestTheDatabaseKeepsTheLoop(t *testing.T) {
	c := newCity(t)
	reported, resolved := c.in(cases.Reported), c.in(cases.Resolved)
	const event = "INSERT INTO case_event (case_id, seq, prev_seq, at, action, from_state, to_state, actor_role) VALUES ($1, $2, $3, now(), $4, $5, $6, 'operator')"
	tests := []struct {
		name, sql, want string
		args            []any
	}{
		{"a step the table does not know", event, "case_event_step_fk", []any{reported, 2, 1, "close", "reported", "closed"}},
		{"a step from where the case is not", event, "case_event_chain_fk", []any{reported, 2, 1, "dispatch", "filed", "dispatched"}},
		{"a number left out, before nothing", event, "case_event_chain_fk", []any{reported, 3, 2, "file", "reported", "filed"}},
		{"a number left out, after what is there", event, "case_event_seq_ck", []any{reported, 3, 1, "file", "reported", "filed"}},
		{"a second beginning", event, "case_event_pk", []any{reported, 1, nil, "report", "none", "reported"}},
		{"a beginning from nowhere", event, "case_event_seq_ck", []any{uuid.New(), 1, nil, "file", "reported", "filed"}},
		{"a state without its event", "UPDATE case_file SET state = 'filed' WHERE id = $1", "case_file_state_fk", []any{reported}},
		{"a revision without its event", "UPDATE case_file SET rev = 7 WHERE id = $1", "case_file_state_fk", []any{reported}},
		{"an event taken away", "DELETE FROM case_event WHERE case_id = $1 AND seq = 2", "case_event_chain_fk", []any{resolved}},
		{"an event rewritten", "UPDATE case_event SET to_state = 'returned', action = 'return' WHERE case_id = $1 AND seq = 4", "", []any{resolved}},
		{"the handler closes", "UPDATE case_file SET closer_id = handler_id WHERE id = $1", "case_file_closer_ck", []any{resolved}},
		{"a concern of no word", "UPDATE case_file SET concern = 'ugly' WHERE id = $1", "case_file_concern_ck", []any{reported}},
		{"a photo of no event", "INSERT INTO photo (id, sha256, width, height, bytes, case_id, event_seq, created_at) VALUES ($2, '\\x00', 1, 1, 1, $1, 9, now())", "photo_event_fk", []any{reported, uuid.New()}},
		{"a photo half claimed", "INSERT INTO photo (id, sha256, width, height, bytes, case_id, created_at) VALUES ($2, '\\x00', 1, 1, 1, $1, now())", "photo_claim_ck", []any{reported, uuid.New()}},
	}
	for _, tt := range tests {
		_, err := c.Root.Exec(context.Background(), tt.sql, tt.args...)
		if got := pg.Constraint(err); err == nil || tt.want != "" && got != tt.want {
			t.Errorf("%s: %v (constraint %q), want %s", tt.name, err, got, tt.want)
		}
	}
}

func TestWhoHandledACaseCannotCloseIt(t *testing.T) {
	c := newCity(t)
	both := actor.From(c.As(actor.Handler))
	both.Grants = append(both.Grants, actor.Grant{Role: actor.Supervisor, Prefix: "9901"})
	ctx := actor.With(context.Background(), both)

	id := c.in(cases.Resolved)
	got, err := c.Cases.ByID(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(got.Actions, func(o cases.Option) bool { return o.Action == cases.DoClose }) {
		t.Error("closing is offered to who handled it")
	}
	refused(t, c.step(ctx, id, cases.DoClose), fault.Forbidden, "case.own_work")

	// Nor does it help that somebody else took the last step of the work.
	if err := c.step(c.As(actor.Supervisor), id, cases.DoRework); err != nil {
		t.Fatal(err)
	}
	colleague := actor.From(c.AsHandler("D02"))
	colleague.Grants = []actor.Grant{{Role: actor.Handler, Prefix: "9901", Department: "D01"}}
	if err := c.step(actor.With(context.Background(), colleague), id, cases.DoResolve); err != nil {
		t.Fatal(err)
	}
	refused(t, c.step(ctx, id, cases.DoClose), fault.Forbidden, "case.own_work")
	if err := c.step(c.As(actor.Supervisor), id, cases.DoClose); err != nil {
		t.Error(err)
	}
}

// due tells the deadline from the events alone, as the rules are written in words.
func due(events []cases.Event, urgent bool) *time.Time {
	var deadline *time.Time
	var paused time.Time
	from := func(at time.Time, hours float64) *time.Time {
		d := at.Add(time.Duration(hours * float64(time.Hour)))
		return &d
	}
	for _, e := range events {
		switch e.Action {
		case cases.DoReport, cases.DoFile:
			deadline = from(e.At, 0.5)
		case cases.DoDispatch:
			deadline = from(e.At, 48)
			if urgent {
				deadline = from(e.At, 4)
			}
		case cases.DoReturn:
			deadline = from(e.At, 4)
		case cases.DoReject:
			deadline = nil
		case cases.DoSuspend:
			paused = e.At
		case cases.DoResume:
			d := deadline.Add(e.At.Sub(paused))
			deadline = &d
		case cases.DoUrge: // the pause so far is given at once
			if e.From == cases.Suspended {
				d := deadline.Add(e.At.Sub(paused))
				deadline, paused = &d, e.At
			}
		}
	}
	return deadline
}

func TestTheDeadlineFollowsFromTheEvents(t *testing.T) {
	c := newCity(t)
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 25 {
		report := rubbish(113.3025, 23.405)
		report.Urgent = n%2 == 0
		r, err := c.Cases.Report(c.As(actor.Worker), key(), report)
		if err != nil {
			t.Fatal(err)
		}
		for range 14 {
			c.Clock.Advance(time.Duration(rng.IntN(40*3600)) * time.Second)
			got := c.get(r.ID)
			want := due(got.Events, got.Urgent)
			if (want == nil) != (got.DueAt == nil) || want != nil && !want.Equal(*got.DueAt) {
				t.Fatalf("after %v the deadline is %v, want %v", got.Events, got.DueAt, want)
			}
			next := cases.From(got.State)
			if len(next) == 0 {
				break
			}
			rule := next[rng.IntN(len(next))]
			if err := c.step(c.As(rule.Roles[rng.IntN(len(rule.Roles))]), r.ID, rule.Action); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// The diagram in README.md is drawn from the table: go test ./api/cases -update
func TestTheDiagramIsTheTable(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# The closed loop\n\nDrawn from the table in `transition.go` by a test; after a change of the table:\n`go test ./api/cases -run Diagram -update`. In brackets what a step needs, below it who may take it;\n`import` is for cases that another system keeps, as long as nobody here has taken a step.\n\n```mermaid\nstateDiagram-v2\n")
	name := func(s cases.State) string {
		if s == cases.None {
			return "[*]"
		}
		return string(s)
	}
	for _, rule := range slices.Concat(cases.Table, cases.TakeOver) {
		var needs []string
		for _, n := range rule.Needs {
			needs = append(needs, string(n))
		}
		label := string(rule.Action)
		if len(needs) > 0 {
			label += " (" + strings.Join(needs, ", ") + ")"
		}
		var roles []string
		for _, r := range rule.Roles {
			roles = append(roles, string(r))
		}
		if len(roles) > 0 {
			label += "<br/>" + strings.Join(roles, ", ")
		}
		fmt.Fprintf(&b, "    %s --> %s: %s\n", name(rule.From), name(rule.To), label)
	}
	for _, s := range cases.States {
		if !s.Open() {
			fmt.Fprintf(&b, "    %s --> [*]\n", s)
		}
	}
	b.WriteString("```\n")
	if *update {
		if err := os.WriteFile("README.md", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	had, err := os.ReadFile("README.md")
	if err != nil || string(had) != b.String() {
		t.Errorf("README.md is not what the table says (%v); run go test ./api/cases -run Diagram -update", err)
	}
}

// A leader reads the cases of the place, urges those that are open, and takes no
// other step in them.
func TestALeaderReadsAndUrges(t *testing.T) {
	t.Parallel()
	for _, row := range cases.Table {
		for _, only := range []actor.Role{actor.Leader, actor.Auditor, actor.Administrator, actor.Planner} {
			if slices.Contains(row.Roles, only) && (only != actor.Leader || row.Action != cases.DoUrge || row.From != row.To) {
				t.Errorf("%s takes the step %s from %s", only, row.Action, row.From)
			}
		}
	}
	for _, state := range cases.States {
		if rule, ok := row(state, cases.DoUrge); ok != state.Open() || ok && !slices.Equal(rule.Roles, []actor.Role{actor.Leader}) {
			t.Errorf("urging what is %s: %+v", state, rule)
		}
	}
	leader := actor.Actor{Grants: []actor.Grant{{Role: actor.Leader, Prefix: "9901"}}}
	if !leader.Cases().Holds("990101001001001", "D01") || leader.Cases().Holds("990201001001001", "D01") {
		t.Error("a leader does not see just the place")
	}
}
