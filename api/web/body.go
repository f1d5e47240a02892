package web

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// Body is the body of a route that takes bytes: at most so many of them, and
// all of them within a time. Past it reading fails, and the answer is 413 or 408.
func Body(c echo.Context, most int64, within time.Duration) io.ReadCloser {
	control := http.NewResponseController(c.Response())
	_ = control.SetReadDeadline(time.Now().Add(within)) // a recorded request has none
	return &body{http.MaxBytesReader(c.Response(), c.Request().Body, most), control}
}

type body struct {
	io.ReadCloser
	control *http.ResponseController
}

// Read takes the limit of time away at the end: what is done with the bytes may
// take longer, and a limit that passes then would cancel it.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}
