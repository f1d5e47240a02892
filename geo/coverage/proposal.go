package coverage

import (
	"github.com/paulmach/orb"
)

// Repair is how a proposal mends.
type Repair string

// The repairs.
const (
	Snap   Repair = "snap"            // vertices move onto a neighbour's, no further than slivers are wide
	Insert Repair = "insert_vertices" // an edge gains the vertices of a neighbour that lie on it
	Give   Repair = "give"            // ground that is nobody's goes to a neighbour
	Cut    Repair = "cut"             // ground of several is left to one of them, ground outside the parent to none
	Redraw Repair = "redraw"          // rings are closed, turned, freed of repeated vertices and spikes; what crosses itself is read by the even-odd rule
	Remove Repair = "remove"          // a polygon that has no ground of its own goes
)

// Proposal is one way to mend findings: a preview for a person, who accepts it or
// not. Nothing changes before [Check.Mend] is called with it.
type Proposal struct {
	// ID names the proposal by what it does: the same for the same polygons.
	ID     string
	Repair Repair
	// Findings are the places, in the list of [Check.Findings], of those it mends.
	// Proposals with one in common exclude each other.
	Findings []int
	// Choice is 0 for what to take where no reason speaks for another: the
	// neighbour with the longest shared border gains a gap, the lowest code keeps an
	// overlap, imprecise vertices snap. All of choice 0 go together.
	Choice int
	// Codes are the polygons that change; the parent may be among them.
	Codes []string
	// Gains is who gains or keeps ground; "" when nobody does.
	Gains string
	// Geometry is ground that changes hands as a MultiPolygon, vertices that come as
	// a MultiPoint, the ways of vertices that move as a MultiLineString.
	Geometry orb.Geometry
	Area     float64 // m2 that change hands
	Moved    float64 // m, how far a vertex moves at most
	Changes  []Change
	Text     string // a plain sentence

	patch patch
	of    *Check
	turn  int
}

// Change is a polygon before and after; with nothing after, it goes.
type Change struct {
	Code          string
	Before, After orb.MultiPolygon
}
