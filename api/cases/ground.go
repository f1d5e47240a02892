package cases

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/pg"
	"onemap/geo/parcel"
)

// Places are where the cases in a box are, of all times: how much there was to
// do, and nothing of what it was.
func Places(ctx context.Context, q pg.Querier, box orb.Bound) ([]parcel.Load, error) {
	rows, err := q.Query(ctx, `
SELECT ST_X(point), ST_Y(point), count(*)::float8 FROM case_file
WHERE point && ST_MakeEnvelope($1, $2, $3, $4, 4326) GROUP BY point`, box.Min[0], box.Min[1], box.Max[0], box.Max[1])
	if err != nil {
		return nil, pg.Fault(err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (l parcel.Load, err error) {
		return l, row.Scan(&l.At[0], &l.At[1], &l.Much)
	})
}
