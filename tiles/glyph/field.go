package glyph

import "math"

const (
	border = 3    // pixels around the box
	radius = 8    // pixels of distance from one end of a byte to the other
	cutoff = 0.25 // the share of a byte's values that lie outside the outline
)

// field measures, for the middle of each pixel, the distance to the outline,
// positive inside: exact, no bitmap in between. The outline itself is at
// 255 x (1 - cutoff) = 191.
func field(lines []line, x0, y0, width, height int) []byte {
	w, h := width+2*border, height+2*border
	out := make([]byte, w*h)
	for row := range h {
		for col := range w {
			x := float64(x0-border+col) + 0.5
			y := float64(y0-border+row) + 0.5
			d := distance(lines, x, y)
			value := 255 * (1 - cutoff + d/radius)
			out[row*w+col] = byte(math.Round(min(max(value, 0), 255)))
		}
	}
	return out
}

// distance to the nearest line, negative outside the outline. Inside is where
// the contours wind around the point, the rule of TrueType.
func distance(lines []line, x, y float64) float64 {
	nearest := math.Inf(1)
	winding := 0
	for _, l := range lines {
		dx, dy := l.bx-l.ax, l.by-l.ay
		t := ((x-l.ax)*dx + (y-l.ay)*dy) / (dx*dx + dy*dy)
		t = min(max(t, 0), 1)
		nearest = min(nearest, math.Hypot(l.ax+t*dx-x, l.ay+t*dy-y))
		if (l.ay <= y) == (l.by <= y) {
			continue
		}
		if side := dx*(y-l.ay) - dy*(x-l.ax); l.ay <= y && side > 0 {
			winding++
		} else if l.ay > y && side < 0 {
			winding--
		}
	}
	if winding == 0 {
		return -nearest
	}
	return nearest
}
