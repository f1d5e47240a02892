package person

import (
	"context"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/geo/grid"
)

// cell is a group of people who moved in or out: a community, a month, and what
// they have in common. No sex and the band 0 are everybody of that month.
type cell struct {
	Community string
	Month     time.Time // its first day
	Sex       string
	BornFrom  int16 // the first of five birth years
}

// moves counts a cell's people who came and who went.
type moves struct{ came, went int64 }

// fewest is how many people a group has at least of which sex and age are said.
const fewest = 10

// movesOf counts what flows count of people, by the finest cells; which is a
// condition on the people p. there is what the remainder's finer cells hold, as
// the same look at the database saw it: somebody else may be erasing, too.
func movesOf(ctx context.Context, tx pgx.Tx, which string, args pgx.NamedArgs) (coming, there map[cell]moves, err error) {
	args["digits"] = grid.Community.Digits()
	rows, err := tx.Query(ctx, fmt.Sprintf(`
SELECT false, f.community, date_trunc('month', f.day)::date, f.sex, f.band, sum(f.came), sum(f.went)
FROM (SELECT left(d.scope_code, @digits) AS community, m.day, p.sex, COALESCE(floor(EXTRACT(YEAR FROM p.born_on) / 5) * 5, 0)::smallint AS band, m.came, m.went
    FROM person p JOIN residence r ON r.person_id = p.id JOIN dwelling d ON d.id = r.dwelling_id
    CROSS JOIN LATERAL (VALUES (r.since, 1, 0), (r.until, 0, 1)) AS m (day, came, went)
    WHERE r.relation = 'resident' AND m.day IS NOT NULL AND %s) f
GROUP BY 2, 3, 4, 5
UNION ALL
SELECT true, scope_code, month, sex, born_from, came, went FROM remainder WHERE sex <> '' OR born_from <> 0`, which), args)
	if err != nil {
		return nil, nil, fmt.Errorf("moves of people: %w", err)
	}
	coming, there = map[cell]moves{}, map[cell]moves{}
	var c cell
	var m moves
	var kept bool
	if _, err := pgx.ForEachRow(rows, []any{&kept, &c.Community, &c.Month, &c.Sex, &c.BornFrom, &m.came, &m.went}, func() error {
		if kept {
			there[c] = m
		} else {
			coming[c] = m
		}
		return nil
	}); err != nil {
		return nil, nil, fmt.Errorf("moves of people: %w", err)
	}
	return coming, there, nil
}

// rank is how much a cell tells: 2 with the age, 1 with the sex only, 0 neither.
func (c cell) rank() int {
	switch {
	case c.BornFrom != 0:
		return 2
	case c.Sex != "":
		return 1
	}
	return 0
}

// coarser is the cell that tells less: without the age, then without the sex.
func (c cell) coarser() cell {
	if c.BornFrom != 0 {
		c.BornFrom = 0
	} else {
		c.Sex = ""
	}
	return c
}

func (m moves) plus(o moves) moves { return moves{m.came + o.came, m.went + o.went} }

// many says whether a group is large enough to say what it has in common. Who
// came and who went are told apart, so both have to be many, or none.
func (m moves) many() bool {
	return (m.came == 0 || m.came >= fewest) && (m.went == 0 || m.went >= fewest)
}

// groups says which cells tell of enough people: those who are to be erased now
// and those who were before. Whoever does not fit into a finer cell is counted in
// the next one, and what is left there has to be enough, too: otherwise the
// difference would tell of few.
func groups(coming, there map[cell]moves) map[cell]bool {
	enough, left := map[cell]bool{}, maps.Clone(coming)
	for rank := 2; rank > 0; rank-- {
		for c, m := range maps.Clone(left) {
			switch {
			case c.rank() != rank:
			case m.plus(there[c]).many():
				enough[c] = true
			default:
				left[c.coarser()] = left[c.coarser()].plus(m)
			}
		}
	}
	return enough
}

// leaveBehind adds to the remainder what is left of some people: each move in the
// finest cell of which there are enough.
func leaveBehind(ctx context.Context, tx pgx.Tx, ids []uuid.UUID, enough map[cell]bool) error {
	list, _, err := movesOf(ctx, tx, "p.id = ANY (@ids)", pgx.NamedArgs{"ids": ids})
	if err != nil {
		return err
	}
	kept := map[cell]moves{}
	for c, m := range list {
		for c.rank() > 0 && !enough[c] {
			c = c.coarser()
		}
		kept[c] = kept[c].plus(m)
	}
	batch := &pgx.Batch{}
	for c, m := range kept {
		batch.Queue(`
INSERT INTO remainder (scope_code, month, sex, born_from, came, went) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (scope_code, month, sex, born_from) DO UPDATE SET came = remainder.came + excluded.came, went = remainder.went + excluded.went`,
			c.Community, c.Month, c.Sex, c.BornFrom, m.came, m.went)
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("remainder of people: %w", err)
	}
	return nil
}
