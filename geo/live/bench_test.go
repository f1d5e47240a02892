package live

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"
	"golang.org/x/sys/unix"

	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// BenchmarkLive prints the lines of make bench-live that are about memory: what
// the nearest ten and a box of some 200 m cost one reader while another goroutine
// moves 10,000 objects a second, against an R-tree behind a sync.RWMutex, with the
// same objects, moves and questions in turn; whether both answer as a search of
// all objects does; and what two million objects take.
func BenchmarkLive(b *testing.B) {
	for range b.N {
		for _, n := range []int{10_000, 100_000, 1_000_000} {
			race(b, n)
		}
		crowdedEdits(b)
		twoMillion(b)
	}
}

// entryRow is a row of 48 bytes.
type entryRow struct {
	grid     grid.Code
	category string
	opened   int64
	state    uint8
}

func (r *entryRow) group() Group {
	return Group{Grid: r.grid, Category: r.category, State: string('a' + rune(r.state))}
}

type thing = Object[entryRow]

// spread yields objects at random in a square that has the density of a million in
// half a degree, near 23 degrees of latitude.
func spread(n int) (objects []thing, origin lattice.Node, side int32) {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	origin, side = lattice.Node{X: 1.13e9, Y: 2.3e8}, int32(5e6*math.Sqrt(float64(n)/1e6))
	objects = make([]thing, n)
	for i := range objects {
		objects[i] = thing{
			ID: scattered(rng), At: lattice.Node{X: origin.X + rng.Int32N(side), Y: origin.Y + rng.Int32N(side)}, Rev: 1,
			Row: entryRow{grid: grids[i%len(grids)], category: "streetlight", opened: int64(i), state: uint8(i % 5)},
		}
	}
	return objects, origin, side
}

// grids are as many as a city has.
var grids = func() (codes []grid.Code) {
	for i := range 2500 {
		codes = append(codes, grid.Code(fmt.Sprintf("440604%09d", i)))
	}
	return codes
}()

func scattered(rng *rand.Rand) (id ID) {
	for i := range id {
		id[i] = byte(rng.Uint32())
	}
	return id
}

// rival is an R-tree behind a lock. Its numbers count from the corner of the
// objects' square, where float32 has them exactly.
type rival struct {
	sync.RWMutex
	tree   rtree.RTreeGN[float32, *thing]
	origin lattice.Node
}

func (v *rival) corner(n lattice.Node) [2]float32 {
	return [2]float32{float32(n.X - v.origin.X), float32(n.Y - v.origin.Y)}
}

func (v *rival) move(old, now *thing) {
	from, to := v.corner(old.At), v.corner(now.At)
	v.Lock()
	v.tree.Delete(from, from, old)
	v.tree.Insert(to, to, now)
	v.Unlock()
}

func (v *rival) box(low, high lattice.Node, out []*thing) []*thing {
	v.RLock()
	defer v.RUnlock()
	v.tree.Search(v.corner(low), v.corner(high), func(_, _ [2]float32, o *thing) bool {
		out = append(out, o)
		return true
	})
	return out
}

// nearest ten: by the lengths of a degree at the place, which are a little wrong
// elsewhere, so until what comes is surely farther than the tenth.
func (v *rival) nearest(at orb.Point, out []found[entryRow]) []found[entryRow] {
	on, _ := lattice.On(at[0], at[1])
	east, north := lattice.MetresPerUnit(on.Y)
	x, y := at[0]*lattice.PerDegree-float64(v.origin.X), at[1]*lattice.PerDegree-float64(v.origin.Y)
	v.RLock()
	defer v.RUnlock()
	v.tree.Nearby(func(low, high [2]float32, _ *thing, _ bool) float64 {
		dx := max(float64(low[0])-x, x-float64(high[0]), 0) * east
		dy := max(float64(low[1])-y, y-float64(high[1]), 0) * north
		return dx*dx + dy*dy
	}, func(_, _ [2]float32, o *thing, d2 float64) bool {
		if len(out) >= 10 {
			tenth := out[9].metres*1.0001 + 0.002
			if d2 > tenth*tenth {
				return false
			}
		}
		f := found[entryRow]{metres(at, o.At), o}
		i := len(out)
		out = append(out, f)
		for ; i > 0 && f.before(out[i-1]); i-- {
			out[i] = out[i-1]
		}
		out[i] = f
		return true
	})
	return out[:min(len(out), 10)]
}

