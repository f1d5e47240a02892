package plate_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	scale "golang.org/x/image/draw"

	"onemap/api/plate"
)

func addresses(n int) []string {
	r := rand.New(rand.NewPCG(1, 2))
	hosts := []string{"onemap.example.cn", "192.168.1.20:8080", "一网统管.例子.中国", "a.cn"}
	words := []rune("青禾市东门街道翠竹路滨河座椅垃圾箱公交站牌路灯井盖")
	all := make([]string, n)
	for i := range all {
		var tail strings.Builder
		switch i % 4 {
		case 0:
			for range 8 {
				tail.WriteByte(alphabet[r.IntN(len(alphabet))])
			}
		case 1:
			fmt.Fprintf(&tail, "%d", r.Uint64())
		case 2:
			for range 4 + r.IntN(30) {
				tail.WriteRune(words[r.IntN(len(words))])
			}
		default:
			for range r.IntN(200) {
				tail.WriteByte(byte(33 + r.IntN(94)))
			}
		}
		all[i] = "https://" + hosts[r.IntN(len(hosts))] + "/q/" + tail.String()
	}
	return all
}

// read hunts for the symbol in the picture as a camera does. This reader's
// hunt takes data for a corner pattern in about one symbol of a hundred
// (others, such as zbar, read those too); then the picture without its
// caption is read as a pure symbol, and hunted says false.
func read(t *testing.T, img image.Image) (text string, hunted bool) {
	t.Helper()
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_CHARACTER_SET: "UTF-8"}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	if result, err := qrcode.NewQRCodeReader().Decode(bitmap, hints); err == nil {
		return result.GetText(), true
	}
	// A camera sees a plate in many sizes; the decoder misjudges the modules of some.
	for _, percent := range []int{150, 75, 200, 60, 130, 90} {
		sized := image.NewGray(image.Rect(0, 0, img.Bounds().Dx()*percent/100, img.Bounds().Dy()*percent/100))
		scale.CatmullRom.Scale(sized, sized.Bounds(), img, img.Bounds(), scale.Src, nil)
		if again, err := gozxing.NewBinaryBitmapFromImage(sized); err == nil {
			if result, err := qrcode.NewQRCodeReader().Decode(again, hints); err == nil {
				return result.GetText(), true
			}
		}
	}
	hints[gozxing.DecodeHintType_PURE_BARCODE] = true
	width := img.Bounds().Dx()
	square := image.NewGray(image.Rect(0, 0, width, width-width/32)) // not a tip of the caption
	draw.Draw(square, square.Bounds(), img, image.Point{}, draw.Src)
	if bitmap, err = gozxing.NewBinaryBitmapFromImage(square); err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, hints)
	if err != nil {
		t.Fatalf("not readable (%v): %v", img.Bounds(), err)
	}
	return result.GetText(), false
}

func drawn(t *testing.T, url, caption string, pixels int) image.Image {
	t.Helper()
	file, err := plate.PNG(url, caption, pixels)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if img.Bounds().Dx() != pixels {
		t.Fatalf("%d pixels wide, asked for %d", img.Bounds().Dx(), pixels)
	}
	return img
}

// Another program's reader reads what was drawn, from the picture and from
// the path of the drawing.
func TestAnotherReaderReadsEverySymbol(t *testing.T) {
	t.Parallel()
	n := symbols
	if testing.Short() {
		n = 60
	}
	missed := 0
	for i, url := range addresses(n) {
		got, hunted := read(t, drawn(t, url, "ABCD-EFGH", 180+i%120))
		if got != url {
			t.Fatalf("PNG of %q reads %q", url, got)
		}
		if !hunted {
			missed++
		}
		svg, err := plate.SVG(url, "")
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := read(t, rasterise(t, svg)); got != url {
			t.Fatalf("SVG of %q reads %q", url, got)
		}
	}
	if missed > 3+n/100 {
		t.Errorf("the hunt missed %d of %d symbols", missed, n)
	}
}

func TestPNGAtEverySize(t *testing.T) {
	t.Parallel()
	const url = "https://onemap.example.cn/q/7KQ2M9XT"
	for _, pixels := range []int{64, 100, 101, 128, 255, 512, 1000} {
		for _, caption := range []string{"", "7KQ2-M9XT"} {
			if got, _ := read(t, drawn(t, url, caption, pixels)); got != url {
				t.Fatalf("%d pixels: %q", pixels, got)
			}
		}
	}
	for _, pixels := range []int{-1, 0, 36, 63, 4097} {
		if _, err := plate.PNG(url, "", pixels); !errors.Is(err, plate.ErrSize) {
			t.Errorf("%d pixels: %v", pixels, err)
		}
	}
}

