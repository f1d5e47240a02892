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
	"onemap/api/place"
	"onemap/api/vault"
	"onemap/geo/crs"
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
// included, by day and community, within the actor's sight: as it was, by the
// communities of the end of each day, or by those of today. What somebody sees are
// the homes of their jurisdiction, either way. Of people whose records were erased
// only the month is known, and the community they were erased from: they count there
// on its first day, either way.
func (s *Service) Flows(ctx context.Context, region string, since, until time.Time, grids place.Grids) ([]Flow, place.Counted, error) {
	counted := place.Counted{Grids: grids}
	scope, err := sight(ctx)
	if err != nil {
		return nil, counted, err
	}
	var bad fault.Fields
	if region != "" && !regionForm.MatchString(region) {
		bad.Add("query.region", region, "a region code of 4 to 15 digits")
	}
	if until.Before(since) || until.Sub(since) > longestFlow*24*time.Hour {
		bad.Add("query.until", until.Format(time.DateOnly), "from since on, at most two years")
	}
	if err := bad.Err("person.flows"); err != nil {
		return nil, counted, err
	}
	a := asked{until: until}
	for day := since; !day.After(until); day = day.AddDate(0, 0, 1) {
		a.starts = append(a.starts, day)
	}
	if counted, err = s.counted(ctx, grids, since, until); err != nil {
		return nil, counted, err
	}
	if grids == place.Then {
		under := grid.Code("")
		if len(region) > grid.Community.Digits() {
			under = grid.Code(region).Parent()
		}
		if err := a.onThose(ctx, s, under); err != nil {
			return nil, counted, err
		}
	}
	seen := scope
	if a.eras == nil {
		seen = scope.Within(region)
	} else {
		a.region = region
	}
	a.prefixes = seen.Prefixes()
	a.unplaced = region == "" && scope.Holds("", "") && !slices.Contains(a.prefixes, "")
	list, err := s.moves(ctx, a)
	return list, counted, err
}

// counted says on which grids what happened from one day to another is counted.
func (s *Service) counted(ctx context.Context, grids place.Grids, since, until time.Time) (c place.Counted, err error) {
	c.Grids = grids
	from, to := s.ends(since), s.ends(until)
	if grids == place.Today {
		from, to = s.Now(), s.Now()
	}
	c.From, c.To, err = s.Regions.Span(ctx, from, to)
	return c, err
}

// ends is the end of a day of the city's calendar.
func (s *Service) ends(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, s.Zone)
}

// asked is what moves are counted by.
type asked struct {
	prefixes []string // of the codes of homes, none within another
	unplaced bool     // homes under none of them
	starts   []time.Time
	until    time.Time

	// As it was: the era of each period, and the region the home lay in then. No
	// eras are today's regions, by the homes' own codes.
	eras   *place.Eras
	of     []int
	region string
}

// onThose asks on the regions of then, where they are not those of today: of each
// period those of its end.
func (a *asked) onThose(ctx context.Context, s *Service, under grid.Code) error {
	eras, err := place.OpenEras(ctx, s.Regions, under)
	if err != nil {
		return err
	}
	other := false
	a.of = make([]int, len(a.starts))
	for i := range a.starts {
		last := a.until
		if i+1 < len(a.starts) {
			last = a.starts[i+1].AddDate(0, 0, -1)
		}
		a.of[i] = eras.Before(s.ends(last))
		other = other || a.of[i] != eras.Last()
	}
	if other {
		a.eras = eras
	}
	return nil
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

// countMovesThere counts them by home as well, for those whose region has to be
// looked up; of erased people the community is all that is known.
const countMovesThere = `
SELECT f.period, f.lon, f.lat, f.scope, sum(f.came)::bigint, sum(f.went)::bigint
FROM (
    SELECT width_bucket(m.day, @days::date[]) AS period, ST_X(b.point) AS lon, ST_Y(b.point) AS lat, d.scope_code AS scope, m.came, m.went
    FROM residence r JOIN dwelling d ON d.id = r.dwelling_id JOIN building b ON b.id = d.building_id
    CROSS JOIN LATERAL (VALUES (r.since, 1, 0), (r.until, 0, 1)) AS m (day, came, went)
    WHERE r.relation = 'resident' AND (r.since BETWEEN @since AND @until OR r.until BETWEEN @since AND @until) AND m.day BETWEEN @since AND @until
      AND d.scope_code >= @low AND d.scope_code < @high
    UNION ALL
    SELECT width_bucket(e.month, @days::date[]), NULL, NULL, e.scope_code, e.came, e.went
    FROM remainder e WHERE e.month BETWEEN @since AND @until AND e.scope_code >= @low AND e.scope_code < @high) f
GROUP BY 1, 2, 3, 4`

// moves counts under a role that can tell nobody, since what is counted are also
// people who are seen elsewhere by now. Periods begin on the starts.
func (s *Service) moves(ctx context.Context, a asked) ([]Flow, error) {
	ranges := make([][2]string, 0, len(a.prefixes)+1)
	for _, p := range a.prefixes {
		ranges = append(ranges, [2]string{p, p + ":"}) // ':' follows '9' in C collation
	}
	if a.unplaced {
		ranges = append(ranges, [2]string{"", "0"})
	}
	sql := countMoves
	if a.eras != nil {
		sql = countMovesThere
	}
	type at struct{ start, community string }
	counts := map[at]moves{}
	add := func(period int, code string, n moves) {
		if strings.HasPrefix(code, a.region) {
			c := at{a.starts[period-1].Format(time.DateOnly), code[:min(len(code), grid.Community.Digits())]}
			counts[c] = counts[c].plus(n)
		}
	}
	err := vault.Count(ctx, s.Pool, func(tx pgx.Tx) error {
		for _, codes := range ranges {
			// planned for these very values: a region's homes, or a period's moves
			rows, err := tx.Query(ctx, sql, pgx.QueryExecModeCacheDescribe, pgx.NamedArgs{
				"days": a.starts, "since": a.starts[0], "until": a.until, "low": codes[0], "high": codes[1], "digits": grid.Community.Digits(),
			})
			if err != nil {
				return err
			}
			var period int
			var lon, lat *float64
			var code string
			var n moves
			if a.eras == nil {
				_, err = pgx.ForEachRow(rows, []any{&period, &code, &n.came, &n.went}, func() error { add(period, code, n); return nil })
			} else {
				_, err = pgx.ForEachRow(rows, []any{&period, &lon, &lat, &code, &n.came, &n.went}, func() (err error) {
					if era := a.of[period-1]; lon != nil && era != a.eras.Last() {
						if code, err = a.eras.Code(ctx, era, crs.WGS84{Lon: *lon, Lat: *lat}); err != nil {
							return err
						}
					}
					add(period, code, n)
					return nil
				})
			}
			if err != nil {
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