// Of the questions' CPU time what reading the clock takes, most of a microsecond on
// some machines, is taken off; of the wall's it is not.
const (
	boxSide   = 20_000 // units: some 200 m
	batchSize = 100
	pace      = 10 * time.Millisecond // of batches: 10,000 edits a second
	batches   = 100                   // in a turn
	turns     = 5
)

// reader times boxes and the nearest: microseconds of its thread's CPU, and of the
// wall's clock.
type reader struct{ cpu, wall [2][]float64 }

// ask questions until the writer is done.
func (r *reader) ask(b *testing.B, rng *rand.Rand, origin lattice.Node, side int32, done *atomic.Bool, questions [2]func(lattice.Node)) {
	clock := clockTime(b)
	for !done.Load() {
		for kind, question := range questions {
			n := lattice.Node{X: origin.X + rng.Int32N(side), Y: origin.Y + rng.Int32N(side)}
			began, cpu := time.Now(), threadTime(b)
			question(n)
			r.cpu[kind] = append(r.cpu[kind], float64(threadTime(b)-cpu-clock)/1000)
			r.wall[kind] = append(r.wall[kind], float64(time.Since(began))/1000)
		}
	}
}

// race has both layers take the same moves, in turn, each asked meanwhile.
func race(b *testing.B, n int) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	objects, origin, side := spread(n)
	l := NewPointLayer((*entryRow).group)
	began := threadTime(b)
	l.Load(Position{1, 0}, slices.Values(objects))
	build := threadTime(b) - began
	v := &rival{origin: origin}
	current := make([]*thing, n) // what the rival has
	for i := range objects {
		current[i] = &objects[i]
		at := v.corner(objects[i].At)
		v.tree.Insert(at, at, current[i])
	}
	boxed, near := make([]*thing, 0, 100), make([]found[entryRow], 0, 100)
	ours := [2]func(lattice.Node){
		func(n lattice.Node) { boxed = boxOf(l.Now(), n, boxed[:0]) },
		func(n lattice.Node) { near = tenOf(l.Now(), n.Point(), near[:0]) },
	}
	theirs := [2]func(lattice.Node){
		func(n lattice.Node) {
			boxed = v.box(n, lattice.Node{X: n.X + boxSide, Y: n.Y + boxSide}, boxed[:0])
		},
		func(n lattice.Node) { near = v.nearest(n.Point(), near[:0]) },
	}
	var live, tree reader
	var ourWriting, theirWriting time.Duration
	rng := rand.New(rand.NewPCG(2, uint64(n)))
	for turn := range turns {
		moves := make([][]Edit[entryRow], batches)
		for i := range moves {
			moves[i] = movesOf(rng, current, origin, side)
		}
		var done atomic.Bool
		go func() {
			defer done.Store(true)
			ourWriting += paced(func(i int) { l.Apply(Position{1, int64(turn*batches + i + 1)}, moves[i]) })
		}()
		live.ask(b, rng, origin, side, &done, ours)
		done.Store(false)
		index := map[ID]int{}
		for i, o := range current {
			index[o.ID] = i
		}
		go func() {
			defer done.Store(true)
			theirWriting += paced(func(i int) {
				for k := range moves[i] {
					at := index[moves[i][k].ID]
					v.move(current[at], &moves[i][k].Object)
					current[at] = &moves[i][k].Object
				}
			})
		}()
		tree.ask(b, rng, origin, side, &done, theirs)
	}
	wrong := disagreements(rng, l.Now(), v, current, origin, side)
	name := func(what string) string { return fmt.Sprintf("live-%s-of-%d", what, n) }
	for kind, what := range []string{"box", "nearest-10"} {
		c, w := quantiles(live.cpu[kind]), quantiles(live.wall[kind])
		tc, tw := quantiles(tree.cpu[kind]), quantiles(tree.wall[kind])
		if n == 1_000_000 {
			atLeast(name(what+"-p99-times-faster-than-rtree-and-RWMutex"), tc[1]/c[1], 3)
		}
		fmt.Printf("PLOT %s cpu_us=%.2f/%.2f rtree_cpu_us=%.2f/%.2f wall_us=%.2f/%.2f rtree_wall_us=%.2f/%.2f (p50/p99) times=%.1f/%.1f\n",
			name(what), c[0], c[1], tc[0], tc[1], w[0], w[1], tw[0], tw[1], tc[0]/c[0], tc[1]/c[1])
	}
	atMost(name("wrong-answers-in-1000"), float64(wrong), 0)
	const edits = turns * batches * batchSize
	fmt.Printf("PLOT %s build_cpu_ms=%.0f edits_per_s=%.0f rtree_edits_per_s=%.0f\n", name("layer"), build.Seconds()*1000, edits/ourWriting.Seconds(), edits/theirWriting.Seconds())
}

