package audit

import (
	"bytes"
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/actor"
	"onemap/api/pg"
	"onemap/api/pgserver/pgtest"
)

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// town is a database with a book, under a clock of its own.
type town struct {
	*Book
	pool *pgxpool.Pool
	now  atomic.Int64
}

func (d *town) clock() time.Time { return time.UnixMicro(d.now.Load()).UTC() }

func testKey(tb testing.TB, b byte) *Key {
	tb.Helper()
	k, err := NewKey(bytes.Repeat([]byte{b}, 32))
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func open(tb testing.TB) *town {
	tb.Helper()
	pool, err := pg.Open(tb.Context(), pgtest.Database(tb))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(pool.Close)
	d := &town{pool: pool}
	d.now.Store(start.UnixMicro())
	d.Book = &Book{Pool: pool, Key: testKey(tb, 1), Now: d.clock, NewID: func() uuid.UUID { return uuid.Must(uuid.NewV7()) }}
	if err := d.Claim(tb.Context(), pool); err != nil {
		tb.Fatal(err)
	}
	return d
}

// wang is a registrar of a street and a worker beyond it.
var wang = actor.Actor{ID: uuid.MustParse("0190e0a0-0000-7000-8000-000000000001"), Login: "wang", Grants: []actor.Grant{
	{Role: actor.Registrar, Prefix: "440605"}, {Role: actor.Worker, Prefix: "4406"},
}}

// do commits a transaction in which nothing happens but fn.
func (d *town) do(ctx context.Context, fn func(tx pgx.Tx) error) error {
	return pg.InTx(ctx, d.pool, fn)
}

// inbox gives what waits, as it was written.
func (d *town) inbox(tb testing.TB) (list []Entry) {
	tb.Helper()
	rows, err := d.pool.Query(tb.Context(), "SELECT body, mac FROM audit_inbox ORDER BY id")
	if err != nil {
		tb.Fatal(err)
	}
	var body, mac []byte
	_, err = pgx.ForEachRow(rows, []any{&body, &mac}, func() error {
		e, err := decode(body)
		if err == nil && !d.Key.signed(body, mac) {
			tb.Error("an entry without the program's mark")
		}
		list = append(list, e)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return list
}
