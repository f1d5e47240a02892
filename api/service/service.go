// Package service is where the city serves its people: clinics, pharmacies,
// schools, canteens, community centres.
//
// The journey of a service: an importer hands it over with its point, Import
// finds its grid and merges it by source and reference; the map shows it, a
// resident asks for the nearest ones. When regions are redrawn, Move follows.
package service

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

// Kinds are the kinds of services there are.
var Kinds = []string{
	"clinic", "hospital", "pharmacy", "school", "kindergarten", "college", "canteen", "nursing_home", "community_centre",
	"library", "police", "fire_station", "post_office", "bank", "townhall", "marketplace", "social_facility",
}

// Place is a service as an importer gives it; capacity 0 is unknown.
type Place struct {
	Ref            string
	Kind           string
	Name, NameEn   string
	Address, Hours string
	Capacity       int
	Point          orb.Point // WGS84
}

// Service keeps the services.
type Service struct {
	pool *pgxpool.Pool
}

// New makes the service.
func New(pool *pgxpool.Pool) *Service { return &Service{pool} }

// Import merges services of a source in the caller's transaction, each in its grid.
func (s *Service) Import(ctx context.Context, tx pgx.Tx, ix *grid.Index, b link.Batch, list []Place) (pg.Merged, error) {
	values := make([][]any, len(list))
	for i, p := range list {
		gridCode, scope := place.Codes(ix.Locate(crs.FromPoint(p.Point)))
		var capacity *int32
		if p.Capacity > 0 {
			c := int32(p.Capacity)
			capacity = &c
		}
		values[i] = []any{b.Source, p.Ref, b.NewID(), p.Kind, p.Name, p.NameEn, p.Address, p.Hours, capacity, p.Point, gridCode, scope}
	}
	m, err := pg.Merge(ctx, tx, pg.Rows{
		Table: "service", Key: []string{"source", "source_ref"}, Once: []string{"id"},
		Compare: []string{"kind", "name", "name_en", "address", "hours", "capacity", "point", "grid_code", "scope_code"}, Values: values,
	}, b.Now)
	if err == nil && m.Fresh+m.Changed > 0 {
		err = change.Record(ctx, tx, change.Bulk("service", b.Now, int(m.Fresh+m.Changed)))
	}
	return m, err
}

// Move follows a redraw of the regions.
func (s *Service) Move(ctx context.Context, tx pgx.Tx, ix *grid.Index, now time.Time) (int64, error) {
	return place.Move(ctx, tx, "service", "FALSE", ix, now)
}