// paced does batches of edits on time, or as fast as it can, and says how long it took.
func paced(do func(i int)) time.Duration {
	began := time.Now()
	for i := range batches {
		time.Sleep(time.Until(began.Add(time.Duration(i) * pace)))
		do(i)
	}
	return max(time.Since(began), batches*pace)
}

// movesOf is a batch in which different objects move up to some 200 m.
func movesOf(rng *rand.Rand, current []*thing, origin lattice.Node, side int32) []Edit[entryRow] {
	edits, used := make([]Edit[entryRow], 0, batchSize), map[int]bool{}
	for len(edits) < batchSize {
		i := rng.IntN(len(current))
		if used[i] {
			continue
		}
		used[i] = true
		e := Edit[entryRow]{Object: *current[i]}
		e.At.X = min(max(e.At.X+rng.Int32N(40_000)-20_000, origin.X), origin.X+side-1)
		e.At.Y = min(max(e.At.Y+rng.Int32N(40_000)-20_000, origin.Y), origin.Y+side-1)
		e.Rev = time.Now().UnixNano() // above whatever was
		edits = append(edits, e)
	}
	return edits
}

func boxOf(s *Points[entryRow], low lattice.Node, out []*thing) []*thing {
	for o := range s.Box(low, lattice.Node{X: low.X + boxSide, Y: low.Y + boxSide}) {
		out = append(out, o)
	}
	return out
}

func tenOf(s *Points[entryRow], at orb.Point, out []found[entryRow]) []found[entryRow] {
	for o, metres := range s.Nearest(at, nil) {
		if out = append(out, found[entryRow]{metres, o}); len(out) == 10 {
			break
		}
	}
	return out
}

// disagreements asks both and a search of all objects, which both have by now.
func disagreements(rng *rand.Rand, s *Points[entryRow], v *rival, all []*thing, origin lattice.Node, side int32) (wrong int) {
	ids := func(objects []*thing) (list []ID) {
		for _, o := range objects {
			list = append(list, o.ID)
		}
		slices.SortFunc(list, func(a, b ID) int { return bytes.Compare(a[:], b[:]) })
		return list
	}
	ordered := func(near []found[entryRow]) (list []ID) {
		for _, f := range near {
			list = append(list, f.o.ID)
		}
		return list
	}
	for range 500 {
		low := lattice.Node{X: origin.X + rng.Int32N(side), Y: origin.Y + rng.Int32N(side)}
		high := lattice.Node{X: low.X + boxSide, Y: low.Y + boxSide}
		var within []*thing
		var near []found[entryRow]
		reach := int32(boxSide) // of the square that is searched for the nearest
		if len(all) < 10_000 {
			reach = side
		}
		for _, o := range all {
			if o.At.X >= low.X && o.At.X <= high.X && o.At.Y >= low.Y && o.At.Y <= high.Y {
				within = append(within, o)
			}
			if max(o.At.X-low.X, low.X-o.At.X) <= reach && max(o.At.Y-low.Y, low.Y-o.At.Y) <= reach {
				near = append(near, found[entryRow]{metres(low.Point(), o.At), o})
			}
		}
		slices.SortFunc(near, func(a, b found[entryRow]) int {
			return cmp.Or(cmp.Compare(a.metres, b.metres), bytes.Compare(a.o.ID[:], b.o.ID[:]))
		})
		near = near[:min(len(near), 10)]
		if want := ids(within); !slices.Equal(want, ids(boxOf(s, low, nil))) || !slices.Equal(want, ids(v.box(low, high, nil))) {
			wrong++
		}
		if want := ordered(near); !slices.Equal(want, ordered(tenOf(s, low.Point(), nil))) || !slices.Equal(want, ordered(v.nearest(low.Point(), nil))) {
			wrong++
		}
	}
	return wrong
}

