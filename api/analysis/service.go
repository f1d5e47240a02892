package analysis

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/web"
	"onemap/geo/grid"
)

// Regions is the index of the edition in force.
type Regions interface{ Index() *grid.Index }

// Config is what the service needs.
type Config struct {
	Pool    *pgxpool.Pool
	Regions Regions
	Now     func() time.Time
	Zone    *time.Location // whose midnight ends a day
}

// Service answers planners. The demand is read once and kept: for a day, or
// until many people, buildings or regions have changed at once. So two answers
// of a day rest on the same people, and the difference between them is no person.
type Service struct {
	Config
	mu        sync.Mutex
	kept      *vintage
	loading   chan struct{} // closed when the reading under way has ended
	failed    error
	stale     bool
	forgotten chan struct{} // says to Run that the reading became stale
}

// vintage is a demand with everything that was made of it.
type vintage struct {
	*demand
	ix    *grid.Index
	read  time.Time
	mu    sync.Mutex
	of    map[string]*protected // by Who
	order []string
}

const (
	// kindsKept is how many kinds of people are kept ready.
	kindsKept = 16
	// leastKept is how long a reading serves at least, however often something changes.
	leastKept = time.Minute
	// loadWithin bounds a reading.
	loadWithin = 2 * time.Minute
)

// New makes the service.
func New(c Config) *Service { return &Service{Config: c, forgotten: make(chan struct{}, 1)} }

// Run keeps a reading ready until ctx ends, so that nobody waits for one: it
// reads when it begins, when a day begins, and when what changed at once has
// come to rest. Who asks before a reading is there waits for that reading.
func (s *Service) Run(ctx context.Context) error {
	for {
		wait := s.untilTomorrow()
		if _, err := s.vintage(ctx); err != nil {
			wait = leastKept // who asks meanwhile is told what is wrong
		}
		select {
		case <-s.forgotten:
			s.rest(ctx)
		case <-time.After(wait):
		case <-ctx.Done():
			return nil
		}
	}
}

// rest waits until nothing has been forgotten for a while: a long import is
// followed by one reading, not by many.
func (s *Service) rest(ctx context.Context) {
	for {
		select {
		case <-s.forgotten:
		case <-time.After(leastKept):
			return
		case <-ctx.Done():
			return
		}
	}
}

func (s *Service) untilTomorrow() time.Duration {
	now := s.Now().In(s.Zone)
	y, m, d := now.Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, s.Zone).Sub(now)
}

// Forget says that many people, buildings or regions have changed at once.
func (s *Service) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stale = true
	select {
	case s.forgotten <- struct{}{}:
	default:
	}
}

// vintage gives the demand of today, read now if need be; several who ask at
// once wait for one reading.
func (s *Service) vintage(ctx context.Context) (*vintage, error) {
	for {
		s.mu.Lock()
		now := s.Now()
		if v := s.kept; v != nil && v.asOf.Equal(s.day(now)) && (!s.stale || now.Sub(v.read) < leastKept) {
			s.mu.Unlock()
			return v, nil
		}
		if s.loading == nil {
			s.loading = make(chan struct{})
			s.stale = false
			go s.load(context.WithoutCancel(ctx), now)
		}
		wait := s.loading
		s.mu.Unlock()
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		s.mu.Lock()
		err := s.failed
		s.mu.Unlock()
		if err != nil {
			return nil, err
		}
	}
}

