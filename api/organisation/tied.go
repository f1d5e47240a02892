package organisation

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"onemap/api/pg"
)

// TiedToDwellings counts the organisations of dwellings.
func (s *Service) TiedToDwellings(ctx context.Context, q pg.Querier, ids []uuid.UUID) (map[uuid.UUID]int, error) {
	tied, err := pg.Pairs[uuid.UUID, int](ctx, q, "SELECT dwelling_id, count(*) FROM organisation WHERE dwelling_id = ANY($1) GROUP BY dwelling_id", ids)
	if err != nil {
		return nil, fmt.Errorf("ties of dwellings: %w", err)
	}
	return tied, nil
}
