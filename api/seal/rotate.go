package seal

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/vault"
)

// Keeper is whoever stores sealed values or keyed hashes.
type Keeper interface {
	// Reseal seals with the newest key what is sealed with another one, a part in
	// a transaction, and makes the hashes anew that go along; done hears how many
	// rows each part was.
	Reseal(ctx context.Context, done func(rows int)) error
	// Naming says which hashes need a key that cannot be made anew.
	Naming(ctx context.Context, number int) ([]Left, error)
}

// Left is what still needs a key: so many rows of a kind.
type Left struct {
	What string
	Rows int64
}

// Rotation changes the newest key, beside servers that read and write.
type Rotation struct {
	Keys    *Keys
	Keepers []Keeper
	Now     func() time.Time
	Tell    func(words string) // how far it is
}

// Info is what is known of a key.
type Info struct {
	Number int
	ID     string // "" while the key is not at hand
	Since  time.Time
	State  string // "" of a key that lies at hand and was never used
}

var (
	errRotating = fault.New(fault.Conflict, "seal.rotating", "Another rotation of the keys is under way; wait for it, or end that process. What it has done stays done.")
	errLacking  = fault.New(fault.Conflict, "seal.lacking", "A server or a command on this database has not got the new key: give it the newest key file (--people-key-file), then say rotate again. Nothing was changed.")
)

// List gives the keys, the oldest first.
func (r Rotation) List(ctx context.Context) ([]Info, error) {
	list, err := readSealing(ctx, r.Keys.pool)
	if err != nil {
		return nil, err
	}
	kept, err := r.Keys.from.read()
	if err != nil {
		return nil, err
	}
	var out []Info
	for _, s := range list {
		out = append(out, Info{Number: s.Number, Since: s.At, State: s.State})
	}
	for _, h := range kept {
		one, err := derive(h.master)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(list, func(s said) bool { return bytes.Equal(s.Fingerprint, one.fingerprint) }); i >= 0 {
			out[i].ID = one.id()
		} else {
			out = append(out, Info{ID: one.id(), Since: h.born})
		}
	}
	return out, nil
}

// Rotate makes a new key, or takes the one that lies ready, and seals everything
// with it. Broken off, it goes on where it stopped when it is run again.
func (r Rotation) Rotate(ctx context.Context) error {
	return r.alone(ctx, func() error {
		list, err := readSealing(ctx, r.Keys.pool)
		if err != nil {
			return err
		}
		if !has(list, Leaving) {
			if err := r.announce(ctx, list); err != nil {
				return err
			}
			if err := r.begin(ctx); err != nil {
				return err
			}
		}
		return r.finish(ctx)
	})
}

func has(list []said, state string) bool {
	return slices.ContainsFunc(list, func(s said) bool { return s.State == state })
}

// alone runs do while no other process rotates or retires.
func (r Rotation) alone(ctx context.Context, do func() error) error {
	c, err := r.Keys.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	const key = "hashtextextended('rotation of keys ' || current_schema(), 0)"
	var mine bool
	if err := c.QueryRow(ctx, "SELECT pg_try_advisory_lock("+key+")").Scan(&mine); err != nil {
		return err
	}
	if !mine {
		return errRotating
	}
	defer func() { _, _ = c.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock("+key+")") }() // ends with the connection at the latest
	return do()
}

// announce tells every process of the new key and waits until each has heard.
func (r Rotation) announce(ctx context.Context, list []said) error {
	k := r.Keys
	if has(list, Coming) {
		if _, err := k.pool.Exec(ctx, "UPDATE sealing SET lacking = false WHERE state = 'coming'"); err != nil {
			return err
		}
	} else {
		one, err := r.ready(list)
		if err != nil {
			return err
		}
		// In the file, and on the disk, before anybody may seal with it.
		number := list[len(list)-1].Number + 1
		if _, err := k.pool.Exec(ctx, "INSERT INTO sealing (number, fingerprint, at, state) VALUES ($1, $2, $3, 'coming')", number, one.fingerprint, r.Now()); err != nil {
			return err
		}
		r.Tell(fmt.Sprintf("Key %d (%s) is in %s. Keep a copy of that file now.", number, one.id(), k.from.name()))
	}
	r.Tell(fmt.Sprintf("Waiting %.0f seconds until every server has heard of it.", (2 * k.lease).Seconds()))
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(2 * k.lease): // everybody asks once in a lease; whoever slept asks before looking
	}
	var lacking bool
	if err := k.pool.QueryRow(ctx, "SELECT lacking FROM sealing WHERE state = 'coming'").Scan(&lacking); err != nil {
		return err
	}
	if err := k.ask(ctx, k.pool, 0); err != nil {
		return err
	}
	if lacking || k.ring.Load().coming == nil {
		return errLacking
	}
	return nil
}

// ready gives a key that lies in the source and was never used, or makes one.
func (r Rotation) ready(list []said) (*key, error) {
	kept, err := r.Keys.from.read()
	if err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for _, h := range kept {
		one, err := derive(h.master)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(list, func(s said) bool { return bytes.Equal(s.Fingerprint, one.fingerprint) }) {
			return one, nil
		}
		ids[one.id()] = true
	}
	for {
		h := held{master: make([]byte, MasterSize), born: r.Now()}
		_, _ = rand.Read(h.master) // never fails
		one, err := derive(h.master)
		if err != nil {
			return nil, err
		}
		if !ids[one.id()] { // four bytes may meet by chance
			return one, r.Keys.from.write(append(kept, h))
		}
	}
}

