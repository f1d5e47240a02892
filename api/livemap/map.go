package livemap

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/change"
	"onemap/api/fault"

	"onemap/geo/grid"
	"onemap/geo/live"
)

// Map is the city in memory. One goroutine at a time applies changes; any number ask.
type Map struct {
	Cases      *live.PointLayer[Case]
	Facilities *live.PointLayer[Facility]
	Services   *live.PointLayer[Service]
	Buildings  *live.ShapeLayer[Building]

	pool    *pgxpool.Pool
	log     *slog.Logger
	fillers []filler

	seen  atomic.Pointer[sighting]
	mu    sync.Mutex
	at    live.Position       // what has been applied, of what is not stale
	stale map[string]*renewal // kinds that are to be loaded anew
	wake  chan struct{}       // tells Run of them
}

// renewal is a layer that has to be loaded anew.
type renewal struct {
	known live.Position          // what the layer knows for certain meanwhile
	again bool                   // asked for once more since the reading began
	named map[uuid.UUID]struct{} // what changed since
}

// New makes an empty map over a database.
func New(pool *pgxpool.Pool, log *slog.Logger) *Map {
	m := &Map{
		pool: pool, log: log, stale: map[string]*renewal{}, wake: make(chan struct{}, 1),
		Cases: live.NewPointLayer(func(c *Case) live.Group {
			return live.Group{Grid: grid.Code(c.Grid), Category: c.Category, State: c.State}
		}),
		Facilities: live.NewPointLayer(func(f *Facility) live.Group {
			return live.Group{Grid: grid.Code(f.Grid), Category: f.Kind, State: f.State}
		}),
		Services: live.NewPointLayer(func(s *Service) live.Group {
			return live.Group{Grid: grid.Code(s.Grid), Category: s.Kind, State: s.State}
		}),
		Buildings: live.NewShapeLayer[Building](),
	}
	m.fillers = []filler{
		points("case", caseQuery, decodeCase, m.Cases),
		points("facility", facilityQuery, decodeFacility, m.Facilities),
		points("service", serviceQuery, decodeService, m.Services),
		shapes("building", buildingQuery, decodeBuilding, m.Buildings),
	}
	m.seen.Store(&sighting{more: make(chan struct{})})
	return m
}

// snapshot runs do in a transaction that sees one moment.
func (m *Map) snapshot(ctx context.Context, do func(tx pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, m.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, do)
}

