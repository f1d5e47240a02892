package audit

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"onemap/api/actor"
)

var quiet = slog.New(slog.DiscardHandler)

func (d *town) sealer(heads string) *Sealer {
	return &Sealer{Book: d.Book, Pool: d.pool, Log: quiet, Heads: heads}
}

// write keeps n entries, a second apart, and seals them.
func (d *town) write(tb testing.TB, n int) {
	tb.Helper()
	for i := range n {
		d.now.Add(time.Second.Microseconds())
		ctx, p := d.Open(actor.With(tb.Context(), wang), Entry{Action: "reveal-person", Request: fmt.Sprint("r", i), Address: "10.0.0.7", Agent: "a"})
		Note(ctx, "person", uuid.NewString(), "phone")
		Note(ctx, "dwelling", "d")
		For(ctx, "核对证件")
		if err := p.Settle(ctx); err != nil {
			tb.Fatal(err)
		}
	}
	if err := d.sealer("").round(tb.Context()); err != nil {
		tb.Fatal(err)
	}
}

func (d *town) exec(tb testing.TB, sql string, args ...any) {
	tb.Helper()
	if _, err := d.pool.Exec(tb.Context(), sql, args...); err != nil {
		tb.Fatalf("%s: %v", sql, err)
	}
}

func (d *town) verify(tb testing.TB, heads ...Head) Report {
	tb.Helper()
	r, err := (&Verifier{Pool: d.pool, Key: d.Key, Now: d.clock, Heads: heads}).Run(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// kinds are what was found, as "edited 3 3".
func kinds(r Report) (list []string) {
	for _, f := range r.Findings {
		list = append(list, fmt.Sprintf("%s %d-%d", f.Kind, f.From, f.To))
	}
	return list
}

func want(tb testing.TB, what string, r Report, first ...string) {
	tb.Helper()
	got := kinds(r)
	for _, w := range first {
		if !slices.Contains(got, w) {
			tb.Errorf("%s: found %v, want %v", what, r.Findings, first)
			return
		}
	}
	if len(first) == 0 && len(got) > 0 {
		tb.Errorf("%s: found %v", what, r.Findings)
	}
}

// put brings the log back from a copy.
const put = "TRUNCATE audit_log; INSERT INTO audit_log SELECT * FROM kept; UPDATE audit_head h SET seq = k.seq, hash = k.hash, at = k.at, signature = k.signature, key = k.key FROM kept_head k"

func (d *town) keep(tb testing.TB) {
	tb.Helper()
	d.exec(tb, "CREATE TABLE kept AS SELECT * FROM audit_log; CREATE TABLE kept_head AS SELECT * FROM audit_head")
}

func TestEveryTamperingIsFound(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.write(t, 12)
	early, err := d.sealer("").Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	earlyRow := "UPDATE audit_head SET seq = $1, hash = $2, at = $3, signature = $4"
	d.write(t, 8)
	late, err := d.sealer("").Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := d.verify(t, early, late)
	want(t, "untouched", r)
	if r.Entries != 20 || r.Seq != 20 || r.Heads != 2 {
		t.Errorf("%+v", r)
	}
	d.keep(t)
	edits := map[string]string{
		"seq": "seq = 99", "id": "id = gen_random_uuid()", "at": "at = at + interval '1 microsecond'", "actor_kind": "actor_kind = 'key'", "actor_id": "actor_id = NULL",
		"actor": "actor = 'li'", "session_id": "session_id = gen_random_uuid()", "held": "held = ''", "action": "action = 'get-person'", "outcome": "outcome = 'refused'",
		"kind": "kind = 'case'", "object": "object = ''", "others": "others = '{}'", "fields": "fields = '{name}'", "rows": "rows = 7", "purpose": "purpose = '走访'",
		"address": "address = '10.0.0.8'", "agent": "agent = ''", "request": "request = 'r'", "scope_code": "scope_code = ''", "mac": "mac = '\\x00'",
		"prev": "prev = '\\x00'", "hash": "hash = '\\x00'",
	}
	for _, column := range columns {
		set, ok := edits[column]
		if !ok {
			t.Fatalf("no edit of column %s", column)
		}
		d.exec(t, "UPDATE audit_log SET "+set+" WHERE seq = 5")
		found := "edited 5-5"
		if column == "seq" {
			found = "removed 5-5"
		}
		want(t, "column "+column, d.verify(t), found)
		d.exec(t, put)
	}
	for what, c := range map[string]struct {
		sql   string
		found []string
	}{
		"one removed":   {"DELETE FROM audit_log WHERE seq = 7", []string{"removed 7-7"}},
		"three removed": {"DELETE FROM audit_log WHERE seq BETWEEN 7 AND 9", []string{"removed 7-9"}},
		"first removed": {"DELETE FROM audit_log WHERE seq = 1", []string{"removed 1-1"}},
		"all removed":   {"DELETE FROM audit_log", []string{"cut 1-20"}},
		"removed and closed up": {
			"DELETE FROM audit_log WHERE seq = 7; UPDATE audit_log SET seq = -seq WHERE seq > 7; UPDATE audit_log SET seq = -seq - 1 WHERE seq < 0", []string{"reordered 7-19", "cut 20-20"},
		},
		"two swapped": {
			"UPDATE audit_log SET seq = CASE seq WHEN 5 THEN -15 ELSE -5 END WHERE seq IN (5, 15); UPDATE audit_log SET seq = -seq WHERE seq < 0", []string{"reordered 5-5", "reordered 15-15"},
		},
		"neighbours swapped": {
			"UPDATE audit_log SET seq = CASE seq WHEN 5 THEN -6 ELSE -5 END WHERE seq IN (5, 6); UPDATE audit_log SET seq = -seq WHERE seq < 0", []string{"reordered 5-6"},
		},
		"contents swapped": {
			"UPDATE audit_log a SET id = b.id, object = b.object, at = b.at, request = b.request, mac = b.mac FROM audit_log b WHERE (a.seq, b.seq) IN ((5, 6), (6, 5))", []string{"edited 5-6"},
		},
		"tail cut":    {"DELETE FROM audit_log WHERE seq > 12", []string{"cut 13-20"}},
		"head gone":   {"DELETE FROM audit_head", []string{"cut 0-0"}},
		"head edited": {"UPDATE audit_head SET seq = 19, hash = (SELECT hash FROM audit_log WHERE seq = 19)", []string{"head 19-19", "inserted 20-20"}},
	} {
		d.exec(t, c.sql)
		want(t, what, d.verify(t), c.found...)
		d.exec(t, put+"; INSERT INTO audit_head SELECT * FROM kept_head ON CONFLICT DO NOTHING")
	}
	// The tail cut off, and the head put back to one that was signed: a head kept elsewhere knows better.
	d.exec(t, "DELETE FROM audit_log WHERE seq > 12")
	d.exec(t, earlyRow, early.Seq, early.Hash, early.At, early.Signature)
	want(t, "head put back, nothing kept elsewhere", d.verify(t)) // what heads kept elsewhere are for
	want(t, "head put back", d.verify(t, early, late), "cut 13-20")
	d.exec(t, put)

	d.insertInto(t)
	d.exec(t, put)
	d.rewriteAll(t, early)
}

// insertInto puts rows between others, with every hash made right.
func (d *town) insertInto(t *testing.T) {
	rows := d.rows(t)
	mark := make([]byte, markSize)
	forged := rows[3].entry
	forged.ID, forged.Actor = uuid.New(), "li"
	d.exec(t, "UPDATE audit_log SET seq = seq + 1000 WHERE seq > 10; UPDATE audit_log SET seq = seq - 999 WHERE seq > 1000")
	d.insertRow(t, forged, mark, bind(10, rows[9].link.hash, forged.encode(), mark))
	want(t, "inserted between", d.verify(t), "inserted 11-11", "reordered 12-20", "reordered 21-21")
	d.exec(t, put)
	d.insertRow(t, forged, mark, bind(20, rows[19].link.hash, forged.encode(), mark))
	want(t, "added", d.verify(t), "inserted 21-21")
	d.exec(t, put)
	d.insertRow(t, rows[3].entry, rows[3].mark, bind(20, rows[19].link.hash, rows[3].entry.encode(), rows[3].mark))
	want(t, "copied to the end", d.verify(t), "inserted 21-21", "repeated 21-21")
	d.exec(t, put)
	d.insertRow(t, forged, mark, bind(-1, genesis, forged.encode(), mark))
	want(t, "before the first", d.verify(t), "inserted 0-0")
}

type keptRow struct {
	entry Entry
	sealedRow
}

func (d *town) rows(t *testing.T) (list []keptRow) {
	t.Helper()
	rows, err := d.pool.Query(t.Context(), selectLog+"ORDER BY seq")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		e, w, err := scan(rows)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, keptRow{e, w})
	}
	return list
}

