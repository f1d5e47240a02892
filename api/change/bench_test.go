package change_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/change"
)

// way is a way of numbering, for one run of the benchmark.
type way struct {
	name   string
	record func(ctx context.Context, tx pgx.Tx, object string) error
	bring  string // an import of $1 changes, one statement
	read   func(b *testing.B, pool *pgxpool.Pool, told func(object string, at time.Time))
}

const (
	offered  = 1000 // changes a second
	imported = 200_000
	lasting  = 8 * time.Second
)

// From the answer to a commit until a follower applies the change, at 1,000 changes a
// second, alone and beside one import transaction of 200,000; and how many changes a
// second 25 writers commit who do not wait. In the same run as the second way: a
// counter's row, locked last by every writer, with a reader that asks every 10 ms.
func BenchmarkLiveLog(b *testing.B) {
	p99 := map[string]float64{}
	rate := map[string]float64{}
	for _, w := range []way{sequenced, counted} {
		pool := open(b)
		if _, err := pool.Exec(b.Context(), `
CREATE TABLE counted_head (last bigint NOT NULL);
INSERT INTO counted_head VALUES (0);
CREATE TABLE counted_log (pos bigint PRIMARY KEY, at timestamptz NOT NULL, kind text NOT NULL, object text NOT NULL, rev bigint NOT NULL, body jsonb NOT NULL)`); err != nil {
			b.Fatal(err)
		}
		m := &meter{committed: map[string]time.Time{}, told: map[string]time.Time{}}
		w.read(b, pool, m.tell)
		for _, beside := range []bool{false, true} {
			name := w.name + "_alone"
			var importing sync.WaitGroup
			if beside {
				name = w.name + "_beside_import"
				importing.Go(func() { m.bringIn(b, pool, w) })
			}
			waits := m.pace(b, pool, w)
			importing.Wait()
			p99[name] = waits[len(waits)*99/100]
			fmt.Printf("BENCH live-log-%s-ms p50=%.1f p99=%.1f max=%.1f changes=%d\n", name, waits[len(waits)/2], p99[name], waits[len(waits)-1], len(waits))
		}
		m.all(b, imported)
		rate[w.name] = m.rush(b, pool, w)
	}
	for _, name := range []string{"sequencer_alone", "sequencer_beside_import"} {
		verdict := "ok"
		if p99[name] > 100 {
			verdict = "SHORT"
		}
		fmt.Printf("BENCH live-log-%s-p99-ms %.1f demand <=100 %s\n", name, p99[name], verdict)
	}
	fmt.Printf("BENCH live-log-commits sequencer=%.0f counter_row=%.0f ratio=%.2f\n", rate["sequencer"], rate["counter_row"], rate["sequencer"]/rate["counter_row"])
}

var sequenced = way{
	name: "sequencer",
	record: func(ctx context.Context, tx pgx.Tx, object string) error {
		return change.Record(ctx, tx, change.Change{Kind: "thing", Object: object, Rev: 1, At: time.Now(), Body: struct{}{}})
	},
	bring: "INSERT INTO change_inbox (at, kind, object, rev, body) SELECT now(), 'thing', 'import ' || n, 1, '{}' FROM generate_series(1, $1::int) n",
	read: func(b *testing.B, pool *pgxpool.Pool, told func(string, time.Time)) {
		sequence(b, pool)
		elected(b, pool)
		f := &change.Follower{Log: &change.Log{Pool: pool}, Logger: quiet, Apply: func(_ context.Context, _ int64, entries []change.Entry) error {
			at := time.Now()
			for _, e := range entries {
				told(e.Object, at)
			}
			return nil
		}}
		run(b, func(ctx context.Context) error { return f.Run(ctx, change.Position{Epoch: 1}) })
	},
}

