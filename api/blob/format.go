package blob

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// A format is one kind of image that is taken.
type format struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	exif   func(data []byte) []byte                // the TIFF block of its EXIF, or nothing
	memory func(c image.Config, data []byte) int64 // bytes needed to decode it
}

// sniff knows a format by its first bytes, and other files well enough to
// say something useful about them.
func sniff(data []byte) (format, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return format{jpeg.DecodeConfig, jpeg.Decode, jpegEXIF, jpegMemory}, nil
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return format{png.DecodeConfig, png.Decode, pngEXIF, plainMemory}, nil
	case bytes.HasPrefix(data, []byte("RIFF")) && len(data) >= 12 && string(data[8:12]) == "WEBP":
		return format{webp.DecodeConfig, webp.Decode, webpEXIF, plainMemory}, nil
	case len(data) == 0:
		return format{}, refuse(NotImage, "The file is empty.")
	case bytes.HasPrefix(data, []byte("GIF8")):
		return format{}, refuse(WrongImage, "GIF pictures are not taken. Please send a JPEG, PNG or WebP photo.")
	case len(data) >= 12 && string(data[4:8]) == "ftyp":
		return format{}, refuseContainer(string(data[8:12]))
	}
	return format{}, refuse(NotImage, "This is not a picture. Please send a JPEG, PNG or WebP photo.")
}

// refuseContainer answers for the ISO media files: phones store photos as
// HEIC in them, but films are such files too.
func refuseContainer(brand string) error {
	switch brand {
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1":
		return refuse(WrongImage, "This is a HEIC photo, which cannot be read here. Please choose it again from the album as JPEG, or set the camera to \"most compatible\".")
	case "avif", "avis":
		return refuse(WrongImage, "This is an AVIF picture, which cannot be read here. Please send it as JPEG.")
	}
	return refuse(NotImage, "This is a film or sound, not a picture. Please send a JPEG, PNG or WebP photo.")
}

// plainMemory counts the decoded picture: four bytes a pixel, or eight of
// the 16-bit models, and WebP's lossy decoder holds less than that.
func plainMemory(c image.Config, _ []byte) int64 {
	pixel := int64(4)
	switch c.ColorModel {
	case color.NRGBA64Model, color.RGBA64Model, color.Gray16Model:
		pixel = 8
	}
	return int64(c.Width) * int64(c.Height) * pixel
}

// jpegMemory counts what the decoder holds: a byte a sample, and for a
// progressive file four more, as all its coefficients wait for the last scan.
func jpegMemory(c image.Config, data []byte) int64 {
	const progressive = 0xc2
	sample := int64(1)
	components := int64(3)
	eachSegment(data, func(marker byte, body []byte) bool {
		if marker == progressive {
			sample = 5
		}
		if marker == 0xc0 || marker == 0xc1 || marker == progressive {
			if len(body) > 5 {
				components = int64(body[5])
			}
			return false
		}
		return true
	})
	return int64(c.Width) * int64(c.Height) * sample * components
}

// eachSegment walks a JPEG file's marker segments up to the picture itself,
// until visit returns false.
func eachSegment(data []byte, visit func(marker byte, body []byte) bool) {
	const startOfScan = 0xda
	for at := 2; at+4 <= len(data) && data[at] == 0xff; {
		marker := data[at+1]
		if marker == 0xff { // fill
			at++
			continue
		}
		size := int(binary.BigEndian.Uint16(data[at+2:]))
		if size < 2 || at+2+size > len(data) || marker == startOfScan {
			return
		}
		if !visit(marker, data[at+4:at+2+size]) {
			return
		}
		at += 2 + size
	}
}

func jpegEXIF(data []byte) (tiff []byte) {
	eachSegment(data, func(marker byte, body []byte) bool {
		found := false
		if marker == 0xe1 {
			tiff, found = bytes.CutPrefix(body, []byte("Exif\x00\x00"))
			if !found {
				tiff = nil
			}
		}
		return !found
	})
	return tiff
}

func pngEXIF(data []byte) []byte {
	for at := 8; at+12 <= len(data); {
		size := int64(binary.BigEndian.Uint32(data[at:]))
		if int64(at)+12+size > int64(len(data)) {
			return nil
		}
		if string(data[at+4:at+8]) == "eXIf" {
			return data[at+8 : at+8+int(size)]
		}
		at += 12 + int(size)
	}
	return nil
}

func webpEXIF(data []byte) []byte {
	for at := 12; at+8 <= len(data); {
		size := int64(binary.LittleEndian.Uint32(data[at+4:]))
		if int64(at)+8+size > int64(len(data)) {
			return nil
		}
		if string(data[at:at+4]) == "EXIF" {
			return bytes.TrimPrefix(data[at+8:at+8+int(size)], []byte("Exif\x00\x00"))
		}
		at += 8 + int(size+size&1)
	}
	return nil
}
