package person

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/vault"
	"onemap/geo/grid"
)

// ErrNotEmpty says that people are there already, or were and are erased: they
// are to be imported, which looks at each, not loaded.
var ErrNotEmpty = errors.New("there are people already")

// Bulk is a load of people into empty tables. It remembers what a load must not
// do twice, since no index is there to say so.
type Bulk struct {
	s          *Service
	ahead      pg.Ahead
	byRef      map[[2]string]uuid.UUID // of references that are not made of a number
	byNumber   map[[16]byte]uuid.UUID
	households map[[2]string]uuid.UUID
}

// bulkTables are the tables of a load, each after those it refers to.
var bulkTables = []string{"household", "person", "residence", "person_tag"}

// anybody asks, with everything in sight, whether there are people, or were and are erased.
const anybody = "SELECT EXISTS (SELECT FROM person) OR EXISTS (SELECT FROM household) OR EXISTS (SELECT FROM erased_mark)"

// BulkLoad loads the first people of a city in one transaction: without the
// indexes and references of the tables, which are made again at its end, when
// whatever they forbid undoes the whole load. ErrNotEmpty when people are there.
// Nobody reads or writes people while it runs. The indexes that only search needs
// follow at once; what keeps one from being made leaves it due, and everybody there.
func (s *Service) BulkLoad(ctx context.Context, load func(tx pgx.Tx, bulk *Bulk) error) error {
	if err := s.bulkLoad(ctx, load); err != nil {
		return err
	}
	_ = pg.BuildDue(ctx, s.Pool) // the people are there; the next start makes what is due
	return nil
}

func (s *Service) bulkLoad(ctx context.Context, load func(tx pgx.Tx, bulk *Bulk) error) error {
	// The owner obeys the policies of the marks, too.
	return vault.In(ctx, s.Pool, vault.Everywhere(), func(tx pgx.Tx) error {
		if err := s.Keys.Hold(ctx, tx); err != nil {
			return err
		}
		if err := pg.Stripped(ctx, tx, bulkTables, func() error { return s.first(ctx, tx, load) }, "person_left_ix", "person_name_blind_ix"); err != nil {
			return inWords(err)
		}
		// A quick look is enough for the first plans; autovacuum takes a thorough one.
		if _, err := tx.Exec(ctx, "SET LOCAL default_statistics_target = 20; "+ofEach("ANALYZE %[1]s; ALTER TABLE %[1]s FORCE ROW LEVEL SECURITY")); err != nil {
			return fmt.Errorf("load people: %w", err)
		}
		return nil
	})
}

// first loads people when there are none, as the owner of the tables.
func (s *Service) first(ctx context.Context, tx pgx.Tx, load func(tx pgx.Tx, bulk *Bulk) error) error {
	// COPY does not go with policies; nobody else reads the tables before they are back.
	if _, err := tx.Exec(ctx, ofEach("ALTER TABLE %s NO FORCE ROW LEVEL SECURITY")); err != nil {
		return fmt.Errorf("load people: %w", err)
	}
	var there bool
	if err := tx.QueryRow(ctx, anybody).Scan(&there); err != nil {
		return fmt.Errorf("load people: %w", err)
	}
	if there {
		return ErrNotEmpty
	}
	// A table of the transaction's own need not be logged where wal_level is minimal.
	if _, err := tx.Exec(ctx, "TRUNCATE "+strings.Join(bulkTables, ", ")); err != nil {
		return fmt.Errorf("load people: %w", err)
	}
	b := &Bulk{s: s, byRef: map[[2]string]uuid.UUID{}, byNumber: map[[16]byte]uuid.UUID{}, households: map[[2]string]uuid.UUID{}}
	err := load(tx, b)
	return errors.Join(err, b.Written())
}

// ofEach says something of each table of a load.
func ofEach(form string) (sql string) {
	for _, table := range bulkTables {
		sql += fmt.Sprintf(form, table) + "; "
	}
	return sql
}

// Empty says whether there are no people yet.
func (s *Service) Empty(ctx context.Context) (empty bool, err error) {
	var there bool
	err = vault.In(ctx, s.Pool, vault.Everywhere(), func(tx pgx.Tx) error { return tx.QueryRow(ctx, anybody).Scan(&there) })
	return !there && err == nil, err
}

// Prepared is a chunk of people checked and sealed, but not written.
type Prepared struct{ list []*entry }

// Prepare checks and seals a chunk. It asks nothing of the database, so one
// chunk may be prepared while another one is written.
func (l *Bulk) Prepare(rows []Row) (Prepared, error) {
	list, err := l.s.entries(rows)
	return Prepared{list}, err
}

