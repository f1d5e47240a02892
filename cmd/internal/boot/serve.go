package boot

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"onemap/api/analysis"
	"onemap/api/audit"
	"onemap/api/auth"
	"onemap/api/building"
	"onemap/api/cases"
	"onemap/api/change"
	"onemap/api/crosswalk"
	"onemap/api/facility"
	"onemap/api/fault"
	"onemap/api/feed"
	"onemap/api/livemap"
	"onemap/api/organisation"
	"onemap/api/oversight"
	"onemap/api/page"
	"onemap/api/person"
	"onemap/api/pg"
	"onemap/api/region"
	"onemap/api/search"
	"onemap/api/service"
	"onemap/api/setting"
	"onemap/api/standard"
	"onemap/api/transfer"
	"onemap/api/web"
	"onemap/frontend"
	"onemap/tiles"
)

// ServeConfig is what serving needs to know beyond the world.
type ServeConfig struct {
	SSOConfig
	Listen       string   `help:"Address to listen on." default:"127.0.0.1:8080" env:"ONEMAP_LISTEN"`
	TrustProxy   bool     `help:"Believe X-Forwarded-For and X-Forwarded-Proto: only behind a proxy that sets them." env:"ONEMAP_TRUST_PROXY"`
	Unlimited    bool     `help:"Do not limit how often one address may report: for tests and benchmarks." hidden:"" env:"ONEMAP_UNLIMITED"`
	SecondFactor []string `help:"Roles that must have a second factor (an app for codes, or a passkey) to sign in; none turns it off." default:"administrator,registrar,auditor" name:"second-factor" enum:"none,operator,supervisor,handler,worker,planner,registrar,auditor,administrator,leader" env:"ONEMAP_SECOND_FACTOR"`
	AllowDemo    bool     `help:"Serve a data folder that holds the demo's accounts, whose password everybody knows, at an address that others can reach." env:"ONEMAP_ALLOW_DEMO"`
	CacheMB      uint64   `help:"Memory for tiles, in MB." default:"128" name:"cache-mb" env:"ONEMAP_CACHE_MB"`

	Patience web.Patience  `kong:"-"` // with slow clients; the usual when none is said
	Behind   time.Duration `kong:"-"` // behindLimit when zero
}

// Server answers a world's HTTP.
type Server struct {
	world    *World
	hub      *feed.Hub
	follower *change.Follower
	live     *livemap.Map
	tiles    *tiles.Server
	web      *web.Server
	behind   time.Duration // for how long it may be and say that it is ready
	ready    atomic.Bool
}

// behindLimit is for how long a process may have missed changes and still say that
// it is ready: a bulk change that everything is loaded anew for takes some seconds.
const behindLimit = 15 * time.Second

// NewServer makes the routes; the change log is read from its head on.
func NewServer(ctx context.Context, w *World, c ServeConfig, version string) (*Server, error) {
	head, err := w.Changes.Head(ctx)
	if err != nil {
		return nil, err
	}
	if w.Auth.SSO, err = c.provider(w.Config.PublicURL, w.Log); err != nil {
		return nil, err
	}
	w.Settings.Fixed = w.Config.fixed(c)
	// After the head is known: what was redrawn or set before it is told to nobody.
	if err := w.Settings.Load(ctx); err != nil {
		return nil, err
	}
	if err := w.Regions.Load(ctx); err != nil {
		return nil, err
	}
	s, err := newServer(w, head, c, version)
	if err != nil {
		return nil, err
	}
	return s, s.live.Load(ctx, head)
}

// OpenAPI is the document that describes every operation, as /openapi.json
// gives it; it needs no database.
func OpenAPI(version string) ([]byte, error) {
	w := &World{Log: slog.New(slog.DiscardHandler), Changes: &change.Log{}, Tiles: &pgxpool.Pool{}, Settings: setting.New(setting.Config{})}
	s, err := newServer(w, change.Position{}, ServeConfig{}, version)
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(s.web.API.OpenAPI(), "", "  ")
}

