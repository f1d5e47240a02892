package analysis

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"
	"github.com/paulmach/orb/maptile"

	"onemap/geo/grid"
)

const (
	leastCell = 200  // metres: the side of a square at least
	mostCells = 6000 // a larger area is told by larger squares
)

// cellsOf tells the demand by squares of the lattice that map tiles have
// (Web Mercator; used for its squares only, areas are measured on the ground).
// A built-up square in which no group stands joins the nearest in which one
// does: there is no blank between, and few and none look the same.
func (a *asking) cellsOf(capacity bool) ([]Cell, int) {
	zoom := a.zoom()
	sums := map[maptile.Tile]*sum{}
	by := map[maptile.Tile]map[string]int{}
	for i := range a.groups {
		if !a.in[a.groups[i].parcel] {
			continue
		}
		t := maptile.At(a.groups[i].at, zoom)
		if sums[t] == nil {
			sums[t], by[t] = &sum{}, map[string]int{}
		}
		sums[t].add(&a.groups[i], a.shares.Reached[i], a.shares.Places[i])
		by[t][community(a.parcels[a.groups[i].parcel].codes[0])] += a.groups[i].people
	}
	squares := a.squares(zoom, sums)
	order := slices.SortedFunc(maps.Keys(sums), byTile)
	cells := make([]Cell, 0, len(order))
	for _, t := range order {
		cells = append(cells, cellOf(t, squares[t], sums[t].totals(capacity), most(by[t])))
	}
	return cells, sideOf(zoom, a.latitude())
}

func byTile(a, b maptile.Tile) int { return cmp.Or(cmp.Compare(a.Y, b.Y), cmp.Compare(a.X, b.X)) }

func most(of map[string]int) string {
	best := ""
	for code, n := range of {
		if n > of[best] || n == of[best] && (best == "" || code < best) {
			best = code
		}
	}
	return best
}

// latitude is that of the known area farthest from the equator, so that the
// lattice is the same whatever is asked.
func (a *asking) latitude() float64 {
	if len(a.demand.buildings) == 0 {
		return 0
	}
	south, north := 90.0, -90.0
	for i := range a.demand.buildings {
		lat := a.demand.buildings[i].at[1]
		south, north = min(south, lat), max(north, lat)
	}
	return max(math.Abs(south), math.Abs(north))
}

// zoom is the level of the smallest squares that are large enough, and few enough.
func (a *asking) zoom() maptile.Zoom {
	lat := a.latitude()
	zoom := maptile.Zoom(18)
	for zoom > 0 && sideOf(zoom, lat) < leastCell {
		zoom--
	}
	for ; zoom > 10; zoom-- {
		seen := map[maptile.Tile]bool{}
		for i := range a.groups {
			if a.in[a.groups[i].parcel] {
				seen[maptile.At(a.groups[i].at, zoom)] = true
			}
		}
		if len(seen) <= mostCells {
			break
		}
	}
	return zoom
}

// sideOf is the side of a square in metres.
func sideOf(zoom maptile.Zoom, lat float64) int {
	const around = 2 * math.Pi * 6378137
	return int(around * math.Cos(lat*math.Pi/180) / float64(uint64(1)<<zoom))
}

// squares gives each square with people those that join it, itself first.
func (a *asking) squares(zoom maptile.Zoom, with map[maptile.Tile]*sum) map[maptile.Tile][]maptile.Tile {
	joined := make(map[maptile.Tile][]maptile.Tile, len(with))
	for t := range with {
		joined[t] = []maptile.Tile{t}
	}
	built := map[maptile.Tile]bool{}
	for i := range a.demand.buildings {
		if b := &a.demand.buildings[i]; a.inside[b.scope] {
			built[maptile.At(b.at, zoom)] = true
		}
	}
	for _, t := range slices.SortedFunc(maps.Keys(built), byTile) {
		if with[t] != nil {
			continue
		}
		if host, ok := nearestTile(t, with); ok {
			joined[host] = append(joined[host], t)
		}
	}
	return joined
}

// nearestTile looks in rings around a square, at most 32 squares away.
func nearestTile(t maptile.Tile, with map[maptile.Tile]*sum) (maptile.Tile, bool) {
	var best maptile.Tile
	least := math.MaxInt
	for ring := 1; ring <= 32 && ring*ring <= least; ring++ {
		for dy := -ring; dy <= ring; dy++ {
			step := 2 * ring
			if dy == -ring || dy == ring {
				step = 1
			}
			for dx := -ring; dx <= ring; dx += step {
				c := maptile.New(uint32(int(t.X)+dx), uint32(int(t.Y)+dy), t.Z)
				if d := dx*dx + dy*dy; d < least && with[c] != nil {
					best, least = c, d
				}
			}
		}
	}
	return best, least < math.MaxInt
}

func cellOf(t maptile.Tile, squares []maptile.Tile, totals Totals, community string) Cell {
	var area float64
	parts := make([]orb.MultiPolygon, len(squares))
	for i, s := range squares {
		square := s.Bound().ToPolygon()
		area += geo.Area(square)
		parts[i] = orb.MultiPolygon{square}
	}
	shape := parts[0]
	if len(parts) > 1 {
		if union, err := grid.Union(parts); err == nil {
			shape = union
		} else { // squares that meet in a corner only
			shape = slices.Concat(parts...)
		}
	}
	middle := t.Bound().Center()
	return Cell{
		Type: "Feature", ID: fmt.Sprintf("%d/%d/%d", t.Z, t.X, t.Y),
		Geometry: CellGeometry{Type: "MultiPolygon", Coordinates: coordinates(shape)},
		Properties: CellProperties{
			Totals: totals, Density: int(float64(totals.People)/(area/1e6) + 0.5), Squares: len(squares), Community: community,
			Lon: rounded(middle[0], 6), Lat: rounded(middle[1], 6),
		},
	}
}

func coordinates(shape orb.MultiPolygon) [][][][2]float64 {
	all := make([][][][2]float64, len(shape))
	for i, polygon := range shape {
		all[i] = make([][][2]float64, len(polygon))
		for j, ring := range polygon {
			all[i][j] = make([][2]float64, len(ring))
			for k, p := range ring {
				all[i][j][k] = [2]float64{rounded(p[0], 7), rounded(p[1], 7)}
			}
		}
	}
	return all
}

func rounded(v float64, digits int) float64 {
	unit := math.Pow10(digits)
	return math.Round(v*unit) / unit
}