func (d *town) insertRow(t *testing.T, e Entry, mark []byte, l link) {
	t.Helper()
	places := make([]string, len(columns))
	for i := range places {
		places[i] = fmt.Sprint("$", i+1)
	}
	d.exec(t, "INSERT INTO audit_log ("+strings.Join(columns, ", ")+") VALUES ("+strings.Join(places, ", ")+")", row(e, mark, l)...)
}

// rewriteAll makes every hash anew, as somebody can who holds the whole database
// but not the key.
func (d *town) rewriteAll(t *testing.T, early Head) {
	rows := d.rows(t)
	anew := func(change func(i int, r *keptRow) bool) {
		d.exec(t, "TRUNCATE audit_log")
		l := link{hash: genesis}
		for i, r := range rows {
			if !change(i, &r) {
				continue
			}
			l = bind(l.seq, l.hash, r.entry.encode(), r.mark)
			d.insertRow(t, r.entry, r.mark, l)
		}
		d.exec(t, "UPDATE audit_head SET seq = $1, hash = $2", l.seq, l.hash)
	}
	anew(func(i int, r *keptRow) bool {
		if i == 4 {
			r.entry.Actor = "li"
		}
		return true
	})
	want(t, "one edited, all rewritten", d.verify(t, early), "inserted 5-5", "head 12-12", "head 20-20")
	anew(func(i int, _ *keptRow) bool { return i != 4 })
	want(t, "one removed, all rewritten", d.verify(t), "head 19-19")
	want(t, "one removed, all rewritten", d.verify(t, early), "head 12-12")
	// The same with a key of one's own.
	h := testKey(t, 2).head(19, d.rows(t)[18].link.hash, d.clock())
	d.exec(t, "UPDATE audit_head SET at = $1, signature = $2, key = $3", h.At, h.Signature, h.Key)
	want(t, "another key", d.verify(t), "head 19-19")
	want(t, "a forged head given", d.verify(t, h), "head 19-19")
	if err := d.Claim(t.Context(), d.pool); err == nil || !strings.Contains(err.Error(), "restore that key") {
		t.Errorf("a start with another key: %v", err)
	}
}

