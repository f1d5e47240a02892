package grid

import "github.com/paulmach/orb"

// Region is one polygon of an edition as it is given to [NewIndex].
type Region struct {
	Code         Code
	Name, NameEn string
	Geom         orb.MultiPolygon // WGS84, lon before lat
}

// Ref names a region without its polygon.
type Ref struct {
	Code   Code
	Level  Level
	Name   string
	NameEn string
	Bound  orb.Bound // WGS84 degrees
}

// Place is the answer to "where is this?".
type Place struct {
	// Grid is the grid that holds the place, "" when none does.
	Grid Code
	// Scope is the deepest region that holds the place; with Outside, the nearest
	// city, or "" when FarOutside.
	Scope Code
	// Outside: no region holds the place.
	Outside bool
	// FarOutside: nor is there a city within 5 km. Implies Outside.
	FarOutside bool
	// Edition of the polygons that gave the answer.
	Edition int64
}
