package page

import (
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"onemap/api/fault"
)

// encodings are what the build pressed beside each asset, the best first.
var encodings = []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

// asset answers a file of the build whose name carries its hash.
func (p *Pages) asset(c echo.Context) error {
	name := path.Join("assets", path.Clean("/"+c.Param("*")))
	h := c.Response().Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	return p.send(c, name)
}

// send answers a file, pressed if the browser takes it.
func (p *Pages) send(c echo.Context, name string) error {
	h := c.Response().Header()
	h.Set("Vary", "Accept-Encoding")
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		h.Set("Content-Type", t)
	}
	for _, e := range encodings {
		if !accepts(c.Request(), e.name) {
			continue
		}
		if body, err := fs.ReadFile(p.files, name+e.suffix); err == nil {
			h.Set("Content-Encoding", e.name)
			return c.Blob(http.StatusOK, h.Get("Content-Type"), body)
		}
	}
	info, err := fs.Stat(p.files, name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) || err == nil && info.IsDir() {
		h.Del("Cache-Control")
		return fault.Missing("file")
	}
	if err != nil {
		return err
	}
	body, err := fs.ReadFile(p.files, name)
	if err != nil {
		return err
	}
	http.ServeContent(c.Response(), c.Request(), name, time.Time{}, strings.NewReader(string(body)))
	return nil
}

// accepts says whether Accept-Encoding takes an encoding; a weight of 0 refuses it.
func accepts(r *http.Request, encoding string) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), encoding) {
			weight = strings.ReplaceAll(weight, " ", "")
			return weight != "q=0" && weight != "q=0.0" && weight != "q=0.00" && weight != "q=0.000"
		}
	}
	return false
}
