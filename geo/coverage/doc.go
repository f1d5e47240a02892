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
// When it is not, the edges that do not cancel are looked for ([Check.Findings]):
// sums for each square of the ground say where there are any, and there a table
// gives them. They alone are cut where they meet: at vertices on another's
// edge and at crossings, rounded to the lattice. What cancels now lacked vertices
// only. The rest borders the ground that is wrong; it is drawn again with all that
// reaches into it, and each of its faces is labelled with its owners: nobody is a
// gap, several are an overlap, one outside of the parent reaches out of it.
//
// For what is found there are proposals ([Check.Proposals]), each with the polygons
// before and after it, for a person to look at. [Check.Mend] makes a new set with
// those that were accepted:
//
//	c, err := coverage.New(&parent, polygons, coverage.Options{})
//	if !c.Valid() {
//		found, proposed := c.Findings(), c.Proposals() // proposed[i].Findings are places in found
//		next, err := c.Mend(proposed[0], proposed[2])  // c stays as it is
//		polygons, parent = next.Polygons(), ...        // next.Parent(): it may have gained vertices
//	}
//
// An accepted proposal travels as its ID: the same polygons have the same ones. It
// changes borders, not pictures of them: to give ground to a polygon is to add the
// edges around it, of which those along the polygon cancel. So proposals for one
// polygon combine in any order, all that a cut edge borders on is cut alike, and
// what cannot be a sound polygon is refused. [Stitch] inserts missing vertices into
// polygons of several levels at once, where they are known to fit otherwise.
//
// Coordinates are WGS84 degrees, lon before lat; all decisions are made in
// integers of the lattice, and areas are exact there. Cutting at a crossing moves
// the two edges by less than a unit, about a centimetre. A vertex within a unit of
// another's edge counts as on it: so much a vertex put on a slanted edge is
// rounded. Longitudes do not wrap, and a polygon spans less than a quarter of the
// Earth, as in package grid.
package coverage
