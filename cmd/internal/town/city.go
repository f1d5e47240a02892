package town

import (
	"fmt"
	"time"

	"onemap/geo/grid"
)

// City is the plan of a town: its border, its quarters, which are the streets
// (街道) of its tree of regions, and all regions. A quarter is made when it is
// asked for and shares nothing with the others but the plan, so that a town of
// a million never lies in memory whole.
type City struct {
	Seed         uint64
	People       int
	Day          time.Time
	Name, NameEn string
	Regions      []Region // parents before children

	ground   ground
	border   rect // of the plan
	river    float64
	phase    float64 // of the river's banks
	ring     rect    // the inner ring road
	quarters []quarter
	parts    []piecePlan // districts
	lines    map[line]*border
	corners  corners
	names    []name
	whole    *Town // the town of one quarter
}

// quarter is a street (街道) in the plan.
type quarter struct {
	rect
	index, district int
	people          int
	code            string
	title           name
	xs, ys          []float64
	bank            int
	edge            [4]bool // whether the left, right, lower, upper side is the city's
	names           []name
	communities     []plot
}

// plot is a community: its rectangle and how many people it is for.
type plot struct {
	rect
	people float64
}

type piecePlan struct {
	rect
	title name
}

// line is a straight border in the plan: upright at x, or level at y.
type line struct {
	upright bool
	at      float64
}

// border is an arterial road between quarters.
type border struct {
	name  name
	class string
}

// corners are where regions meet, by the line they lie on: every border line is
// cut at the same places, whoever draws it.
type corners map[line][]float64

func (c corners) add(r rect) {
	for _, x := range []float64{r.x0, r.x1} {
		c[line{true, x}] = append(c[line{true, x}], r.y0, r.y1)
	}
	for _, y := range []float64{r.y0, r.y1} {
		c[line{false, y}] = append(c[line{false, y}], r.x0, r.x1)
	}
}

const (
	oneQuarter = 30_000  // people; a larger town has several
	inQuarter  = 68_000  // people of a quarter, about
	inDistrict = 460_000 // people of a district, about
	inPlot     = 6_400   // people of a community, at most
	density    = 8_000.0 // people of a square kilometre of the plan
)

// Plan plans a town; see [Make].
func Plan(seed uint64, people int, day time.Time) (*City, error) {
	people = min(max(people, MinPeople), MaxPeople)
	c := &City{Seed: seed, People: people, Day: day, Name: "青禾市（演示）", NameEn: "Qinghe (demo)", lines: map[line]*border{}, corners: corners{}}
	if people <= oneQuarter {
		whole, err := c.single()
		if err != nil {
			return nil, fmt.Errorf("town of seed %d: %w", seed, err)
		}
		c.whole, c.Regions = whole, whole.Regions
		return c, nil
	}
	c.draft()
	c.divide()
	if err := c.draw(); err != nil {
		return nil, fmt.Errorf("town of seed %d: %w", seed, err)
	}
	return c, nil
}

// Quarters is how many there are.
func (c *City) Quarters() int { return max(1, len(c.quarters)) }

// Departments and Accounts are the town's.
func (c *City) Departments() []Department { return departments() }

// Accounts are one for every role.
func (c *City) Accounts() []Account { return accounts(c.Regions) }

// Mark names a building that is there when a quarter was loaded.
func (c *City) Mark(i int) string {
	if len(c.quarters) == 0 {
		return "building-0001"
	}
	return fmt.Sprintf("building-%s0001", prefixOf(i))
}

func prefixOf(i int) string { return fmt.Sprintf("%02d-", i+1) }

// Quarter makes one.
func (c *City) Quarter(i int) (*Town, error) {
	if c.whole != nil {
		return c.whole, nil
	}
	q := &c.quarters[i]
	m := &maker{
		seed: c.Seed, people: q.people, day: c.Day, city: c, quarter: q, index: i, prefix: prefixOf(i), title: q.title,
		street: q.code, district: q.code[:6], ground: c.ground, xs: q.xs, ys: q.ys, bank: q.bank,
		town: &Town{Seed: c.Seed, Name: c.Name, NameEn: c.NameEn, Departments: departments()},
	}
	for _, r := range c.Regions {
		if len(r.Code) > len(q.code) && string(r.Code[:len(q.code)]) == q.code {
			m.town.Regions = append(m.town.Regions, r)
			if r.Code.Level() == grid.Community {
				m.communities = append(m.communities, r)
			}
		}
	}
	m.layQuarter()
	m.assignQuarter()
	m.buildQuarter()
	m.labelQuarter()
	if err := m.fillUp(); err != nil {
		return nil, fmt.Errorf("quarter %s of seed %d: %w", q.code, c.Seed, err)
	}
	return m.town, nil
}

// single makes a town of one quarter.
func (c *City) single() (*Town, error) {
	m := &maker{
		seed: c.Seed, people: c.People, day: c.Day, city: c, district: DistrictCode, street: StreetCode, title: name{"东门", "Dongmen"},
		town: &Town{Seed: c.Seed, Name: c.Name, NameEn: c.NameEn},
	}
	m.draft()
	m.layStreets()
	m.layRiver()
	m.layRoads()
	m.assignUses()
	m.countHomes()
	for i := range m.blocks {
		m.buildUp(&m.blocks[i])
	}
	if err := m.divide(); err != nil {
		return nil, err
	}
	m.labelPlaces()
	m.town.Departments = departments()
	if err := m.fillUp(); err != nil {
		return nil, err
	}
	m.town.Accounts = accounts(m.town.Regions)
	return m.town, nil
}

// fillUp brings addresses, rooms, people, services and everything in the street
// to what is built.
func (m *maker) fillUp() error {
	m.address()
	if m.quarter == nil {
		m.serve()
	} else {
		m.serveQuarter()
	}
	if err := m.furnish(); err != nil {
		return err
	}
	m.inside()
	m.settle()
	m.employ()
	m.happen()
	m.pass()
	return nil
}
