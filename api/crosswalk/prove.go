package crosswalk

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/geo/grid"
)

// Ground is how much of a cell lies in a grid of ours.
type Ground struct {
	Net        uuid.UUID
	Cell, Grid string
	Area       float64 // m2
}

// Grounds is the ground of all crosswalks with the grids of an index, by net, cell
// and grid: for whoever proves it. A place without grids has none.
func Grounds(ctx context.Context, q pg.Querier, ix *grid.Index) ([]Ground, error) {
	nets, err := readNets(ctx, q, "")
	if err != nil {
		return nil, err
	}
	var list []Ground
	for _, n := range nets {
		cells, err := readCells(ctx, q, n.ID)
		if err != nil {
			return nil, err
		}
		d, err := newDrawing(n.Scope, []cover{{Net: n, cells: cells}}, ix)
		if fault.Is(err, fault.Invalid) {
			continue
		}
		if err != nil {
			return nil, err
		}
		area := map[pair]float64{}
		for _, p := range d.pieces {
			for _, c := range p.cells[0] {
				if p.grid >= 0 {
					area[pair{c, p.grid}] += p.Area
				}
			}
		}
		from := len(list)
		for k, a := range area {
			list = append(list, Ground{n.ID, cells[k.cell].Code, d.gridCode(k.grid), a})
		}
		slices.SortFunc(list[from:], func(a, b Ground) int {
			return slices.Compare([]string{a.Cell, a.Grid}, []string{b.Cell, b.Grid})
		})
	}
	return list, nil
}
