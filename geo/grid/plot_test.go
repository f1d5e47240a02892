package grid

import (
	"bytes"
	"fmt"
	"math"
)

// drawCosts draws nanoseconds a place over the number of grids, both on scales
// of powers of ten, as an SVG picture.
func drawCosts(all []cost) []byte {
	const width, height, edge = 640.0, 420.0, 60.0
	x := func(grids float64) float64 { return edge + (math.Log10(grids)-3)/3.2*(width-2*edge) }
	y := func(ns float64) float64 { return height - edge - (math.Log10(ns)-1)/3*(height-2*edge) }
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" font-family="sans-serif" font-size="12"><rect width="100%%" height="100%%" fill="#fff"/>`, width, height)
	for ns := 10.0; ns <= 10_000; ns *= 10 {
		fmt.Fprintf(&out, `<path d="M%g %gH%g" stroke="#ddd"/><text x="%g" y="%g" text-anchor="end">%g ns</text>`, edge, y(ns), width-edge, edge-6, y(ns)+4, ns)
	}
	for _, c := range all {
		fmt.Fprintf(&out, `<text x="%g" y="%g" text-anchor="middle">%d grids</text>`, x(float64(c.polygons)), height-edge+20, c.polygons)
	}
	for _, line := range []struct {
		name, colour string
		of           func(cost) float64
	}{
		{"R-tree and orb", "#b3261e", func(c cost) float64 { return c.orb }},
		{"Locate", "#1b5fa8", func(c cost) float64 { return c.one }},
		{"LocateAll", "#2e7d32", func(c cost) float64 { return c.bulk }},
	} {
		for i, c := range all {
			step := "L"
			if i == 0 {
				fmt.Fprintf(&out, `<path fill="none" stroke-width="2" stroke="%s" d="`, line.colour)
				step = "M"
			}
			fmt.Fprintf(&out, "%s%.1f %.1f", step, x(float64(c.polygons)), y(line.of(c)))
		}
		last := all[len(all)-1]
		fmt.Fprintf(&out, `"/><text x="%.1f" y="%.1f" fill="%s" text-anchor="end">%s</text>`, x(float64(last.polygons)), y(line.of(last))-6, line.colour, line.name)
	}
	out.WriteString("</svg>\n")
	return out.Bytes()
}
