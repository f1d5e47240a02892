package audit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
)

// Many write, two seal at once, some roll back: each entry lies there once.
func TestManyWritersAndTwoSealers(t *testing.T) {
	t.Parallel()
	d := open(t)
	const writers, each = 10, 100
	no := errors.New("no")
	var writing, sealing sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	for range 2 {
		sealing.Go(func() {
			s := d.sealer("")
			for ctx.Err() == nil {
				if _, err := s.Seal(ctx); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			}
		})
	}
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				ctx, _ := d.Open(actor.With(t.Context(), wang), Entry{Action: "x", Request: fmt.Sprintf("%d/%d", w, i)})
				err := d.do(ctx, func(pgx.Tx) error {
					if i%10 == 0 {
						return no
					}
					return nil
				})
				if (err != nil) != (i%10 == 0) {
					t.Error(err)
				}
			}
		})
	}
	writing.Wait()
	stop() // in the middle of a batch, as a kill would
	sealing.Wait()
	if err := d.sealer("").round(t.Context()); err != nil {
		t.Fatal(err)
	}
	var n, requests int
	if err := d.pool.QueryRow(t.Context(), "SELECT count(*), count(DISTINCT request) FROM audit_log").Scan(&n, &requests); err != nil {
		t.Fatal(err)
	}
	if kept := writers * each * 9 / 10; n != kept || requests != kept {
		t.Errorf("%d entries of %d requests, want %d", n, requests, kept)
	}
	want(t, "after all", d.verify(t))
}

// A sealing that ends half-way leaves the inbox as it was.
func TestASealingThatFailsSealsNothing(t *testing.T) {
	t.Parallel()
	d := open(t)
	_, p := d.Open(t.Context(), Entry{Action: "x"})
	if err := p.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.exec(t, "ALTER TABLE audit_log ADD CONSTRAINT audit_log_none_ck CHECK (false)")
	if _, err := d.sealer("").Seal(t.Context()); err == nil {
		t.Fatal("sealed into nowhere")
	}
	if len(d.inbox(t)) != 1 {
		t.Fatal("the entry is lost")
	}
	d.exec(t, "ALTER TABLE audit_log DROP CONSTRAINT audit_log_none_ck")
	if n, err := d.sealer("").Seal(t.Context()); err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
	want(t, "the second time", d.verify(t))
	// A key that is not the log's does not go on with it.
	d.Book.Key = testKey(t, 2)
	if err := (&Pending{book: d.Book}).Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := d.sealer("").Seal(t.Context()); !errors.Is(err, ErrKey) {
		t.Errorf("%v", err)
	}
}
