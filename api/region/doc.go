// Package region is the tree city -> district -> street -> community -> grid.
//
// The journey of a redraw: Publish receives regions whose rings are sound,
// takes the edition's row for itself (every writer of an object holds it for
// sharing), writes the polygons, builds the new index, lets each slice move
// its objects to their right grid, records the change, and commits; only then
// the new index answers. Other processes hear of it through the change log and
// load it; a writer among them notices the new edition by itself.
package region
