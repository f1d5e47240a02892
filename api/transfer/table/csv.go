package table

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

const (
	// A quoted field may run over this many lines and bytes; one that does not
	// end by then was opened by a stray quotation mark.
	maxQuotedLines, maxQuotedBytes = 2000, 1 << 20
	// headerSearch is how many rows are looked at for the header.
	headerSearch = 30
)

// text is a file of delimited text.
type text struct {
	file      *os.File
	bytes     *counted
	lines     lines
	encoding  string // of the raw lines: UTF-8 also for a UTF-16 file, which is decoded on the way
	wide      bool   // decoded on the way
	delimiter rune
	columns   int
	first     []record // read while the header was looked for
}

// record is a row before it is held against the header.
type record struct {
	line   int64
	fields []string
	err    error
}

func openText(path string, o Options) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	file, err := newText(f, o)
	if err != nil {
		f.Close()
		return nil, err
	}
	return file, nil
}

func newText(f *os.File, o Options) (*File, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	name, skip, err := detect(f, info.Size())
	if err != nil {
		return nil, err
	}
	if o.Encoding != "" {
		said := encodingName(o.Encoding)
		if said == "" {
			return nil, refused("There is no encoding %q; try utf-8 or gb18030.", o.Encoding)
		}
		if skip == 0 {
			name = said
		}
	}
	if _, err := f.Seek(int64(skip), io.SeekStart); err != nil {
		return nil, err
	}
	t := &text{file: f, bytes: &counted{Reader: f, n: int64(skip)}, encoding: name}
	var in io.Reader = t.bytes
	if name == utf16leName || name == utf16beName {
		in = codec(name).NewDecoder().Reader(in)
		t.encoding, t.wide = utf8Name, true
	}
	t.lines = lines{in: bufio.NewReaderSize(in, 64<<10), end: '\n'}
	peek, err := t.lines.in.Peek(64 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if bytes.IndexByte(peek, '\n') < 0 && bytes.IndexByte(peek, '\r') >= 0 {
		t.lines.end = '\r'
	}
	if t.delimiter = o.Delimiter; t.delimiter == 0 {
		t.delimiter = delimiterOf(t.encoding, peek, t.lines.end)
	}
	file := &File{source: t}
	file.encoding, file.size = name, info.Size()
	return file, t.header(file, o.HeaderRow)
}

// header finds the header among the first rows; what follows it is kept to be
// given out first.
func (t *text) header(file *File, said int) error {
	for len(t.first) < max(headerSearch, said) {
		r, err := t.record()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		t.first = append(t.first, r)
	}
	rows := make([][]string, len(t.first))
	for i, r := range t.first {
		rows[i] = r.fields
	}
	at := headerRow(rows)
	if said > 0 {
		for at = 0; at < len(t.first) && t.first[at].line < int64(said); at++ {
		}
	}
	if at < 0 || at >= len(t.first) {
		return refused("The file has no header row.")
	}
	head := t.first[at]
	if head.err != nil {
		return refused("The header cannot be read: %s.", head.err)
	}
	fields := trimmedEnd(head.fields)
	t.columns = len(fields)
	var problems []Problem
	if at > 0 && said == 0 {
		problems = append(problems, Problem{Message: fmt.Sprintf("the header is taken from line %d; the lines above it are passed over", head.line)})
	}
	if dataLike(fields) {
		problems = append(problems, Problem{Message: fmt.Sprintf("line %d was taken as the header, but it looks like a row of data", head.line)})
	}
	t.first = t.first[at+1:]
	names, odd := named(fields)
	file.columns, file.problems = names, append(problems, odd...)
	return nil
}

func (t *text) next() (Row, error) {
	for {
		var r record
		if len(t.first) > 0 {
			r, t.first = t.first[0], t.first[1:]
		} else {
			var err error
			if r, err = t.record(); err != nil {
				return Row{}, err
			}
		}
		if r.err != nil {
			return Row{}, r.err
		}
		fields, filled := r.fields, len(trimmedEnd(r.fields))
		if filled == 0 {
			continue // a line of nothing but delimiters
		}
		if len(fields) > t.columns {
			fields = fields[:max(t.columns, filled)]
		}
		if len(fields) != t.columns {
			return Row{}, &RowError{Line: r.line, Reason: fmt.Sprintf("the row has %d fields, the header has %d", len(fields), t.columns)}
		}
		return Row{Line: r.line, Values: fields}, nil
	}
}

// record reads one row, over as many lines as its quoted fields take. The error
// is of the file; what is wrong with the row alone is in the record.
func (t *text) record() (record, error) {
	for {
		first, err := t.lines.next()
		if err != nil {
			return record{}, err
		}
		if first.err != nil {
			return record{line: first.number, err: &RowError{first.number, first.err.Error()}}, nil
		}
		if len(bytes.TrimSpace(first.raw)) == 0 {
			continue
		}
		return t.from(first)
	}
}

// from reads the row that begins at a line.
func (t *text) from(first line) (record, error) {
	bad := func(reason string) (record, error) {
		return record{line: first.number, err: &RowError{first.number, reason}}, nil
	}
	whole, reason := t.decoded(first.raw)
	if reason != "" {
		return bad(reason)
	}
	fields, open := split(whole, t.delimiter, t.columns)
	var more []line
	for size := len(whole); open; {
		l, err := t.lines.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return record{}, err
		}
		if err == nil {
			more = append(more, l)
			size += len(l.raw)
		}
		if err != nil || l.err != nil || len(more) > maxQuotedLines || size > maxQuotedBytes {
			t.lines.unread(more)
			return bad("a quotation mark opened in this row is never closed")
		}
		if !bytes.ContainsRune(l.raw, '"') {
			continue
		}
		raw := bytes.Clone(first.raw)
		for _, m := range more {
			raw = append(append(raw, '\n'), m.raw...)
		}
		if whole, reason = t.decoded(raw); reason != "" {
			return bad(reason)
		}
		fields, open = split(whole, t.delimiter, t.columns)
	}
	for i, f := range fields {
		fields[i] = plain(f)
	}
	return record{line: first.number, fields: fields}, nil
}

