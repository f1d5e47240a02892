package plate_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onemap/api/plate"
)

// sheetFont skips the test where no Chinese font is installed.
func sheetFont(t testing.TB) *plate.Font {
	t.Helper()
	font, err := plate.LoadFont("")
	if errors.Is(err, plate.ErrFont) {
		t.Skip("no Chinese font is here to print with (install fonts-wqy-microhei)")
	}
	if err != nil {
		t.Fatal(err)
	}
	return font
}

func sheet(t testing.TB, layout plate.Layout, labels []plate.Label) string {
	t.Helper()
	s, err := plate.NewSheet(sheetFont(t), layout, time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range labels {
		if err := s.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := s.Write(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "plates.pdf")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// poppler runs one of poppler's programs, and skips the test without it.
func poppler(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	program, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not here to look at the page with (install poppler-utils)", name)
	}
	out, err := exec.CommandContext(t.Context(), program, args...).Output()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

// pages renders a file as a printer of 200 dots an inch would.
func pages(t testing.TB, path string) []image.Image {
	t.Helper()
	const dpi = "200"
	prefix := filepath.Join(t.TempDir(), "page")
	poppler(t, "pdftoppm", "-r", dpi, "-gray", "-png", path, prefix)
	files, err := filepath.Glob(prefix + "*.png")
	if err != nil || len(files) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	list := make([]image.Image, len(files))
	for i, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		list[i], err = png.Decode(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// part copies a part of a page, given in millimetres.
func part(page image.Image, x, y, width, height float64) image.Image {
	const dots = 200 / 25.4
	r := image.Rect(int(x*dots), int(y*dots), int((x+width)*dots), int((y+height)*dots)).Intersect(page.Bounds())
	out := image.NewGray(image.Rect(0, 0, r.Dx(), r.Dy()))
	draw.Draw(out, out.Bounds(), page, r.Min, draw.Src)
	return out
}

func label(code plate.Code, i int) plate.Label {
	return plate.Label{
		URL: "https://map.qinghe.gov.cn/q/" + code.Raw(), Code: code,
		Name:       []string{"废物箱", "公交候车亭", "街头座椅（临河第三排靠近青禾桥的那一张）", "Bicycle stand at the river promenade"}[i%4],
		Place:      fmt.Sprintf("翠竹路 %d 号，青禾社区服务中心北门东侧人行道上近路口处", i+1),
		Maintainer: "青禾市政养护有限公司",
	}
}

// Every code of a printed page is read back, and every word is text.
func TestSheetIsReadBack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		layout      plate.Layout
		n, pages    int
		columns     int
		left, top   float64
		wide, high  float64
		symbolsSide float64
	}{
		{plate.Layout24, 26, 2, 3, 0, 0.1, 70, 37.1, 31},
		{plate.Layout10, 11, 2, 2, 6, 6, 99, 57, 48},
		{plate.Layout1, 2, 2, 1, 25, 38, 160, 220, 160},
	} {
		t.Run(string(c.layout), func(t *testing.T) {
			t.Parallel()
			labels := make([]plate.Label, c.n)
			for i := range labels {
				code := fresh(t)
				if i == 1 {
					code = "ZH-BIN_2026.000000000000000042" // a code from elsewhere
				}
				labels[i] = label(code, i)
			}
			path := sheet(t, c.layout, labels)
			text := string(poppler(t, "pdftotext", "-layout", path, "-"))
			for _, want := range []string{"废物箱", "青禾市政养护有限公司", "扫码报修 Scan to report", "翠竹路 1 号", labels[0].Code.String(), labels[1].Code.String()} {
				if !strings.Contains(text, want) {
					t.Errorf("the page does not say %q:\n%s", want, text)
				}
			}
			shown := pages(t, path)
			if len(shown) != c.pages {
				t.Fatalf("%d pages, want %d", len(shown), c.pages)
			}
			onPage := map[plate.Layout]int{plate.Layout24: 24, plate.Layout10: 10, plate.Layout1: 1}[c.layout]
			for i, l := range labels {
				cell := i % onPage
				x, y := c.left+float64(cell%c.columns)*c.wide, c.top+float64(cell/c.columns)*c.high
				side := min(c.symbolsSide, c.wide)
				if got, _ := read(t, part(shown[i/onPage], x, y, side, c.high)); got != l.URL {
					t.Errorf("plate %d is read as %q, want %q", i, got, l.URL)
				}
			}
		})
	}
}

func TestSheetIsSmallAndTheSameEachTime(t *testing.T) {
	t.Parallel()
	labels := make([]plate.Label, 24)
	for i := range labels {
		labels[i] = label("22222222", i)
	}
	first, err := os.ReadFile(sheet(t, plate.Layout24, labels))
	if err != nil {
		t.Fatal(err)
	}
	second, err := os.ReadFile(sheet(t, plate.Layout24, labels))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, second) {
		t.Error("the same labels make two different files")
	}
	if len(first) > 200<<10 {
		t.Errorf("a page of 24 has %d bytes: the font is not cut to what is used", len(first))
	}
}

func TestSheetRefuses(t *testing.T) {
	t.Parallel()
	if _, err := plate.LoadFont(filepath.Join(t.TempDir(), "none.ttf")); !errors.Is(err, plate.ErrFont) || !strings.Contains(err.Error(), "fonts-wqy-microhei") {
		t.Errorf("no font: %v", err)
	}
	bad := filepath.Join(t.TempDir(), "bad.ttc")
	if err := os.WriteFile(bad, []byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x01\x00\x00\x00\x10\x00\x01\x00\x00\xff\xff"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := plate.LoadFont(bad); err == nil {
		t.Error("a damaged font was taken")
	}
	font := sheetFont(t)
	if _, err := plate.NewSheet(font, "9x9", time.Time{}); err == nil {
		t.Error("a layout that is none was taken")
	}
	s, err := plate.NewSheet(font, plate.Layout1, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Add(plate.Label{Code: "22222222"}); err == nil {
		t.Error("a plate without an address was drawn")
	}
	// Odd texts neither break a page nor stop it.
	for _, text := range []string{"", "𠮷野家", "\n\n", strings.Repeat("长", 500), strings.Repeat("x", 500), "a\x00b\xff"} {
		if err := s.Add(plate.Label{URL: "https://a.cn/q/2", Code: "2", Name: text, Place: text, Maintainer: text}); err != nil {
			t.Errorf("%.10q: %v", text, err)
		}
	}
	if err := s.Write(&bytes.Buffer{}); err != nil {
		t.Error(err)
	}
}
