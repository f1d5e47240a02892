// Package feed tells open screens what changed, as server-sent events.
//
// The journey of an event: the change log's follower hands numbered entries to
// the Hub; the Hub puts them before each reader whose sight they touch; a
// reader that cannot keep up is cut off and comes back with the last id it
// saw; a reader that comes back is first given what it missed, from the log,
// and then joins the others. When the log no longer reaches back to where it
// was, it is told to start over. What leaves a reader's sight leaves the screen.
package feed
