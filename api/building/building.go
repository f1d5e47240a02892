// Package building is the houses of the city.
//
// The journey of a building: an importer hands over its footprint with storeys,
// height, name and address and a point inside it; Import finds the grid of that
// point in the edition in force and merges the row by source and reference; the
// map draws the footprint and a click asks for it by id. When regions are
// redrawn, Move puts it where they now say it is.
package building

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"onemap/api/change"
	"onemap/api/link"
	"onemap/api/pg"
	"onemap/api/place"
	"onemap/geo/crs"
	"onemap/geo/grid"
)

// Building is a footprint as an importer gives it; 0 levels or height is unknown.
type Building struct {
	Ref          string
	Name, NameEn string
	Use, Address string
	Levels       int
	HeightM      float64
	Point        orb.Point // inside the footprint; WGS84
	Geom         orb.MultiPolygon
}

// Service keeps the buildings.
type Service struct {
	pool *pgxpool.Pool
}

// New makes the service.
func New(pool *pgxpool.Pool) *Service { return &Service{pool} }

// Import merges buildings of a source in the caller's transaction, each in its grid.
func (s *Service) Import(ctx context.Context, tx pgx.Tx, ix *grid.Index, b link.Batch, list []Building) (pg.Merged, error) {
	values := make([][]any, len(list))
	for i, x := range list {
		gridCode, scope := place.Codes(ix.Locate(crs.FromPoint(x.Point)))
		values[i] = []any{b.Source, x.Ref, b.NewID(), x.Name, x.NameEn, x.Use, x.Address, known(x.Levels), known(x.HeightM), x.Point, x.Geom, gridCode, scope}
	}
	m, err := pg.Merge(ctx, tx, pg.Rows{
		Table: "building", Key: []string{"source", "source_ref"}, Once: []string{"id"},
		Compare: []string{"name", "name_en", "use", "address", "levels", "height_m", "point", "geom", "grid_code", "scope_code"}, Values: values,
	}, b.Now)
	if err == nil && m.Fresh+m.Changed > 0 {
		err = change.Record(ctx, tx, change.Bulk("building", b.Now, int(m.Fresh+m.Changed)))
	}
	return m, err
}

// Move follows a redraw of the regions.
func (s *Service) Move(ctx context.Context, tx pgx.Tx, ix *grid.Index, now time.Time) (int64, error) {
	return place.Move(ctx, tx, "building", "FALSE", ix, now)
}

// known is nil for what is not known. Levels go in as int16, heights as float32.
func known[N int | float64](n N) any {
	if n == 0 {
		return nil
	}
	switch v := any(n).(type) {
	case int:
		return int16(v)
	case float64:
		return float32(v)
	}
	return nil
}
