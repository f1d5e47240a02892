package glyph

import (
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// line is a straight piece of an outline, in pixels, y downwards.
type line struct{ ax, ay, bx, by float64 }

// pieces is how many straight lines stand for a curve: at 24 pixels to the em
// they leave it by less than a hundredth of a pixel.
const pieces = 8

// flatten turns an outline into straight lines, each contour closed.
func flatten(curves sfnt.Segments) []line {
	var lines []line
	var start, pen [2]float64
	to := func(p [2]float64) {
		if p != pen {
			lines = append(lines, line{pen[0], pen[1], p[0], p[1]})
			pen = p
		}
	}
	for _, c := range curves {
		a, b, d := pixel(c.Args[0]), pixel(c.Args[1]), pixel(c.Args[2])
		from := pen
		switch c.Op {
		case sfnt.SegmentOpMoveTo:
			to(start)
			start, pen = a, a
		case sfnt.SegmentOpLineTo:
			to(a)
		case sfnt.SegmentOpQuadTo:
			for i := 1; i <= pieces; i++ {
				t := float64(i) / pieces
				to(mix(mix(from, a, t), mix(a, b, t), t))
			}
		case sfnt.SegmentOpCubeTo:
			for i := 1; i <= pieces; i++ {
				t := float64(i) / pieces
				ab := mix(a, b, t)
				to(mix(mix(mix(from, a, t), ab, t), mix(ab, mix(b, d, t), t), t))
			}
		}
	}
	to(start)
	return lines
}

func pixel(p fixed.Point26_6) [2]float64 {
	return [2]float64{float64(p.X) / 64, float64(p.Y) / 64}
}

func mix(a, b [2]float64, t float64) [2]float64 {
	return [2]float64{a[0] + (b[0]-a[0])*t, a[1] + (b[1]-a[1])*t}
}
