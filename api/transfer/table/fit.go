package table

import (
	"fmt"

	"github.com/paulmach/orb"
)

// fit makes a geometry the kind that the file holds: a polygon becomes a
// multipolygon among those, a multipolygon of one a polygon. Others do not fit.
func fit(g orb.Geometry, kind string) (orb.Geometry, error) {
	if g == nil {
		return nil, nil // a row without a place
	}
	switch g := g.(type) {
	case orb.Point:
		if kind == "point" {
			return g, nil
		}
	case orb.Bound:
		return fit(g.ToPolygon(), kind)
	case orb.LineString, orb.MultiLineString:
		if kind == "line" {
			return g, nil
		}
	case orb.Polygon:
		switch {
		case len(g) == 0:
			return nil, nil // an empty one
		case kind == "multipolygon":
			return orb.MultiPolygon{g}, nil
		case kind == "polygon":
			return g, nil
		}
	case orb.MultiPolygon:
		switch {
		case len(g) == 0:
			return nil, nil // an empty one
		case kind == "multipolygon":
			return g, nil
		case kind == "polygon" && len(g) == 1:
			return g[0], nil
		}
	}
	return nil, fmt.Errorf("table: a %s does not fit among geometries of the kind %q", g.GeoJSONType(), kind)
}
