// Package live holds layers of a map in memory: points that come, move and go, such
// as cases, facilities and services, and shapes that may overlap, such as footprints
// and fences.
//
// The journey of an edit: whoever follows the change log reads what became of the
// objects named in some changes and gives it to [PointLayer.Apply] as one batch. By
// its ID each is found in a trie of IDs; one whose revision is not above the known
// one is passed over. It is put into a trie of IDs and a trie of places, its
// former self is taken out, and its group is counted up or down. Nothing that a
// reader could see is changed: the squares on the way to it are copied, once a
// batch. At last one atomic pointer says that there is a newer snapshot.
//
// The journey of a question: [PointLayer.Now] gives the newest snapshot, which
// never changes, so all that is asked of one fits together, and nobody waits. Boxes
// walk the squares that meet them. Polygons take along the edges that meet each
// square, so a square without any is inside or outside as a whole. The nearest are
// looked for in rings, the first of them as wide as the density of objects at the
// place makes likely. [Points.Seen] says up to which change the log is in it.
//
// Shapes ([ShapeLayer]) change seldom and have all sizes. Their boxes lie in an
// R-tree, of which each snapshot has a copy that shares what has not changed.
//
// Places are nodes of the lattice of 1e-7 degrees, metres are those of the
// ellipsoid, rounded to the millimetre: PostGIS orders by
// round(ST_Distance(geography, geography)::numeric, 3), then id, in the same way.
package live
