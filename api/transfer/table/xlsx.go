package table

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// workbook reads one sheet of an .xlsx by its own XML, because what must be
// told apart (a text from a number, a formula without a value, a number that
// lost its digits) is gone from what general libraries give while streaming.
type workbook struct {
	zip     *zip.ReadCloser
	part    io.ReadCloser
	scan    *xmlScan
	strings *stringTable
	styles  []numberFormat
	epoch   int // days to add to a serial date: 1462 in a workbook of 1904
	row     int64
	rows    int64
	columns int
	first   []cells
}

// cells is a row of a sheet.
type cells struct {
	line   int64
	values []string
	bad    []badCell
}

type badCell struct {
	column int
	reason string
}

type sheet struct {
	name, part string
	hidden     bool
}

func openXLSX(path string, o Options) (*File, error) {
	z, err := archive(path)
	if err != nil {
		return nil, err
	}
	w := &workbook{zip: z}
	file, err := w.open(o)
	if err != nil {
		w.close()
		return nil, err
	}
	return file, nil
}

func (w *workbook) open(o Options) (*File, error) {
	sheets, err := w.sheets()
	if err != nil {
		return nil, err
	}
	chosen, problems, err := chosenSheet(sheets, o)
	if err != nil {
		return nil, err
	}
	if w.styles, err = w.formats(); err != nil {
		return nil, err
	}
	if w.strings, err = w.shared(); err != nil {
		return nil, err
	}
	part := w.find(chosen.part)
	if part == nil {
		return nil, refused("The workbook is damaged: the sheet %s is missing.", chosen.name)
	}
	survey, err := surveySheet(part)
	if err != nil {
		return nil, err
	}
	if w.part, err = unpack(part); err != nil {
		return nil, err
	}
	w.scan, w.rows = newScan(w.part), survey.rows
	file := &File{source: w}
	file.encoding, file.size, file.layer, file.problems = utf8Name, survey.rows, chosen.name, problems
	for _, s := range sheets {
		file.layers = append(file.layers, s.name)
	}
	return file, w.header(file, survey.merged, o.HeaderRow)
}

// chosenSheet is the one asked for, or the first that is shown.
func chosenSheet(sheets []sheet, o Options) (sheet, []Problem, error) {
	asked := o.Sheet
	if asked == "" {
		asked = o.Layer
	}
	shown := sheets[0]
	seen := 0
	for i := len(sheets) - 1; i >= 0; i-- {
		if asked != "" && sheets[i].name == asked {
			return sheets[i], nil, nil
		}
		if !sheets[i].hidden {
			shown = sheets[i]
			seen++
		}
	}
	if asked != "" {
		names := make([]string, len(sheets))
		for i, s := range sheets {
			names[i] = s.name
		}
		return shown, nil, refused("The workbook has no sheet %q; it has %s.", asked, strings.Join(names, ", "))
	}
	var problems []Problem
	if seen > 1 {
		problems = append(problems, Problem{Message: fmt.Sprintf("the workbook has %d sheets; the first, %s, is read", seen, shown.name)})
	}
	return shown, problems, nil
}

func (w *workbook) find(name string) *zip.File {
	for _, f := range w.zip.File {
		if strings.EqualFold(strings.TrimPrefix(f.Name, "/"), name) {
			return f
		}
	}
	return nil
}

// sheets lists the workbook's sheets in their order.
func (w *workbook) sheets() ([]sheet, error) {
	targets := make(map[string]string)
	err := w.walk("xl/_rels/workbook.xml.rels", true, func(s *xmlScan) error {
		if s.name == "Relationship" && !s.end {
			target := s.attr("Target")
			if !strings.HasPrefix(target, "/") {
				target = path.Join("xl", target)
			}
			targets[s.attr("Id")] = strings.TrimPrefix(target, "/")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var list []sheet
	err = w.walk("xl/workbook.xml", true, func(s *xmlScan) error {
		switch {
		case s.end:
		case s.name == "sheet":
			list = append(list, sheet{s.attr("name"), targets[s.attr("id")], s.attr("state") != "" && s.attr("state") != "visible"})
		case s.name == "workbookPr" && (s.attr("date1904") == "1" || s.attr("date1904") == "true"):
			w.epoch = 1462
		}
		return nil
	})
	if err == nil && len(list) == 0 {
		err = refused("The workbook has no sheet.")
	}
	return list, err
}

// walk reads a part of the workbook to its end.
func (w *workbook) walk(name string, must bool, visit func(*xmlScan) error) error {
	part := w.find(name)
	if part == nil && must {
		return refused("This archive is not an Excel workbook: it has no %s.", name)
	}
	if part == nil {
		return nil
	}
	r, err := unpack(part)
	if err != nil {
		return err
	}
	defer r.Close()
	s := newScan(r)
	for {
		if err := s.next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return refused("The workbook is damaged (%v in %s). Open it in Excel or WPS and save it again.", err, name)
		}
		if err := visit(s); err != nil {
			return err
		}
	}
}

// header finds the header among the first rows, also one of two rows with merged cells.
func (w *workbook) header(file *File, merged []area, said int) error {
	rows := make([][]string, 0, headerSearch)
	for len(w.first) < headerSearch || len(w.first) > 0 && w.first[len(w.first)-1].line < int64(said) {
		c, err := w.cells()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		w.first = append(w.first, c)
		rows = append(rows, c.values)
	}
	at := headerRow(rows)
	if said > 0 {
		for at = 0; at < len(w.first) && w.first[at].line < int64(said); at++ {
		}
	}
	if at < 0 || at >= len(w.first) {
		return refused("The sheet %s has no header row.", file.layer)
	}
	if said == 0 {
		at = belowGroups(w.first, at, merged)
	}
	head := headerNames(w.first, at, merged)
	w.columns = len(head)
	names, odd := named(head)
	line := w.first[at].line
	if line > 1 && said == 0 {
		file.problems = append(file.problems, Problem{Message: fmt.Sprintf("the header is taken from row %d; the rows above it are passed over", line)})
	}
	if dataLike(head) {
		file.problems = append(file.problems, Problem{Message: fmt.Sprintf("row %d was taken as the header, but it looks like a row of data", line)})
	}
	file.columns, file.problems = names, append(append(file.problems, odd...), mergedProblem(merged, line)...)
	w.first = w.first[at+1:]
	return nil
}

func (w *workbook) next() (Row, error) {
	for {
		var c cells
		if len(w.first) > 0 {
			c, w.first = w.first[0], w.first[1:]
		} else {
			var err error
			if c, err = w.cells(); err != nil {
				return Row{}, err
			}
		}
		for _, b := range c.bad {
			if b.column < w.columns {
				return Row{}, &RowError{Line: c.line, Reason: fmt.Sprintf("cell %s%d: %s", letters(b.column), c.line, b.reason)}
			}
		}
		values := trimmedEnd(c.values)
		if len(values) == 0 {
			continue
		}
		if len(values) > w.columns {
			return Row{}, &RowError{Line: c.line, Reason: fmt.Sprintf("column %s has a value but no header", letters(len(values)-1))}
		}
		row := make([]string, w.columns)
		copy(row, values)
		return Row{Line: c.line, Values: row}, nil
	}
}

func (w *workbook) read() int64 { return w.row }

func (w *workbook) close() error {
	if w.part != nil {
		w.part.Close()
	}
	if w.strings != nil {
		w.strings.close()
	}
	return w.zip.Close()
}