// begin makes the announced key the newest, at a moment when nobody is storing
// what was sealed with the one before.
func (r Rotation) begin(ctx context.Context) error {
	told := false
	for {
		err := pg.InTx(ctx, r.Keys.pool, func(tx pgx.Tx) error {
			// Who waits for this lock keeps later writers waiting: not for long.
			if _, err := tx.Exec(ctx, "SET LOCAL lock_timeout = '2s'"); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock("+lock+")"); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "UPDATE sealing SET state = 'leaving' WHERE state = 'current'"); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, "UPDATE sealing SET state = 'current', lacking = false, at = $1 WHERE state = 'coming'", r.Now())
			return err
		})
		var busy *pgconn.PgError
		if !errors.As(err, &busy) || busy.Code != "55P03" {
			return err
		}
		if !told {
			told = true
			r.Tell("Waiting for a large import to end.")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// finish seals everything with the newest key, proves it over all columns, and
// says so in the database.
func (r Rotation) finish(ctx context.Context) error {
	if err := r.Keys.ask(ctx, r.Keys.pool, 0); err != nil {
		return err
	}
	rows := 0
	for _, keeper := range r.Keepers {
		if err := keeper.Reseal(ctx, func(n int) {
			if before := rows; before/10_000 != (before+n)/10_000 {
				r.Tell(fmt.Sprintf("%d rows are sealed with the new key.", before+n))
			}
			rows += n
		}); err != nil {
			return err
		}
	}
	r.Tell(fmt.Sprintf("%d rows were sealed with the new key in this run.", rows))
	for _, one := range r.Keys.ring.Load().all {
		if one.state != Leaving {
			continue
		}
		left, err := sealedWith(ctx, r.Keys.pool, one)
		if err != nil {
			return err
		}
		if len(left) > 0 {
			return fmt.Errorf("key %d still seals %s; say rotate again", one.number, words(left))
		}
	}
	if _, err := r.Keys.pool.Exec(ctx, "UPDATE sealing SET state = 'spent' WHERE state = 'leaving'"); err != nil {
		return err
	}
	return r.Keys.ask(ctx, r.Keys.pool, 0)
}

// Retire takes a key away that nothing names any more, out of the database's list
// and out of the file. What still names it is given, and then nothing was done.
func (r Rotation) Retire(ctx context.Context, number int) (left []Left, err error) {
	err = r.alone(ctx, func() error {
		if err := r.Keys.ask(ctx, r.Keys.pool, 0); err != nil {
			return err
		}
		i := slices.IndexFunc(r.Keys.ring.Load().all, func(k *key) bool { return k.number == number })
		if i < 0 {
			return r.drop(ctx, number)
		}
		one := r.Keys.ring.Load().all[i]
		if older := slices.IndexFunc(r.Keys.ring.Load().all, func(k *key) bool { return k.number < number }); older >= 0 && one.state == Spent {
			return fault.Newf(fault.Conflict, "seal.order", "Keys are retired in order: key %d is older and still there.", r.Keys.ring.Load().all[older].number)
		}
		if one.state != Spent {
			return fault.Newf(fault.Conflict, "seal.in_use", "Key %d is %s: values are sealed with it. Rotate first.", number, one.state)
		}
		if left, err = r.naming(ctx, one); err != nil || len(left) > 0 {
			return err
		}
		if _, err := r.Keys.pool.Exec(ctx, "UPDATE sealing SET state = 'retired' WHERE number = $1 AND state = 'spent'", number); err != nil {
			return err
		}
		return r.drop(ctx, number)
	})
	return left, err
}

// naming counts what names a key, over every column.
func (r Rotation) naming(ctx context.Context, one *key) ([]Left, error) {
	left, err := sealedWith(ctx, r.Keys.pool, one)
	if err != nil {
		return nil, err
	}
	for _, keeper := range r.Keepers {
		more, err := keeper.Naming(ctx, one.number)
		if err != nil {
			return nil, err
		}
		for _, l := range more {
			if l.Rows > 0 {
				left = append(left, l)
			}
		}
	}
	return left, nil
}

// drop takes a retired key out of the file.
func (r Rotation) drop(ctx context.Context, number int) error {
	list, err := readSealing(ctx, r.Keys.pool)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(s said) bool { return s.Number == number && s.State == Retired })
	if i < 0 {
		return fault.Missing("key")
	}
	kept, err := r.Keys.from.read()
	if err != nil {
		return err
	}
	rest := slices.DeleteFunc(slices.Clone(kept), func(h held) bool {
		one, err := derive(h.master)
		return err == nil && bytes.Equal(one.fingerprint, list[i].Fingerprint)
	})
	if len(rest) == len(kept) {
		return nil
	}
	return r.Keys.from.write(rest)
}

// sealedWith counts the values of every column of the schema that name a key:
// also of columns that nobody thought of.
func sealedWith(ctx context.Context, pool *pgxpool.Pool, one *key) (left []Left, err error) {
	err = vault.In(ctx, pool, vault.Everywhere(), func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid = 'bytea'::regtype ORDER BY 1, 2`)
		if err != nil {
			return err
		}
		columns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Table, Column string }])
		if err != nil {
			return err
		}
		for _, c := range columns {
			l := Left{What: "values of " + c.Table + "." + c.Column}
			sql := "SELECT count(*) FROM " + pgx.Identifier{c.Table}.Sanitize() + " WHERE " + HeadOf(pgx.Identifier{c.Column}.Sanitize()) + " = $1"
			if err := tx.QueryRow(ctx, sql, one.head[:]).Scan(&l.Rows); err != nil {
				return fmt.Errorf("%s: %w", l.What, err)
			}
			if l.Rows > 0 {
				left = append(left, l)
			}
		}
		return nil
	})
	return left, err
}

func words(left []Left) (text string) {
	for i, l := range left {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%d %s", l.Rows, l.What)
	}
	return text
}