// Load fills every layer from one moment of the database, at the start. What is
// read knows at least all changes up to the position given.
func (m *Map) Load(ctx context.Context, at change.Position) error {
	puts := make([]func(live.Position, update), len(m.fillers))
	err := m.snapshot(ctx, func(tx pgx.Tx) (err error) {
		for i, f := range m.fillers {
			if puts[i], err = f.all(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("load the live map: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at = live.Position(at)
	clear(m.stale)
	for _, put := range puts {
		put(m.at, nil)
	}
	m.tell()
	return nil
}

// Apply makes visible what entries of the change log have changed. Entries that
// it was given before do no harm.
func (m *Map) Apply(ctx context.Context, epoch int64, entries []change.Entry) error {
	named := map[string][]uuid.UUID{}
	anew := map[string]bool{}
	for _, e := range entries {
		switch {
		case e.Of() == "region": // everything may lie in another grid
			for _, f := range m.fillers {
				anew[f.of()] = true
			}
		case e.Bulk():
			anew[e.Object] = true
		default:
			if id, err := uuid.Parse(e.Object); err == nil {
				named[e.Kind] = append(named[e.Kind], id)
			}
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	updates, err := m.read(ctx, named)
	if err != nil {
		return fmt.Errorf("change the live map: %w", err)
	}
	before := m.at
	m.at = live.Position{Epoch: epoch, Pos: entries[len(entries)-1].Pos}
	for i, f := range m.fillers {
		if anew[f.of()] {
			m.renew(f.of(), before)
		}
		known := m.at
		if r := m.stale[f.of()]; r != nil {
			known = r.known
			for _, id := range named[f.of()] {
				r.named[id] = struct{}{}
			}
		}
		updates[i].apply(known)
	}
	m.tell()
	return nil
}

// read reads the objects of these ids, by kind, from one moment.
func (m *Map) read(ctx context.Context, named map[string][]uuid.UUID) ([]update, error) {
	updates := make([]update, len(m.fillers))
	fill := func(tx pgx.Tx) (err error) {
		for i, f := range m.fillers {
			if updates[i], err = f.some(ctx, tx, named[f.of()]); err != nil {
				return err
			}
		}
		return nil
	}
	for _, f := range m.fillers {
		if len(named[f.of()]) > 0 {
			return updates, m.snapshot(ctx, fill)
		}
	}
	return updates, fill(nil)
}

// renew asks for a kind to be loaded anew; the caller holds the lock.
func (m *Map) renew(kind string, known live.Position) {
	if r := m.stale[kind]; r != nil {
		r.again = true
		return
	}
	m.stale[kind] = &renewal{known: known, named: map[uuid.UUID]struct{}{}}
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// Reset loads everything anew, after the log stopped reaching back.
func (m *Map) Reset(ctx context.Context, at change.Position) error { return m.Load(ctx, at) }

// sighting is the last change that every layer knows; more is closed when
// the next one is told.
type sighting struct {
	at   change.Position
	more chan struct{}
}

// Seen is the last change that every layer knows.
func (m *Map) Seen() change.Position { return m.seen.Load().at }

// errBehind says that somebody has seen more than this process knows.
var errBehind = fault.New(fault.Unavailable, "live.behind", "This server does not know yet what you have seen elsewhere; please ask again in a moment.").After(time.Second)

// Await returns once the map knows a change that somebody has seen elsewhere, or
// an error when that takes longer than the patience. Positions of an epoch that
// has ended are known.
func (m *Map) Await(ctx context.Context, at change.Position, patience time.Duration) error {
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		s := m.seen.Load()
		if live.Position(s.at).Compare(live.Position(at)) >= 0 {
			return nil
		}
		select {
		case <-s.more:
		case <-late.C:
			return errBehind
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Len is how many objects the map holds.
func (m *Map) Len() int {
	return m.Cases.Now().Len() + m.Facilities.Now().Len() + m.Services.Now().Len()
}

// tell makes known what the layers know; the caller holds the lock.
func (m *Map) tell() {
	at := m.at
	for _, r := range m.stale {
		if r.known.Compare(at) < 0 {
			at = r.known
		}
	}
	before := m.seen.Swap(&sighting{change.Position(at), make(chan struct{})})
	close(before.more)
}

// Run loads anew what has become stale, until the context ends.
func (m *Map) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-m.wake:
		}
		for {
			f := m.nextStale()
			if f == nil {
				break
			}
			began := time.Now()
			pause := 200 * time.Millisecond
			if err := m.reload(ctx, f); err != nil {
				if ctx.Err() != nil {
					return nil
				}
				m.log.WarnContext(ctx, "the live map is not loaded anew yet", "kind", f.of(), "error", err)
			} else {
				pause = time.Since(began) // an import in many parts does not keep a processor busy with this alone
			}
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(pause):
			}
		}
	}
}

// nextStale is a filler whose layer has to be loaded anew, or nil.
func (m *Map) nextStale() filler {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range m.fillers {
		if m.stale[f.of()] != nil {
			return f
		}
	}
	return nil
}

// reload reads a layer from one moment, and then, while nothing else is applied,
// what was named since: so nobody sees an object go back to what it was.
func (m *Map) reload(ctx context.Context, f filler) error {
	m.mu.Lock()
	r := m.stale[f.of()]
	r.again = false
	clear(r.named)
	from := m.at // what the reading knows at the least
	m.mu.Unlock()

	var put func(live.Position, update)
	err := m.snapshot(ctx, func(tx pgx.Tx) (err error) {
		put, err = f.all(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}

	m.mu.Lock()
	defer m.mu.Unlock()
	if m.stale[f.of()] != r {
		return nil // all was loaded anew meanwhile
	}
	ids := make([]uuid.UUID, 0, len(r.named))
	for id := range r.named {
		ids = append(ids, id)
	}
	var named update
	err = m.snapshot(ctx, func(tx pgx.Tx) (err error) {
		named, err = f.some(ctx, tx, ids)
		return err
	})
	if err != nil {
		return err
	}
	if r.again {
		r.known = from // of what was asked for since nothing is known
	} else {
		delete(m.stale, f.of())
		r.known = m.at
	}
	put(r.known, named)
	m.tell()
	return nil
}