func TestTheInboxIsWatched(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.write(t, 2)
	_, p := d.Open(t.Context(), Entry{Action: "x"})
	if err := p.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.exec(t, "DELETE FROM audit_inbox")
	d.exec(t, "INSERT INTO audit_inbox (body, mac) VALUES ('\\x00', '\\x00')")
	e := d.own("x", Done, "", 0)
	d.exec(t, "INSERT INTO audit_inbox (body, mac) VALUES ($1, $2)", e.encode(), testKey(t, 2).sign(e.encode()))
	s := d.sealer("")
	for range 2 { // the second round seals what the first missed
		if err := s.round(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	r := d.verify(t)
	want(t, "the inbox", r, "inserted 3-4", "removed 5-5")
	ctx, p := d.Open(t.Context(), Entry{Action: "y"})
	if err := p.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	d.exec(t, "DELETE FROM audit_log WHERE seq > 2")
	d.now.Add(time.Hour.Microseconds())
	want(t, "nobody seals", d.verify(t), "cut 3-5", "waiting 2-2")
}

func TestHeadsAreKeptElsewhere(t *testing.T) {
	t.Parallel()
	d := open(t)
	file := filepath.Join(t.TempDir(), "heads.jsonl")
	if none, err := ReadHeadsFile(file); err != nil || none != nil {
		t.Errorf("%v, %v", none, err)
	}
	s := d.sealer(file)
	for range 3 {
		_, p := d.Open(t.Context(), Entry{Action: "x"})
		if err := p.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.Finish(context.WithoutCancel(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	heads, err := ReadHeadsFile(file)
	if err != nil || len(heads) != 3 || heads[2].Seq != 3 {
		t.Fatalf("%+v, %v", heads, err)
	}
	want(t, "heads of the file", d.verify(t, heads...))
	heads[1].Hash[0]++
	want(t, "a head changed", d.verify(t, heads...), "head 2-2")
	if cut, err := ReadHeads(strings.NewReader(`{"seq":1}` + "\n" + `{"seq`)); err != nil || len(cut) != 1 {
		t.Errorf("a line cut off: %v, %v", cut, err)
	}
	if _, err := ReadHeads(strings.NewReader("x\n" + `{"seq":1}` + "\n")); err == nil {
		t.Error("nonsense is a head")
	}
}
