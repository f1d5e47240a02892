package analysis

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"onemap/geo/access"
	"onemap/geo/grid"
)

// place is a service as it is stored.
type place struct {
	id                    string
	name, nameEn, address string
	state, unit, scope    string
	capacity              *int
	at                    orb.Point
}

// asking is one question over what may be told.
type asking struct {
	Question
	*protected
	demand *demand
	ix     *grid.Index
	roots  []string // the regions asked about; "" is everywhere
	places []place

	in       []bool          // by parcel: the answer is about it
	inside   map[string]bool // the regions of these parcels
	supplies []access.Supply
	shares   access.Shares
}

// bandsOf are the distances by which the way to the nearest service is told.
var bandsOf = []int{200, 300, 500, 800, 1000, 1500, 2000, 3000}

func within(code string, roots []string) bool {
	return slices.ContainsFunc(roots, func(root string) bool { return strings.HasPrefix(code, root) })
}

// answer makes the whole answer.
func (a *asking) answer() *Coverage {
	c := &Coverage{
		Question: a.Question, Measure: "straight_line", AsOf: a.demand.asOf.Format("2006-01-02"),
		Rule:  Rule{People: int(a.Who.least()), Households: leastHouseholds, Round: int(a.Who.least())},
		Notes: []Note{{Code: "straight_line"}, {Code: "groups"}}, Areas: []Area{}, Grids: []Area{}, Services: []Reached{}, Regions: []Named{},
	}
	for _, root := range a.roots {
		c.Regions = append(c.Regions, named(a.ix, root))
	}
	a.choose(c)
	capacity := a.supply(c)
	a.shares = a.share(a.Metres)
	c.Totals = a.total(a.shares, capacity)
	c.Withheld = c.Totals.People == 0
	for _, metres := range Presets {
		c.ByMetres = append(c.ByMetres, AtDistance{metres, a.total(a.share(metres), capacity)})
	}
	c.Nearest = a.nearest()
	var cells []Cell
	cells, c.Rule.Cell = a.cellsOf(capacity)
	c.Cells = CellCollection{Type: "FeatureCollection", Features: cells}
	c.Areas, c.Grids = a.areas(capacity)
	c.Services = a.services()
	c.Reference = a.reference(capacity)
	return c
}

// choose takes the parcels that lie wholly in the regions asked about. One
// that was put together over the border belongs to neither side.
func (a *asking) choose(c *Coverage) {
	a.in = make([]bool, len(a.parcels))
	a.inside = map[string]bool{}
	cut := 0
	for i, p := range a.parcels {
		outside := slices.ContainsFunc(p.codes, func(code string) bool { return !within(code, a.roots) })
		touched := slices.ContainsFunc(p.codes, func(code string) bool { return within(code, a.roots) })
		if outside && touched {
			cut++
		}
		if a.in[i] = !outside; a.in[i] {
			for _, code := range p.codes {
				a.inside[code] = true
			}
		}
	}
	if cut > 0 {
		c.Notes = append(c.Notes, Note{Code: "merged_outside"})
	}
}

// supply turns the services into capacities of one unit: that of most of them.
func (a *asking) supply(c *Coverage) (known bool) {
	votes := map[string]int{}
	for _, p := range a.places {
		if p.capacity != nil {
			votes[p.unit]++
		}
	}
	best := 0
	for _, unit := range slices.Sorted(maps.Keys(votes)) {
		if votes[unit] > best {
			c.Unit, best = unit, votes[unit]
		}
	}
	missing, other := 0, 0
	a.supplies = make([]access.Supply, len(a.places))
	for i, p := range a.places {
		a.supplies[i].At = p.at
		switch {
		case p.capacity == nil:
			missing++
		case p.unit != c.Unit:
			other++
		default:
			a.supplies[i].Capacity = float64(*p.capacity)
		}
	}
	if missing > 0 {
		c.Notes = append(c.Notes, Note{"no_capacity", missing})
	}
	if other > 0 {
		c.Notes = append(c.Notes, Note{"other_unit", other})
	}
	return best > 0
}

// share lets everybody known compete for the capacities, also beyond the
// regions asked about: they eat there, too.
func (a *asking) share(metres int) access.Shares {
	return access.TwoStep(a.field, a.people, a.supplies, float64(metres))
}

