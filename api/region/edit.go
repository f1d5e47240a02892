package region

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"onemap/api/fault"
	"onemap/geo/grid"
)

// Edit is one thing done to a draft, by name.
type Edit struct {
	Op     string       `json:"op" enum:"put,remove,restore,split,merge,move,bend,straighten" doc:"put: draw a region, new or in its place. remove: it goes away, and all under it. restore: as it is in force. split: cut it along a line. merge: make one of neighbours. move: put a vertex elsewhere, in all regions that have it. bend: put a vertex between two others, in all regions that have this edge. straighten: take a vertex away, in all regions that have it."`
	Code   string       `json:"code,omitempty" pattern:"^[0-9]{0,15}$" doc:"The region; of a merge the one that stays. A new one without a code gets the next by rule."`
	Parent string       `json:"parent,omitempty" pattern:"^[0-9]{0,12}$" doc:"Of a new region without a code: what it lies under."`
	Codes  []string     `json:"codes,omitempty" maxItems:"200" doc:"The regions to merge."`
	Name   *string      `json:"name,omitempty" maxLength:"100"`
	NameEn *string      `json:"name_en,omitempty" maxLength:"100"`
	Shape  *Shape       `json:"geometry,omitempty" doc:"A Polygon or MultiPolygon to put, a LineString to split along, one of three points to bend: an edge's ends, and the new vertex between them; WGS84."`
	From   *[2]float64  `json:"from,omitempty" doc:"Of a move or a straightening: the vertex, lon and lat."`
	To     *[2]float64  `json:"to,omitempty"`
	geom   orb.Geometry // of Shape
}

// Along is a split along a line.
func (e Edit) Along(line orb.LineString) Edit {
	e.geom = line
	return e
}

// Of is a put of a polygon.
func (e Edit) Of(geom orb.MultiPolygon) Edit {
	e.geom = geom
	return e
}

// edited applies one edit to a drawing; bad says what is wrong with it.
func (d *drawing) edited(ctx context.Context, e Edit, ever func(context.Context, grid.Code) (bool, error)) (bad *fault.Field, err error) {
	no := func(field, format string, args ...any) (*fault.Field, error) {
		return &fault.Field{Location: field, Message: fmt.Sprintf(format, args...)}, nil
	}
	code := grid.Code(e.Code)
	within := func(code grid.Code) bool { return code != d.under && code.Within(d.under) && code.Level() != "" }
	if !slices.Contains([]string{"move", "bend", "straighten", "merge", "restore"}, e.Op) && !(e.Op == "put" && code == "") && !within(code) {
		return no("code", "%q is no region under %s", code, d.under)
	}
	switch e.Op {
	case "put":
		return d.put(ctx, e, within, ever)
	case "remove":
		if _, there := d.region(code); !there {
			return no("code", "there is no region %s", code)
		}
		d.remove(code)
	case "restore":
		if _, drawn := d.parts[code]; !drawn {
			return no("code", "the draft does not change %s", code)
		}
		delete(d.parts, code)
	case "split":
		return d.split(e)
	case "merge":
		return d.merge(e, within)
	case "move":
		return d.move(e)
	case "bend":
		return d.bend(e)
	case "straighten":
		return d.straighten(e)
	}
	return nil, nil
}

func (d *drawing) put(ctx context.Context, e Edit, within func(grid.Code) bool, ever func(context.Context, grid.Code) (bool, error)) (*fault.Field, error) {
	code := grid.Code(e.Code)
	geom, isArea := areaOf(e.geom)
	if e.geom != nil && !isArea {
		return &fault.Field{Location: "geometry", Message: "a Polygon or MultiPolygon"}, nil
	}
	if geom != nil {
		if text := unkeepable(geom); text != "" {
			return &fault.Field{Location: "geometry", Message: text}, nil
		}
	}
	if code == "" {
		parent := grid.Code(e.Parent)
		if parent != d.under && !within(parent) {
			return &fault.Field{Location: "parent", Message: fmt.Sprintf("%q is not %s, nor a region under it", parent, d.under)}, nil
		}
		next, err := d.next(parent)
		if err != nil {
			return numberless("parent", err)
		}
		code = next
	}
	r, there := d.region(code)
	if !there {
		if used, err := ever(ctx, code); err != nil || used {
			return &fault.Field{Location: "code", Message: fmt.Sprintf("code %s was given before; codes are not given twice", code)}, err
		}
		if _, ok := d.region(code.Parent()); !ok {
			return &fault.Field{Location: "code", Message: fmt.Sprintf("there is no region %s for it to lie under", code.Parent())}, nil
		}
		if geom == nil {
			return &fault.Field{Location: "geometry", Message: "a new region needs its polygon"}, nil
		}
		r = d.titled(code, geom)
	}
	if geom != nil {
		r.Geom = geom
	}
	if e.Name != nil && *e.Name != "" {
		r.Name = *e.Name
	}
	if e.NameEn != nil {
		r.NameEn = *e.NameEn
	}
	d.draw(r)
	return nil, nil
}

