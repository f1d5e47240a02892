package analysis

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"onemap/geo/grid"
)

// crowd is a set of people of a town, by their numbers.
type crowd []uint64

func (c crowd) with(p int32) { c[p/64] |= 1 << (p % 64) }

// less counts who is here and not there, and in how many households, each of a
// building; it stops counting above enough.
func (c crowd) less(other crowd, households []int32) (people, homes int) {
	seen := [2 * leastSensitive]int32{}
	for i, word := range c {
		for word &^= other[i]; word != 0; word &= word - 1 {
			people++
			h := households[i*64+bits.TrailingZeros64(word)]
			if homes < len(seen) && !slices.Contains(seen[:homes], h) {
				seen[homes] = h
				homes++
			}
			if people >= leastSensitive && homes >= leastHouseholds {
				return people, homes
			}
		}
	}
	return people, homes
}

// figure is one number of people that was published, with whom it counted.
type figure struct {
	what  string
	who   Who
	told  int
	parts int // whole groups at least, as anybody can see
	of    crowd
}

// bounds are the fewest and the most people a reader may take a figure for: it
// was rounded to the nearest step once at least, and every part told has enough.
func (f figure) bounds() (least, most int) {
	step := int(f.who.least())
	return max(f.told-step/2, f.parts*max(step, leastHouseholds)), f.told + (step+1)/2 - 1
}

// everyWho is all that can be asked about with some of the tags.
func everyWho(tags []string) (list []Who) {
	for _, ages := range AllAges {
		for _, tag := range append([]string{""}, tags...) {
			for _, alone := range []bool{false, true} {
				if w := (Who{AgeFrom: ages.From, AgeTo: ages.To, Alone: alone, Tag: tag}); !w.aged() || !alone || tag == "" {
					list = append(list, w)
				}
			}
		}
	}
	return list
}

// crowds gives whom each group counts, walking over the buildings anew.
func (p *protected) crowds(d *demand, who Who, ix *grid.Index) []crowd {
	m := merger{demand: d, counts: d.counts(who), least: count{who.least(), leastHouseholds}, ix: ix}
	list := make([]crowd, len(p.groups))
	at := 0
	for _, a := range m.areas() {
		var c count
		for _, h := range a.houses {
			if m.counts[h].people == 0 {
				continue
			}
			if c == (count{}) {
				list[at] = make(crowd, len(d.people)/64+1)
			}
			d.each(who, h, list[at].with)
			c.add(m.counts[h])
			if c == p.groups[at].exact {
				at, c = at+1, count{}
			}
		}
	}
	return list
}

// each calls with the people of a building that are asked for, one by one.
func (d *demand) each(who Who, house int32, with func(int32)) {
	young, old := dayOfBirth(d.asOf, who.AgeFrom), dayOfBirth(d.asOf, who.limit())
	for i := d.first[house]; i < d.first[house+1]; i++ {
		p := d.people[i]
		aged := p.born != unknown && p.born <= young && p.born > old
		if (aged || !who.aged()) && (p.alone || !who.Alone) && (who.Tag == "" || p.tags&tagBit(who.Tag) != 0) {
			with(i)
		}
	}
}

// figures are all numbers of people of one answer.
func (a *asking) figures(t *testing.T, crowds []crowd, size int) []figure {
	t.Helper()
	c := a.answer()
	var list []figure
	add := func(what string, told, parts int, which func(g int) bool) {
		f := figure{fmt.Sprintf("%s %v %s within %d m", a.Who.key(), a.roots, what, a.Metres), a.Who, told, parts, make(crowd, size)}
		sum := 0
		for i := range a.groups {
			if which(i) {
				sum += a.groups[i].people
				for w := range crowds[i] {
					f.of[w] |= crowds[i][w]
				}
			}
		}
		if sum != told {
			t.Fatalf("%s is told as %d, its groups have %d", f.what, told, sum)
		}
		list = append(list, f)
	}
	three := func(what string, x Totals, parts int, which func(g int) bool) {
		add(what, x.People, parts, which)
		add(what+" covered", x.Covered, 0, func(g int) bool { return which(g) && a.shares.Reached[g] })
		add(what+" uncovered", x.Uncovered, 0, func(g int) bool { return which(g) && !a.shares.Reached[g] })
	}
	in := func(g int) bool { return a.in[a.groups[g].parcel] }
	three("the whole", c.Totals, max(len(c.Grids), len(c.Cells.Features)), in)
	for _, x := range c.Grids {
		three("grid "+x.Code, x.Totals, 1, func(g int) bool { return in(g) && a.parcels[a.groups[g].parcel].codes[0] == x.Code })
	}
	for _, x := range c.Areas {
		of := map[string]bool{x.Code: true}
		for _, m := range x.Merged {
			of[m.Code] = true
		}
		three("community "+x.Code, x.Totals, 1, func(g int) bool { return in(g) && of[community(a.parcels[a.groups[g].parcel].codes[0])] })
	}
	squares := make([]string, len(a.groups))
	zoom := a.zoom()
	for g := range squares {
		s := maptile.At(a.groups[g].at, zoom)
		squares[g] = fmt.Sprintf("%d/%d/%d", s.Z, s.X, s.Y)
	}
	for _, x := range c.Cells.Features {
		three("cell "+x.ID, x.Properties.Totals, 1, func(g int) bool { return in(g) && squares[g] == x.ID })
	}
	for j, x := range c.Services {
		reach := map[int]bool{}
		for k := range a.places {
			if a.places[k].id == x.ID {
				a.field.Within(a.places[k].at, float64(a.Metres), func(g int, _ float64) { reach[g] = true })
			}
		}
		add(fmt.Sprint("service ", j), x.People, 0, func(g int) bool { return reach[g] })
	}
	return list
}

