package crosswalk

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/google/uuid"

	"onemap/api/fault"
	"onemap/geo/crs"
	"onemap/geo/lattice"
)

// DefaultSliver is the width, in metres, below which ground between two borders
// that are meant to be one is taken for imprecise drawing.
const DefaultSliver = 5.0

// Match is how a cell of another department and a grid of ours lie to each other.
type Match struct {
	Cell       string   `json:"cell" doc:"The department's code."`
	CellName   string   `json:"cell_name"`
	Grid       string   `json:"grid" doc:"Our code; empty is ground of none of our grids."`
	GridName   string   `json:"grid_name"`
	GridNameEn string   `json:"grid_name_en"`
	Main       bool     `json:"main" doc:"Most of the cell's ground lies in this grid."`
	Sliver     bool     `json:"sliver" doc:"All of it is narrower than what is taken for imprecise drawing."`
	Area       float64  `json:"area_m2"`
	Width      float64  `json:"width_m" doc:"Of its widest piece: twice the area by the perimeter."`
	OfCell     float64  `json:"share_of_cell" doc:"Of the cell's ground, from 0 to 1."`
	OfGrid     float64  `json:"share_of_grid" doc:"Of the grid's ground."`
	PeopleOf   *float64 `json:"people_share_of_cell" doc:"Of the people in the cell; null where nobody is counted there."`
	Counts
}

// Crosswalk leads from a net's codes to ours, in an edition of our grids (0 is the
// one in force). Rows are by cell, the largest share first.
func (s *Service) Crosswalk(ctx context.Context, id uuid.UUID, edition int64, sliver float64) ([]Match, *View, error) {
	v, err := s.one(ctx, id, edition)
	if err != nil {
		return nil, nil, err
	}
	return v.matches(sliver), v.told(sliver), nil
}

// View says what an answer rests on.
type View struct {
	Net     Net     `json:"net"`
	Edition int64   `json:"edition" doc:"Of our grids."`
	Grids   int     `json:"grids"`
	Exact   bool    `json:"exact" doc:"People are counted exactly; otherwise in protected groups."`
	Sliver  float64 `json:"sliver_m" doc:"What is narrower counts as imprecise drawing."`
}

func (v *view) told(sliver float64) *View {
	return &View{Net: v.nets[0].Net, Edition: v.ix.Edition(), Grids: len(v.grids), Exact: v.held.exact, Sliver: sliver}
}

func (v *view) matches(sliver float64) []Match {
	type ground struct{ area, width float64 }
	pairs := map[pair]ground{}
	ofCell, ofGrid := map[int]float64{}, map[int]float64{}
	for _, p := range v.pieces {
		if p.grid >= 0 {
			ofGrid[p.grid] += p.Area
		}
		for _, c := range p.cells[0] {
			g := pairs[pair{c, p.grid}]
			pairs[pair{c, p.grid}] = ground{g.area + p.Area, max(g.width, p.Width)}
			ofCell[c] += p.Area
		}
	}
	counts := v.byPair(0)
	people, most := map[int]int64{}, map[int]pair{}
	order := func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.cell, b.cell), cmp.Compare(pairs[b].area, pairs[a].area), cmp.Compare(a.grid, b.grid))
	}
	sorted := slices.SortedFunc(maps.Keys(pairs), order)
	for k, c := range counts {
		people[k.cell] += c.People
	}
	for _, k := range sorted {
		if _, known := most[k.cell]; !known && k.grid >= 0 {
			most[k.cell] = k
		}
	}
	list := []Match{}
	for _, k := range sorted {
		if !v.sees(k.grid) {
			continue
		}
		cell, g := v.nets[0].cells[k.cell], pairs[k]
		m := Match{
			Cell: cell.Code, CellName: cell.Name, Grid: v.gridCode(k.grid), Main: most[k.cell] == k && k.grid >= 0, Sliver: g.width < sliver,
			Area: rounded(g.area, 1), Width: rounded(g.width, 2), OfCell: rounded(g.area/ofCell[k.cell], 6), Counts: counts[k],
		}
		if k.grid >= 0 {
			m.GridName, m.GridNameEn, m.OfGrid = v.grids[k.grid].Name, v.grids[k.grid].NameEn, rounded(g.area/ofGrid[k.grid], 6)
		}
		if n := people[k.cell]; n > 0 {
			share := rounded(float64(counts[k].People)/float64(n), 6)
			m.PeopleOf = &share
		}
		list = append(list, m)
	}
	return list
}

