package glyph

import (
	"encoding/binary"
	"image"
	"image/draw"
	"math"
	"testing"

	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// fields reads one protobuf message: numbers, and the bytes of nested ones, by field.
func fields(t *testing.T, b []byte) (numbers map[uint64]uint64, parts map[uint64][][]byte) {
	t.Helper()
	numbers, parts = map[uint64]uint64{}, map[uint64][][]byte{}
	next := func() uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			t.Fatal("broken message")
		}
		b = b[n:]
		return v
	}
	for len(b) > 0 {
		tag := next()
		v := next()
		switch tag & 7 {
		case 0:
			numbers[tag>>3] = v
		case 2:
			parts[tag>>3] = append(parts[tag>>3], b[:v])
			b = b[v:]
		default:
			t.Fatalf("wire type %d", tag&7)
		}
	}
	return numbers, parts
}

func signed(v uint64) int { return int(v>>1) ^ -int(v&1) }

func letters(t *testing.T, stack string, first int) map[rune]Glyph {
	t.Helper()
	s, err := NewSet()
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Range(stack, first)
	if err != nil {
		t.Fatal(err)
	}
	_, top := fields(t, b)
	_, inside := fields(t, top[1][0])
	if string(inside[1][0]) != stack || len(inside[2]) != 1 {
		t.Fatalf("stack %q, range %q", inside[1][0], inside[2])
	}
	out := map[rune]Glyph{}
	for _, part := range inside[3] {
		n, p := fields(t, part)
		g := Glyph{Rune: rune(n[1]), Width: int(n[3]), Height: int(n[4]), Left: signed(n[5]), Top: signed(n[6]), Advance: int(n[7])}
		if len(p[2]) > 0 {
			g.Field = p[2][0]
		}
		out[g.Rune] = g
	}
	return out
}

func TestRanges(t *testing.T) {
	t.Parallel()
	for first, want := range map[int]string{0: "Aé~ ", 256: "Łž", 768: "Ωλ", 1024: "Жя", 8192: "—“…", 0x4E00: ""} {
		for _, stack := range Stacks() {
			got := letters(t, stack, first)
			for _, r := range want {
				g, ok := got[r]
				if !ok || g.Advance == 0 {
					t.Errorf("%s has no %c", stack, r)
				}
				if size := (g.Width + 6) * (g.Height + 6); r != ' ' && len(g.Field) != size {
					t.Errorf("%s %c: %d bytes for a field of %d", stack, r, len(g.Field), size)
				}
			}
			if want == "" && len(got) != 0 {
				t.Errorf("%s has %d Chinese letters", stack, len(got))
			}
		}
	}
	if got := letters(t, "Regular", 0)[' ']; got.Field != nil || got.Width != 0 {
		t.Errorf("a space is drawn: %+v", got)
	}
}

func TestNoSuchRange(t *testing.T) {
	t.Parallel()
	s, err := NewSet()
	if err != nil {
		t.Fatal(err)
	}
	for _, first := range []int{-256, 1, 0x10000} {
		if _, err := s.Range("Regular", first); err == nil {
			t.Errorf("range %d is drawn", first)
		}
	}
	if _, err := s.Range("Italic", 0); err == nil {
		t.Error("a font nobody has is drawn")
	}
}

// A letter stands on the line: no descender below it, and the box around it.
func TestMetrics(t *testing.T) {
	t.Parallel()
	got := letters(t, "Regular", 0)
	h, p := got['H'], got['p']
	if foot := h.Top - h.Height + baseline; foot != 0 {
		t.Errorf("H stands %d pixels above the line", foot)
	}
	if foot := p.Top - p.Height + baseline; foot >= 0 {
		t.Errorf("p has no descender: %d", foot)
	}
	if h.Height < 16 || h.Height > 19 || h.Advance < 15 || h.Advance > 20 {
		t.Errorf("H: %+v", h)
	}
}

// Where the field is above the outline's value the letter is, and nowhere else:
// held against the rasterizer of x/image.
func TestFieldAgainstRasterizer(t *testing.T) {
	t.Parallel()
	f, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	var buf sfnt.Buffer
	for _, r := range "AaBgjQé&@8ЖΩß%" {
		g, ok, err := letter(f, &buf, r)
		if err != nil || !ok {
			t.Fatal(r, ok, err)
		}
		mask := raster(t, f, &buf, r, g)
		for i, v := range g.Field {
			covered := float64(mask.Pix[i]) / 255
			// The outline's value is 191; half a pixel inside or outside is 16 more or less.
			if inside := v >= 191+24; inside && covered < 0.9 {
				t.Fatalf("%c: pixel %d is inside (%d), but %.0f%% of it is covered", r, i, v, covered*100)
			}
			if outside := v <= 191-24; outside && covered > 0.1 {
				t.Fatalf("%c: pixel %d is outside (%d), but %.0f%% of it is covered", r, i, v, covered*100)
			}
		}
	}
}

func raster(t *testing.T, f *sfnt.Font, buf *sfnt.Buffer, r rune, g Glyph) *image.Alpha {
	t.Helper()
	index, err := f.GlyphIndex(buf, r)
	if err != nil {
		t.Fatal(err)
	}
	curves, err := f.LoadGlyph(buf, index, fixed.I(size), nil)
	if err != nil {
		t.Fatal(err)
	}
	w, h := g.Width+2*border, g.Height+2*border
	ras := vector.NewRasterizer(w, h)
	at := func(p fixed.Point26_6) (float32, float32) {
		return float32(p.X)/64 - float32(g.Left-border), float32(p.Y)/64 + float32(g.Top+baseline+border)
	}
	for _, c := range curves {
		ax, ay := at(c.Args[0])
		bx, by := at(c.Args[1])
		switch c.Op {
		case sfnt.SegmentOpMoveTo:
			ras.ClosePath()
			ras.MoveTo(ax, ay)
		case sfnt.SegmentOpLineTo:
			ras.LineTo(ax, ay)
		case sfnt.SegmentOpQuadTo:
			ras.QuadTo(ax, ay, bx, by)
		}
	}
	ras.ClosePath()
	mask := image.NewAlpha(image.Rect(0, 0, w, h))
	ras.DrawOp = draw.Src
	ras.Draw(mask, mask.Bounds(), image.Opaque, image.Point{})
	return mask
}

// The distance itself, on a shape whose distances are known: a square of 10.
func TestDistance(t *testing.T) {
	t.Parallel()
	square := []line{{0, 0, 10, 0}, {10, 0, 10, 10}, {10, 10, 0, 10}, {0, 10, 0, 0}}
	for p, want := range map[[2]float64]float64{{5, 5}: 5, {2, 5}: 2, {-3, 5}: -3, {13, 14}: -5, {9, 9.5}: 0.5} {
		if got := distance(square, p[0], p[1]); math.Abs(got-want) > 1e-12 {
			t.Errorf("%v: %g, want %g", p, got, want)
		}
	}
}

func BenchmarkRange(b *testing.B) {
	s, err := NewSet()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Range("Regular", 0); err != nil {
			b.Fatal(err)
		}
	}
}
