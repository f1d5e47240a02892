package parcel

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// Towns of all kinds of blocks are cut without gap, overlap or a wall in the way,
// with little of a railway or river within a cell, and most cells near what is wanted.
func TestCutFollowsStreetsAndSparesBuildings(t *testing.T) {
	t.Parallel()
	for seed, block := range []float64{90, 150, 330} {
		r := invented(rand.New(rand.NewPCG(uint64(seed), 1)), 1200, 900, block, true)
		for name, w := range map[string]Wanted{"area": {Area: 10000}, "load": {Load: 300, Workers: 5}} {
			p, err := Cut(t.Context(), r, w)
			if err != nil {
				t.Fatal(err)
			}
			proven(t, r, p)
			drawn(t, name, r, p)
			off, barriers, work := 0, 0.0, map[int]float64{}
			for _, c := range p.Cells {
				if c.Why != Fits {
					off++
				}
				barriers += c.Crossed[Barrier]
				work[c.Work] += c.Load
			}
			if off*10 > len(p.Cells) || len(p.Cells) < 12 || barriers > 400 {
				t.Errorf("%s, blocks of %g m: %d of %d cells are off, %.0f m of barriers within", name, block, off, len(p.Cells), barriers)
			}
			if w.Workers == 0 {
				continue
			}
			most, sum := 0.0, 0.0
			for _, load := range work {
				most, sum = max(most, load), sum+load
			}
			if len(work) != 5 || most/(sum/5) > 1.5 {
				t.Errorf("blocks of %g m: areas of work %v", block, work)
			}
			if again, err := Cut(t.Context(), r, w); err != nil || !reflect.DeepEqual(p, again) {
				t.Errorf("the same town is cut in another way: %v", err)
			}
		}
	}
}

// Numbers run in rows from the north-west.
func TestCellsAreInReadingOrder(t *testing.T) {
	t.Parallel()
	p, err := Cut(t.Context(), Region{Geom: square(0, 0, 600)}, Wanted{Area: 10000})
	if err != nil {
		t.Fatal(err)
	}
	first, last := p.Cells[0].Geom.Bound(), p.Cells[len(p.Cells)-1].Geom.Bound()
	whole := square(0, 0, 600).Bound()
	if first.Min[0] != whole.Min[0] || first.Max[1] != whole.Max[1] || last.Max[0] != whole.Max[0] || last.Min[1] != whole.Min[1] {
		t.Errorf("the first cell is %v, the last %v", first, last)
	}
}

// square of a size in metres.
func square(x, y, size float64) orb.MultiPolygon {
	at := func(x, y float64) orb.Point {
		return orb.Point{113 + math.Round(x/1.0257e-2)/1e7, 23 + math.Round(y/1.1075e-2)/1e7}
	}
	return orb.MultiPolygon{{{at(x, y), at(x+size, y), at(x+size, y+size), at(x, y+size), at(x, y)}}}
}

func way(points ...float64) (w orb.LineString) {
	for i := 0; i < len(points); i += 2 {
		w = append(w, square(points[i], points[i+1], 1)[0][0][0])
	}
	return w
}

