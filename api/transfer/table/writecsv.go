package table

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"
	"golang.org/x/text/encoding"
)

// csvSink writes delimited text. A point becomes the columns lon and lat (x and
// y in a projected system), any other geometry the column wkt.
type csvSink struct {
	file    *os.File
	encoder io.WriteCloser
	csv     *csv.Writer
	o       WriteOptions
	record  []string
}

func createCSV(path string, o WriteOptions) (sink, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	s := &csvSink{file: f, o: o}
	var out io.Writer = f
	switch plainMark := o.Encoding == "utf-8-plain"; {
	case plainMark:
	case o.Encoding == "" || encodingName(o.Encoding) == utf8Name:
		if _, err := f.WriteString("\ufeff"); err != nil {
			f.Close()
			return nil, err
		}
	case encodingName(o.Encoding) == gbName:
		s.encoder = newEncoder(f, codec(gbName))
		out = s.encoder
	default:
		f.Close()
		return nil, refused("CSV is written as utf-8 or gb18030, not %q.", o.Encoding)
	}
	s.csv = csv.NewWriter(out)
	s.csv.UseCRLF = true
	for _, c := range o.Columns {
		s.record = append(s.record, c.Name)
	}
	s.record = append(s.record, s.places()...)
	if err := s.csv.Write(s.record); err != nil {
		f.Close()
		return nil, err
	}
	return s, nil
}

func newEncoder(w io.Writer, e encoding.Encoding) io.WriteCloser {
	return encoding.ReplaceUnsupported(e.NewEncoder()).Writer(w).(io.WriteCloser)
}

// places are the names of the columns of the geometry.
func (s *csvSink) places() []string {
	switch {
	case s.o.Geometry == "none":
		return nil
	case s.o.Geometry != "point":
		return []string{"wkt"}
	case degrees(s.o.EPSG):
		return []string{"lon", "lat"}
	}
	return []string{"x", "y"}
}

func (s *csvSink) write(values []any, geom orb.Geometry) error {
	record := s.record[:0]
	for i, v := range values {
		text := asText(v, s.o.Columns[i].Type)
		if _, isText := settled(v).(string); isText && risky(text) {
			text = "'" + text
		}
		record = append(record, text)
	}
	switch point, isPoint := geom.(orb.Point); {
	case s.o.Geometry == "none":
	case s.o.Geometry != "point":
		text := ""
		if geom != nil {
			text = wkt.MarshalString(geom)
		}
		record = append(record, text)
	case isPoint:
		record = append(record, strconv.FormatFloat(point[0], 'f', -1, 64), strconv.FormatFloat(point[1], 'f', -1, 64))
	case geom == nil:
		record = append(record, "", "")
	default:
		return fmt.Errorf("table: a %s among points", geom.GeoJSONType())
	}
	s.record = record
	return s.csv.Write(record)
}

// risky says that a spreadsheet would take the text for a formula and run it.
func risky(s string) bool {
	if s == "" || strings.IndexByte(formulaStarts, s[0]) < 0 {
		return false
	}
	_, err := strconv.ParseFloat(s, 64)
	return err != nil
}

func (s *csvSink) close() error {
	s.csv.Flush()
	err := s.csv.Error()
	if s.encoder != nil {
		err = errors.Join(err, s.encoder.Close())
	}
	return errors.Join(err, s.file.Close())
}

// degrees says whether a system's coordinates are longitude and latitude.
func degrees(epsg int) bool { return epsg >= 4001 && epsg < 5000 }
