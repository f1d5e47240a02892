package table

import (
	"fmt"
	"os"

	"github.com/paulmach/orb"
)

// Column is a column to write.
type Column struct {
	Name string
	Type string // text int float date time bool; text when empty
}

// WriteOptions say what a new file is to be.
type WriteOptions struct {
	Columns  []Column
	Geometry string // point, polygon, multipolygon, line, or none (also when empty)
	EPSG     int    // of the geometry; 4326 when 0
	Encoding string // of text: utf-8 (csv: with a mark, for Excel), utf-8-plain, gb18030
	Layer    string // its name, where the format has one; "onemap" when empty
	// Number is by what its maker finds the file again, and Notice says so to people.
	// They stand where the format has a place for them: a CSV has none.
	Number, Notice string
}

// sink is a format's part of a Writer.
type sink interface {
	write(values []any, geom orb.Geometry) error
	close() error
}

var sinks = map[string]func(path string, o WriteOptions) (sink, error){
	"csv": createCSV, "xlsx": createXLSX, "geojson": createGeoJSON, "gpkg": createGeoPackage, "shp": createShapefile,
}

// Writer writes rows into a new file, one goroutine at a time.
type Writer struct {
	sink    sink
	columns int
	closed  bool
}

// Create makes a file of a format, in place of one that is there. It is whole
// only after Close.
func Create(path, format string, o WriteOptions) (*Writer, error) {
	if o.EPSG == 0 {
		o.EPSG = 4326
	}
	if o.Layer == "" {
		o.Layer = "onemap"
	}
	if o.Geometry == "" {
		o.Geometry = "none"
	}
	create, known := sinks[format]
	if !known {
		return nil, refused("There is no format %q to write.", format)
	}
	if err := begin(path); err != nil {
		return nil, err
	}
	s, err := create(path, o)
	if err != nil {
		return nil, err
	}
	return &Writer{sink: s, columns: len(o.Columns)}, nil
}

// begin makes the file an empty one that nobody else on the machine may read: it
// may be one of people. A file that is there keeps what its owner set.
func begin(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// Write adds a row. Values are as many as Columns, nil for an absent one:
// string, bool, any integer or float, time.Time, or pointers to these.
func (w *Writer) Write(values []any, geom orb.Geometry) error {
	if len(values) != w.columns {
		return fmt.Errorf("table: %d values for %d columns", len(values), w.columns)
	}
	return w.sink.write(values, geom)
}

// Close completes the file. It is safe to call twice.
func (w *Writer) Close() error {
	if w.closed {
		return nil
	}
	w.closed = true
	return w.sink.close()
}