func rounded(v float64, digits int) float64 {
	unit := math.Pow10(digits)
	return math.Round(v*unit) / unit
}

// CellAnswer is a cell with the grids of ours that it lies in.
type CellAnswer struct {
	Net     Net        `json:"net"`
	Code    string     `json:"code"`
	Name    string     `json:"name"`
	Edition int64      `json:"edition"`
	Exact   bool       `json:"exact"`
	BBox    [4]float64 `json:"bbox" doc:"West, south, east, north; WGS84."`
	Grids   []Match    `json:"grids" doc:"The largest share first; slivers last."`
}

// Cell leads from a department's code to our grids.
func (s *Service) Cell(ctx context.Context, id uuid.UUID, code string, edition int64, sliver float64) (CellAnswer, error) {
	v, err := s.one(ctx, id, edition)
	if err != nil {
		return CellAnswer{}, err
	}
	a := CellAnswer{Net: v.nets[0].Net, Code: code, Edition: v.ix.Edition(), Exact: v.held.exact, Grids: []Match{}}
	for _, m := range v.matches(sliver) {
		if m.Cell == code {
			a.Grids = append(a.Grids, m)
		}
	}
	if len(a.Grids) == 0 {
		return a, fault.Missing("cell")
	}
	slices.SortStableFunc(a.Grids, func(x, y Match) int {
		switch {
		case x.Sliver == y.Sliver:
			return 0
		case x.Sliver:
			return 1
		}
		return -1
	})
	for _, c := range v.nets[0].cells {
		if c.Code == code {
			b := c.Geom.Bound()
			a.Name, a.BBox = c.Name, [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
		}
	}
	return a, nil
}

// Holder is a net with its cells that hold a place: none where the net leaves a
// gap, several where its cells overlap.
type Holder struct {
	Net   uuid.UUID  `json:"net"`
	Scope string     `json:"scope"`
	Name  string     `json:"name"`
	Kind  Kind       `json:"kind" enum:"police,fire,civil_affairs,party_building,other"`
	Title string     `json:"title"`
	En    string     `json:"title_en"`
	Cells []HeldCell `json:"cells"`
}

// HeldCell names a cell.
type HeldCell struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// At says whose a place is in every net over it that the actor may see.
func (s *Service) At(ctx context.Context, at crs.WGS84) ([]Holder, string, error) {
	sight, err := area(ctx)
	if err != nil {
		return nil, "", err
	}
	list := []Holder{}
	where := s.Regions.Index().Locate(at)
	if !sight.Holds(string(where.Scope), "") {
		return list, "", nil
	}
	nets, err := readNets(ctx, s.Pool, string(where.Scope))
	if err != nil {
		return nil, "", err
	}
	node, _ := lattice.On(at.Lon, at.Lat)
	for _, n := range nets {
		if !strings.HasPrefix(string(where.Scope), n.Scope) && !strings.HasPrefix(n.Scope, string(where.Scope)) {
			continue
		}
		d, err := s.cover(ctx, n)
		if err != nil {
			return nil, "", err
		}
		h := Holder{Net: n.ID, Scope: n.Scope, Name: n.Name, Kind: n.Kind, Title: n.Title, En: n.TitleEn, Cells: []HeldCell{}}
		for _, o := range d.owners.Owners(node, nil) {
			h.Cells = append(h.Cells, HeldCell{d.cells[o].Code, d.cells[o].Name})
		}
		list = append(list, h)
	}
	return list, string(where.Grid), nil
}

// cover is a net's cells, read once for each revision.
func (s *Service) cover(ctx context.Context, n Net) (cover, error) {
	s.mu.Lock()
	c := s.covers[n.ID]
	s.mu.Unlock()
	if c.Rev == n.Rev {
		return c, nil
	}
	list, err := s.read(ctx, []Net{n})
	if err != nil {
		return cover{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.covers[n.ID] = list[0]
	return list[0], nil
}
