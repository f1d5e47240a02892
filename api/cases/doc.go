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
//
// An open case is in the grid in force and follows every redraw; one that has ended
// keeps the grid it ended in (scope_code): that is how it was. Where its place lies
// in another region by now, ground_code says in which: a redraw looks that up for the
// ended cases on the ground it changes. So list, figures, times and tiles count a
// region's cases in either way (place.Grids) from an index. Sight goes by scope_code
// in both: a street that got ground from its neighbour counts what it closed there
// itself, and who sees both streets counts what either closed. A case that is opened
// again by the system it came from is in the grid in force.
package cases
