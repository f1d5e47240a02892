package live

import (
	"bytes"
	"cmp"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strconv"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// Batches of edits by chance, with loads between, must leave what a plain map
// holds, whatever is asked; and snapshots from before must stay what they were.
func TestLayerIsAMap(t *testing.T) {
	t.Parallel()
	for name, place := range worlds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(4) {
				r := rand.New(rand.NewPCG(seed, 6))
				objects := []int{20, 200, 2000}[r.IntN(3)]
				l, m := NewPointLayer((*row).group), model{}
				var old *Points[row]
				var was model
				for step := range 60 {
					if step%30 == 7 {
						old, was = l.Now(), maps.Clone(m)
					}
					at := Position{Epoch: 1, Pos: int64(step)}
					if r.IntN(20) == 0 {
						l.Load(at, shuffled(r, m))
					} else {
						edits := batch(r, m, objects, place)
						m.apply(edits)
						l.Apply(at, edits)
					}
					if l.Now().Seen() != at {
						t.Fatalf("seen %v, not %v", l.Now().Seen(), at)
					}
					if step%10 == 9 {
						same(t, r, l.Now(), m, place)
					}
				}
				same(t, r, old, was, place)
			}
		})
	}
}

// shuffled yields the objects in some order, with stale ones between.
func shuffled(r *rand.Rand, m model) func(func(Object[row]) bool) {
	all := slices.Collect(maps.Values(m))
	for _, o := range all[:len(all)/3] {
		o.Rev--
		all = append(all, o)
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return slices.Values(all)
}

// While a writer works, every snapshot is one whole batch: the counts, the number
// and the objects agree, no object is twice, pairs that are edited together are
// together, and what has been seen does not go back.
func TestReadersSeeWholeBatches(t *testing.T) {
	t.Parallel()
	const pairs = 500
	l := NewPointLayer((*row).group)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for reader := range uint64(3) {
		readers.Go(func() {
			r := rand.New(rand.NewPCG(reader, 7))
			var seen Position
			for running := true; running; {
				select {
				case <-done:
					running = false
				default:
				}
				s := l.Now()
				if s.Seen().Compare(seen) < 0 {
					t.Errorf("seen %v after %v", s.Seen(), seen)
				}
				seen = s.Seen()
				whole(t, s, r)
			}
		})
	}
	r := rand.New(rand.NewPCG(1, 8))
	at := worlds["town"]
	for step := range int64(400) {
		var edits []Edit[row]
		for range 1 + r.IntN(40) {
			n := r.IntN(pairs)
			e := Edit[row]{Object: Object[row]{ID: id(2 * n), At: at(r), Rev: step, Row: row{state: uint8(r.IntN(3))}}, Gone: r.IntN(5) == 0}
			if r.IntN(4) == 0 {
				e.At = lattice.Node{X: 1.15e9, Y: 2.31e8} // where many are
			}
			twin := e
			twin.ID = id(2*n + 1)
			edits = append(edits, e, twin)
		}
		if step%100 == 50 {
			now := l.Now()
			l.Load(now.Seen(), func(yield func(Object[row]) bool) {
				for o := range now.All() {
					if !yield(*o) {
						return
					}
				}
			})
		}
		l.Apply(Position{1, step}, edits)
	}
	close(done)
	readers.Wait()
}

// whole checks a snapshot of pairs by itself.
func whole(t *testing.T, s *Points[row], r *rand.Rand) {
	counted, objects := 0, map[ID]*Object[row]{}
	for _, n := range s.Counts() {
		counted += n
	}
	for o := range s.All() {
		if objects[o.ID] != nil {
			t.Errorf("%x is in two places", o.ID)
		}
		objects[o.ID] = o
	}
	if counted != s.Len() || len(objects) != s.Len() {
		t.Errorf("%d objects, %d counted, %d there", s.Len(), counted, len(objects))
	}
	for _, o := range objects {
		twin := o.ID
		twin[11] ^= 1
		if other, ok := s.Get(twin); !ok || other.At != o.At || other.Rev != o.Rev || other.Row != o.Row {
			t.Errorf("%v, but its twin is %v", *o, other)
			return
		}
	}
	last, near := -1.0, 0
	for o, d := range s.Nearest(worlds["town"](r).Point(), nil) {
		if d < last || objects[o.ID] != o {
			t.Errorf("%v at %v after %v", *o, d, last)
		}
		if last, near = d, near+1; near == 20 {
			break
		}
	}
	if near < min(20, s.Len()) {
		t.Errorf("only %d of %d are near", near, s.Len())
	}
}

// A hundred thousand objects at one place are no long list, which each edit would
// copy; edited one by one and asked for, they are all there.
func TestCrowdedSpot(t *testing.T) {
	t.Parallel()
	const crowd = 100_000
	spot := lattice.Node{X: 1.13e9, Y: 2.3e8}
	objects := func(yield func(Object[row]) bool) {
		for n := range crowd {
			if !yield(Object[row]{ID: id(n), At: spot, Rev: 1}) {
				return
			}
		}
	}
	l := NewPointLayer((*row).group)
	l.Load(Position{1, 1}, objects)
	longest := 0
	var list func(*square[row])
	list = func(in *square[row]) {
		for i := range in.kids {
			if longest = max(longest, len(in.kids[i].list)); in.kids[i].in != nil {
				list(in.kids[i].in)
			}
		}
	}
	list(l.Now().space.root)
	if longest > most {
		t.Fatalf("a list of %d", longest)
	}
	// Away and back, one batch each.
	for n := range 2000 {
		e := Edit[row]{Object: Object[row]{ID: id(n), At: lattice.Node{X: spot.X + int32(n%7), Y: spot.Y}, Rev: 2}, Gone: n%3 == 0}
		l.Apply(Position{1, int64(n) + 2}, []Edit[row]{e})
	}
	s := l.Now()
	if want := crowd - 667; s.Len() != want {
		t.Fatalf("%d objects, want %d", s.Len(), want)
	}
	n := 0
	for range s.Box(spot, spot) {
		n++
	}
	if want := crowd - 2000 + 190; n != want {
		t.Fatalf("%d objects at the spot, want %d", n, want)
	}
	var last ID
	n = 0
	for o, d := range s.Nearest(spot.Point(), nil) {
		if d != 0 || n > 0 && string(o.ID[:]) <= string(last[:]) {
			t.Fatalf("%x at %v m after %x", o.ID, d, last)
		}
		if last, n = o.ID, n+1; n == 10 {
			break
		}
	}
	sound(t, s.space.root, 0)
	sound(t, s.ids.root, 0)
}

// A town of many thousands asked about from all sides, from inside it to the far
// side of the Earth: the first are those of a search of all, and so are circles.
func TestNearFromAfar(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 10))
	l, m := NewPointLayer((*row).group), model{}
	for n := range 20_000 {
		m[id(n)] = Object[row]{ID: id(n), At: worlds["town"](r)}
	}
	l.Load(Position{1, 1}, maps.Values(m))
	for _, at := range []orb.Point{{113.2, 23.2}, {112.9, 22.9}, {114, 24}, {109, 27}, {113.25, 10}, {100, 23.3}, {0, 89.95}, {-60, -20}, {-67, -23}, {180, 0}} {
		var want []found[row]
		for _, o := range m {
			want = append(want, found[row]{metres(at, o.At), &o})
		}
		slices.SortFunc(want, func(a, b found[row]) int {
			return cmp.Or(cmp.Compare(a.metres, b.metres), bytes.Compare(a.o.ID[:], b.o.ID[:]))
		})
		n := 0
		for o, d := range l.Now().Nearest(at, nil) {
			if o.ID != want[n].o.ID || d != want[n].metres {
				t.Fatalf("%v: number %d is %v at %v m, want %v at %v", at, n, *o, d, *want[n].o, want[n].metres)
			}
			if n++; n == 3000 {
				break
			}
		}
		reach := want[r.IntN(len(want))].metres
		n = 0
		for range l.Now().Circle(at, reach) {
			n++
		}
		if all := sort.Search(len(want), func(i int) bool { return want[i].metres > reach }); n != all {
			t.Errorf("%v: %d objects within %v m, want %d", at, n, reach, all)
		}
	}
}

