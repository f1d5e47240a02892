package web

import (
	"context"

	"onemap/api/actor"
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

type secureKey struct{}

// Secure says whether the request came over https, to us or to a trusted proxy.
func Secure(ctx context.Context) bool {
	secure, _ := ctx.Value(secureKey{}).(bool)
	return secure
}
