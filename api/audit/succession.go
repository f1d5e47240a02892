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

// The lock that every process holds, shared, which writes entries with the log's key.
// Whoever changes the key holds it alone.
const attendance = "hashtextextended('key of the audit log ' || current_schema(), 0)"

var (
	// ErrAttended says that a server or a command works with the key on this database.
	ErrAttended = errors.New("a server or a command works on this database")
	errChanging = errors.New("the key of the audit log is being changed just now; try again in a moment")
)

// Attend says until leave is called, or the process ends, that somebody works with
// the log's key. It comes before the key is read.
func Attend(ctx context.Context, owner *pgxpool.Pool) (leave func(), err error) {
	return attend(ctx, owner, "_shared", errChanging)
}

// Unattended runs do while nobody works with the key, or is ErrAttended.
func Unattended(ctx context.Context, owner *pgxpool.Pool, do func() error) error {
	leave, err := attend(ctx, owner, "", ErrAttended)
	if err != nil {
		return err
	}
	defer leave()
	return do()
}

// attend takes the attendance in a way, or is taken.
func attend(ctx context.Context, owner *pgxpool.Pool, way string, taken error) (leave func(), err error) {
	conn, err := owner.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	var mine bool
	if err = conn.QueryRow(ctx, "SELECT pg_try_advisory_lock"+way+"("+attendance+")").Scan(&mine); err == nil && !mine {
		err = taken
	}
	if err != nil {
		conn.Release()
		return nil, fmt.Errorf("key of the audit log: %w", err)
	}
	return func() {
		// The lock ends with the connection at the latest.
		_, _ = conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock"+way+"("+attendance+")")
		conn.Release()
	}, nil
}

// Succeed begins to seal the log with b's key in the place of another one, which
// was lost or stolen. With former at hand what waits in the inbox is sealed with
// that first; without, it is taken as it lies. Nobody may work with the former one (Unattended). It gives the
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
		was := hex.EncodeToString(head.Key)
		// Nobody can compare the marks of what waits any more.
		list, err := b.take(ctx, tx, nil, func(_, _ []byte) bool { return true })
		if err != nil {
			return err
		}
		if head, err = b.extend(ctx, tx, head, list); err != nil {
			return err
		}
		e := b.own(actionNewKey, Done, was, int64(len(list)))
		e.Others, e.Purpose = []string{"hash/" + hex.EncodeToString(head.Hash)}, reason
		head, err = b.extend(ctx, tx, head, []waiting{b.sign(e)})
		seq = head.Seq
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("new audit key: %w", err)
	}
	return seq, nil
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
