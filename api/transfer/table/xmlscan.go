package table

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxToken is the longest tag or text of a workbook's XML; Excel itself ends a cell at 32,767 characters.
const maxToken = 4 << 20

// xmlScan walks the XML of a workbook. encoding/xml would do the same at a
// fifth of the pace, and a sheet of a million rows is a gigabyte of XML. It
// knows what spreadsheets write: elements, text, comments, CDATA and the
// five entities; it does not check that elements close in order.
type xmlScan struct {
	in   *bufio.Reader
	name string // of the element that begins or ends, without its prefix
	tag  []byte // the attributes of the element that begins
	text []byte // the text before the tag, entities undone
	end  bool   // the element ends; empty elements begin (empty set) and end at once
	self bool
}

func newScan(r io.Reader) *xmlScan { return &xmlScan{in: bufio.NewReaderSize(r, 64<<10)} }

var errXML = errors.New("the workbook's XML is damaged")

// next comes to the next beginning or end of an element; text is what stood before it.
func (s *xmlScan) next() error {
	s.text = s.text[:0]
	for {
		text, err := s.until('<')
		if err != nil {
			return err
		}
		s.text = appendText(s.text, text[:len(text)-1])
		tag, err := s.until('>')
		if err != nil {
			return err
		}
		switch {
		case bytes.HasPrefix(tag, []byte("!--")):
			if _, err := s.through(tag, "-->"); err != nil {
				return err
			}
			continue
		case bytes.HasPrefix(tag, []byte("![CDATA[")):
			whole, err := s.through(tag, "]]>")
			if err != nil {
				return err
			}
			s.text = append(s.text, whole[len("![CDATA["):len(whole)-len("]]>")]...)
			continue
		case tag[0] == '!':
			return fmt.Errorf("%w: it has a document type", errXML)
		case tag[0] == '?':
			continue
		}
		for unquoted(tag) {
			if tag, err = s.through(tag, ">"); err != nil {
				return err
			}
		}
		s.take(tag[:len(tag)-1])
		return nil
	}
}

// unquoted says that the tag ends inside an attribute's value, which may hold a ">".
func unquoted(tag []byte) bool {
	var in byte
	for _, c := range tag {
		switch {
		case in == 0 && (c == '"' || c == '\''):
			in = c
		case c == in:
			in = 0
		}
	}
	return in != 0
}

// until reads to a character, with it. The bytes are good until the next reading.
func (s *xmlScan) until(c byte) ([]byte, error) {
	part, err := s.in.ReadSlice(c)
	if err == nil {
		return part, nil
	}
	whole := bytes.Clone(part)
	for errors.Is(err, bufio.ErrBufferFull) {
		if len(whole) > maxToken {
			return nil, fmt.Errorf("%w: a value longer than 4 MiB", errXML)
		}
		part, err = s.in.ReadSlice(c)
		whole = append(whole, part...)
	}
	if errors.Is(err, io.EOF) && c == '<' && len(bytes.TrimSpace(whole)) == 0 {
		return nil, io.EOF
	}
	if errors.Is(err, io.EOF) {
		return nil, io.ErrUnexpectedEOF
	}
	return whole, err
}

// through reads on until the tag ends with the mark.
func (s *xmlScan) through(tag []byte, mark string) ([]byte, error) {
	whole := bytes.Clone(tag)
	for first := true; first && mark == ">" || !bytes.HasSuffix(whole, []byte(mark)); first = false {
		more, err := s.until('>')
		if err != nil {
			return nil, err
		}
		if whole = append(whole, more...); len(whole) > maxToken {
			return nil, fmt.Errorf("%w: a tag longer than 4 MiB", errXML)
		}
	}
	return whole, nil
}

func (s *xmlScan) take(tag []byte) {
	s.end, s.self = false, false
	if len(tag) > 0 && tag[0] == '/' {
		s.end, tag = true, tag[1:]
	} else if len(tag) > 0 && tag[len(tag)-1] == '/' {
		s.self, tag = true, tag[:len(tag)-1]
	}
	at := bytes.IndexAny(tag, " \t\r\n")
	if at < 0 {
		at = len(tag)
	}
	name := tag[:at]
	if colon := bytes.IndexByte(name, ':'); colon >= 0 {
		name = name[colon+1:]
	}
	if string(name) != s.name {
		s.name = string(name)
	}
	s.tag = tag[at:]
}

// attr is an attribute's value, by its name without a prefix.
func (s *xmlScan) attr(name string) string {
	for rest := s.tag; ; {
		eq := bytes.IndexByte(rest, '=')
		if eq < 0 {
			return ""
		}
		key := bytes.TrimSpace(rest[:eq])
		rest = bytes.TrimLeft(rest[eq+1:], " \t\r\n")
		if len(rest) < 2 {
			return ""
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return ""
		}
		value := rest[1 : 1+end]
		rest = rest[end+2:]
		if colon := bytes.IndexByte(key, ':'); colon >= 0 {
			key = key[colon+1:]
		}
		if string(key) == name {
			return string(appendText(nil, value))
		}
	}
}

// appendText undoes the entities.
func appendText(to, text []byte) []byte {
	for {
		at := bytes.IndexByte(text, '&')
		if at < 0 {
			return append(to, text...)
		}
		to, text = append(to, text[:at]...), text[at:]
		end := bytes.IndexByte(text, ';')
		if end < 0 || end > 10 {
			return append(to, text...)
		}
		to, text = entity(to, string(text[1:end])), text[end+1:]
	}
}

func entity(to []byte, name string) []byte {
	switch name {
	case "amp":
		return append(to, '&')
	case "lt":
		return append(to, '<')
	case "gt":
		return append(to, '>')
	case "quot":
		return append(to, '"')
	case "apos":
		return append(to, '\'')
	}
	base, digits := 10, strings.TrimPrefix(name, "#")
	if strings.HasPrefix(digits, "x") {
		base, digits = 16, digits[1:]
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil {
		return to
	}
	return utf8.AppendRune(to, rune(n))
}

// unescaped undoes _x000D_, by which a workbook writes what XML cannot hold.
func unescaped(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for {
		at := strings.Index(s, "_x")
		if at < 0 || len(s) < at+7 {
			b.WriteString(s)
			return b.String()
		}
		n, err := strconv.ParseUint(s[at+2:at+6], 16, 16)
		if err != nil || s[at+6] != '_' {
			b.WriteString(s[:at+2])
			s = s[at+2:]
			continue
		}
		b.WriteString(s[:at])
		b.WriteRune(rune(n))
		s = s[at+7:]
	}
}
