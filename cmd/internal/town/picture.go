package town

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"strings"

	"golang.org/x/image/vector"
)

// fixed ends the kind of a picture that shows the thing after the work.
const fixed = "-fixed"

// Size of a demo photo in pixels.
const (
	pictureWide = 960
	pictureTall = 720
)

// DemoPhoto draws what a resident might have photographed, so that the
// panels of the demo are not empty: kinds are those of Case.Photo and
// Step.Photo. The same kind and seed draw the same picture; a kind that is
// not known draws an empty pavement.
func DemoPhoto(kind string, seed uint64) image.Image {
	thing, isFixed := strings.CutSuffix(kind, fixed)
	d := dice{rand.New(rand.NewPCG(seed, 0x70686f746f))}
	c := &canvas{
		img:  image.NewRGBA(image.Rect(0, 0, pictureWide, pictureTall)),
		pen:  vector.NewRasterizer(pictureWide, pictureTall),
		dice: d,
	}
	c.scene()
	if subject, ok := subjects[thing]; ok {
		subject(c, isFixed)
	}
	c.grain()
	return c.img
}

type dot struct{ x, y float64 }

// canvas draws smooth flat shapes; y runs down.
type canvas struct {
	dice
	img *image.RGBA
	pen *vector.Rasterizer
}

// flat fills a polygon, working on no more of the picture than it covers.
func (c *canvas) flat(col color.NRGBA, dots ...dot) {
	low, high := dots[0], dots[0]
	for _, p := range dots {
		low = dot{math.Min(low.x, p.x), math.Min(low.y, p.y)}
		high = dot{math.Max(high.x, p.x), math.Max(high.y, p.y)}
	}
	area := image.Rect(int(math.Floor(low.x)), int(math.Floor(low.y)), int(math.Ceil(high.x)), int(math.Ceil(high.y)))
	seen := area.Intersect(c.img.Rect)
	if seen.Empty() {
		return
	}
	c.pen.Reset(seen.Dx(), seen.Dy())
	at := func(p dot) (float32, float32) {
		return float32(p.x - float64(seen.Min.X)), float32(p.y - float64(seen.Min.Y))
	}
	c.pen.MoveTo(at(dots[0]))
	for _, p := range dots[1:] {
		c.pen.LineTo(at(p))
	}
	c.pen.ClosePath()
	c.pen.Draw(c.img, seen, image.NewUniform(col), image.Point{})
}

// box fills whole pixels, which is quicker than flat.
func (c *canvas) box(col color.NRGBA, x, y, w, h float64) {
	whole := func(v float64) int { return int(math.Round(v)) }
	r := image.Rect(whole(x), whole(y), whole(x+w), whole(y+h))
	draw.Draw(c.img, r.Intersect(c.img.Rect), image.NewUniform(col), image.Point{}, draw.Over)
}

func (c *canvas) oval(col color.NRGBA, x, y, rx, ry float64) {
	dots := make([]dot, 40)
	for i := range dots {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(len(dots)))
		dots[i] = dot{x + rx*cos, y + ry*sin}
	}
	c.flat(col, dots...)
}

// blob is an oval with a ragged edge.
func (c *canvas) blob(col color.NRGBA, x, y, rx, ry float64) {
	dots := make([]dot, 17)
	for i := range dots {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(len(dots)))
		k := c.between(0.82, 1.12)
		dots[i] = dot{x + k*rx*cos, y + k*ry*sin}
	}
	c.flat(col, dots...)
}

// line draws a stroke of some width with square ends.
func (c *canvas) line(col color.NRGBA, width float64, dots ...dot) {
	for i := 1; i < len(dots); i++ {
		a, b := dots[i-1], dots[i]
		l := math.Hypot(b.x-a.x, b.y-a.y)
		if l == 0 {
			continue
		}
		dx, dy := (b.x-a.x)/l*width/2, (b.y-a.y)/l*width/2
		c.flat(col, dot{a.x - dy, a.y + dx}, dot{b.x - dy, b.y + dx}, dot{b.x + dy, b.y - dx}, dot{a.x + dy, a.y - dx})
	}
}

// ring is a circle's outline, for wheels.
func (c *canvas) ring(col color.NRGBA, x, y, r, width float64) {
	dots := make([]dot, 33)
	for i := range dots {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / 32)
		dots[i] = dot{x + r*cos, y + r*sin}
	}
	c.line(col, width, dots...)
}

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 255}
}

// glass is a colour that lets some of what is behind it through.
func glass(hex uint32, alpha uint8) color.NRGBA {
	col := rgb(hex)
	col.A = alpha
	return col
}

