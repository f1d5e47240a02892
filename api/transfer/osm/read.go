package osm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// ReadFile reads the file at path; see [Read].
func ReadFile(ctx context.Context, path string, sink Sink, progress func(Progress)) (Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return Report{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Report{}, err
	}
	if !info.Mode().IsRegular() {
		return Report{}, fmt.Errorf("%s: not a regular file, expected an .osm.pbf or .osm file", path)
	}
	report, err := Read(ctx, f, info.Size(), sink, progress)
	if err != nil {
		return Report{}, fmt.Errorf("%s: %w", path, err)
	}
	return report, nil
}

// Read hands every feature of an OpenStreetMap file of size bytes to sink and
// says what it found. The objects may come in any order. progress may be nil.
// After an error the sink may have seen a part and must forget it.
func Read(ctx context.Context, r io.ReaderAt, size int64, sink Sink, progress func(Progress)) (Report, error) {
	src, err := open(r, size)
	if err != nil {
		return Report{}, err
	}
	if progress == nil {
		progress = func(Progress) {}
	}
	x := newReading(src, sink)
	passes := []visitor{
		{relation: x.relation},
		{way: x.wayNeeds},
		{node: x.node},
		{way: x.way},
	}
	for i, v := range passes {
		err := src.walk(v, func(done int64) error {
			progress(Progress{Pass: i + 1, Passes: len(passes), Done: done, Total: size})
			return ctx.Err()
		})
		if err == nil && i == 1 {
			x.settle()
		}
		if err != nil {
			return Report{}, plain(err)
		}
	}
	if x.report.Nodes+x.report.Ways+x.report.Relations == 0 {
		return Report{}, errors.New("the file holds no nodes, ways or relations")
	}
	if err := x.assembleRelations(ctx); err != nil {
		return Report{}, err
	}
	sortRefusals(x.report.Refused)
	sortRefusals(x.report.Shortened)
	return x.report, nil
}

func plain(err error) error {
	var s errSink
	if errors.As(err, &s) {
		return s.error
	}
	return err
}

// open recognises the format by the first bytes.
func open(r io.ReaderAt, size int64) (source, error) {
	if size == 0 {
		return nil, errors.New("the file is empty, expected OpenStreetMap data in PBF or XML")
	}
	start := make([]byte, min(size, 256))
	if n, err := r.ReadAt(start, 0); n < len(start) {
		return nil, fmt.Errorf("reading the first bytes: %w", cut(err))
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(start, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case len(text) > 0 && text[0] == '<':
		return &xmlFile{r, size}, nil
	case bytes.Contains(start[:min(len(start), 32)], []byte("OSMHeader")):
		return openPBF(r, size)
	}
	return nil, fmt.Errorf("the file looks like %s, expected OpenStreetMap data in PBF or XML", guess(start))
}

// guess names what people hand over by mistake.
func guess(start []byte) string {
	for _, k := range []struct{ begins, name string }{
		{"\x1f\x8b", "a gzip archive (unpack it first)"},
		{"BZh", "a bzip2 archive (unpack it first)"},
		{"PK", "a zip archive (unpack it first)"},
		{"\xfd7zXZ", "an xz archive (unpack it first)"},
		{"SQLite format 3", "a SQLite or GeoPackage file"},
		{"%PDF", "a PDF document"},
		{"{", "JSON"},
		{"[", "JSON"},
		{"o5m", "an o5m file"},
		{"\xff\x00\xe0o5m2", "an o5m file"},
		{"\x00\x00\x27\x0a", "a shapefile"},
	} {
		if bytes.HasPrefix(start, []byte(k.begins)) {
			return k.name
		}
	}
	if bytes.IndexByte(start, 0) >= 0 {
		return "an unknown binary file or the first bytes of one that was cut"
	}
	return "text that is not XML"
}
