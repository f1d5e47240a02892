package plate

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strconv"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"rsc.io/qr/coding"
)

const (
	// quiet is the light margin a reader needs, in modules, by the standard.
	quiet = 4
	// captionHeight is the room beneath the symbol's quiet zone, in modules.
	captionHeight = 5
	// Sizes of a PNG, in pixels of its width.
	minPixels, maxPixels = 64, 4096
	// black is its place in the palette.
	black = 15
)

// ErrSize is returned for a picture so small that its modules would not be
// whole pixels, or beyond 4096.
var ErrSize = errors.New("plate: that size cannot be drawn")

// SVG draws the symbol of url with the caption beneath (none when empty).
// One unit is one module; print it at any size.
func SVG(url, caption string) ([]byte, error) {
	code, err := encode(url)
	if err != nil {
		return nil, err
	}
	width := code.Size + 2*quiet
	height := width
	if caption != "" {
		height += captionHeight
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img">`, width, height)
	fmt.Fprintf(&b, `<title>%s</title><rect width="%d" height="%d" fill="#fff"/>`, escaped(caption), width, height)
	b.WriteString(`<path shape-rendering="crispEdges" d="`)
	modulePath(&b, code)
	b.WriteString(`"/>`)
	if caption != "" {
		fmt.Fprintf(&b, `<text x="%g" y="%g" font-family="ui-monospace,Menlo,Consolas,monospace" font-weight="700" font-size="4.4" text-anchor="middle" textLength="%g" lengthAdjust="spacingAndGlyphs">%s</text>`,
			float64(width)/2, float64(width)+3.5, min(float64(code.Size)*0.9, 3.2*float64(len(caption))), escaped(caption))
	}
	b.WriteString("</svg>\n")
	return b.Bytes(), nil
}

// modulePath draws each run of dark modules of a row as a rectangle of one path.
func modulePath(b *bytes.Buffer, code *coding.Code) {
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			begin := x
			for code.Black(x, y) {
				x++
			}
			if run := x - begin; run > 0 {
				fmt.Fprintf(b, "M%d %dh%dv1h-%dz", begin+quiet, y+quiet, run, run)
			}
		}
	}
}

func escaped(s string) string {
	var b bytes.Buffer
	// EscapeText fails only when the writer does, and a buffer never does.
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

// PNG draws the same, pixels wide and, for the caption, a little higher.
// Every module is the same whole number of pixels. The caption is drawn in
// a font of Latin letters and digits, which is what a code is made of.
func PNG(url, caption string, pixels int) ([]byte, error) {
	code, err := encode(url)
	if err != nil {
		return nil, err
	}
	if pixels < minPixels || pixels > maxPixels || pixels < code.Size+2*quiet {
		return nil, fmt.Errorf("%w: %d pixels for %d modules, of %d to %d pixels",
			ErrSize, pixels, code.Size+2*quiet, minPixels, maxPixels)
	}
	module := pixels / (code.Size + 2*quiet)
	left := (pixels - module*code.Size) / 2
	height := pixels
	if caption != "" {
		height += captionHeight * module
	}
	img := image.NewPaletted(image.Rect(0, 0, pixels, height), greys())
	for y := range module * code.Size {
		for x := range module * code.Size {
			if code.Black(x/module, y/module) {
				img.SetColorIndex(left+x, left+y, black)
			}
		}
	}
	if err := write(img, caption, module*code.Size, left+module*(code.Size+quiet)); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("plate: %w", err)
	}
	return b.Bytes(), nil
}

// greys runs from white, which a new image is full of, to black.
func greys() color.Palette {
	p := make(color.Palette, 16)
	for i := range p {
		p[i] = color.Gray{Y: uint8(255 - 17*i)}
	}
	return p
}

// write sets the caption, at most width wide, in the middle of what is left
// below top.
func write(img *image.Paletted, caption string, width, top int) error {
	if caption == "" {
		return nil
	}
	family, err := opentype.Parse(gomonobold.TTF)
	if err != nil {
		return fmt.Errorf("plate: caption font: %w", err)
	}
	pixels, room := img.Bounds().Dx(), img.Bounds().Dy()-top
	face, err := captionFace(family, caption, width*9/10, room)
	if err != nil {
		return fmt.Errorf("plate: caption font: %w", err)
	}
	defer face.Close()
	drawer := font.Drawer{Dst: img, Src: image.Black, Face: face}
	drawer.Dot = fixed.Point26_6{
		X: (fixed.I(pixels) - drawer.MeasureString(caption)) / 2,
		Y: fixed.I(top+room/2) + face.Metrics().CapHeight/2,
	}
	drawer.DrawString(caption)
	return nil
}

// captionFace is the largest face in which the caption is no wider than
// width and no higher than height, in pixels.
func captionFace(family *opentype.Font, caption string, width, height int) (font.Face, error) {
	at := func(size float64) (font.Face, error) {
		return opentype.NewFace(family, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
	}
	size := float64(height)
	face, err := at(size)
	if err != nil {
		return nil, fmt.Errorf("size %s: %w", strconv.FormatFloat(size, 'f', 1, 64), err)
	}
	if wide := font.MeasureString(face, caption).Ceil(); wide > width {
		face.Close()
		return at(size * float64(width) / float64(wide))
	}
	return face, nil
}
