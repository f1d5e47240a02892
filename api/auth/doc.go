// Package auth is who somebody is: accounts, grants, sessions, keys.
//
// The journey of a session: SignIn compares the password with its argon2id
// hash (and takes as long when there is no such login), makes a random token
// of which the database keeps only the hash, and the browser keeps it in a
// cookie no script can read. Authenticate turns cookie or bearer key into an
// actor.Actor with all its grants in one query. SignOut forgets the token.
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
