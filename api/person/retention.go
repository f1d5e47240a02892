package person

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onemap/api/fault"
	"onemap/api/vault"
	"onemap/geo/grid"
)

// Retention is how long records of people who have left are kept, and of whom
// they still are.
type Retention struct {
	Months int        `json:"months" doc:"For how many months records of who has left are kept; 0 is until they are erased by hand."`
	Before string     `json:"before" doc:"Who left before this day is erased with the next daily sweep; empty where nobody is."`
	Items  []LeftKept `json:"items" doc:"By the community of the last home, in the order of the codes."`
	Coming []Coming   `json:"coming" doc:"Whose time is not over yet, by the day on which it is."`
}

// LeftKept is how many people of a community have left and are still kept.
type LeftKept struct {
	Community string `json:"community" doc:"Its code; that of a wider region for homes outside all communities, empty where none is known."`
	Moved     int64  `json:"moved" doc:"Who moved away."`
	Died      int64  `json:"died"`
	Due       int64  `json:"due" doc:"Of them, whose time is over: they are erased with the next daily sweep."`
}

// Coming is how many people are erased from a day on.
type Coming struct {
	On     string `json:"on" doc:"The first day of a month."`
	People int64  `json:"people"`
}

// lastHome is the dwelling, h, that a person, p, lives in or lived in last.
const lastHome = `LEFT JOIN LATERAL (
    SELECT d.scope_code FROM residence r JOIN dwelling d ON d.id = r.dwelling_id
    WHERE r.person_id = p.id ORDER BY r.relation = 'resident' DESC, r.until DESC NULLS FIRST, r.since DESC NULLS LAST LIMIT 1) h ON TRUE`

// lastHomes counts who has left by the community of their last home, the month
// and why.
const lastHomes = `
SELECT COALESCE(left(h.scope_code, $1), ''), date_trunc('month', p.left_on)::date, count(*) FILTER (WHERE p.left_why = 'moved'), count(*) FILTER (WHERE p.left_why = 'died')
FROM person p ` + lastHome + `
WHERE p.left_on IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2`

// Retention counts whose records are kept although they have left. Who has left
// has no place any more: whoever sees people of a whole city sees them.
func (s *Service) Retention(ctx context.Context) (Retention, error) {
	out := Retention{Items: []LeftKept{}, Coming: []Coming{}}
	scope, err := sight(ctx)
	if err != nil {
		return out, err
	}
	if !scope.Holds("", "") {
		return out, fault.New(fault.Forbidden, "person.left", "Who has left is seen by those who keep the records of a whole city.")
	}
	before := s.Overdue()
	if !before.IsZero() {
		out.Months, out.Before = s.Keep(), before.Format(time.DateOnly)
	}
	coming := map[string]int64{}
	// Of all homes, so that another city's is not taken for none; what is told is in scope.
	err = vault.In(ctx, s.Pool, vault.Everywhere(), func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, lastHomes, grid.Community.Digits())
		if err != nil {
			return err
		}
		var code string
		var month time.Time
		var moved, died int64
		_, err = pgx.ForEachRow(rows, []any{&code, &month, &moved, &died}, func() error {
			if !scope.Holds(code, "") { // another city's
				return nil
			}
			if n := len(out.Items); n == 0 || out.Items[n-1].Community != code {
				out.Items = append(out.Items, LeftKept{Community: code})
			}
			one := &out.Items[len(out.Items)-1]
			one.Moved += moved
			one.Died += died
			switch {
			case before.IsZero():
			case month.Before(before):
				one.Due += moved + died
			default:
				coming[month.AddDate(0, out.Months+1, 0).Format(time.DateOnly)] += moved + died
			}
			return nil
		})
		return err
	})
	if err != nil {
		return out, fmt.Errorf("retention: %w", err)
	}
	for on, people := range coming {
		out.Coming = append(out.Coming, Coming{on, people})
	}
	slices.SortFunc(out.Coming, func(a, b Coming) int { return cmp.Compare(a.On, b.On) })
	return out, nil
}
