// Package boot is the one place of glue: it puts the parts together.
//
// The journey of a start: Open takes the database, a private one in the data
// folder or the one it is given, brings the schema up, makes every service and
// tells each of the others it needs, loads the regions and seeds the
// dictionaries. Serve then starts what works in the background (the change
// log's sequencer and its follower, the watch over the private database, the
// sweep) and answers HTTP until its context ends, and stops all of it in order.
package boot
