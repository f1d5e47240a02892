package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"onemap/api/blob"
)

func take(t testing.TB, data []byte) (blob.Photo, error) {
	t.Helper()
	return blob.NewIntake(blob.Limits{}).Photo(t.Context(), bytes.NewReader(data))
}

func taken(t testing.TB, data []byte) (blob.Photo, image.Image) {
	t.Helper()
	photo, err := take(t, data)
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(photo.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	if img.Bounds().Dx() != photo.Width || img.Bounds().Dy() != photo.Height {
		t.Fatalf("says %dx%d, is %v", photo.Width, photo.Height, img.Bounds())
	}
	if photo.SHA256 != sha256.Sum256(photo.JPEG) {
		t.Fatal("the hash is not of the photo")
	}
	return photo, img
}

func refused(t *testing.T, data []byte, want blob.Reason) {
	t.Helper()
	photo, err := take(t, data)
	var r *blob.Refused
	if !errors.As(err, &r) || r.Reason != want || photo.JPEG != nil {
		t.Fatalf("got %v (%v), want %s", err, errors.Unwrap(err), want)
	}
	if !strings.HasSuffix(r.Message, ".") {
		t.Errorf("not a sentence: %q", r.Message)
	}
}

// corners is w by h with a colour of its own in each quarter: red, green,
// blue, yellow, in reading order.
func corners(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, quarter(x*2/w+y*2/h*2))
		}
	}
	return img
}

func quarter(i int) color.Color {
	return []color.Color{
		color.RGBA{230, 20, 20, 255},
		color.RGBA{20, 200, 20, 255},
		color.RGBA{20, 20, 230, 255},
		color.RGBA{230, 220, 20, 255},
	}[i]
}

func near(a, b color.Color) bool {
	r1, g1, b1, _ := a.RGBA()
	r2, g2, b2, _ := b.RGBA()
	off := func(x, y uint32) bool { return max(x, y)-min(x, y) > 0x2000 }
	return !off(r1, r2) && !off(g1, g2) && !off(b1, b2)
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tiff is a TIFF block that says how the camera was held, and where it was.
func tiff(order binary.AppendByteOrder, mark string, orientation uint16) []byte {
	b := order.AppendUint32([]byte(mark), 8)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(b, 274)
	b = order.AppendUint16(b, 3)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, orientation)
	b = order.AppendUint16(b, 0)
	b = order.AppendUint16(b, 0x8825) // GPS directory
	b = order.AppendUint16(b, 4)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint32(b, 38)
	b = order.AppendUint32(b, 0)
	return append(b, "GPSLatitude 23.4 GPSLongitude 113.3"...)
}

func withEXIF(file, tiff []byte) []byte {
	body := append([]byte("Exif\x00\x00"), tiff...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return bytes.Join([][]byte{file[:2], segment, body, file[2:]}, nil)
}

// Every orientation, in both byte orders, comes out upright: the picture is
// stored turned, as a camera does, by the definition of the tag.
func TestEveryOrientationComesOutUpright(t *testing.T) {
	t.Parallel()
	const w, h = 64, 48
	upright := corners(w, h)
	// Where the upright pixel (x, y) is stored, from the tag's table of where
	// the stored first row and first column are seen.
	stored := map[uint16]func(x, y int) (int, int){
		1: func(x, y int) (int, int) { return x, y },
		2: func(x, y int) (int, int) { return w - 1 - x, y },
		3: func(x, y int) (int, int) { return w - 1 - x, h - 1 - y },
		4: func(x, y int) (int, int) { return x, h - 1 - y },
		5: func(x, y int) (int, int) { return y, x },
		6: func(x, y int) (int, int) { return y, w - 1 - x },
		7: func(x, y int) (int, int) { return h - 1 - y, w - 1 - x },
		8: func(x, y int) (int, int) { return h - 1 - y, x },
	}
	for orientation, at := range stored {
		turned := image.NewRGBA(image.Rect(0, 0, w, h))
		if orientation >= 5 {
			turned = image.NewRGBA(image.Rect(0, 0, h, w))
		}
		for y := range h {
			for x := range w {
				sx, sy := at(x, y)
				turned.Set(sx, sy, upright.At(x, y))
			}
		}
		file := asJPEG(t, turned)
		for _, exif := range [][]byte{
			tiff(binary.LittleEndian, "II*\x00", orientation), tiff(binary.BigEndian, "MM\x00*", orientation),
		} {
			photo, img := taken(t, withEXIF(file, exif))
			if photo.Width != w || photo.Height != h {
				t.Fatalf("orientation %d: %dx%d", orientation, photo.Width, photo.Height)
			}
			for i := range 4 {
				x, y := w/4+i%2*w/2, h/4+i/2*h/2
				if !near(img.At(x, y), quarter(i)) {
					t.Errorf("orientation %d: quarter %d is %v", orientation, i, img.At(x, y))
				}
			}
			for _, file := range [][]byte{photo.JPEG, photo.Thumb} {
				if bytes.Contains(file, []byte("Exif")) || bytes.Contains(file, []byte("GPS")) {
					t.Errorf("orientation %d: metadata left", orientation)
				}
			}
		}
	}
}

func TestOrientationOfPNG(t *testing.T) {
	t.Parallel()
	file := asPNG(t, corners(64, 48))
	exif := tiff(binary.BigEndian, "MM\x00*", 6)
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(exif)))
	chunk = append(append(chunk, "eXIf"...), exif...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	const afterHeader = 33
	photo, img := taken(t, bytes.Join([][]byte{file[:afterHeader], chunk, file[afterHeader:]}, nil))
	if photo.Width != 48 || !near(img.At(10, 10), quarter(2)) {
		t.Fatalf("%dx%d, top left %v", photo.Width, photo.Height, img.At(10, 10))
	}
}

