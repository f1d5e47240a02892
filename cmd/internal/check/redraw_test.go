package check_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/building"
	"onemap/api/cases"
	"onemap/api/facility"
	"onemap/api/fault"
	"onemap/api/link"
	"onemap/api/person"
	"onemap/api/region"
	"onemap/geo/grid"
)

// sized reads how large a test is to be from the environment.
func sized(t *testing.T, name string, usual int) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv(name))
	if err != nil {
		return usual
	}
	return n
}

// While grids are drafted, published and undone, many write cases, facilities,
// houses and people, half of them through a process that hears of a redraw only
// when it writes. In the end every rule holds and nothing that was acknowledged
// is lost. ONEMAP_REDRAWS and ONEMAP_WRITERS make it larger.
func TestWritersDuringDraftsLandInTheRightGrid(t *testing.T) {
	c := furnished(t)
	redraws, writers := sized(t, "ONEMAP_REDRAWS", 4), sized(t, "ONEMAP_WRITERS", 60)
	behind := region.New(c.Pool, c.Clock.Now)
	if err := behind.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	behind.Moves(c.Buildings, c.Organisations, c.Facilities, c.Services, c.Cases)
	room := c.room(t)
	var before, written [4]atomic.Int64
	for i, table := range []string{"case_file", "facility", "building", "person"} {
		before[i].Store(c.count(t, table))
	}
	ctx, stop := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for w := range writers {
		keeper := []*region.Service{c.Regions, behind}[w%2]
		group.Go(func() {
			random := rand.New(rand.NewPCG(uint64(w), 9))
			for ctx.Err() == nil {
				at := orb.Point{113.3 + random.Float64()*0.04, 23.4 + random.Float64()*0.02}
				if err := c.write(t.Context(), keeper, w%4, at, room); err != nil {
					t.Errorf("writer %d: %v", w, err)
					return
				}
				written[w%4].Add(1)
			}
		})
	}
	began, published := time.Now(), 0
	for n := range redraws {
		published += c.redraw(t, []*region.Service{c.Regions, behind}[n%2], n)
	}
	stop()
	group.Wait()
	t.Logf("%d editions in %s; written meanwhile: cases %d, facilities %d, houses %d, people %d", published, time.Since(began).Round(time.Millisecond),
		written[0].Load(), written[1].Load(), written[2].Load(), written[3].Load())
	for i, table := range []string{"case_file", "facility", "building", "person"} {
		if got, want := c.count(t, table), before[i].Load()+written[i].Load(); got != want || written[i].Load() == 0 {
			t.Errorf("%s: %d rows, %d were acknowledged", table, got, want)
		}
	}
	for rule, r := range c.run(t) {
		if !r.OK() {
			t.Errorf("%s: %v", rule, r.Offenders)
		}
	}
}

func (c city) count(t *testing.T, table string) (n int64) {
	t.Helper()
	if err := c.Root.QueryRow(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// room is one that people can move into.
func (c city) room(t *testing.T) (id uuid.UUID) {
	t.Helper()
	if err := c.Pool.QueryRow(t.Context(), "SELECT id FROM dwelling ORDER BY id LIMIT 1").Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

// write writes one thing somewhere.
func (c city) write(ctx context.Context, keeper *region.Service, kind int, at orb.Point, room uuid.UUID) error {
	if kind == 0 {
		_, err := c.Cases.Report(ctx, apitest.NewID().String(), cases.Report{Category: "06010", Lon: &at[0], Lat: &at[1]})
		return err
	}
	ref := apitest.NewID().String()
	b := link.Batch{Source: "stress", NewID: apitest.NewID, Now: c.Clock.Now()}
	return pgx.BeginFunc(ctx, c.Pool, func(tx pgx.Tx) error {
		ix, err := keeper.Hold(ctx, tx)
		if err != nil {
			return err
		}
		switch kind {
		case 1:
			_, err = c.Facilities.Import(ctx, tx, ix, b, []facility.New{{Ref: ref, Kind: "bench", Point: at}})
		case 2:
			around := orb.MultiPolygon{{{at, {at[0] + 1e-5, at[1]}, {at[0], at[1] + 1e-5}, at}}}
			_, err = c.Buildings.Import(ctx, tx, ix, b, []building.Building{{Ref: ref, Point: at, Geom: around}})
		case 3:
			_, err = c.People.Import(ctx, tx, ix, b, []person.Row{{Ref: ref, Name: "甲", DwellingID: room}})
		}
		return err
	})
}

// redraw drafts, publishes and mostly undoes a split of some grid of the city;
// it gives how many editions that made.
func (c city) redraw(t *testing.T, s *region.Service, n int) (editions int) {
	t.Helper()
	ctx := c.As(actor.Administrator)
	communities := []grid.Code{"990101001001", "990101001002", "990101002001", "990101002002"}
	under := communities[n%len(communities)]
	if err := s.Load(ctx); err != nil {
		t.Fatal(err)
	}
	one := s.Index().Children(under)[n%4]
	d, err := s.Begin(ctx, under, apitest.NewID(), fmt.Sprint("redraw ", n), "")
	if err != nil {
		t.Fatal(err)
	}
	x := one.Bound.Min[0] + (0.3+0.05*float64(n%8))*(one.Bound.Max[0]-one.Bound.Min[0])
	line := orb.LineString{{x, one.Bound.Min[1] - 1}, {x + 1e-4, one.Bound.Max[1] + 1}}
	if d, err = s.Edit(ctx, under, d.ID, d.Rev, nil, []region.Edit{region.Edit{Op: "split", Code: string(one.Code)}.Along(line)}); err != nil {
		t.Fatal(err)
	}
	done, err := s.PublishDraft(ctx, under, d.ID, d.Rev)
	if err != nil {
		t.Fatal(err)
	}
	if n%3 == 2 {
		return 1
	}
	if _, err := s.Undo(ctx, under, done.Edition); err != nil && !fault.Is(err, fault.Conflict) {
		t.Fatal(err)
	}
	return 2
}
