// Package fault is what goes wrong, in the words the rest of the program shares.
//
// The journey of a fault: a slice meets something it must refuse and returns a
// fault of a Kind with a stable code and a sentence a person can read; callers
// wrap it with %w where the subject changes; api/web alone turns its kind into
// an HTTP status, and logs what is Internal in full while showing nothing of it.
package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says whose move is next; api/web maps it to a status.
type Kind int

// The kinds. Internal is what has no better name: logged in full, shown as nothing.
const (
	Internal Kind = iota
	Invalid
	Unauthenticated
	Forbidden
	NotFound
	Conflict
	Stale        // an If-Match that no longer matches
	Precondition // an If-Match that is missing
	TooLarge
	TooMany
	Unavailable
)

// Field is one thing wrong with the input: where, why, and what was given.
type Field struct {
	Location string // as in "body.lon" or "query.crs"
	Message  string
	Value    any
}

// Error is a refusal with a stable code ("case.conflict") and a public sentence.
type Error struct {
	Kind   Kind
	Code   string
	Public string
	Fields []Field
	Cause  error
	Wait   time.Duration // until it may be tried again, when that is known
}

// New makes a fault; the sentence is public, so it holds no secrets and no names.
func New(kind Kind, code, public string) *Error {
	return &Error{Kind: kind, Code: code, Public: public}
}

// Newf is New with a formatted sentence.
func Newf(kind Kind, code, format string, args ...any) *Error {
	return New(kind, code, fmt.Sprintf(format, args...))
}

// Because is the fault with its cause, for the log; a fault that several share
// stays as it is.
func (e *Error) Because(cause error) *Error {
	because := *e
	because.Cause = cause
	return &because
}

// After is the fault with how long to wait before trying again.
func (e *Error) After(wait time.Duration) *Error {
	after := *e
	after.Wait = wait
	return &after
}

// Error is the sentence with its cause, for logs.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	b.WriteString(": ")
	b.WriteString(e.Public)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s: %s", f.Location, f.Message)
	}
	if e.Cause != nil {
		fmt.Fprintf(&b, ": %v", e.Cause)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// As finds the fault in an error's chain, or nil.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// Is says whether the error is a fault of the kind.
func Is(err error, kind Kind) bool {
	e := As(err)
	return e != nil && e.Kind == kind
}

// Missing is the answer for what does not exist and for what the actor may not see.
func Missing(what string) *Error {
	return Newf(NotFound, what+".missing", "There is no such %s.", what)
}