func TestLargePhotosAreShrunk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ w, h, wantW, wantH, thumbW, thumbH int }{
		{2400, 1800, 2048, 1536, 320, 240},
		{900, 2250, 819, 2048, 128, 320},
		{2048, 10, 2048, 10, 320, 2},
		{5000, 1, 2048, 1, 320, 1},
		{1, 1, 1, 1, 1, 1},
	} {
		photo, img := taken(t, asJPEG(t, corners(c.w, c.h)))
		if photo.Width != c.wantW || photo.Height != c.wantH {
			t.Errorf("%dx%d became %dx%d", c.w, c.h, photo.Width, photo.Height)
		}
		thumb, err := jpeg.DecodeConfig(bytes.NewReader(photo.Thumb))
		if err != nil || thumb.Width != c.thumbW || thumb.Height != c.thumbH {
			t.Errorf("thumbnail of %dx%d: %dx%d, %v", c.w, c.h, thumb.Width, thumb.Height, err)
		}
		if c.h > 100 {
			for i := range 4 {
				if x, y := c.wantW/4+i%2*c.wantW/2, c.wantH/4+i/2*c.wantH/2; !near(img.At(x, y), quarter(i)) {
					t.Errorf("%dx%d: quarter %d is %v", c.w, c.h, i, img.At(x, y))
				}
			}
		}
	}
}

func TestOtherFormats(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"halves.webp", "progressive.jpg"} {
		file, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		photo, img := taken(t, file)
		left, right := img.At(10, 16), img.At(38, 16)
		if photo.Width != 48 || !near(left, color.RGBA{220, 30, 30, 255}) || !near(right, color.RGBA{30, 30, 220, 255}) {
			t.Errorf("%s: %dx%d, %v %v", name, photo.Width, photo.Height, left, right)
		}
	}
	glass := image.NewNRGBA(image.Rect(0, 0, 9, 9))
	if _, img := taken(t, asPNG(t, glass)); !near(img.At(4, 4), color.White) {
		t.Errorf("a transparent picture is %v", img.At(4, 4))
	}
}

func TestWhatIsNoPhotoIsRefused(t *testing.T) {
	t.Parallel()
	var animation bytes.Buffer
	if err := gif.Encode(&animation, corners(8, 8), nil); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		data string
		want blob.Reason
	}{
		{"nothing", "", blob.NotImage},
		{"text called .jpg", "长椅坏了，照片见附件\n", blob.NotImage},
		{"a page", "<html><img src=x onerror=alert(1)>", blob.NotImage},
		{"a drawing", `<svg xmlns="http://www.w3.org/2000/svg"/>`, blob.NotImage},
		{"a film", "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00", blob.NotImage},
		{"GIF", animation.String(), blob.WrongImage},
		{"HEIC", "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", blob.WrongImage},
		{"HEIF", "\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00", blob.WrongImage},
		{"AVIF", "\x00\x00\x00\x18ftypavif\x00\x00\x00\x00", blob.WrongImage},
		{"JPEG's first bytes only", "\xff\xd8\xff", blob.Truncated},
		{"JPEG's first bytes, then text", "\xff\xd8\xff\xe0hello, this is no picture at all", blob.Truncated},
		{"PNG's first bytes only", "\x89PNG\r\n\x1a\n", blob.Truncated},
		{"a byte too many", "\xff\xd8\xff" + strings.Repeat("x", 12<<20), blob.TooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			refused(t, []byte(c.data), c.want)
		})
	}
	_, err := take(t, []byte("\x00\x00\x00\x18ftypheic"))
	if err == nil || !strings.Contains(err.Error(), "HEIC") {
		t.Errorf("the answer to HEIC is %v", err)
	}
}

