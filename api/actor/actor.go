// Package actor is who asks, and how far they see.
//
// The journey of an actor: api/auth finds who stands behind a cookie or a key
// and puts an Actor into the request's context; every slice takes it out again
// and asks it for the Scope of the roles that matter there; the scope becomes a
// WHERE clause in each read and a comparison for everything held in memory.
// What lies outside the scope is not found.
package actor

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// Role is what somebody may do.
type Role string

// The roles (domain: command-centre operator, supervisor, department handler,
// grid worker, planner, registrar, auditor, administrator, leader). Resident is
// everybody without an account.
const (
	Operator      Role = "operator"
	Supervisor    Role = "supervisor"
	Handler       Role = "handler"
	Worker        Role = "worker"
	Planner       Role = "planner"
	Registrar     Role = "registrar"
	Auditor       Role = "auditor"
	Administrator Role = "administrator"
	Leader        Role = "leader"
	Resident      Role = "resident"
	System        Role = "system"
)

// Roles lists what can be granted, in the order of the duty roster.
var Roles = []Role{Operator, Supervisor, Handler, Worker, Planner, Registrar, Auditor, Administrator, Leader}

// Grant is a role on a jurisdiction: a prefix of the region code, "" everywhere.
// A handler's grant names the department whose cases it opens.
type Grant struct {
	ID         uuid.UUID // the grant itself; none where it is a key's
	Role       Role
	Prefix     string
	Department string
	DeputyFor  uuid.UUID // the account stood in for; none in one's own right
}

// Actor is an account with its grants of this moment, or nobody in particular.
type Actor struct {
	ID     uuid.UUID
	Login  string
	Name   string
	Demo   bool
	Grants []Grant
	// Session is the sign-in it came by; none where it came by a key. A session
	// without an account has a step to go yet, and opens nothing.
	Session  uuid.UUID
	Key      bool // a machine, which came by a key
	ReadOnly bool // may look and change nothing
	command  bool
}

// Nobody is a visitor without an account.
var Nobody = Actor{}

// Command is the program itself, told by whoever can run it on its server, who
// can do everything anyhow. It is no account: what it gives, nobody gave.
func Command(name string) Actor { return Actor{Login: "command:" + name, Name: name, command: true} }

// IsCommand says whether the program itself acts.
func (a Actor) IsCommand() bool { return a.command }

// Staff says whether somebody is signed in.
func (a Actor) Staff() bool { return a.ID != uuid.Nil }

// Has says whether the actor holds one of the roles anywhere.
func (a Actor) Has(roles ...Role) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return slices.Contains(roles, g.Role) })
}

// Only is the actor with no other grants than those of some roles.
func (a Actor) Only(roles ...Role) Actor {
	a.Grants = slices.DeleteFunc(slices.Clone(a.Grants), func(g Grant) bool { return !slices.Contains(roles, g.Role) })
	return a
}

// May says whether the actor holds one of the roles over the place with a code.
func (a Actor) May(code string, roles ...Role) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool {
		return slices.Contains(roles, g.Role) && strings.HasPrefix(code, g.Prefix)
	})
}

type contextKey struct{}

// With puts the actor into a context.
func With(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, contextKey{}, a)
}

// From takes the actor out of a context; without one it is Nobody.
func From(ctx context.Context) Actor {
	a, _ := ctx.Value(contextKey{}).(Actor)
	return a
}
