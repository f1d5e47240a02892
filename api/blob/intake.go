package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"os"
)

// Limits bound what one photo may cost. The zero value of a field means the
// value of DefaultLimits.
type Limits struct {
	Bytes  int64 // of the upload
	Pixels int64 // width times height
	Side   int   // pixels of the longer side
	Memory int64 // bytes to decode it, estimated from its header
	AtOnce int   // photos decoded at the same time; others wait
}

// DefaultLimits take what a phone makes: 12 MB, 50 megapixels.
func DefaultLimits() Limits {
	return Limits{Bytes: 12 << 20, Pixels: 50_000_000, Side: 12_000, Memory: 256 << 20, AtOnce: 2}
}

const (
	longSide  = 2048 // pixels of the longer side of what is kept
	thumbSide = 320
	quality   = 85
)

// Photo is a picture made new: two JPEG files without metadata, upright.
type Photo struct {
	JPEG, Thumb   []byte
	Width, Height int // of JPEG, in pixels
	SHA256        [sha256.Size]byte
}

// Key is the place of the photo in a Store; its thumbnail lies at Key().Thumb().
func (p Photo) Key() Key { return KeyOf(p.SHA256) }

// Intake checks photos and makes them new. It is safe for concurrent use.
type Intake struct {
	limits Limits
	places chan struct{}
}

// NewIntake makes an intake with its own room for concurrent decoding.
func NewIntake(limits Limits) *Intake {
	standard := DefaultLimits()
	if limits.Bytes == 0 {
		limits.Bytes = standard.Bytes
	}
	if limits.Pixels == 0 {
		limits.Pixels = standard.Pixels
	}
	if limits.Side == 0 {
		limits.Side = standard.Side
	}
	if limits.Memory == 0 {
		limits.Memory = standard.Memory
	}
	if limits.AtOnce == 0 {
		limits.AtOnce = standard.AtOnce
	}
	return &Intake{limits: limits, places: make(chan struct{}, limits.AtOnce)}
}

// Photo reads an upload to its end and makes the photo. The error is a
// *Refused when the upload is at fault.
func (in *Intake) Photo(ctx context.Context, upload io.Reader) (Photo, error) {
	file, err := in.receive(upload)
	if err != nil {
		return Photo{}, err
	}
	defer file.Close()
	select {
	case in.places <- struct{}{}:
		defer func() { <-in.places }()
	case <-ctx.Done():
		return Photo{}, fmt.Errorf("blob: waiting to decode: %w", ctx.Err())
	}
	data, err := io.ReadAll(file)
	if err != nil {
		return Photo{}, fmt.Errorf("blob: reading what was received: %w", err)
	}
	format, err := sniff(data)
	if err != nil {
		return Photo{}, err
	}
	if err := in.afford(format, data); err != nil {
		return Photo{}, err
	}
	return remake(format, data)
}

// receive puts an upload that begins like a photo into a file without a name:
// strangers may send many at once, and slowly, and take no memory before it is
// their turn.
func (in *Intake) receive(upload io.Reader) (_ *os.File, err error) {
	head := make([]byte, 64)
	n, err := io.ReadFull(upload, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("blob: reading the upload: %w", err)
	}
	if _, err := sniff(head[:n]); err != nil {
		return nil, err
	}
	file, err := os.CreateTemp("", "onemap-photo-*")
	if err != nil {
		return nil, full(err)
	}
	defer func() {
		if err != nil {
			file.Close()
		}
	}()
	if err := os.Remove(file.Name()); err != nil {
		return nil, err
	}
	got, err := io.Copy(file, io.LimitReader(io.MultiReader(bytes.NewReader(head[:n]), upload), in.limits.Bytes+1))
	if err != nil {
		return nil, fmt.Errorf("blob: receiving the upload: %w", full(err))
	}
	if got > in.limits.Bytes {
		return nil, refuse(TooLarge, "The file is larger than %d MB. Please send a smaller picture.", in.limits.Bytes>>20)
	}
	_, err = file.Seek(0, io.SeekStart)
	return file, err
}

// afford looks at the header alone: a few bytes may claim a picture of
// gigabytes.
func (in *Intake) afford(f format, data []byte) error {
	config, err := f.config(bytes.NewReader(data))
	if err != nil {
		return undecoded(err)
	}
	if config.Width <= 0 || config.Height <= 0 {
		return refuse(Damaged, "The picture has no size.")
	}
	if config.Width > in.limits.Side || config.Height > in.limits.Side ||
		int64(config.Width)*int64(config.Height) > in.limits.Pixels {
		return refuse(TooLarge, "The picture is %d × %d pixels; at most %d megapixels and %d a side are taken.",
			config.Width, config.Height, in.limits.Pixels/1_000_000, in.limits.Side)
	}
	if f.memory(config, data) > in.limits.Memory {
		return refuse(TooLarge, "The picture of %d × %d pixels is stored in a way that takes too much memory. Please send it as an ordinary JPEG.",
			config.Width, config.Height)
	}
	return nil
}

func remake(f format, data []byte) (Photo, error) {
	img, err := decode(f, data)
	if err != nil {
		return Photo{}, err
	}
	upright := turn(shrink(img, longSide), orientation(f.exif(data)))
	p := Photo{Width: upright.Bounds().Dx(), Height: upright.Bounds().Dy()}
	if p.JPEG, err = encode(upright); err != nil {
		return Photo{}, err
	}
	if p.Thumb, err = encode(shrink(upright, thumbSide)); err != nil {
		return Photo{}, err
	}
	p.SHA256 = sha256.Sum256(p.JPEG)
	return p, nil
}

// decode turns a decoder's panic into a refusal: the bytes are a stranger's,
// and must not take the server down with them.
func decode(f format, data []byte) (img image.Image, err error) {
	defer func() {
		if r := recover(); r != nil {
			img, err = nil, undecoded(fmt.Errorf("decoder panicked: %v", r))
		}
	}()
	if img, err = f.decode(bytes.NewReader(data)); err != nil {
		return nil, undecoded(err)
	}
	return img, nil
}

func encode(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("blob: encoding: %w", err)
	}
	return b.Bytes(), nil
}

// Key names a stored file: the SHA-256 of a photo in 64 hexadecimal digits,
// or that followed by ".thumb".
type Key string

const thumbSuffix = ".thumb"

// KeyOf is the key of a photo whose hash is sum.
func KeyOf(sum [sha256.Size]byte) Key { return Key(hex.EncodeToString(sum[:])) }

// Thumb is the key of the photo's thumbnail.
func (k Key) Thumb() Key { return k + thumbSuffix }
