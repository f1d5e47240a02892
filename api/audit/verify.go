package audit

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/pg"
)

// What verification finds.
const (
	FoundEdited    = "edited"    // a row is not what its hash was made of
	FoundRemoved   = "removed"   // rows are gone between two others, or were before they were sealed
	FoundInserted  = "inserted"  // a row that the program did not write, or outside the chain
	FoundReordered = "reordered" // a row stands in another one's place
	FoundRepeated  = "repeated"  // an entry lies there twice
	FoundBroken    = "broken"    // a row is not bound to the one before it
	FoundCut       = "cut"       // the end is gone
	FoundHead      = "head"      // the chain is not the one that a signed head speaks of
	FoundWaiting   = "waiting"   // entries have not been sealed for more than a minute
)

// Finding is one thing wrong, at an entry or a stretch of them.
type Finding struct {
	Kind string `json:"kind" doc:"edited, removed, inserted, reordered, repeated, broken, cut, head or waiting."`
	From int64  `json:"from" doc:"The first entry it is about."`
	To   int64  `json:"to" doc:"The last one."`
	Says string `json:"says"`
}

// Report is what a verification found.
type Report struct {
	At       time.Time `json:"at"`
	Entries  int64     `json:"entries"`
	Seq      int64     `json:"seq" doc:"The newest entry."`
	Hash     []byte    `json:"hash" doc:"Its hash."`
	Heads    int       `json:"heads" doc:"Signed heads that were compared."`
	Findings []Finding `json:"findings"`
	More     int64     `json:"more" doc:"Further findings, not listed."`
	KeySince int64     `json:"key_since" doc:"The entry with which the key was changed last; 0: never. Of the entries before it the chain and the signed heads are compared, the marks are not."`
}

// OK says that nothing was found.
func (r Report) OK() bool { return len(r.Findings) == 0 }

// mostFindings are listed; more are counted.
const mostFindings = 100

func (r *Report) add(kind string, from, to int64, says string, args ...any) {
	if n := len(r.Findings); n > 0 {
		if last := &r.Findings[n-1]; last.Kind == kind && last.To+1 == from {
			last.To = to
			return
		}
	}
	if len(r.Findings) == mostFindings {
		r.More++
		return
	}
	r.Findings = append(r.Findings, Finding{kind, from, to, fmt.Sprintf(says, args...)})
}

// Verifier computes the log again.
type Verifier struct {
	Pool *pgxpool.Pool
	Key  *Key
	Now  func() time.Time
	// Heads are signed heads kept elsewhere.
	Heads []Head
	// Progress is told now and then.
	Progress func(done, total int64)
}

// sealedRow is a row of the log with the canonical form of what it holds.
type sealedRow struct {
	link
	action string
	object string
	id     uuid.UUID
	body   []byte
	mark   []byte
}

// Run reads the log from its first entry to its last, in one snapshot; the error
// is for what could not be read.
func (v *Verifier) Run(ctx context.Context) (Report, error) {
	r := Report{At: v.Now(), Findings: []Finding{}}
	o := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, v.Pool, o, func(tx pgx.Tx) error {
		head, err := ReadHead(ctx, tx)
		if err != nil {
			return err
		}
		keys, err := readSuccession(ctx, tx, v.Key)
		if err != nil {
			return err
		}
		r.KeySince = keys.since
		c := v.chain(&r, head, keys)
		if err := c.walk(ctx, tx); err != nil {
			return err
		}
		c.end()
		return errors.Join(repeated(ctx, tx, &r), late(ctx, tx, &r))
	})
	if err != nil {
		return r, fmt.Errorf("verify the audit log: %w", err)
	}
	return r, nil
}

// walker goes along the chain.
type walker struct {
	*Verifier
	report *Report
	head   Head   // the database's own
	last   link   // of the row before
	heads  []Head // still to come, by place
	keys   succession
	tries  int // places tried for rows that are out of place
}

func (v *Verifier) chain(r *Report, head Head, keys succession) *walker {
	c := &walker{Verifier: v, report: r, keys: keys, head: head, last: link{hash: genesis}, tries: 20}
	switch {
	case len(head.Key) == 0:
		r.add(FoundCut, 0, 0, "the row of the head is gone")
	case !head.Signed(v.Key.Public()):
		r.add(FoundHead, head.Seq, head.Seq, "the head in the database is not signed by this program's key")
	}
	for i, h := range v.Heads {
		if !keys.trusts(h, v.Key) {
			r.add(FoundHead, h.Seq, h.Seq, "signed head %d of those given is not signed by this program's key", i+1)
			continue
		}
		c.heads = append(c.heads, h)
	}
	r.Heads = len(c.heads)
	if len(head.Key) > 0 {
		c.heads = append(c.heads, head)
	}
	slices.SortStableFunc(c.heads, func(a, b Head) int { return cmp.Compare(a.Seq, b.Seq) })
	return c
}

var selectLog = "SELECT " + strings.Join(columns, ", ") + " FROM audit_log "

func (c *walker) walk(ctx context.Context, tx pgx.Tx) error {
	c.compareHeads(0, genesis)
	rows, err := tx.Query(ctx, selectLog+"ORDER BY seq")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		e, w, err := scan(rows)
		if err != nil {
			return err
		}
		w.body, w.action, w.object, w.id = e.encode(), e.Action, e.Object, e.ID
		c.step(w)
		if c.report.Entries++; c.Progress != nil && c.report.Entries%20_000 == 0 {
			c.Progress(c.report.Entries, max(c.head.Seq, c.report.Entries))
		}
	}
	return rows.Err()
}

