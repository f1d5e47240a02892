package change

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// keeperKey names the advisory lock of whoever keeps the partitions; two at once
	// would only refuse each other's statements.
	keeperKey = electionKey + 1
	// partSize is how many changes a partition holds.
	partSize = 1_000_000
	// ahead is how many whole partitions wait for what will come: an import that
	// draws more ids than they hold between two rounds fails.
	ahead = 4
)

// Keeper makes partitions of the inbox and the log before they are needed and
// drops those that nobody needs. It never makes a transaction wait: what would
// have to wait for one is left for the next round.
type Keeper struct {
	Pool *pgxpool.Pool // of the tables' owner
	Log  *slog.Logger
	// What was numbered is kept until it is older than Days and Changes have come
	// after it, by whole partitions.
	Days    int
	Changes uint64
	Every   time.Duration // between two rounds, 5 s when zero
	Size    int64         // of a partition made from now on, a million when zero

	drawn map[int64]int64 // the inbox's partitions whose ids are used up, see spent
}

// Run keeps until the context ends; of all processes over a database one does.
func (k *Keeper) Run(ctx context.Context) error {
	for {
		if err := k.Round(ctx); err != nil && ctx.Err() == nil {
			k.Log.WarnContext(ctx, "partitions of the change log", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(cmp.Or(k.Every, 5*time.Second)):
		}
	}
}

// Round does what is due now, unless another process is at it.
func (k *Keeper) Round(ctx context.Context) error {
	conn, err := k.Pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	var mine bool
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", keeperKey).Scan(&mine); err != nil || !mine {
		return err
	}
	defer func() {
		// Both end with the connection at the latest.
		ctx := context.WithoutCancel(ctx)
		_, _ = conn.Exec(ctx, "RESET lock_timeout")
		_, _ = conn.Exec(ctx, "SELECT pg_advisory_unlock($1)", keeperKey)
	}()
	if _, err := conn.Exec(ctx, "SET lock_timeout = '200ms'"); err != nil {
		return err
	}
	for _, duty := range []func(context.Context, *pgx.Conn) error{k.makeAhead, k.trimInbox, k.trimLog, trimBatches, dropDetached} {
		if err := duty(ctx, conn.Conn()); err != nil && !waits(err) {
			return err
		}
	}
	return nil
}

// waits says that somebody's transaction is in the way: it is never waited for.
func waits(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "55P03"
}

// makeAhead makes room for what may come before the next round.
func (k *Keeper) makeAhead(ctx context.Context, conn *pgx.Conn) error {
	var id, pos int64
	err := conn.QueryRow(ctx, `
SELECT (SELECT last_value FROM change_inbox_id_seq), GREATEST((SELECT max(pos) FROM change_batch), (SELECT max(pos) FROM change_log), 0)`).Scan(&id, &pos)
	if err != nil {
		return fmt.Errorf("look how full the partitions are: %w", err)
	}
	inbox, err := partitions(ctx, conn, "change_inbox")
	if err != nil {
		return err
	}
	size := cmp.Or(k.Size, partSize)
	if err := k.reach(ctx, conn, "change_inbox", id+ahead*size); err != nil {
		return err
	}
	// What waits in the inbox may be numbered in one go, and in another epoch.
	waiting := id
	if len(inbox) > 0 {
		waiting -= inbox[0].low
	}
	return k.reach(ctx, conn, "change_log", pos+waiting+(epochGap/partSize+ahead)*size)
}

// reach makes partitions until they hold a key.
func (k *Keeper) reach(ctx context.Context, conn *pgx.Conn, table string, key int64) error {
	list, err := partitions(ctx, conn, table)
	if err != nil {
		return err
	}
	size := cmp.Or(k.Size, partSize)
	low := int64(0)
	if len(list) > 0 {
		low = list[len(list)-1].high
	}
	for ; low <= key; low += size {
		if _, err := conn.Exec(ctx, "SELECT change_partition($1, $2, $3)", table, low, low+size); err != nil {
			return fmt.Errorf("make a partition of %s: %w", table, err)
		}
	}
	return nil
}

