package coverage

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onemap/geo/lattice"
)

// BenchmarkCoverage prints the lines of make bench-coverage over 2,500 and 50,000
// grids of 26 vertices: time by the clock on the wall, the least of several runs,
// and for the reader the CPU time of all threads, the collector's included, in the
// middle one. What is measured is checked in the same run.
func BenchmarkCoverage(b *testing.B) {
	for range b.N {
		for _, d := range []demand{{50, 1, 15}, {224, 20, 200}} {
			d.measure(b)
		}
	}
}

// demand is in milliseconds.
type demand struct {
	side           int
	valid, located float64
}

func (d demand) measure(b *testing.B) {
	w := newTown(d.side)
	n := len(w.grids)

	valid := milliseconds(60, func() {
		c, err := New(&w.parent, w.grids, Options{})
		if err != nil || !c.Valid() {
			b.Fatalf("the town of %d grids is not found valid: %v", n, err)
		}
	})
	report(fmt.Sprintf("coverage-valid-ms-of-%d", n), valid, d.valid)

	grids, broken := manyFaults(w)
	var found []Finding
	located := milliseconds(7, func() {
		c, err := New(&w.parent, grids, Options{})
		if err != nil {
			b.Fatal(err)
		}
		found = c.Findings()
	})
	broken.check(b, found)
	report(fmt.Sprintf("coverage-located-ms-of-%d-with-%d-errors", n, len(found)), located, d.located)

	c, err := New(&w.parent, w.grids, Options{})
	if err != nil {
		b.Fatal(err)
	}
	was, now := w.grids[n/2], cloned(w.grids[n/2])
	now.Geom[0][0][3][1] += 5 / lattice.PerDegree
	c.Put(was)
	for range 2 {
		edits := 2000
		once := milliseconds(5, func() {
			for range edits / 2 {
				c.Put(now)
				if c.Valid() {
					b.Fatal("an edit that tears the border is not seen")
				}
				c.Put(was)
				if !c.Valid() {
					b.Fatal("the edit taken back is not seen")
				}
			}
		}) / float64(edits) * 1000
		report(fmt.Sprintf("coverage-edit-us-of-%d", n), once, 10)
		c.Put(now)
		if len(c.Findings()) != 1 {
			b.Fatalf("after the edit: %v", c.Findings())
		}
		c.Put(was)
	}
}

func report(name string, value, demand float64) {
	verdict := "ok"
	if value > demand {
		verdict = "SHORT"
	}
	fmt.Printf("BENCH %s %.3f demand <=%g %s\n", name, value, demand, verdict)
}

// milliseconds is how long the fastest run of work takes; it notes the CPU time of
// the process in the middle one.
func milliseconds(runs int, work func()) (least float64) {
	least = math.Inf(1)
	times := make([]float64, runs)
	for i := range times {
		runtime.GC()
		clock, began := time.Now(), processTime()
		work()
		least = min(least, float64(time.Since(clock))/float64(time.Millisecond))
		times[i] = float64(processTime()-began) / float64(time.Millisecond)
	}
	slices.Sort(times)
	fmt.Printf("    CPU of the middle run of the next: %.2f ms\n", times[runs/2])
	return least
}

func processTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t); err != nil {
		panic(err)
	}
	return time.Duration(t.Nano())
}

// expected is what a spoilt town must be found to have, by kind.
type expected map[Kind][]int64

// manyFaults spoils a town in many places far from each other, in turn by each
// of the faults that change no more than one grid and its neighbours.
func manyFaults(w town) ([]Polygon, expected) {
	grids := slices.Clone(w.grids)
	want := expected{}
	drop := map[int]bool{}
	turn := 0
	for j := 2; j < w.side-2; j += 4 {
		for i := 2; i < w.side-2; i += 4 {
			k := w.grid(i, j)
			if turn++; (i+j)%12 != 0 {
				continue
			}
			kind, area := spoil(w, grids, k, turn, drop)
			want[kind] = append(want[kind], area)
			if n := len(grids); grids[n-1].Code > "Z" {
				want[kind][len(want[kind])-1] = area
			}
		}
	}
	kept := grids[:0:0]
	for i, g := range grids {
		if !drop[i] {
			kept = append(kept, g)
		}
	}
	return kept, want
}

// spoil makes one fault at a grid and says which, with twice its area.
func spoil(w town, grids []Polygon, k, turn int, drop map[int]bool) (Kind, int64) {
	ring := w.grids[k].Geom[0][0]
	n := func(i int) lattice.Node { v, _ := lattice.On(ring[i][0], ring[i][1]); return v }
	change := func() { grids[k] = cloned(grids[k]) }
	triangle := func(to lattice.Node) int64 {
		return abs(area2([]lattice.Node{n(2), n(3), n(4)}) - area2([]lattice.Node{n(2), to, n(4)}))
	}
	switch turn % 6 {
	case 0:
		drop[k] = true
		return Gap, doubled(w.grids[k])
	case 1:
		to := lattice.Node{X: n(3).X, Y: n(3).Y + 1_500}
		change()
		grids[k].Geom[0][0][3] = to.Point()
		return Gap, triangle(to)
	case 2:
		to := lattice.Node{X: n(3).X, Y: n(3).Y - 1_500}
		change()
		grids[k].Geom[0][0][3] = to.Point()
		return Overlap, triangle(to)
	case 3:
		to := lattice.Node{X: n(3).X, Y: n(3).Y - 10}
		change()
		grids[k].Geom[0][0][3] = to.Point()
		return OverlapSliver, triangle(to)
	case 4:
		change()
		grids[k].Geom[0][0] = slices.Insert(grids[k].Geom[0][0], 4, box{n(3), n(4)}.middle().Point())
		return Unmatched, 0
	}
	change()
	grids[k].Geom[0][0].Reverse()
	return Orientation, 0
}

func (want expected) check(b testing.TB, found []Finding) {
	b.Helper()
	got := expected{}
	for _, f := range found {
		got[f.Kind] = append(got[f.Kind], f.Area2)
	}
	for _, kind := range Kinds() {
		slices.Sort(want[kind])
		slices.Sort(got[kind])
		if !slices.Equal(want[kind], got[kind]) {
			b.Errorf("%s: want %d with doubled areas %v, found %d with %v", kind, len(want[kind]), head(want[kind]), len(got[kind]), head(got[kind]))
		}
	}
}

func head(list []int64) []int64 { return list[:min(len(list), 20)] }
