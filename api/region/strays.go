package region

import (
	"fmt"
	"maps"
	"slices"

	"github.com/paulmach/orb"

	"onemap/geo/coverage"
	"onemap/geo/grid"
)

// strays lists the regions in force that the drawing puts on wholly other
// ground: as a rule their codes were mixed up, not their borders moved.
func (d *drawing) strays() ([]grid.Region, error) {
	var list []grid.Region
	for _, code := range slices.Sorted(maps.Keys(d.parts)) {
		had, there := d.ix.Region(code)
		if p := d.parts[code]; there && p.Change == Changed {
			shares, err := meet(had.Geom, p.Geom)
			if err != nil {
				return nil, fmt.Errorf("ground of %s: %w", code, err)
			}
			if !shares {
				list = append(list, p.Region)
			}
		}
	}
	return list, nil
}

// meet says whether two areas have ground in common, more than a sliver of it.
func meet(a, b orb.MultiPolygon) (bool, error) {
	if !a.Bound().Intersects(b.Bound()) {
		return false, nil
	}
	c, err := coverage.New(nil, []coverage.Polygon{{Code: "was", Geom: a}, {Code: "is", Geom: b}}, coverage.Options{})
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(c.Findings(), func(f coverage.Finding) bool {
		return len(f.Codes) > 1 && slices.Contains([]coverage.Kind{coverage.Overlap, coverage.Duplicate, coverage.Inside}, f.Kind)
	}), nil
}

// movedAway are findings of the regions that the drawing puts elsewhere.
func (d *drawing) movedAway() ([]Found, error) {
	list, err := d.strays()
	found := make([]Found, len(list))
	for i, r := range list {
		found[i] = Found{Finding: coverage.Finding{
			Kind: elsewhere, Codes: []string{string(r.Code)}, Geometry: r.Geom, Place: r.Geom.Bound().Center(),
			Text: fmt.Sprintf("%s would lie on wholly other ground: nothing of it is where it is now.", r.Code),
		}, Parent: r.Code.Parent(), Weight: Noted, Number: -1}
	}
	return found, err
}
