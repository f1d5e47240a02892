package audit

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/pg"
)

// Sealer takes entries over from the inbox into the log, each bound to the one
// before it. Several may run at once: whoever seals holds the head's row.
type Sealer struct {
	Book *Book
	Pool *pgxpool.Pool // whose role may write the log
	Log  *slog.Logger
	// Heads is the file that signed heads are added to, once an hour.
	Heads string
	Every time.Duration // a second when zero
}

// batch is how many entries are sealed in one transaction.
const batch = 5000

// Run seals until the context ends; Finish does what is left.
func (s *Sealer) Run(ctx context.Context) error {
	every := cmp.Or(s.Every, time.Second)
	tick := time.NewTicker(every)
	defer tick.Stop()
	hour := time.NewTicker(time.Hour)
	defer hour.Stop()
	for {
		if err := s.round(ctx); err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "audit entries are not sealed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-hour.C:
			if err := s.KeepHead(ctx); err != nil {
				s.Log.ErrorContext(ctx, "the head of the audit log is not kept elsewhere", "error", err)
			}
		case <-tick.C:
		}
	}
}

// Finish seals what waits and keeps the head.
func (s *Sealer) Finish(ctx context.Context) error {
	if err := s.round(ctx); err != nil {
		return err
	}
	return s.KeepHead(ctx)
}

// round seals all that waits, and misses what this process wrote and nobody sealed.
func (s *Sealer) round(ctx context.Context) error {
	written := s.Book.witness.all() // before the sealing: all of it is committed
	for {
		n, err := s.Seal(ctx)
		if err != nil {
			return err
		}
		if n < batch {
			break
		}
	}
	return s.miss(ctx, written)
}

// The program's own entries about the log.
const (
	actionForged   = "audit-forged"   // something in the inbox without the program's mark
	actionMissing  = "audit-missing"  // an entry that was taken out of the inbox
	actionVerified = "audit-verified" // the log was computed again; rows are the findings
)

// own is an entry of the program about the log.
func (b *Book) own(action, outcome, object string, rows int64) Entry {
	return Entry{
		ID: b.NewID(), At: b.Now().UTC().Truncate(time.Microsecond), ActorKind: BySystem, Actor: "audit",
		Action: action, Outcome: outcome, Kind: "audit", Object: object, Others: []string{}, Fields: []string{}, Rows: rows,
	}
}

// Seal moves up to a batch into the log and says how many there were.
func (s *Sealer) Seal(ctx context.Context) (n int, err error) {
	var waiting bool
	if err := s.Pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM audit_inbox)").Scan(&waiting); err != nil || !waiting {
		return 0, err
	}
	err = pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		head, err := readHeadLocked(ctx, tx)
		if err != nil {
			return err
		}
		if !bytes.Equal(head.Key, s.Book.Key.Public()) {
			return ErrKey
		}
		list, err := s.Book.take(ctx, tx, batch, s.Book.Key.signed)
		if n = len(list); err != nil || n == 0 {
			return err
		}
		_, err = s.Book.extend(ctx, tx, head, list)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("seal audit entries: %w", err)
	}
	return n, nil
}

func readHeadLocked(ctx context.Context, tx pgx.Tx) (h Head, err error) {
	err = tx.QueryRow(ctx, selectHead+" FOR UPDATE").Scan(&h.Seq, &h.Hash, &h.At, &h.Signature, &h.Key)
	return h, err
}

// waiting is an entry out of the inbox.
type waiting struct {
	id         int64
	entry      Entry
	body, mark []byte
}

// take empties the inbox, the oldest first; most nil is all of it. What the program
// did not write is no entry: that it lay there is one.
func (b *Book) take(ctx context.Context, tx pgx.Tx, most any, wrote func(body, mark []byte) bool) ([]waiting, error) {
	rows, err := tx.Query(ctx, "DELETE FROM audit_inbox WHERE id IN (SELECT id FROM audit_inbox ORDER BY id LIMIT $1) RETURNING id, body, mac", most)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (w waiting, err error) {
		return w, r.Scan(&w.id, &w.body, &w.mark)
	})
	slices.SortFunc(list, func(a, b waiting) int { return cmp.Compare(a.id, b.id) })
	for i := range list {
		w := &list[i]
		e, bad := decode(w.body)
		w.entry = e
		if bad != nil || !wrote(w.body, w.mark) {
			*w = b.sign(b.own(actionForged, Refused, "", 1))
		}
	}
	return list, err
}

