package table

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

// maxColumn is the last column a sheet can have, XFD.
const maxColumn = 16384

// cells reads the next row that is in the file.
func (w *workbook) cells() (cells, error) {
	for {
		if err := w.step(); err != nil {
			return cells{}, err
		}
		switch {
		case w.scan.name == "sheetData" && (w.scan.end || w.scan.self):
			return cells{}, io.EOF
		case w.scan.name == "row" && !w.scan.end:
			w.row++
			c := cells{line: w.row}
			if n, err := strconv.ParseInt(w.scan.attr("r"), 10, 64); err == nil && n > 0 {
				c.line = n
			}
			if w.scan.self {
				continue
			}
			return c, w.fill(&c)
		}
	}
}

// step is the scan's next with its errors in words.
func (w *workbook) step() error {
	err := w.scan.next()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF):
		return io.EOF
	}
	return refused("The workbook is damaged behind row %d (%v). Open it in Excel or WPS and save it again.", w.row, err)
}

// fill reads the cells of a row to its end.
func (w *workbook) fill(c *cells) error {
	for column := 0; ; column++ {
		if err := w.step(); err != nil {
			return err
		}
		if w.scan.name == "row" {
			return nil
		}
		if w.scan.name != "c" || w.scan.end {
			column--
			continue
		}
		if ref := w.scan.attr("r"); ref != "" {
			if at, _, ok := position(ref); ok {
				column = at
			}
		}
		if column >= maxColumn {
			return refused("The workbook is damaged: row %d has more than %d columns.", c.line, maxColumn)
		}
		value, reason, err := w.cell()
		if err != nil {
			return err
		}
		if reason != "" {
			c.bad = append(c.bad, badCell{column, reason})
		}
		if value == "" && reason == "" {
			continue
		}
		for len(c.values) <= column {
			c.values = append(c.values, "")
		}
		c.values[column] = value
	}
}

// cell reads one cell to its end: its value, or why there is none.
func (w *workbook) cell() (value, reason string, err error) {
	kind := w.scan.attr("t")
	style, _ := strconv.Atoi(w.scan.attr("s"))
	if w.scan.self {
		return "", "", nil
	}
	formula, phonetic, has := false, 0, false
	var text []byte
	for {
		if err := w.step(); err != nil {
			return "", "", err
		}
		s := w.scan
		switch {
		case s.name == "c" && s.end:
			if formula && !has {
				return "", "a formula without a value; open the workbook in Excel or WPS, let it calculate, and save it", nil
			}
			value, reason = w.value(kind, style, string(text))
			return value, reason, nil
		case s.name == "f":
			formula = true
		case s.name == "rPh" && !s.self:
			if phonetic++; s.end {
				phonetic -= 2
			}
		case s.name == "v" && s.end, s.name == "t" && s.end && phonetic == 0:
			text, has = append(text, s.text...), has || len(s.text) > 0 || kind == "str"
		}
	}
}

// value turns what a cell stores into what it shows.
func (w *workbook) value(kind string, style int, stored string) (value, reason string) {
	switch kind {
	case "s":
		i, err := strconv.Atoi(stored)
		if err != nil {
			return "", "refers to a text the workbook does not have"
		}
		text, ok := w.strings.at(i)
		if !ok {
			return "", "refers to a text the workbook does not have"
		}
		return plain(text), ""
	case "str", "inlineStr":
		return plain(unescaped(stored)), ""
	case "b":
		return strconv.FormatBool(stored == "1" || stored == "true"), ""
	case "e":
		return "", "holds the error " + stored
	case "d":
		return stored, ""
	}
	if stored == "" {
		return "", ""
	}
	format := numberFormat{}
	if style >= 0 && style < len(w.styles) {
		format = w.styles[style]
	}
	return format.show(stored, w.epoch)
}

// position reads a reference such as AB12: column from 0, row from 1.
func position(ref string) (column int, row int64, ok bool) {
	i := 0
	for ; i < len(ref) && ref[i] >= 'A' && ref[i] <= 'Z' && i < 4; i++ {
		column = column*26 + int(ref[i]-'A') + 1
	}
	row, err := strconv.ParseInt(ref[i:], 10, 64)
	return column - 1, row, i > 0 && err == nil && row > 0
}

