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
}

// Run works until the context ends, standing for election again after each error.
func (s *Sequencer) Run(ctx context.Context) error {
	if s.Every == 0 {
		s.Every = 10 * time.Millisecond
	}
	for {
		if err := s.reign(ctx); err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "change sequencer starts over", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// reign holds the election lock on a connection of its own and numbers through
// that same connection, so that a deposed sequencer cannot write.
func (s *Sequencer) reign(ctx context.Context) error {
	pooled, err := s.Pool.Acquire(ctx)
	if err != nil {
		return err
	}
	conn := pooled.Hijack()
	defer conn.Close(context.WithoutCancel(ctx))
	var elected bool
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", electionKey).Scan(&elected); err != nil || !elected {
		return err
	}
	if _, err := conn.Exec(ctx, "SET enable_seqscan = off"); err != nil {
		return err
	}
	snap, pos, err := s.resume(ctx, conn)
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	tick := time.NewTicker(s.Every)
	defer tick.Stop()
	for {
		if err := conn.QueryRow(ctx, step, snap, pos).Scan(&snap, &pos); err != nil {
			return fmt.Errorf("number changes: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// epochGap is left between the positions of two epochs.
const epochGap = 1_000_000

// resume finds where the last batch ended. In a database that is not the one
// of the last epoch (restored, promoted) it begins a new one: rows never
// numbered are numbered first, transaction ids of the old server mean nothing.
func (s *Sequencer) resume(ctx context.Context, conn *pgx.Conn) (snap string, pos int64, err error) {
	// One snapshot serves what is numbered here and what is remembered as numbered.
	err = pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
		var system int64
		var timeline string
		if err := tx.QueryRow(ctx, "SELECT system_identifier, (SELECT timeline_id::text FROM pg_control_checkpoint()) FROM pg_control_system()").Scan(&system, &timeline); err != nil {
			return err
		}
		var same bool
		if err := tx.QueryRow(ctx, `SELECT COALESCE((SELECT system_identifier = $1 AND timeline = $2 FROM change_epoch ORDER BY epoch DESC LIMIT 1), false)`, system, timeline).Scan(&same); err != nil {
			return err
		}
		if !same {
			if err := beginEpoch(ctx, tx, system, timeline); err != nil {
				return err
			}
		}
		return tx.QueryRow(ctx, "SELECT snap::text, pos FROM change_batch ORDER BY pos DESC LIMIT 1").Scan(&snap, &pos)
	})
	return snap, pos, err
}

func beginEpoch(ctx context.Context, tx pgx.Tx, system int64, timeline string) error {
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
SELECT COALESCE(max(epoch), 0) + 1, $1, $2, now() FROM change_epoch`
	)
	b := &pgx.Batch{}
	b.Queue(leftover)
	b.Queue("DELETE FROM change_inbox") // its transaction ids may be another server's
	b.Queue(batch, epochGap)
	b.Queue(epoch, system, timeline)
	return tx.SendBatch(ctx, b).Close()
}
