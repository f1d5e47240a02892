package plate

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

// ErrFont is returned when there is no font with Chinese characters to print with.
var ErrFont = errors.New("plate: there is no Chinese font to print with: install the package fonts-wqy-microhei, or set ONEMAP_FONT to a TrueType file with Chinese characters")

// fontPlaces are where the package of Debian and Ubuntu, and that of others, puts it.
var fontPlaces = []string{
	"/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
	"/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
	"/usr/share/fonts/wenquanyi/wqy-microhei/wqy-microhei.ttc",
}

// Font is a TrueType font with Chinese characters, Latin letters and digits.
type Font struct{ ttf []byte }

// LoadFont reads a font, the one of fonts-wqy-microhei when path is empty.
func LoadFont(path string) (*Font, error) {
	places := fontPlaces
	if path != "" {
		places = []string{path}
	}
	for _, place := range places {
		b, err := os.ReadFile(place)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		ttf, err := single(b)
		if err != nil {
			return nil, fmt.Errorf("plate: the font %s: %w", place, err)
		}
		return &Font{ttf}, nil
	}
	if path != "" {
		return nil, fmt.Errorf("%w (there is no %s)", ErrFont, path)
	}
	return nil, ErrFont
}

var errFontFile = errors.New("it is no TrueType font with outlines (an OpenType font of PostScript outlines cannot be put into a PDF here)")

// single takes the first font out of a collection (.ttc), whose fonts share
// their tables; a single font is left as it is. Tables move to the front, each
// at a multiple of four bytes, and their checksums stay right.
func single(b []byte) ([]byte, error) {
	if len(b) < 16 {
		return nil, errFontFile
	}
	switch string(b[:4]) {
	case "\x00\x01\x00\x00", "true":
		return b, nil
	case "ttcf":
	default:
		return nil, errFontFile
	}
	at := uint64(binary.BigEndian.Uint32(b[12:]))
	if at+12 > uint64(len(b)) || string(b[at:at+4]) == "OTTO" {
		return nil, errFontFile
	}
	n := uint64(binary.BigEndian.Uint16(b[at+4:]))
	end := at + 12 + 16*n
	if end > uint64(len(b)) {
		return nil, errFontFile
	}
	font := append([]byte(nil), b[at:end]...)
	for i := range n {
		entry := font[12+16*i:]
		from, size := uint64(binary.BigEndian.Uint32(entry[8:])), uint64(binary.BigEndian.Uint32(entry[12:]))
		if from+size > uint64(len(b)) {
			return nil, errFontFile
		}
		binary.BigEndian.PutUint32(entry[8:], uint32(len(font))) // below the file's own length
		font = append(font, b[from:from+size]...)
		for len(font)%4 != 0 {
			font = append(font, 0)
		}
	}
	return font, nil
}
