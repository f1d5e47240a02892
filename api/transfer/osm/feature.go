package osm

import "github.com/paulmach/orb"

// A Ref names an object of the file: "n12", "w123" or "r45". It is stable
// between two extracts of the same place, so a second import finds its own.
// All coordinates are (lon, lat) in WGS84 degrees.

// Building is an outline with a building tag.
type Building struct {
	Ref     string
	Name    string
	NameEn  string
	Use     string // what the tags say it is for, "" when only that it is a building
	Address string
	Levels  int     // storeys above ground, 1..300; 0 when not said
	HeightM float64 // metres, above 0 and below 2,000; 0 when not said
	Geom    orb.MultiPolygon
	Point   orb.Point // strictly inside Geom: the grid that holds it is the building's
}

// Facility is a piece of street furniture or another public thing that may
// carry a plate.
type Facility struct {
	Ref    string
	Kind   string // waste_basket, bench, ...
	Class  string // the plate class the kind belongs to
	Name   string
	NameEn string
	Place  string // the street, when the tags name it
	Owner  string // who runs it, when the tags say so
	Point  orb.Point
}

// Service is a place where residents are served.
type Service struct {
	Ref      string
	Kind     string // school, clinic, ...
	Name     string
	NameEn   string
	Address  string
	Hours    string // opening hours in the source's own notation
	Capacity int    // persons, beds or places; 0 when not said
	Point    orb.Point
}

// Basemap is a line, area or named point drawn under everything else. One
// object gives at most one feature a layer.
type Basemap struct {
	Ref    string
	Layer  string // road rail waterway water green landuse place boundary
	Class  string
	Name   string
	NameEn string
	Rank   int // 0 most important, 9 least
	Bridge bool
	Tunnel bool
	Geom   orb.Geometry // LineString, MultiLineString, MultiPolygon or Point
}

// Boundary is the area of an administrative division.
type Boundary struct {
	Ref        string
	Name       string
	NameEn     string
	AdminLevel int    // the source's own level, 2 country .. 11; 0 when not said
	Code       string // the division's official code, when the tags hold one
	Geom       orb.MultiPolygon
}

// Sink takes the features one by one, in no promised order, from one
// goroutine. An error stops the reading and comes back from Read unchanged
// under errors.Is.
type Sink interface {
	Building(Building) error
	Facility(Facility) error
	Service(Service) error
	Basemap(Basemap) error
	Boundary(Boundary) error
}
