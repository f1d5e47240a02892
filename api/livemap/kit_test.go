package livemap_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/apitest"
	"onemap/api/building"
	"onemap/api/cases"
	"onemap/api/change"
	"onemap/api/facility"
	"onemap/api/link"
	"onemap/api/livemap"
	"onemap/api/service"
	"onemap/geo/grid"
)

// patience is how long a test waits for what has to come; it is never waited out.
const patience = 30 * time.Second

// town is a city with its live map, which follows the change log.
type town struct {
	*apitest.City
	t      *testing.T
	m      *livemap.Map
	random *rand.Rand
}

func newTown(t *testing.T, seed uint64) *town {
	t.Helper()
	c := apitest.New(t)
	o := &town{City: c, t: t, random: rand.New(rand.NewPCG(seed, 6)), m: livemap.New(c.Pool, slog.New(slog.DiscardHandler))}
	o.background((&change.Sequencer{Pool: c.Pool, Log: slog.New(slog.DiscardHandler)}).Run)
	head := o.head()
	for head.Epoch == 0 {
		head = o.head()
	}
	if err := o.m.Load(t.Context(), head); err != nil {
		t.Fatal(err)
	}
	return o
}

// follow lets the map follow the log.
func (o *town) follow() {
	o.background(o.m.Run)
	o.background(func(ctx context.Context) error {
		return (&change.Follower{Log: o.Changes, Logger: slog.New(slog.DiscardHandler), Apply: o.m.Apply, Reset: o.m.Reset}).Run(ctx, o.m.Seen())
	})
}

func (o *town) background(run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- run(ctx) }()
	o.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			o.t.Error(err)
		}
	})
}

func (o *town) head() change.Position {
	o.t.Helper()
	head, err := o.Changes.Head(context.Background())
	if err != nil {
		o.t.Fatal(err)
	}
	return head
}

// settle waits until the map has seen all that is committed.
func (o *town) settle() {
	o.t.Helper()
	for began := time.Now(); ; time.Sleep(2 * time.Millisecond) {
		var waits bool
		if err := o.Root.QueryRow(context.Background(), "SELECT EXISTS (SELECT FROM change_inbox i WHERE NOT EXISTS (SELECT FROM change_log l WHERE l.inbox = i.id))").Scan(&waits); err != nil {
			o.t.Fatal(err)
		}
		if seen := o.m.Seen(); !waits && seen == o.head() {
			return
		}
		if time.Since(began) > patience {
			o.t.Fatalf("the map has seen %v of %v", o.m.Seen(), o.head())
		}
	}
}

// somewhere is a place in the city or just outside of it.
func (o *town) somewhere() orb.Point {
	return orb.Point{float64(1_132_990_000+o.random.IntN(420_000)) / 1e7, float64(233_990_000+o.random.IntN(220_000)) / 1e7}
}

// now is the next moment of the city's clock: no two changes have the same.
func (o *town) now() link.Batch {
	o.Clock.Advance(time.Second)
	return link.Batch{Source: "live", NewID: apitest.NewID, Now: o.Clock.Now()}
}

func (o *town) write(do func(tx pgx.Tx, ix *grid.Index) error) {
	o.t.Helper()
	o.Tx(o.t, func(tx pgx.Tx) error {
		ix, err := o.Regions.Hold(context.Background(), tx)
		if err != nil {
			return err
		}
		return do(tx, ix)
	})
}

// put brings facilities, services and buildings of some references, new or changed.
func (o *town) put(refs ...string) {
	o.t.Helper()
	b := o.now()
	o.write(func(tx pgx.Tx, ix *grid.Index) error {
		var facilities []facility.New
		var services []service.Place
		var buildings []building.Building
		for _, ref := range refs {
			facilities = append(facilities, facility.New{
				Ref: ref, Kind: []string{"bench", "waste_basket"}[o.random.IntN(2)], Name: "长椅" + ref, State: []string{"intact", "damaged", "removed"}[o.random.IntN(3)], Point: o.somewhere(),
			})
			services = append(services, service.Place{Ref: ref, Kind: "canteen", Name: "食堂" + ref, State: []string{"open", "closed"}[o.random.IntN(2)], Point: o.somewhere()})
			at, wide, high := o.somewhere(), float64(1+o.random.IntN(40_000))/1e7, float64(1+o.random.IntN(40_000))/1e7
			buildings = append(buildings, building.Building{Ref: ref, Name: "楼" + ref, Geom: orb.MultiPolygon{{{at, {at[0] + wide, at[1]}, {at[0], at[1] + high}, at}}}})
		}
		if _, err := o.Facilities.Import(context.Background(), tx, ix, b, facilities); err != nil {
			return err
		}
		if _, err := o.Services.Import(context.Background(), tx, ix, b, services); err != nil {
			return err
		}
		_, err := o.Buildings.Import(context.Background(), tx, ix, b, buildings)
		return err
	})
}

// steps lead a case to its end.
var steps = []struct {
	role   actor.Role
	action cases.Action
}{
	{actor.Operator, cases.DoFile}, {actor.Operator, cases.DoDispatch}, {actor.Handler, cases.DoAccept}, {actor.Handler, cases.DoResolve}, {actor.Supervisor, cases.DoClose},
}

// on takes a case a step on; one that has ended stays.
func (o *town) on(id uuid.UUID) {
	o.t.Helper()
	var rev int64
	if err := o.Pool.QueryRow(context.Background(), "SELECT rev FROM case_file WHERE id = $1", id).Scan(&rev); err != nil {
		o.t.Fatal(err)
	}
	if int(rev) > len(steps) {
		return
	}
	o.Clock.Advance(time.Second)
	s := steps[rev-1]
	if err := o.Cases.Step(o.As(s.role), id, cases.Do{Action: s.action, Note: "说明", Department: "D01", Rev: rev}); err != nil {
		o.t.Fatal(err)
	}
}
