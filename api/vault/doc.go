// Package vault is the one door to people's tables: household, person,
// residence and person_tag, and what stays of the erased, remainder and
// erased_mark.
//
// The journey of a question about people: a slice says whose sight it asks with
// (Of an actor's scopes, or Everywhere for the program itself); In begins a
// transaction that has told the database that sight before the first statement,
// or Within lends it to a part of somebody else's transaction; the row-level
// policies then show what lies within, and a query that forgot its WHERE shows
// no more. A transaction that did not come through here sees nothing: the role
// onemap_app may not read these tables, and onemap_people sees no row of them
// before it has said whose sight it has.
//
// What has to count also those whom an actor does not see is counted under a role
// that reads the columns which are counted by, and no other (Count).
//
// Queries still carry their scope as a condition: that is what finds the index.
// At the start Prove shows that all this holds in this very database.
package vault
