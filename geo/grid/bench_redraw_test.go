package grid

import (
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"onemap/geo/crs"
	"onemap/geo/grid/gridtest"
	"onemap/geo/lattice"
)

// redrawOne draws a grid in the middle anew many times while somebody reads, and
// measures a whole redraw; how long after the swap begins the reader sees it; and
// what of its speed the reader keeps.
func (c *cost) redrawOne(b *testing.B, ix *Index, town gridtest.Town) {
	middle := town.Side / 2
	r := Region{Code: Code(fmt.Sprintf("9900%011d", middle*town.Side+middle)), Geom: town.Polygon(middle, middle)}
	var current atomic.Pointer[Index]
	current.Store(ix)
	reader := newReader(&current, crs.FromPoint(lattice.Node{X: town.X + town.Step*3/2, Y: town.Y + town.Step*3/2}.Point()))
	defer reader.stop()

	alone := reader.speed(func() { time.Sleep(long) })
	var redraws, visible []float64
	beside := reader.speed(func() {
		began := time.Now()
		for edition := int64(2); edition < 60 || time.Since(began) < long; edition++ {
			r.Geom = r.Geom.Clone()
			r.Geom[0][0][3][1] += 1e-6 * float64(edition%8-3)
			redrawn := time.Now()
			next, err := current.Load().Redraw(edition, []Region{r}, nil)
			if err != nil {
				b.Fatal(err)
			}
			redraws = append(redraws, milliseconds(time.Since(redrawn)))
			swapped := time.Now()
			current.Store(next)
			for reader.seen.Load() != edition {
				runtime.Gosched()
			}
			visible = append(visible, milliseconds(time.Since(swapped)))
		}
	})
	c.redraw = median(redraws)
	name := func(what string) string { return fmt.Sprintf("grids-%s-of-%d", what, c.polygons) }
	// Where more wants to run than there are processors most swaps wait for the
	// reader's turn; the first tenth tells what the swap takes.
	slices.Sort(visible)
	report(name("redraw-visible-ms"), visible[len(visible)/10], 1)
	b.Logf("%d grids: a redraw takes %.3f ms; a reader makes %.3g look-ups a second alone, %.3g beside redraws", c.polygons, c.redraw, alone, beside)
	reportLeast(name("share-of-a-readers-speed-beside-redraws"), beside/alone, 0.5)
}

const long = 400 * time.Millisecond

func reportLeast(name string, got, demand float64) {
	verdict := "ok"
	if got < demand {
		verdict = "SHORT"
	}
	fmt.Printf("BENCH %s %.4g demand >=%.4g %s\n", name, got, demand, verdict)
}

// reader asks for one place all the time.
type reader struct {
	seen, reads atomic.Int64 // the newest edition it has met; its look-ups
	ended       atomic.Bool
	done        chan struct{}
}

func newReader(current *atomic.Pointer[Index], p crs.WGS84) *reader {
	r := &reader{done: make(chan struct{})}
	go func() {
		defer close(r.done)
		for !r.ended.Load() {
			r.seen.Store(current.Load().Locate(p).Edition)
			r.reads.Add(1)
		}
	}()
	return r
}

// speed is its look-ups a second while something is done.
func (r *reader) speed(do func()) float64 {
	reads, began := r.reads.Load(), time.Now()
	do()
	return float64(r.reads.Load()-reads) / time.Since(began).Seconds()
}

func (r *reader) stop() {
	r.ended.Store(true)
	<-r.done
}