// decoded is a line as text, or why it is none.
func (t *text) decoded(raw []byte) (whole, reason string) {
	if bytes.IndexByte(raw, 0) >= 0 {
		return "", "the row holds a zero byte, which no text has"
	}
	if reason, bad := strange(t.encoding, raw); bad {
		return "", reason
	}
	whole, _ = decode(t.encoding, raw)
	if t.wide && strings.ContainsRune(whole, '\ufffd') {
		return "", "the row holds bytes without meaning in the file's encoding"
	}
	return whole, ""
}

func (t *text) read() int64  { return t.bytes.n }
func (t *text) close() error { return t.file.Close() }

// split cuts a row into its fields. A field in quotation marks may hold the
// delimiter and, doubled, the mark; a mark inside a field that does not begin
// with one is a mark (inches). Room is how many fields are expected. Open says
// that a quoted field did not end.
func split(s string, delimiter rune, room int) (fields []string, open bool) {
	fields = make([]string, 0, room)
	sep := string(delimiter)
	for {
		trimmed := strings.TrimLeft(s, " ")
		if !strings.HasPrefix(trimmed, `"`) {
			field, rest, found := strings.Cut(s, sep)
			fields = append(fields, field)
			if !found {
				return fields, false
			}
			s = rest
			continue
		}
		field, rest, closed := quoted(trimmed[1:])
		if !closed {
			return append(fields, field), true
		}
		// What stands between the closing mark and the delimiter belongs to the field.
		tail, after, found := strings.Cut(rest, sep)
		fields = append(fields, field+tail)
		if !found {
			return fields, false
		}
		s = after
	}
}

// quoted reads to the closing mark.
func quoted(s string) (field, rest string, closed bool) {
	at := strings.IndexByte(s, '"')
	if at >= 0 && !strings.HasPrefix(s[at+1:], `"`) {
		return s[:at], s[at+1:], true
	}
	var b strings.Builder
	for at >= 0 {
		b.WriteString(s[:at])
		if !strings.HasPrefix(s[at+1:], `"`) {
			return b.String(), s[at+1:], true
		}
		b.WriteByte('"')
		s = s[at+2:]
		at = strings.IndexByte(s, '"')
	}
	b.WriteString(s)
	return b.String(), "", false
}

// plain takes off what programs put around a value to keep Excel from changing
// it: spaces and tabs, ="0123", and the apostrophe before a formula.
func plain(s string) string {
	s = strings.Trim(s, " \t\r\u00a0\u3000\ufeff")
	if len(s) > 3 && strings.HasPrefix(s, `="`) && strings.HasSuffix(s, `"`) {
		return s[2 : len(s)-1]
	}
	if len(s) > 1 && s[0] == '\'' && strings.IndexByte(formulaStarts, s[1]) >= 0 {
		return s[1:]
	}
	return s
}

// formulaStarts are the characters that make a spreadsheet take text for a formula.
const formulaStarts = "=+-@"

// delimiterOf is the delimiter by which the first lines have the same number of
// fields, and many; a comma where none does.
func delimiterOf(encoding string, sample []byte, end byte) rune {
	all := bytes.Split(sample, []byte{end})
	if len(all) > 1 {
		all = all[:len(all)-1] // the last is cut off, or empty
	}
	best, most := ',', 0
	for _, d := range []rune{',', '\t', ';', '|'} {
		counts := make(map[int]int)
		for _, raw := range all[:min(len(all), 50)] {
			line, _ := decode(encoding, bytes.TrimRight(raw, "\r"))
			if fields, open := split(line, d, 0); !open && len(fields) > 1 {
				counts[len(fields)]++
			}
		}
		for fields, lines := range counts {
			if score := lines*1000 + min(fields, 500); score > most {
				best, most = d, score
			}
		}
	}
	return best
}