// crowdedEdits compares single edits among 100,000 objects at one place, away and
// back, with those among as many that are spread, in turn.
func crowdedEdits(b *testing.B) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	objects, _, _ := spread(100_000)
	var layers [2]*PointLayer[entryRow]
	var took [2][]float64
	for kind := range layers {
		layers[kind] = NewPointLayer((*entryRow).group)
		layers[kind].Load(Position{1, 0}, slices.Values(objects))
		for i := range objects {
			objects[i].At = objects[0].At
		}
	}
	objects, _, _ = spread(100_000)
	spot := objects[0].At
	for i := range 10_000 {
		for kind, l := range layers {
			e := Edit[entryRow]{Object: objects[i/2]}
			if e.Rev = int64(i + 2); kind == 1 {
				e.At = spot
			}
			if i%2 == 0 {
				e.At.X += 5000
			}
			began := threadTime(b)
			l.Apply(Position{1, int64(i)}, []Edit[entryRow]{e})
			took[kind] = append(took[kind], float64(threadTime(b)-began)/1000)
		}
	}
	even, crowded := quantiles(took[0]), quantiles(took[1])
	atMost("live-edit-p99-at-a-spot-of-100000-share-of-spread", crowded[1]/even[1], 3)
	fmt.Printf("PLOT live-single-edit cpu_us=%.1f/%.1f crowded_cpu_us=%.1f/%.1f (p50/p99)\n", even[0], even[1], crowded[0], crowded[1])
}

// twoMillion says what two million objects take, beyond the texts their rows share.
func twoMillion(b *testing.B) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := heapBytes()
	l := NewPointLayer((*entryRow).group)
	rng := rand.New(rand.NewPCG(4, 4))
	began := threadTime(b)
	l.Load(Position{1, 0}, func(yield func(thing) bool) {
		for i := range 2_000_000 {
			at := lattice.Node{X: 1.13e9 + rng.Int32N(7e6), Y: 2.3e8 + rng.Int32N(7e6)}
			if !yield(thing{ID: scattered(rng), At: at, Rev: 1, Row: entryRow{grid: grids[i%len(grids)], category: "streetlight", state: uint8(i % 5)}}) {
				return
			}
		}
	})
	took := threadTime(b) - began
	atMost("live-MB-of-2000000-objects", float64(heapBytes()-before)/(1<<20), 700)
	atMost("live-CPU-seconds-to-build-2000000-objects", took.Seconds(), 10)
	if l.Now().Len() != 2_000_000 {
		b.Fatal("not all are there")
	}
}

func heapBytes() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// quantiles are the median and the p99.
func quantiles(list []float64) [2]float64 {
	slices.Sort(list)
	return [2]float64{list[len(list)/2], list[len(list)*99/100]}
}

func threadTime(b *testing.B) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		b.Fatal(err)
	}
	return time.Duration(t.Nano())
}

// clockTime is what reading the thread's clock takes of its own time.
func clockTime(b *testing.B) time.Duration {
	var took []time.Duration
	for range 1000 {
		began := threadTime(b)
		took = append(took, threadTime(b)-began)
	}
	slices.Sort(took)
	return took[len(took)/2]
}

func atLeast(name string, got, demand float64) { report(name, got, ">=", demand, got >= demand) }

func atMost(name string, got, demand float64) { report(name, got, "<=", demand, got <= demand) }

func report(name string, got float64, op string, demand float64, ok bool) {
	verdict := "ok"
	if !ok {
		verdict = "SHORT"
	}
	fmt.Printf("BENCH %s %.4g demand %s%.4g %s\n", name, got, op, demand, verdict)
}
