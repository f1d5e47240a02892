// Package basemap is what the map draws under the data: roads, rail, water,
// green, land use, place names, boundaries.
//
// The journey of a line: an importer hands it over with its source and
// reference, Import merges it into one table, and the tile source draws it at
// the zooms its class and rank deserve. Nobody edits it here.
package basemap

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/change"
	"onemap/api/find"
	"onemap/api/pg"
)

// Feature is one thing drawn. Rank orders what shows first, 0 before 9.
// Geom is WGS84, lon before lat.
type Feature struct {
	Ref            string
	Layer, Class   string
	Name, NameEn   string
	Rank           int
	Bridge, Tunnel bool
	Geom           orb.Geometry
}

// Import merges features of a source in the caller's transaction.
func Import(ctx context.Context, tx pgx.Tx, source string, list []Feature, newID func() uuid.UUID, now time.Time) (pg.Merged, error) {
	values := make([][]any, len(list))
	for i, f := range list {
		values[i] = []any{source, f.Ref, f.Layer, newID(), f.Class, f.Name, f.NameEn, int16(f.Rank), f.Bridge, f.Tunnel, f.Geom, find.Words(f.Name, f.NameEn)}
	}
	m, err := pg.Merge(ctx, tx, pg.Rows{
		Table: "basemap", Key: []string{"source", "source_ref", "layer"}, Once: []string{"id"},
		Compare: []string{"class", "name", "name_en", "rank", "bridge", "tunnel", "geom", "words"}, Values: values,
	}, now)
	if err == nil && m.Fresh+m.Changed > 0 {
		err = change.Record(ctx, tx, change.Bulk("basemap", now, int(m.Fresh+m.Changed)))
	}
	return m, err
}
