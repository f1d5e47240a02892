package person

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
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
	var days []time.Time
	for day := since; !day.After(until); day = day.AddDate(0, 0, 1) {
		days = append(days, day)
	}
	return s.moves(ctx, prefixes, unplaced, days, until)
}

// countMoves counts moves into and out of the homes of a range of codes by period:
// each begins on one of some days, the last one ends with until.
const countMoves = `
SELECT f.period, f.community, sum(f.came)::bigint, sum(f.went)::bigint
FROM (
    SELECT width_bucket(m.day, @days::date[]) AS period, left(d.scope_code, @digits) AS community, m.came, m.went
    FROM residence r JOIN dwelling d ON d.id = r.dwelling_id
    CROSS JOIN LATERAL (VALUES (r.since, 1, 0), (r.until, 0, 1)) AS m (day, came, went)
    WHERE r.relation = 'resident' AND (r.since BETWEEN @since AND @until OR r.until BETWEEN @since AND @until) AND m.day BETWEEN @since AND @until
      AND d.scope_code >= @low AND d.scope_code < @high
    UNION ALL
    SELECT width_bucket(e.month, @days::date[]), e.scope_code, e.came, e.went
    FROM remainder e WHERE e.month BETWEEN @since AND @until AND e.scope_code >= @low AND e.scope_code < @high) f
GROUP BY 1, 2`

// moves counts under a role that can tell nobody, since what is counted are also
// people who are seen elsewhere by now. starts are the days on which periods
// begin; prefixes are of codes, none within another, and unplaced what lies under
// none.
func (s *Service) moves(ctx context.Context, prefixes []string, unplaced bool, starts []time.Time, until time.Time) ([]Flow, error) {
	ranges := make([][2]string, 0, len(prefixes)+1)
	for _, p := range prefixes {
		ranges = append(ranges, [2]string{p, p + ":"}) // ':' follows '9' in C collation
	}
	if unplaced {
		ranges = append(ranges, [2]string{"", "0"})
	}
	type at struct{ start, community string }
	counts := map[at]moves{}
	err := vault.Count(ctx, s.Pool, func(tx pgx.Tx) error {
		for _, codes := range ranges {
			// planned for these very values: a region's homes, or a period's moves
			rows, err := tx.Query(ctx, countMoves, pgx.QueryExecModeCacheDescribe, pgx.NamedArgs{
				"days": starts, "since": starts[0], "until": until, "low": codes[0], "high": codes[1], "digits": grid.Community.Digits(),
			})
			if err != nil {
				return err
			}
			var period int
			var community string
			var n moves
			if _, err := pgx.ForEachRow(rows, []any{&period, &community, &n.came, &n.went}, func() error {
				c := at{starts[period-1].Format(time.DateOnly), community}
				counts[c] = counts[c].plus(n)
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("flows: %w", err)
	}
	list := make([]Flow, 0, len(counts))
	for c, n := range counts {
		list = append(list, Flow{c.start, c.community, n.came, n.went})
	}
	slices.SortFunc(list, func(a, b Flow) int {
		return cmp.Or(strings.Compare(a.Day, b.Day), strings.Compare(a.Community, b.Community))
	})
	return list, nil
}