// unkeepable says what is wrong with rings that no database takes; all else is
// kept as it was drawn, and found when the draft is looked at.
func unkeepable(geom orb.MultiPolygon) string {
	for _, f := range grid.CheckRings(geom) {
		if slices.Contains([]grid.Kind{grid.NotClosed, grid.TooFewPoints, grid.OffEarth}, f.Kind) {
			return f.Text
		}
	}
	return ""
}

func numberless(field string, err error) (*fault.Field, error) {
	var used errCodesUsedUp
	if errors.As(err, &used) {
		return &fault.Field{Location: field, Message: err.Error()}, nil
	}
	return nil, err
}

// split cuts a region along a line: the largest piece keeps the code, the others
// get new ones, and the neighbours get the vertices where the line ends.
func (d *drawing) split(e Edit) (*fault.Field, error) {
	r, there := d.region(grid.Code(e.Code))
	line, isLine := e.geom.(orb.LineString)
	switch {
	case !there:
		return &fault.Field{Location: "code", Message: "there is no region " + e.Code}, nil
	case !isLine:
		return &fault.Field{Location: "geometry", Message: "a LineString to split along"}, nil
	case len(d.children(r.Code)) > 0:
		return &fault.Field{Location: "code", Message: "has regions under it; split those, or draw it by itself"}, nil
	}
	pieces, err := grid.Divide(r.Geom, line)
	if err != nil {
		return &fault.Field{Location: "geometry", Message: err.Error()}, nil
	}
	for _, near := range d.children(r.Code.Parent()) {
		if met, changed := grid.Meet(near.Geom, pieces...); changed && near.Code != r.Code {
			near.Geom = met
			d.draw(near)
		}
	}
	for i, piece := range pieces {
		if i == 0 {
			r.Geom = piece
			d.draw(r)
			continue
		}
		code, err := d.next(r.Code.Parent())
		if err != nil {
			return numberless("code", err)
		}
		d.draw(d.titled(code, piece), string(r.Code))
	}
	return nil, nil
}

// merge makes one region of neighbours.
func (d *drawing) merge(e Edit, within func(grid.Code) bool) (*fault.Field, error) {
	no := func(field, format string, args ...any) (*fault.Field, error) {
		return &fault.Field{Location: field, Message: fmt.Sprintf(format, args...)}, nil
	}
	codes := slices.Compact(slices.Sorted(slices.Values(e.Codes)))
	if len(codes) < 2 {
		return no("codes", "two regions or more")
	}
	keep := e.Code
	if keep == "" {
		keep = e.Codes[0]
	}
	if !slices.Contains(codes, keep) {
		return no("code", "%s is none of those to merge", keep)
	}
	var stays grid.Region
	parts := make([]orb.MultiPolygon, len(codes))
	for i, c := range codes {
		r, there := d.region(grid.Code(c))
		switch {
		case !within(grid.Code(c)) || !there:
			return no("codes", "there is no region %s under %s", c, d.under)
		case r.Code.Parent() != grid.Code(keep).Parent():
			return no("codes", "%s and %s do not lie under one region", keep, c)
		case c != keep && len(d.children(r.Code)) > 0:
			return no("codes", "%s has regions under it", c)
		case c == keep:
			stays = r
		}
		parts[i] = r.Geom
	}
	for i := range parts {
		parts[i], _ = grid.Meet(parts[i], slices.Concat(parts[:i], parts[i+1:])...)
	}
	whole, err := grid.Union(parts)
	if err != nil {
		return no("codes", "cannot be joined: %v", err)
	}
	stays.Geom = whole
	if e.Name != nil && *e.Name != "" {
		stays.Name = *e.Name
	}
	origin := codes
	for _, c := range codes {
		if c != keep {
			d.remove(grid.Code(c))
		}
	}
	d.draw(stays, origin...)
	return nil, nil
}

