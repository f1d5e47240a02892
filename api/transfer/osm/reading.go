package osm

import "github.com/paulmach/orb"

// reading is what the passes over one file hand on to each other.
type reading struct {
	sink   Sink
	report Report

	relations []areaRelation       // those that may become areas
	untagged  map[int64][]int      // outer way -> places in relations of those without tags of their own
	borders   map[int64]int        // way -> most important administrative level it bounds, 0 unknown
	members   idSet                // ways a kept relation is made of
	given     idSet                // ways whose tags an untagged relation has taken
	shape     map[int64][]location // positions of member ways; empty when a node is missing

	places placeIndex

	seenNodes, seenWays, seenRelations idSet
}

func newReading(src source, sink Sink) *reading {
	return &reading{
		sink: sink, report: Report{Format: src.format()},
		untagged: map[int64][]int{}, borders: map[int64]int{}, shape: map[int64][]location{},
		members: idSet{}, given: idSet{},
		seenNodes: idSet{}, seenWays: idSet{}, seenRelations: idSet{},
	}
}

// asked lists the kinds of feature the tags call for if the object is an area
// (or, for facilities and services, anything at all).
func (t tags) asked() []string {
	var kinds []string
	if _, ok := t.building(); ok {
		kinds = append(kinds, KindBuilding)
	}
	if kindOf(facilityRules, t) != "" {
		kinds = append(kinds, KindFacility)
	}
	if kindOf(serviceRules, t) != "" {
		kinds = append(kinds, KindService)
	}
	if len(t.areas()) > 0 {
		kinds = append(kinds, KindBasemap)
	}
	return kinds
}

// wayNeeds is the second pass.
func (x *reading) wayNeeds(id int64, nodes []int64, t tags) error {
	x.report.Ways++
	for _, i := range x.untagged[id] {
		x.offer(&x.relations[i], id, t)
	}
	if x.uses(id, t) {
		x.places.need(nodes)
	}
	return nil
}

// uses tells whether a way gives anything or is needed by a relation.
func (x *reading) uses(id int64, t tags) bool {
	if x.members.has(id) {
		return true
	}
	if len(t) == 0 {
		return false
	}
	_, administrative := t.administrative()
	return administrative || len(t.asked()) > 0 || len(t.lines()) > 0
}

// node is the third pass.
func (x *reading) node(id int64, at location, t tags) error {
	x.report.Nodes++
	x.places.put(id, at)
	if len(t) == 0 {
		return nil
	}
	f, isFacility := t.facility(nodeRef(id))
	s, isService := t.service(nodeRef(id))
	p, isPlace := t.place()
	_, isBuilding := t.building()
	if !isFacility && !isService && !isPlace && !isBuilding {
		return nil
	}
	if !x.seenNodes.add(id) {
		x.refuse([]string{KindObject}, Repeated, nodeRef(id))
		return nil
	}
	if at == nowhere {
		x.refuse(t.asked(), NoPosition, nodeRef(id))
		return nil
	}
	point := orb.Point{at.lon(), at.lat()}
	if isBuilding {
		x.refuse([]string{KindBuilding}, NoOutline, nodeRef(id))
	}
	if isFacility {
		f.Point = point
		if err := x.giveFacility(f); err != nil {
			return err
		}
	}
	if isService {
		s.Point = point
		if err := x.giveService(s); err != nil {
			return err
		}
	}
	if isPlace {
		return x.giveBasemap(t.basemap(nodeRef(id), p, point))
	}
	return nil
}

// way is the fourth pass.
func (x *reading) way(id int64, nodes []int64, t tags) error {
	if !x.uses(id, t) {
		return nil
	}
	if !x.seenWays.add(id) {
		x.refuse([]string{KindObject}, Repeated, wayRef(id))
		return nil
	}
	line := make([]location, len(nodes))
	missing := false
	for i, n := range nodes {
		line[i] = x.places.look(n)
		missing = missing || line[i] == nowhere
	}
	if x.members.has(id) {
		x.shape[id] = line
		if missing {
			x.shape[id] = nil
		}
	}
	if err := x.drawLines(id, line, t); err != nil {
		return err
	}
	if x.given.has(id) {
		return nil
	}
	return x.standAlone(id, line, missing, t)
}

func (x *reading) refuse(features []string, why Reason, ref string) {
	for _, f := range features {
		x.report.Refused = note(x.report.Refused, f, why, ref)
	}
}
