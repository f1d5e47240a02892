package cases_test

import (
	"context"
	"testing"
	"time"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/cases"
)

func TestWhenCasesWereReported(t *testing.T) {
	c := newCity(t)
	at := func(days int, hours float64) time.Time {
		return apitest.Start.AddDate(0, 0, -days).Add(time.Duration(hours * float64(time.Hour)))
	}
	rows := []cases.Taken{}
	for i, when := range []time.Time{at(800, 0), at(800, 0), at(31, 0), at(1, -8), at(1, 1), at(0, -1)} {
		r := hotline(string(rune('a'+i)), cases.Closed)
		if i%2 == 1 {
			r.State = cases.Filed
		}
		if i == 4 {
			r.Point = apitest.InGridB
		}
		r.CreatedAt = when
		rows = append(rows, r)
	}
	c.take(nil, rows...)
	operator := c.As(actor.Operator)
	count := func(ctx context.Context, f cases.Filter, most int) (cases.Times, int64) {
		t.Helper()
		got, err := c.Cases.Times(ctx, f, most)
		if err != nil {
			t.Fatal(err)
		}
		var sum int64
		for i, b := range got.Buckets {
			sum += b.Open + b.Closed
			if i > 0 && !b.At.After(got.Buckets[i-1].At) {
				t.Errorf("stretches out of order: %v", got.Buckets)
			}
		}
		return got, sum
	}
	for most, unit := range map[int]string{8: "year", 12: "quarter", 40: "month", 120: "week", 400: "week"} {
		got, sum := count(operator, cases.Filter{}, most)
		if got.Unit != unit || sum != 6 || !got.First.Equal(at(800, 0)) || !got.Last.Equal(at(0, -1)) || got.Buckets[0].Open != 1 || got.Buckets[0].Closed != 1 {
			t.Errorf("%d: %s, %d of 6 from %v: %v", most, got.Unit, sum, got.First, got.Buckets[0])
		}
	}
	// Days are the city's: 16:00 UTC is midnight there.
	got, sum := count(operator, cases.Filter{Since: at(2, 16-24), Until: at(0, 0)}, 24)
	if got.Unit != "day" || sum != 3 || got.Buckets[0].At.In(apitest.Zone).Hour() != 0 {
		t.Errorf("%s: %d of 3 in %v", got.Unit, sum, got.Buckets)
	}
	if got, sum := count(operator, cases.Filter{Since: at(1, 0)}, 100); got.Unit != "hour" || sum != 2 || len(got.Buckets) != 24 {
		t.Errorf("%s: %d of 2 in %d", got.Unit, sum, len(got.Buckets))
	}
	if _, sum := count(operator, cases.Filter{States: []cases.State{cases.Filed}}, 100); sum != 3 {
		t.Errorf("%d of 3 are filed", sum)
	}
	if _, sum := count(operator, cases.Filter{Region: apitest.StreetB}, 100); sum != 1 {
		t.Errorf("%d of 1 lie in the other street", sum)
	}
	if _, sum := count(c.As(actor.Operator, apitest.StreetA), cases.Filter{}, 100); sum != 5 {
		t.Errorf("%d of 5 are in sight", sum)
	}
	if got, sum := count(c.As(actor.Planner), cases.Filter{}, 100); sum != 0 || got.First != nil {
		t.Errorf("who sees no case sees %d", sum)
	}
	if _, sum := count(operator, cases.Filter{Since: at(0, 24)}, 100); sum != 0 {
		t.Errorf("%d reports are from tomorrow", sum)
	}
}
