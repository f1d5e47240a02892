package web

import (
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// Body is the body of a route that takes bytes: at most so many of them, and
// all of them within a time. Past it reading fails, and the answer is 413 or 408.
func Body(c echo.Context, most int64, within time.Duration) io.ReadCloser {
	_ = http.NewResponseController(c.Response()).SetReadDeadline(time.Now().Add(within)) // a recorded request has none
	return http.MaxBytesReader(c.Response(), c.Request().Body, most)
}
