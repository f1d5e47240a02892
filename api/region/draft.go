package region

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"onemap/geo/grid"
)

// Draft is a redraw in the making: what is to change of the regions under a
// place, drawn from an edition. Nobody else sees anything of it until it is
// published.
type Draft struct {
	ID        uuid.UUID `json:"id"`
	Under     string    `json:"under" doc:"The place whose regions it draws anew; the place itself stays, unless nothing lies above it and a file draws it."`
	Name      string    `json:"name"`
	Base      int64     `json:"base" doc:"The edition it was drawn from."`
	Edition   *int64    `json:"edition" doc:"The edition it was published as, or null."`
	Rev       int64     `json:"rev"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedBy string    `json:"updated_by" doc:"The name of who worked on it last."`
	UpdatedAt time.Time `json:"updated_at"`
	Fresh     int       `json:"new"`
	Changed   int       `json:"changed"`
	Removed   int       `json:"removed"`

	published *Published
}

// Change is what a draft does to a region.
type Change string

// The changes.
const (
	Fresh   Change = "new"
	Changed Change = "changed"
	Removed Change = "removed"
)

// Part is one region that a draft changes.
type Part struct {
	grid.Region
	Change Change
	Origin []string // the codes whose ground it is made of, when it was split or merged
}

// drawing is the regions as a draft would have them.
type drawing struct {
	under grid.Code
	ix    *grid.Index
	parts map[grid.Code]Part
	// last gives the highest code right under a parent that was ever given.
	last func(parent grid.Code) (grid.Code, error)
}

// region is a region of the drawing, and whether it has it.
func (d *drawing) region(code grid.Code) (grid.Region, bool) {
	if p, ok := d.parts[code]; ok {
		return p.Region, p.Change != Removed
	}
	return d.ix.Region(code)
}

// children lists the regions right under one, by code.
func (d *drawing) children(parent grid.Code) []grid.Region {
	var list []grid.Region
	for _, ref := range d.ix.Children(parent) {
		if _, drawn := d.parts[ref.Code]; !drawn {
			r, _ := d.ix.Region(ref.Code)
			list = append(list, r)
		}
	}
	for code, p := range d.parts {
		if code.Parent() == parent && p.Change != Removed {
			list = append(list, p.Region)
		}
	}
	slices.SortFunc(list, func(a, b grid.Region) int { return strings.Compare(string(a.Code), string(b.Code)) })
	return list
}

// draw puts a region into the drawing, or takes the draft's change of it back
// when it is what it was.
func (d *drawing) draw(r grid.Region, origin ...string) {
	had, there := d.ix.Region(r.Code)
	if there && had.Name == r.Name && had.NameEn == r.NameEn && orb.Equal(had.Geom, r.Geom) {
		delete(d.parts, r.Code)
		return
	}
	p := Part{Region: r, Change: Fresh, Origin: d.parts[r.Code].Origin}
	if there {
		p.Change = Changed
	}
	if len(origin) > 0 {
		p.Origin = origin
	}
	if p.Origin == nil {
		p.Origin = []string{}
	}
	d.parts[r.Code] = p
}

// remove takes a region away, and all under it.
func (d *drawing) remove(code grid.Code) {
	for _, child := range d.children(code) {
		d.remove(child.Code)
	}
	had, there := d.ix.Region(code)
	if !there {
		delete(d.parts, code)
		return
	}
	d.parts[code] = Part{Region: grid.Region{Code: code, Name: had.Name, NameEn: had.NameEn}, Change: Removed, Origin: []string{}}
}

// topmost says whether nothing in force lies above the draft's place.
func (d *drawing) topmost() bool { return len(d.ix.Chain(d.under)) == 1 }

// next is the code that the rule gives to a new region: the highest that was
// ever given under the parent, and one more. So no code is given twice.
func (d *drawing) next(parent grid.Code) (grid.Code, error) {
	order := parent.Level().Order() + 1
	if order >= len(grid.Levels()) {
		return "", fmt.Errorf("nothing lies under a grid")
	}
	last, err := d.last(parent)
	if err != nil {
		return "", err
	}
	for code := range d.parts {
		if code.Parent() == parent && code > last {
			last = code
		}
	}
	n, digits := 0, grid.Levels()[order].Digits()-len(parent)
	if last != "" {
		if _, err := fmt.Sscanf(string(last[len(parent):]), "%d", &n); err != nil {
			return "", err
		}
	}
	code := fmt.Sprintf("%s%0*d", parent, digits, n+1)
	if len(code) > grid.Levels()[order].Digits() {
		return "", errCodesUsedUp(parent)
	}
	return grid.Code(code), nil
}

type errCodesUsedUp grid.Code

func (e errCodesUsedUp) Error() string {
	return fmt.Sprintf("all codes under %s have been given: none is given twice", string(e))
}

// titled names a new region by the rule of its number, when nobody named it.
func (d *drawing) titled(code grid.Code, geom orb.MultiPolygon) grid.Region {
	r := grid.Region{Code: code, Name: string(code), Geom: geom}
	if parent, ok := d.region(code.Parent()); ok && code.Level() == grid.Grid {
		var n int
		_, _ = fmt.Sscanf(string(code[len(parent.Code):]), "%d", &n) // digits, by the rule of codes
		r = gridOf(parent, n, geom)
	}
	return r
}

// redraw is the draft as what is to be published.
func (d *drawing) redraw() (put []grid.Region, drop []grid.Code) {
	for _, code := range slices.Sorted(maps.Keys(d.parts)) {
		if p := d.parts[code]; p.Change == Removed {
			drop = append(drop, code)
		} else {
			put = append(put, p.Region)
		}
	}
	return put, drop
}

// index is that of the edition the drawing would be.
func (d *drawing) index() (*grid.Index, error) {
	put, drop := d.redraw()
	return d.ix.Redraw(d.ix.Edition()+1, put, drop)
}

// drawingOf is the regions as a draft's parts would have them.
func (s *Service) drawingOf(ctx context.Context, under grid.Code, ix *grid.Index, parts []Part) *drawing {
	d := &drawing{under: under, ix: ix, parts: make(map[grid.Code]Part, len(parts))}
	given := map[grid.Code]grid.Code{}
	d.last = func(parent grid.Code) (grid.Code, error) {
		if last, ok := given[parent]; ok {
			return last, nil
		}
		last, err := lastCode(ctx, s.pool, parent)
		if err == nil {
			given[parent] = last
		}
		return last, err
	}
	for _, p := range parts {
		d.parts[p.Code] = p
	}
	return d
}
