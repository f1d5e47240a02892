package seal

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/fault"
	"onemap/api/pg"
)

// What the database says of a key (table sealing).
const (
	Coming  = "coming"  // announced; nothing is sealed with it yet
	Current = "current" // what is written is sealed with it
	Leaving = "leaving" // values are being sealed again with the current one
	Spent   = "spent"   // nothing is sealed with it; hashes may be left
	Retired = "retired" // nothing names it
)

// said is what the database says of one key.
type said struct {
	Number      int
	State       string
	Fingerprint []byte
	At          time.Time
	Lacking     bool
}

const selectSealing = "SELECT number, state, fingerprint, at, lacking FROM sealing ORDER BY number"

func readSealing(ctx context.Context, q pg.Querier) ([]said, error) {
	rows, err := q.Query(ctx, selectSealing)
	if err != nil {
		return nil, fmt.Errorf("keys of people's data: %w", err)
	}
	return collectSealing(rows)
}

func collectSealing(rows pgx.Rows) ([]said, error) {
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[said])
	if err != nil {
		return nil, fmt.Errorf("keys of people's data: %w", err)
	}
	return list, nil
}

// Obtain gives the city's keys: read, or made when the database has nothing
// sealed yet, and in any case the ones the database was sealed with.
func Obtain(ctx context.Context, pool *pgxpool.Pool, from Source, now time.Time) (*Keys, error) {
	k := &Keys{pool: pool, from: from.people(), lease: cmp.Or(from.Lease, 5*time.Second)}
	list, err := readSealing(ctx, pool)
	if err != nil {
		return nil, err
	}
	kept, err := k.from.obtain(len(list) == 0, held{})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		first, err := derive(kept[len(kept)-1].master)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.from.name(), err)
		}
		// Another process may be the first one.
		if _, err := pool.Exec(ctx, "INSERT INTO sealing (number, fingerprint, at, state) VALUES (1, $1, $2, 'current') ON CONFLICT DO NOTHING", first.fingerprint, now); err != nil {
			return nil, fmt.Errorf("keys of people's data: %w", err)
		}
		if list, err = readSealing(ctx, pool); err != nil {
			return nil, err
		}
	}
	at := time.Now()
	if err := k.adopt(list); err != nil {
		return nil, err
	}
	k.asked.Store(&at)
	return k, nil
}

