package blob

import (
	"image"
	"image/draw"
	"math"
)

// shrink makes the longer side at most side pixels, on white where the
// picture is transparent. The filter is Catmull-Rom in two passes, like
// x/image/draw's; but that holds 32 bytes for every pixel between the
// passes (200 MB for a phone's photo), and this only the rows in reach.
func shrink(src image.Image, side int) *image.RGBA {
	from := src.Bounds()
	w, h := fit(from.Dx(), from.Dy(), side)
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	if w == from.Dx() && h == from.Dy() {
		draw.Draw(dst, dst.Rect, image.White, image.Point{}, draw.Src)
		draw.Draw(dst, dst.Rect, src, from.Min, draw.Over)
		return dst
	}
	across, down := reach(from.Dx(), w), reach(from.Dy(), h)
	line := image.NewRGBA(image.Rect(0, 0, from.Dx(), 1))
	var rows [][]float32 // narrowed rows of the source, the first being row number first
	var spare [][]float32
	first := 0
	for y, tap := range down {
		for ; first < tap.from; first++ {
			spare, rows = append(spare, rows[0]), rows[1:]
		}
		for first+len(rows) < tap.from+len(tap.weights) {
			draw.Draw(line, line.Rect, image.White, image.Point{}, draw.Src)
			draw.Draw(line, line.Rect, src, image.Pt(from.Min.X, from.Min.Y+first+len(rows)), draw.Over)
			var row []float32
			if n := len(spare); n > 0 {
				row, spare = spare[n-1], spare[:n-1]
			} else {
				row = make([]float32, 3*w)
			}
			narrow(row, line.Pix, across)
			rows = append(rows, row)
		}
		blend(dst.Pix[dst.PixOffset(0, y):][:4*w], rows, tap.weights)
	}
	return dst
}

// fit keeps the proportions, and never makes larger.
func fit(w, h, side int) (int, int) {
	long := max(w, h)
	if long <= side {
		return w, h
	}
	scale := func(n int) int { return max(1, (n*side+long/2)/long) }
	return scale(w), scale(h)
}

// A tap says of which source pixels one target pixel is made.
type tap struct {
	from    int
	weights []float32
}

// reach computes the taps from n source pixels to m target pixels, m <= n.
// Every source pixel between two taps is within one of them, and from never
// goes back.
func reach(n, m int) []tap {
	scale := float64(n) / float64(m)
	taps := make([]tap, m)
	for i := range taps {
		centre := (float64(i)+0.5)*scale - 0.5
		from := max(0, int(math.Ceil(centre-2*scale)))
		to := min(n-1, int(math.Floor(centre+2*scale)))
		weights := make([]float32, to-from+1)
		sum := 0.0
		for j := range weights {
			weight := catmullRom((float64(from+j) - centre) / scale)
			weights[j] = float32(weight)
			sum += weight
		}
		for j := range weights {
			weights[j] /= float32(sum)
		}
		taps[i] = tap{from, weights}
	}
	return taps
}

func catmullRom(t float64) float64 {
	t = math.Abs(t)
	switch {
	case t < 1:
		return (1.5*t-2.5)*t*t + 1
	case t < 2:
		return ((-0.5*t+2.5)*t-4)*t + 2
	}
	return 0
}

func narrow(row []float32, line []uint8, taps []tap) {
	for x, t := range taps {
		var r, g, b float32
		at := line[4*t.from:]
		for j, weight := range t.weights {
			pixel := at[4*j : 4*j+3 : 4*j+3]
			r += weight * float32(pixel[0])
			g += weight * float32(pixel[1])
			b += weight * float32(pixel[2])
		}
		row[3*x], row[3*x+1], row[3*x+2] = r, g, b
	}
}

func blend(out []uint8, rows [][]float32, weights []float32) {
	for x := range len(out) / 4 {
		var r, g, b float32
		for j, weight := range weights {
			pixel := rows[j][3*x : 3*x+3 : 3*x+3]
			r += weight * pixel[0]
			g += weight * pixel[1]
			b += weight * pixel[2]
		}
		out[4*x], out[4*x+1], out[4*x+2], out[4*x+3] = level(r), level(g), level(b), 255
	}
}

// level rounds, and cuts what the filter swings beyond black and white.
func level(v float32) uint8 {
	return uint8(min(max(v+0.5, 0), 255))
}