// move puts a vertex elsewhere in every region under the place that has it.
func (d *drawing) move(e Edit) (*fault.Field, error) {
	if e.From == nil || e.To == nil {
		return &fault.Field{Location: "from", Message: "a move needs from and to"}, nil
	}
	from, to := orb.Point(*e.From), orb.Point(*e.To)
	if !(to[0] >= -180 && to[0] <= 180 && to[1] >= -90 && to[1] <= 90) {
		return &fault.Field{Location: "to", Message: "is no lon, lat"}, nil
	}
	if !d.reshape(from, func(geom orb.MultiPolygon) (orb.MultiPolygon, bool) { return grid.MoveVertex(geom, from, to) }) {
		return &fault.Field{Location: "from", Message: "no region has a vertex there"}, nil
	}
	return nil, nil
}

// bend puts a vertex between two others in every region under the place that has
// the edge.
func (d *drawing) bend(e Edit) (*fault.Field, error) {
	line, isLine := e.geom.(orb.LineString)
	if !isLine || len(line) != 3 {
		return &fault.Field{Location: "geometry", Message: "a LineString of three points: an edge's ends, and the new vertex between them"}, nil
	}
	if at := line[1]; !(at[0] >= -180 && at[0] <= 180 && at[1] >= -90 && at[1] <= 90) {
		return &fault.Field{Location: "geometry", Message: "is no lon, lat"}, nil
	}
	if !d.reshape(line[0], func(geom orb.MultiPolygon) (orb.MultiPolygon, bool) {
		return grid.AddVertex(geom, line[0], line[2], line[1])
	}) {
		return &fault.Field{Location: "geometry", Message: "no region has this edge"}, nil
	}
	return nil, nil
}

// straighten takes a vertex out of every region under the place that has it.
func (d *drawing) straighten(e Edit) (*fault.Field, error) {
	if e.From == nil {
		return &fault.Field{Location: "from", Message: "which vertex"}, nil
	}
	at, emptied := orb.Point(*e.From), false
	dropped := d.reshape(at, func(geom orb.MultiPolygon) (orb.MultiPolygon, bool) {
		out, had := grid.DropVertex(geom, at)
		emptied = emptied || len(out) == 0
		return out, had
	})
	switch {
	case emptied:
		return &fault.Field{Location: "from", Message: "nothing would be left of a region; remove or merge it"}, nil
	case !dropped:
		return &fault.Field{Location: "from", Message: "no region has a vertex there"}, nil
	}
	return nil, nil
}

// reshape draws the regions under the place anew that have a vertex at a point;
// it says whether that changed any.
func (d *drawing) reshape(at orb.Point, draw func(orb.MultiPolygon) (orb.MultiPolygon, bool)) (changed bool) {
	for _, level := range grid.Levels()[d.under.Level().Order()+1:] {
		for _, r := range d.atLevel(level, at) {
			if geom, had := draw(r.Geom); had {
				r.Geom, changed = geom, true
				d.draw(r)
			}
		}
	}
	return changed
}

// atLevel lists the regions of a level whose box holds a point.
func (d *drawing) atLevel(level grid.Level, at orb.Point) []grid.Region {
	var list []grid.Region
	const near = 1e-7
	for _, ref := range d.ix.AtLevel(level) {
		if _, drawn := d.parts[ref.Code]; !drawn && ref.Code.Within(d.under) && ref.Bound.Pad(near).Contains(at) {
			r, _ := d.ix.Region(ref.Code)
			list = append(list, r)
		}
	}
	for code, p := range d.parts {
		if code.Level() == level && p.Change != Removed {
			list = append(list, p.Region)
		}
	}
	return list
}

// areaOf is a polygon or multipolygon as the latter.
func areaOf(g orb.Geometry) (orb.MultiPolygon, bool) {
	switch g := g.(type) {
	case orb.Polygon:
		return orb.MultiPolygon{g}, true
	case orb.MultiPolygon:
		return g, true
	}
	return nil, false
}
