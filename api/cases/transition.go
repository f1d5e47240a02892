package cases

import (
	"slices"
	"time"

	"onemap/api/actor"
)

// State is where a case stands.
type State string

// The states. None is before the report; Rejected and Closed are the ends.
const (
	None       State = "none"
	Reported   State = "reported"
	Filed      State = "filed"
	Rejected   State = "rejected"
	Dispatched State = "dispatched"
	Returned   State = "returned"
	InProgress State = "in_progress"
	Suspended  State = "suspended"
	Resolved   State = "resolved"
	Closed     State = "closed"
)

// States lists them in the order of the loop.
var States = []State{Reported, Filed, Dispatched, Returned, InProgress, Suspended, Resolved, Closed, Rejected}

// Action is what somebody does to a case.
type Action string

// The actions.
const (
	DoReport   Action = "report"
	DoFile     Action = "file"
	DoReject   Action = "reject"
	DoDispatch Action = "dispatch"
	DoReturn   Action = "return"
	DoAccept   Action = "accept"
	DoSuspend  Action = "suspend"
	DoResume   Action = "resume"
	DoResolve  Action = "resolve"
	DoClose    Action = "close"
	DoRework   Action = "rework"
	DoImport   Action = "import"
	DoUrge     Action = "urge"
)

// Need is what a step cannot do without.
type Need string

// The needs.
const (
	NeedNote       Need = "note"
	NeedDepartment Need = "department"
)

// clock is what a step does to the deadline.
type clock int

const (
	keep   clock = iota // the deadline stands
	start               // a new deadline, limit from now
	extend              // the pause that ends now is added
	stop                // no deadline from here
)

// Transition is one row of the table.
type Transition struct {
	From   State
	Action Action
	To     State
	Roles  []actor.Role
	Needs  []Need
	clock  clock
	limit  time.Duration
}

// Limits in natural hours. Filing and dispatching are the centre's own duty;
// handling begins when the case is dispatched.
const (
	fileLimit       = 30 * time.Minute
	dispatchLimit   = 30 * time.Minute
	redispatchLimit = 4 * time.Hour
	handleLimit     = 48 * time.Hour
	urgentLimit     = 4 * time.Hour
)

// Table is every step a case may take. Supervision files and closes, command
// dispatches, the department handles; those in charge urge what is open, which
// moves nothing. An urge while a case is on hold gives the pause so far to the
// deadline, and the end of the pause gives the rest.
var Table = []Transition{
	{None, DoReport, Reported, []actor.Role{actor.Resident, actor.Operator, actor.Worker, actor.Supervisor}, nil, start, fileLimit},
	{Reported, DoFile, Filed, []actor.Role{actor.Operator, actor.Supervisor}, nil, start, dispatchLimit},
	{Reported, DoReject, Rejected, []actor.Role{actor.Operator, actor.Supervisor}, []Need{NeedNote}, stop, 0},
	{Filed, DoDispatch, Dispatched, []actor.Role{actor.Operator}, []Need{NeedDepartment}, start, handleLimit},
	{Dispatched, DoAccept, InProgress, []actor.Role{actor.Handler}, nil, keep, 0},
	{Dispatched, DoReturn, Returned, []actor.Role{actor.Handler}, []Need{NeedNote}, start, redispatchLimit},
	{Returned, DoDispatch, Dispatched, []actor.Role{actor.Operator}, []Need{NeedDepartment}, start, handleLimit},
	{Returned, DoReject, Rejected, []actor.Role{actor.Operator}, []Need{NeedNote}, stop, 0},
	{InProgress, DoSuspend, Suspended, []actor.Role{actor.Handler}, []Need{NeedNote}, keep, 0},
	{Suspended, DoResume, InProgress, []actor.Role{actor.Handler}, nil, extend, 0},
	{InProgress, DoResolve, Resolved, []actor.Role{actor.Handler}, []Need{NeedNote}, keep, 0},
	{Resolved, DoClose, Closed, []actor.Role{actor.Supervisor}, nil, keep, 0},
	{Resolved, DoRework, InProgress, []actor.Role{actor.Supervisor}, []Need{NeedNote}, keep, 0},
	{Reported, DoUrge, Reported, []actor.Role{actor.Leader}, []Need{NeedNote}, keep, 0},
	{Filed, DoUrge, Filed, []actor.Role{actor.Leader}, []Need{NeedNote}, keep, 0},
	{Dispatched, DoUrge, Dispatched, []actor.Role{actor.Leader}, []Need{NeedNote}, keep, 0},
	{Returned, DoUrge, Returned, []actor.Role{actor.Leader}, []Need{NeedNote}, keep, 0},
	{InProgress, DoUrge, InProgress, []actor.Role{actor.Leader}, []Need{NeedNote}, keep, 0},
	{Suspended, DoUrge, Suspended, []actor.Role{actor.Leader}, []Need{NeedNote}, extend, 0},
	{Resolved, DoUrge, Resolved, []actor.Role{actor.Leader}, []Need{NeedNote}, keep, 0},
}