func (a *asking) total(s access.Shares, capacity bool) Totals {
	var t sum
	for i := range a.groups {
		if a.in[a.groups[i].parcel] {
			t.add(&a.groups[i], s.Reached[i], s.Places[i])
		}
	}
	return t.totals(capacity)
}

func (a *asking) reference(capacity bool) *float64 {
	people, places := 0.0, 0.0
	for _, n := range a.people {
		people += n
	}
	for _, s := range a.supplies {
		places += s.Capacity
	}
	if !capacity || people == 0 {
		return nil
	}
	return new(rounded(100*places/people, 1))
}

func (a *asking) nearest() []Band {
	bands := make([]Band, len(bandsOf)+1)
	for i := range bandsOf {
		bands[i].To = &bandsOf[i]
	}
	points := make([]orb.Point, len(a.supplies))
	for i, s := range a.supplies {
		points[i] = s.At
	}
	field := access.NewField(points)
	for i := range a.groups {
		if !a.in[a.groups[i].parcel] {
			continue
		}
		_, d := field.Nearest(a.groups[i].at, float64(bandsOf[len(bandsOf)-1]))
		at := len(bandsOf)
		if !math.IsInf(d, 1) {
			at, _ = slices.BinarySearchFunc(bandsOf, d, func(to int, d float64) int {
				if float64(to) < d {
					return -1
				}
				return 1
			})
		}
		bands[at].People += a.groups[i].people
	}
	return bands
}

func community(code string) string { return code[:min(len(code), grid.Community.Digits())] }

// areas tells communities and grids. Communities that share a parcel are one.
func (a *asking) areas(capacity bool) (communities, grids []Area) {
	lead := map[string]string{} // a community to the one it is told with
	var find func(string) string
	find = func(code string) string {
		if l, ok := lead[code]; ok && l != code {
			return find(l)
		}
		return code
	}
	sums := map[string]*sum{}
	members := map[string][]string{}
	var told []int
	for i, p := range a.parcels {
		if !a.in[i] {
			continue
		}
		told = append(told, i)
		for _, code := range p.codes {
			if one, other := find(community(p.codes[0])), find(community(code)); one != other {
				lead[other] = one
			}
		}
	}
	grids = []Area{}
	seen := map[string]bool{}
	for _, i := range told {
		p := a.parcels[i]
		var s sum
		for g := p.first; g < p.end; g++ {
			s.add(&a.groups[g], a.shares.Reached[g], a.shares.Places[g])
		}
		grids = append(grids, a.areaOf(p.codes, s.totals(capacity)))
		for _, code := range p.codes {
			c := community(code)
			l := find(c)
			if sums[l] == nil {
				sums[l], members[l] = &sum{}, []string{l}
				seen[l] = true
			}
			if !seen[c] {
				seen[c] = true
				members[l] = append(members[l], c)
			}
		}
		l := sums[find(community(p.codes[0]))]
		l.people += s.people
		l.covered += s.covered
		l.places += s.places
	}
	communities = []Area{}
	for _, code := range slices.Sorted(maps.Keys(sums)) {
		communities = append(communities, a.areaOf(members[code], sums[code].totals(capacity)))
	}
	return communities, grids
}

func (a *asking) areaOf(codes []string, t Totals) Area {
	area := Area{Named: named(a.ix, codes[0]), Merged: []Named{}, Totals: t}
	for _, code := range codes[1:] {
		area.Merged = append(area.Merged, named(a.ix, code))
	}
	return area
}

// services tells those in the regions, and those beyond that reach into them.
func (a *asking) services() []Reached {
	list := []Reached{}
	for j, p := range a.places {
		told := within(p.scope, a.roots)
		if !told {
			a.field.Within(p.at, float64(a.Metres), func(i int, _ float64) { told = told || a.in[a.groups[i].parcel] })
		}
		if !told {
			continue
		}
		r := Reached{
			ID: p.id, Kind: a.Service, Name: p.name, NameEn: p.nameEn, Address: p.address, State: p.state,
			Lon: p.at[0], Lat: p.at[1], Capacity: p.capacity, People: int(a.shares.People[j]),
		}
		if a.supplies[j].Capacity > 0 && r.People > 0 {
			r.PerHead = new(rounded(100*a.shares.Ratio[j], 1))
		}
		list = append(list, r)
	}
	return list
}
