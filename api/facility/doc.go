// Package facility is the public facilities: bins, signs, stops, benches, boxes.
//
// The journey of a facility: an importer hands it over with its kind and point;
// Import finds its grid, gives a new one its plate code (drawn at random, so
// that no code tells the next) and merges it by source and reference, leaving
// alone what people maintain here. The plate is printed from the code; who
// scans it opens /q/{code}. When regions are redrawn, Move follows.
package facility
