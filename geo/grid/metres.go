package grid

import "math"

// segmentDistance is the distance of the origin from the segment a-b in a plane.
func segmentDistance(ax, ay, bx, by float64) float64 {
	dx, dy := bx-ax, by-ay
	along := 0.0
	if length2 := dx*dx + dy*dy; length2 > 0 {
		along = min(max(-(ax*dx+ay*dy)/length2, 0), 1)
	}
	return math.Hypot(ax+along*dx, ay+along*dy)
}
