package osm

import (
	"cmp"
	"slices"
)

// Kind of feature a report counts.
const (
	KindBuilding = "building"
	KindFacility = "facility"
	KindService  = "service"
	KindBasemap  = "basemap"
	KindBoundary = "boundary"
	KindObject   = "object" // anything at all: for faults of the object itself
)

// Reason says in a word why an object with the right tags did not become a
// feature.
type Reason string

// The reasons. A missing node or member is the mark of an extract cut at its
// edge; the others are faults of the map.
const (
	MissingNodes   Reason = "missing_nodes"   // a node of the way is not in the file
	MissingMembers Reason = "missing_members" // a way of the relation is not in the file
	OpenRing       Reason = "open_ring"       // an end of the outline meets no other
	CrossingRing   Reason = "crossing_ring"   // two segments cross or lie on each other
	ZeroArea       Reason = "zero_area"       // fewer than three different places
	NoOutline      Reason = "no_outline"      // an area was needed, a single point is given
	NotAnArea      Reason = "not_an_area"     // a relation that is no multipolygon or boundary
	NoPosition     Reason = "no_position"     // a node without a usable lon and lat
	Repeated       Reason = "repeated"        // the same object again; the first one counts
)

// Refusal lists the objects that failed to become one kind of feature for one
// reason.
type Refusal struct {
	Feature string   `json:"feature"`
	Reason  Reason   `json:"reason"`
	Count   int      `json:"count"`
	Refs    []string `json:"refs"` // every one of them, in the order they were met
}

// Report says what a file held and what became of it.
type Report struct {
	Format string `json:"format"` // "pbf" or "xml"

	Nodes     int64 `json:"nodes"` // objects read
	Ways      int64 `json:"ways"`
	Relations int64 `json:"relations"`

	Buildings  int `json:"buildings"` // features handed over
	Facilities int `json:"facilities"`
	Services   int `json:"services"`
	Basemap    int `json:"basemap"`
	Boundaries int `json:"boundaries"`

	// Refused holds what could not be built, by feature and reason.
	Refused []Refusal `json:"refused"`
	// Shortened holds lines handed over without the part whose nodes are not
	// in the file.
	Shortened []Refusal `json:"shortened"`
}

// Progress tells how far a reading has come. Reading goes over the file
// several times, Done starts again with each pass.
type Progress struct {
	Pass   int // from 1
	Passes int
	Done   int64 // bytes of this pass
	Total  int64 // bytes of the file
}

// RefusedCount sums the refusals of one kind of feature.
func (r Report) RefusedCount(feature string) int {
	n := 0
	for _, x := range r.Refused {
		if x.Feature == feature {
			n += x.Count
		}
	}
	return n
}

func note(list []Refusal, feature string, why Reason, ref string) []Refusal {
	i := slices.IndexFunc(list, func(x Refusal) bool { return x.Feature == feature && x.Reason == why })
	if i < 0 {
		i = len(list)
		list = append(list, Refusal{Feature: feature, Reason: why})
	}
	list[i].Count++
	list[i].Refs = append(list[i].Refs, ref)
	return list
}

func sortRefusals(list []Refusal) {
	slices.SortFunc(list, func(a, b Refusal) int {
		return cmp.Or(cmp.Compare(a.Feature, b.Feature), cmp.Compare(a.Reason, b.Reason))
	})
}
