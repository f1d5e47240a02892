package person

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/pg"
	"onemap/api/vault"
)

// Counted is who lives in a dwelling: people, how many of them are 60 or older,
// and how many live alone.
type Counted struct{ People, Elderly, Alone int }

// CountByDwelling counts who lives in dwellings. It names nobody; who may know
// the counts is for the caller to see to.
func (s *Service) CountByDwelling(ctx context.Context, q pg.Querier, ids []uuid.UUID) (map[uuid.UUID]Counted, error) {
	counts := map[uuid.UUID]Counted{}
	err := vault.Read(ctx, q, s.Pool, vault.Everywhere(), func(q pg.Querier) error {
		rows, err := q.Query(ctx, `
SELECT r.dwelling_id, count(*), count(*) FILTER (WHERE p.born_on <= $2), count(*) FILTER (WHERE p.lives_alone)
FROM residence r JOIN person p ON p.id = r.person_id
WHERE r.dwelling_id = ANY($1) AND r.relation = 'resident' AND r.until IS NULL AND p.left_on IS NULL
GROUP BY r.dwelling_id`, ids, s.today().AddDate(-60, 0, 0))
		if err != nil {
			return err
		}
		var id uuid.UUID
		var c Counted
		_, err = pgx.ForEachRow(rows, []any{&id, &c.People, &c.Elderly, &c.Alone}, func() error {
			counts[id] = c
			return nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count people: %w", err)
	}
	return counts, nil
}

// TiedToDwellings counts the residences, past ones too, and the households of
// dwellings: history keeps its dwellings.
func (s *Service) TiedToDwellings(ctx context.Context, q pg.Querier, ids []uuid.UUID) (map[uuid.UUID]int, error) {
	var tied map[uuid.UUID]int
	err := vault.Read(ctx, q, s.Pool, vault.Everywhere(), func(q pg.Querier) (err error) {
		tied, err = pg.Pairs[uuid.UUID, int](ctx, q, `
SELECT dwelling_id, count(*) FROM (
    SELECT dwelling_id FROM residence WHERE dwelling_id = ANY($1) UNION ALL
    SELECT dwelling_id FROM household WHERE dwelling_id = ANY($1)) t
GROUP BY dwelling_id`, ids)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ties of dwellings: %w", err)
	}
	return tied, nil
}
