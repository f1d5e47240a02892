package tiles

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/tiles/glyph"
)

// Config is what a Server needs.
type Config struct {
	// Pool reads the layers; its search_path names the city's schema. Required
	// unless Sources are given. Renders are given up whenever a map is dragged,
	// so its connections should cancel a query on the server
	// (pgconn.CancelRequestContextWatcherHandler) rather than be closed.
	Pool *pgxpool.Pool
	// Sources are the layers in the order they are listed; PostGIS(Pool) when nil.
	Sources []Source
	// Reader tells what a request may see of the private layers; nil: nobody sees them.
	Reader Reader
	// Now is the clock; time.Now when nil.
	Now func() time.Time
	// Zone is where a bare date in a filter is a day; UTC when nil.
	Zone *time.Location
	// CacheBytes bounds the tiles kept in memory; 128 MiB when 0.
	CacheBytes uint64
	// RenderLimit is how long a render may take before the answer is 503; 10 s when 0.
	RenderLimit time.Duration
	// TrustForwarded takes X-Forwarded-Proto and X-Forwarded-Host for the
	// addresses in TileJSON: only behind a proxy that sets them.
	TrustForwarded bool
	// Log receives failed renders; slog.Default() when nil.
	Log *slog.Logger
}

// Server answers tiles, their descriptions and the glyphs of their labels.
type Server struct {
	layers         []*served
	byName         map[string]*served
	cache          *cache
	fonts          fonts
	reader         Reader
	now            func() time.Time
	zone           *time.Location
	trustForwarded bool
	log            *slog.Logger
}

// served is a layer with its version, which only grows.
type served struct {
	Layer
	source  Source
	version atomic.Uint64
}

// nobody is the Reader of a server without one.
type nobody struct{}

func (nobody) Sight(*http.Request) (Sight, error) { return Sight{}, nil }

// New makes a Server; it starts nothing and needs no closing.
func New(c Config) (*Server, error) {
	const defaultCache, defaultLimit = 128 << 20, 10 * time.Second
	if c.Sources == nil {
		if c.Pool == nil {
			return nil, errors.New("tiles: neither a pool nor sources")
		}
		c.Sources = PostGIS(c.Pool)
	}
	if c.CacheBytes == 0 {
		c.CacheBytes = defaultCache
	}
	if c.RenderLimit == 0 {
		c.RenderLimit = defaultLimit
	}
	s := &Server{
		byName: map[string]*served{}, reader: c.Reader, now: c.Now, zone: c.Zone,
		trustForwarded: c.TrustForwarded, log: c.Log,
	}
	if s.reader == nil {
		s.reader = nobody{}
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.zone == nil {
		s.zone = time.UTC
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	press, err := newPress()
	if err != nil {
		return nil, err
	}
	s.cache = newCache(c.CacheBytes, press, c.RenderLimit)
	set, err := glyph.NewSet()
	if err != nil {
		return nil, err
	}
	s.fonts = fonts{set: set, press: press, kept: map[fontRange]func() (*entry, error){}}
	for _, source := range c.Sources {
		l := &served{Layer: source.Describe(), source: source}
		s.layers = append(s.layers, l)
		s.byName[l.Name] = l
	}
	return s, nil
}

// Layers names the layers in order.
func (s *Server) Layers() []string {
	names := make([]string, len(s.layers))
	for i, l := range s.layers {
		names[i] = l.Name
	}
	return names
}

// Invalidate forgets the tiles of layers after a change was committed to what
// they show. From its return on, no render begun earlier is answered to a new
// request. A name that is no layer is logged: it is a mistake in the wiring.
func (s *Server) Invalidate(layers ...string) {
	for _, name := range layers {
		l, ok := s.byName[name]
		if !ok {
			s.log.Error("no such tile layer to invalidate", "layer", name)
			continue
		}
		l.version.Add(1)
	}
}

// InvalidateAll forgets every tile: after a restore, or when changes were missed.
func (s *Server) InvalidateAll() { s.Invalidate(s.Layers()...) }

// Stats counts what the cache did.
func (s *Server) Stats() Stats { return s.cache.stats() }

// render answers a tile from the cache or its source.
func (s *Server) render(ctx context.Context, l *served, id ID, sight Sight, filter Filter) (*entry, error) {
	k := key{layer: l.Name, version: l.version.Load(), id: id}
	if l.Private {
		k.sight, k.filter = sight.Key(), filter.Key(l.timed(id.Z))
	}
	return s.cache.tile(ctx, k, func(ctx context.Context) ([]byte, error) {
		return l.source.Tile(ctx, id, sight, filter)
	})
}