// trimInbox drops the partitions of which every row has been numbered.
func (k *Keeper) trimInbox(ctx context.Context, conn *pgx.Conn) error {
	list, err := partitions(ctx, conn, "change_inbox")
	if err != nil {
		return err
	}
	for _, p := range list {
		if spent, err := k.spent(ctx, conn, p); err != nil || !spent {
			return err
		}
		if err := p.drop(ctx, conn); err != nil {
			return err
		}
		delete(k.drawn, p.high)
	}
	return nil
}

// spent says that a partition of the inbox has had its day. Its ids are drawn, so
// whoever writes into it has a transaction below next, the first one that was not
// yet given out when this was seen; and a batch was numbered of a snapshot in which
// all of those had ended, so with every row of them.
func (k *Keeper) spent(ctx context.Context, conn *pgx.Conn, p partition) (bool, error) {
	if p.detaching {
		return true, nil
	}
	next, known := k.drawn[p.high]
	if !known {
		var full bool
		err := conn.QueryRow(ctx, "SELECT last_value >= $1, pg_snapshot_xmax(pg_current_snapshot())::text::bigint FROM change_inbox_id_seq", p.high).Scan(&full, &next)
		if err != nil || !full {
			return false, err
		}
		if k.drawn == nil {
			k.drawn = map[int64]int64{}
		}
		k.drawn[p.high] = next
	}
	// Batches of another server, of which this is a copy, say nothing about it.
	const ended = `
SELECT COALESCE((SELECT pg_snapshot_xmin(snap)::text::bigint >= $1 FROM change_batch ORDER BY pos DESC LIMIT 1), false)
   AND COALESCE((SELECT ` + sameServer + ` FROM change_epoch ORDER BY epoch DESC LIMIT 1), false)`
	var spent bool
	err := conn.QueryRow(ctx, ended, next).Scan(&spent)
	return spent, err
}

// trimLog drops the oldest partitions that are past their time. While the inbox
// holds a row, the log keeps its number: in a new epoch only that tells what was
// numbered before.
func (k *Keeper) trimLog(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, noteFull, "change_log"); err != nil {
		return fmt.Errorf("note which partitions of the log are full: %w", err)
	}
	list, err := partitions(ctx, conn, "change_log")
	if err != nil {
		return err
	}
	inbox, err := partitions(ctx, conn, "change_inbox")
	if err != nil || len(inbox) == 0 {
		return err
	}
	for _, p := range list {
		due := p.detaching
		if !due {
			err := conn.QueryRow(ctx, `
SELECT (SELECT max(pos) FROM change_batch) - $1 >= $2 AND EXISTS (SELECT FROM change_full WHERE high = $1 AND at <= now() - make_interval(days => $3))
   AND NOT EXISTS (SELECT FROM `+p.table()+` WHERE inbox >= $4)`, p.high, max(k.Changes, 1), k.Days, inbox[0].low).Scan(&due)
			if err != nil {
				return err
			}
		}
		if !due {
			return nil
		}
		if err := p.drop(ctx, conn); err != nil {
			return err
		}
		if _, err := conn.Exec(ctx, "DELETE FROM change_full WHERE high <= $1", p.high); err != nil {
			return err
		}
		k.Log.InfoContext(ctx, "the change log begins later now", "at", p.high)
	}
	return nil
}

// noteFull notes when it was seen that a partition takes no more.
const noteFull = `
INSERT INTO change_full (high, at)
SELECT high, now() FROM (` + selectPartitions + `) p
WHERE high <= (SELECT max(pos) FROM change_batch) ON CONFLICT DO NOTHING`

// trimBatches leaves the newest batch, which is all that is asked for. Deleted rows
// lie at the lower end of the index, where nobody looks.
func trimBatches(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "DELETE FROM change_batch WHERE pos < (SELECT max(pos) FROM change_batch)")
	if err != nil {
		return fmt.Errorf("trim the batches of the change log: %w", err)
	}
	return nil
}
