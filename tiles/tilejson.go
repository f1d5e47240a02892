package tiles

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"strings"

	"github.com/paulmach/orb"

	"onemap/tiles/glyph"
)

// tileJSON is a layer's description in TileJSON 3.0.
type tileJSON struct {
	TileJSON     string     `json:"tilejson"`
	Name         string     `json:"name"`
	Description  string     `json:"description"`
	Scheme       string     `json:"scheme"`
	Attribution  string     `json:"attribution,omitempty"`
	Tiles        []string   `json:"tiles"`
	MinZoom      int        `json:"minzoom"`
	MaxZoom      int        `json:"maxzoom"`
	Bounds       [4]float64 `json:"bounds"`           // west, south, east, north
	Center       []float64  `json:"center,omitempty"` // lon, lat, zoom
	VectorLayers []Inside   `json:"vector_layers"`
}

// list names the layers the reader has a right to, and the fonts.
func (s *Server) list(w http.ResponseWriter, r *http.Request, _ func(string) string) error {
	type item struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		MinZoom     int    `json:"minzoom"`
		MaxZoom     int    `json:"maxzoom"`
		TileJSON    string `json:"tilejson"`
	}
	sight, err := s.reader.Sight(r)
	if err != nil {
		return err
	}
	base := s.base(r)
	items := []item{}
	for _, l := range s.layers {
		if !l.Private || sight.Staff {
			items = append(items, item{l.Name, l.Description, l.MinZoom, l.MaxZoom, base + "/tiles/" + l.Name + ".json"})
		}
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("Vary", "Cookie, Authorization")
	return sendJSON(w, r, map[string]any{
		"items":      items,
		"glyphs":     base + "/tiles/fonts/{fontstack}/{range}.pbf",
		"fontstacks": glyph.Stacks(),
	})
}

// describe answers /tiles/{layer}.json.
func (s *Server) describe(w http.ResponseWriter, r *http.Request, param func(string) string) error {
	name, named := strings.CutSuffix(param("file"), ".json")
	if !named {
		return missing()
	}
	l, _, err := s.layer(r, name)
	if err != nil {
		return err
	}
	if _, err := s.filter(r, l); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.cache.limit)
	defer cancel()
	box, known, err := l.source.Extent(ctx)
	if err != nil {
		return err
	}
	t := tileJSON{
		TileJSON: "3.0.0", Name: l.Name, Description: l.Description, Scheme: "xyz",
		Tiles:   []string{s.base(r) + "/tiles/" + url.PathEscape(l.Name) + "/{z}/{x}/{y}.mvt" + tail(r.URL.Query())},
		MinZoom: l.MinZoom, MaxZoom: l.MaxZoom,
		Bounds:       [4]float64{-180, -85.051129, 180, 85.051129},
		VectorLayers: l.Inside,
	}
	if known {
		box = onMap(box)
		if !l.Live {
			t.Bounds = [4]float64{box.Min[0], box.Min[1], box.Max[0], box.Max[1]}
		}
		t.Center = center(box, l.Layer)
	}
	if c, ok := l.source.(Credited); ok {
		if t.Attribution, err = c.Attribution(ctx); err != nil {
			return err
		}
	}
	s.live(w, l)
	return sendJSON(w, r, t)
}

// tail carries the filters of the description over to its tiles.
func tail(query url.Values) string {
	if len(query) == 0 {
		return ""
	}
	return "?" + query.Encode()
}

// onMap keeps a box within the Mercator square.
func onMap(b orb.Bound) orb.Bound {
	square := orb.Bound{Min: orb.Point{-180, -85.051129}, Max: orb.Point{180, 85.051129}}
	for i := range 2 {
		b.Min[i] = min(max(b.Min[i], square.Min[i]), square.Max[i])
		b.Max[i] = min(max(b.Max[i], square.Min[i]), square.Max[i])
	}
	return b
}

// center is the middle of the box, at the zoom at which about one tile of 512
// pixels holds it, or the nearest zoom the layer has.
func center(b orb.Bound, l Layer) []float64 {
	zoom := float64(l.MaxZoom)
	if width := max(b.Max[0]-b.Min[0], b.Max[1]-b.Min[1]); width > 0 {
		zoom = math.Floor(math.Log2(360 / width))
	}
	zoom = min(max(zoom, float64(l.MinZoom)), float64(l.MaxZoom))
	const places = 1e6
	c := b.Center()
	return []float64{math.Round(c[0]*places) / places, math.Round(c[1]*places) / places, zoom}
}

// base is scheme and host as the sender sees them.
func (s *Server) base(r *http.Request) string {
	scheme, host := "http", r.Host
	if r.TLS != nil {
		scheme = "https"
	}
	if s.trustForwarded {
		if p := firstOf(r.Header.Get("X-Forwarded-Proto")); p == "http" || p == "https" {
			scheme = p
		}
		if h := firstOf(r.Header.Get("X-Forwarded-Host")); h != "" {
			host = h
		}
	}
	return (&url.URL{Scheme: scheme, Host: host}).String()
}

// firstOf is the first of a list of values, the one nearest to the browser.
func firstOf(field string) string {
	first, _, _ := strings.Cut(field, ",")
	return strings.TrimSpace(first)
}

func sendJSON(w http.ResponseWriter, r *http.Request, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	send(w, r, "application/json", `"`+hex.EncodeToString(sum[:12])+`"`, body)
	return nil
}