var counted = way{
	name: "counter_row",
	record: func(ctx context.Context, tx pgx.Tx, object string) error {
		_, err := tx.Exec(ctx, `
WITH h AS (UPDATE counted_head SET last = last + 1 RETURNING last)
INSERT INTO counted_log (pos, at, kind, object, rev, body) SELECT last, now(), 'thing', $1, 1, '{}' FROM h`, object)
		return err
	},
	bring: `
WITH h AS (UPDATE counted_head SET last = last + $1 RETURNING last)
INSERT INTO counted_log (pos, at, kind, object, rev, body) SELECT last - $1 + n, now(), 'thing', 'import ' || n, 1, '{}' FROM h, generate_series(1, $1::int) n`,
	read: func(b *testing.B, pool *pgxpool.Pool, told func(string, time.Time)) {
		run(b, func(ctx context.Context) error {
			var last int64
			for ctx.Err() == nil {
				rows, err := pool.Query(ctx, "SELECT pos, at, kind, object, rev, body FROM counted_log WHERE pos > $1 ORDER BY pos LIMIT 5000", last)
				if err != nil {
					break
				}
				list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[change.Entry])
				if err != nil {
					break
				}
				at := time.Now()
				for _, e := range list {
					last = e.Pos
					told(e.Object, at)
				}
				if len(list) < 5000 {
					time.Sleep(10 * time.Millisecond)
				}
			}
			return nil
		})
	},
}

// meter knows when each change was committed and when it was told.
type meter struct {
	mu              sync.Mutex
	committed, told map[string]time.Time
	imports         int
	next            atomic.Int64
}

func (m *meter) tell(object string, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if strings.HasPrefix(object, "import") {
		m.imports++
		return
	}
	m.told[object] = at
}

func (m *meter) write(b *testing.B, pool *pgxpool.Pool, w way) {
	object := strconv.FormatInt(m.next.Add(1), 10)
	err := pgx.BeginFunc(b.Context(), pool, func(tx pgx.Tx) error { return w.record(b.Context(), tx, object) })
	at := time.Now()
	if err != nil {
		b.Error(err)
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.committed[object] = at
}

// pace writes what is offered and gives the delays in ms, sorted.
func (m *meter) pace(b *testing.B, pool *pgxpool.Pool, w way) (waits []float64) {
	first := m.next.Load()
	due := make(chan struct{}, offered*int(lasting/time.Second))
	var writers sync.WaitGroup
	for range 20 {
		writers.Go(func() {
			for range due {
				m.write(b, pool, w)
			}
		})
	}
	begun := time.Now()
	for n := 0; n < cap(due); {
		for ; n < min(cap(due), int(time.Since(begun)*offered/time.Second)); n++ {
			due <- struct{}{}
		}
		time.Sleep(time.Millisecond)
	}
	close(due)
	writers.Wait()
	m.all(b, 0)
	m.mu.Lock()
	defer m.mu.Unlock()
	for object, at := range m.committed {
		if n, _ := strconv.ParseInt(object, 10, 64); n > first {
			waits = append(waits, max(0, float64(m.told[object].Sub(at).Microseconds())/1000))
		}
	}
	slices.Sort(waits)
	return waits
}

// all waits until everything that was committed has been told.
func (m *meter) all(b *testing.B, imports int) {
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		m.mu.Lock()
		missing, left := len(m.committed)-len(m.told), imports-m.imports
		m.mu.Unlock()
		if missing == 0 && left <= 0 {
			return
		}
		if time.Now().After(deadline) {
			b.Fatalf("%d changes and %d of the import are missing", missing, left)
		}
	}
}

func (m *meter) bringIn(b *testing.B, pool *pgxpool.Pool, w way) {
	time.Sleep(lasting / 8)
	if _, err := pool.Exec(b.Context(), w.bring, imported); err != nil {
		b.Error(err)
	}
}

// rush gives how many changes a second writers commit who do not wait.
func (m *meter) rush(b *testing.B, pool *pgxpool.Pool, w way) float64 {
	first, begun := m.next.Load(), time.Now()
	var writers sync.WaitGroup
	for range 25 {
		writers.Go(func() {
			for time.Since(begun) < lasting/2 {
				m.write(b, pool, w)
			}
		})
	}
	writers.Wait()
	return float64(m.next.Load()-first) / time.Since(begun).Seconds()
}
