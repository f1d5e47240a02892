package web

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// Patience is how long the server waits for a client that is slow, or means to be.
type Patience struct {
	Header time.Duration // for a request's head
	Body   time.Duration // for its body; Body gives large ones their own time
	Answer time.Duration // for each piece of the answer to be taken
}

// Usual is the patience where none is said: a phone at the edge of its cell gets
// through, and nobody holds a connection for longer by sending a byte now and then.
var Usual = Patience{Header: 10 * time.Second, Body: 15 * time.Second, Answer: 30 * time.Second}

// piece of an answer in bytes: so much has to be taken within Patience.Answer,
// however long the answer is.
const piece = 32 << 10

// MostHeader bytes are taken of a request's head.
const MostHeader = 64 << 10

// paced bounds how slowly a body may come and an answer may be taken, and takes
// what comes in pieces of unknown number (chunked) as the last of its
// connection: whatever stands behind it, which a proxy before us may have read
// as part of it, is nobody's next request.
func paced(p Patience) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r, out := c.Request(), c.Response()
			control := http.NewResponseController(out.Writer)
			w := &pacedWriter{out.Writer, control, p.Answer}
			out.Writer = w
			defer w.more() // what is left is sent when this has ended
			if len(r.TransferEncoding) > 0 {
				out.Header().Set("Connection", "close")
			}
			if r.Body != nil && r.Body != http.NoBody {
				_ = control.SetReadDeadline(time.Now().Add(p.Body)) // a recorded request has none
				// The server looks at its own request's body: when that was not read to its
				// end, it lets the client take the answer before it closes the connection.
				r = r.WithContext(r.Context())
				r.Body = &pacedBody{r.Body, control}
				c.SetRequest(r)
			}
			return next(c)
		}
	}
}

// unpressed takes a body as it is: of one that is pressed nobody knows how large
// it will be.
func unpressed(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if e := c.Request().Header.Get("Content-Encoding"); e != "" && e != "identity" {
			return echo.ErrUnsupportedMediaType
		}
		return next(c)
	}
}

type pacedBody struct {
	io.ReadCloser
	control *http.ResponseController
}

// Read takes the limit of time away at the end: what is done with the bytes may
// take longer, and a limit that passes then would cancel it.
func (b *pacedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

type pacedWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	within  time.Duration
}

func (w *pacedWriter) more() { _ = w.control.SetWriteDeadline(time.Now().Add(w.within)) } // a recorded answer has none

func (w *pacedWriter) Write(b []byte) (n int, err error) {
	for first := true; first || len(b) > 0 && err == nil; first = false {
		w.more()
		var m int
		m, err = w.ResponseWriter.Write(b[:min(len(b), piece)])
		n, b = n+m, b[m:]
	}
	return n, err
}

func (w *pacedWriter) FlushError() error {
	w.more()
	return w.control.Flush()
}

// Unwrap is for http.ResponseController.
func (w *pacedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