func (s *Service) day(now time.Time) time.Time {
	y, m, d := now.In(s.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func (s *Service) load(ctx context.Context, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, loadWithin)
	defer cancel()
	ix := s.Regions.Index()
	d, err := readDemand(ctx, s.Pool, s.day(now))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed = err; err == nil {
		s.kept = &vintage{demand: d, ix: ix, read: now, of: map[string]*protected{}}
	} else {
		s.stale = true // what was kept is no newer than before
	}
	close(s.loading)
	s.loading = nil
}

// protected gives what may be told of one kind of people.
func (v *vintage) protected(w Who) *protected {
	v.mu.Lock()
	defer v.mu.Unlock()
	key := w.key()
	if p := v.of[key]; p != nil {
		return p
	}
	if len(v.order) == kindsKept {
		delete(v.of, v.order[0])
		v.order = v.order[1:]
	}
	p := protect(v.demand, w, v.ix)
	v.of[key], v.order = p, append(v.order, key)
	return p
}

// roots are the regions a question is about; what lies outside one's sight does not exist.
func roots(ix *grid.Index, sight actor.Scope, region string) ([]string, error) {
	if region == "" {
		return sight.Prefixes(), nil
	}
	if _, known := ix.Ref(grid.Code(region)); !known || !sight.Holds(region, "") {
		return nil, fault.Missing("region")
	}
	return []string{region}, nil
}

// sight is whose figures the actor may read.
func sight(ctx context.Context) (actor.Actor, actor.Scope, error) {
	a, err := web.SignedIn(ctx)
	if err != nil {
		return a, actor.Scope{}, err
	}
	scope := a.Planning()
	if scope.Empty() {
		return a, scope, fault.New(fault.Forbidden, "plan.role", "This page is for planners, leaders and those who keep the registry.")
	}
	return a, scope, nil
}

// ask makes a question ready to be answered, and a mark that changes with
// everything the answer depends on.
func (s *Service) ask(ctx context.Context, asked Asked) (*asking, string, error) {
	_, scope, err := sight(ctx)
	if err != nil {
		return nil, "", err
	}
	q, err := asked.question()
	if err != nil {
		return nil, "", err
	}
	if _, err := roots(s.Regions.Index(), scope, q.Region); err != nil {
		return nil, "", err
	}
	v, err := s.vintage(ctx)
	if err != nil {
		return nil, "", err
	}
	a := &asking{Question: q, demand: v.demand, ix: v.ix}
	if a.roots, err = roots(v.ix, scope, q.Region); err != nil {
		return nil, "", err
	}
	if a.places, err = s.places(ctx, q.Service, q.Planned); err != nil {
		return nil, "", err
	}
	mark := sha256.Sum256(fmt.Append(nil, v.read.UnixNano(), v.ix.Edition(), q.Who.key(), q.Service, q.Planned, q.Metres, a.roots, a.digest()))
	a.protected = v.protected(q.Who)
	return a, `"` + base64.RawURLEncoding.EncodeToString(mark[:12]) + `"`, nil
}

func (a *asking) digest() string {
	h := sha256.New()
	for _, p := range a.places {
		capacity := -1
		if p.capacity != nil {
			capacity = *p.capacity
		}
		fmt.Fprintln(h, p.id, p.name, p.nameEn, p.address, p.state, p.unit, p.scope, capacity, p.at)
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// Answer answers a question within the actor's sight.
func (s *Service) Answer(ctx context.Context, asked Asked) (*Coverage, error) {
	a, _, err := s.ask(ctx, asked)
	if err != nil {
		return nil, err
	}
	c := a.answer()
	c.MayList = !actor.From(ctx).People().Empty()
	return c, nil
}

// places reads the services of a kind; they are few, and always those of now.
func (s *Service) places(ctx context.Context, kind string, planned bool) ([]place, error) {
	states := []string{"open"}
	if planned {
		states = append(states, "planned")
	}
	rows, err := s.Pool.Query(ctx, `
SELECT id::text, name, name_en, address, state, capacity_unit, scope_code, capacity, ST_X(point), ST_Y(point)
FROM service WHERE kind = $1 AND state = ANY ($2) ORDER BY id`, kind, states)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (p place, err error) {
		err = row.Scan(&p.id, &p.name, &p.nameEn, &p.address, &p.state, &p.unit, &p.scope, &p.capacity, &p.at[0], &p.at[1])
		return p, err
	})
}

// Options are the words a question may be made of.
type Options struct {
	Ages            []Ages        `json:"ages"`
	Tags            []string      `json:"tags"`
	Services        []ServiceKind `json:"services"`
	Metres          Range         `json:"metres"`
	Presets         []int         `json:"presets"`
	MetresPerMinute int           `json:"metres_per_minute" doc:"An elderly person's walking pace."`
	Regions         []Named       `json:"regions" doc:"Everything in sight down to communities."`
	MayList         bool          `json:"may_list"`
}

// ServiceKind is a kind of service and how many of it there are.
type ServiceKind struct {
	Kind     string `json:"kind"`
	Open     int    `json:"open"`
	Planned  int    `json:"planned"`
	Capacity int    `json:"capacity"`
}

// Range is the distances that can be asked.
type Range struct {
	Least int `json:"least"`
	Most  int `json:"most"`
	Step  int `json:"step"`
}

// Options lists them.
func (s *Service) Options(ctx context.Context) (*Options, error) {
	a, scope, err := sight(ctx)
	if err != nil {
		return nil, err
	}
	o := &Options{
		Ages: AllAges, Tags: Tags, Metres: Range{leastMetres, mostMetres, stepMetres}, Presets: Presets,
		MetresPerMinute: ElderlyMetresPerMinute, Regions: []Named{}, MayList: !a.People().Empty(),
	}
	ix := s.Regions.Index()
	for _, level := range grid.Levels()[:4] {
		for _, ref := range ix.AtLevel(level) {
			if scope.Holds(string(ref.Code), "") {
				o.Regions = append(o.Regions, named(ix, string(ref.Code)))
			}
		}
	}
	rows, err := s.Pool.Query(ctx, `
SELECT kind, count(*) FILTER (WHERE state = 'open'), count(*) FILTER (WHERE state = 'planned'), COALESCE(sum(capacity) FILTER (WHERE state = 'open'), 0)
FROM service WHERE kind = ANY ($1) AND state <> 'closed' GROUP BY kind`, Kinds)
	if err != nil {
		return nil, err
	}
	o.Services, err = pgx.CollectRows(rows, pgx.RowToStructByPos[ServiceKind])
	slices.SortFunc(o.Services, func(x, y ServiceKind) int { return slices.Index(Kinds, x.Kind) - slices.Index(Kinds, y.Kind) })
	return o, err
}