// adopt takes what the database says of the keys. The key that is announced may
// be missing, any other that is not retired may not. What was said before what is
// known already is passed over.
func (k *Keys) adopt(list []said) error {
	before := k.ring.Load()
	var have []*key
	if before != nil {
		have = slices.Clone(before.all)
	}
	find := func(fingerprint []byte) *key {
		i := slices.IndexFunc(have, func(h *key) bool { return bytes.Equal(h.fingerprint, fingerprint) })
		if i < 0 {
			return nil
		}
		return have[i]
	}
	if slices.ContainsFunc(list, func(s said) bool { return s.State != Retired && find(s.Fingerprint) == nil }) {
		kept, err := k.from.read()
		if err != nil && before == nil {
			return err
		}
		for _, h := range kept {
			one, err := derive(h.master)
			if err != nil {
				return fmt.Errorf("%s: %w", k.from.name(), err)
			}
			have = append(have, one)
		}
	}
	var next []*key
	missing := 0
	for _, s := range list {
		one := find(s.Fingerprint)
		switch {
		case s.State == Retired || one == nil && s.State == Coming:
		case one == nil:
			missing = s.Number
		default:
			next = append(next, &key{number: s.Number, state: s.State, head: one.head, aead: one.aead, mac: one.mac, fingerprint: one.fingerprint})
		}
	}
	switch {
	case missing > 0 && len(next) == 0:
		return fmt.Errorf("people's data in this database was sealed with another key than the one in %s; give the key it was sealed with (%s); nothing is lost while it is away", k.from.name(), k.from.Options)
	case missing > 0:
		at := list[slices.IndexFunc(list, func(s said) bool { return s.Number == missing })].At
		return fmt.Errorf("key %d of people's data, in use since %s, is missing in %s; restore the newest copy of that file (%s); nothing is lost while it is away", missing, at.Format(time.DateOnly), k.from.name(), k.from.Options)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := k.ring.Load(); now == nil || !older(next, now.all) {
		k.ring.Store(ringOf(next))
	}
	return nil
}

// older says whether keys are as they were before others are: states only ever
// move on, and so does the newest key.
func older(list, than []*key) bool {
	rank := func(list []*key) (sum int) {
		for _, one := range list {
			sum += 10 + slices.Index([]string{Coming, Current, Leaving, Spent}, one.state)
		}
		return sum
	}
	newest := func(list []*key) int {
		return list[slices.IndexFunc(list, func(k *key) bool { return k.state == Current })].number
	}
	if a, b := newest(list), newest(than); a != b {
		return a < b
	}
	// A key that is gone altogether was retired.
	return len(list) == len(than) && rank(list) < rank(than)
}

// lock is the advisory lock under which what was sealed is stored (shared), and
// the newest key becomes another one (alone).
const lock = "hashtextextended('sealed with the newest key ' || current_schema(), 0)"

// Hold keeps the newest key the newest until the transaction ends. Whoever
// stores what Seal or Blind gives calls it first, and seals again what was
// sealed with an older one (Newest, Number).
func (k *Keys) Hold(ctx context.Context, tx pgx.Tx) error {
	if k.pool == nil {
		return nil
	}
	b := &pgx.Batch{}
	b.Queue("SELECT pg_advisory_xact_lock_shared(" + lock + ")")
	b.Queue(selectSealing) // a statement of its own: it sees what was committed while the lock was waited for
	res := tx.SendBatch(ctx, b)
	defer res.Close()
	if _, err := res.Exec(); err != nil {
		return fmt.Errorf("hold the key of people's data: %w", err)
	}
	rows, err := res.Query()
	if err != nil {
		return fmt.Errorf("hold the key of people's data: %w", err)
	}
	list, err := collectSealing(rows)
	if err != nil {
		return err
	}
	if err := k.adopt(list); err != nil {
		return unavailable(err)
	}
	return nil
}

// Fresh makes sure that what is known of the keys is not older than a rotation
// waits for: whoever looks for Blinds calls it first.
func (k *Keys) Fresh(ctx context.Context, q pg.Querier) error {
	if k.pool == nil {
		return nil
	}
	return k.ask(ctx, q, k.lease)
}

// ask asks the database, unless it was asked a moment ago.
func (k *Keys) ask(ctx context.Context, q pg.Querier, moment time.Duration) error {
	if at := k.asked.Load(); at != nil && time.Since(*at) < moment {
		return nil
	}
	_, err := k.learn(ctx, q)
	return err
}

// learn takes what the database says of the keys, and gives it.
func (k *Keys) learn(ctx context.Context, q pg.Querier) ([]said, error) {
	at := time.Now() // by this machine's steady clock: what is measured is a stretch
	list, err := readSealing(ctx, q)
	if err != nil {
		return nil, err
	}
	if err := k.adopt(list); err != nil {
		return nil, unavailable(err)
	}
	k.asked.Store(&at)
	return list, nil
}

func unavailable(err error) error {
	return fault.New(fault.Unavailable, "seal.key_missing", "This server does not have a key that people's data is sealed with. Nothing is lost; whoever runs it is told in its log what to restore.").Because(err)
}

// Follow hears of new keys until the context ends, and says so where a key is
// announced that this process has not got: the rotation then does not begin.
func (k *Keys) Follow(ctx context.Context, tell func(err error)) error {
	tick := time.NewTicker(k.lease / 3)
	defer tick.Stop()
	for {
		if err := k.hear(ctx); err != nil && ctx.Err() == nil {
			tell(err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (k *Keys) hear(ctx context.Context) error {
	list, err := k.learn(ctx, k.pool)
	if err != nil {
		return err
	}
	// A key that is announced is in the file before: of what was learned just now it is lacking, or is not.
	if !has(list, Coming) || k.ring.Load().coming != nil {
		return nil
	}
	done, err := k.pool.Exec(ctx, "UPDATE sealing SET lacking = true WHERE state = 'coming' AND NOT lacking")
	if err != nil {
		return fmt.Errorf("keys of people's data: %w", err)
	}
	if done.RowsAffected() == 0 {
		return nil // it is known
	}
	return fmt.Errorf("a new key of people's data is announced that is not in %s: give it to this program, too; until then it is not used", k.from.name())
}
