package table

import (
	"bytes"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	xunicode "golang.org/x/text/encoding/unicode"
)

// The encodings by the names the program shows.
const (
	utf8Name    = "UTF-8"
	gbName      = "GB18030"
	utf16leName = "UTF-16LE"
	utf16beName = "UTF-16BE"
	westName    = "Windows-1252"
	big5Name    = "Big5"
)

// encodingName reads how people, .cpg files and dBASE drivers call an encoding;
// empty for one that is not known.
func encodingName(said string) string {
	s := strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.TrimSpace(said)))
	s = strings.TrimPrefix(s, "ansi")
	switch strings.TrimPrefix(strings.TrimPrefix(s, "cp"), "windows") {
	case "utf8", "65001", "utf8sig", "utf8bom":
		return utf8Name
	case "gb18030", "gbk", "gb2312", "936", "54936", "hzgb2312", "euccn":
		return gbName
	case "utf16le", "utf16", "1200", "unicode":
		return utf16leName
	case "utf16be", "1201":
		return utf16beName
	case "1252", "iso88591", "latin1", "88591", "iso885915":
		return westName
	case "big5", "950":
		return big5Name
	}
	return ""
}

// codec is the encoding behind a name; nil for UTF-8.
func codec(name string) encoding.Encoding {
	switch name {
	case gbName:
		return simplifiedchinese.GB18030
	case utf16leName:
		return xunicode.UTF16(xunicode.LittleEndian, xunicode.IgnoreBOM)
	case utf16beName:
		return xunicode.UTF16(xunicode.BigEndian, xunicode.IgnoreBOM)
	case westName:
		return charmap.Windows1252
	case big5Name:
		return traditionalchinese.Big5
	}
	return nil
}

// bom tells the encoding of a byte order mark and its length.
func bom(head []byte) (string, int) {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return utf8Name, 3
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return utf16leName, 2
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return utf16beName, 2
	}
	return "", 0
}

// looksLikeText decodes the beginning of a file, or says that it is none of text.
func looksLikeText(head []byte) (text string, binary bool) {
	name, skip := bom(head)
	if name == "" {
		name = wide(head)
	}
	if c := codec(name); c != nil {
		text, err := c.NewDecoder().Bytes(head[skip : skip+(len(head)-skip)/2*2])
		return string(text), err != nil
	}
	head = head[skip:]
	odd := 0
	for _, b := range head {
		if b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1a && b != 0x1e {
			odd++
		}
	}
	// A stray control character is one bad row, not a binary file.
	return string(head), odd > 4 && odd > len(head)/50
}

// wide tells UTF-16 without a mark by where the zero bytes lie; empty otherwise.
func wide(head []byte) string {
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	half := len(head) / 2
	switch {
	case half < 4:
		return ""
	case zeros[1] > half/5 && zeros[0] == 0:
		return utf16leName
	case zeros[0] > half/5 && zeros[1] == 0:
		return utf16beName
	}
	return ""
}

const (
	sampleHead  = 4 << 20
	sampleChunk = 128 << 10
	sampleCount = 24
)

// detect finds a text file's encoding from its beginning and samples all
// through it: the first Chinese name may come a hundred megabytes in.
func detect(f *os.File, size int64) (string, int, error) {
	head := make([]byte, min(size, sampleHead))
	if _, err := io.ReadFull(f, head); err != nil {
		return "", 0, err
	}
	if name, skip := bom(head); name != "" {
		return name, skip, nil
	}
	if name := wide(head[:min(len(head), 8<<10)]); name != "" {
		return name, 0, nil
	}
	var v votes
	v.count(head, size <= sampleHead)
	if rest := size - sampleHead; rest > 0 {
		chunk := make([]byte, sampleChunk)
		for i := range int64(sampleCount) {
			n, err := f.ReadAt(chunk, sampleHead+max(0, rest-sampleChunk)*i/(sampleCount-1))
			if err != nil && err != io.EOF {
				return "", 0, err
			}
			// From the first whole line to the last.
			if begin := bytes.IndexByte(chunk[:n], '\n'); begin >= 0 {
				v.count(chunk[begin+1:n], false)
			}
		}
	}
	return v.winner(), 0, nil
}

// votes are lines that are not plain ASCII, by what they can be.
type votes struct{ utf8, gb, west, neither int }

func (v *votes) count(text []byte, whole bool) {
	for len(text) > 0 {
		line, rest, found := bytes.Cut(text, []byte{'\n'})
		if !found && !whole {
			return // cut off in the middle
		}
		text = rest
		v.line(line)
	}
}

func (v *votes) line(line []byte) {
	switch {
	case ascii(line):
	case utf8.Valid(line):
		v.utf8++
	case lonely(line):
		v.west++
	case validIn(gbName, line):
		v.gb++
	default:
		v.neither++
	}
}

func (v *votes) winner() string {
	switch {
	case v.gb > v.utf8 && v.gb >= v.west:
		return gbName
	case v.west > v.utf8:
		return westName
	}
	return utf8Name
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// lonely says whether the high bytes stand alone among letters, as the umlauts
// of a western encoding do; Chinese ones come in pairs.
func lonely(line []byte) bool {
	alone, all := 0, 0
	for i, c := range line {
		if c < 0x80 {
			continue
		}
		all++
		if (i == 0 || line[i-1] < 0x80) && (i+1 == len(line) || line[i+1] < 0x80) {
			alone++
		}
	}
	return alone*2 > all
}

// validIn says whether every byte of the line has a meaning in the encoding.
func validIn(name string, line []byte) bool {
	_, ok := decode(name, line)
	return ok
}

// decode turns bytes into text; not ok when some have no meaning in the encoding.
func decode(name string, raw []byte) (string, bool) {
	c := codec(name)
	if c == nil || ascii(raw) {
		return string(raw), utf8.Valid(raw)
	}
	text, err := c.NewDecoder().Bytes(raw)
	return string(text), err == nil && !bytes.ContainsRune(text, utf8.RuneError)
}

// strange says in which other encoding the line was written, where that can be
// told: bytes without meaning in the file's own, or, for a file in GB18030 or a
// western encoding, Chinese that is whole UTF-8, which in GB18030 would be an
// unlikely chain of rare characters.
func strange(name string, raw []byte) (reason string, bad bool) {
	if name == utf16leName || name == utf16beName || ascii(raw) {
		return "", false
	}
	isUTF8 := utf8.Valid(raw)
	if name == utf8Name {
		switch {
		case isUTF8:
			return "", false
		case lonely(raw):
			return "the row is not in the file's encoding UTF-8; it reads as " + westName, true
		case validIn(gbName, raw):
			return "the row is not in the file's encoding UTF-8; it reads as " + gbName, true
		}
		return "the row is not in the file's encoding UTF-8, nor in another that is known", true
	}
	if isUTF8 && (name == westName || chinese(raw)) {
		return "the row is not in the file's encoding " + name + "; it reads as UTF-8", true
	}
	if !validIn(name, raw) {
		return "the row is not in the file's encoding " + name, true
	}
	return "", false
}

// chinese says whether all of the line's characters beyond ASCII are Chinese
// characters or signs, one character at least.
func chinese(line []byte) bool {
	some := false
	for _, r := range string(line) {
		switch {
		case r < 0x80:
		case unicode.Is(unicode.Han, r):
			some = true
		case r >= 0x3000 && r <= 0x303f, r >= 0xff00 && r <= 0xffef, r >= 0x2010 && r <= 0x2027:
		default:
			return false
		}
	}
	return some
}
