package building

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"

	"github.com/jackc/pgx/v5"

	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/place"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// ErrNotEmpty says that buildings are there already, or rows that were linked to
// some: new ones are to be imported, which looks at each, not loaded.
var ErrNotEmpty = errors.New("there are buildings already")

// Bulk is a load of buildings into the empty table.
type Bulk struct {
	seed  maphash.Seed
	codes map[uint64]struct{}
	ahead pg.Ahead
}

// anything asks whether there are buildings, or rows that were about some.
const anything = "SELECT EXISTS (SELECT FROM building) OR EXISTS (SELECT FROM import_link WHERE kind = 'building')"

// Empty says whether there are no buildings yet.
func (s *Service) Empty(ctx context.Context) (bool, error) {
	var there bool
	err := s.Pool.QueryRow(ctx, anything).Scan(&there)
	return !there && err == nil, err
}

// BulkLoad loads the first buildings of a city in one transaction: without the
// indexes and unique constraints of the table, which are made again at its end,
// when whatever they forbid undoes the whole load. ErrNotEmpty when buildings are
// there. Whoever asks for buildings, or for what lies in one, waits while it runs.
// The indexes that only search needs follow at once; what keeps one from being made
// leaves it due, and every building there.
func (s *Service) BulkLoad(ctx context.Context, load func(tx pgx.Tx, bulk *Bulk) error) error {
	if err := s.bulkLoad(ctx, load); err != nil {
		return err
	}
	_ = pg.BuildDue(ctx, s.Pool) // the buildings are there; the next start makes what is due
	return nil
}

func (s *Service) bulkLoad(ctx context.Context, load func(tx pgx.Tx, bulk *Bulk) error) error {
	return pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		return clash(pg.Stripped(ctx, tx, []string{"building"}, func() error {
			var there bool
			if err := tx.QueryRow(ctx, anything).Scan(&there); err != nil {
				return fmt.Errorf("load buildings: %w", err)
			}
			if there {
				return ErrNotEmpty
			}
			// A table of the transaction's own need not be logged where wal_level is minimal.
			if _, err := tx.Exec(ctx, "TRUNCATE building"); err != nil {
				return fmt.Errorf("load buildings: %w", err)
			}
			b := &Bulk{seed: maphash.MakeSeed(), codes: map[uint64]struct{}{}}
			err := load(tx, b)
			return errors.Join(err, b.Written())
		}))
	})
}

// Import writes a chunk, as the service's Import writes buildings that are new.
// Every row has its footprint, and no two rows of a load one code or reference.
// The rows are on their way when it returns: Written says when they are there.
func (l *Bulk) Import(ctx context.Context, tx pgx.Tx, ix *grid.Index, b link.Batch, list []Building) (pg.Merged, error) {
	c := pg.NewCopy("building", "id", "source", "source_ref", "code", "name", "name_en", "use", "address", "address_key", "levels", "levels_below", "height_m", "built_year",
		"structure", "words", "point", "geom", "grid_code", "scope_code", "rev", "updated_at")
	c.Grow(len(list), 900)
	for i := range list {
		if err := l.write(c, ix, b, &list[i]); err != nil {
			return pg.Merged{}, err
		}
	}
	return pg.Merged{Fresh: int64(len(list))}, clash(l.ahead.Write(ctx, tx, c.SendFrozen, func(ctx context.Context, tx pgx.Tx) error {
		return change.Record(ctx, tx, change.Bulk("building", b.Now, len(list)))
	}))
}

// Written waits until the buildings of all chunks before are written.
func (l *Bulk) Written() error { return clash(l.ahead.Written()) }

func (l *Bulk) write(c *pg.Copy, ix *grid.Index, b link.Batch, x *Building) error {
	if len(x.Geom) == 0 {
		return fault.New(fault.Invalid, "building.geometry", "A building that is not known yet needs its footprint.")
	}
	if x.Code != "" {
		// The constraint would say the same of the whole load, at its end.
		code := maphash.String(l.seed, x.Code)
		if _, twice := l.codes[code]; twice {
			return fault.New(fault.Conflict, "building.code", "Another building has this code.")
		}
		l.codes[code] = struct{}{}
	}
	t := x.texts()
	c.Row()
	c.UUID(b.NewID())
	c.Text(b.Source)
	c.Text(x.Ref)
	c.TextOrNull(x.Code)
	for _, text := range []string{x.Name, x.NameEn, x.Use, x.Address, t.key} {
		c.Text(text)
	}
	count(c, x.Levels)
	if x.LevelsBelow == nil {
		c.Null()
	} else {
		c.Int16(int16(*x.LevelsBelow))
	}
	if x.HeightM == 0 {
		c.Null()
	} else {
		c.Float32(float32(x.HeightM))
	}
	count(c, x.BuiltYear)
	c.Text(x.Structure)
	c.Words(t.words)
	if err := c.Geometry(x.Point); err != nil {
		return fmt.Errorf("building %s: %w", x.Ref, err)
	}
	if err := c.Geometry(x.Geom); err != nil {
		return fmt.Errorf("building %s: %w", x.Ref, err)
	}
	gridCode, scope := place.Codes(ix.Locate(crs.FromPoint(x.Point)))
	if gridCode == nil {
		c.Null()
	} else {
		c.Text(*gridCode)
	}
	c.Text(scope)
	c.Int64(1)
	c.Time(b.Now)
	return nil
}

// count writes a number of which 0 is not known.
func count(c *pg.Copy, n int) {
	if n == 0 {
		c.Null()
		return
	}
	c.Int16(int16(n))
}
