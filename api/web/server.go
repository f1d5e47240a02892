package web

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humaecho"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/prometheus/client_golang/prometheus"

	"onemap/api/actor"
	"onemap/api/audit"
)

// Authenticator finds who stands behind a request: Nobody without credentials,
// an Unauthenticated fault for wrong ones.
type Authenticator interface {
	Authenticate(ctx context.Context, r *http.Request) (actor.Actor, error)
}

// Config is what a server needs to know.
type Config struct {
	Version string
	Auth    Authenticator
	Log     *slog.Logger
	Metrics *prometheus.Registry
	// Ready answers /readyz: nil when requests can be served.
	Ready func(context.Context) error
	// TrustProxy believes X-Forwarded-For and -Proto, for a server behind one.
	TrustProxy bool
	// Audit is where entries are written; without one nothing is audited.
	Audit *audit.Book
	// Patience with slow clients; Usual when none is said.
	Patience Patience
}

// Server is the echo router and the described API upon it.
type Server struct {
	Echo *echo.Echo
	API  huma.API
	log  *slog.Logger

	patience Patience
	beside   map[string]Sight // by method and path
}

// New makes a server without any slice's routes.
func New(c Config) *Server {
	problemsForHuma()
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = echo.ExtractIPDirect()
	if c.TrustProxy {
		e.IPExtractor = echo.ExtractIPFromXFFHeader()
	}
	s := &Server{Echo: e, log: c.Log, patience: cmp.Or(c.Patience, Usual), beside: map[string]Sight{}}
	e.HTTPErrorHandler = s.answerError
	e.Use(
		paced(s.patience),
		middleware.RequestIDWithConfig(middleware.RequestIDConfig{Generator: func() string { return uuid.Must(uuid.NewV7()).String() }}),
		s.observe(newMetrics(c.Metrics)),
		middleware.RecoverWithConfig(middleware.RecoverConfig{LogErrorFunc: s.logPanic}),
		securityHeaders(c.TrustProxy),
		unpressed,
		echo.WrapMiddleware(crossOrigin().Handler),
		authenticate(c.Auth, c.TrustProxy),
	)
	if c.Audit != nil {
		e.Use(s.audited(c.Audit))
	}
	s.API = humaecho.New(e, apiConfig(c.Version))
	s.health(c.Ready)
	s.metrics(c.Metrics)
	s.docs()
	s.Beside(SightPublic, e.Routes()...)
	return s
}

func apiConfig(version string) huma.Config {
	c := huma.DefaultConfig("onemap", version)
	c.Info.Description = "One map for governing a city by grids. Coordinates are lon, lat in WGS84 unless a parameter names another datum. Errors are RFC 9457 problems that list every bad field."
	c.CreateHooks = nil // no $schema links in bodies
	c.SchemasPath = ""
	c.DocsPath = "" // served by us, without outside scripts
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: SessionCookie(true)},
		"key":     {Type: "http", Scheme: "bearer"},
	}
	return c
}

// SessionCookie names the cookie that holds a session's token.
func SessionCookie(secure bool) string { return Cookie("onemap", secure) }

// DeviceCookie names the cookie of a browser that has signed in before.
func DeviceCookie(secure bool) string { return Cookie("onemap-device", secure) }

// Cookie is the name of a cookie of ours. Over https it makes browsers refuse it
// from anywhere but this very host; a server that is tried out on its own machine
// has no https.
func Cookie(name string, secure bool) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

// Staff marks an operation as one for signed-in staff.
var Staff = []map[string][]string{{"session": {}}, {"key": {}}}

// Listening is the server of all that was registered, for a listener.
func (s *Server) Listening() *http.Server {
	return &http.Server{Handler: s.Echo, ReadHeaderTimeout: s.patience.Header, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: MostHeader}
}

// answerError is echo's error handler: problems for programs, and the same
// sentence for people.
func (s *Server) answerError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	s.noteInternal(c.Request().Context(), c.Path(), err)
	WriteProblem(c.Response(), err)
}

func (s *Server) noteInternal(ctx context.Context, route string, err error) {
	if p := ToProblem(err); p.Status >= 500 {
		s.log.ErrorContext(ctx, "request failed", "route", route, "status", p.Status, "error", err)
	}
}

func (s *Server) logPanic(c echo.Context, err error, stack []byte) error {
	s.log.ErrorContext(c.Request().Context(), "panic", "route", c.Path(), "error", err, "stack", string(stack))
	return err
}

// problemsForHuma makes the library answer with our problems. The library holds
// this for the whole process.
var problemsForHuma = sync.OnceFunc(func() { huma.NewError = humaProblem })

// Add registers an operation whose handler may return any error. It panics
// for one without a rule of sight (Seen).
func Add[I, O any](s *Server, op huma.Operation, handler func(context.Context, *I) (*O, error)) {
	sighted(op)
	if op.MaxBodyBytes == 0 {
		op.MaxBodyBytes = 256 << 10
	}
	op.BodyReadTimeout = s.patience.Body // in the place of the library's own
	if answer, ok := any(new(O)).(interface {
		describe(*huma.Operation, huma.Registry)
	}); ok {
		answer.describe(&op, s.API.OpenAPI().Components.Schemas)
	}
	huma.Register(s.API, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handler(ctx, in)
		if err == nil {
			err = audit.Settle(ctx) // nothing is answered that is not kept
		}
		if err != nil {
			s.noteInternal(ctx, op.Path, err)
			return nil, ToProblem(err)
		}
		return out, nil
	})
}