// Whoever takes one published number from another learns nothing about fewer
// people than are told of. Of the same kind of people, the difference is nobody
// or enough of them; of two kinds, it is never certain to be of some, but few.
func TestTheDifferenceOfTwoAnswersSinglesNobodyOut(t *testing.T) {
	t.Parallel()
	few := 0 // pairs in which the one counts all of the other and a few more
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 13))
		d, ix := randomTown(t, r)
		var households []int32
		for i := range d.buildings {
			for _, p := range d.people[d.first[i]:d.first[i+1]] {
				households = append(households, int32(i)<<8|int32(p.household))
			}
		}
		var places []place
		for i := range 6 {
			places = append(places, place{id: fmt.Sprint(i), at: orb.Point{113 + r.Float64()*0.054, 23 + r.Float64()*0.036}, scope: "9901", capacity: new(50), state: "open"})
		}
		roots := []string{"", "9901", "990101001", "990101002", "990101002003", fmt.Sprintf("99010100%d00%d%03d", 1+r.IntN(3), 1+r.IntN(4), 1+r.IntN(18))}
		var published [][]figure // by kind of people
		for _, who := range everyWho([]string{"disabled", "veteran"}) {
			p := protect(d, who, ix)
			crowds := p.crowds(d, who, ix)
			var list []figure
			for i, root := range roots {
				a := &asking{
					Question: Question{Who: who, Service: "canteen", Metres: leastMetres + stepMetres*r.IntN(20)}, protected: p, demand: d, ix: ix,
					roots: []string{root}, places: places[:(int(seed)+i)%(len(places)+1)],
				}
				list = append(list, a.figures(t, crowds, len(d.people)/64+1)...)
			}
			list = slices.DeleteFunc(list, func(f figure) bool { return f.told == 0 })
			if len(list) > 0 {
				published = append(published, list)
			}
			oneKind(t, r, list, households)
		}
		few += twoKinds(t, r, published, households)
	}
	if few == 0 {
		t.Error("no two numbers that were tried differ by a few people")
	}
}

// oneKind takes numbers of the same kind of people from each other.
func oneKind(t *testing.T, r *rand.Rand, list []figure, households []int32) {
	t.Helper()
	for range min(300, len(list)*len(list)) {
		x, y := list[r.IntN(len(list))], list[r.IntN(len(list))]
		if people, homes := x.of.less(y.of, households); people > 0 && (people < int(x.who.least()) || homes < leastHouseholds) {
			t.Fatalf("%s less %s is %d people in %d households", x.what, y.what, people, homes)
		}
	}
}

// twoKinds takes every number from every other of a different kind of people.
// What a reader can be sure of depends on the numbers alone, so equal ones are
// tried once.
func twoKinds(t *testing.T, r *rand.Rand, published [][]figure, households []int32) (few int) {
	t.Helper()
	type shown struct{ least, told, parts int }
	distinct := map[shown]figure{}
	for _, list := range published {
		for _, f := range list {
			distinct[shown{int(f.who.least()), f.told, f.parts}] = f
		}
	}
	for _, x := range distinct {
		for _, y := range distinct {
			k := leastPeople
			if x.who.sensitive() && y.who.sensitive() {
				k = leastSensitive
			}
			xLeast, xMost := x.bounds()
			yLeast, yMost := y.bounds()
			if xLeast-yMost > 0 && xMost-yLeast < k {
				t.Fatalf("%s (%d) less %s (%d) is surely %d to %d people", x.what, x.told, y.what, y.told, xLeast-yMost, xMost-yLeast)
			}
		}
	}
	for _, a := range published { // and that it matters
		for _, b := range published {
			for range 20 {
				x, y := a[r.IntN(len(a))], b[r.IntN(len(b))]
				more, _ := x.of.less(y.of, households)
				rest, _ := y.of.less(x.of, households)
				if more > 0 && more < leastPeople && rest == 0 {
					few++
				}
			}
		}
	}
	return few
}
