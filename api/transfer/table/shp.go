package table

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// Shape types of a shapefile (ESRI Shapefile Technical Description, 1998).
// Those with heights are ten more, those with measures twenty more.
const (
	shapeNull, shapePoint, shapeLine, shapePolygon, shapePoints = 0, 1, 3, 5, 8
	maxShape                                                    = 512 << 20
)

// shapes reads the .shp of a shapefile record by record.
type shapes struct {
	in    *bufio.Reader
	close func() error
	kind  uint32
	n     int64
	bytes int64
	size  int64
	buf   []byte
}

// openShapes reads the header. Size is that of the file, to know one cut off.
func openShapes(r io.ReadCloser, size int64) (*shapes, error) {
	s := &shapes{in: bufio.NewReaderSize(r, 256<<10), close: r.Close, size: size}
	head := make([]byte, 100)
	if _, err := io.ReadFull(s.in, head); err != nil || binary.BigEndian.Uint32(head) != 9994 {
		return nil, refused("The .shp is damaged: it has no header of a shapefile.")
	}
	s.bytes = 100
	if said := int64(binary.BigEndian.Uint32(head[24:])) * 2; said > size {
		return nil, refused("The .shp is cut off: it has %d of %d bytes. Copy it again.", size, said)
	}
	s.kind = binary.LittleEndian.Uint32(head[32:])
	return s, nil
}

// geometry is what the header promises.
func (s *shapes) geometry() string {
	switch s.kind % 10 {
	case shapePoint, shapePoints:
		return "point"
	case shapeLine:
		return "line"
	case shapePolygon:
		return "polygon"
	}
	return ""
}

// next is the content of the next record, good until the one after.
func (s *shapes) next() ([]byte, error) {
	var head [8]byte
	if n, err := io.ReadFull(s.in, head[:]); err != nil {
		if errors.Is(err, io.EOF) && n == 0 {
			return nil, io.EOF
		}
		return nil, s.cutOff(err)
	}
	length := int64(binary.BigEndian.Uint32(head[4:])) * 2
	if length < 4 || length > maxShape || s.bytes+8+length > s.size {
		return nil, s.cutOff(nil)
	}
	if int64(cap(s.buf)) < length {
		s.buf = make([]byte, length)
	}
	s.buf = s.buf[:length]
	if _, err := io.ReadFull(s.in, s.buf); err != nil {
		return nil, s.cutOff(err)
	}
	s.n++
	s.bytes += 8 + length
	return s.buf, nil
}

func (s *shapes) cutOff(err error) error {
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	return refused("The .shp is damaged or cut off behind record %d. Copy it again.", s.n)
}

var errShape = errors.New("its shape is damaged")

// shapeParts reads a record: its type without heights and measures, and its points by parts.
func shapeParts(b []byte) (kind uint32, parts [][][2]float64, err error) {
	if len(b) < 4 {
		return 0, nil, errShape
	}
	code := binary.LittleEndian.Uint32(b)
	kind = code % 10
	if code > 28 || kind == 1 && code > 21 {
		return kind, nil, fmt.Errorf("its shape is of type %d, which is not read", code)
	}
	switch kind {
	case shapeNull:
		return kind, nil, nil
	case shapePoint:
		if len(b) < 20 {
			return kind, nil, errShape
		}
		list, err := shapePositions(b[4:], 1)
		return kind, [][][2]float64{list}, err
	case shapePoints:
		if len(b) < 40 {
			return kind, nil, errShape
		}
		list, err := shapePositions(b[40:], binary.LittleEndian.Uint32(b[36:]))
		return kind, [][][2]float64{list}, err
	case shapeLine, shapePolygon:
		parts, err := shapeRuns(b)
		return kind, parts, err
	}
	return kind, nil, fmt.Errorf("its shape is of type %d, which is not read", code)
}

// shapeRuns reads the parts of a line or polygon.
func shapeRuns(b []byte) ([][][2]float64, error) {
	if len(b) < 44 {
		return nil, errShape
	}
	nParts, nPoints := binary.LittleEndian.Uint32(b[36:]), binary.LittleEndian.Uint32(b[40:])
	at := 44 + 4*uint64(nParts)
	if at > uint64(len(b)) {
		return nil, errShape
	}
	all, err := shapePositions(b[at:], nPoints)
	if err != nil {
		return nil, err
	}
	parts := make([][][2]float64, nParts)
	for i := range parts {
		begin, end := binary.LittleEndian.Uint32(b[44+4*i:]), nPoints
		if i+1 < len(parts) {
			end = binary.LittleEndian.Uint32(b[48+4*i:])
		}
		if begin > end || end > nPoints {
			return nil, errShape
		}
		parts[i] = all[begin:end:end]
	}
	return parts, nil
}

func shapePositions(b []byte, n uint32) ([][2]float64, error) {
	if uint64(n)*16 > uint64(len(b)) {
		return nil, errShape
	}
	list := make([][2]float64, n)
	for i := range list {
		for j := range 2 {
			x := math.Float64frombits(binary.LittleEndian.Uint64(b[16*i+8*j:]))
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, errors.New("its shape has a coordinate that is no number")
			}
			list[i][j] = x
		}
	}
	return list, nil
}
