package crosswalk

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/audit"
	"onemap/api/change"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/web"
	"onemap/geo/grid"
)

// Regions are the editions of our own grids.
type Regions interface {
	Index() *grid.Index
	// At is an edition that was in force once.
	At(ctx context.Context, edition int64) (*grid.Index, error)
}

// Drafts are where a proposal goes.
type Drafts interface {
	// Propose makes a draft under a place that draws grids anew, and gives its id.
	Propose(ctx context.Context, under, name string, grids []grid.Region) (uuid.UUID, error)
	// Drawn is the index as a draft would have it.
	Drawn(ctx context.Context, under string, draft uuid.UUID) (*grid.Index, error)
}

// Residents counts who lives in buildings.
type Residents interface {
	Residents(ctx context.Context, tx pgx.Tx, buildings []uuid.UUID) (map[uuid.UUID]int64, error)
}

// Group is people as they may be told to whoever does not keep their records:
// never a part of it, and at no other place. Codes are the grids it may be from.
type Group struct {
	At     orb.Point
	People int
	Codes  []string
}

// Protected gives all people in groups.
type Protected interface {
	Groups(ctx context.Context) ([]Group, error)
}

// Config is what the service works with.
type Config struct {
	Pool      *pgxpool.Pool
	Regions   Regions
	Drafts    Drafts
	Residents Residents
	Protected Protected
	Now       func() time.Time
	NewID     func() uuid.UUID
}

// Service keeps the nets.
type Service struct {
	Config
	mu     sync.Mutex
	drawn  map[string]*drawing
	order  []string // of drawn, the oldest first
	covers map[uuid.UUID]cover
}

// New makes the service.
func New(c Config) *Service {
	return &Service{Config: c, drawn: map[string]*drawing{}, covers: map[uuid.UUID]cover{}}
}

