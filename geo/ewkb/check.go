package ewkb

import (
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	// maxDepth of collections in collections. PostGIS allows more; maps need one.
	maxDepth = 16

	flagZ    = 0x80000000
	flagM    = 0x40000000
	flagSRID = 0x20000000
)

// The type numbers of WKB.
const (
	point = iota + 1
	lineString
	polygon
	multiPoint
	multiLineString
	multiPolygon
	collection
)

var errShort = errors.New("ewkb: the bytes end too early")

// check walks through the bytes of one geometry. With zm, Z and M are allowed.
func check(data []byte, zm bool) error {
	w := walker{rest: data, zm: zm}
	if err := w.geometry(0, 0, 0); err != nil {
		return err
	}
	if len(w.rest) > 0 {
		return fmt.Errorf("ewkb: %d bytes follow the geometry", len(w.rest))
	}
	return nil
}

type walker struct {
	rest  []byte
	order binary.ByteOrder
	zm    bool
}

// geometry walks through one geometry. want is the type a multi-geometry asks of
// its parts, 0 for any; layout is the Z and M flags of the geometry around it.
func (w *walker) geometry(want, layout uint32, depth int) error {
	if len(w.rest) < 5 {
		return errShort
	}
	switch w.rest[0] {
	case 0:
		w.order = binary.BigEndian
	case 1:
		w.order = binary.LittleEndian
	default:
		return fmt.Errorf("ewkb: byte order %d is none", w.rest[0])
	}
	word := w.order.Uint32(w.rest[1:])
	w.rest = w.rest[5:]
	kind, flags := word&^(flagZ|flagM|flagSRID), word&(flagZ|flagM)
	switch {
	case flags != 0 && !w.zm:
		return errors.New("ewkb: Z or M, where two dimensions are expected")
	case want != 0 && kind != want:
		return fmt.Errorf("ewkb: part of type %d, want %d", kind, want)
	case depth > 0 && flags != layout:
		return errors.New("ewkb: parts of different dimensions")
	case depth > maxDepth:
		return fmt.Errorf("ewkb: nested deeper than %d", maxDepth)
	}
	if word&flagSRID != 0 {
		if len(w.rest) < 4 {
			return errShort
		}
		w.rest = w.rest[4:]
	}
	size := 16 // of a position
	if flags&flagZ != 0 {
		size += 8
	}
	if flags&flagM != 0 {
		size += 8
	}
	switch kind {
	case point:
		return w.skip(1, size)
	case lineString:
		return w.positions(size)
	case polygon:
		rings, err := w.count(4)
		for range rings {
			if err = w.positions(size); err != nil {
				break
			}
		}
		return err
	case multiPoint, multiLineString, multiPolygon:
		return w.parts(kind-multiPoint+point, flags, depth)
	case collection:
		return w.parts(0, flags, depth)
	}
	return fmt.Errorf("ewkb: geometry type %d is not known", kind)
}

func (w *walker) parts(want, flags uint32, depth int) error {
	n, err := w.count(9) // byte order, type, and at least a count
	for range n {
		if err = w.geometry(want, flags, depth+1); err != nil {
			break
		}
	}
	return err
}

func (w *walker) positions(size int) error {
	n, err := w.count(size)
	if err != nil {
		return err
	}
	return w.skip(n, size)
}

// count reads how many follow; that many of at least size bytes must be left.
func (w *walker) count(size int) (int, error) {
	if len(w.rest) < 4 {
		return 0, errShort
	}
	n := w.order.Uint32(w.rest)
	w.rest = w.rest[4:]
	if uint64(n)*uint64(size) > uint64(len(w.rest)) {
		return 0, fmt.Errorf("ewkb: %d elements announced, %d bytes left", n, len(w.rest))
	}
	return int(n), nil
}

func (w *walker) skip(n, size int) error {
	if n*size > len(w.rest) {
		return errShort
	}
	w.rest = w.rest[n*size:]
	return nil
}
