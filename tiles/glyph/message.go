package glyph

import (
	"encoding/binary"
	"fmt"
)

// message writes glyphs.proto: glyphs{stacks=1: fontstack{name=1, range=2,
// glyphs=3: glyph{id=1, bitmap=2, width=3, height=4, left=5, top=6,
// advance=7}}}, where left and top are zigzag.
func message(stack string, first int, letters []Glyph) []byte {
	var s []byte
	s = appendBytes(s, 1, []byte(stack))
	s = appendBytes(s, 2, fmt.Appendf(nil, "%d-%d", first, first+RangeSize-1))
	for _, g := range letters {
		var b []byte
		b = appendNumber(b, 1, uint64(g.Rune))
		if g.Field != nil {
			b = appendBytes(b, 2, g.Field)
		}
		b = appendNumber(b, 3, uint64(g.Width))
		b = appendNumber(b, 4, uint64(g.Height))
		b = appendNumber(b, 5, zigzag(g.Left))
		b = appendNumber(b, 6, zigzag(g.Top))
		b = appendNumber(b, 7, uint64(g.Advance))
		s = appendBytes(s, 3, b)
	}
	return appendBytes(nil, 1, s)
}

// appendNumber writes a field of wire type 0.
func appendNumber(b []byte, field, v uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(b, field<<3), v)
}

// appendBytes writes a field of wire type 2.
func appendBytes(b []byte, field uint64, v []byte) []byte {
	b = binary.AppendUvarint(binary.AppendUvarint(b, field<<3|2), uint64(len(v)))
	return append(b, v...)
}

func zigzag(v int) uint64 { return uint64(v<<1) ^ uint64(v>>63) }
