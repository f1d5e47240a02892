package person

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
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
	args := pgx.NamedArgs{"since": since, "until": until, "digits": grid.Community.Digits()}
	where := scope.Where("d.scope_code", "", args) + " AND " + actor.Within("d.scope_code", region, "region", args)
	erased := scope.Where("m.scope_code", "", args) + " AND " + actor.Within("m.scope_code", region, "region", args)
	// Somebody who moved away is seen elsewhere now, and counted here still: the
	// condition alone says where.
	var list []Flow
	err = vault.In(ctx, s.Pool, vault.Everywhere(), func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, fmt.Sprintf(`
SELECT to_char(f.day, 'YYYY-MM-DD'), f.community, sum(f.came)::bigint, sum(f.went)::bigint
FROM (
    SELECT r.since AS day, left(d.scope_code, @digits) AS community, 1 AS came, 0 AS went
    FROM residence r JOIN dwelling d ON d.id = r.dwelling_id WHERE r.relation = 'resident' AND r.since BETWEEN @since AND @until AND %[1]s
    UNION ALL
    SELECT r.until, left(d.scope_code, @digits), 0, 1
    FROM residence r JOIN dwelling d ON d.id = r.dwelling_id WHERE r.relation = 'resident' AND r.until BETWEEN @since AND @until AND %[1]s
    UNION ALL
    SELECT m.month, m.scope_code, m.came, m.went FROM remainder m WHERE m.month BETWEEN @since AND @until AND %[2]s) f
GROUP BY 1, 2 ORDER BY 1, 2`, where, erased), args)
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
