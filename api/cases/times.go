package cases

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/place"
)

// Times is when cases were reported: how many in each stretch of time.
type Times struct {
	Counted place.Counted `json:"counted" doc:"As for the figures: on which grids."`
	First   *time.Time    `json:"first" doc:"The earliest report of all that the other filters take in; null when there is none."`
	Last    *time.Time    `json:"last" doc:"The latest."`
	Unit    string        `json:"unit" enum:"hour,day,week,month,quarter,year" doc:"How long a stretch is, on the city's calendar."`
	Buckets []Bucket      `json:"buckets" doc:"Every stretch between since and until, oldest first, also those without a report."`
}

// Bucket counts the reports of a stretch by where they stand now.
type Bucket struct {
	At     time.Time `json:"at" doc:"Where the stretch begins; it ends where the next one begins."`
	Open   int64     `json:"open"`
	Closed int64     `json:"closed" doc:"Closed or rejected."`
}

// unit is a stretch of the calendar.
type unit struct {
	name  string
	about time.Duration // its length, the shortest it gets
	floor func(time.Time) time.Time
	next  func(time.Time) time.Time
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

const aDay = 24 * time.Hour

var units = []unit{
	{"hour", time.Hour, func(t time.Time) time.Time { return t.Truncate(time.Hour) }, func(t time.Time) time.Time { return t.Add(time.Hour) }},
	{"day", aDay, midnight, func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }},
	{"week", 7 * aDay, func(t time.Time) time.Time { // from Monday
		return midnight(t).AddDate(0, 0, -(int(t.Weekday())+6)%7)
	}, func(t time.Time) time.Time { return t.AddDate(0, 0, 7) }},
	{"month", 28 * aDay, func(t time.Time) time.Time { return midnight(t).AddDate(0, 0, 1-t.Day()) }, func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }},
	{"quarter", 90 * aDay, func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month()-(t.Month()-1)%3, 1, 0, 0, 0, 0, t.Location())
	}, func(t time.Time) time.Time { return t.AddDate(0, 3, 0) }},
	{"year", 365 * aDay, func(t time.Time) time.Time {
		return time.Date(t.Year(), 1, 1, 0, 0, 0, 0, t.Location())
	}, func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }},
}

// stretches cuts since to until into at most so many stretches of the shortest
// unit that does; of years there may be more. The last bound is the end.
func stretches(since, until time.Time, most int) (unit string, bounds []time.Time) {
	u := units[len(units)-1]
	for _, shorter := range units {
		if int(until.Sub(since)/shorter.about)+2 <= most {
			u = shorter
			break
		}
	}
	for at := u.floor(since); at.Before(until); at = u.next(at) {
		bounds = append(bounds, at)
	}
	return u.name, append(bounds, until)
}

// Times counts the cases the actor sees by when they were reported. Without Since
// and Until it is all the time there is, up to now.
func (s *Service) Times(ctx context.Context, f Filter, most int) (Times, error) {
	by, now := actor.From(ctx), s.Now()
	out := Times{Unit: "hour", Buckets: []Bucket{}}
	var err error
	if out.Counted, err = s.counted(ctx, f.Grids, f.Since); err != nil {
		return out, err
	}
	since, until := f.Since, f.Until
	f.Since, f.Until = time.Time{}, time.Time{}
	args := pgx.NamedArgs{}
	where := f.where(by, now, args)
	err = s.Pool.QueryRow(ctx, "SELECT min(c.created_at), max(c.created_at) FROM case_file c "+where, args).Scan(&out.First, &out.Last)
	if err != nil || out.First == nil {
		return out, err
	}
	if since.IsZero() {
		since = *out.First
	}
	if until.IsZero() {
		until = now
		if out.Last.After(until) {
			until = out.Last.Add(time.Microsecond)
		}
	}
	if !since.Before(until) {
		return out, nil
	}
	var bounds []time.Time
	out.Unit, bounds = stretches(since.In(s.Zone), until.In(s.Zone), most)
	out.Buckets = make([]Bucket, len(bounds)-1)
	for i := range out.Buckets {
		out.Buckets[i].At = bounds[i]
	}
	// A stretch is a range of an index, which is counted without the rows; to
	// find each row's stretch would take longer. Few cases are open.
	froms := slices.Clone(bounds[:len(bounds)-1])
	froms[0] = since // within the first stretch
	args = pgx.NamedArgs{"froms": froms, "ends": bounds[1:]}
	where = f.where(by, now, args)
	rows, err := s.Pool.Query(ctx, `
SELECT b.at, a.n, o.n
FROM unnest(@froms::timestamptz[], @ends::timestamptz[]) WITH ORDINALITY b (since, until, at)
CROSS JOIN LATERAL (SELECT count(*) AS n FROM case_file c `+where+` AND c.created_at >= b.since AND c.created_at < b.until) a
CROSS JOIN LATERAL (SELECT count(*) AS n FROM case_file c `+where+` AND c.created_at >= b.since AND c.created_at < b.until AND `+stillOpen+`) o`, args)
	if err != nil {
		return out, err
	}
	var at int
	var all, open int64
	_, err = pgx.ForEachRow(rows, []any{&at, &all, &open}, func() error {
		b := &out.Buckets[at-1]
		b.Open, b.Closed = open, all-open
		return nil
	})
	return out, err
}
