package audit

import (
	"errors"
	"slices"
	"testing"
)

// The log goes on under a new key, and is verified across the change: what was
// done before is still found, by the chain and by heads that the former key signed.
func TestTheLogGoesOnUnderANewKey(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string]bool{"stolen": false, "lost": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			d.write(t, 5)
			kept, err := d.sealer("").Now(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			ctx, p := d.Command(t.Context(), "waits")
			Note(ctx, "person", "x")
			if err := p.Settle(ctx); err != nil {
				t.Fatal(err)
			}
			former := d.Key
			if lost {
				former = nil
			}
			d.Key = testKey(t, 2)
			if err := d.Claim(t.Context(), d.pool); !errors.Is(err, ErrKey) {
				t.Fatalf("another key seals the log without a word: %v", err)
			}
			seq, err := d.Succeed(t.Context(), d.pool, former, "the key was "+name)
			if err != nil || seq != 7 {
				t.Fatalf("the statement is entry %d: %v", seq, err)
			}
			if _, err := d.Succeed(t.Context(), d.pool, former, "again"); former == nil && !errors.Is(err, ErrSame) || err == nil {
				t.Errorf("twice: %v", err)
			}
			d.write(t, 3)
			if r := d.verify(t, kept); !r.OK() || r.Entries != 10 || r.KeySince != 7 || r.Heads != 1 {
				t.Errorf("%+v", r)
			}
			// Whoever has the former key can write neither after nor before.
			if r, err := (&Verifier{Pool: d.pool, Key: testKey(t, 1), Now: d.clock}).Run(t.Context()); err != nil || r.OK() {
				t.Errorf("the former key verifies: %+v %v", r, err)
			}
			forged := testKey(t, 1).head(9, kept.Hash, d.clock())
			if r := d.verify(t, forged); r.OK() {
				t.Error("a head that the former key signed after its time is believed")
			}
			d.exec(t, "UPDATE audit_log SET object = 'other' WHERE seq = 3")
			if r := d.verify(t, kept); !slices.Equal(kinds(r), []string{"edited 3-3"}) {
				t.Errorf("%v", kinds(r))
			}
		})
	}
}

// A history written anew before the change of keys is found by the statement.
func TestHistoryBeforeANewKeyIsBound(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.write(t, 4)
	former := d.Key
	d.Key = testKey(t, 2)
	if _, err := d.Succeed(t.Context(), d.pool, former, "stolen"); err != nil {
		t.Fatal(err)
	}
	d.write(t, 2)
	// The thief takes the last entries before the statement out and binds all behind them anew.
	d.exec(t, "DELETE FROM audit_log WHERE seq = 4; UPDATE audit_log SET seq = seq - 1 WHERE seq > 4")
	rows, err := d.pool.Query(t.Context(), selectLog+"ORDER BY seq")
	if err != nil {
		t.Fatal(err)
	}
	var list []link
	last := link{hash: genesis}
	for rows.Next() {
		e, w, err := scan(rows)
		if err != nil {
			t.Fatal(err)
		}
		last = bind(last.seq, last.hash, e.encode(), w.mark)
		list = append(list, last)
	}
	for _, l := range list {
		d.exec(t, "UPDATE audit_log SET prev = $2, hash = $3 WHERE seq = $1", l.seq, l.prev, l.hash)
	}
	if r := d.verify(t); !slices.Contains(kinds(r), "broken 4-4") {
		t.Errorf("%v", kinds(r))
	}
}
