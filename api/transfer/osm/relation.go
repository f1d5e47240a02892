package osm

import (
	"context"
	"slices"
	"strings"

	"github.com/paulmach/orb"
)

// areaRelation is a multipolygon or boundary relation.
type areaRelation struct {
	id     int64
	tags   tags
	ways   []int64
	outers []int64 // only of an untagged one: its outer ways
	taken  int     // how many of the outers have given their tags
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
