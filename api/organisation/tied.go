package organisation

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/pg"
)

// TiedToDwellings counts the organisations of dwellings.
func (s *Service) TiedToDwellings(ctx context.Context, q pg.Querier, ids []uuid.UUID) (map[uuid.UUID]int, error) {
	rows, err := q.Query(ctx, "SELECT dwelling_id, count(*) FROM organisation WHERE dwelling_id = ANY($1) GROUP BY dwelling_id", ids)
	if err != nil {
		return nil, fmt.Errorf("ties of dwellings: %w", err)
	}
	tied := map[uuid.UUID]int{}
	var id uuid.UUID
	var n int
	_, err = pgx.ForEachRow(rows, []any{&id, &n}, func() error {
		tied[id] = n
		return nil
	})
	return tied, err
}