// Define makes a net over a place, without cells yet.
func (s *Service) Define(ctx context.Context, n Net) (Net, error) {
	if a := actor.From(ctx); !a.IsCommand() {
		if err := web.Keeps(ctx, "region", n.Scope); err != nil {
			return n, err
		}
	}
	if err := n.check(s.Regions.Index()); err != nil {
		return n, err
	}
	n.ID, n.Rev, n.UpdatedAt, n.FileName, n.ImportedBy, n.ImportedAt, n.Cells = s.NewID(), 1, s.Now(), "", "", nil, 0
	err := pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
INSERT INTO net (id, scope, name, kind, title, title_en, rev, file_name, imported_by, imported_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, 1, '', '', NULL, $7)`,
			n.ID, n.Scope, n.Name, n.Kind, n.Title, n.TitleEn, n.UpdatedAt)
		if err != nil {
			return err
		}
		return s.told(ctx, tx, n)
	})
	if pg.Constraint(err) == "net_name_uq" {
		return n, fault.Newf(fault.Conflict, "net.name", "The place has a net called %s already.", n.Name)
	}
	return n, pg.Fault(err)
}

// told records a change of a net.
func (s *Service) told(ctx context.Context, tx pgx.Tx, n Net) error {
	audit.In(ctx, n.Scope)
	return change.Record(ctx, tx, change.Change{Kind: "net", Object: n.ID.String(), Rev: n.Rev, At: s.Now(), Body: map[string]any{"scope": n.Scope}})
}

// Named finds the net of a place by its name.
func (s *Service) Named(ctx context.Context, scope, name string) (Net, error) {
	list, err := s.List(ctx, scope)
	for _, n := range list {
		if n.Scope == scope && n.Name == name {
			return n, nil
		}
	}
	if err == nil {
		err = fault.Missing("net")
	}
	return Net{}, err
}

// Rename gives a net other titles, or another department, as its caller saw it.
func (s *Service) Rename(ctx context.Context, id uuid.UUID, rev int64, kind Kind, title, titleEn string) (Net, error) {
	n, err := s.kept(ctx, id)
	if err != nil {
		return n, err
	}
	err = pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		if n, err = readNet(ctx, tx, id, " FOR UPDATE OF n"); err != nil {
			return err
		}
		if n.Rev != rev {
			return web.Changed("net")
		}
		n.Kind, n.Title, n.TitleEn = kind, title, titleEn
		if err := n.check(s.Regions.Index()); err != nil {
			return err
		}
		n.Rev, n.UpdatedAt = n.Rev+1, s.Now()
		if _, err := tx.Exec(ctx, "UPDATE net SET kind = $2, title = $3, title_en = $4, rev = $5, updated_at = $6 WHERE id = $1", id, n.Kind, n.Title, n.TitleEn, n.Rev, n.UpdatedAt); err != nil {
			return err
		}
		return s.told(ctx, tx, n)
	})
	return n, pg.Fault(err)
}

// Remove takes a net away, cells and all.
func (s *Service) Remove(ctx context.Context, id uuid.UUID) error {
	if _, err := s.kept(ctx, id); err != nil {
		return err
	}
	return pg.Fault(pg.InTx(ctx, s.Pool, func(tx pgx.Tx) error {
		n, err := readNet(ctx, tx, id, " FOR UPDATE OF n")
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM net WHERE id = $1", id); err != nil {
			return err
		}
		n.Rev++
		return s.told(ctx, tx, n)
	}))
}

// kept is a net that the actor keeps: its registrars and administrators do, and
// the program's own commands.
func (s *Service) kept(ctx context.Context, id uuid.UUID) (Net, error) {
	n, err := readNet(ctx, s.Pool, id, "")
	if err != nil || actor.From(ctx).IsCommand() {
		return n, err
	}
	return n, web.Keeps(ctx, "net", n.Scope)
}

// Of reads a net without asking whose it is: for the program itself.
func (s *Service) Of(ctx context.Context, q pg.Querier, id uuid.UUID) (Net, error) {
	return readNet(ctx, q, id, "")
}

// area is what an actor may see of nets.
func area(ctx context.Context) (actor.Scope, error) {
	a := actor.From(ctx)
	if a.IsCommand() {
		return actor.Everywhere(), nil
	}
	if _, err := web.SignedIn(ctx); err != nil {
		return actor.Scope{}, err
	}
	return a.Area(), nil
}

// List lists the nets over a place that the actor may see; "" is everywhere.
func (s *Service) List(ctx context.Context, place string) ([]Net, error) {
	sight, err := area(ctx)
	if err != nil {
		return nil, err
	}
	all, err := readNets(ctx, s.Pool, place)
	list := []Net{}
	for _, n := range all {
		if sight.Meets(n.Scope) {
			list = append(list, n)
		}
	}
	return list, err
}

// seen is a net that the actor may see something of.
func (s *Service) seen(ctx context.Context, id uuid.UUID) (Net, actor.Scope, error) {
	sight, err := area(ctx)
	if err != nil {
		return Net{}, sight, err
	}
	n, err := readNet(ctx, s.Pool, id, "")
	if err == nil && !sight.Meets(n.Scope) {
		return Net{}, sight, fault.Missing("net")
	}
	return n, sight, err
}

// Taken says what became of cells.
type Taken struct{ Fresh, Changed, Unchanged, Dropped int64 }

// Take makes cells the whole of a net, in the caller's transaction: what was there
// and is not among them goes. Codes are unique and borders sound; the same cells
// again change nothing. The file and by, who brought it, are what the net tells of
// itself.
func (s *Service) Take(ctx context.Context, tx pgx.Tx, id uuid.UUID, cells []Cell, file, by string) (t Taken, err error) {
	n, err := readNet(ctx, tx, id, " FOR UPDATE OF n")
	if err != nil {
		return t, err
	}
	list, err := readCells(ctx, tx, id)
	if err != nil {
		return t, err
	}
	had := make(map[string]Cell, len(list))
	for _, c := range list {
		had[c.Code] = c
	}
	for _, c := range cells {
		was, known := had[c.Code]
		switch {
		case !known:
			t.Fresh++
		case was.Name == c.Name && orb.Equal(was.Geom, c.Geom):
			t.Unchanged++
		default:
			t.Changed++
		}
	}
	t.Dropped = int64(len(list)) - t.Changed - t.Unchanged
	if t.Fresh+t.Changed+t.Dropped == 0 {
		return t, nil
	}
	if err := replaceCells(ctx, tx, id, cells, had); err != nil {
		return t, err
	}
	n.Rev++
	_, err = tx.Exec(ctx, "UPDATE net SET rev = $2, file_name = $3, imported_by = $4, imported_at = $5, updated_at = $5 WHERE id = $1",
		id, n.Rev, file, by, s.Now())
	if err != nil {
		return t, err
	}
	return t, s.told(ctx, tx, n)
}