func newServer(w *World, head change.Position, c ServeConfig, version string) (*Server, error) {
	s := &Server{world: w, hub: feed.NewHub(head), live: livemap.New(w.Pool, w.Log), behind: cmp.Or(c.Behind, behindLimit)}
	s.follower = &change.Follower{Log: w.Changes, Logger: w.Log, Apply: s.apply, Reset: s.reset}
	metrics := prometheus.NewRegistry()
	s.web = web.New(web.Config{
		Version: version, Auth: w.Auth, Log: w.Log, Metrics: metrics, Ready: s.readiness, TrustProxy: c.TrustProxy, Audit: w.Audit,
		Patience: c.Patience,
	})
	if !c.Unlimited {
		s.limit()
	}
	var err error
	s.tiles, err = tiles.New(tiles.Config{
		Pool: w.Tiles, Reader: tileReader{w.Auth}, Zone: w.Zone, CacheBytes: c.CacheMB << 20, TrustForwarded: c.TrustProxy, Log: w.Log,
	})
	if err != nil {
		return nil, err
	}
	s.routes()
	s.gauges(metrics)
	return s, nil
}

// limit bounds what one address may send of what anybody may post, and of what
// costs a hash. How often passwords may be tried is the business of package auth.
func (s *Server) limit() {
	s.web.Echo.Use(
		web.Limit(1, 30, func(method, path string) bool { return method == http.MethodPost && path == "/api/v1/links/use" }),
		web.Limit(20, 100, func(method, path string) bool {
			return method == http.MethodPost && slices.Contains([]string{"/api/v1/reports", "/api/v1/photos", "/report"}, path)
		}),
	)
}

// routes is the table of contents of the HTTP interface.
func (s *Server) routes() {
	w := s.world
	auth.Routes(s.web, w.Auth, w.Regions)
	region.Routes(s.web, w.Regions)
	building.Routes(s.web, w.Buildings)
	facility.Routes(s.web, w.Facilities, w.Cases)
	service.Routes(s.web, w.Services)
	person.Routes(s.web, w.People)
	organisation.Routes(s.web, w.Organisations)
	cases.Routes(s.web, w.Cases, w.Intake)
	analysis.Routes(s.web, w.Analysis)
	crosswalk.Routes(s.web, w.Nets)
	search.Routes(s.web, &search.Service{Pool: w.Pool, Regions: w.Regions, People: w.People})
	transfer.Routes(s.web, w.Loader)
	standard.Routes(s.web, &standard.Book{Index: w.Regions.Index})
	setting.Routes(s.web, w.Settings)
	livemap.Routes(s.web, &livemap.Asker{Map: s.live, Regions: w.Regions})
	oversight.Routes(s.web, &oversight.Service{Pool: w.Pool, Job: &audit.Job{Sealer: w.Sealer}, Zone: w.Zone})
	(&feed.Feed{Hub: s.hub, Log: w.Changes, Auth: w.Auth, Heartbeat: 15 * time.Second}).Routes(s.web)
	s.tiles.Register(s.web.Echo)
	describeTiles(s.web)
	page.Routes(s.web, page.Config{Files: frontend.FS(), Querier: w.Pool, Facilities: w.Facilities, Cases: w.Cases, Intake: w.Intake, Demo: w.Config.Demo, City: w.city})
}

func (s *Server) gauges(reg *prometheus.Registry) {
	reg.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "onemap_feed_readers", Help: "Open screens."}, func() float64 { return float64(s.hub.Readers()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "onemap_live_position", Help: "The change that the whole live map knows."}, func() float64 { return float64(s.live.Seen().Pos) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "onemap_live_objects", Help: "Objects in the live map."}, func() float64 { return float64(s.live.Len()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "onemap_change_position", Help: "The change this process has seen."}, func() float64 { return float64(s.hub.At().Pos) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "onemap_change_behind_seconds", Help: "For how long this process may have missed changes; infinite before it has had all of them once."}, func() float64 {
			lag, known := s.follower.Behind()
			if !known {
				return math.Inf(1)
			}
			return lag.Seconds()
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "onemap_database_connections", Help: "Connections in use."}, func() float64 { return float64(s.world.Pool.Stat().AcquiredConns()) }),
	)
}

// readiness asks what a request would need: the database, and a change log that has
// been followed to its end lately. Who is behind would answer as of then.
func (s *Server) readiness(ctx context.Context) error {
	lag, known := s.follower.Behind()
	if !s.ready.Load() || !known {
		return errors.New("still starting, or stopping")
	}
	if lag > s.behind {
		return fault.Newf(fault.Unavailable, "server.behind", "This process is behind: for %d s it has not had every change. It is not to be asked before it has caught up.", int(lag.Seconds()))
	}
	return s.world.Pool.Ping(ctx)
}

