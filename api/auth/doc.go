// Package auth is who somebody is: accounts, grants, sessions, keys.
//
// The journey of a session: SignIn compares the password with its argon2id
// hash (and takes as long when there is no such login), makes a random token
// of which the database keeps only the hash, and the browser keeps it in a
// cookie no script can read. Who owes a second factor, a new password or an
// enrolment holds half a session, which opens nothing but that step; each step
// makes the token anew. Authenticate turns cookie or bearer key into an
// actor.Actor with all its grants in one query. A session is one device, which
// its holder or an administrator signs out.
//
// A password comes from a one-time link (first administrator, invitation, reset)
// and is refused when it is among the commonest. Tries are held up per address,
// login and known device, never for good: no account is locked.
//
// The journey of a grant: an administrator of a place gives it (Give) to an
// account that is seen there, under the lock of authority, no wider and no longer
// than the giver's own; it counts from StartsAt to before EndsAt, each time
// somebody comes in; its holder may name a deputy, who acts with it while both
// are valid (Deputise); it ends (End) and stays as history. Whoever is watched
// does not choose the watchman: see authority for the rules.
//
// Single sign-on is another way in: see SSO.
package auth
