package crosswalk

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
)

// Sort is what is odd about ground.
type Sort string

// The sorts.
const (
	Departs Sort = "border"  // the department's border departs from ours
	Gap     Sort = "gap"     // of a grid of ours, and of no cell
	Overlap Sort = "overlap" // of several cells
	Beyond  Sort = "beyond"  // of a cell, and of no grid of ours
)

// Disagreement is ground about which a net and our grids do not agree.
type Disagreement struct {
	Sort     Sort     `json:"sort" enum:"border,gap,overlap,beyond"`
	Grid     string   `json:"grid" doc:"Ours that has it; empty where none does."`
	GridName string   `json:"grid_name"`
	GridEn   string   `json:"grid_name_en"`
	Cells    []string `json:"cells" doc:"The department's that claim it."`
	Mostly   string   `json:"mostly_grid" doc:"The grid in which most of the first cell lies."`
	Rather   string   `json:"mostly_cell" doc:"The cell that has most of the grid."`
	Area     float64  `json:"area_m2"`
	Width    float64  `json:"width_m"`
	Lon      float64  `json:"lon"`
	Lat      float64  `json:"lat"`
	Counts
	Geometry orb.MultiPolygon `json:"-"`
}

// Disagreements lists where a net and our grids part, the most people first.
//
// A cell agrees with each grid in which most of it lies, and with each grid of
// which it has most: so a net that is coarser or finer than ours, its borders along
// ours, agrees everywhere. Ground of a cell in a grid with which the cell does not
// agree is where the borders depart from each other. What is narrower than sliver
// metres is taken for imprecise drawing and left out.
func (s *Service) Disagreements(ctx context.Context, id uuid.UUID, edition int64, sliver float64) ([]Disagreement, *View, error) {
	v, err := s.one(ctx, id, edition)
	if err != nil {
		return nil, nil, err
	}
	most := v.mostly(0, v.labels(), v.areas())
	counts := v.byPiece()
	list := []Disagreement{}
	for i, p := range v.pieces {
		cells := p.cells[0]
		if p.Width < sliver || !v.sees(p.grid) {
			continue
		}
		d := Disagreement{Grid: v.gridCode(p.grid), Cells: []string{}, Area: rounded(p.Area, 1), Width: rounded(p.Width, 2), Lon: p.Place[0], Lat: p.Place[1], Counts: counts[i], Geometry: p.Geom}
		switch {
		case len(cells) > 1:
			d.Sort = Overlap
		case len(cells) == 0:
			d.Sort = Gap
		case p.grid < 0:
			d.Sort = Beyond
		case most.agree(cells[0], p.grid):
			continue
		default:
			d.Sort = Departs
		}
		for _, c := range cells {
			d.Cells = append(d.Cells, v.nets[0].cells[c].Code)
		}
		if len(cells) > 0 {
			if g, known := most.grid[cells[0]]; known {
				d.Mostly = v.gridCode(g)
			}
		}
		if p.grid >= 0 {
			d.GridName, d.GridEn = v.grids[p.grid].Name, v.grids[p.grid].NameEn
			if c, known := most.cell[p.grid]; known {
				d.Rather = v.nets[0].cells[c].Code
			}
		}
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b Disagreement) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(b.Buildings, a.Buildings), cmp.Compare(b.Area, a.Area), strings.Compare(a.Grid, b.Grid),
			slices.Compare(a.Cells, b.Cells), cmp.Compare(a.Lon, b.Lon), cmp.Compare(a.Lat, b.Lat))
	})
	return list, v.told(sliver), nil
}

// labels are the pieces' grids as they are.
func (d *drawing) labels() []int {
	of := make([]int, len(d.pieces))
	for i, p := range d.pieces {
		of[i] = p.grid
	}
	return of
}

// areas weigh pieces by their ground, m2.
func (d *drawing) areas() []float64 {
	of := make([]float64, len(d.pieces))
	for i, p := range d.pieces {
		of[i] = p.Area
	}
	return of
}

// mostly is which grid has most of each cell of a net, and which cell most of
// each grid, by some weight of the pieces.
type mostly struct {
	grid, cell map[int]int
	of         map[pair]float64
}

// agree says whether a cell and a grid mean each other, from either side.
func (m mostly) agree(cell, g int) bool {
	most, known := m.grid[cell]
	other, has := m.cell[g]
	return known && most == g || has && other == cell
}

// mostly finds them for grids that the pieces go to. What several cells claim
// counts to each in equal parts; among equals the first is taken.
func (d *drawing) mostly(net int, of []int, weight []float64) mostly {
	m := mostly{map[int]int{}, map[int]int{}, map[pair]float64{}}
	for i, p := range d.pieces {
		for _, c := range p.cells[net] {
			if of[i] >= 0 {
				m.of[pair{c, of[i]}] += weight[i] / float64(len(p.cells[net]))
			}
		}
	}
	better := func(k, than pair) bool {
		a, b := m.of[k], m.of[than]
		return a > b || a == b && (k.grid < than.grid || k.grid == than.grid && k.cell < than.cell)
	}
	for k, w := range m.of {
		if w == 0 {
			continue
		}
		if g, known := m.grid[k.cell]; !known || better(k, pair{k.cell, g}) {
			m.grid[k.cell] = k.grid
		}
		if c, known := m.cell[k.grid]; !known || better(k, pair{c, k.grid}) {
			m.cell[k.grid] = k.cell
		}
	}
	return m
}