// layersOf maps the kind of a change to the tile layers that show it.
func layersOf(e change.Entry) []string {
	switch e.Of() {
	case "case":
		return []string{"cases"}
	case "facility":
		return []string{"facilities"}
	case "service":
		return []string{"services"}
	case "building":
		return []string{"buildings"}
	case "basemap":
		return []string{"basemap"}
	case "region":
		return []string{"grids", "buildings", "facilities", "services", "cases"}
	}
	return nil
}

// apply brings everything derived up to the entries, and only then tells the
// screens.
func (s *Server) apply(ctx context.Context, epoch int64, entries []change.Entry) error {
	redrawn, set := false, false
	for _, e := range entries {
		set = set || e.Kind == setting.Change
		s.tiles.Invalidate(layersOf(e)...)
		redrawn = redrawn || e.Of() == "region"
		if e.Of() == "building" || e.Bulk() && slices.Contains([]string{"region", "dwelling", "person"}, e.Object) {
			s.world.Analysis.Forget()
		}
	}
	if redrawn {
		if err := s.world.Regions.Load(ctx); err != nil {
			return err
		}
	}
	if set {
		if err := s.world.Settings.Load(ctx); err != nil {
			return err
		}
	}
	if err := s.live.Apply(ctx, epoch, entries); err != nil {
		return err
	}
	return s.hub.Apply(ctx, epoch, entries)
}

func (s *Server) reset(ctx context.Context, at change.Position) error {
	s.world.Analysis.Forget()
	s.tiles.InvalidateAll()
	if err := s.world.Regions.Reload(ctx); err != nil {
		return err
	}
	if err := s.world.Settings.Load(ctx); err != nil {
		return err
	}
	if err := s.live.Reset(ctx, at); err != nil {
		return err
	}
	return s.hub.Reset(ctx, at)
}

// Serve answers on a listener until ctx ends; started is called when requests
// are answered.
func (s *Server) Serve(ctx context.Context, l net.Listener, started func()) error {
	g, ctx := errgroup.WithContext(ctx)
	background := func(name string, run func(context.Context) error) {
		g.Go(func() error {
			err := run(ctx)
			if err == nil || ctx.Err() != nil && errors.Is(err, context.Canceled) { // told to stop, and stopped
				return nil
			}
			return fmt.Errorf("%s: %w", name, err)
		})
	}
	background("database", func(ctx context.Context) error { return s.world.database.watch(ctx, s.world.reconnect) })
	background("change sequencer", (&change.Sequencer{Pool: s.world.Pool, Log: s.world.Log}).Run)
	background("change follower", func(ctx context.Context) error { return s.follower.Run(ctx, s.hub.At()) })
	background("change keeper", s.world.keeper.Run)
	background("live map", s.live.Run)
	background("sweep", s.sweep)
	background("retention", s.world.retain)
	background("names", s.world.settleNames)
	background("imports", s.world.Loader.Run)
	background("keys", func(ctx context.Context) error {
		return s.world.Keys.Follow(ctx, func(err error) { s.world.Log.ErrorContext(ctx, "keys of people's data", "error", err) })
	})
	background("audit sealer", s.world.Sealer.Run)
	background("analysis", s.world.Analysis.Run)

	server := s.web.Listening()
	server.RegisterOnShutdown(s.hub.Close)
	background("http", func(context.Context) error {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	g.Go(func() error {
		<-ctx.Done()
		s.ready.Store(false)
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		if err := server.Shutdown(stop); err != nil {
			return server.Close()
		}
		return nil
	})
	s.ready.Store(true)
	s.settle(ctx)
	started()
	err := g.Wait()
	// Only now nobody writes entries any more.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return errors.Join(err, s.world.Sealer.Finish(last))
}

// settle waits until the change log has been followed to its end for the first time,
// and no longer than a process may be behind: then /readyz says what is wrong.
func (s *Server) settle(ctx context.Context) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(s.behind)
	for {
		if _, known := s.follower.Behind(); known {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-limit:
			return
		case <-tick.C:
		}
	}
}

// sweep forgets once an hour what nobody claimed and nobody finished.
func (s *Server) sweep(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Hour):
			_, half := s.world.Photos.Sweep(time.Now().Add(-time.Hour)) // what a killed process was still writing
			if err := errors.Join(pg.Fault(s.world.Cases.Sweep(ctx)), pg.Fault(s.world.Auth.Sweep(ctx)), half); err != nil && ctx.Err() == nil {
				s.world.Log.WarnContext(ctx, "sweep", "error", err)
			}
		}
	}
}
