package web

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"onemap/api/fault"
)

// health answers /healthz while the process lives, and /readyz while it can serve.
func (s *Server) health(ready func(context.Context) error) {
	s.Echo.GET("/healthz", func(c echo.Context) error { return c.String(http.StatusOK, "ok\n") })
	s.Echo.GET("/readyz", func(c echo.Context) error {
		ctx, cancel := context.WithTimeout(c.Request().Context(), 3*time.Second)
		defer cancel()
		err := ready(ctx)
		if fault.Is(err, fault.Unavailable) { // in words of its own
			return err
		}
		if err != nil {
			return fault.New(fault.Unavailable, "server.unready", "Not ready to serve: the database or the change log is not reached.").Because(err)
		}
		return c.String(http.StatusOK, "ready\n")
	})
}

// metrics answers /metrics in Prometheus' text format.
func (s *Server) metrics(reg *prometheus.Registry) {
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	s.Echo.GET("/metrics", echo.WrapHandler(promhttp.HandlerFor(reg, promhttp.HandlerOpts{})))
}
