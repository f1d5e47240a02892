// Package change is the ordered log of everything that changes what a map or a
// list shows.
//
// The journey of a change: a slice calls Record inside the transaction that
// makes it, after it has written the object's row; the row waits in the inbox.
// Once it is committed, the one elected Sequencer numbers it, in an order in
// which no later number ever becomes visible before an earlier one, and wakes
// the readers. A Reader follows the numbers from where it stopped. So nothing
// is announced before it is committed, and nothing committed is skipped.
//
// Numbering is by snapshot difference: each round takes a snapshot s and
// numbers what s sees and the round before did not. Rows of transactions that
// were open then and are visible now are found by their transaction id, which
// stands beside each row. A long import delays only its own rows.
//
// How numbers are given is known to this package alone: on a server where
// transaction ids are not one sequence another way takes its place.
package change
