package building

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/pg"
	"onemap/geo/parcel"
)

// Footprints are those of all buildings in a box: what no grid may be cut through.
func Footprints(ctx context.Context, q pg.Querier, box orb.Bound) ([]orb.MultiPolygon, error) {
	rows, err := q.Query(ctx, "SELECT geom FROM building WHERE geom && ST_MakeEnvelope($1, $2, $3, $4, 4326) ORDER BY id", box.Min[0], box.Min[1], box.Max[0], box.Max[1])
	if err != nil {
		return nil, pg.Fault(err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (orb.MultiPolygon, error) {
		var geom orb.Geometry
		if err := row.Scan(&geom); err != nil {
			return nil, err
		}
		shape, _ := geom.(orb.MultiPolygon) // by the column's type
		return shape, nil
	})
}

// Households are the dwellings in a box, at the points of their buildings.
func Households(ctx context.Context, q pg.Querier, box orb.Bound) ([]parcel.Load, error) {
	rows, err := q.Query(ctx, `
SELECT ST_X(b.point), ST_Y(b.point), count(*)::float8
FROM building b JOIN dwelling d ON d.building_id = b.id
WHERE b.geom && ST_MakeEnvelope($1, $2, $3, $4, 4326) AND d.use = 'dwelling'
GROUP BY b.id`, box.Min[0], box.Min[1], box.Max[0], box.Max[1])
	if err != nil {
		return nil, pg.Fault(err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (l parcel.Load, err error) {
		return l, row.Scan(&l.At[0], &l.At[1], &l.Much)
	})
}
