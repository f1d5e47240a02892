package town

import (
	"bytes"
	"image"
	"image/color"
	"testing"
)

// Every kind that a case or step names is drawn, the same for the same seed,
// and looks different before and after.
func TestDemoPhotos(t *testing.T) {
	t.Parallel()
	pixels := func(kind string, seed uint64) []byte {
		img, ok := DemoPhoto(kind, seed).(*image.RGBA)
		if !ok || img.Rect.Dx() != pictureWide || img.Rect.Dy() != pictureTall {
			t.Fatalf("%s: %T", kind, img)
		}
		return img.Pix
	}
	for _, trouble := range troubles {
		if _, ok := subjects[trouble.photo]; !ok {
			t.Errorf("no picture of %q", trouble.photo)
		}
	}
	for kind := range subjects {
		if bytes.Equal(pixels(kind, 5), pixels(kind+fixed, 5)) {
			t.Errorf("%s looks the same after the work", kind)
		}
	}
	if bin := pixels("bin", 5); !bytes.Equal(bin, pixels("bin", 5)) || bytes.Equal(bin, pixels("bin", 6)) {
		t.Error("a seed does not decide the picture")
	}
	colours := map[color.Color]bool{}
	img := DemoPhoto("unheard-of", 1)
	for x := range pictureWide {
		colours[img.At(x, x/2)] = true
	}
	if len(colours) < 50 {
		t.Errorf("an empty pavement has %d colours", len(colours))
	}
}