// TakeOver is how a case that another system keeps comes here and follows that
// system. Nobody takes these steps by hand: Import does, and only as long as no
// step was taken here but an urge. What is under way elsewhere is filed here, for no
// department of ours has it; "import" where it stands is a correction of what the
// case says, and one that has ended and is open again there is filed again.
var TakeOver = []Transition{
	{None, DoImport, Reported, nil, nil, start, fileLimit},
	{None, DoImport, Filed, nil, nil, start, dispatchLimit},
	{None, DoImport, Closed, nil, nil, stop, 0},
	{None, DoImport, Rejected, nil, nil, stop, 0},
	{Reported, DoImport, Reported, nil, nil, keep, 0},
	{Reported, DoImport, Filed, nil, nil, start, dispatchLimit},
	{Reported, DoImport, Closed, nil, nil, stop, 0},
	{Reported, DoImport, Rejected, nil, nil, stop, 0},
	{Filed, DoImport, Filed, nil, nil, keep, 0},
	{Filed, DoImport, Closed, nil, nil, stop, 0},
	{Filed, DoImport, Rejected, nil, nil, stop, 0},
	{Closed, DoImport, Closed, nil, nil, keep, 0},
	{Closed, DoImport, Filed, nil, nil, start, dispatchLimit},
	{Rejected, DoImport, Rejected, nil, nil, keep, 0},
	{Rejected, DoImport, Filed, nil, nil, start, dispatchLimit},
}

// takeOver gives the row by which a case follows the system it came from.
func takeOver(from, to State) (Transition, bool) {
	i := slices.IndexFunc(TakeOver, func(t Transition) bool { return t.From == from && t.To == to })
	if i < 0 {
		return Transition{}, false
	}
	return TakeOver[i], true
}

// From gives the steps that lead out of a state.
func From(s State) []Transition {
	var out []Transition
	for _, t := range Table {
		if t.From == s {
			out = append(out, t)
		}
	}
	return out
}

// stepOf gives the row for an action from a state.
func stepOf(from State, action Action) (Transition, bool) {
	i := slices.IndexFunc(Table, func(t Transition) bool { return t.From == from && t.Action == action })
	if i < 0 {
		return Transition{}, false
	}
	return Table[i], true
}

// Open says whether somebody still has to do something.
func (s State) Open() bool { return s != Closed && s != Rejected }

// due is the deadline after a step: a pure function of the deadline before it,
// when the last step was, and when this one is.
func (t Transition) due(before *time.Time, last, at time.Time, urgent bool) *time.Time {
	switch t.clock {
	case start:
		limit := t.limit
		if limit == handleLimit && urgent {
			limit = urgentLimit
		}
		d := at.Add(limit)
		return &d
	case extend:
		if before == nil {
			return nil
		}
		d := before.Add(at.Sub(last))
		return &d
	case stop:
		return nil
	}
	return before
}
