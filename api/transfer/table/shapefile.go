package table

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// shapefile reads the parts of one that belong together: the n-th row of the
// .dbf is that of the n-th shape.
type shapefile struct {
	shapes *shapes
	table  *dbase
	kept   []dbaseField
	names  []string // of those
	zip    *zip.ReadCloser
	n      int64
}

// part opens one of the files, told by its extension; size is -1 when there is none.
type part func(ext string) (r io.ReadCloser, size int64, err error)

func openShapefile(path string, o Options) (*File, error) {
	begin, err := head(path, 4)
	if err != nil {
		return nil, err
	}
	if string(begin[:2]) == "PK" {
		return openArchive(path, o)
	}
	base := strings.TrimSuffix(path, filepath.Ext(path))
	return newShapefile(o, []string{filepath.Base(base)}, filepath.Base(base), func(ext string) (io.ReadCloser, int64, error) {
		f, err := sibling(path, base, ext)
		if f == nil {
			return nil, -1, err
		}
		info, err := f.Stat()
		if err != nil {
			f.Close()
			return nil, -1, err
		}
		return f, info.Size(), nil
	})
}

// sibling opens the file beside the .shp, in whatever case it is written; nil when there is none.
func sibling(path, base, ext string) (*os.File, error) {
	if strings.EqualFold(filepath.Ext(path), ext) {
		return os.Open(path)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if strings.EqualFold(e.Name(), filepath.Base(base)+ext) {
			return os.Open(filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
	return nil, nil // a part that is not there
}

// openArchive reads a shapefile out of a zip.
func openArchive(path string, o Options) (*File, error) {
	z, err := archive(path)
	if err != nil {
		return nil, err
	}
	var layers []string
	bases := make(map[string]string)
	for _, f := range z.File {
		base, found := cutFold(f.Name, ".shp")
		if !found || strings.HasPrefix(f.Name, "__MACOSX") {
			continue
		}
		name := base[strings.LastIndexAny(base, `/\`)+1:]
		layers, bases[name] = append(layers, name), base
	}
	layer := o.Layer
	if layer == "" && len(layers) > 0 {
		layer = layers[0]
	}
	base, known := bases[layer]
	if !known {
		z.Close()
		if len(layers) == 0 {
			return nil, refused("The archive has no .shp. Give a zip of a shapefile's parts (.shp, .dbf, .prj, .cpg), or unpack it and give the file inside.")
		}
		return nil, refused("The archive has no shapefile %q; it has %s.", o.Layer, strings.Join(layers, ", "))
	}
	file, err := newShapefile(o, layers, layer, func(ext string) (io.ReadCloser, int64, error) {
		for _, f := range z.File {
			if strings.EqualFold(f.Name, base+ext) {
				r, err := unpack(f)
				return r, int64(f.UncompressedSize64), err
			}
		}
		return nil, -1, nil
	})
	if err != nil {
		z.Close()
		return nil, err
	}
	file.source.(*shapefile).zip = z
	return file, nil
}

func cutFold(s, end string) (string, bool) {
	if len(s) < len(end) || !strings.EqualFold(s[len(s)-len(end):], end) {
		return s, false
	}
	return s[:len(s)-len(end)], true
}

func newShapefile(o Options, layers []string, layer string, open part) (*File, error) {
	r, size, err := open(".shp")
	if err != nil {
		return nil, err
	}
	s := &shapefile{}
	if s.shapes, err = openShapes(r, size); err != nil {
		r.Close()
		return nil, err
	}
	file := &File{source: s}
	file.layers, file.layer, file.size, file.geometry = layers, layer, size, s.shapes.geometry()
	if len(layers) > 1 && o.Layer == "" {
		file.problems = append(file.problems, Problem{Message: fmt.Sprintf("the archive has %d shapefiles; the first, %s, is read", len(layers), layer)})
	}
	if err := s.columns(file, o, open); err != nil {
		s.close()
		return nil, err
	}
	prj, err := small(open, ".prj")
	if err != nil {
		s.close()
		return nil, err
	}
	if prj != "" {
		file.crs = crsFromWKT(prj)
	}
	return file, nil
}

// small reads a part of a few lines; empty when there is none.
func small(open part, ext string) (string, error) {
	r, size, err := open(ext)
	if err != nil || size < 0 {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, 64<<10))
	return strings.TrimSpace(string(b)), err
}

// columns opens the .dbf and finds its encoding: what the caller says, else the
// .cpg, else the texts themselves.
func (s *shapefile) columns(file *File, o Options, open part) error {
	file.encoding = utf8Name
	r, size, err := open(".dbf")
	if err != nil {
		return err
	}
	if size < 0 {
		file.problems = append(file.problems, Problem{Message: "there is no .dbf beside the .shp, so the shapes have no columns"})
		return nil
	}
	if s.table, err = openDBase(r, size); err != nil {
		r.Close()
		return err
	}
	said := o.Encoding
	if said == "" {
		if said, err = small(open, ".cpg"); err != nil {
			return err
		}
	}
	name := encodingName(said)
	if o.Encoding != "" && name == "" {
		return refused("There is no encoding %q; try utf-8 or gb18030.", o.Encoding)
	}
	// Programs write a western .cpg by default, whatever the texts are in.
	if name == "" || name == westName && o.Encoding == "" {
		again, size, err := open(".dbf")
		if err != nil {
			return err
		}
		probe, err := openDBase(again, size)
		if err != nil {
			again.Close()
			return err
		}
		name = probe.detect()
		again.Close()
	}
	s.table.encoding, file.encoding = name, name
	var raw []string
	for _, f := range s.table.fields {
		title, _ := decode(name, whole(name, f.raw))
		title = strings.ToValidUTF8(title, "")
		if !f.readable() {
			file.problems = append(file.problems, Problem{Column: title, Message: fmt.Sprintf("the column %s is of the type %c and is left out", title, f.kind)})
			continue
		}
		s.kept, raw = append(s.kept, f), append(raw, title)
	}
	names, odd := named(raw)
	s.names = names
	file.columns, file.problems = names, append(file.problems, odd...)
	return nil
}

func (s *shapefile) next() (Row, error) {
	for {
		content, err := s.shapes.next()
		if errors.Is(err, io.EOF) && s.table != nil && s.table.n < s.table.records {
			return Row{}, refused("The .shp has %d shapes, but the .dbf %d rows: they do not belong together, or one is cut off.", s.n, s.table.records)
		}
		if err != nil {
			return Row{}, err
		}
		s.n++
		row := Row{Line: s.n, Values: make([]string, len(s.kept))}
		if s.table != nil {
			deleted, err := s.table.next()
			if errors.Is(err, io.EOF) {
				return Row{}, refused("The .dbf has only %d rows, the .shp has more shapes: they do not belong together, or one is cut off.", s.table.records)
			}
			if err != nil {
				return Row{}, err
			}
			if deleted {
				continue
			}
		}
		kind, parts, err := shapeParts(content)
		if err != nil {
			return Row{}, &RowError{s.n, err.Error()}
		}
		row.Geom = shapeGeometry(kind, parts)
		for i, f := range s.kept {
			if row.Values[i], err = s.table.value(f); err != nil {
				return Row{}, &RowError{s.n, fmt.Sprintf("column %s: %s", s.names[i], err)}
			}
		}
		return row, nil
	}
}

func (s *shapefile) read() int64 { return s.shapes.bytes }

func (s *shapefile) close() error {
	err := s.shapes.close()
	if s.table != nil {
		err = errors.Join(err, s.table.close())
	}
	if s.zip != nil {
		err = errors.Join(err, s.zip.Close())
	}
	return err
}
