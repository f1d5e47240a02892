package web

import (
	"context"

	"onemap/api/actor"
	"onemap/api/audit"
	"onemap/api/fault"
)

// SignedIn is the actor of a request that needs one.
func SignedIn(ctx context.Context) (actor.Actor, error) {
	a := actor.From(ctx)
	if !a.Staff() {
		return a, fault.New(fault.Unauthenticated, "auth.needed", "Please sign in.")
	}
	return a, nil
}

// Keeps refuses whoever does not keep the register that an object lies in, by
// the code of its place. It does not exist for those whose jurisdiction does not
// cover it, also where everybody may look at it.
func Keeps(ctx context.Context, what, scope string) error {
	a, err := SignedIn(ctx)
	if err != nil {
		return err
	}
	if !a.Area().Holds(scope, "") {
		return fault.Missing(what)
	}
	return Registrar(ctx, scope)
}

// Registrar refuses whoever does not keep the registers of a place, which is on
// the map for everybody.
func Registrar(ctx context.Context, scope string) error {
	a, err := SignedIn(ctx)
	if err != nil {
		return err
	}
	if !a.May(scope, actor.Registrar, actor.Administrator) {
		return fault.New(fault.Forbidden, "auth.forbidden", "This is for the registrars of the place.")
	}
	audit.In(ctx, scope)
	return nil
}

// Refused says of fields that they are those of a request's body.
func Refused(bad []fault.Field, code string) error {
	var f fault.Fields
	for _, x := range bad {
		f.Add("body."+x.Location, x.Value, "%s", x.Message)
	}
	return f.Err(code)
}