// A quarter of the symbol's data modules may be wiped out by level Q; the
// plate of our own address has it, and stays small.
func TestPlateOfAFacilityIsSmallAndRobust(t *testing.T) {
	t.Parallel()
	const url = "https://onemap.example.cn/q/7KQ2M9XT"
	img := drawn(t, url, "7KQ2-M9XT", 370)
	svg, err := plate.SVG(url, "")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(svg, []byte(`viewBox="0 0 37 37"`)) {
		t.Fatalf("not 29 modules and a margin of 4: %.120s", svg)
	}
	scratched := image.NewGray(img.Bounds())
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			scratched.Set(x, y, img.At(x, y))
			if x > 150 && x < 230 && y > 150 && y < 220 {
				scratched.Set(x, y, color.White)
			}
		}
	}
	if got, _ := read(t, scratched); got != url {
		t.Fatalf("scratched plate reads %q", got)
	}
}

func TestTheCaptionIsDrawnBelowTheQuietZone(t *testing.T) {
	t.Parallel()
	img := drawn(t, "https://onemap.example.cn/q/7KQ2M9XT", "7KQ2-M9XT", 370)
	dark := func(from, to int) int {
		n := 0
		for y := from; y < to; y++ {
			for x := range 370 {
				if r, _, _, _ := img.At(x, y).RGBA(); r < 0x8000 {
					n++
				}
			}
		}
		return n
	}
	if n := dark(330, 370); n != 0 {
		t.Errorf("%d dark pixels in the quiet zone", n)
	}
	if n := dark(370, img.Bounds().Dy()); n < 500 {
		t.Errorf("only %d dark pixels of caption", n)
	}
}

func TestCaptionIsEscaped(t *testing.T) {
	t.Parallel()
	svg, err := plate.SVG("https://a.cn/q/2", `</text><script>"&'`)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(svg, []byte("<script")) {
		t.Fatalf("%s", svg)
	}
	var whole struct{}
	if err := xml.Unmarshal(svg, &whole); err != nil {
		t.Fatal(err)
	}
}

func TestTooLongAndEmptyAreRefused(t *testing.T) {
	t.Parallel()
	if _, err := plate.SVG(strings.Repeat("x", 2400), ""); !errors.Is(err, plate.ErrTooLong) {
		t.Errorf("2400 bytes: %v", err)
	}
	if _, err := plate.SVG(strings.Repeat("x", 2331), ""); err != nil {
		t.Errorf("2331 bytes are what version 40-M holds: %v", err)
	}
	if _, err := plate.PNG("", "", 200); err == nil {
		t.Error("nothing was drawn without a word")
	}
}

var runs = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)

// rasterise reads the one path of the drawing, three pixels a module.
func rasterise(t *testing.T, svg []byte) image.Image {
	t.Helper()
	var doc struct {
		ViewBox string `xml:"viewBox,attr"`
		Path    []struct {
			D string `xml:"d,attr"`
		} `xml:"path"`
	}
	if err := xml.Unmarshal(svg, &doc); err != nil {
		t.Fatal(err)
	}
	var x0, y0, w, h int
	if _, err := fmt.Sscan(doc.ViewBox, &x0, &y0, &w, &h); err != nil || len(doc.Path) != 1 {
		t.Fatalf("viewBox %q, %d paths", doc.ViewBox, len(doc.Path))
	}
	img := image.NewGray(image.Rect(0, 0, w*3, h*3))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	rest := runs.ReplaceAllStringFunc(doc.Path[0].D, func(run string) string {
		m := runs.FindStringSubmatch(run)
		x, _ := strconv.Atoi(m[1])
		y, _ := strconv.Atoi(m[2])
		wide, _ := strconv.Atoi(m[3])
		for dy := range 3 {
			for dx := range wide * 3 {
				img.SetGray(x*3+dx, y*3+dy, color.Gray{})
			}
		}
		return ""
	})
	if rest != "" {
		t.Fatalf("more in the path than runs: %.40q", rest)
	}
	return img
}

func BenchmarkSVG(b *testing.B) {
	for b.Loop() {
		if _, err := plate.SVG("https://onemap.example.cn/q/7KQ2M9XT", "7KQ2-M9XT"); err != nil {
			b.Fatal(err)
		}
	}
}
