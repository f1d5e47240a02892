package audit

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/pg"
)

// actionNewKey is the statement with which the log goes on under another key:
// its object is the former public key, its other object the hash of the entry
// before it, so that the new key's mark binds everything before.
const actionNewKey = "audit-new-key"

// ErrSame says that the log is sealed with this key already.
var ErrSame = errors.New("the audit log is sealed with this key already")

// Succeed begins to seal the log with b's key in the place of another one, which
// was lost or stolen. With former at hand what waits in the inbox is sealed with
// that first; without, it is taken as it lies. No server may run. It gives the
// place of the statement.
func (b *Book) Succeed(ctx context.Context, owner *pgxpool.Pool, former *Key, reason string) (seq int64, err error) {
	if former != nil {
		old := &Sealer{Book: &Book{Pool: b.Pool, Key: former, Now: b.Now, NewID: b.NewID}, Pool: owner}
		for n := batch; n == batch; {
			if n, err = old.Seal(ctx); err != nil {
				return 0, err
			}
		}
	}
	err = pg.InTx(ctx, owner, func(tx pgx.Tx) error {
		head, err := readHeadLocked(ctx, tx)
		if err != nil {
			return err
		}
		if bytes.Equal(head.Key, b.Key.Public()) {
			return ErrSame
		}
		list, err := b.orphans(ctx, tx)
		if err != nil {
			return err
		}
		rows := make([][]any, 0, len(list)+1)
		for _, w := range list {
			l := bind(head.Seq, head.Hash, w.body, w.mark)
			rows = append(rows, row(w.entry, w.mark, l))
			head.Seq, head.Hash = l.seq, l.hash
		}
		e := b.own(actionNewKey, Done, hex.EncodeToString(head.Key), int64(len(list)))
		e.Others, e.Purpose = []string{"hash/" + hex.EncodeToString(head.Hash)}, reason
		body := e.encode()
		mark := b.Key.sign(body)
		l := bind(head.Seq, head.Hash, body, mark)
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"audit_log"}, columns, pgx.CopyFromRows(append(rows, row(e, mark, l)))); err != nil {
			return err
		}
		seq = l.seq
		h := b.Key.head(l.seq, l.hash, b.Now())
		_, err = tx.Exec(ctx, "UPDATE audit_head SET seq = $1, hash = $2, at = $3, signature = $4, key = $5 WHERE one = 1", h.Seq, h.Hash, h.At, h.Signature, h.Key)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("new audit key: %w", err)
	}
	return seq, nil
}

// orphans are what waits under marks that nobody can compare any more.
func (b *Book) orphans(ctx context.Context, tx pgx.Tx) ([]waiting, error) {
	rows, err := tx.Query(ctx, "DELETE FROM audit_inbox RETURNING id, body, mac")
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (w waiting, err error) {
		return w, r.Scan(&w.id, &w.body, &w.mark)
	})
	slices.SortFunc(list, func(x, y waiting) int { return int(x.id - y.id) })
	for i := range list {
		w := &list[i]
		e, bad := decode(w.body)
		if bad != nil {
			e = b.own(actionForged, Refused, "", 1)
			w.body = e.encode()
			w.mark = b.Key.sign(w.body)
		}
		w.entry = e
	}
	return list, err
}

// succession is what the log says of its keys: since which entry it bears the
// marks of this one (0: from its beginning), over which hash that began, and the
// public keys of before.
type succession struct {
	since  int64
	hash   string
	former [][]byte
}

// readSuccession believes the newest statement that bears this key's mark, and
// through it all that came before.
func readSuccession(ctx context.Context, q pg.Querier, key *Key) (s succession, err error) {
	rows, err := q.Query(ctx, selectLog+"WHERE action = '"+actionNewKey+"' ORDER BY seq DESC")
	if err != nil {
		return s, err
	}
	defer rows.Close()
	for rows.Next() {
		e, w, err := scan(rows)
		if err != nil {
			return s, err
		}
		if s.since == 0 {
			if !key.signed(e.encode(), w.mark) || len(e.Others) != 1 {
				continue
			}
			s.since, s.hash = w.seq, e.Others[0]
		}
		if public, bad := hex.DecodeString(e.Object); bad == nil {
			s.former = append(s.former, public)
		}
	}
	return s, rows.Err()
}

// trusts says whether a head is signed by this key, or before its time by a
// former one.
func (s succession) trusts(h Head, key *Key) bool {
	if h.Signed(key.Public()) {
		return true
	}
	return h.Seq < s.since && slices.ContainsFunc(s.former, func(public []byte) bool { return len(public) == len(h.Key) && h.Signed(public) })
}
