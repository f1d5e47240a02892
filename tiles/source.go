package tiles

import (
	"context"

	"github.com/paulmach/orb"
)

// Source renders the tiles of one layer. It may be called from many goroutines.
type Source interface {
	// Describe says what the layer holds; always the same.
	Describe() Layer
	// Tile renders one tile within the layer's zooms, empty where nothing is.
	// It must show only what the sight and the filter let through.
	Tile(ctx context.Context, id ID, sight Sight, filter Filter) ([]byte, error)
	// Extent is the box of lon, lat in which a map may begin, false when
	// nothing is known yet. It is public.
	Extent(ctx context.Context) (orb.Bound, bool, error)
}

// Credited is a Source whose data must be credited where they are shown, as
// the licence of OpenStreetMap asks; "" when what it holds needs no credit.
type Credited interface {
	Attribution(ctx context.Context) (string, error)
}

// Layer describes a layer to clients and to the server.
type Layer struct {
	Name        string
	Description string
	MinZoom     int
	MaxZoom     int
	// EveryZoom is the zoom from which every point is drawn by itself; below
	// it points are clustered. 0 where nothing is ever clustered.
	EveryZoom int
	// Private layers exist for staff only, and take the filters of Filter.
	Private bool
	// Live layers gain objects at any moment and anywhere, so their TileJSON
	// does not bound them: a map never asks for tiles outside the bounds.
	Live   bool
	Inside []Inside
}

// Inside is one of the layers inside the tile, as TileJSON's vector_layers.
type Inside struct {
	ID          string            `json:"id"`
	Description string            `json:"description,omitempty"`
	MinZoom     int               `json:"minzoom"`
	MaxZoom     int               `json:"maxzoom"`
	Fields      map[string]string `json:"fields"`
}

// zoomed says whether the layer has tiles at the zoom.
func (l Layer) zoomed(z uint8) bool { return int(z) >= l.MinZoom && int(z) <= l.MaxZoom }

// timed says whether a tile of the zoom changes as time passes: clusters of
// cases count the overdue ones.
func (l Layer) timed(z uint8) bool { return l.Private && int(z) < l.EveryZoom }
