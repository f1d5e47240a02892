// Package auth is who somebody is: accounts, grants, sessions, keys.
//
// The journey of a session: SignIn compares the password with its argon2id
// hash (and takes as long when there is no such login), makes a random token
// of which the database keeps only the hash, and the browser keeps it in a
// cookie no script can read. Authenticate turns cookie or bearer key into an
// actor.Actor with all its grants in one query. SignOut forgets the token.
package auth
