package web

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"

	"onemap/api/actor"
	"onemap/api/fault"
)

// policy lets pages load from here and from nowhere else, and apply no script and
// no style that is written into a page.
const policy = "default-src 'self'; img-src 'self' data: blob:; script-src 'self'; style-src 'self'; worker-src 'self'; connect-src 'self'; " +
	"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// PolicyWith is the policy of a page made here that is whole by itself: it has
// this one style written into it, told by its hash.
func PolicyWith(style string) string {
	sum := sha256.Sum256([]byte(style))
	return strings.Replace(policy, "style-src 'self'", "style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'", 1)
}

// permissions turn off what no page of ours asks of a browser, as scanners name
// it. A report takes a photo and a place; a keeper signs in by a passkey.
const permissions = "geolocation=(self), camera=(self), publickey-credentials-get=(self), publickey-credentials-create=(self), fullscreen=(self), clipboard-write=(self), " +
	"accelerometer=(), autoplay=(), bluetooth=(), browsing-topics=(), clipboard-read=(), display-capture=(), encrypted-media=(), gyroscope=(), hid=(), " +
	"idle-detection=(), local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), screen-wake-lock=(), serial=(), usb=(), xr-spatial-tracking=()"

// SandboxPolicy is for bytes that somebody sent us: opened by themselves they
// run nothing and load nothing, whatever a browser takes them for.
const SandboxPolicy = "default-src 'none'; sandbox; frame-ancestors 'none'"

func securityHeaders(trustProxy bool) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			setSecurityHeaders(c, trustProxy)
			return next(c)
		}
	}
}

func setSecurityHeaders(c echo.Context, trustProxy bool) {
	h := c.Response().Header()
	if secure(c.Request(), trustProxy) { // over http browsers do not believe it
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY") // for browsers that know no frame-ancestors
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Permissions-Policy", permissions)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")   // no other site's window holds ours
	h.Set("Cross-Origin-Resource-Policy", "same-origin") // nor embeds what we answer
	h.Set("Cache-Control", "no-store")                   // unless the handler knows better: most answers are somebody's own
}

// crossOrigin refuses what another site's page sends with our cookie.
func crossOrigin() *http.CrossOriginProtection {
	p := http.NewCrossOriginProtection()
	p.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		WriteProblem(w, fault.New(fault.Forbidden, "request.cross_origin", "This was sent by another site's page and is refused."))
	}))
	return p
}

func authenticate(auth Authenticator, trustProxy bool) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if operational(c.Path()) {
				return next(c)
			}
			ctx := withSender(r.Context(), Sender{Address: c.RealIP(), Agent: r.UserAgent(), Host: r.Host, Secure: secure(r, trustProxy)})
			a, err := auth.Authenticate(ctx, r)
			if err != nil {
				return err
			}
			if a.ReadOnly && r.Method != http.MethodGet && r.Method != http.MethodHead {
				return fault.New(fault.Forbidden, "auth.read_only", "This key reads only.")
			}
			c.SetRequest(r.WithContext(actor.With(ctx, a)))
			return next(c)
		}
	}
}

// operational routes are asked by machines that watch us, also when the
// database, and with it every session, is gone.
func operational(route string) bool {
	return route == "/healthz" || route == "/readyz" || route == "/metrics"
}

func secure(r *http.Request, trustProxy bool) bool {
	return r.TLS != nil || trustProxy && r.Header.Get("X-Forwarded-Proto") == "https"
}

type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics(reg *prometheus.Registry) metrics {
	m := metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "onemap_http_requests_total", Help: "Requests by route, method and status."}, []string{"route", "method", "status"}),
		seconds:  prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "onemap_http_seconds", Help: "Time to answer, by route.", Buckets: []float64{.001, .005, .025, .1, .5, 2.5, 10}}, []string{"route"}),
	}
	reg.MustRegister(m.requests, m.seconds)
	return m
}

// observe measures and logs by route pattern, so that no code, token or search
// text reaches a metric or a log line.
func (s *Server) observe(m metrics) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			start := time.Now()
			if err := next(c); err != nil {
				c.Error(err)
			}
			took, route := time.Since(start), c.Path()
			if route == "" {
				route = "(none)"
			}
			status := c.Response().Status
			m.requests.WithLabelValues(route, knownMethod(c.Request().Method), strconv.Itoa(status)).Inc()
			m.seconds.WithLabelValues(route).Observe(took.Seconds())
			s.log.DebugContext(c.Request().Context(), "request", "route", route, "method", c.Request().Method, "status", status,
				"ms", took.Milliseconds(), "request_id", c.Response().Header().Get(echo.HeaderXRequestID), "actor", actor.From(c.Request().Context()).ID)
			return nil
		}
	}
}

// knownMethod keeps invented methods from becoming metrics.
func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// Limit lets an address through at a rate per second with a burst; more is
// answered 429 with the time to wait.
func Limit(perSecond float64, burst int, routes func(method, path string) bool) echo.MiddlewareFunc {
	store := middleware.NewRateLimiterMemoryStoreWithConfig(middleware.RateLimiterMemoryStoreConfig{
		Rate: rate.Limit(perSecond), Burst: burst, ExpiresIn: 3 * time.Minute,
	})
	return middleware.RateLimiterWithConfig(middleware.RateLimiterConfig{
		Skipper:             func(c echo.Context) bool { return !routes(c.Request().Method, c.Path()) },
		Store:               store,
		IdentifierExtractor: func(c echo.Context) (string, error) { return c.RealIP(), nil },
		DenyHandler: func(c echo.Context, _ string, _ error) error {
			c.Response().Header().Set("Retry-After", "2")
			return fault.New(fault.TooMany, "request.many", "Too many requests from here; please wait a moment and send it again.")
		},
	})
}
