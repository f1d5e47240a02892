package table

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// dbase reads the .dbf of a shapefile, the table beside the shapes.
type dbase struct {
	in       *bufio.Reader
	close    func() error
	fields   []dbaseField
	record   []byte
	records  int64
	n        int64
	encoding string
	language byte
}

type dbaseField struct {
	raw     []byte
	kind    byte
	at, len int
}

// openDBase reads the header. Size is that of the file, to know one cut off.
func openDBase(r io.ReadCloser, size int64) (*dbase, error) {
	d := &dbase{in: bufio.NewReaderSize(r, 256<<10), close: r.Close}
	head := make([]byte, 32)
	if _, err := io.ReadFull(d.in, head); err != nil {
		return nil, refused("The .dbf is damaged: it has no header.")
	}
	d.records = int64(binary.LittleEndian.Uint32(head[4:]))
	length, record := int(binary.LittleEndian.Uint16(head[8:])), int(binary.LittleEndian.Uint16(head[10:]))
	d.language = head[29]
	if length < 33 || record < 1 {
		return nil, refused("The .dbf is damaged: its header makes no sense.")
	}
	if whole := int64(length) + d.records*int64(record); whole > size {
		return nil, refused("The .dbf is cut off: it has %d of %d bytes. Copy it again.", size, whole)
	}
	rest := make([]byte, length-32)
	if _, err := io.ReadFull(d.in, rest); err != nil {
		return nil, refused("The .dbf is damaged: its header is cut off.")
	}
	at := 1
	for ; len(rest) >= 32 && rest[0] != 0x0d; rest = rest[32:] {
		name, _, _ := bytes.Cut(rest[:11], []byte{0})
		f := dbaseField{raw: name, kind: rest[11], at: at, len: int(rest[16])}
		if f.kind == 'C' {
			f.len += int(rest[17]) << 8 // a long text has the high byte where others have decimals
			if at+f.len > record {
				f.len = int(rest[16])
			}
		}
		if at += f.len; at > record {
			return nil, refused("The .dbf is damaged: its columns are wider than its rows.")
		}
		d.fields = append(d.fields, f)
	}
	d.record = make([]byte, record)
	return d, nil
}

// next reads the next row; deleted says that it is one that was struck out.
func (d *dbase) next() (deleted bool, err error) {
	if d.n >= d.records {
		return false, io.EOF
	}
	if _, err := io.ReadFull(d.in, d.record); err != nil {
		return false, refused("The .dbf is cut off behind row %d. Copy it again.", d.n)
	}
	d.n++
	return d.record[0] == '*', nil
}

// readable says whether a column's type is one that holds a value itself.
func (f dbaseField) readable() bool {
	return strings.IndexByte("CNFDLIOB", f.kind) >= 0 && (f.kind != 'B' || f.len == 8)
}

// value is a field of the row at hand.
func (d *dbase) value(f dbaseField) (string, error) {
	raw := d.record[f.at : f.at+f.len]
	trimmed := strings.Trim(string(raw), " \x00")
	switch f.kind {
	case 'C':
		return d.text(raw)
	case 'N', 'F':
		return number(trimmed)
	case 'D':
		return dbaseDate(trimmed)
	case 'L':
		switch trimmed {
		case "T", "t", "Y", "y", "1":
			return "true", nil
		case "F", "f", "N", "n", "0":
			return "false", nil
		}
		return "", nil
	case 'I':
		if f.len == 4 {
			return strconv.Itoa(int(int32(binary.LittleEndian.Uint32(raw)))), nil // its bits are a signed number
		}
	case 'O', 'B':
		if f.len == 8 {
			return strconv.FormatFloat(math.Float64frombits(binary.LittleEndian.Uint64(raw)), 'f', -1, 64), nil
		}
	}
	return "", errors.New("is of a type that is not read")
}

func number(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	if strings.Trim(s, "*") == "" {
		return "", errors.New("a number that was too wide for its column, written as asterisks")
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return "", errors.New("a number that is none")
	}
	if strings.ContainsAny(s, "eE") {
		return strconv.FormatFloat(x, 'f', -1, 64), nil
	}
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s = strings.TrimPrefix(s, "+"); strings.HasPrefix(s, ".") || s == "" {
		s = "0" + s
	}
	return s, nil
}

func dbaseDate(s string) (string, error) {
	if strings.Trim(s, "0") == "" {
		return "", nil
	}
	if len(s) != 8 || strings.Trim(s, "0123456789") != "" {
		return "", errors.New("a date that is none")
	}
	return s[:4] + "-" + s[4:6] + "-" + s[6:], nil
}

// text decodes a field of text. One that fills its column may end in the
// middle of a character, which is left out.
func (d *dbase) text(raw []byte) (string, error) {
	kept := bytes.TrimRight(raw, " \x00")
	if bytes.IndexByte(kept, 0) >= 0 {
		kept, _, _ = bytes.Cut(kept, []byte{0})
		kept = bytes.TrimRight(kept, " ")
	}
	if len(kept) == len(raw) {
		kept = whole(d.encoding, kept)
	}
	if reason, bad := strange(d.encoding, kept); bad {
		return "", errors.New(strings.Replace(reason, "the row", "a text that", 1))
	}
	s, _ := decode(d.encoding, kept)
	return strings.Trim(s, " \t\u3000"), nil
}

// whole leaves out the piece of a character that stands at the end, if that
// makes the rest readable.
func whole(encoding string, b []byte) []byte {
	for cut := 0; cut <= 3 && cut <= len(b); cut++ {
		if part := b[:len(b)-cut]; validIn(encoding, part) {
			return part
		}
	}
	return b
}

// detect finds the encoding of the texts from a sample of the rows; the dBASE
// language byte is believed where it names a Chinese code page.
func (d *dbase) detect() string {
	switch d.language {
	case 0x4d, 0x7a:
		return gbName
	case 0x4f, 0x78:
		return big5Name
	}
	var v votes
	for _, f := range d.fields {
		v.field(f.raw, 10)
	}
	for range 50000 {
		if _, err := d.next(); err != nil {
			break
		}
		for _, f := range d.fields {
			if f.kind == 'C' {
				v.field(bytes.TrimRight(d.record[f.at:f.at+f.len], " \x00"), f.len)
			}
		}
	}
	return v.winner()
}

// field votes for a field of so many bytes, which may be cut at its end.
func (v *votes) field(b []byte, width int) {
	if len(b) >= width && !utf8.Valid(b) {
		if kept := whole(utf8Name, b); utf8.Valid(kept) && !ascii(kept) {
			b = kept
		} else {
			b = whole(gbName, b)
		}
	}
	v.line(b)
}