// Whatever is given, the cells are whole or the answer says why there are none.
func TestCutTakesBadInput(t *testing.T) {
	t.Parallel()
	hole := square(0, 0, 800)
	inner := square(250, 250, 300)[0][0]
	inner.Reverse()
	hole[0] = append(hole[0], inner)
	islands := append(square(0, 0, 500), append(square(600, 0, 40), square(700, 0, 300)...)...)
	wide := func(list ...orb.MultiPolygon) []orb.MultiPolygon { return list }
	for name, tt := range map[string]struct {
		r     Region
		w     Wanted
		cells [2]int
		err   string
	}{
		"nothing there":            {Region{Geom: square(0, 0, 500)}, Wanted{Area: 10000}, [2]int{20, 30}, ""},
		"smaller than a cell":      {Region{Geom: square(0, 0, 50)}, Wanted{Area: 10000}, [2]int{1, 1}, ""},
		"a hole":                   {Region{Geom: hole}, Wanted{Area: 10000}, [2]int{45, 65}, ""},
		"a hole, coarse":           {Region{Geom: hole}, Wanted{Area: 250000}, [2]int{2, 3}, ""},
		"islands":                  {Region{Geom: islands}, Wanted{Area: 10000}, [2]int{27, 40}, ""},
		"lines outside":            {Region{Geom: square(0, 0, 500), Lines: []Line{{way(900, 0, 900, 900), Main}}}, Wanted{Area: 50000}, [2]int{4, 6}, ""},
		"lines that cross":         {Region{Geom: square(0, 0, 500), Lines: []Line{{way(-10, -10, 510, 510, 510, -10, -10, 510), Main}}}, Wanted{Area: 62500}, [2]int{4, 4}, ""},
		"lines on one another":     {Region{Geom: square(0, 0, 500), Lines: []Line{{way(250, -10, 250, 510), Lane}, {way(250, 100, 250, 400, 250, 100), Main}, {way(250, -10, 250, 510), Barrier}}}, Wanted{Area: 125000}, [2]int{2, 2}, ""},
		"lines without length":     {Region{Geom: square(0, 0, 500), Lines: []Line{{way(250, 250, 250, 250), Lane}, {nil, Main}, {orb.LineString{{math.NaN(), 0}, {900, 0}}, Main}}}, Wanted{Area: 125000}, [2]int{2, 2}, ""},
		"a line along the border":  {Region{Geom: square(0, 0, 500), Lines: []Line{{way(0, 0, 500, 0, 500, 500), Barrier}}}, Wanted{Area: 125000}, [2]int{2, 2}, ""},
		"a building too large":     {Region{Geom: square(0, 0, 500), Buildings: wide(square(5, 5, 490))}, Wanted{Area: 10000}, [2]int{1, 1}, ""},
		"a building over a road":   {Region{Geom: square(0, 0, 500), Lines: []Line{{way(250, -10, 250, 510), Main}}, Buildings: wide(square(200, 200, 80))}, Wanted{Area: 125000}, [2]int{2, 2}, ""},
		"buildings on one another": {Region{Geom: square(0, 0, 500), Lines: []Line{{way(250, -10, 250, 510), Main}}, Buildings: wide(square(200, 200, 80), square(200, 200, 80), square(230, 180, 60), square(100, 240, 120))}, Wanted{Area: 125000}, [2]int{2, 2}, ""},
		"a building on the border": {Region{Geom: square(0, 0, 500), Buildings: wide(square(-20, 200, 50), square(480, 480, 50))}, Wanted{Area: 50000}, [2]int{4, 6}, ""},
		"walls with houses":        {Region{Geom: square(0, 0, 500), Lines: []Line{{way(-10, 200, 510, 200), Lane}}, Buildings: wide(square(100, 200, 50), square(200, 150, 50))}, Wanted{Area: 62500}, [2]int{3, 5}, ""},
		"buildings of no area":     {Region{Geom: square(0, 0, 500), Buildings: []orb.MultiPolygon{nil, {nil}, {{{{113, 23}, {113, 23}, {113, 23}}}}}}, Wanted{Area: 62500}, [2]int{4, 4}, ""},
		"no load":                  {Region{Geom: square(0, 0, 500)}, Wanted{Load: 10}, [2]int{1, 1}, ""},
		"all load in one place":    {Region{Geom: square(0, 0, 500), Loads: []Load{{square(250, 250, 1)[0][0][0], 1000}}}, Wanted{Load: 10}, [2]int{1, 1}, ""},
		"load outside":             {Region{Geom: square(0, 0, 500), Loads: []Load{{orb.Point{10, 10}, 1000}, {orb.Point{math.NaN(), 500}, 5}}}, Wanted{Load: 10}, [2]int{1, 1}, ""},
		"nothing wanted":           {Region{Geom: square(0, 0, 500)}, Wanted{}, [2]int{}, "area or a load"},
		"both wanted":              {Region{Geom: square(0, 0, 500)}, Wanted{Area: 1, Load: 1}, [2]int{}, "area or a load"},
		"too many":                 {Region{Geom: square(0, 0, 5000)}, Wanted{Area: 1000}, [2]int{}, "999"},
		"an empty region":          {Region{}, Wanted{Area: 1000}, [2]int{}, "empty"},
		"a bow tie":                {Region{Geom: orb.MultiPolygon{{{{113, 23}, {113.01, 23.01}, {113.01, 23}, {113, 23.01}, {113, 23}}}}}, Wanted{Area: 10000}, [2]int{}, "not sound"},
		"a country":                {Region{Geom: orb.MultiPolygon{{{{113, 23}, {123, 23}, {123, 33}, {113, 33}, {113, 23}}}}}, Wanted{Area: 1e9}, [2]int{}, "too large"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := Cut(t.Context(), tt.r, tt.w)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("%v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if n := len(p.Cells); n < tt.cells[0] || n > tt.cells[1] {
				t.Errorf("%d cells, not %v", n, tt.cells)
			}
			proven(t, tt.r, p)
			if t.Failed() {
				drawn(t, "bad", tt.r, p)
			}
		})
	}
}

func TestCutSaysWhatBuildingsAreInTheWay(t *testing.T) {
	t.Parallel()
	r := Region{
		Geom:      square(0, 0, 500),
		Lines:     []Line{{way(250, -10, 250, 510), Main}},
		Buildings: []orb.MultiPolygon{square(200, 200, 80), square(-20, 100, 50), square(100, 100, 50)},
	}
	p, err := Cut(t.Context(), r, Wanted{Area: 125000})
	if err != nil || p.Detours != 1 || p.Straddling != 1 || p.Sliced != 0 || p.Kept != 1 {
		t.Errorf("%v: detours %d, straddling %d, sliced %d, lines %d", err, p.Detours, p.Straddling, p.Sliced, p.Kept)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Cut(ctx, r, Wanted{Area: 10000}); !errors.Is(err, context.Canceled) {
		t.Errorf("cut in spite of being told to stop: %v", err)
	}
}

// Towns by chance, at any scale of blocks, houses on one another and on lines.
func TestAnyTownIsCutWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 7))
		r := invented(rng, rapid.Float64Range(150, 500).Draw(rt, "width"), rapid.Float64Range(150, 400).Draw(rt, "height"), rapid.Float64Range(60, 220).Draw(rt, "block"), true)
		for range rapid.IntRange(0, 25).Draw(rt, "houses") {
			x, y := rng.Float64()*400, rng.Float64()*300
			r.Buildings = append(r.Buildings, square(x, y, 4+rng.Float64()*40))
		}
		w := Wanted{Area: rapid.Float64Range(1500, 30000).Draw(rt, "area")}
		if rapid.Bool().Draw(rt, "by load") {
			w = Wanted{Load: rapid.Float64Range(20, 300).Draw(rt, "load"), Workers: rapid.IntRange(0, 4).Draw(rt, "workers")}
		}
		p, err := Cut(t.Context(), r, w)
		if err != nil {
			rt.Fatal(err)
		}
		proven(rt, r, p)
	})
}
