package osm

import (
	"context"
	"slices"
	"strings"

	"github.com/paulmach/orb"
)

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

// areaRelation is a multipolygon or boundary relation.
type areaRelation struct {
	id     int64
	tags   tags
	ways   []int64
	outers []int64 // only of an untagged one: its outer ways
	taken  int     // how many of the outers have given their tags
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

// relation is the first pass.
func (x *reading) relation(id int64, members []member, t tags) error {
	x.report.Relations++
	kind := t.get("type")
	area := kind == "multipolygon" || kind == "boundary"
	level, administrative := t.administrative()
	asked := t.asked()
	bare := kind == "multipolygon" && len(told(t)) == 0
	switch {
	case len(asked) == 0 && !administrative && !bare:
		return nil
	case !x.seenRelations.add(id):
		x.refuse([]string{KindObject}, Repeated, relationRef(id))
		return nil
	case !area:
		x.refuse(asked, NotAnArea, relationRef(id))
		return nil
	}
	r := areaRelation{id: id, tags: slices.Clone(t)}
	for _, m := range members {
		if m.kind != memberWay || !bounds(m.role) {
			continue
		}
		r.ways = append(r.ways, m.ref)
		x.members.add(m.ref)
		if bare && m.role != "inner" {
			r.outers = append(r.outers, m.ref)
			x.untagged[m.ref] = append(x.untagged[m.ref], len(x.relations))
		}
		if administrative {
			if old, ok := x.borders[m.ref]; !ok || old == 0 || level > 0 && level < old {
				x.borders[m.ref] = level
			}
		}
	}
	x.relations = append(x.relations, r)
	return nil
}

// bounds tells whether a member of this role is part of the outline.
func bounds(role string) bool {
	switch role {
	case "label", "admin_centre", "entrance", "subarea", "part", "outline":
		return false
	}
	return true
}

// told leaves out the tags that say nothing about the thing itself.
func told(t tags) tags {
	return slices.DeleteFunc(slices.Clone(t), func(x tag) bool {
		key, _, _ := strings.Cut(x.key, ":")
		switch key {
		case "type", "source", "note", "fixme", "FIXME", "created_by", "converted_by", "attribution":
			return true
		}
		return false
	})
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

// offer lets an untagged relation take the tags of an outer way, the old way
// of mapping an area with holes. All outer ways must say the same.
func (x *reading) offer(r *areaRelation, way int64, t tags) {
	said := told(t)
	if len(said.asked()) == 0 || x.given.has(way) || r.taken < 0 {
		return
	}
	if r.taken > 0 && !slices.Equal(r.tags, said) {
		r.taken = -1
		return
	}
	r.tags = said
	r.taken++
}

// settle ends the second pass: every relation knows its tags.
func (x *reading) settle() {
	for i := range x.relations {
		r := &x.relations[i]
		if len(r.outers) == 0 {
			continue
		}
		if r.taken != len(r.outers) || slices.ContainsFunc(r.outers, x.given.has) {
			r.tags, r.ways, r.outers = nil, nil, nil
			continue
		}
		for _, w := range r.outers {
			x.given.add(w)
		}
	}
	x.places.settle()
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

// assembleRelations comes last.
func (x *reading) assembleRelations(ctx context.Context) error {
	for i := range x.relations {
		if err := ctx.Err(); err != nil {
			return err
		}
		r := &x.relations[i]
		area, why := x.assembleRelation(r)
		var err error
		switch {
		case why == "":
			err = x.giveArea(relationRef(r.id), area, r.tags)
		case len(r.outers) > 0:
			// The ways that gave their tags have to do without the holes.
			for _, w := range r.outers {
				if err == nil {
					line, ok := x.shape[w]
					err = x.standAlone(w, line, !ok || line == nil, r.tags)
				}
			}
		default:
			x.refuse(wanted(r.tags), why, relationRef(r.id))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (x *reading) assembleRelation(r *areaRelation) (orb.MultiPolygon, Reason) {
	if len(r.ways) == 0 {
		return nil, MissingMembers
	}
	lines := make([][]location, 0, len(r.ways))
	why := Reason("")
	for _, w := range r.ways {
		line, ok := x.shape[w]
		switch {
		case !ok:
			return nil, MissingMembers
		case line == nil:
			why = MissingNodes
		}
		lines = append(lines, line)
	}
	if why != "" {
		return nil, why
	}
	return assemble(lines)
}

// wanted is asked and the boundary.
func wanted(t tags) []string {
	kinds := t.asked()
	if _, ok := t.administrative(); ok {
		kinds = append(kinds, KindBoundary)
	}
	return kinds
}

func (x *reading) refuse(features []string, why Reason, ref string) {
	for _, f := range features {
		x.report.Refused = note(x.report.Refused, f, why, ref)
	}
}
