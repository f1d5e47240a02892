package table

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding"
)

// Limits of dBASE: bytes of a column's name and of a text, columns, bytes of a row.
const maxName, maxText, maxFields, maxRecord = 10, 254, 255, 65535

// dbaseSink keeps the rows until the widths of all columns are known: a
// column as wide as its widest value instead of 254 bytes saves most of a file.
type dbaseSink struct {
	columns  []Column
	names    []string
	kinds    []byte
	widths   []int
	decimals []int
	encoding string
	encoder  *encoding.Encoder
	spool    *os.File
	out      *bufio.Writer
}

func newDBaseSink(o WriteOptions) (*dbaseSink, error) {
	d := &dbaseSink{columns: o.Columns, encoding: utf8Name, widths: make([]int, len(o.Columns)), decimals: make([]int, len(o.Columns))}
	if o.Encoding != "" && o.Encoding != "utf-8-plain" {
		d.encoding = encodingName(o.Encoding)
	}
	switch d.encoding {
	case utf8Name:
	case gbName:
		d.encoder = encoding.ReplaceUnsupported(codec(gbName).NewEncoder())
	default:
		return nil, refused("A shapefile is written as utf-8 or gb18030, not %q.", o.Encoding)
	}
	if len(o.Columns) > maxFields {
		return nil, refused("A shapefile has %d columns at most.", maxFields)
	}
	for _, c := range o.Columns {
		kind := byte('C')
		switch c.Type {
		case "int", "float":
			kind = 'N'
		case "bool":
			kind = 'L'
		case "date":
			kind = 'D'
		}
		d.kinds = append(d.kinds, kind)
	}
	d.names = d.shortNames()
	f, err := spool()
	if err != nil {
		return nil, err
	}
	d.spool, d.out = f, bufio.NewWriterSize(f, 256<<10)
	return d, nil
}

// shortNames cuts the columns' names to ten bytes and numbers those that would be the same.
func (d *dbaseSink) shortNames() []string {
	taken := make(map[string]bool)
	names := make([]string, len(d.columns))
	for i, c := range d.columns {
		name := d.bytes(c.Name, maxName)
		for n := 1; taken[folded(name)] || name == ""; n++ {
			end := fmt.Sprintf("_%d", n)
			name = d.bytes(c.Name, maxName-len(end)) + end
		}
		taken[folded(name)] = true
		names[i] = name
	}
	return names
}

// folded is a name without its case. Its bytes need not be UTF-8, which
// strings.ToLower would make all the same.
func folded(name string) string {
	b := []byte(name)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// bytes is a text in the file's encoding, cut between two characters.
func (d *dbaseSink) bytes(s string, most int) string {
	s = strings.ToValidUTF8(s, "?")
	if d.encoder == nil {
		if len(s) <= most {
			return s
		}
		for most > 0 && !utf8.RuneStart(s[most]) {
			most--
		}
		return s[:most]
	}
	var b strings.Builder
	for _, r := range s {
		c, err := d.encoder.String(string(r))
		if err != nil {
			c = "?"
		}
		if b.Len()+len(c) > most {
			break
		}
		b.WriteString(c)
	}
	return b.String()
}

func (d *dbaseSink) write(values []any) error {
	for i, v := range values {
		text, err := d.value(settled(v), i)
		if err != nil {
			return err
		}
		d.widths[i] = max(d.widths[i], len(text))
		if err := d.out.WriteByte(byte(len(text))); err != nil {
			return err
		}
		if _, err := d.out.WriteString(text); err != nil {
			return err
		}
	}
	return nil
}

// value is a value as its column writes it, without padding.
func (d *dbaseSink) value(v any, i int) (string, error) {
	if v == nil {
		return "", nil
	}
	text := asText(v, d.columns[i].Type)
	switch d.kinds[i] {
	case 'N':
		if x, ok := v.(float64); ok {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return "", nil
			}
			if len(text) > 24 {
				text = strconv.FormatFloat(x, 'e', -1, 64)
			}
		}
		if _, err := strconv.ParseFloat(text, 64); err != nil && text != "" {
			return "", fmt.Errorf("table: %q in the column of numbers %s", text, d.columns[i].Name)
		}
		if _, fraction, found := strings.Cut(text, "."); found && !strings.Contains(text, "e") {
			d.decimals[i] = max(d.decimals[i], len(fraction))
		}
	case 'L':
		if text != "" {
			text = strings.ToUpper(text[:1])
		}
	case 'D':
		if _, err := time.Parse(time.DateOnly, text); err != nil && text != "" {
			return "", fmt.Errorf("table: %q in the column of dates %s", text, d.columns[i].Name)
		}
		text = strings.ReplaceAll(text, "-", "")
	default:
		text = d.bytes(text, maxText)
	}
	return text, nil
}

// emit writes the .dbf, reading the rows back.
func (d *dbaseSink) emit(w io.Writer, rows int32) error {
	record := 1
	for i, kind := range d.kinds {
		d.widths[i] = max(d.widths[i], 1)
		switch kind {
		case 'D':
			d.widths[i] = 8
		case 'N':
			d.widths[i] = max(d.widths[i], d.decimals[i]+2)
		}
		record += d.widths[i]
	}
	if record > maxRecord {
		return refused("A row of a shapefile has 65,535 bytes at most; choose gpkg.")
	}
	out := bufio.NewWriterSize(w, 64<<10)
	if _, err := out.Write(d.head(rows, record)); err != nil {
		return err
	}
	if _, err := d.spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	in := bufio.NewReaderSize(d.spool, 256<<10)
	for range rows {
		if err := d.row(out, in); err != nil {
			return err
		}
	}
	if err := out.WriteByte(0x1a); err != nil {
		return err
	}
	return out.Flush()
}

func (d *dbaseSink) head(rows int32, record int) []byte {
	b := make([]byte, 32, 33+32*len(d.kinds))
	// The date of the last change is fixed: the same rows make the same file.
	b[0], b[1], b[2], b[3] = 3, 100, 1, 1
	binary.LittleEndian.PutUint32(b[4:], uint32(rows)) // not negative
	binary.LittleEndian.PutUint16(b[8:], uint16(33+32*len(d.kinds)))
	binary.LittleEndian.PutUint16(b[10:], uint16(record))
	if d.encoding == gbName {
		b[29] = 0x4d
	}
	for i, kind := range d.kinds {
		var f [32]byte
		copy(f[:11], d.names[i])
		f[11], f[16], f[17] = kind, byte(d.widths[i]), byte(d.decimals[i])
		b = append(b, f[:]...)
	}
	return append(b, 0x0d)
}

func (d *dbaseSink) row(out *bufio.Writer, in *bufio.Reader) error {
	if err := out.WriteByte(' '); err != nil {
		return err
	}
	var buf [maxText + 1]byte
	for i, kind := range d.kinds {
		n, err := in.ReadByte()
		if err != nil {
			return err
		}
		if _, err := io.ReadFull(in, buf[:n]); err != nil {
			return err
		}
		padding := strings.Repeat(" ", d.widths[i]-int(n))
		text := string(buf[:n]) + padding
		if kind == 'N' {
			text = padding + string(buf[:n])
		}
		if _, err := out.WriteString(text); err != nil {
			return err
		}
	}
	return nil
}
