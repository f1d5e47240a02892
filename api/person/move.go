package person

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/pg"
	"onemap/api/vault"
	"onemap/geo/grid"
)

// Move follows a redraw of the regions: people are where their dwellings are,
// which have to be moved before, and ties and tags are seen where the people are.
func (s *Service) Move(ctx context.Context, tx pgx.Tx, _ *grid.Index, now time.Time) (moved int64, err error) {
	err = vault.Within(ctx, tx, vault.Everywhere(), func() error {
		done, err := tx.Exec(ctx, `
UPDATE person p SET building_id = d.building_id, grid_code = d.grid_code, scope_code = d.scope_code, updated_at = $1
FROM dwelling d
WHERE d.id = p.dwelling_id AND (p.scope_code <> d.scope_code OR p.grid_code IS DISTINCT FROM d.grid_code OR p.building_id IS DISTINCT FROM d.building_id)`, now)
		if err != nil {
			return fmt.Errorf("move people: %w", err)
		}
		moved = done.RowsAffected()
		for _, follow := range []string{
			"UPDATE household h SET scope_code = d.scope_code FROM dwelling d WHERE d.id = h.dwelling_id AND h.scope_code <> d.scope_code",
			"UPDATE residence r SET scope_code = p.scope_code FROM person p WHERE p.id = r.person_id AND r.scope_code <> p.scope_code",
			"UPDATE person_tag t SET scope_code = p.scope_code FROM person p WHERE p.id = t.person_id AND t.scope_code <> p.scope_code",
		} {
			if _, err := tx.Exec(ctx, follow); err != nil {
				return fmt.Errorf("move people: %w", err)
			}
		}
		return nil
	})
	return moved, err
}

// Residents counts who lives in each of some buildings, of everybody: for whoever
// says how many a redraw moves, and protects what is told of it.
func (s *Service) Residents(ctx context.Context, tx pgx.Tx, buildings []uuid.UUID) (counts map[uuid.UUID]int64, err error) {
	err = vault.Within(ctx, tx, vault.Everywhere(), func() error {
		counts, err = pg.Pairs[uuid.UUID, int64](ctx, tx, "SELECT building_id, count(*) FROM person WHERE building_id = ANY ($1) AND dwelling_id IS NOT NULL GROUP BY building_id", buildings)
		return err
	})
	return counts, err
}
