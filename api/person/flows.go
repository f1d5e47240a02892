package person

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onemap/api/fault"
	"onemap/api/vault"
	"onemap/geo/grid"
)

// Flow counts who moved into and out of the dwellings of a community on a day.
type Flow struct {
	Day       string `json:"day"`
	Community string `json:"community" doc:"Its code; that of a wider region for dwellings outside all communities."`
	In        int64  `json:"in"`
	Out       int64  `json:"out"`
}

// longestFlow bounds the days that are counted at once.
const longestFlow = 731

// Flows counts moving in and out under a region from since to until, both
// included, by day and community, within the actor's sight. Of people whose
// records were erased only the month is known: they count on its first day.
func (s *Service) Flows(ctx context.Context, region string, since, until time.Time) ([]Flow, error) {
	scope, err := sight(ctx)
	if err != nil {
		return nil, err
	}
	var bad fault.Fields
	if region != "" && !regionForm.MatchString(region) {
		bad.Add("query.region", region, "a region code of 4 to 15 digits")
	}
	if until.Before(since) || until.Sub(since) > longestFlow*24*time.Hour {
		bad.Add("query.until", until.Format(time.DateOnly), "from since on, at most two years")
	}
	if err := bad.Err("person.flows"); err != nil {
		return nil, err
	}
	prefixes := scope.Within(region).Prefixes()
	unplaced := region == "" && scope.Holds("", "") && !slices.Contains(prefixes, "")
	return s.moves(ctx, prefixes, unplaced, since, until)
}

// moves counts in a transaction that sees nobody: what is counted also of people
// who are seen elsewhere by now is counted inside the database, and comes out as
// counts only. unplaced takes the dwellings outside all regions along.
func (s *Service) moves(ctx context.Context, prefixes []string, unplaced bool, since, until time.Time) (list []Flow, err error) {
	err = vault.In(ctx, s.Pool, vault.Sight{}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, "SELECT to_char(day, 'YYYY-MM-DD'), community, sum(came)::bigint, sum(went)::bigint FROM people_moves($1, $2, $3, $4, $5) GROUP BY 1, 2 ORDER BY 1, 2",
			append([]string{}, prefixes...), unplaced, since, until, grid.Community.Digits())
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Flow])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("flows: %w", err)
	}
	return list, nil
}
