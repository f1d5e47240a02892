package analysis

import (
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"onemap/geo/access"
	"onemap/geo/grid"
)

// A group of people is told only when it has this many people and households.
// Counts are told in steps of the least people, so that what one count exceeds
// another by is told as nought, or as enough.
const (
	leastPeople     = 10
	leastSensitive  = 20 // who lives alone, or carries a tag
	leastHouseholds = 11
	leastShare      = 20
	lowShare        = 0.05
	highShare       = 0.95
)

// group is the least that is ever told of: the people of some neighbouring
// buildings, taken as one. Every figure that leaves this package is a sum over
// whole groups.
type group struct {
	at     orb.Point // the building next to their middle
	people int       // in steps of the least that are told
	exact  count     // for the proof only; never told
	parcel int
}

// parcel is the area that groups lie in: a grid, or grids that were put
// together because one of them has too few people.
type parcel struct {
	codes []string // of grids, or of deeper regions known; the first names it
	first int      // its groups
	end   int
}

// protected is all that may be told of one kind of people. It never changes.
type protected struct {
	parcels []parcel
	groups  []group
	field   *access.Field
	people  []float64 // of the groups
}

// protect puts people together until they may be told. built are all places
// where there is a building: a place of few people and one of nobody are put
// to their neighbours alike, so that neither can be told from the other.
func protect(d *demand, w Who, ix *grid.Index) *protected {
	least := count{w.least(), leastHouseholds}
	step := int(least.people)
	m := merger{demand: d, counts: d.counts(w), least: least, ix: ix}
	p := &protected{}
	seen := 0 // exact people so far, in the order of the parcels
	for _, a := range m.areas() {
		from := len(p.groups)
		for _, g := range m.divide(a.houses) {
			g.parcel = len(p.parcels)
			// Rounding carries on: what is told of neighbours together is off by less than one step.
			before := toStep(seen, step)
			seen += int(g.exact.people)
			g.people = toStep(seen, step) - before
			p.groups = append(p.groups, g)
		}
		p.parcels = append(p.parcels, parcel{codes: a.codes, first: from, end: len(p.groups)})
	}
	points := make([]orb.Point, len(p.groups))
	p.people = make([]float64, len(p.groups))
	for i, g := range p.groups {
		points[i], p.people[i] = g.at, float64(g.people)
	}
	p.field = access.NewField(points)
	return p
}

func toStep(n, step int) int { return (n + step/2) / step * step }

// area is a parcel in the making.
type area struct {
	codes  []string
	houses []int32
	count  count
	middle orb.Point
}

type merger struct {
	*demand
	counts []count
	least  count
	ix     *grid.Index
}

func (m *merger) enough(c count) bool {
	return c.people >= m.least.people && c.households >= m.least.households
}

// areas begins with the grids and goes up the tree: at each level, areas with
// too few join the nearest with enough under the same parent, or all of them
// each other when none has enough. What is too few even in the whole is told nowhere.
func (m *merger) areas() []*area {
	var list []*area
	for i := 0; i < len(m.buildings); {
		a := &area{codes: []string{m.buildings[i].scope}}
		for ; i < len(m.buildings) && m.buildings[i].scope == a.codes[0]; i++ {
			a.houses = append(a.houses, int32(i))
			a.count.add(m.counts[i])
		}
		a.middle = m.middleOf(a)
		list = append(list, a)
	}
	levels := grid.Levels()
	for depth := len(levels) - 2; depth >= -1; depth-- {
		digits := 0 // of the parent; 0 is the top of the tree
		if depth >= 0 {
			digits = levels[depth].Digits()
		}
		list = m.join(list, digits)
	}
	list = slices.DeleteFunc(list, func(a *area) bool { return !m.enough(a.count) })
	for _, a := range list {
		slices.Sort(a.houses) // along the curve within each region
	}
	slices.SortFunc(list, func(a, b *area) int { return strings.Compare(a.codes[0], b.codes[0]) })
	return list
}

// middleOf is public: it comes from the region's border, not from people.
func (m *merger) middleOf(a *area) orb.Point {
	if ref, ok := m.ix.Ref(grid.Code(a.codes[0])); ok {
		return ref.Bound.Center()
	}
	return m.buildings[a.houses[0]].at
}

// join puts those with too few to others whose code begins with the same digits.
func (m *merger) join(list []*area, digits int) []*area {
	under := map[string][]*area{}
	var parents []string
	for _, a := range list {
		parent := a.codes[0][:min(digits, len(a.codes[0]))]
		if under[parent] == nil {
			parents = append(parents, parent)
		}
		under[parent] = append(under[parent], a)
	}
	var joined []*area
	for _, parent := range parents {
		var strong, weak []*area
		for _, a := range under[parent] {
			if m.enough(a.count) {
				strong = append(strong, a)
			} else {
				weak = append(weak, a)
			}
		}
		if len(strong) == 0 {
			for _, a := range weak[1:] {
				weak[0].take(a)
			}
			joined = append(joined, weak[0])
			continue
		}
		hosts := make([]*area, len(weak)) // all chosen before any is taken in
		for i, a := range weak {
			hosts[i] = slices.MinFunc(strong, func(x, y *area) int {
				return compare(access.Metres(x.middle, a.middle), access.Metres(y.middle, a.middle), x.codes[0], y.codes[0])
			})
		}
		for i, a := range weak {
			hosts[i].take(a)
		}
		joined = append(joined, strong...)
	}
	return joined
}

func compare(x, y float64, a, b string) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return strings.Compare(a, b)
}

func (a *area) take(other *area) {
	a.codes = append(a.codes, other.codes...)
	a.houses = append(a.houses, other.houses...)
	a.count.add(other.count)
}

// divide cuts an area's buildings, in their order, into groups that are just
// large enough; what is left at the end goes to the last.
func (m *merger) divide(houses []int32) []group {
	var list []group
	var c count
	from, last := 0, 0
	for i, h := range houses {
		c.add(m.counts[h])
		if m.enough(c) {
			list = append(list, m.groupOf(houses[from:i+1], c))
			last, from, c = from, i+1, count{}
		}
	}
	if n := len(list); c.people > 0 {
		whole := list[n-1].exact
		whole.add(c)
		list[n-1] = m.groupOf(houses[last:], whole)
	}
	return list
}

// groupOf stands at the building next to the middle of its people, whether or
// not any of them lives there: where a group stands can be found out by asking
// for many distances, and must say of no building that somebody is in it.
func (m *merger) groupOf(houses []int32, c count) group {
	var middle orb.Point
	for _, h := range houses {
		share := float64(m.counts[h].people) / float64(c.people)
		middle[0] += share * m.buildings[h].at[0]
		middle[1] += share * m.buildings[h].at[1]
	}
	g := group{exact: c}
	nearest := math.Inf(1)
	for _, h := range houses {
		if d := access.Metres(m.buildings[h].at, middle); d < nearest {
			nearest, g.at = d, m.buildings[h].at
		}
	}
	return g
}
