package analysis

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"onemap/geo/crs"
	"onemap/geo/grid"
)

// randomTown is a town of some streets of communities of grids, of any density:
// most grids full, some with a house, some with houses and nobody.
func randomTown(t *testing.T, r *rand.Rand) (*demand, *grid.Index) {
	t.Helper()
	var regions []grid.Region
	box := func(x, y, w, h float64) orb.MultiPolygon {
		return orb.MultiPolygon{{{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}, {x, y}}}}
	}
	const side = 0.003
	regions = append(regions, grid.Region{Code: "9901", Geom: box(113, 23, 18*side, 12*side)}, grid.Region{Code: "990101", Geom: box(113, 23, 18*side, 12*side)})
	for s := range 3 {
		x := 113 + float64(6*s)*side
		street := fmt.Sprintf("990101%03d", s+1)
		regions = append(regions, grid.Region{Code: grid.Code(street), Geom: box(x, 23, 6*side, 12*side)})
		for c := range 4 {
			y := 23 + float64(3*c)*side
			community := fmt.Sprintf("%s%03d", street, c+1)
			regions = append(regions, grid.Region{Code: grid.Code(community), Geom: box(x, y, 6*side, 3*side)})
			for g := range 18 {
				regions = append(regions, grid.Region{Code: grid.Code(fmt.Sprintf("%s%03d", community, g+1)), Geom: box(x+float64(g%6)*side, y+float64(g/6)*side, side, side)})
			}
		}
	}
	ix, err := grid.NewIndex(1, regions)
	if err != nil {
		t.Fatal(err)
	}
	d := &demand{asOf: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), first: []int32{0}}
	density := map[string]int{}
	for range 200 + r.IntN(1500) {
		at := orb.Point{113 + r.Float64()*18.4*side, 23 + r.Float64()*12.2*side} // a few stand outside
		d.buildings = append(d.buildings, house{uuid.New(), at, string(ix.Locate(crs.FromPoint(at)).Scope)})
	}
	slices.SortFunc(d.buildings, func(a, b house) int {
		if a.scope != b.scope {
			return compare(0, 0, a.scope, b.scope)
		}
		return compare(float64(along(a.at)), float64(along(b.at)), "", "")
	})
	for _, b := range d.buildings {
		if _, known := density[b.scope]; !known {
			density[b.scope] = []int{0, 0, 1, 1, 3, 10, 30}[r.IntN(7)]
		}
		for h := range r.IntN(density[b.scope] + 1) {
			n := 1 + r.IntN(4)
			for range n {
				d.people = append(d.people, resident{born: int32(r.IntN(33000) - 13000), household: uint32(h), alone: n == 1, tags: uint8(r.IntN(32))})
			}
		}
		d.first = append(d.first, int32(len(d.people)))
	}
	return d, ix
}

var kindsOfPeople = []Who{{}, {AgeFrom: 60}, {AgeFrom: 80}, {AgeFrom: 18, AgeTo: new(34)}, {AgeFrom: 60, Alone: true}, {Tag: "veteran"}, {AgeFrom: 75, Tag: "disabled"}}

// Every published number is a sum over whole groups, so no combination of them
// is finer than a group; and each group is large enough, counted person by person.
func TestNobodyIsSingledOut(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 7))
		d, ix := randomTown(t, r)
		for _, who := range kindsOfPeople {
			least := int(who.least())
			p := protect(d, who, ix)
			told, whole := 0, 0
			for _, c := range d.counts(who) {
				whole += int(c.people)
			}
			exact := 0
			for i, g := range p.groups {
				if int(g.exact.people) < least || g.exact.households < leastHouseholds || g.people < least || g.people%least != 0 {
					t.Fatalf("seed %d, %s: group %d of %+v is told as %d", seed, who.key(), i, g.exact, g.people)
				}
				told += g.people
				exact += int(g.exact.people)
			}
			if len(p.groups) > 0 && (exact != whole || told-whole > least/2 || whole-told > least/2) {
				t.Fatalf("seed %d, %s: %d of %d people are in groups, %d are told", seed, who.key(), exact, whole, told)
			}
			differences(t, r, d, ix, who, p, least)
		}
	}
}

