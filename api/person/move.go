package person

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/pg"
	"onemap/api/vault"
)

// Follow follows rooms that are in another region now: people are where their
// dwellings are, and ties and tags are seen where the people are.
func (s *Service) Follow(ctx context.Context, tx pgx.Tx, rooms []uuid.UUID, now time.Time) error {
	return vault.Within(ctx, tx, vault.Everywhere(), func() error {
		_, err := tx.Exec(ctx, `
UPDATE person p SET building_id = d.building_id, grid_code = d.grid_code, scope_code = d.scope_code, updated_at = $2
FROM dwelling d
WHERE d.id = ANY ($1) AND d.id = p.dwelling_id AND (p.scope_code <> d.scope_code OR p.grid_code IS DISTINCT FROM d.grid_code OR p.building_id IS DISTINCT FROM d.building_id)`, rooms, now)
		if err != nil {
			return fmt.Errorf("move people: %w", err)
		}
		for _, follow := range []string{
			"UPDATE household h SET scope_code = d.scope_code FROM dwelling d WHERE d.id = ANY ($1) AND d.id = h.dwelling_id AND h.scope_code <> d.scope_code",
			"UPDATE residence r SET scope_code = p.scope_code FROM person p WHERE p.dwelling_id = ANY ($1) AND p.id = r.person_id AND r.scope_code <> p.scope_code",
			"UPDATE person_tag t SET scope_code = p.scope_code FROM person p WHERE p.dwelling_id = ANY ($1) AND p.id = t.person_id AND t.scope_code <> p.scope_code",
		} {
			if _, err := tx.Exec(ctx, follow, rooms); err != nil {
				return fmt.Errorf("move people: %w", err)
			}
		}
		return nil
	})
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
