package osm

import (
	"encoding/binary"
	"errors"
)

// The parts of the protocol buffer encoding that PBF uses: varints, byte
// strings and packed varints.

const (
	wireVarint = 0
	wire64     = 1
	wireBytes  = 2
	wire32     = 5
)

var errWire = errors.New("the block does not follow the protocol buffer encoding")

// eachField calls f with every field of a message: n is the value of a
// varint, b the content of a byte string.
func eachField(message []byte, f func(field int, n uint64, b []byte) error) error {
	for len(message) > 0 {
		key, k := binary.Uvarint(message)
		if k <= 0 {
			return errWire
		}
		message = message[k:]
		var n uint64
		var b []byte
		switch key & 7 {
		case wireVarint:
			n, k = binary.Uvarint(message)
			if k <= 0 {
				return errWire
			}
			message = message[k:]
		case wireBytes:
			size, k := binary.Uvarint(message)
			if k <= 0 || size > uint64(len(message)-k) {
				return errWire
			}
			b = message[k : k+int(size)]
			message = message[k+int(size):]
		case wire64, wire32:
			size := 8
			if key&7 == wire32 {
				size = 4
			}
			if len(message) < size {
				return errWire
			}
			message = message[size:]
		default:
			return errWire
		}
		if key>>3 > 1<<29 {
			return errWire
		}
		if err := f(int(key>>3), n, b); err != nil {
			return err
		}
	}
	return nil
}

// packed is a list of varints being read.
type packed []byte

func (p *packed) next() (uint64, bool) {
	n, k := binary.Uvarint(*p)
	if k <= 0 {
		return 0, false
	}
	*p = (*p)[k:]
	return n, true
}

func (p *packed) nextSigned() (int64, bool) {
	n, ok := p.next()
	return zigzag(n), ok
}

func zigzag(n uint64) int64 { return int64(n>>1) ^ -int64(n&1) }
