package blob

import (
	"errors"
	"fmt"
	"image/jpeg"
	"image/png"
	"io"
)

// Reason is a stable word for why a photo was refused.
type Reason string

// The reasons.
const (
	NotImage   Reason = "photo.not_image"   // text, a document, a film
	WrongImage Reason = "photo.wrong_image" // an image of a kind that is not taken: GIF, HEIC, ...
	TooLarge   Reason = "photo.too_large"   // bytes, pixels or memory
	Truncated  Reason = "photo.truncated"   // it ends before the picture does
	Damaged    Reason = "photo.damaged"     // its own format's rules are broken
)

// Refused says why a photo was not taken, in a sentence that may be shown to
// who sent it. Any other error of Intake.Photo is not the sender's fault.
type Refused struct {
	Reason  Reason
	Message string
	cause   error
}

func (r *Refused) Error() string { return r.Message }

// Unwrap is what the decoder said, for the log.
func (r *Refused) Unwrap() error { return r.cause }

func refuse(reason Reason, format string, args ...any) error {
	return &Refused{Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// undecoded puts a decoder's complaint in words.
func undecoded(err error) error {
	// The decoders have words of their own for an end within the picture's data.
	short := errors.Is(err, jpeg.FormatError("short Huffman data")) || errors.Is(err, png.FormatError("not enough pixel data"))
	if short || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return &Refused{Truncated, "The picture is cut off: the upload did not arrive whole. Please send it again.", err}
	}
	return &Refused{Damaged, "The picture is damaged and cannot be read. Please take or choose another.", err}
}
