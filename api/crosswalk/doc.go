// Package crosswalk is the grids of other departments over ours: several nets, one city.
//
// The journey of a net: a registrar or an administrator names it and its place
// (Define), a file of its cells comes in as a whole (Take, called by the import
// engine), each under the code its department gave it. From then on every question
// is answered by one drawing (picture): the borders of our grids and of the net,
// cut where they meet into pieces (geo/coverage.Mosaic), each of one grid of ours
// or none, and of the cells that claim it. Crosswalk sums pieces by pair of cell
// and grid, so that the department's codes still work; Disagreements are the pieces
// where its border departs from ours, nobody's ground and ground of two; Fit says
// in figures how well the nets match.
//
// The journey of a proposal (Propose): our grids and several nets are drawn
// together, pieces go where most departments would have them, and what comes out
// is a draft of the region slice, which a person looks at and publishes there.
//
// Nothing that is computed is stored: it is a function of the cells, the regions of
// an edition and the registry, so no publishing can leave it behind, and it can be
// asked of any edition that is kept. The drawing is held in memory by the revision
// of the nets and the edition.
//
// People are counted exactly for those who keep people's records in the whole
// place; everybody else gets sums over whole groups of the planner's figures (see
// package analysis), so that no figure, and no difference of two, is of a few.
package crosswalk
