package table

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// errBlob is a geometry that ends before it should.
var errBlob = errors.New("its geometry is cut off or no GeoPackage geometry")

// blobGeometry reads a geometry as GeoPackage stores it (OGC 12-128r19, 2.1.3):
// a header with the system and an envelope of one of five lengths, then WKB.
// Nil for an empty one.
func blobGeometry(b []byte) (orb.Geometry, error) {
	if len(b) < 8 || b[0] != 'G' || b[1] != 'P' {
		return nil, errBlob
	}
	flags := b[3]
	envelope := [8]int{0, 32, 48, 48, 64, -1, -1, -1}[flags>>1&7]
	if envelope < 0 || len(b) < 8+envelope || flags&0x20 != 0 {
		return nil, errBlob
	}
	if flags&0x10 != 0 {
		return nil, nil // the header says that it is empty
	}
	r := wkbReader{b: b[8+envelope:]}
	return r.geometry(0)
}

// wkbReader reads well-known binary, also with heights and measures in either
// of the two dialects, and drops those.
type wkbReader struct {
	b     []byte
	order binary.ByteOrder
	more  int // numbers of a position beyond two
}

func (r *wkbReader) geometry(depth int) (orb.Geometry, error) {
	kind, err := r.head()
	if err != nil || depth > maxDepth {
		return nil, errors.Join(err, tooDeep(depth))
	}
	switch kind {
	case 1:
		p, err := r.point()
		if err != nil || math.IsNaN(p[0]) {
			return nil, err // an empty point has no numbers
		}
		return p, nil
	case 2:
		list, err := r.points()
		return some(orb.LineString(list), len(list), err)
	case 3:
		polygon, err := r.polygon()
		return some(polygon, len(polygon), err)
	}
	if kind < 4 || kind > 7 {
		return nil, fmt.Errorf("its geometry is of a type (%d) with curves or surfaces, which is not read; turn it into straight lines first", kind)
	}
	return r.parts(kind, depth)
}

func tooDeep(depth int) error {
	if depth > maxDepth {
		return errors.New("its geometry is nested too deep")
	}
	return nil
}

// some is the geometry, or nil for one of nothing.
func some(g orb.Geometry, n int, err error) (orb.Geometry, error) {
	if err != nil || n == 0 {
		return nil, err
	}
	return g, nil
}

// parts reads a geometry of geometries.
func (r *wkbReader) parts(kind uint32, depth int) (orb.Geometry, error) {
	n, err := r.count(5)
	if err != nil {
		return nil, err
	}
	var points orb.MultiPoint
	var lines orb.MultiLineString
	var polygons orb.MultiPolygon
	var all orb.Collection
	for range n {
		part, err := r.geometry(depth + 1)
		if err != nil {
			return nil, err
		}
		if part == nil {
			continue
		}
		all = append(all, part)
		switch part := part.(type) {
		case orb.Point:
			points = append(points, part)
		case orb.LineString:
			lines = append(lines, part)
		case orb.Polygon:
			polygons = append(polygons, part)
		}
	}
	switch {
	case len(all) == 0:
		return nil, nil // an empty geometry is none
	case kind == 4 && len(points) == len(all):
		return points, nil
	case kind == 5 && len(lines) == len(all):
		return lines, nil
	case kind == 6 && len(polygons) == len(all):
		return polygons, nil
	case kind == 7:
		return all, nil
	}
	return nil, errBlob
}

// head reads the byte order and the type.
func (r *wkbReader) head() (uint32, error) {
	if len(r.b) < 5 || r.b[0] > 1 {
		return 0, errBlob
	}
	r.order = binary.BigEndian
	if r.b[0] == 1 {
		r.order = binary.LittleEndian
	}
	kind := r.order.Uint32(r.b[1:])
	r.b = r.b[5:]
	r.more = 0
	if kind&0x80000000 != 0 {
		r.more++
	}
	if kind&0x40000000 != 0 {
		r.more++
	}
	if kind&0x20000000 != 0 { // a system's number follows
		if len(r.b) < 4 {
			return 0, errBlob
		}
		r.b = r.b[4:]
	}
	kind &= 0x0fffffff
	switch kind / 1000 {
	case 1, 2:
		r.more = 1
	case 3:
		r.more = 2
	}
	return kind % 1000, nil
}

// count reads how many follow, each at least so many bytes.
func (r *wkbReader) count(least int) (int, error) {
	if len(r.b) < 4 {
		return 0, errBlob
	}
	n := r.order.Uint32(r.b)
	r.b = r.b[4:]
	if uint64(n)*uint64(least) > uint64(len(r.b)) {
		return 0, errBlob
	}
	return int(n), nil
}

func (r *wkbReader) point() (orb.Point, error) {
	size := 16 + 8*r.more
	if len(r.b) < size {
		return orb.Point{}, errBlob
	}
	p := orb.Point{math.Float64frombits(r.order.Uint64(r.b)), math.Float64frombits(r.order.Uint64(r.b[8:]))}
	r.b = r.b[size:]
	return p, nil
}

func (r *wkbReader) points() ([]orb.Point, error) {
	n, err := r.count(16 + 8*r.more)
	if err != nil {
		return nil, err
	}
	list := make([]orb.Point, n)
	for i := range list {
		if list[i], err = r.point(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (r *wkbReader) polygon() (orb.Polygon, error) {
	n, err := r.count(4)
	if err != nil {
		return nil, err
	}
	polygon := make(orb.Polygon, 0, n)
	for range n {
		ring, err := r.points()
		if err != nil {
			return nil, err
		}
		polygon = append(polygon, ring)
	}
	return polygon, nil
}
