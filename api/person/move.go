package person

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onemap/geo/grid"
)

// Move follows a redraw of the regions: people are where their dwellings are,
// which have to be moved before.
func (s *Service) Move(ctx context.Context, tx pgx.Tx, _ *grid.Index, now time.Time) (int64, error) {
	moved, err := tx.Exec(ctx, `
UPDATE person p SET building_id = d.building_id, grid_code = d.grid_code, scope_code = d.scope_code, updated_at = $1
FROM dwelling d
WHERE d.id = p.dwelling_id AND (p.scope_code <> d.scope_code OR p.grid_code IS DISTINCT FROM d.grid_code OR p.building_id IS DISTINCT FROM d.building_id)`, now)
	if err != nil {
		return 0, fmt.Errorf("move people: %w", err)
	}
	return moved.RowsAffected(), nil
}
