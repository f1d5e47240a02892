package crossing

import (
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"onemap/geo/grid/gridtest"
	"onemap/geo/lattice"
)

// After any redraws a table answers as one made anew, and the one before as before.
func TestWithAnswersAsANewTable(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 3))
		low, wide := lattice.Node{X: 1_130_000_000, Y: 220_000_000}, int64(3_000_000)
		table := New(messy(rng, 100, low, wide, wide, 20_000))
		for range 8 {
			had, before := table, slices.Clone(table.polygons)
			var edits []Edit
			for range 1 + rng.IntN(3) {
				number := int32(rng.IntN(len(table.polygons)))
				if slices.ContainsFunc(edits, func(e Edit) bool { return e.Number == number }) {
					continue
				}
				switch rng.IntN(5) {
				case 0:
					edits = append(edits, Edit{number, nil})
				case 1: // far away, perhaps off the table
					p := messy(rng, 1, lattice.Node{X: 1_100_000_000, Y: 200_000_000}, 10*wide, 10*wide, 50_000)[0]
					edits = append(edits, Edit{number, p})
				default:
					edits = append(edits, Edit{number, messy(rng, 1, low, wide, wide, 20_000)[0]})
				}
			}
			if rng.IntN(3) == 0 {
				edits = append(edits, Edit{int32(len(table.polygons)), messy(rng, 1, low, wide, wide, 20_000)[0]})
			}
			table = table.With(edits)
			agree(t, table, 100, seed)
			if !slices.Equal(had.polygons, before) {
				t.Fatal("an edit changed the table before it")
			}
			agree(t, had, 50, seed)
		}
	}
}

func TestWithSharesWhatIsNotUnderTheEdit(t *testing.T) {
	t.Parallel()
	town := gridtest.New(50)
	table := New(grids(town))
	border := slices.Clone(ring(town, 20, 20))
	border[3].X += 500
	next := table.With([]Edit{{20*50 + 20, NewPolygon([][]lattice.Node{border}, 20*50+20)}})
	made := 0
	for i := range table.blocks {
		for k := range table.blocks[i] {
			if was, now := table.blocks[i][k], next.blocks[i][k]; len(was) > 0 && &was[0] != &now[0] {
				made++
			}
		}
	}
	if made == 0 || made > 4 {
		t.Errorf("%d pages were made anew for one grid", made)
	}
	if last := next.With([]Edit{{20*50 + 20, nil}}); last.Owner(middle(town, 20, 20)) == 20*50+20 {
		t.Error("a polygon that was taken away still owns its middle")
	}
}

// Readers ask while tables come and go; every answer is that of one of the two
// editions, and none waits.
func TestReadersDuringRedraws(t *testing.T) {
	t.Parallel()
	town := gridtest.New(20)
	number := int32(10*20 + 10)
	whole := NewPolygon([][]lattice.Node{ring(town, 10, 10)}, int64(number))
	inside := middle(town, 10, 10)
	next := New(grids(town))
	var current atomic.Pointer[Table]
	current.Store(next)
	var stop atomic.Bool
	var readers sync.WaitGroup
	for r := range 3 {
		readers.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(r), 4))
			for !stop.Load() {
				table := current.Load()
				want := number
				if table.polygons[number] == nil {
					want = -1
				}
				if got := table.Owner(inside); got != want {
					t.Errorf("owner %d, want %d", got, want)
					return
				}
				i, j := rng.IntN(9), rng.IntN(20)
				if got := table.Owner(middle(town, i, j)); got != int32(j*20+i) {
					t.Errorf("the grid %d became %d", j*20+i, got)
					return
				}
			}
		})
	}
	for n := range 60 {
		if n%2 == 0 {
			next = next.With([]Edit{{number, nil}})
		} else {
			next = next.With([]Edit{{number, whole}})
		}
		current.Store(next)
	}
	stop.Store(true)
	readers.Wait()
}