// What is not on Earth is no place to ask about, and nothing hangs.
func TestBadPlaces(t *testing.T) {
	t.Parallel()
	l := NewPointLayer((*row).group)
	l.Apply(Position{1, 1}, []Edit[row]{{Object: Object[row]{ID: id(1), Rev: 1}}})
	nan, inf := math.NaN(), math.Inf(1)
	for _, at := range []orb.Point{{nan, 0}, {0, nan}, {inf, 0}, {0, -inf}, {180.1, 0}, {0, -90.1}} {
		for o := range l.Now().Nearest(at, nil) {
			t.Errorf("nearest to %v is %v", at, o)
		}
		for o := range l.Now().Circle(at, inf) {
			t.Errorf("around %v is %v", at, o)
		}
		square := orb.Ring{{-1, -1}, {1, -1}, {1, 1}, at}
		for o := range l.Now().Within(orb.MultiPolygon{{square}}) {
			t.Errorf("within %v is %v", square, o)
		}
	}
	for metres, want := range map[float64]int{nan: 0, -1: 0, -inf: 0, 0: 1, inf: 1} {
		n := 0
		for range l.Now().Circle(orb.Point{}, metres) {
			n++
		}
		if n != want {
			t.Errorf("%d objects within %v m, want %d", n, metres, want)
		}
	}
	for _, p := range []orb.MultiPolygon{nil, {}, {{}}, {{{}}}, {{{{0, 0}}}}, {{{{-1, -1}, {1, 1}}}}} {
		for o := range l.Now().Within(p) {
			t.Errorf("within %v is %v", p, o)
		}
	}
}

// Groups that come and go, as grids do when they are drawn anew, leave nothing.
func TestGroupsThatComeAndGo(t *testing.T) {
	t.Parallel()
	l := NewPointLayer((*row).group)
	for n := range 2000 {
		code := grid.Code(strconv.Itoa(n))
		l.Apply(Position{1, int64(n)}, []Edit[row]{{Object: Object[row]{ID: id(n % 10), Rev: int64(n + 1), Row: row{grid: code}}}})
	}
	if groups := maps.Collect(l.Now().Counts()); len(groups) != 10 || groups[Group{Grid: "1999", State: "a"}] != 1 {
		t.Errorf("counts are %v", groups)
	}
	if len(l.tally.pages) != 1 || len(l.tally.index) != 10 {
		t.Errorf("%d pages for %d groups", len(l.tally.pages), len(l.tally.index))
	}
}

// Seen is that of the newest batch; a batch that comes late does not take it back.
func TestSeen(t *testing.T) {
	t.Parallel()
	l := NewPointLayer((*row).group)
	for _, step := range []struct{ at, want Position }{{Position{1, 5}, Position{1, 5}}, {Position{1, 3}, Position{1, 5}}, {Position{2, 1}, Position{2, 1}}} {
		l.Apply(step.at, nil)
		if got := l.Now().Seen(); got != step.want {
			t.Errorf("after %v seen %v", step.at, got)
		}
	}
	l.Load(Position{1, 9}, func(func(Object[row]) bool) {})
	if got := l.Now().Seen(); got != (Position{1, 9}) {
		t.Errorf("loaded as of %v", got)
	}
}
