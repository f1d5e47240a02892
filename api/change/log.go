package change

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Position is a place in the log; positions of different epochs are unrelated.
type Position struct{ Epoch, Pos int64 }

// String is the form in an event's id: "1.48213".
func (p Position) String() string { return fmt.Sprintf("%d.%d", p.Epoch, p.Pos) }

// ParsePosition reads the form of String.
func ParsePosition(s string) (Position, error) {
	epoch, pos, ok := strings.Cut(s, ".")
	e, errE := strconv.ParseInt(epoch, 10, 64)
	p, errP := strconv.ParseInt(pos, 10, 64)
	if !ok || errE != nil || errP != nil || e < 0 || p < 0 {
		return Position{}, fmt.Errorf("%q is no position: want EPOCH.POS", s)
	}
	return Position{e, p}, nil
}

// Entry is a numbered change.
type Entry struct {
	Pos    int64
	At     time.Time
	Kind   string
	Object string
	Rev    int64
	Body   json.RawMessage
}

// Bulk says whether the entry stands for many objects, which it does not name.
func (e Entry) Bulk() bool { return e.Kind == bulk }

// Of is the kind of object that the entry is about.
func (e Entry) Of() string {
	if e.Bulk() {
		return e.Object
	}
	return e.Kind
}

// Log reads what the sequencer has numbered.
type Log struct{ Pool *pgxpool.Pool }

// Head is the newest position; the zero Position before any sequencer ran.
func (l *Log) Head(ctx context.Context) (Position, error) {
	var p Position
	err := l.Pool.QueryRow(ctx, `
SELECT COALESCE((SELECT max(epoch) FROM change_epoch), 0),
       GREATEST((SELECT max(pos) FROM change_batch), 0)`).Scan(&p.Epoch, &p.Pos)
	if err != nil {
		return p, fmt.Errorf("head of the change log: %w", err)
	}
	return p, nil
}

// Reaches says whether a reader that stopped at p can go on from there: the
// epoch is still the same, p has been reached, and nothing after p was dropped.
func (l *Log) Reaches(ctx context.Context, p Position) (bool, error) {
	head, err := l.Head(ctx)
	if err != nil || head.Epoch != p.Epoch || p.Pos > head.Pos {
		return false, err
	}
	if p.Pos == head.Pos {
		return true, nil
	}
	var kept bool
	err = l.Pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM change_log WHERE pos = $1)", p.Pos+1).Scan(&kept)
	return kept, err
}

const (
	selectAfter = "SELECT pos, at, kind, object, rev, body FROM change_log WHERE pos > $1 ORDER BY pos LIMIT $2"
	selectEpoch = "SELECT COALESCE(max(epoch), 0) FROM change_epoch"
)

// ErrTrimmed says that entries which followed a position have been dropped, or that
// it is of another epoch: whoever stood there has to start over.
var ErrTrimmed = errors.New("the change log no longer reaches back that far")

// After gives up to limit entries that follow pos, in order and without a gap; else
// ErrTrimmed.
func (l *Log) After(ctx context.Context, pos int64, limit int) ([]Entry, error) {
	entries, _, err := l.since(ctx, pos, limit)
	return entries, err
}

// since gives entries as After does, and the epoch in force once they had been
// read: while that is the reader's own, so are the entries. With ErrTrimmed it gives
// the epoch as well.
func (l *Log) since(ctx context.Context, pos int64, limit int) (entries []Entry, epoch int64, err error) {
	b := &pgx.Batch{}
	b.Queue(selectAfter, pos, limit).Query(func(rows pgx.Rows) (err error) {
		entries, err = pgx.CollectRows(rows, scanEntry)
		return err
	})
	b.Queue(selectEpoch).QueryRow(func(row pgx.Row) error { return row.Scan(&epoch) })
	if err := l.Pool.SendBatch(ctx, b).Close(); err != nil {
		return nil, 0, fmt.Errorf("read the change log: %w", err)
	}
	if len(entries) > 0 && entries[0].Pos != pos+1 {
		return nil, epoch, fmt.Errorf("read after %d: %w", pos, ErrTrimmed)
	}
	return entries, epoch, nil
}

func scanEntry(row pgx.CollectableRow) (e Entry, err error) {
	err = row.Scan(&e.Pos, &e.At, &e.Kind, &e.Object, &e.Rev, &e.Body)
	return e, err
}
