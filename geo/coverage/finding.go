package coverage

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
)

// Kind is what is wrong. The kinds are in the order findings are listed in: what
// makes the others meaningless first.
type Kind string

// The kinds of findings.
const (
	SetOutside     Kind = "set_outside"     // no polygon is anywhere near the parent: the wrong place, datum or order of numbers
	Shifted        Kind = "shifted"         // the set fits its parent when it is read in another datum
	Tangled        Kind = "tangled"         // borders so entangled that cutting them was given up: more may be wrong than is listed
	OffEarth       Kind = "off_earth"       // a vertex that is no longitude and latitude
	ZeroArea       Kind = "zero_area"       // a ring, or a polygon, that encloses no ground
	Unclosed       Kind = "unclosed"        // a ring whose last point is not its first
	SelfCrossing   Kind = "self_crossing"   // a border that crosses itself or runs along itself
	SelfTouching   Kind = "self_touching"   // a ring that meets itself in a point
	BadNesting     Kind = "bad_nesting"     // a hole outside of its shell or in a hole, parts in parts
	Dangling       Kind = "dangling_edge"   // an edge with the same polygon on both sides
	Duplicate      Kind = "duplicate"       // several polygons of the same ground
	Inside         Kind = "inside"          // a polygon wholly within others
	OutsideParent  Kind = "outside_parent"  // ground of a polygon outside its parent
	Overlap        Kind = "overlap"         // ground of several polygons
	OverlapSliver  Kind = "overlap_sliver"  // the same, narrower than Options.Sliver
	Gap            Kind = "gap"             // ground of the parent that is nobody's
	GapSliver      Kind = "gap_sliver"      // the same, narrower than Options.Sliver
	Hole           Kind = "hole"            // a gap within a single polygon: its hole, which nobody fills
	Unmatched      Kind = "unmatched_edge"  // an edge that ends on, or passes, a neighbour's without a common vertex
	Orientation    Kind = "orientation"     // a shell with the clock or a hole against it
	RepeatedVertex Kind = "repeated_vertex" // the same point twice in a row
)

// Kinds lists all kinds in the order of findings.
func Kinds() []Kind {
	return []Kind{
		SetOutside, Shifted, Tangled, OffEarth, ZeroArea, Unclosed, SelfCrossing, SelfTouching, BadNesting, Dangling, Duplicate, Inside,
		OutsideParent, Overlap, OverlapSliver, Gap, GapSliver, Hole, Unmatched, Orientation, RepeatedVertex,
	}
}

// Finding is one thing wrong and where.
type Finding struct {
	Kind Kind
	// Codes of the polygons concerned: of an overlap by code; of a gap the
	// neighbours, the longest shared border first; of one inside others that one
	// first; of an unmatched edge the one that lacks the vertices first. The
	// parent's code is among them where its border is concerned.
	Codes []string
	// Geometry is ground as a MultiPolygon, an edge as a LineString, a vertex as a
	// Point. WGS84, lon before lat.
	Geometry orb.Geometry
	Place    orb.Point // somewhere on it
	Area     float64   // m2; 0 for edges and vertices
	Width    float64   // m, twice the area by the perimeter; 0 for edges and vertices
	Area2    int64     // twice the area in squares of the lattice, exact for what Geometry shows
	Text     string    // a plain sentence

	face  *face  // of ground, in the sketch it was found in
	split *split // of an edge that lacks vertices
}

// sortFindings: by kind, codes, place.
func sortFindings(found []Finding) {
	rank := make(map[Kind]int)
	for i, k := range Kinds() {
		rank[k] = i
	}
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(rank[a.Kind], rank[b.Kind]), slices.Compare(a.Codes, b.Codes),
			cmp.Compare(a.Place[0], b.Place[0]), cmp.Compare(a.Place[1], b.Place[1]), cmp.Compare(a.Text, b.Text))
	})
}