// lighter mixes with white, or with black where by is negative.
func lighter(col color.NRGBA, by float64) color.NRGBA {
	target, k := 255.0, by
	if by < 0 {
		target, k = 0, -by
	}
	mix := func(v uint8) uint8 { return uint8(float64(v) + (target-float64(v))*k) }
	return color.NRGBA{mix(col.R), mix(col.G), mix(col.B), col.A}
}

const horizon, kerb = 330.0, 400.0

// scene is a street in one of three lights: sky, houses, trees, pavement.
func (c *canvas) scene() {
	lights := [][2]uint32{{0x7fb4e6, 0xe6f1f8}, {0x9fb3c6, 0xe2e6e9}, {0x6a8fc7, 0xf8dcb4}}
	light := lights[c.IntN(len(lights))]
	for y := range pictureTall {
		t := math.Min(1, float64(y)/horizon)
		a, b := rgb(light[0]), rgb(light[1])
		mix := func(p, q uint8) uint8 { return uint8(float64(p)*(1-t) + float64(q)*t) }
		c.box(color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}, 0, float64(y), pictureWide, 1)
	}
	walls := []uint32{0xd9c8b4, 0xc9b8a8, 0xd8d2c4, 0xbfc4c9, 0xcfae98, 0xe0d3bd}
	for x := c.between(-80, 0); x < pictureWide; {
		wide, tall := c.between(110, 210), c.between(90, 260)
		c.house(rgb(walls[c.IntN(len(walls))]), x, horizon+20-tall, wide, tall)
		x += wide + c.between(4, 40)
	}
	for x := c.between(-20, 60); x < pictureWide; x += c.between(110, 220) {
		c.streetTree(x, horizon+26, c.between(46, 70))
	}
	c.box(rgb(0x7d9a63), 0, horizon+12, pictureWide, kerb-horizon-12) // hedge
	c.box(rgb(0x6d8a56), 0, kerb-14, pictureWide, 14)
	c.paving()
}

func (c *canvas) house(wall color.NRGBA, x, y, w, h float64) {
	c.box(wall, x, y, w, h)
	c.box(lighter(wall, -0.12), x+w*0.86, y, w*0.14, h)
	pane := glass(0x51657a, 190)
	for wy := y + 14; wy < y+h-26; wy += 30 {
		for wx := x + 12; wx < x+w*0.8; wx += 30 {
			c.box(pane, wx, wy, 16, 16)
		}
	}
}

func (c *canvas) streetTree(x, y, size float64) {
	c.box(rgb(0x6b5138), x-4, y-size*0.5, 8, size*0.7)
	for i, col := range []uint32{0x4f7f45, 0x5d9250, 0x72a65c} {
		k := 1 - 0.24*float64(i)
		c.blob(rgb(col), x-6*float64(i), y-size-8*float64(i), size*0.62*k, size*0.55*k)
	}
}

// paving is a pavement of slabs that narrow towards the hedge.
func (c *canvas) paving() {
	base := rgb([]uint32{0xc8c1b5, 0xbdbab4, 0xcdbfae}[c.IntN(3)])
	c.box(base, 0, kerb, pictureWide, pictureTall-kerb)
	joint := lighter(base, -0.13)
	for i := range 8 {
		t := float64(i) / 7
		y := kerb + (pictureTall-kerb)*t*t
		c.line(joint, 1+2*t, dot{0, y}, dot{pictureWide, y})
	}
	for i := -14; i <= 14; i++ {
		x := float64(i)
		c.line(joint, 1.6, dot{480 + x*48, kerb}, dot{480 + x*110, pictureTall})
	}
	tactile := rgb(0xd9b04a)
	c.flat(tactile, dot{0, 652}, dot{pictureWide, 640}, dot{pictureWide, 676}, dot{0, 690})
	c.line(lighter(tactile, -0.2), 3, dot{0, 671}, dot{pictureWide, 658})
}

// grain darkens the corners and roughens the colours as a phone's camera does.
func (c *canvas) grain() {
	for y := range pictureTall {
		for x := range pictureWide {
			dx, dy := float64(x)/pictureWide-0.5, float64(y)/pictureTall-0.5
			k := 1 - 0.55*(dx*dx+dy*dy)
			noise := float64(c.IntN(9)) - 4
			p := c.img.Pix[c.img.PixOffset(x, y):][:3]
			for i := range p {
				p[i] = uint8(min(255, max(0, float64(p[i])*k+noise)))
			}
		}
	}
}
