package parcel

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// BenchmarkCutting prints a line of make bench-grids: seconds for a district of
// 20,000 buildings, by the wall's clock, checked in the same run.
func BenchmarkCutting(b *testing.B) {
	r := invented(rand.New(rand.NewPCG(1, 1)), 5400, 4300, 400, true)
	for range b.N {
		for _, w := range []Wanted{{Area: 25000}, {Load: 300, Workers: 40}} {
			name := "households"
			if w.Area > 0 {
				name = "area"
			}
			start := time.Now()
			p, err := Cut(b.Context(), r, w)
			if err != nil {
				b.Fatal(err)
			}
			took := time.Since(start).Seconds()
			proven(b, r, p)
			verdict := "ok"
			if took > 10 {
				verdict = "SHORT"
			}
			fmt.Printf("BENCH cut_%s_%d_buildings %.2fs (%d cells, %.0f a second) demand <=10 %s\n", name, len(r.Buildings), took, len(p.Cells), float64(len(p.Cells))/took, verdict)
		}
	}
}
