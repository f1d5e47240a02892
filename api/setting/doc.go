// Package setting keeps what the administrators of a whole city change while
// the server runs, and shows them what it was started with.
//
// The journey of a setting: the server starts with a value, from a flag, from
// the environment or its default. An administrator of the whole city sets
// another, within its limits; the row keeps the one before, so that there is a
// way back, and the audit who it was. The change log carries it to every
// process, which reads the table again: there it is in force about a second
// later, here at once. What was given by flag or environment wins over what is
// set here, and says so.
//
// Whoever lives by a setting is handed a function that gives it as it is now;
// no slice knows this package.
package setting
