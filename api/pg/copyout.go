package pg

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// CopyOut gives the rows of a query, which takes no parameters, in PostgreSQL's
// binary form: for reading by the million, cheaper than rows for both sides. NULL is
// nil. The values live until row returns. Who traces queries hears of this one.
func CopyOut(ctx context.Context, tx pgx.Tx, query string, row func(v [][]byte) error) (err error) {
	conn := tx.Conn()
	if t := conn.Config().Tracer; t != nil {
		ctx = t.TraceQueryStart(ctx, conn, pgx.TraceQueryStartData{SQL: query})
		defer func() { t.TraceQueryEnd(ctx, conn, pgx.TraceQueryEndData{Err: err}) }()
	}
	out := &copyOut{row: row}
	if _, err := conn.PgConn().CopyTo(ctx, out, "COPY ("+query+") TO STDOUT WITH (FORMAT binary)"); err != nil {
		return fmt.Errorf("copy out: %w", err)
	}
	if !out.ended {
		return errors.New("copy out: the rows end too early")
	}
	return nil
}

// copyOut reads the binary COPY format as it comes: a signature, then for each row
// a count of fields and the fields with their lengths, then -1.
type copyOut struct {
	row    func(v [][]byte) error
	rest   []byte // of a row that has not come whole
	values [][]byte
	begun  bool
	ended  bool
}

// signature begins the binary COPY format, both ways.
var signature = []byte("PGCOPY\n\xff\r\n\x00")

// headSize is the signature with the flags and the length of an extension, which are zero.
const headSize = 19

var errCopy = errors.New("not in the form of a binary copy")

// Write takes what has come, a row at a time as the server sends it.
func (c *copyOut) Write(p []byte) (int, error) {
	data := p
	if len(c.rest) > 0 {
		c.rest = append(c.rest, p...)
		data = c.rest
	}
	if !c.begun {
		if len(data) < headSize {
			c.rest = append(c.rest[:0], data...)
			return len(p), nil
		}
		if !bytes.HasPrefix(data, signature) || binary.BigEndian.Uint64(data[len(signature):]) != 0 {
			return 0, errCopy
		}
		c.begun, data = true, data[headSize:]
	}
	for !c.ended {
		n, err := c.one(data)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			break
		}
		data = data[n:]
	}
	c.rest = append(c.rest[:0], data...)
	return len(p), nil
}

// one reads a row, if it is whole, and gives its length.
func (c *copyOut) one(data []byte) (int, error) {
	if len(data) < 2 {
		return 0, nil
	}
	fields, at := int(int16(binary.BigEndian.Uint16(data))), 2
	if fields < 0 {
		c.ended = true
		return at, nil
	}
	c.values = c.values[:0]
	for range fields {
		if len(data)-at < 4 {
			return 0, nil
		}
		size := int(int32(binary.BigEndian.Uint32(data[at:])))
		at += 4
		if size < 0 {
			c.values = append(c.values, nil)
			continue
		}
		if len(data)-at < size {
			return 0, nil
		}
		c.values = append(c.values, data[at:at+size:at+size])
		at += size
	}
	return at, c.row(c.values)
}
