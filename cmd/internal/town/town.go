package town

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"

	"github.com/paulmach/orb"

	"onemap/api/plate"
	"onemap/geo/grid"
)

// Town is everything the demo loads. Points and polygons are WGS84, lon
// before lat; refs are stable from run to run of the same seed.
type Town struct {
	Seed         uint64
	Name, NameEn string
	Regions      []Region // parents before children
	Basemap      []Feature
	Buildings    []Building
	Facilities   []Facility
	Services     []Service
	Departments  []Department
	Accounts     []Account
	Cases        []Case // the oldest first
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
	Capacity       int    // places, beds or seats; 0 where that says nothing
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
	MaxPeople = 100_000
)

// Make makes the town. People set its size, about one house of flats for 29 of them and an old quarter;
// numbers outside MinPeople to MaxPeople are brought to the nearest of these.
func Make(seed uint64, people int) (*Town, error) {
	people = min(max(people, MinPeople), MaxPeople)
	m := &maker{
		seed: seed, people: people,
		town: &Town{Seed: seed, Name: "青禾市（演示）", NameEn: "Qinghe (demo)"},
	}
	m.draft()
	m.layStreets()
	m.layRiver()
	m.assignUses()
	m.countHomes()
	for i := range m.blocks {
		m.buildUp(&m.blocks[i])
	}
	if err := m.divide(); err != nil {
		return nil, fmt.Errorf("town of seed %d: %w", seed, err)
	}
	m.labelPlaces()
	m.town.Departments = departments()
	m.address()
	m.serve()
	if err := m.furnish(); err != nil {
		return nil, fmt.Errorf("town of seed %d: %w", seed, err)
	}
	m.happen()
	m.town.Accounts = accounts(m.town.Regions)
	return m.town, nil
}

// maker holds the town while it is being made.
type maker struct {
	seed   uint64
	people int
	town   *Town

	ground  ground
	xs      []float64 // the avenues that run north, in plan metres
	ys      []float64 // the avenues that run east; the river lies between two
	bank    int       // ys[bank] and ys[bank+1] are the riverside roads
	bridges []int     // of xs
	streets []street
	blocks  []block
	ways    []way
	houses  []house
	marks   []mark
	greens  []green
	gates   []gate
	homes   float64 // houses a compound is to have
}

// dice are the random numbers of one part of the work, so that a change to
// one part leaves the others as they were.
func (m *maker) dice(part string) dice {
	h := fnv.New64a()
	_, _ = h.Write([]byte(part)) // a hash takes everything
	return dice{rand.New(rand.NewPCG(m.seed, h.Sum64()))}
}

type dice struct{ *rand.Rand }

// between is even from low to high.
func (d dice) between(low, high float64) float64 { return low + (high-low)*d.Float64() }

// chance is true with probability p.
func (d dice) chance(p float64) bool { return d.Float64() < p }

// scale is how much larger than a town of 5,000 a side of this town is.
func (m *maker) scale() float64 { return math.Sqrt(float64(m.people) / 5000) }
