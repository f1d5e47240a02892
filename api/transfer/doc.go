// Package transfer brings files in.
//
// The journey of a file: it is read to its end before anything is written, so
// that a file that breaks off half-way leaves nothing behind; what cannot be
// taken is counted with its reason and place; the rest goes through the slices'
// own imports in one transaction, each object in its grid; a second run of the
// same file finds everything there and changes nothing. A dry run does all of
// it and rolls back.
package transfer
