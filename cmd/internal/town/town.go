package town

import (
	"cmp"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"onemap/api/plate"
	"onemap/geo/grid"
)

// Town is everything the demo loads. Points and polygons are WGS84, lon
// before lat; refs are stable from run to run of the same seed.
type Town struct {
	Seed          uint64
	Name, NameEn  string
	Regions       []Region // parents before children
	Basemap       []Feature
	Buildings     []Building
	Facilities    []Facility
	Services      []Service
	Departments   []Department
	Accounts      []Account
	Cases         []Case // walked step by step; the oldest first
	Stacks        []Stack
	People        []Person
	Organisations []Organisation
	Past          []Past // ended cases of six months
}

// Region is a polygon of the tree city, district, street, community, grid.
type Region struct {
	Code         grid.Code
	Name, NameEn string
	Geom         orb.MultiPolygon
}

// Feature is something of the map beneath the data.
type Feature struct {
	Ref            string
	Layer, Class   string
	Name, NameEn   string
	Rank           int // 0 the most important, 9 the least
	Bridge, Tunnel bool
	Geom           orb.Geometry
}

// Building is a house.
type Building struct {
	Ref          string
	Name, NameEn string
	Use          string // as OpenStreetMap's building=*
	Address      string
	Levels       int
	Below        int     // storeys below ground
	Height       float64 // metres
	Point        orb.Point
	Footprint    orb.Polygon
}

// Facility is a thing in the street.
type Facility struct {
	Ref               string
	Code              plate.Code
	Kind, Class       string
	Name, NameEn      string
	Place             string
	Owner, Maintainer string
	Department        string
	Point             orb.Point
}

// Service is where residents are served.
type Service struct {
	Ref            string
	Kind           string
	Name, NameEn   string
	Address, Hours string // hours as OpenStreetMap's opening_hours=*
	Capacity       int    // 0 where that says nothing
	Unit           string // what the capacity counts: meals a day, beds, places, visits a day
	Point          orb.Point
}

// Department handles cases; Kinds are the facility kinds it looks after.
type Department struct {
	Code, Name, NameEn string
	Kinds              []string
}

// Account is a demo account; its password is the loader's to give.
type Account struct {
	Login, Name string
	Role, Scope string
	Department  string // of a handler
}

// Case is a report and what became of it. Its beginning is Ago before the
// moment of loading, and the steps follow one another.
type Case struct {
	Ref            string
	Facility       int // place in Town.Facilities, or -1 where a pin was dropped
	Point          orb.Point
	Place          string
	Category       string // code of GB/T 47678.5-2026
	Concern        string // dirty, messy, poor, broken
	Title, TitleEn string
	Text           string
	Channel        string // scan, pin, staff
	Urgent         bool
	Photo          string // kind for DemoPhoto, or ""
	Ago            time.Duration
	Steps          []Step // after the report itself
	State          string // after the last step
}

// Step is one step of a case.
type Step struct {
	Action     string
	Role       string        // who takes it
	After      time.Duration // since the step before
	Department string        // of a dispatch, or of the handler
	Note       string
	Photo      string
}

// Codes of the demo city and what lies above the communities.
const (
	CityCode     = "9901"
	DistrictCode = "990101"
	StreetCode   = "990101001"
)

// The people a town may be made for.
const (
	MinPeople = 1000
	MaxPeople = 2_000_000
)

// Make makes a whole town at once; day is today, from which ages are counted.
// Numbers of people outside MinPeople to MaxPeople are brought to the nearest
// of these. See [Plan] for towns too large to be held whole.
func Make(seed uint64, people int, day time.Time) (*Town, error) {
	c, err := Plan(seed, people, day)
	if err != nil {
		return nil, err
	}
	if c.Quarters() == 1 {
		return c.Quarter(0)
	}
	whole := &Town{Seed: seed, Name: c.Name, NameEn: c.NameEn, Regions: c.Regions, Departments: departments(), Accounts: accounts(c.Regions)}
	for i := range c.Quarters() {
		q, err := c.Quarter(i)
		if err != nil {
			return nil, err
		}
		whole.add(q)
	}
	slices.SortStableFunc(whole.Cases, func(a, b Case) int { return cmp.Compare(b.Ago, a.Ago) })
	return whole, nil
}

// add appends a quarter, whose places in lists move on.
func (t *Town) add(q *Town) {
	buildings, facilities, stacks := len(t.Buildings), len(t.Facilities), len(t.Stacks)
	for i := range q.Stacks {
		q.Stacks[i].Building += buildings
	}
	for i := range q.People {
		p := &q.People[i]
		p.Home.Stack += stacks
		for k := range p.Ties {
			p.Ties[k].Home.Stack += stacks
		}
	}
	for i := range q.Organisations {
		q.Organisations[i].Door.Stack += stacks
	}
	for i := range q.Cases {
		if q.Cases[i].Facility >= 0 {
			q.Cases[i].Facility += facilities
		}
	}
	for i := range q.Past {
		if q.Past[i].Facility >= 0 {
			q.Past[i].Facility += facilities
		}
	}
	t.Basemap, t.Buildings = append(t.Basemap, q.Basemap...), append(t.Buildings, q.Buildings...)
	t.Facilities, t.Services = append(t.Facilities, q.Facilities...), append(t.Services, q.Services...)
	t.Cases, t.Past = append(t.Cases, q.Cases...), append(t.Past, q.Past...)
	t.Stacks, t.People = append(t.Stacks, q.Stacks...), append(t.People, q.People...)
	t.Organisations = append(t.Organisations, q.Organisations...)
}

// maker holds the town, or a quarter of it, while it is being made.
type maker struct {
	seed     uint64
	people   int
	day      time.Time
	town     *Town
	city     *City
	index    int    // of the quarter
	prefix   string // of refs: empty in a town of one quarter
	street   string // its code
	district string // its code
	title    name   // of the quarter

	ground  ground
	xs      []float64 // the avenues that run north, in plan metres
	ys      []float64 // the avenues that run east; the river lies between two
	bank    int       // ys[bank] and ys[bank+1] are the riverside roads; -1 without a river
	bridges []int     // of xs
	streets []street
	blocks  []block
	ways    []way
	houses  []house
	marks   []mark
	greens  []green
	gates   []gate
	homes   float64 // houses a compound is to have

	quarter     *quarter // nil in a town of one
	communities []Region
	waysNear    map[[2]int][]piece
	housesNear  map[[2]int][]int
	bare        map[*street]bool
}

// dice are the random numbers of one part of the work, so that a change to
// one part leaves the others as they were.
func (m *maker) dice(part string) dice {
	h := fnv.New64a()
	_, _ = h.Write([]byte(m.prefix + part)) // a hash takes everything
	return dice{rand.New(rand.NewPCG(m.seed, h.Sum64()))}
}

type dice struct{ *rand.Rand }

// between is even from low to high.
func (d dice) between(low, high float64) float64 { return low + (high-low)*d.Float64() }

// chance is true with probability p.
func (d dice) chance(p float64) bool { return d.Float64() < p }

// usual is how many people the town is for whose plan is not scaled; below least
// a town does not become smaller, but has fewer houses.
const (
	usual = 10_000.0
	least = 6_000.0
)

// scale is how much larger than the usual town a side of this town is.
func (m *maker) scale() float64 { return math.Sqrt(math.Max(float64(m.people), least) / usual) }
