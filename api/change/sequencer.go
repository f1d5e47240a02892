package change

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// electionKey names the advisory lock of the sequencer of this schema; doing
// its work twice would be harmless, as positions are unique.
const electionKey = 0x6f6e656d6170 // "onemap"

// step is one round: number what has become visible since the last snapshot.
// $1 the last snapshot, $2 the last position. The EXCEPT keeps a running import
// from being probed again in each round.
const step = `
WITH s AS MATERIALIZED (SELECT pg_current_snapshot() AS snap),
seen AS (
    SELECT i.id, i.at, i.kind, i.object, i.rev, i.body
    FROM change_inbox i, s
    WHERE i.x >= pg_snapshot_xmax($1::pg_snapshot)
    UNION ALL
    SELECT i.id, i.at, i.kind, i.object, i.rev, i.body
    FROM change_inbox i
    WHERE i.x = ANY (ARRAY(
        SELECT pg_snapshot_xip($1::pg_snapshot)
        EXCEPT SELECT pg_snapshot_xip(s.snap) FROM s))
),
numbered AS (
    INSERT INTO change_log (pos, inbox, at, kind, object, rev, body)
    SELECT $2 + row_number() OVER (ORDER BY id), id, at, kind, object, rev, body FROM seen
    RETURNING pos
),
top AS (SELECT max(pos) AS pos FROM numbered),
batch AS (
    INSERT INTO change_batch (pos, snap) SELECT top.pos, s.snap FROM top, s WHERE top.pos IS NOT NULL
    RETURNING pos
),
told AS (SELECT pg_notify('onemap_change', pos::text) FROM batch)
SELECT s.snap::text, COALESCE(batch.pos, $2) FROM s LEFT JOIN batch ON true LEFT JOIN told ON true`

// ErrServed says that a server works on this database.
var ErrServed = errors.New("a server works on this database")

// Unserved runs do while it holds the election, so while no server numbers changes;
// ErrServed when one does: a server that runs stands for election ten times a second.
func Unserved(ctx context.Context, pool *pgxpool.Pool, do func() error) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	var mine bool
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", electionKey).Scan(&mine); err != nil {
		return fmt.Errorf("look for servers: %w", err)
	}
	if !mine {
		return ErrServed
	}
	defer func() { _, _ = conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", electionKey) }() // ends with the connection at the latest
	return do()
}

// Sequencer numbers changes; of all processes over a database one is elected.
type Sequencer struct {
	Pool  *pgxpool.Pool
	Log   *slog.Logger
	Every time.Duration // a round's period, 10 ms when zero

	bound time.Duration // of what is asked of the database
}

// A round takes some ms; that of an import which ends, some seconds a million rows.
// What takes longer than the bound is given up, as on a frozen connection, and tried
// again with twice the time, as it may have been that large.
const (
	leastBound = 15 * time.Second
	mostBound  = 16 * time.Minute
)

// Run works until the context ends, standing for election again after each error.
func (s *Sequencer) Run(ctx context.Context) error {
	if s.Every == 0 {
		s.Every = 10 * time.Millisecond
	}
	s.bound = leastBound
	for {
		if err := s.reign(ctx); err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "change sequencer starts over", "error", err)
			if errors.Is(err, context.DeadlineExceeded) {
				s.bound = min(2*s.bound, mostBound)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// reign numbers through the very connection that holds the election, so that a
// deposed sequencer cannot write.
func (s *Sequencer) reign(ctx context.Context) error {
	conn, err := s.stand(ctx)
	if err != nil || conn == nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	snap, pos, err := s.resume(ctx, conn)
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	tick := time.NewTicker(s.Every)
	defer tick.Stop()
	for {
		if snap, pos, err = s.round(ctx, conn, snap, pos); err != nil {
			return fmt.Errorf("number changes: %w", err)
		}
		s.bound = leastBound
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// stand gives a connection of its own on which the election was won, or nil.
func (s *Sequencer) stand(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, s.bound)
	defer cancel()
	pooled, err := s.Pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	var elected bool
	if err := pooled.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", electionKey).Scan(&elected); err != nil || !elected {
		pooled.Release()
		return nil, err
	}
	conn := pooled.Hijack()
	// One that is stopped, or cut off, falls silent and gives the election up.
	if _, err := conn.Exec(ctx, "SET enable_seqscan = off; SET idle_session_timeout = '2s'"); err != nil {
		_ = conn.Close(context.WithoutCancel(ctx)) // it is of no use either way
		return nil, err
	}
	return conn, nil
}

func (s *Sequencer) round(ctx context.Context, conn *pgx.Conn, snap string, pos int64) (string, int64, error) {
	ctx, cancel := context.WithTimeout(ctx, s.bound)
	defer cancel()
	err := conn.QueryRow(ctx, step, snap, pos).Scan(&snap, &pos)
	return snap, pos, err
}

// What tells one server from another, and a promoted standby from what it followed.
const (
	systemOf   = "(SELECT system_identifier FROM pg_control_system())"
	timelineOf = "(SELECT timeline_id::text FROM pg_control_checkpoint())"
	sameServer = "system_identifier = " + systemOf + " AND timeline = " + timelineOf // of an epoch
)

// epochGap is left between the positions of two epochs.
const epochGap = 1_000_000

// resume finds where the last batch ended. In a database that is not the one
// of the last epoch (restored, promoted) it begins a new one: rows never
// numbered are numbered first, transaction ids of the old server mean nothing.
func (s *Sequencer) resume(ctx context.Context, conn *pgx.Conn) (snap string, pos int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.bound)
	defer cancel()
	// One snapshot serves what is numbered here and what is remembered as numbered.
	err = pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		var same bool
		if err := tx.QueryRow(ctx, "SELECT COALESCE((SELECT "+sameServer+" FROM change_epoch ORDER BY epoch DESC LIMIT 1), false)").Scan(&same); err != nil {
			return err
		}
		if !same {
			if err := beginEpoch(ctx, tx); err != nil {
				return err
			}
		}
		return tx.QueryRow(ctx, "SELECT snap::text, pos FROM change_batch ORDER BY pos DESC LIMIT 1").Scan(&snap, &pos)
	})
	return snap, pos, err
}

func beginEpoch(ctx context.Context, tx pgx.Tx) error {
	const (
		leftover = `
INSERT INTO change_log (pos, inbox, at, kind, object, rev, body)
SELECT (SELECT COALESCE(max(pos), 0) FROM change_log) + row_number() OVER (ORDER BY id), id, at, kind, object, rev, body
FROM change_inbox i WHERE NOT EXISTS (SELECT FROM change_log l WHERE l.inbox = i.id)`
		batch = `
INSERT INTO change_batch (pos, snap)
SELECT CASE WHEN EXISTS (SELECT FROM change_epoch) THEN (SELECT COALESCE(max(pos), 0) FROM change_log) + $1 ELSE (SELECT COALESCE(max(pos), 0) FROM change_log) END,
       pg_current_snapshot()`
		epoch = `
INSERT INTO change_epoch (epoch, system_identifier, timeline, at)
SELECT COALESCE(max(epoch), 0) + 1, ` + systemOf + `, ` + timelineOf + `, now() FROM change_epoch`
	)
	b := &pgx.Batch{}
	b.Queue(leftover)
	b.Queue("DELETE FROM change_inbox") // its transaction ids may be another server's
	b.Queue(batch, epochGap)
	b.Queue(epoch)
	return tx.SendBatch(ctx, b).Close()
}
