package table

import (
	"errors"
	"fmt"
	"math"
	"time"
	"unicode/utf16"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"
	"github.com/xuri/excelize/v2"
)

// Limits of a sheet.
const maxSheetRows, maxCell = 1048576, 32767

// workbookSink writes a workbook of one sheet. Text columns have the format of
// text, so that a code keeps its zeros and an identity number its digits also
// after somebody typed in it. The geometry is as in a CSV.
type workbookSink struct {
	path   string
	book   *excelize.File
	stream *excelize.StreamWriter
	o      WriteOptions
	places []string
	styles map[string]int
	row    int
	cells  []any
}

func createXLSX(path string, o WriteOptions) (sink, error) {
	s := &workbookSink{path: path, book: excelize.NewFile(), o: o, styles: make(map[string]int), places: (&csvSink{o: o}).places()}
	if err := s.begin(); err != nil {
		return nil, errors.Join(err, s.book.Close())
	}
	return s, nil
}

func (s *workbookSink) begin() error {
	if err := s.book.SetSheetName("Sheet1", s.o.Layer); err != nil {
		return refused("A sheet cannot be called %q (%v).", s.o.Layer, err)
	}
	err := s.number()
	if err != nil {
		return err
	}
	if s.stream, err = s.book.NewStreamWriter(s.o.Layer); err != nil {
		return err
	}
	for name, style := range map[string]*excelize.Style{
		"head": {Font: &excelize.Font{Bold: true}, NumFmt: 49},
		"text": {NumFmt: 49},
		"date": {CustomNumFmt: new("yyyy\\-mm\\-dd")},
		"time": {CustomNumFmt: new("yyyy\\-mm\\-dd\\ hh:mm:ss")},
	} {
		if s.styles[name], err = s.book.NewStyle(style); err != nil {
			return err
		}
	}
	if err := s.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	for _, c := range s.o.Columns {
		s.cells = append(s.cells, excelize.Cell{StyleID: s.styles["head"], Value: c.Name})
	}
	for _, name := range s.places {
		s.cells = append(s.cells, excelize.Cell{StyleID: s.styles["head"], Value: name})
	}
	s.row = 1
	return s.stream.SetRow("A1", s.cells)
}

// number puts the file's number into its properties and on each printed page; it
// goes before the stream, which takes over the sheet.
func (s *workbookSink) number() error {
	if s.o.Number == "" {
		return nil
	}
	if err := s.book.SetDocProps(&excelize.DocProperties{Identifier: s.o.Number, Title: s.o.Layer + " " + s.o.Number, Description: s.o.Notice, Keywords: s.o.Number}); err != nil {
		return err
	}
	return s.book.SetHeaderFooter(s.o.Layer, &excelize.HeaderFooterOptions{OddHeader: "&R" + s.o.Number, OddFooter: "&L" + s.o.Number + "&R&P / &N"})
}

func (s *workbookSink) write(values []any, geom orb.Geometry) error {
	if s.row++; s.row > maxSheetRows {
		return refused("A sheet has %d rows at most; choose csv or gpkg for so many, or narrow the export.", maxSheetRows)
	}
	cells := s.cells[:0]
	for i, v := range values {
		cell, err := s.cell(settled(v), s.o.Columns[i])
		if err != nil {
			return err
		}
		cells = append(cells, cell)
	}
	switch point, isPoint := geom.(orb.Point); {
	case len(s.places) == 0:
	case len(s.places) == 1 && geom != nil:
		text := wkt.MarshalString(geom)
		if len(text) > maxCell {
			return refused("A geometry is longer than a cell of a sheet may be; choose gpkg, geojson or shp.")
		}
		cells = append(cells, text)
	case isPoint:
		cells = append(cells, point[0], point[1])
	case geom != nil:
		return fmt.Errorf("table: a %s among points", geom.GeoJSONType())
	}
	s.cells = cells
	return s.stream.SetRow(fmt.Sprintf("A%d", s.row), cells)
}

// cell is a value in its format. Numbers that a sheet would round are text.
func (s *workbookSink) cell(v any, c Column) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil // an empty cell
	case time.Time:
		style := "time"
		if c.Type == "date" {
			style = "date"
			v = time.Date(v.Year(), v.Month(), v.Day(), 0, 0, 0, 0, time.UTC)
		} else {
			v = time.Date(v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), v.Second(), 0, time.UTC)
		}
		return excelize.Cell{StyleID: s.styles[style], Value: v}, nil
	case bool:
		return v, nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, nil // an empty cell
		}
		return v, nil
	case string:
		if len(v) > maxCell && len(utf16.Encode([]rune(v))) > maxCell {
			return nil, refused("A text is longer than a cell of a sheet may be; choose csv or gpkg.")
		}
		return excelize.Cell{StyleID: s.styles["text"], Value: v}, nil
	}
	text := asText(v, c.Type)
	if len(text) > 15 {
		return excelize.Cell{StyleID: s.styles["text"], Value: text}, nil
	}
	return v, nil
}

func (s *workbookSink) close() error {
	err := s.stream.Flush()
	if err == nil {
		err = s.book.SaveAs(s.path)
	}
	return errors.Join(err, s.book.Close())
}
