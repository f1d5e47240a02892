package person

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// No cell that planners are told of is of few, no community is in two of them,
// and what is told together is off by less than a step, in random towns.
func TestNoCellOfFlowsIsOfFew(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 1))
	told := 0
	for range 300 {
		var communities []string
		for street := range 1 + random.IntN(4) {
			for c := range 1 + random.IntN(5) {
				communities = append(communities, fmt.Sprintf("9901%02d%03d%03d", 1+street%2, 1+street, 1+c))
			}
		}
		most := 1 + random.IntN(40)
		var list []Flow
		exact := map[string]moves{} // by month and community
		for _, code := range communities {
			for day := range 3 {
				f := Flow{Day: fmt.Sprintf("2026-0%d-1%d", 1+random.IntN(2), day), Community: code, In: int64(random.IntN(most)), Out: int64(random.IntN(most))}
				if random.IntN(3) == 0 {
					continue // nobody moved
				}
				list = append(list, f)
				exact[f.Day[:7]+code] = exact[f.Day[:7]+code].plus(moves{f.In, f.Out})
			}
		}
		seen := map[string]bool{}
		sums, truth := map[string]moves{}, map[string]moves{}
		for _, f := range protectFlows(list, communities) {
			told++
			var of moves
			for _, code := range f.Communities {
				if seen[f.Month+code] {
					t.Fatalf("seed %d: %s is in two cells of %s", seed, code, f.Month)
				}
				seen[f.Month+code] = true
				of = of.plus(exact[f.Month+code])
			}
			if of.came < fewest || of.went < fewest {
				t.Fatalf("seed %d: a cell of %+v: %+v", seed, of, f)
			}
			if f.In%fewest != 0 || f.Out%fewest != 0 || f.In <= 0 || f.Out <= 0 || !slices.IsSorted(f.Communities) {
				t.Fatalf("seed %d: %+v", seed, f)
			}
			sums[f.Month], truth[f.Month] = sums[f.Month].plus(moves{f.In, f.Out}), truth[f.Month].plus(of)
		}
		for month, sum := range sums {
			if off := sum.plus(moves{-truth[month].came, -truth[month].went}); max(off.came, -off.came) >= fewest || max(off.went, -off.went) >= fewest {
				t.Fatalf("seed %d: %+v told of %+v", seed, sum, truth[month])
			}
		}
	}
	if told < 300 {
		t.Errorf("%d cells prove little", told)
	}
}

// Few join the next with enough of their street; a street of few joins another.
func TestFewAreToldOfWithTheirNeighbours(t *testing.T) {
	t.Parallel()
	a, b, c, d := "990101001001", "990101001002", "990101001003", "990101002001"
	day := func(code string, came, went int64) Flow { return Flow{"2026-01-05", code, came, went} }
	list := protectFlows([]Flow{day(a, 30, 20), day(b, 3, 0), day(d, 9, 9)}, []string{a, b, c, d})
	if len(list) != 1 || strings.Join(list[0].Communities, " ") != strings.Join([]string{a, b, c, d}, " ") || list[0].In != 40 || list[0].Out != 30 {
		t.Errorf("%+v", list)
	}
	list = protectFlows([]Flow{day(a, 30, 20), day(b, 3, 0), day(d, 10, 14)}, []string{a, b, c, d})
	if len(list) != 2 || len(list[0].Communities) != 3 || list[0].In != 30 || list[1].Communities[0] != d || list[1].In != 10 || list[1].Out != 10 {
		t.Errorf("%+v", list)
	}
	if list := protectFlows([]Flow{day(a, 9, 50)}, []string{a, b}); len(list) != 0 {
		t.Errorf("few of a whole city: %+v", list)
	}
}

// On today's grids nothing is told but sums of what was told as it was, each cell
// once, and of two cells no community is in both.
func TestTodaysFiguresAreThoseOfThenPutTogether(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 2))
	for range 300 {
		var list []MonthFlow
		heirs := map[string][]string{}
		var want moves
		for n := range 1 + random.IntN(8) {
			f := MonthFlow{Month: "2026-01", In: 10 * int64(random.IntN(5)), Out: 10 * int64(random.IntN(5))}
			for k := range 1 + random.IntN(3) {
				code := fmt.Sprintf("then %d %d", n, k)
				f.Communities = append(f.Communities, code)
				for range random.IntN(3) {
					heirs[code] = append(heirs[code], fmt.Sprint("now ", random.IntN(12)))
				}
			}
			list = append(list, f)
			want = want.plus(moves{f.In, f.Out})
		}
		seen := map[string]bool{}
		var sum moves
		for _, f := range onHeirs(list, heirs) {
			sum = sum.plus(moves{f.In, f.Out})
			for _, code := range f.Communities {
				if seen[code] {
					t.Fatalf("seed %d: %s is told of twice", seed, code)
				}
				seen[code] = true
			}
			// A cell of then is in it whole or not at all.
			var of moves
			for _, o := range list {
				in, all := 0, 0
				for _, code := range o.Communities {
					for _, heir := range either(heirs[code], code) {
						all++
						if slices.Contains(f.Communities, heir) {
							in++
						}
					}
				}
				if in > 0 && in < all {
					t.Fatalf("seed %d: a part of %v is in %v", seed, o, f)
				}
				if in > 0 {
					of = of.plus(moves{o.In, o.Out})
				}
			}
			if of != (moves{f.In, f.Out}) {
				t.Fatalf("seed %d: %+v is made of %+v", seed, f, of)
			}
		}
		if sum != want {
			t.Fatalf("seed %d: %+v of %+v", seed, sum, want)
		}
	}
}

func either(list []string, otherwise string) []string {
	if len(list) == 0 {
		return []string{otherwise}
	}
	return list
}
