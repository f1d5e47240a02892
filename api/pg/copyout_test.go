package pg_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"onemap/api/pg"
)

// Rows of all lengths, none, NULLs and a row longer than any buffer come as they are.
func TestCopiedOutRowsAreTheQuerys(t *testing.T) {
	t.Parallel()
	pool := open(t)
	for _, n := range []int{0, 1, 20000} {
		err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
			i := 0
			err := pg.CopyOut(t.Context(), tx, fmt.Sprintf("SELECT i::int4, CASE WHEN i %% 3 > 0 THEN repeat('长', i %% 700 + i / 19000 * 100000) END, ''::text FROM generate_series(0, %d - 1) i ORDER BY i", n), func(v [][]byte) error {
				if got := int(binary.BigEndian.Uint32(v[0])); got != i || len(v) != 3 || v[2] == nil || len(v[2]) != 0 {
					return fmt.Errorf("row %d: %d, %d values", i, got, len(v))
				}
				if want := strings.Repeat("长", i%700+i/19000*100000); (v[1] == nil) != (i%3 == 0) || v[1] != nil && string(v[1]) != want {
					return fmt.Errorf("row %d: %d bytes", i, len(v[1]))
				}
				i++
				return nil
			})
			if err == nil && i != n {
				t.Errorf("%d rows of %d", i, n)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// What the reader of a row says ends the copy, and what the database says is said.
func TestACopyOutThatBreaksOff(t *testing.T) {
	t.Parallel()
	pool := open(t)
	enough := errors.New("enough")
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		return pg.CopyOut(t.Context(), tx, "SELECT generate_series(1, 100000)", func([][]byte) error { return enough })
	})
	if !errors.Is(err, enough) {
		t.Errorf("%v", err)
	}
	err = pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		return pg.CopyOut(t.Context(), tx, "SELECT 1 / (5 - i) FROM generate_series(1, 10) i", func([][]byte) error { return nil })
	})
	if err == nil || !strings.Contains(err.Error(), "division by zero") {
		t.Errorf("%v", err)
	}
}
