// Package coverage says whether polygons cover their parent: each place of it
// in exactly one, none outside, with common vertices along common borders. Where
// they do not it says what is wrong, where, how much, and whose.
//
// The journey of a polygon: its rings are put on the lattice of 1e-7 degrees and
// looked at by themselves; what is wrong with them is noted, and what is left is
// ground with a border that does not meet itself. The border's edges are added to
// a fingerprint, a 128-bit sum in which an edge and its reverse cancel. When all
// polygons are in, less the parent, the sum is zero and so are the areas, the
// coverage is proven ([Check.Valid]), without a table and without geometry; an
// edit subtracts the old polygon and adds the new.
//
// When it is not, a table of edges gives those that do not cancel
// ([Check.Findings]). They alone are cut where they meet: at vertices on another's
// edge and at crossings, rounded to the lattice. What cancels now lacked vertices
// only. The rest borders the ground that is wrong; it is drawn again with all that
// reaches into it, and each of its faces is labelled with its owners: nobody is a
// gap, several are an overlap, one outside of the parent reaches out of it.
//
// Coordinates are WGS84 degrees, lon before lat; all decisions are made in
// integers of the lattice, and areas are exact there. Cutting at a crossing moves
// the two edges by less than a unit, about a centimetre. A vertex within a unit of
// another's edge counts as on it: so much a vertex put on a slanted edge is
// rounded. Longitudes do not wrap, and a polygon spans less than a quarter of the
// Earth, as in package grid.
package coverage
