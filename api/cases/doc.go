// Package cases is the closed loop: whatever somebody asks and somebody else
// must finish.
//
// The journey of a case: Report validates what a resident sent, turns its
// point into WGS84, finds its grid, and in one transaction writes the case, its
// first event, its photos and the change that announces it; the same
// idempotency key gives the same answer again. From there Step walks the table
// in transition.go: who may do what from which state, what the step needs, what
// it does to the clock. Each step is an append-only event; the database itself
// refuses a step that is not in the table, an event that does not begin where
// the last one ended, and a case closed by the one who handled it. The resident
// follows it all by the receipt, a secret the database does not hold.
package cases