func TestTruncatedIsSaidToBe(t *testing.T) {
	t.Parallel()
	img := corners(640, 480)
	for _, file := range [][]byte{asJPEG(t, img), asPNG(t, img)} {
		for _, part := range []int{len(file) / 3, len(file) / 2, len(file) * 9 / 10} {
			refused(t, file[:part], blob.Truncated)
		}
	}
}

// claim is a PNG of a few hundred bytes that says it is w by h.
func claim(w, h uint32, depth byte) []byte {
	head := binary.BigEndian.AppendUint32(nil, 13)
	head = append(head, "IHDR"...)
	head = binary.BigEndian.AppendUint32(head, w)
	head = binary.BigEndian.AppendUint32(head, h)
	head = append(head, depth, 6, 0, 0, 0)
	head = binary.BigEndian.AppendUint32(head, crc32.ChecksumIEEE(head[4:]))
	return append([]byte("\x89PNG\r\n\x1a\n"), head...)
}

func TestBombsAreRefusedByTheirHeader(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		w, h  uint32
		depth byte
	}{{60000, 60000, 8}, {12001, 1, 8}, {1, 12001, 8}, {8000, 6251, 8}, {7000, 7000, 16}, {1<<31 - 1, 1, 8}} {
		started := time.Now()
		refused(t, claim(c.w, c.h, c.depth), blob.TooLarge)
		if took := time.Since(started); took > time.Second {
			t.Errorf("%dx%d took %v", c.w, c.h, took)
		}
	}
	refused(t, claim(8000, 6250, 8), blob.Truncated) // 50 megapixels would be right
}

// A progressive JPEG keeps all its coefficients: five bytes a sample.
func TestProgressiveJPEGIsChargedForItsMemory(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("testdata/progressive.jpg")
	if err != nil {
		t.Fatal(err)
	}
	const need = 48 * 32 * 3 * 5
	if _, err := blob.NewIntake(blob.Limits{Memory: need}).Photo(t.Context(), bytes.NewReader(file)); err != nil {
		t.Errorf("with enough memory: %v", err)
	}
	var r *blob.Refused
	if _, err := blob.NewIntake(blob.Limits{Memory: need - 1}).Photo(t.Context(), bytes.NewReader(file)); !errors.As(err, &r) || r.Reason != blob.TooLarge {
		t.Errorf("with a byte less: %v", err)
	}
}

func TestManyAtOnceAllComeThrough(t *testing.T) {
	t.Parallel()
	intake := blob.NewIntake(blob.Limits{AtOnce: 2})
	file := asJPEG(t, corners(300, 200))
	var group sync.WaitGroup
	for range 12 {
		group.Go(func() {
			if _, err := intake.Photo(t.Context(), bytes.NewReader(file)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	// Either answer is right for one who has left; what must not happen is a hang.
	if _, err := intake.Photo(gone, bytes.NewReader(file)); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func FuzzPhoto(f *testing.F) {
	small := corners(24, 16)
	f.Add(asJPEG(f, small))
	f.Add(withEXIF(asJPEG(f, small), tiff(binary.LittleEndian, "II*\x00", 7)))
	f.Add(asPNG(f, small))
	f.Add(claim(60000, 60000, 8))
	for _, name := range []string{"halves.webp", "progressive.jpg"} {
		file, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file)
	}
	intake := blob.NewIntake(blob.Limits{Pixels: 1 << 16, Memory: 1 << 20})
	f.Fuzz(func(t *testing.T, data []byte) {
		photo, err := intake.Photo(t.Context(), bytes.NewReader(data))
		var r *blob.Refused
		if err != nil {
			if !errors.As(err, &r) {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		if c, err := jpeg.DecodeConfig(bytes.NewReader(photo.JPEG)); err != nil || c.Width != photo.Width || c.Height != photo.Height {
			t.Fatalf("%v, %v", c, err)
		}
	})
}

func BenchmarkPhoneJPEG(b *testing.B) {
	file := asJPEG(b, corners(4000, 3000))
	intake := blob.NewIntake(blob.Limits{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := intake.Photo(b.Context(), bytes.NewReader(file)); err != nil {
			b.Fatal(err)
		}
	}
}