// sign gives an entry of the log's own, which no inbox held.
func (b *Book) sign(e Entry) waiting {
	body := e.encode()
	return waiting{entry: e, body: body, mark: b.Key.sign(body)}
}

// extend binds entries to the end of the log, and signs the new end.
func (b *Book) extend(ctx context.Context, tx pgx.Tx, head Head, list []waiting) (Head, error) {
	rows := make([][]any, len(list))
	for i, w := range list {
		l := bind(head.Seq, head.Hash, w.body, w.mark)
		rows[i] = row(w.entry, w.mark, l)
		head.Seq, head.Hash = l.seq, l.hash
	}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"audit_log"}, columns, pgx.CopyFromRows(rows)); err != nil {
		return head, err
	}
	head = b.Key.head(head.Seq, head.Hash, b.Now())
	_, err := tx.Exec(ctx, "UPDATE audit_head SET seq = $1, hash = $2, at = $3, signature = $4, key = $5 WHERE one = 1", head.Seq, head.Hash, head.At, head.Signature, head.Key)
	return head, err
}

// link is where an entry stands in the chain.
type link struct {
	seq        int64
	prev, hash []byte
}

// bind gives the link behind another one: SHA-256 over the place, the hash
// before, the canonical form and the mark, each text with its length in front.
func bind(seq int64, prev, body, mark []byte) link {
	return link{seq + 1, prev, chain(seq+1, prev, body, mark)}
}

func chain(seq int64, prev, body, mark []byte) []byte {
	h := sha256.New()
	h.Write([]byte("onemap audit link 1\n"))
	var place [8]byte
	binary.BigEndian.PutUint64(place[:], uint64(seq))
	h.Write(place[:])
	for _, part := range [][]byte{prev, body, mark} {
		var size [4]byte
		binary.BigEndian.PutUint32(size[:], uint32(len(part)))
		h.Write(size[:])
		h.Write(part)
	}
	return h.Sum(nil)
}

// columns are those of the log, in the order of row and of scan.
var columns = []string{
	"seq", "id", "at", "actor_kind", "actor_id", "actor", "session_id", "held", "action", "outcome", "kind", "object", "others", "fields",
	"rows", "purpose", "address", "agent", "request", "scope_code", "mac", "prev", "hash",
}

func row(e Entry, mark []byte, l link) []any {
	return []any{
		l.seq, e.ID, e.At, e.ActorKind, pg.OrNull(e.ActorID), e.Actor, pg.OrNull(e.Session), e.Held, e.Action, e.Outcome, e.Kind, e.Object, e.Others, e.Fields,
		e.Rows, e.Purpose, e.Address, e.Agent, e.Request, e.Scope, mark, l.prev, l.hash,
	}
}

// miss looks for what was written and should now lie in the log.
func (s *Sealer) miss(ctx context.Context, written []uuid.UUID) error {
	if len(written) == 0 {
		return nil
	}
	rows, err := s.Pool.Query(ctx, "SELECT id FROM audit_log WHERE id = ANY ($1)", written)
	if err != nil {
		return fmt.Errorf("look for audit entries: %w", err)
	}
	there, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("look for audit entries: %w", err)
	}
	found := map[uuid.UUID]bool{}
	for _, id := range there {
		found[id] = true
	}
	for _, id := range written {
		if found[id] {
			continue
		}
		e := s.Book.own(actionMissing, Refused, id.String(), 1)
		if err := s.Book.insert(ctx, s.Pool, &e); err != nil {
			return err
		}
		found[id] = true
		s.Log.ErrorContext(ctx, "an audit entry was taken out before it was sealed", "entry", id)
	}
	s.Book.witness.forget(found)
	return nil
}
