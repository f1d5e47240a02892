package tiles

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

const tileType = "application/vnd.mapbox-vector-tile"

// Register adds the routes. They must stay outside any middleware that
// compresses: tiles are compressed already.
func (s *Server) Register(e *echo.Echo) {
	for _, route := range []struct {
		path string
		ask  func(w http.ResponseWriter, r *http.Request, param func(string) string) error
	}{
		{"/tiles", s.list},
		{"/tiles/:file", s.describe},
		{"/tiles/fonts/:stack/:range", s.font},
		{"/tiles/:layer/:z/:x/:y", s.tile},
	} {
		e.Match([]string{http.MethodGet, http.MethodHead}, route.path, func(c echo.Context) error {
			w, r := c.Response(), c.Request()
			if err := route.ask(w, r, c.Param); err != nil {
				answerError(w, r, s.log, err)
			}
			return nil
		})
	}
}

// layer finds a layer the reader has a right to, with the sight on it.
func (s *Server) layer(r *http.Request, name string) (*served, Sight, error) {
	l, ok := s.byName[name]
	if !ok {
		return nil, Sight{}, missing()
	}
	if !l.Private {
		return l, Sight{}, nil
	}
	sight, err := s.reader.Sight(r)
	if err != nil {
		return nil, Sight{}, err
	}
	if !sight.Staff {
		return nil, Sight{}, missing()
	}
	return l, sight, nil
}

func (s *Server) tile(w http.ResponseWriter, r *http.Request, param func(string) string) error {
	y, named := strings.CutSuffix(param("y"), ".mvt")
	id, ok := ParseID(param("z"), param("x"), y)
	if !named || !ok {
		return missing()
	}
	l, sight, err := s.layer(r, param("layer"))
	if err != nil {
		return err
	}
	if !l.zoomed(id.Z) {
		return missing()
	}
	filter, err := s.filter(r, l)
	if err != nil {
		return err
	}
	enc, ok := negotiate(r.Header.Get("Accept-Encoding"))
	if !ok {
		return refusal(http.StatusNotAcceptable, "tile.encoding", "A tile is sent as zstd, gzip or as it is.")
	}
	e, err := s.render(r.Context(), l, id, sight, filter)
	if err != nil {
		return err
	}
	s.live(w, l)
	if len(e.identity) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	body, etag := e.body(enc)
	if enc != encodingIdentity {
		w.Header().Set("Content-Encoding", string(enc))
	}
	send(w, r, tileType, etag, body)
	return nil
}

// filter reads the query: the filters of a private layer, and nothing else anywhere.
func (s *Server) filter(r *http.Request, l *served) (Filter, error) {
	query := r.URL.Query()
	if !l.Private {
		if wrong := unknown(query, nil); wrong != nil {
			return Filter{}, badQuery(wrong)
		}
		return Filter{}, nil
	}
	f, wrong := ParseFilter(query, s.now(), s.zone)
	if wrong != nil {
		return Filter{}, badQuery(wrong)
	}
	return f, nil
}

// live marks an answer that must be asked about again each time, and by whom
// it may be kept.
func (s *Server) live(w http.ResponseWriter, l *served) {
	h := w.Header()
	if l.Private {
		h.Set("Cache-Control", "private, no-cache")
		h.Set("Vary", "Accept-Encoding, Cookie, Authorization")
		return
	}
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Encoding")
}

func (s *Server) font(w http.ResponseWriter, r *http.Request, param func(string) string) error {
	file, named := strings.CutSuffix(param("range"), ".pbf")
	first, last, _ := strings.Cut(file, "-")
	from, okFrom := plain(first)
	to, okTo := plain(last)
	if !named || !okFrom || !okTo || to != from+255 {
		return missing()
	}
	enc, ok := negotiate(r.Header.Get("Accept-Encoding"))
	if !ok {
		return refusal(http.StatusNotAcceptable, "tile.encoding", "Glyphs are sent as zstd, gzip or as they are.")
	}
	e, ok, err := s.fonts.get(param("stack"), int(from))
	if err != nil {
		return err
	}
	if !ok {
		return missing()
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body, etag := e.body(enc)
	if enc != encodingIdentity {
		h.Set("Content-Encoding", string(enc))
	}
	send(w, r, "application/x-protobuf", etag, body)
	return nil
}

// send answers 304 where the sender has these bytes already, else the bytes.
func send(w http.ResponseWriter, r *http.Request, contentType, etag string, body []byte) {
	h := w.Header()
	h.Set("ETag", etag)
	if matches(r.Header.Values("If-None-Match"), etag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the sender may have left
	}
}

// matches compares weakly, as If-None-Match asks (RFC 9110, 13.1.2). Our tags
// hold no comma, so a list may be cut at its commas.
func matches(fields []string, etag string) bool {
	for _, field := range fields {
		for tag := range strings.SplitSeq(field, ",") {
			tag = strings.TrimSpace(tag)
			if tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
				return true
			}
		}
	}
	return false
}
