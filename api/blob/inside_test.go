package blob

import (
	"image"
	"image/color"
	"math/rand/v2"
	"testing"

	"golang.org/x/image/draw"
)

// The filter is x/image/draw's Catmull-Rom, to the rounding.
func TestShrinkEqualsTheLibrary(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 12 {
		w, h := 33+r.IntN(400), 33+r.IntN(400)
		src := image.NewRGBA(image.Rect(5, 7, 5+w, 7+h))
		var c color.RGBA
		for i := range w * h {
			if i%37 == 0 {
				c = color.RGBA{uint8(r.Uint32()), uint8(r.Uint32()), uint8(r.Uint32()), 255}
			}
			src.SetRGBA(5+i%w, 7+i/w, c)
		}
		got := shrink(src, 32)
		want := image.NewRGBA(got.Rect)
		draw.CatmullRom.Scale(want, want.Rect, src, src.Rect, draw.Src, nil)
		for i := range want.Pix {
			if d := int(want.Pix[i]) - int(got.Pix[i]); d < -1 || d > 1 {
				t.Fatalf("%dx%d: byte %d is %d, want %d", w, h, i, got.Pix[i], want.Pix[i])
			}
		}
	}
}

func FuzzOrientation(f *testing.F) {
	f.Add([]byte("II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00"))
	f.Add([]byte("MM\x00*\x00\x00\x00\x08\xff\xff"))
	f.Add([]byte("II*\x00\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if o := orientation(data); o < 1 || o > 8 {
			t.Fatal(o)
		}
		jpegEXIF(data)
		pngEXIF(data)
		webpEXIF(data)
		jpegMemory(image.Config{}, data)
	})
}
