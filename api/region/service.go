package region

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/change"
	"onemap/api/pg"
	"onemap/geo/grid"
)

// Mover moves a slice's objects to where the regions now say they are, in the
// transaction of the redraw, and gives how many moved.
type Mover interface {
	Move(ctx context.Context, tx pgx.Tx, ix *grid.Index, now time.Time) (int64, error)
}

// Service keeps the regions and their index.
type Service struct {
	pool   *pgxpool.Pool
	now    func() time.Time
	movers []Mover
	index  atomic.Pointer[grid.Index]
}

// New makes the service; Load must run before it answers.
func New(pool *pgxpool.Pool, now func() time.Time) *Service {
	s := &Service{pool: pool, now: now}
	empty, _ := grid.NewIndex(-1, nil)
	s.index.Store(empty)
	return s
}

// Moves tells the service whose objects to move at a redraw; called once, at start.
func (s *Service) Moves(movers ...Mover) { s.movers = movers }

// Load reads the edition in force.
func (s *Service) Load(ctx context.Context) error {
	ix, err := ReadIndex(ctx, s.pool)
	if err != nil {
		return err
	}
	s.swap(ix)
	return nil
}

// swap publishes an index unless a newer one is there.
func (s *Service) swap(ix *grid.Index) {
	for {
		had := s.index.Load()
		if had.Edition() >= ix.Edition() || s.index.CompareAndSwap(had, ix) {
			return
		}
	}
}

// Index is the newest edition this process knows, for reads that write nothing.
func (s *Service) Index() *grid.Index { return s.index.Load() }

// Name names a region, or is empty; "" is everywhere.
func (s *Service) Name(code string) (name, nameEn string) {
	ref, _ := s.Index().Ref(grid.Code(code))
	return ref.Name, ref.NameEn
}

// Hold gives the edition in force to a writing transaction and keeps it in
// force until that ends.
func (s *Service) Hold(ctx context.Context, tx pgx.Tx) (*grid.Index, error) {
	edition, err := holdEdition(ctx, tx)
	if err != nil {
		return nil, err
	}
	if ix := s.index.Load(); ix.Edition() == edition {
		return ix, nil
	}
	ix, err := ReadIndex(ctx, tx)
	if err != nil {
		return nil, err
	}
	s.swap(ix)
	return ix, nil
}

// Published says what a redraw did.
type Published struct {
	Regions int   `json:"regions"`
	Dropped int64 `json:"dropped"`
	Moved   int64 `json:"moved"`
	Edition int64 `json:"edition"`
}

// Redraw is what to publish: regions of any levels. With Replace, the grids of
// every community among the parents of the given grids that are not given go away.
type Redraw struct {
	Source  string
	Regions []grid.Region
	Replace bool
	DryRun  bool
}

// Publish puts a redraw in force, objects and all, or changes nothing.
func (s *Service) Publish(ctx context.Context, r Redraw) (Published, error) {
	var done Published
	var next *grid.Index
	list := slices.Clone(r.Regions)
	slices.SortFunc(list, func(a, b grid.Region) int { return strings.Compare(string(a.Code), string(b.Code)) })
	err := pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		done = Published{Regions: len(list)}
		if err := nextEdition(ctx, tx); err != nil {
			return err
		}
		if err := s.write(ctx, tx, r, list, &done); err != nil {
			return err
		}
		var err error
		if next, err = ReadIndex(ctx, tx); err != nil {
			return err
		}
		done.Edition = next.Edition()
		for _, m := range s.movers {
			moved, err := m.Move(ctx, tx, next, s.now())
			if err != nil {
				return err
			}
			done.Moved += moved
		}
		if r.DryRun {
			return errDryRun
		}
		return change.Record(ctx, tx, change.Bulk("region", s.now(), len(list)))
	})
	if err == errDryRun {
		return done, nil
	}
	if err == nil {
		s.swap(next)
	}
	return done, err
}

var errDryRun = fmt.Errorf("dry run")

func (s *Service) write(ctx context.Context, tx pgx.Tx, r Redraw, list []grid.Region, done *Published) error {
	known := s.knownIn(ctx, tx)
	keep := map[grid.Code][]string{}
	for _, region := range list {
		parent, err := known(region.Code.Parent())
		if err != nil {
			return err
		}
		if err := put(ctx, tx, region, parent, r.Source, s.now()); err != nil {
			return fmt.Errorf("region %s: %w", region.Code, err)
		}
		if region.Code.Level() == grid.Grid {
			keep[region.Code.Parent()] = append(keep[region.Code.Parent()], string(region.Code))
		}
	}
	if !r.Replace {
		return nil
	}
	for community, codes := range keep {
		n, err := dropGrids(ctx, tx, community, codes)
		if err != nil {
			return fmt.Errorf("grids of %s: %w", community, err)
		}
		done.Dropped += n
	}
	return nil
}

// knownIn gives a parent's code when that region exists, else "": a district
// may come without its city.
func (s *Service) knownIn(ctx context.Context, tx pgx.Tx) func(grid.Code) (grid.Code, error) {
	return func(code grid.Code) (grid.Code, error) {
		if code == "" {
			return "", nil
		}
		var exists bool
		if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM region WHERE code = $1)", string(code)).Scan(&exists); err != nil || !exists {
			return "", err
		}
		return code, nil
	}
}