// Import prepares and writes a chunk.
func (l *Bulk) Import(ctx context.Context, tx pgx.Tx, _ *grid.Index, b link.Batch, rows []Row) (pg.Merged, error) {
	p, err := l.Prepare(rows)
	if err != nil {
		return pg.Merged{}, err
	}
	return l.Write(ctx, tx, b, p)
}

// Write writes a chunk, as the service's Import writes people who are new. Rows
// about one person (by number or reference) become one person. The rows are on
// their way when it returns: Written says when they are there. What was made of
// them is used again for others: a chunk is written once.
func (l *Bulk) Write(ctx context.Context, tx pgx.Tx, b link.Batch, p Prepared) (pg.Merged, error) {
	list := p.list
	l.s.sealedNow(list)
	for i := range list {
		if !list[i].homeless() {
			continue
		}
		if err := l.Written(); err != nil {
			return pg.Merged{}, err
		}
		if err := places(ctx, tx, list); err != nil {
			return pg.Merged{}, err
		}
		break
	}
	var steps []func(ctx context.Context, tx pgx.Tx) error
	keep := func(c *pg.Copy, _ context.Context, _ pgx.Tx) error {
		steps = append(steps, c.SendFrozen)
		return nil
	}
	if err := l.home(ctx, tx, b, keep, list); err != nil {
		return pg.Merged{}, err
	}
	a, err := l.sort(b, list)
	if err != nil {
		return pg.Merged{}, err
	}
	if err := l.s.insert(ctx, tx, b, keep, a); err != nil {
		return pg.Merged{}, err
	}
	m := pg.Merged{Fresh: int64(a.people), Unchanged: int64(len(a.list) - a.people)}
	done(a.list)
	return m, inWords(l.ahead.Write(ctx, tx, append(steps, func(ctx context.Context, tx pgx.Tx) error {
		return change.Record(ctx, tx, change.Bulk("person", b.Now, a.people))
	})...))
}

// Written waits until everybody of the chunks before is written.
func (l *Bulk) Written() error { return inWords(l.ahead.Written()) }

// sort puts the first entries of people before others about the same. The ties
// of others only add to what was said; who lives where is said once.
func (l *Bulk) sort(b link.Batch, list []*entry) (arrivals, error) {
	a := arrivals{list: list[:0]}
	var more []*entry
	for i := range list {
		e := list[i]
		ref, own := [2]string{b.Source, e.ref}, !slices.Contains(e.numbered, e.ref)
		var id uuid.UUID
		again := false
		if own {
			id, again = l.byRef[ref]
		}
		if !again && e.numberBlind != nil {
			id, again = l.byNumber[[16]byte(e.numberBlind)]
		}
		if again {
			if e.lives() {
				return a, fault.New(fault.Conflict, "person.two_dwellings", "Nobody lives, or is registered, in two dwellings at once.")
			}
			e.id = id
			more = append(more, e)
			continue
		}
		e.id = b.NewID()
		if own {
			l.byRef[ref] = e.id
		}
		if e.numberBlind != nil {
			l.byNumber[[16]byte(e.numberBlind)] = e.id
		}
		a.list = append(a.list, e)
	}
	a.people = len(a.list)
	a.list = append(a.list, more...)
	return a, nil
}

// home makes the households that are new.
func (l *Bulk) home(ctx context.Context, tx pgx.Tx, b link.Batch, write writer, list []*entry) error {
	type household struct {
		id       uuid.UUID
		ref      string
		dwelling uuid.UUID
		scope    string
	}
	var fresh []household
	for i := range list {
		e := list[i]
		if e.HouseholdRef == "" {
			continue
		}
		ref := [2]string{b.Source, e.HouseholdRef}
		id, ok := l.households[ref]
		if !ok {
			id = b.NewID()
			l.households[ref] = id
			h := household{id: id, ref: e.HouseholdRef}
			if e.lives() {
				h.dwelling, h.scope = e.DwellingID, e.ScopeCode
			}
			fresh = append(fresh, h)
		}
		e.household = id
	}
	c := pg.NewCopy("household", "id", "source", "source_ref", "dwelling_id", "scope_code", "rev", "updated_at")
	for _, h := range fresh {
		c.Row()
		c.UUID(h.id)
		c.Text(b.Source)
		c.Text(h.ref)
		c.UUID(h.dwelling)
		c.Text(h.scope)
		c.Int64(1)
		c.Time(b.Now)
	}
	return write(c, ctx, tx)
}