// letters names a column as a spreadsheet does, from 0.
func letters(column int) string {
	name := ""
	for column++; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name
}

// area is a rectangle of cells merged into one, its ends included.
type area struct {
	left, right int
	top, bottom int64
}

func (a area) String() string {
	return fmt.Sprintf("%s%d:%s%d", letters(a.left), a.top, letters(a.right), a.bottom)
}

// survey is what a first look through a sheet finds.
type survey struct {
	rows   int64
	merged []area
}

var mergeRef = regexp.MustCompile(`mergeCell ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"`)

// surveySheet counts the rows and finds the merged cells, which stand behind
// the last row, without looking into the cells.
func surveySheet(part *zip.File) (survey, error) {
	r, err := unpack(part)
	if err != nil {
		return survey{}, err
	}
	defer r.Close()
	var found survey
	var tail []byte
	buf, kept := make([]byte, 256<<10), 0
	for {
		n, err := r.Read(buf[kept:])
		text := buf[:kept+n]
		if tail == nil {
			if at := bytes.Index(text, []byte("</sheetData>")); at >= 0 {
				tail = []byte{}
				found.rows += int64(bytes.Count(text[:at], []byte("<row ")))
				text = text[at:]
			}
		}
		kept = 0
		switch {
		case tail != nil:
			if tail = append(tail, text...); len(tail) > maxToken {
				return found, nil // what comes so far behind is of no use to a table
			}
		default:
			// A tag may be cut in two: the last one is looked at again.
			last := bytes.LastIndexByte(text, '<')
			if last < 0 || len(text)-last > 64 {
				last = len(text)
			}
			found.rows += int64(bytes.Count(text[:last], []byte("<row ")))
			kept = copy(buf, text[last:])
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return found, refused("The workbook is damaged (%v). Copy or save it again.", err)
		}
	}
	for _, m := range mergeRef.FindAllSubmatch(tail, -1) {
		left, top, _ := position(string(m[1]) + string(m[2]))
		right, bottom, _ := position(string(m[3]) + string(m[4]))
		found.merged = append(found.merged, area{left, right, top, bottom})
	}
	return found, nil
}

// belowGroups goes from a row of group names, whose cells span columns, to the
// row below, which names the columns.
func belowGroups(rows []cells, at int, merged []area) int {
	for _, a := range merged {
		if a.top == rows[at].line && a.bottom == a.top && a.right > a.left && at+1 < len(rows) && !dataLike(rows[at+1].values) {
			return at + 1
		}
	}
	return at
}

// headerNames are the cells of the header row; one that is covered by a merged
// cell from above is called what that cell says.
func headerNames(rows []cells, at int, merged []area) []string {
	line := rows[at].line
	head := append([]string(nil), rows[at].values...)
	for _, a := range merged {
		if a.top >= line || a.bottom < line || a.left != a.right {
			continue
		}
		for _, above := range rows[:at] {
			if above.line != a.top || a.left >= len(above.values) {
				continue
			}
			for len(head) <= a.left {
				head = append(head, "")
			}
			if head[a.left] == "" {
				head[a.left] = above.values[a.left]
			}
		}
	}
	return trimmedEnd(head)
}

// mergedProblem says which cells below the header are merged.
func mergedProblem(merged []area, header int64) []Problem {
	var first area
	n := 0
	for _, a := range merged {
		if a.bottom > header && (a.right > a.left || a.bottom > max(a.top, header+1)) {
			if n++; n == 1 {
				first = a
			}
		}
	}
	switch n {
	case 0:
		return nil
	case 1:
		return []Problem{{Message: fmt.Sprintf("the cells %s are merged: only the first has the value, the others are empty", first)}}
	}
	return []Problem{{Message: fmt.Sprintf("%d blocks of cells are merged, the first is %s: only the first cell of each has the value, the others are empty", n, first)}}
}
