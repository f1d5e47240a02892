// Package region is the tree city -> district -> street -> community -> grid.
//
// The journey of a redraw: Publish receives regions whose rings are sound,
// takes the edition's row for itself (every writer of an object holds it for
// sharing), writes the polygons, builds the new index, lets each slice move
// its objects to their right grid, records the change, and commits; only then
// the new index answers. Other processes hear of it through the change log and
// load it; a writer among them notices the new edition by itself.
//
// The journey of a draft: an administrator begins one for a place (Begin), draws
// (Edit), fills it from a file (Fill) or accepts proposals (MendDraft); Validate
// says what does not fit, Preview what would move; PublishDraft looks once more and
// publishes. A draft whose
// surroundings were redrawn meanwhile is refused and told of it, and goes on from
// the edition in force (Rebase). What a redraw replaces goes into the past, from
// which Undo publishes it again. No code is ever given twice (give): whoever
// publishes, a code that is gone comes back with a polygon it had, or never.
//
// The journey of a file of regions: those that are the first of their place are
// published (First); others go into a draft (DraftIn) of the place that holds them
// all (Over), which may draw its own border where nothing lies above it. A code that
// a draft puts on wholly other ground is told of before it is published (strays).
//
// The journey of a cut: an administrator says what each grid is to have (Cutting);
// the lines of the map, footprints and households or cases of each community come
// from the slices that keep them (Terrain); package parcel cuts; the cells get
// codes in reading order and go into a draft (CutDraft), or are only shown
// (CutPreview). Where there are no grids yet the command publishes them (CutGrids).
package region
