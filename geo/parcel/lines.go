package parcel

import "github.com/paulmach/orb"

// Lines are the lines of a geometry, of one rank: an area's are its borders.
func Lines(geom orb.Geometry, rank Rank) (lines []Line) {
	switch g := geom.(type) {
	case orb.LineString:
		lines = append(lines, Line{g, rank})
	case orb.MultiLineString:
		for _, way := range g {
			lines = append(lines, Line{way, rank})
		}
	case orb.Polygon:
		for _, ring := range g {
			lines = append(lines, Line{orb.LineString(ring), rank})
		}
	case orb.MultiPolygon:
		for _, poly := range g {
			lines = append(lines, Lines(poly, rank)...)
		}
	case orb.Collection:
		for _, part := range g {
			lines = append(lines, Lines(part, rank)...)
		}
	}
	return lines
}
