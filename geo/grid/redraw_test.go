package grid

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"onemap/geo/crs"
	"onemap/geo/lattice"
)

// After any redraws an index answers as one made of the same regions.
func TestRedrawAnswersAsANewIndex(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 5))
	given := latticeTown(3)
	ix, err := NewIndex(1, given)
	if err != nil {
		t.Fatal(err)
	}
	regions := map[Code]Region{}
	for _, r := range given {
		regions[r.Code] = r
	}
	pool := slices.Clone(given)
	for edition := int64(2); edition < 60; edition++ {
		var put []Region
		var drop []Code
		for range 1 + rng.IntN(4) {
			switch r := pool[rng.IntN(len(pool))]; rng.IntN(5) {
			case 0, 1:
				drop = append(drop, r.Code)
			case 2: // comes back, or stays as it is
				put = append(put, r)
			case 3: // is drawn anew
				r.Geom = moved(r.Geom, rng.Float64()*2e-4)
				put = append(put, r)
			default: // is new
				r.Code = Code(fmt.Sprintf("%0*d", len(r.Code), 990101001000000+rng.Int64N(9e8)))
				r.Code = r.Code[:[]int{4, 6, 9, 12, 15}[rng.IntN(5)]]
				put = append(put, r)
			}
		}
		before := ix
		if ix, err = ix.Redraw(edition, put, drop); err != nil {
			t.Fatal(err)
		}
		for _, code := range drop {
			delete(regions, code)
		}
		for _, r := range put {
			regions[r.Code] = r
		}
		var list []Region
		for _, r := range regions {
			list = append(list, r)
		}
		want, err := NewIndex(edition, list)
		if err != nil {
			t.Fatal(err)
		}
		same(t, rng, ix, want)
		if before.Edition() != edition-1 {
			t.Fatal("the edition before has changed")
		}
	}
}

func moved(g orb.MultiPolygon, by float64) orb.MultiPolygon {
	g = g.Clone()
	for _, p := range g {
		for _, r := range p {
			for i := range r {
				r[i][0] += by
			}
		}
	}
	return g
}

// same compares two indexes by all that can be asked of them.
func same(t *testing.T, rng *rand.Rand, got, want *Index) {
	t.Helper()
	if got.Len() != want.Len() || got.Edition() != want.Edition() {
		t.Fatalf("%d regions of edition %d, want %d of %d", got.Len(), got.Edition(), want.Len(), want.Edition())
	}
	for _, level := range Levels() {
		refs := want.AtLevel(level)
		if !slices.Equal(got.AtLevel(level), refs) {
			t.Fatalf("level %s: %v, want %v", level, got.AtLevel(level), refs)
		}
		for _, ref := range refs {
			r, _ := want.Region(ref.Code)
			if s, ok := got.Region(ref.Code); !ok || !orb.Equal(s.Geom, r.Geom) || s.Name != r.Name {
				t.Fatalf("region %s differs", ref.Code)
			}
			if !slices.Equal(got.Children(ref.Code), want.Children(ref.Code)) || !slices.Equal(got.Chain(ref.Code), want.Chain(ref.Code)) {
				t.Fatalf("what is above and below %s differs", ref.Code)
			}
		}
	}
	shapes, _ := shapesOf(t, want, Grid)
	slow := newSlowIndex(want)
	for _, p := range append(probes(rng, shapes, 1000), lattice.Node{X: 1_130_000_000 - 300_000, Y: 220_000_000}, lattice.Node{X: 0, Y: 0}) {
		at := crs.FromPoint(p.Point())
		if a, b, c := got.Locate(at), want.Locate(at), slow.Locate(at); a != b || a != c {
			t.Fatalf("%v: %+v redrawn, %+v new, %+v the plain way", p, a, b, c)
		}
	}
}

func TestRedrawRefuses(t *testing.T) {
	t.Parallel()
	ix := smallTown(t)
	for name, r := range map[string]Region{
		"no code": {Code: "99", Geom: mp(square(0, 0, 10))},
		"empty":   {Code: "9901"},
	} {
		if _, err := ix.Redraw(8, []Region{r}, nil); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	var none Index
	next, err := none.Redraw(1, []Region{{Code: "9901", Geom: mp(square(0, 0, 10))}}, []Code{"9902", "x"})
	if err != nil || next.Locate(at(5, 5)).Scope != "9901" || none.Len() != 0 {
		t.Errorf("one city from nothing: %+v, %v", next, err)
	}
}
