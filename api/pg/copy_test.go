package pg_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/paulmach/orb"

	"onemap/api/pg"
)

// What is copied comes back the same, NULLs and days before 2000 included.
func TestCopiedRowsComeBack(t *testing.T) {
	t.Parallel()
	pool := open(t)
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), "CREATE TEMP TABLE box (id uuid, words text, raw bytea, yes boolean, n bigint, day date, at timestamptz) ON COMMIT DROP"); err != nil {
			return err
		}
		id, at := uuid.New(), time.Date(2026, 3, 2, 8, 15, 30, 123456000, time.UTC)
		c := pg.NewCopy("box", "id", "words", "raw", "yes", "n", "day", "at")
		days := []time.Time{time.Date(1880, 2, 29, 0, 0, 0, 0, time.UTC), time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC), time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)}
		for _, day := range days {
			c.Row()
			c.UUID(id)
			c.Text("王\t\\\n")
			c.Bytes([]byte{0, 1, 255})
			c.Bool(true)
			c.Int64(-3)
			c.Date(day)
			c.Time(at)
		}
		c.Row()
		c.UUID(uuid.Nil)
		c.Text("")
		c.Bytes(nil)
		c.Bool(false)
		c.Int64(1 << 40)
		c.Date(time.Time{})
		c.Time(time.Date(1999, 12, 31, 23, 59, 59, 999999000, time.UTC))
		if err := c.Send(t.Context(), tx); err != nil {
			return err
		}
		for _, day := range days {
			var same bool
			err := tx.QueryRow(t.Context(), `SELECT count(*) = 1 FROM box WHERE id = $1 AND words = $2 AND raw = $3 AND yes AND n = -3 AND day = $4 AND at = $5`,
				id, "王\t\\\n", []byte{0, 1, 255}, day, at).Scan(&same)
			if err != nil || !same {
				t.Errorf("the row of %v: %v", day, err)
			}
		}
		var nulls int
		err := tx.QueryRow(t.Context(), "SELECT count(*) FROM box WHERE id IS NULL AND raw IS NULL AND day IS NULL AND words = '' AND NOT yes AND n = 1099511627776 AND at = '1999-12-31 23:59:59.999999Z'").Scan(&nulls)
		if nulls != 1 {
			t.Errorf("%d rows of NULLs (%v)", nulls, err)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { return pg.NewCopy("nowhere", "x").Send(t.Context(), tx) }); err != nil {
		t.Errorf("nothing to send: %v", err)
	}
}

// Numbers, shapes and words come back as the driver's own way brings them.
func TestCopiedShapesAndWordsComeBack(t *testing.T) {
	t.Parallel()
	pool := open(t)
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), "CREATE TEMP TABLE house (n smallint, h real, code text, words tsvector, point geometry(Point, 4326), geom geometry(MultiPolygon, 4326)) ON COMMIT DROP"); err != nil {
			return err
		}
		words := pgtype.TSVector{Valid: true, Lexemes: []pgtype.TSVectorLexeme{{Word: "12"}, {Word: "cfl"}, {Word: "o'h\\"}, {Word: "春风"}, {Word: "路"}}}
		point := orb.Point{113.3002, 23.4002}
		shape := orb.MultiPolygon{{{{113, 23}, {113.1, 23}, {113.1, 23.1}, {113, 23}}}, {{{114, 23}, {114.1, 23}, {114.1, 23.1}, {114, 23}}}}
		if _, err := tx.Exec(t.Context(), "INSERT INTO house VALUES ($1, $2, $3, $4, $5, $6)", int16(-3), float32(3.2), nil, words, point, shape); err != nil {
			return err
		}
		c := pg.NewCopy("house", "n", "h", "code", "words", "point", "geom")
		c.Row()
		c.Int16(-3)
		c.Float32(3.2)
		c.TextOrNull("")
		c.Words(words)
		if err := errors.Join(c.Geometry(point), c.Geometry(shape)); err != nil {
			return err
		}
		c.Row()
		c.Null()
		c.Null()
		c.TextOrNull("L1")
		c.Words(pgtype.TSVector{Valid: true})
		c.Null()
		c.Null()
		if err := c.Send(t.Context(), tx); err != nil {
			return err
		}
		var kinds, empty int
		err := tx.QueryRow(t.Context(), "SELECT count(DISTINCT h::text || n || words::text || ST_AsEWKT(point) || ST_AsEWKT(geom)), count(*) FILTER (WHERE code = 'L1' AND words = '') FROM house").Scan(&kinds, &empty)
		if kinds != 1 || empty != 1 {
			t.Errorf("%d kinds of rows, %d empty (%v)", kinds, empty, err)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
