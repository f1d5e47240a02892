package ewkb

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"
)

// WGS84 is the SRID of all stored geometry.
const WGS84 = 4326

// Marshal writes a geometry as little-endian EWKB. A ring or bound is written as
// a polygon. Nil, and a nil slice of a type, is an error: SQL NULL has no bytes.
func Marshal(g orb.Geometry, srid int) ([]byte, error) {
	if srid < 0 || srid > math.MaxInt32 {
		return nil, fmt.Errorf("ewkb: SRID %d is none", srid)
	}
	if err := writable(g, 0); err != nil {
		return nil, err
	}
	return ewkb.Marshal(g, srid)
}

// writable refuses what the encoder would leave out or panic on.
func writable(g orb.Geometry, depth int) error {
	absent := false
	switch g := g.(type) {
	case orb.Point, orb.Bound:
	case orb.MultiPoint:
		absent = g == nil
	case orb.LineString:
		absent = g == nil
	case orb.Ring:
		absent = g == nil
	case orb.MultiLineString:
		absent = g == nil
		for i, part := range g {
			if part == nil {
				return fmt.Errorf("ewkb: line %d is nil", i+1)
			}
		}
	case orb.Polygon:
		absent = g == nil
	case orb.MultiPolygon:
		absent = g == nil
		for i, part := range g {
			if part == nil {
				return fmt.Errorf("ewkb: polygon %d is nil", i+1)
			}
		}
	case orb.Collection:
		absent = g == nil
		if depth >= maxDepth {
			return fmt.Errorf("ewkb: collections nested deeper than %d", maxDepth)
		}
		for i, part := range g {
			if err := writable(part, depth+1); err != nil {
				return fmt.Errorf("part %d: %w", i+1, err)
			}
		}
	default:
		return fmt.Errorf("ewkb: cannot write a %T", g)
	}
	if absent {
		return fmt.Errorf("ewkb: cannot write a nil %T", g)
	}
	return nil
}

// Unmarshal reads EWKB or plain WKB of two dimensions, and its SRID. POINT EMPTY
// comes as a point of NaN, as PostGIS writes it.
func Unmarshal(data []byte) (orb.Geometry, int, error) {
	if err := check(data, false); err != nil {
		return nil, 0, err
	}
	g, srid, err := ewkb.Unmarshal(data)
	if err != nil {
		return nil, 0, fmt.Errorf("ewkb: %w", err)
	}
	return g, srid, nil
}
