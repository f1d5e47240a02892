// Package crossing says which of many polygons a place lies in, by a table of
// the borders that cross each small square of the land.
//
// The journey of a question ([Table.Owner]): the place's square of squares, the
// page, is found by two shifts, its own square, the cell, by two more. Most cells
// lie wholly in one polygon, and the word found there names it. The others have a
// record: which polygons hold the cell's lower left corner, and the few edges
// that pass through the cell, each with the polygons it bounds. Counting the edges
// that pass left of the place, for all polygons at once in the bits of one byte,
// gives those that hold it. Nothing is sorted, compared in floating point, or
// allocated, and a polygon's other edges are never looked at.
//
// The journey of a polygon ([New], [Table.With]): its edges are entered into the
// cells they pass through, page by page, and the lower left corners it holds are
// found by one walk around it. A table never changes; a redraw makes a new one
// that shares all pages but those under the polygons that changed.
//
// Who owns a place on a border is told in the README of geo. Polygons may
// overlap and cross themselves: a polygon is where an odd number of its edges lies to the
// west, so there is no polygon about which the table and a test of the whole ring
// could disagree.
package crossing
