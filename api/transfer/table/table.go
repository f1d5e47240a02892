package table

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/paulmach/orb"

	"onemap/api/fault"
)

// Options say what is known of a file; what is left out is found out.
type Options struct {
	Format    string // csv xlsx geojson gpkg shp
	Encoding  string // of text: utf-8, gb18030 (gbk, gb2312), utf-16le, utf-16be, windows-1252, big5
	Layer     string // of a GeoPackage, or which shapefile of an archive
	Sheet     string // of a workbook; Layer says it as well
	Delimiter rune   // of a text file
	HeaderRow int    // the line of the header, from 1, where it is not the first that looks like one
}

// CRS is the coordinate system a file says its geometry is in; the zero value
// is one that says nothing. EPSG is 0 when the file gives only words.
type CRS struct {
	EPSG int
	WKT  string
	Name string
}

// Row is one row of a file. Values are as many as Columns.
type Row struct {
	Line   int64 // as a person counts: the line of a text file, the row of a sheet, the number of a feature
	Values []string
	Geom   orb.Geometry // nil where the row has none
}

// RowError is a row that cannot be read; those behind it still can.
type RowError struct {
	Line   int64
	Reason string
}

// Error is the reason with its line.
func (e *RowError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Reason) }

// Problem is something odd about a file as a whole, for a person to know before
// the import: a doubled column, merged cells, a guess.
type Problem struct {
	Column  string // empty when it is not about one column
	Message string
}

// source is a format's part of a File.
type source interface {
	next() (Row, error)
	read() int64
	close() error
}

// facts are what Open finds out.
type facts struct {
	format, encoding string
	layers           []string
	layer            string
	columns          []string
	crs              CRS
	size             int64
	problems         []Problem
	geometry         string
}

// File is an open file, read once from the first row to the last by one goroutine.
type File struct {
	facts
	source source
	last   error
}

// Format is csv, xlsx, geojson, gpkg or shp.
func (f *File) Format() string { return f.format }

// Encoding is the encoding of the file's text, "UTF-8" or "GB18030" mostly.
func (f *File) Encoding() string { return f.encoding }

// Layers are the names of the layers or sheets to choose among, one at least
// for a format that has them.
func (f *File) Layers() []string { return f.layers }

// Layer is the layer or sheet that is read.
func (f *File) Layer() string { return f.layer }

// Columns are the columns' names, each different; see Problems.
func (f *File) Columns() []string { return f.columns }

// CRS is the coordinate system the file names.
func (f *File) CRS() CRS { return f.crs }

// Geometry is point, line, polygon or mixed for what the file promises of its
// geometry, and empty for one that has none or does not say.
func (f *File) Geometry() string { return f.geometry }

// Problems are what is odd about the file as a whole.
func (f *File) Problems() []Problem { return f.problems }

// Size is the whole of what Read counts: bytes, or rows for a workbook and a GeoPackage.
func (f *File) Size() int64 { return f.size }

// Read is how far reading has come, of Size.
func (f *File) Read() int64 { return min(f.source.read(), f.size) }

// Next is the next row, a *RowError for one that cannot be read, io.EOF at the
// end. Any other error is the end of the file's reading as well.
func (f *File) Next() (Row, error) {
	if f.last != nil {
		return Row{}, f.last
	}
	row, err := f.source.next()
	if err == nil {
		return row, nil
	}
	var bad *RowError
	if !errors.As(err, &bad) {
		f.last = err
	}
	return Row{}, err
}

// Close lets the file go. It is safe to call twice.
func (f *File) Close() error {
	if f.source == nil {
		return nil
	}
	err := f.source.close()
	f.source, f.last = done{f.source.read()}, io.EOF
	return err
}

// done is the source of a closed file.
type done struct{ at int64 }

func (done) next() (Row, error) { return Row{}, io.EOF }
func (d done) read() int64      { return d.at }
func (done) close() error       { return nil }

// refused is a file that cannot be read at all, and what to do about it.
func refused(format string, args ...any) error {
	return fault.Newf(fault.Invalid, "file.unreadable", format, args...)
}

// named gives every column a name of its own and says where it had to.
func named(raw []string) ([]string, []Problem) {
	names := make([]string, len(raw))
	seen := make(map[string]int, len(raw))
	var problems []Problem
	for i, name := range raw {
		name = strings.Join(strings.Fields(strings.Trim(name, "\ufeff")), " ")
		if name == "" {
			name = fmt.Sprintf("column_%d", i+1)
			problems = append(problems, Problem{Column: name, Message: fmt.Sprintf("the %s column has no name", ordinal(i+1))})
		}
		key := strings.ToLower(name)
		if first, twice := seen[key]; twice {
			problems = append(problems, Problem{Column: name, Message: fmt.Sprintf("the column %s appears twice (%s and %s)", name, ordinal(first), ordinal(i+1))})
			for n := 2; ; n++ {
				numbered := fmt.Sprintf("%s (%d)", name, n)
				if _, taken := seen[strings.ToLower(numbered)]; !taken {
					name, key = numbered, strings.ToLower(numbered)
					break
				}
			}
		}
		seen[key] = i + 1
		names[i] = name
	}
	return names, problems
}

// ordinal is 1st, 2nd, 3rd, 11th.
func ordinal(n int) string {
	ends := [...]string{"th", "st", "nd", "rd"}
	if n%100 >= 11 && n%100 <= 13 || n%10 > 3 {
		return fmt.Sprintf("%dth", n)
	}
	return fmt.Sprintf("%d%s", n, ends[n%10])
}
