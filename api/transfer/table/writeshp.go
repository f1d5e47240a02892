package table

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/paulmach/orb"
)

// maxShapefile is where programs that count bytes with 31 bits stop.
const maxShapefile = 1<<31 - 1

// shapefileSink writes a zip of a shapefile's parts. Their headers say how long
// they are and where the shapes lie, so the parts wait in files beside the zip
// until Close.
type shapefileSink struct {
	path, name string
	o          WriteOptions
	kind       uint32
	shp, shx   *os.File
	out, index *bufio.Writer
	table      *dbaseSink
	bytes      int64
	n          int32
	bound      orb.Bound
	any        bool
}

func createShapefile(path string, o WriteOptions) (sink, error) {
	s := &shapefileSink{path: path, name: o.Layer, o: o, bytes: 100}
	switch o.Geometry {
	case "point":
		s.kind = shapePoint
	case "line":
		s.kind = shapeLine
	case "polygon", "multipolygon":
		s.kind, s.o.Geometry = shapePolygon, "multipolygon"
	default:
		return nil, refused("A shapefile needs a geometry; choose csv or xlsx for rows without one.")
	}
	if wktOf(o.EPSG) == "" {
		return nil, refused("How a shapefile names EPSG:%d is not known here; choose gpkg, or another system.", o.EPSG)
	}
	var err error
	if s.table, err = newDBaseSink(o); err != nil {
		return nil, err
	}
	if s.shp, err = spool(); err == nil {
		s.shx, err = spool()
	}
	if err != nil {
		s.discard()
		return nil, err
	}
	s.out, s.index = bufio.NewWriterSize(s.shp, 256<<10), bufio.NewWriterSize(s.shx, 64<<10)
	return s, nil
}

// spool is a file that is gone with its last handle.
func spool() (*os.File, error) {
	f, err := os.CreateTemp("", "onemap-table-*")
	if err != nil {
		return nil, err
	}
	return f, os.Remove(f.Name())
}

func (s *shapefileSink) write(values []any, geom orb.Geometry) error {
	geom, err := fit(geom, s.o.Geometry)
	if err != nil {
		return err
	}
	content := s.record(geom)
	if s.bytes+8+int64(len(content)) > maxShapefile {
		return refused("A shapefile holds 2 GB at most; choose gpkg, or narrow the export.")
	}
	s.n++
	var head [8]byte
	binary.BigEndian.PutUint32(head[:], uint32(s.bytes/2)) // below 2 GB
	binary.BigEndian.PutUint32(head[4:], uint32(len(content)/2))
	if _, err := s.index.Write(head[:]); err != nil {
		return err
	}
	binary.BigEndian.PutUint32(head[:], uint32(s.n))
	if _, err := s.out.Write(append(head[:], content...)); err != nil {
		return err
	}
	s.bytes += 8 + int64(len(content))
	return s.table.write(values)
}

// record is a shape's content; an absent one is the null shape.
func (s *shapefileSink) record(geom orb.Geometry) []byte {
	if geom == nil {
		return binary.LittleEndian.AppendUint32(nil, shapeNull)
	}
	bound := geom.Bound()
	if !s.any {
		s.any, s.bound = true, bound
	}
	s.bound = s.bound.Union(bound)
	b := binary.LittleEndian.AppendUint32(nil, s.kind)
	if p, ok := geom.(orb.Point); ok {
		return appendPositions(b, p)
	}
	var parts [][]orb.Point
	switch g := geom.(type) {
	case orb.LineString:
		parts = append(parts, g)
	case orb.MultiLineString:
		for _, line := range g {
			parts = append(parts, line)
		}
	case orb.MultiPolygon:
		for _, polygon := range g {
			for i, ring := range polygon {
				parts = append(parts, turned(closed(ring), i == 0))
			}
		}
	}
	b = appendPositions(b, bound.Min, bound.Max)
	n := 0
	b = binary.LittleEndian.AppendUint32(b, uint32(len(parts))) // a shape is below 2 GB
	at := len(b)
	b = binary.LittleEndian.AppendUint32(b, 0)
	for _, part := range parts {
		b = binary.LittleEndian.AppendUint32(b, uint32(n)) // as above
		n += len(part)
	}
	binary.LittleEndian.PutUint32(b[at:], uint32(n)) // as above
	for _, part := range parts {
		b = appendPositions(b, part...)
	}
	return b
}

// closed is a copy of the ring whose last point is its first.
func closed(r orb.Ring) orb.Ring {
	c := append(make(orb.Ring, 0, len(r)+1), r...)
	if len(c) > 0 && c[0] != c[len(c)-1] {
		c = append(c, c[0])
	}
	return c
}

func appendPositions(b []byte, list ...orb.Point) []byte {
	for _, p := range list {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p[0]))
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p[1]))
	}
	return b
}

// header is what a .shp and a .shx of so many bytes begin with.
func (s *shapefileSink) header(size int64) []byte {
	b := make([]byte, 36, 100)
	binary.BigEndian.PutUint32(b, 9994)
	binary.BigEndian.PutUint32(b[24:], uint32(size/2)) // below 2 GB
	binary.LittleEndian.PutUint32(b[28:], 1000)
	binary.LittleEndian.PutUint32(b[32:], s.kind)
	b = appendPositions(b, s.bound.Min, s.bound.Max)
	return b[:100]
}

func (s *shapefileSink) close() error {
	defer s.discard()
	if err := errors.Join(s.out.Flush(), s.index.Flush(), s.table.out.Flush()); err != nil {
		return err
	}
	f, err := os.Create(s.path)
	if err != nil {
		return err
	}
	z := zip.NewWriter(f)
	return errors.Join(s.parts(z), z.Close(), f.Close())
}

// parts puts the parts into the zip, one after the other.
func (s *shapefileSink) parts(z *zip.Writer) error {
	for _, p := range []struct {
		ext   string
		write func(io.Writer) error
	}{
		{".shp", func(w io.Writer) error { return s.part(w, s.shp, s.bytes) }},
		{".shx", func(w io.Writer) error { return s.part(w, s.shx, 100+8*int64(s.n)) }},
		{".dbf", func(w io.Writer) error { return s.table.emit(w, s.n) }},
		{".prj", func(w io.Writer) error { return say(w, wktOf(s.o.EPSG)) }},
		{".cpg", func(w io.Writer) error { return say(w, s.table.encoding) }},
	} {
		w, err := z.Create(s.name + p.ext)
		if err == nil {
			err = p.write(w)
		}
		if err != nil {
			return fmt.Errorf("table: the %s of a shapefile: %w", p.ext, err)
		}
	}
	if s.o.Number == "" {
		return nil
	}
	w, err := z.Create("README.txt")
	if err == nil {
		err = say(w, "\ufeff"+s.o.Notice+"\r\n") // the mark is for Windows, as in a CSV
	}
	return err
}

func (s *shapefileSink) part(w io.Writer, body *os.File, size int64) error {
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := w.Write(s.header(size)); err != nil {
		return err
	}
	_, err := io.Copy(w, body)
	return err
}

func say(w io.Writer, text string) error {
	_, err := io.WriteString(w, text)
	return err
}

func (s *shapefileSink) discard() {
	for _, f := range []*os.File{s.shp, s.shx, s.table.spool} {
		if f != nil {
			f.Close()
		}
	}
}
