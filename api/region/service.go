package region

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/place"
	"onemap/geo/grid"
)

// Mover moves a slice's objects to where the regions now say they are, in the
// transaction of the redraw, and gives how many moved.
type Mover interface {
	Move(ctx context.Context, tx pgx.Tx, r place.Redraw, now time.Time) (int64, error)
}

// Service keeps the regions and their index.
type Service struct {
	pool   *pgxpool.Pool
	now    func() time.Time
	movers []Mover
	index  atomic.Pointer[grid.Index]
	simple simple
	past   past

	terrain   Terrain
	residents Residents
	grants    Grants
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
	s.Adopt(ix)
	return nil
}

// Adopt answers with an index from now on, unless a newer one is there. It must
// be of a committed edition.
func (s *Service) Adopt(ix *grid.Index) {
	for {
		had := s.index.Load()
		if had.Edition() >= ix.Edition() || s.index.CompareAndSwap(had, ix) {
			return
		}
	}
}

// Index is the newest edition this process knows, for reads that write nothing.
func (s *Service) Index() *grid.Index { return s.index.Load() }

// Reload reads the edition in force even when it is older than the one known:
// after the database was put back to an earlier state.
func (s *Service) Reload(ctx context.Context) error {
	ix, err := ReadIndex(ctx, s.pool)
	if err != nil {
		return err
	}
	s.index.Store(ix)
	s.past.forget()
	return nil
}

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
	s.Adopt(ix)
	return ix, nil
}

// Published says what a redraw did.
type Published struct {
	Regions int   `json:"regions"`
	Dropped int64 `json:"dropped"`
	Moved   int64 `json:"moved" doc:"Objects that have a place of their own; people follow their homes and are not counted."`
	Edition int64 `json:"edition"`
}

// Redraw is what to publish: regions of any levels. With Replace, the grids of
// every community among the parents of the given grids that are not given go away.
type Redraw struct {
	Source string
	Name   string // what the edition is called by those who look back
	// From is the edition the redraw was drawn from; when another one has come
	// into force since, it is refused. Zero is any.
	From    int64
	Regions []grid.Region
	Replace bool
	Drop    []grid.Code // these go away, too
	Undoes  int64       // the edition that this one takes back
	// First is a redraw that was found to draw nothing in force anew; where it would
	// by now, it is refused.
	First  bool
	DryRun bool
}

// Publish puts a redraw in force, objects and all, or changes nothing.
func (s *Service) Publish(ctx context.Context, r Redraw) (Published, error) {
	var done Published
	var next *grid.Index
	err := pg.InTx(ctx, s.pool, func(tx pgx.Tx) (err error) {
		if done, next, err = s.PublishIn(ctx, tx, r); err == nil && r.DryRun {
			err = errDryRun
		}
		return err
	})
	if errors.Is(err, errDryRun) {
		return done, nil
	}
	if err == nil {
		s.Adopt(next)
	}
	return done, err
}

var errDryRun = errors.New("dry run")

var errRedrawn = fault.New(fault.Conflict, "region.edition", "The regions were redrawn in the meantime; nothing was done, please try again.")

// PublishIn does it within the caller's transaction, which goes on with the
// new index; after the commit the caller gives it to Adopt.
func (s *Service) PublishIn(ctx context.Context, tx pgx.Tx, r Redraw) (Published, *grid.Index, error) {
	edition, err := nextEdition(ctx, tx)
	if err != nil {
		return Published{}, nil, err
	}
	if r.From != 0 && edition != r.From+1 {
		return Published{}, nil, errRedrawn
	}
	return s.publishAs(ctx, tx, edition, r)
}

// publishAs publishes a redraw as the edition that the transaction has taken.
func (s *Service) publishAs(ctx context.Context, tx pgx.Tx, edition int64, r Redraw) (Published, *grid.Index, error) {
	list := slices.Clone(r.Regions)
	slices.SortFunc(list, func(a, b grid.Region) int { return strings.Compare(string(a.Code), string(b.Code)) })
	done := Published{Regions: len(list), Edition: edition}
	was, err := s.indexIn(ctx, tx, edition-1)
	if err != nil {
		return done, nil, err
	}
	if r.First && !First(was, list) {
		return done, nil, errRedrawn
	}
	dropped, err := s.write(ctx, tx, edition, r, list)
	if err != nil {
		return done, nil, err
	}
	done.Dropped = int64(len(dropped))
	next, err := was.Redraw(edition, list, dropped)
	if err != nil {
		return done, nil, err
	}
	moving := redrawOf(was, next, list, dropped)
	for _, m := range s.movers {
		moved, err := m.Move(ctx, tx, moving, s.now())
		if err != nil {
			return done, nil, err
		}
		done.Moved += moved
	}
	if err := keepEdition(ctx, tx, r, done, touched(list, dropped), s.now()); err != nil {
		return done, nil, err
	}
	return done, next, change.Record(ctx, tx, change.Bulk("region", s.now(), len(list)+len(dropped)))
}

// touched is the place that all of a redraw lies under: of a grid its community,
// of several what their codes begin with.
func touched(put []grid.Region, dropped []grid.Code) grid.Code {
	codes := slices.Clone(dropped)
	for _, r := range put {
		codes = append(codes, r.Code)
	}
	if len(codes) == 0 {
		return ""
	}
	whole := codes[0].Parent()
	for _, code := range codes[1:] {
		for !code.Parent().Within(whole) {
			whole = whole.Parent()
		}
	}
	return whole
}

// write writes the regions and gives the codes of the grids that went.
func (s *Service) write(ctx context.Context, tx pgx.Tx, edition int64, r Redraw, list []grid.Region) (dropped []grid.Code, err error) {
	if err := give(ctx, tx, edition, list); err != nil {
		return nil, err
	}
	known := s.knownIn(ctx, tx)
	keep := map[grid.Code][]string{}
	for _, region := range list {
		parent, err := known(region.Code.Parent())
		if err != nil {
			return nil, err
		}
		if err := put(ctx, tx, region, parent, r.Source, edition, s.now()); err != nil {
			return nil, fmt.Errorf("region %s: %w", region.Code, err)
		}
		if region.Code.Level() == grid.Grid {
			keep[region.Code.Parent()] = append(keep[region.Code.Parent()], string(region.Code))
		}
	}
	if err := adopt(ctx, tx); err != nil {
		return nil, err
	}
	if len(r.Drop) > 0 {
		if dropped, err = drop(ctx, tx, edition, "code = ANY ($2)", texts(r.Drop)); err != nil {
			return nil, fmt.Errorf("regions that go away: %w", err)
		}
	}
	if !r.Replace {
		return dropped, nil
	}
	for community, codes := range keep {
		gone, err := dropGrids(ctx, tx, community, codes, edition)
		if err != nil {
			return nil, fmt.Errorf("grids of %s: %w", community, err)
		}
		dropped = append(dropped, gone...)
	}
	return dropped, nil
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