// differences asks many questions and compares each pair of published sets: the
// people in one and not in the other are none or enough.
func differences(t *testing.T, r *rand.Rand, d *demand, ix *grid.Index, who Who, p *protected, least int) {
	t.Helper()
	type set struct {
		what   string
		groups []bool
		told   int
	}
	var published []set
	for range 6 {
		a := &asking{
			Question: Question{Who: who, Service: "canteen", Metres: leastMetres + stepMetres*r.IntN(20)}, protected: p, demand: d, ix: ix,
			roots: []string{[]string{"", "9901", "990101001", "990101002003", "990101003001004"}[r.IntN(5)]},
		}
		for range 1 + r.IntN(6) {
			a.places = append(a.places, place{at: orb.Point{113 + r.Float64()*0.054, 23 + r.Float64()*0.036}, scope: "9901", capacity: new(50), state: "open"})
		}
		c := a.answer()
		pick := func(what string, told int, which func(i int) bool) {
			s := set{what, make([]bool, len(p.groups)), told}
			sum := 0
			for i := range p.groups {
				if s.groups[i] = which(i); s.groups[i] {
					sum += p.groups[i].people
				}
			}
			if sum != told {
				t.Fatalf("%s is told as %d, its groups have %d", what, told, sum)
			}
			published = append(published, s)
		}
		in := func(i int) bool { return a.in[p.groups[i].parcel] }
		pick("the whole", c.Totals.People, in)
		pick("covered", c.Totals.Covered, func(i int) bool { return in(i) && a.shares.Reached[i] })
		pick("uncovered", c.Totals.Uncovered, func(i int) bool { return in(i) && !a.shares.Reached[i] })
		for _, area := range c.Grids {
			of := func(i int) bool { return p.parcels[p.groups[i].parcel].codes[0] == area.Code }
			pick(area.Code, area.People, of)
			pick(area.Code+" covered", area.Covered, func(i int) bool { return of(i) && a.shares.Reached[i] })
		}
		for j, s := range c.Services {
			reach := map[int]bool{}
			for k := range a.places {
				if a.places[k].at[0] == s.Lon && a.places[k].at[1] == s.Lat {
					p.field.Within(a.places[k].at, float64(a.Metres), func(i int, _ float64) { reach[i] = true })
				}
			}
			pick(fmt.Sprint("service ", j), s.People, func(i int) bool { return reach[i] })
		}
	}
	for range 400 {
		x, y := published[r.IntN(len(published))], published[r.IntN(len(published))]
		var only count
		for i, g := range p.groups {
			if x.groups[i] && !y.groups[i] {
				only.add(g.exact)
			}
		}
		if only.people > 0 && (int(only.people) < least || only.households < leastHouseholds) {
			t.Fatalf("%s less %s is %+v", x.what, y.what, only)
		}
	}
}

// A merged grid shows in no other way than under the name it was merged with,
// whether it has some people or none.
func TestFewAndNoneLookTheSame(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 11))
		d, ix := randomTown(t, r)
		p := protect(d, Who{AgeFrom: 60}, ix)
		if len(p.groups) == 0 {
			continue
		}
		seen := map[string]int{}
		for _, a := range p.parcels {
			for _, code := range a.codes {
				seen[code]++
			}
		}
		for _, b := range d.buildings {
			if seen[b.scope] != 1 {
				t.Fatalf("seed %d: %q with houses is in %d parcels", seed, b.scope, seen[b.scope])
			}
		}
		a := &asking{Question: Question{Metres: 500}, protected: p, demand: d, ix: ix, roots: []string{""}}
		c := a.answer()
		squares := 0
		for _, cell := range c.Cells.Features {
			squares += cell.Properties.Squares
		}
		built := map[string]bool{}
		zoom := a.zoom()
		for _, b := range d.buildings {
			tile := fmt.Sprint(maptile.At(b.at, zoom))
			built[tile] = true
		}
		if squares != len(built) {
			t.Errorf("seed %d: %d squares are told, %d are built up", seed, squares, len(built))
		}
	}
}

func TestAges(t *testing.T) {
	t.Parallel()
	day := func(s string) time.Time {
		at, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, test := range []struct {
		born, by string
		age      int
		of       bool
	}{
		{"1966-03-02", "2026-03-02", 60, true},
		{"1966-03-03", "2026-03-02", 60, false},
		{"2004-02-29", "2023-02-28", 19, false},
		{"2004-02-29", "2023-03-01", 19, true},
		{"2023-03-01", "2024-02-29", 1, false},
		{"2023-02-28", "2024-02-29", 1, true},
		{"2026-03-02", "2026-03-02", 0, true},
	} {
		if got := int32(day(test.born).Unix()/86400) <= dayOfBirth(day(test.by), test.age); got != test.of {
			t.Errorf("born %s is %d by %s: %v", test.born, test.age, test.by, got)
		}
	}
}
