package glyph

import (
	"fmt"
	"math"
	"slices"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

const (
	// RangeSize is the number of code points in a range.
	RangeSize = 256
	// LastRange is the first code point of the last range.
	LastRange = 0xFF00

	size = 24 // pixels to the em

	// baseline is where a map puts the foot of a letter, in pixels under the
	// top of the line: MapLibre places the letters it draws by itself (Chinese)
	// by the same number, so both stand on one line.
	baseline = 27
)

// Stacks names the fonts there are.
func Stacks() []string { return []string{"Regular", "Medium", "Bold"} }

// Set holds the fonts. Safe for use from many goroutines.
type Set struct{ fonts map[string]*sfnt.Font }

// NewSet reads the fonts.
func NewSet() (*Set, error) {
	s := &Set{fonts: map[string]*sfnt.Font{}}
	for i, ttf := range [][]byte{goregular.TTF, gomedium.TTF, gobold.TTF} {
		f, err := sfnt.Parse(ttf)
		if err != nil {
			return nil, fmt.Errorf("font %s: %w", Stacks()[i], err)
		}
		s.fonts[Stacks()[i]] = f
	}
	return s, nil
}

// Has says whether there is such a font.
func (s *Set) Has(stack string) bool { return slices.Contains(Stacks(), stack) }

// Range draws the letters of a font from a code point on, RangeSize of them,
// as one message of glyphs.proto.
func (s *Set) Range(stack string, first int) ([]byte, error) {
	f, ok := s.fonts[stack]
	if !ok || first < 0 || first > LastRange || first%RangeSize != 0 {
		return nil, fmt.Errorf("no range %d of font %q", first, stack)
	}
	var letters []Glyph
	var buf sfnt.Buffer
	for r := rune(first); r < rune(first+RangeSize); r++ {
		g, ok, err := letter(f, &buf, r)
		if err != nil {
			return nil, fmt.Errorf("letter %U of %s: %w", r, stack, err)
		}
		if ok {
			letters = append(letters, g)
		}
	}
	return message(stack, first, letters), nil
}

// Glyph is one letter. Lengths are pixels at 24 to the em.
type Glyph struct {
	Rune          rune
	Width, Height int    // of the box around the outline, without the border
	Left          int    // from the pen to the box
	Top           int    // from the top of the line up to the box's top: negative below it
	Advance       int    // of the pen
	Field         []byte // (Width+6) x (Height+6) bytes, rows from the top; nil for a space
}

// letter makes the glyph of a rune, false where the font has none.
func letter(f *sfnt.Font, buf *sfnt.Buffer, r rune) (Glyph, bool, error) {
	index, err := f.GlyphIndex(buf, r)
	if err != nil || index == 0 {
		return Glyph{}, false, err
	}
	advance, err := f.GlyphAdvance(buf, index, fixed.I(size), font.HintingNone)
	if err != nil {
		return Glyph{}, false, err
	}
	g := Glyph{Rune: r, Advance: advance.Round()}
	curves, err := f.LoadGlyph(buf, index, fixed.I(size), nil)
	if err != nil {
		return Glyph{}, false, err
	}
	lines := flatten(curves)
	if len(lines) == 0 {
		return g, true, nil
	}
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, l := range lines {
		left, right = min(left, l.ax, l.bx), max(right, l.ax, l.bx)
		top, bottom = min(top, l.ay, l.by), max(bottom, l.ay, l.by)
	}
	x0, y0 := int(math.Floor(left)), int(math.Floor(top)) // y grows downwards, 0 is the foot
	g.Left, g.Top = x0, -y0-baseline
	g.Width, g.Height = int(math.Ceil(right))-x0, int(math.Ceil(bottom))-y0
	g.Field = field(lines, x0, y0, g.Width, g.Height)
	return g, true, nil
}
