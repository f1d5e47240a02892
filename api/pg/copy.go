package pg

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/paulmach/orb"

	"onemap/geo/ewkb"
)

// Copy gathers rows in PostgreSQL's binary COPY format, for tables that are
// filled by the hundred thousand: several times cheaper than values in boxes.
// Each row begins with Row and has its columns written in order; the types must
// be the columns' own.
type Copy struct {
	table   string
	columns []string
	buf     []byte
	rows    int64
}

// epoch is day and moment zero of PostgreSQL.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// sent are buffers of copies that were sent: chunk follows chunk, each of megabytes.
var sent sync.Pool

// NewCopy begins rows for a table.
func NewCopy(table string, columns ...string) *Copy {
	c := &Copy{table: table, columns: columns}
	if old, ok := sent.Get().(*[]byte); ok {
		c.buf = (*old)[:0]
	}
	c.buf = append(append(c.buf, signature...), 0, 0, 0, 0, 0, 0, 0, 0)
	return c
}

// Row begins a row.
func (c *Copy) Row() {
	c.buf = binary.BigEndian.AppendUint16(c.buf, uint16(len(c.columns)))
	c.rows++
}

// Null writes a NULL.
func (c *Copy) Null() { c.buf = append(c.buf, 0xff, 0xff, 0xff, 0xff) }

// Text writes a text.
func (c *Copy) Text(s string) {
	c.size(len(s))
	c.buf = append(c.buf, s...)
}

// TextOrNull writes a text; an empty one is NULL.
func (c *Copy) TextOrNull(s string) {
	if s == "" {
		c.Null()
		return
	}
	c.Text(s)
}

// Bytes writes a bytea; nil is NULL.
func (c *Copy) Bytes(b []byte) {
	if b == nil {
		c.Null()
		return
	}
	c.size(len(b))
	c.buf = append(c.buf, b...)
}

// UUID writes an id; the zero id is NULL.
func (c *Copy) UUID(id [16]byte) {
	if id == [16]byte{} {
		c.Null()
		return
	}
	c.size(16)
	c.buf = append(c.buf, id[:]...)
}

// Bool writes a boolean.
func (c *Copy) Bool(b bool) {
	c.size(1)
	if b {
		c.buf = append(c.buf, 1)
		return
	}
	c.buf = append(c.buf, 0)
}

// Int64 writes a bigint.
func (c *Copy) Int64(n int64) {
	c.size(8)
	c.buf = binary.BigEndian.AppendUint64(c.buf, uint64(n))
}

// Int16 writes a smallint.
func (c *Copy) Int16(n int16) {
	c.size(2)
	c.buf = binary.BigEndian.AppendUint16(c.buf, uint16(n))
}

// Float32 writes a real.
func (c *Copy) Float32(n float32) {
	c.size(4)
	c.buf = binary.BigEndian.AppendUint32(c.buf, math.Float32bits(n))
}

// Geometry writes a geometry of WGS84.
func (c *Copy) Geometry(g orb.Geometry) error {
	b, err := ewkb.Marshal(g, srid)
	if err != nil {
		return err
	}
	c.Bytes(b)
	return nil
}

// Words writes a tsvector of lexemes without positions.
func (c *Copy) Words(v pgtype.TSVector) {
	at := len(c.buf)
	c.size(0)
	c.size(len(v.Lexemes))
	for i := range v.Lexemes {
		c.buf = append(append(c.buf, v.Lexemes[i].Word...), 0, 0, 0)
	}
	binary.BigEndian.PutUint32(c.buf[at:], uint32(len(c.buf)-at-4))
}

// Date writes the day of a moment at UTC midnight; the zero moment is NULL.
func (c *Copy) Date(at time.Time) {
	if at.IsZero() {
		c.Null()
		return
	}
	days := (at.Unix() - epoch.Unix()) / 86400
	if at.Unix() < epoch.Unix() && (at.Unix()-epoch.Unix())%86400 != 0 {
		days--
	}
	c.size(4)
	c.buf = binary.BigEndian.AppendUint32(c.buf, uint32(int32(days)))
}

// Time writes a timestamptz.
func (c *Copy) Time(at time.Time) { c.Int64(at.UnixMicro() - epoch.UnixMicro()) }

func (c *Copy) size(n int) { c.buf = binary.BigEndian.AppendUint32(c.buf, uint32(n)) }

// Grow makes room for so many rows of a size in bytes, that the buffer need not
// be moved as it grows.
func (c *Copy) Grow(rows, size int) { c.buf = slices.Grow(c.buf, rows*(size+2+4*len(c.columns))) }

// Send writes the rows in the caller's transaction.
func (c *Copy) Send(ctx context.Context, tx pgx.Tx) error { return c.send(ctx, tx, "") }

// SendFrozen writes the rows into a table that this transaction has truncated, as
// ones that everybody sees: nothing need look at each of them again.
func (c *Copy) SendFrozen(ctx context.Context, tx pgx.Tx) error { return c.send(ctx, tx, ", FREEZE") }

func (c *Copy) send(ctx context.Context, tx pgx.Tx, option string) error {
	if c.rows == 0 {
		return nil
	}
	c.buf = binary.BigEndian.AppendUint16(c.buf, 0xffff)
	sql := fmt.Sprintf("COPY %s (%s) FROM STDIN WITH (FORMAT binary%s)", c.table, strings.Join(c.columns, ", "), option)
	if _, err := tx.Conn().PgConn().CopyFrom(ctx, bytes.NewReader(c.buf), sql); err != nil {
		return fmt.Errorf("copy into %s: %w", c.table, err)
	}
	old := c.buf
	c.buf = nil
	sent.Put(&old)
	return nil
}

// SendChecked writes the rows where row-level policies have to look at each,
// which COPY does not: through a table of the transaction's own.
func (c *Copy) SendChecked(ctx context.Context, tx pgx.Tx) error {
	if c.rows == 0 {
		return nil
	}
	table, columns, through := c.table, strings.Join(c.columns, ", "), "checked_"+c.table
	if _, err := tx.Exec(ctx, fmt.Sprintf("CREATE TEMP TABLE %s ON COMMIT DROP AS SELECT %s FROM %s WITH NO DATA", through, columns, table)); err != nil {
		return fmt.Errorf("copy into %s: %w", table, err)
	}
	c.table = through
	if err := c.Send(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s", table, columns, columns, through)); err != nil {
		return fmt.Errorf("copy into %s: %w", table, err)
	}
	_, err := tx.Exec(ctx, "DROP TABLE "+through)
	return err
}
