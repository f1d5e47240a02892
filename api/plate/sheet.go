package plate

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"rsc.io/qr/coding"
)

// Label is what one plate of a sheet says.
type Label struct {
	URL        string // what the symbol carries
	Code       Code
	Name       string
	Place      string
	Maintainer string
}

// Layout is how many plates stand on a page of A4.
type Layout string

// The layouts: columns x rows.
const (
	Layout24 Layout = "3x8" // stickers of 70 x 37 mm
	Layout10 Layout = "2x5" // stickers of 99 x 57 mm
	Layout1  Layout = "1"   // one plate to be framed
)

// Layouts are all of them.
var Layouts = []Layout{Layout24, Layout10, Layout1}

// MaxSheet is how many plates one file holds: a hundred pages of the smallest.
const MaxSheet = 2400

// invitation is what every plate asks of who passes by.
const invitation = "扫码报修 Scan to report"

// grille is a layout in millimetres.
type grille struct {
	columns, rows       int
	left, top           float64 // of the first plate
	width, height       float64 // of a plate
	pad, symbol         float64 // the plate's margin; the symbol's side without its quiet zone
	code, title, detail float64 // sizes of type in points
	below               bool    // the words stand below the symbol, not beside it
}

var grilles = map[Layout]grille{
	Layout24: {3, 8, 0, 0.1, 70, 37.1, 4.5, 22, 10, 10.5, 7.5, false},
	Layout10: {2, 5, 6, 6, 99, 57, 6, 36, 15, 15, 10.5, false},
	Layout1:  {1, 1, 25, 38, 160, 220, 10, 104, 42, 30, 18, true},
}

// Sheet draws plates on pages of A4, with cut marks between them. Symbols are
// vectors, sharp at any size. The PDF is the same for the same labels and time.
type Sheet struct {
	pdf    *fpdf.Fpdf
	grille grille
	n      int
}

// NewSheet begins a file; made is the time it says it was made at.
func NewSheet(font *Font, layout Layout, made time.Time) (*Sheet, error) {
	g, ok := grilles[layout]
	if !ok {
		return nil, fmt.Errorf("plate: there is no layout %q", layout)
	}
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetMargins(0, 0, 0)
	pdf.SetCellMargin(0)
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(made)
	pdf.SetModificationDate(made)
	pdf.SetTitle("onemap", true)
	pdf.AddUTF8FontFromBytes("plate", "", font.ttf)
	pdf.SetFont("plate", "", g.detail)
	return &Sheet{pdf: pdf, grille: g}, pdf.Error()
}

// Add draws the next plate.
func (s *Sheet) Add(l Label) error {
	g := s.grille
	if s.n >= MaxSheet {
		return fmt.Errorf("plate: more than %d plates in a file", MaxSheet)
	}
	symbol, err := encode(l.URL)
	if err != nil {
		return err
	}
	cell := s.n % (g.columns * g.rows)
	if cell == 0 {
		s.pdf.AddPage()
		s.cutMarks()
	}
	s.n++
	x, y := g.left+float64(cell%g.columns)*g.width, g.top+float64(cell/g.columns)*g.height
	if g.below {
		s.framed(x, y, symbol, l)
	} else {
		s.sticker(x, y, symbol, l)
	}
	return s.pdf.Error()
}

// Write completes the file.
func (s *Sheet) Write(w io.Writer) error { return s.pdf.Output(w) }

// sticker has the symbol at the left with the code beneath, and the words
// beside. A code from elsewhere may be longer than the symbol is wide; it takes
// the whole width then, and the words stand above it.
func (s *Sheet) sticker(x, y float64, symbol *coding.Code, l Label) {
	g := s.grille
	gap := quietZone(g, symbol)
	height := g.symbol + gap + lead(g.code)
	top := y + (g.height-height)/2
	s.symbol(x+g.pad, top, g.symbol, symbol)
	left := x + g.pad + g.symbol + gap
	width := x + g.width - g.pad - left

	codeWide, bottom := g.symbol, top+height
	if s.pdf.SetFontSize(g.code); s.pdf.GetStringWidth(l.Code.String()) > g.symbol {
		codeWide, bottom = g.width-2*g.pad, top+g.symbol
	}
	s.line(x+g.pad, top+g.symbol+gap, codeWide, g.code, "C", l.Code.String())

	bottom -= lead(g.detail)
	s.line(left, bottom, width, g.detail, "L", invitation)
	at := top - lead(g.title)*0.1 // its capitals stand level with the symbol
	for _, text := range s.wrapped(l.Name, width, g.title, 2) {
		s.line(left, at, width, g.title, "L", text)
		at += lead(g.title)
	}
	at += 0.8
	for i, words := range []string{l.Place, l.Maintainer} {
		for _, text := range s.wrapped(words, width, g.detail, 2-i) {
			if at+lead(g.detail) <= bottom+0.1 {
				s.line(left, at, width, g.detail, "L", text)
			}
			at += lead(g.detail)
		}
	}
}

