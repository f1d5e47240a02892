package table

import (
	"bufio"
	"errors"
	"io"
)

// maxLine is the longest line of a text file that is read, in bytes: ten times
// the largest outline of a city written as text.
const maxLine = 4 << 20

// errLong is a line that was passed over for its length.
var errLong = errors.New("the line is longer than 4 MiB")

// line is a physical line without its end.
type line struct {
	number int64
	raw    []byte
	err    error // errLong
}

// lines reads a text line by line; lines may be put back.
type lines struct {
	in     *bufio.Reader
	end    byte
	number int64
	back   []line // to be read again, the last first
}

// next gives a line that stays valid until it is forgotten by the caller, or io.EOF.
func (l *lines) next() (line, error) {
	if n := len(l.back); n > 0 {
		got := l.back[n-1]
		l.back = l.back[:n-1]
		return got, nil
	}
	var raw []byte
	for {
		part, err := l.in.ReadSlice(l.end)
		raw = append(raw, part...)
		if len(raw) > maxLine {
			l.number++
			return line{number: l.number, err: errLong}, l.passOver(err)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && (!errors.Is(err, io.EOF) || len(raw) == 0) {
			return line{}, err
		}
		break
	}
	l.number++
	if n := len(raw); n > 0 && raw[n-1] == l.end {
		raw = raw[:n-1]
	}
	if n := len(raw); n > 0 && raw[n-1] == '\r' {
		raw = raw[:n-1]
	}
	return line{number: l.number, raw: raw}, nil
}

// passOver reads to the end of a line that is too long.
func (l *lines) passOver(err error) error {
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = l.in.ReadSlice(l.end)
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// unread puts lines back, to be read again in the same order.
func (l *lines) unread(list []line) {
	for i := len(list) - 1; i >= 0; i-- {
		l.back = append(l.back, list[i])
	}
}

// counted counts the bytes that went through a reader.
type counted struct {
	io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}
