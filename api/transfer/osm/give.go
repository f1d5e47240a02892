package osm

import "github.com/paulmach/orb"

// drawLines hands over the way as a line of the basemap, where it is one.
// Where nodes are missing the parts that are there are drawn: a road cut by
// the edge of an extract is still a road.
func (x *reading) drawLines(id int64, line []location, t tags) error {
	drawings := t.lines()
	level, border := x.borders[id]
	if own, ok := t.administrative(); ok && !border {
		level, border = own, true
	}
	if border {
		drawings = append(drawings, drawn{"boundary", "admin", levelRank[level]})
	}
	if len(drawings) == 0 {
		return nil
	}
	parts, whole := partsOf(line)
	if len(parts) == 0 {
		why := MissingNodes
		if whole {
			why = ZeroArea
		}
		x.refuse([]string{KindBasemap}, why, wayRef(id))
		return nil
	}
	if !whole {
		x.report.Shortened = note(x.report.Shortened, KindBasemap, MissingNodes, wayRef(id))
	}
	var g orb.Geometry = parts
	if len(parts) == 1 {
		g = parts[0]
	}
	for _, d := range drawings {
		b := t.basemap(wayRef(id), d, g)
		if d.layer == "boundary" {
			b.Name, b.NameEn = "", "" // a border has a name on either side
		}
		if err := x.giveBasemap(b); err != nil {
			return err
		}
	}
	return nil
}

// partsOf splits a line where nodes are missing and leaves out repeated
// places and parts of a single one.
func partsOf(line []location) (parts orb.MultiLineString, whole bool) {
	whole = true
	var part orb.LineString
	last := nowhere
	end := func() {
		if len(part) > 1 {
			parts = append(parts, part)
		}
		part, last = nil, nowhere
	}
	for _, l := range line {
		switch l {
		case nowhere:
			whole = false
			end()
		case last:
		default:
			part, last = append(part, orb.Point{l.lon(), l.lat()}), l
		}
	}
	end()
	return parts, whole
}

// standAlone hands over what a way is by itself: an area where its tags ask
// for one, a point for a facility or service.
func (x *reading) standAlone(id int64, line []location, missing bool, t tags) error {
	kinds := t.asked()
	_, member := x.borders[id]
	_, administrative := t.administrative()
	closed := len(line) > 1 && line[0] == line[len(line)-1]
	if administrative && !member && closed {
		kinds = append(kinds, KindBoundary)
	}
	if len(kinds) == 0 {
		return nil
	}
	ref := wayRef(id)
	if missing {
		x.refuse(kinds, MissingNodes, ref)
		return nil
	}
	area, why := assemble([][]location{line})
	if why == "" {
		if member {
			t = without(t, "boundary")
		}
		return x.giveArea(ref, area, t)
	}
	return x.giveLine(ref, line, why, kinds, t)
}

// giveLine takes what is no area: a facility or service is at half its length,
// the rest is refused.
func (x *reading) giveLine(ref string, line []location, why Reason, kinds []string, t tags) error {
	parts, _ := partsOf(line)
	for _, kind := range kinds {
		var err error
		switch {
		case len(parts) == 0 || kind != KindFacility && kind != KindService:
			if kind == KindBasemap && len(t.lines()) > 0 && why == OpenRing {
				continue // drawn as the line it is
			}
			x.refuse([]string{kind}, why, ref)
		case kind == KindFacility:
			f, _ := t.facility(ref)
			f.Point = midway(parts[0])
			err = x.giveFacility(f)
		default:
			s, _ := t.service(ref)
			s.Point = midway(parts[0])
			err = x.giveService(s)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// giveArea hands over all that an area is.
func (x *reading) giveArea(ref string, area orb.MultiPolygon, t tags) error {
	point := pointInside(area)
	if use, ok := t.building(); ok {
		x.report.Buildings++
		err := x.sink.Building(Building{
			Ref: ref, Name: t.get("name"), NameEn: t.get("name:en"),
			Use: use, Address: t.address(),
			Levels: levels(t.get("building:levels")), HeightM: metres(first(t.get("height"), t.get("building:height"))),
			Geom: area, Point: point,
		})
		if err != nil {
			return err
		}
	}
	if f, ok := t.facility(ref); ok {
		f.Point = point
		if err := x.giveFacility(f); err != nil {
			return err
		}
	}
	if s, ok := t.service(ref); ok {
		s.Point = point
		if err := x.giveService(s); err != nil {
			return err
		}
	}
	for _, d := range t.areas() {
		d.rank = areaRank(area)
		if err := x.giveBasemap(t.basemap(ref, d, area)); err != nil {
			return err
		}
	}
	level, ok := t.administrative()
	if !ok {
		return nil
	}
	x.report.Boundaries++
	return x.sink.Boundary(Boundary{
		Ref: ref, Name: t.get("name"), NameEn: t.get("name:en"),
		AdminLevel: level, Code: t.divisionCode(), Geom: area,
	})
}

func without(t tags, key string) tags {
	var out tags
	for _, x := range t {
		if x.key != key {
			out = append(out, x)
		}
	}
	return out
}

func (x *reading) giveFacility(f Facility) error {
	x.report.Facilities++
	return x.sink.Facility(f)
}

func (x *reading) giveService(s Service) error {
	x.report.Services++
	return x.sink.Service(s)
}

func (x *reading) giveBasemap(b Basemap) error {
	x.report.Basemap++
	return x.sink.Basemap(b)
}
