package parcel

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// Rank is what a line keeps apart.
type Rank uint8

// The ranks. What is no barrier at all is a cut between buildings.
const (
	Barrier Rank = iota // expressways, railways, rivers: no cell lies on both sides, but for scraps
	Main                // main roads
	Street
	Lane // lanes, walls, ditches
	Open // nothing runs there
)

// Line is something that people do not cross without need.
type Line struct {
	Way  orb.LineString
	Rank Rank
}

// Load is how much there is to do at a place: households, cases.
type Load struct {
	At   orb.Point
	Much float64
}

// Region is what is to be cut, and what lies in it. What lies outside is left out.
type Region struct {
	Geom      orb.MultiPolygon
	Lines     []Line
	Buildings []orb.MultiPolygon // footprints; courtyards count as part of them
	Loads     []Load             // only when load is wanted
}

// Wanted is what a cell is to have: ground, or load.
type Wanted struct {
	Area    float64 // square metres; 0 when Load is given
	Load    float64
	Workers int // how many share the cells; 0 when nobody asks
}

// Why a cell is far from what is wanted.
type Why string

// The reasons.
const (
	Fits     Why = ""
	OneHouse Why = "one_building" // one building alone has more than is wanted
	NoWay    Why = "no_way"       // buildings leave no way through
	Hemmed   Why = "hemmed_in"    // too small, and every neighbour lies across a barrier
	Full     Why = "full"         // too small, and no neighbour has room for it
	Strips   Why = "strips"       // too large, with the ground between roads or tracks beside it
	Little   Why = "little"       // the whole region has less than is wanted
)

// Cell is one grid to be.
type Cell struct {
	Geom    orb.MultiPolygon
	Area    float64 // square metres
	Load    float64 // of what is wanted: the area, when ground is wanted
	Why     Why
	Crossed [Open]float64 // metres of barriers that run through it, by rank
	Work    int           // the work area it belongs to, from 1; 0 when nobody asks
}

// Plan is a region cut into cells, in reading order.
type Plan struct {
	Cells []Cell
	Wanted
	// Sliced is how many buildings a cell's border goes through: none, it is
	// counted from the finished cells.
	Sliced int
	// Straddling is how many buildings the region's own border goes through.
	Straddling int
	// Detours is how many buildings a line goes through, which the cells go round.
	Detours int
	// Kept is how many lines of those given reach into the region.
	Kept int
}

// Largest region that is cut, in square metres, and most cells of one.
const (
	largest   = 2e9
	MostCells = 999 // what three digits of a code can count
)

// Cut cuts a region. An error says why it cannot be: its rings are not sound, it
// is too large for what is wanted, or lines lie so close that they cannot be told
// apart. It ends early when the context does.
func Cut(ctx context.Context, r Region, w Wanted) (Plan, error) {
	if !(w.Area > 0) == !(w.Load > 0) || math.IsInf(w.Area+w.Load, 0) {
		return Plan{}, errors.New("either an area or a load is wanted")
	}
	t, err := newTown(r, w)
	if err != nil {
		return Plan{}, err
	}
	if t.total < little*t.want {
		return t.single(r.Geom), nil
	}
	if n := t.total / t.want; n > MostCells {
		return Plan{}, fmt.Errorf("cells of this size would be about %.0f; a community has at most %d grids", n, MostCells)
	}
	t.detour()
	d, err := t.blocks(ctx)
	if err != nil {
		return Plan{}, err
	}
	z := newZones(d, t)
	z.agglomerate()
	if err := z.exchange(ctx); err != nil {
		return Plan{}, err
	}
	plan, err := z.cells()
	if err != nil {
		return Plan{}, err
	}
	if len(plan.Cells) > MostCells {
		return Plan{}, fmt.Errorf("there would be %d cells; a community has at most %d grids", len(plan.Cells), MostCells)
	}
	return plan, nil
}

// single is the region as one cell.
func (t *town) single(geom orb.MultiPolygon) Plan {
	c := Cell{Geom: geom, Load: t.total, Why: Little}
	for _, s := range t.border {
		c.Area += t.area(s)
	}
	if t.plan.Workers > 0 {
		c.Work = 1
	}
	t.plan.Cells = []Cell{c}
	return t.plan
}