// quietZone is the white that a reader needs about a symbol, in millimetres.
func quietZone(g grille, symbol *coding.Code) float64 {
	return quiet * g.symbol / float64(symbol.Size)
}

// framed has everything below each other, in the middle.
func (s *Sheet) framed(x, y float64, symbol *coding.Code, l Label) {
	g := s.grille
	width := g.width - 2*g.pad
	s.line(x+g.pad, y+g.pad, width, g.title, "C", invitation)
	gap := quietZone(g, symbol)
	at := y + g.pad + lead(g.title) + gap
	s.symbol(x+(g.width-g.symbol)/2, at, g.symbol, symbol)
	at += g.symbol + gap
	s.line(x+g.pad, at, width, g.code, "C", l.Code.String())
	at += lead(g.code) + 2
	for _, text := range s.wrapped(l.Name, width, g.title, 1) {
		s.line(x+g.pad, at, width, g.title, "C", text)
		at += lead(g.title)
	}
	for _, words := range []string{l.Place, l.Maintainer} {
		for _, text := range s.wrapped(words, width, g.detail, 2) {
			s.line(x+g.pad, at, width, g.detail, "C", text)
			at += lead(g.detail)
		}
	}
}

// symbol fills all dark modules as one path: filled one by one, viewers leave
// hairs of white between neighbours.
func (s *Sheet) symbol(x, y, side float64, code *coding.Code) {
	const points = 72 / 25.4
	_, page := s.pdf.GetPageSize()
	module := side / float64(code.Size) * points
	var b strings.Builder
	b.WriteString("0 g\n")
	for row := range code.Size {
		for column := 0; column < code.Size; column++ {
			begin := column
			for code.Black(column, row) {
				column++
			}
			if run := column - begin; run > 0 {
				// PDF counts from the bottom of the page.
				fmt.Fprintf(&b, "%.3f %.3f %.3f %.3f re\n", x*points+float64(begin)*module,
					(page-y)*points-float64(row+1)*module, float64(run)*module, module)
			}
		}
	}
	b.WriteString("f")
	s.pdf.RawWriteStr(b.String())
}

// line prints one line of text, smaller if it would not fit. Y is its top.
func (s *Sheet) line(x, y, width, size float64, align, text string) {
	if text = printable(text); text == "" {
		return
	}
	s.pdf.SetFontSize(size)
	if w := s.pdf.GetStringWidth(text); w > width {
		size *= width / w * 0.995
		s.pdf.SetFontSize(size)
	}
	s.pdf.SetXY(x, y)
	s.pdf.CellFormat(width, lead(size), text, "", 0, align+"M", false, 0, "")
}

// wrapped breaks a text into so many lines at most; what is left over is cut
// with an ellipsis. Chinese may be broken anywhere, other words between them.
func (s *Sheet) wrapped(text string, width, size float64, most int) []string {
	s.pdf.SetFontSize(size)
	var lines []string
	rest := []rune(printable(text))
	for len(rest) > 0 {
		if len(lines) == most {
			last := []rune(lines[most-1])
			for len(last) > 0 && s.pdf.GetStringWidth(string(last)+"…") > width {
				last = last[:len(last)-1]
			}
			lines[most-1] = string(last) + "…"
			return lines
		}
		end := len(rest)
		for end > 1 && s.pdf.GetStringWidth(string(rest[:end])) > width {
			end--
		}
		if end < len(rest) {
			for at := end; at > end/2; at-- {
				if rest[at] == ' ' || rest[at-1] >= 0x2e80 || rest[at] >= 0x2e80 {
					end = at
					break
				}
			}
		}
		lines = append(lines, strings.TrimSpace(string(rest[:end])))
		rest = []rune(strings.TrimSpace(string(rest[end:])))
	}
	return lines
}

// printable is a text in one line, without what the font's table of 65,536
// characters cannot hold.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r > math.MaxUint16:
			return '□'
		case r < ' ' || r == '\ufeff':
			return -1
		}
		return r
	}, strings.Join(strings.Fields(text), " "))
}

// lead is the height of a line of type, in millimetres.
func lead(points float64) float64 { return points * 25.4 / 72 * 1.25 }

// cutMarks are small crosses where the corners of plates meet.
func (s *Sheet) cutMarks() {
	const arm = 1.5
	g := s.grille
	s.pdf.SetDrawColor(150, 150, 150)
	s.pdf.SetLineWidth(0.1)
	for row := range g.rows + 1 {
		for column := range g.columns + 1 {
			x, y := g.left+float64(column)*g.width, g.top+float64(row)*g.height
			s.pdf.Line(x-arm, y, x+arm, y)
			s.pdf.Line(x, y-arm, x, y+arm)
		}
	}
}
