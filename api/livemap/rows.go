package livemap

import (
	"encoding/binary"
	"errors"
	"math"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"onemap/geo/ewkb"
	"onemap/geo/lattice"
	"onemap/geo/live"
)

// Case is what the live map keeps of a case. It holds nothing of who reported it.
type Case struct {
	FID        int64
	Number     string
	Category   string
	Title      string
	TitleEn    string
	State      string
	Urgent     bool
	Grid       string // empty outside all grids
	Scope      string
	Department string
	Due        time.Time // zero where there is none
	Created    time.Time
}

// Open says whether something is still to be done.
func (c *Case) Open() bool { return c.State != "closed" && c.State != "rejected" }

// Facility is what it keeps of a public facility.
type Facility struct {
	FID    int64
	Code   string // of its plate
	Kind   string
	Class  string
	Name   string
	NameEn string
	State  string
	Grid   string
	Scope  string
}

// Service is what it keeps of a service.
type Service struct {
	FID    int64
	Kind   string
	Name   string
	NameEn string
	State  string
	Grid   string
	Scope  string
}

// Building is what it keeps of a building, beside its footprint.
type Building struct {
	FID     int64
	Name    string
	NameEn  string
	Use     string
	Address string
	Grid    string
	Scope   string
}

// codes are texts that many objects share; each is kept once.
var codes sync.Map

func shared(b []byte) string {
	if kept, ok := codes.Load(string(b)); ok {
		return kept.(string)
	}
	s := string(b)
	kept, _ := codes.LoadOrStore(s, s)
	return kept.(string)
}

var errPlace = errors.New("the place is not on Earth")

// object reads the columns that every layer of points begins with: id, rev, lon, lat, fid.
func object[R any](v [][]byte) (o live.Object[R], fid int64, err error) {
	o.ID, o.Rev = live.ID(v[0]), whole(v[1])
	at, ok := lattice.On(number(v[2]), number(v[3]))
	if !ok {
		err = errPlace
	}
	o.At = at
	return o, whole(v[4]), err
}

const objectColumns = "id, rev, ST_X(point), ST_Y(point), fid"

func whole(b []byte) int64    { return int64(binary.BigEndian.Uint64(b)) }
func number(b []byte) float64 { return math.Float64frombits(binary.BigEndian.Uint64(b)) }
func boolean(b []byte) bool   { return b[0] != 0 }
func moment(b []byte) (t time.Time) {
	if b == nil {
		return t
	}
	return epoch.Add(time.Duration(whole(b)) * time.Microsecond)
}

var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // of PostgreSQL's timestamps

const caseQuery = "SELECT " + objectColumns + ", number, category, title, title_en, state, urgent, grid_code, scope_code, department_code, due_at, created_at FROM case_file"

func decodeCase(v [][]byte) (live.Object[Case], error) {
	o, fid, err := object[Case](v)
	o.Row = Case{
		FID: fid, Number: string(v[5]), Category: shared(v[6]), Title: string(v[7]), TitleEn: string(v[8]), State: shared(v[9]), Urgent: boolean(v[10]),
		Grid: shared(v[11]), Scope: shared(v[12]), Department: shared(v[13]), Due: moment(v[14]), Created: moment(v[15]),
	}
	return o, err
}

const facilityQuery = "SELECT " + objectColumns + ", code, kind, class, name, name_en, state, grid_code, scope_code FROM facility"

func decodeFacility(v [][]byte) (live.Object[Facility], error) {
	o, fid, err := object[Facility](v)
	o.Row = Facility{
		FID: fid, Code: string(v[5]), Kind: shared(v[6]), Class: shared(v[7]), Name: string(v[8]), NameEn: string(v[9]), State: shared(v[10]),
		Grid: shared(v[11]), Scope: shared(v[12]),
	}
	return o, err
}

const serviceQuery = "SELECT " + objectColumns + ", kind, name, name_en, state, grid_code, scope_code FROM service"

func decodeService(v [][]byte) (live.Object[Service], error) {
	o, fid, err := object[Service](v)
	o.Row = Service{FID: fid, Kind: shared(v[5]), Name: string(v[6]), NameEn: string(v[7]), State: shared(v[8]), Grid: shared(v[9]), Scope: shared(v[10])}
	return o, err
}

const buildingQuery = "SELECT id, rev, fid, geom, name, name_en, use, address, grid_code, scope_code FROM building"

func decodeBuilding(v [][]byte) (s live.Shape[Building], err error) {
	s.ID, s.Rev = live.ID(v[0]), whole(v[1])
	g, _, err := ewkb.Unmarshal(v[3])
	if err != nil {
		return s, err
	}
	footprint, ok := g.(orb.MultiPolygon)
	if !ok {
		return s, errors.New("the footprint is no polygon")
	}
	s.Area, err = live.NewArea(footprint)
	s.Row = Building{
		FID: whole(v[2]), Name: string(v[4]), NameEn: string(v[5]), Use: shared(v[6]), Address: string(v[7]), Grid: shared(v[8]), Scope: shared(v[9]),
	}
	return s, err
}