func scan(rows pgx.Rows) (e Entry, w sealedRow, err error) {
	var by, session *uuid.UUID
	err = rows.Scan(&w.seq, &e.ID, &e.At, &e.ActorKind, &by, &e.Actor, &session, &e.Held, &e.Action, &e.Outcome, &e.Kind, &e.Object, &e.Others, &e.Fields,
		&e.Rows, &e.Purpose, &e.Address, &e.Agent, &e.Request, &e.Scope, &w.mark, &w.prev, &w.hash)
	if by != nil {
		e.ActorID = *by
	}
	if session != nil {
		e.Session = *session
	}
	return e, w, err
}

// step looks at one row.
func (c *walker) step(w sealedRow) {
	r := c.report
	if w.seq < 1 {
		r.add(FoundInserted, w.seq, w.seq, "there is no such place in the log")
		return
	}
	gap := w.seq > c.last.seq+1
	if gap {
		r.add(FoundRemoved, c.last.seq+1, w.seq-1, "entries are gone")
	}
	switch {
	case !bytes.Equal(chain(w.seq, w.prev, w.body, w.mark), w.hash):
		if place := c.placeOf(w); place > 0 {
			r.add(FoundReordered, w.seq, w.seq, "this entry belongs to place %d", place)
		} else {
			r.add(FoundEdited, w.seq, w.seq, "the entry is not what its hash was made of")
		}
	case w.seq == c.keys.since && c.keys.hash != "hash/"+hex.EncodeToString(w.prev):
		r.add(FoundBroken, w.seq, w.seq, "the log before this entry is not the one over which the key was changed")
	case w.seq >= c.keys.since && !c.Key.signed(w.body, w.mark):
		r.add(FoundInserted, w.seq, w.seq, "the program did not write this entry as it stands")
	case !gap && !bytes.Equal(w.prev, c.last.hash):
		r.add(FoundBroken, w.seq, w.seq, "the entry is not bound to the one before it: one of the two was changed")
	case w.action == actionMissing:
		r.add(FoundRemoved, w.seq, w.seq, "entry %s was taken out before it was sealed", w.object)
	case w.action == actionForged:
		r.add(FoundInserted, w.seq, w.seq, "something that the program did not write was put into the inbox")
	case w.seq > c.head.Seq:
		r.add(FoundInserted, w.seq, w.seq, "the entry lies behind the head")
	}
	c.last = w.link
	r.Seq, r.Hash = w.seq, w.hash
	c.compareHeads(w.seq, w.hash)
}

// placeOf looks for the place that a row's hash was made for.
func (c *walker) placeOf(w sealedRow) int64 {
	if c.tries == 0 {
		return 0
	}
	c.tries--
	for d := int64(1); d <= max(c.head.Seq, w.seq); d++ {
		for _, place := range []int64{w.seq - d, w.seq + d} {
			if place > 0 && bytes.Equal(chain(place, w.prev, w.body, w.mark), w.hash) {
				return place
			}
		}
	}
	return 0
}

// compareHeads compares the heads of a place, and says of those passed over
// that their entry is gone.
func (c *walker) compareHeads(seq int64, hash []byte) {
	for len(c.heads) > 0 && c.heads[0].Seq <= seq {
		h := c.heads[0]
		c.heads = c.heads[1:]
		if h.Seq == seq && !bytes.Equal(h.Hash, hash) {
			c.report.add(FoundHead, seq, seq, "the head signed at %s has another hash here: the log was written anew up to this entry", h.At.Format(time.RFC3339))
		}
	}
}

// end looks at what should have come.
func (c *walker) end() {
	if n := len(c.heads); n > 0 {
		h := c.heads[n-1]
		c.report.add(FoundCut, c.last.seq+1, h.Seq, "the end is gone: the head signed at %s is of entry %d", h.At.Format(time.RFC3339), h.Seq)
	}
}

// repeated finds entries that lie there twice.
func repeated(ctx context.Context, q pg.Querier, r *Report) error {
	rows, err := q.Query(ctx, "SELECT max(seq), min(seq) FROM audit_log GROUP BY id HAVING count(*) > 1 ORDER BY 1 LIMIT $1", mostFindings)
	if err != nil {
		return err
	}
	var last, first int64
	_, err = pgx.ForEachRow(rows, []any{&last, &first}, func() error {
		r.add(FoundRepeated, last, last, "the same entry lies at %d", first)
		return nil
	})
	return err
}

// late finds an inbox that nobody empties.
func late(ctx context.Context, q pg.Querier, r *Report) error {
	var body []byte
	var n int64
	err := q.QueryRow(ctx, "SELECT body, (SELECT count(*) FROM audit_inbox) FROM audit_inbox ORDER BY id LIMIT 1").Scan(&body, &n)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if e, bad := decode(body); err == nil && (bad != nil || e.At.Before(r.At.Add(-time.Minute))) {
		r.add(FoundWaiting, r.Seq, r.Seq, "%d entries wait to be sealed, the oldest since %s; is a server running?", n, e.At.Format(time.RFC3339))
	}
	return err
}
