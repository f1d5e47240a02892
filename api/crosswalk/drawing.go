package crosswalk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/fault"
	"onemap/geo/coverage"
	"onemap/geo/grid"
	"onemap/geo/grid/crossing"
	"onemap/geo/lattice"
)

// drawing is our grids under a place and the cells of nets over it, cut at each
// other. It never changes.
type drawing struct {
	scope  string
	ix     *grid.Index
	nets   []cover
	grids  []grid.Region // by code
	number map[grid.Code]int
	mosaic *coverage.Mosaic
	pieces []piece
	table  *crossing.Table // of the pieces
}

// cover is a net with its cells, and who of them holds a place.
type cover struct {
	Net
	cells  []Cell // by code
	owners *crossing.Overlay
}

// piece is ground of one grid, or none (-1), and of some cells of each net.
type piece struct {
	coverage.Piece
	grid  int
	cells [][]int
}

// mostDrawn is how many drawings are kept.
const mostDrawn = 8

// read reads nets with their cells as they are at one moment.
func (s *Service) read(ctx context.Context, nets []Net) ([]cover, error) {
	list := make([]cover, len(nets))
	o := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.Pool, o, func(tx pgx.Tx) (err error) {
		for i, n := range nets {
			if list[i].Net, err = readNet(ctx, tx, n.ID, ""); err != nil {
				return err
			}
			if list[i].cells, err = readCells(ctx, tx, n.ID); err != nil {
				return err
			}
		}
		return nil
	})
	for i := range list {
		list[i].owners = overlay(list[i].cells)
	}
	return list, err
}

// overlay answers which cells hold a place.
func overlay(cells []Cell) *crossing.Overlay {
	polygons := make([]*crossing.Polygon, len(cells))
	for i, c := range cells {
		polygons[i] = onLattice(c.Geom, int64(i))
	}
	return crossing.NewOverlay(polygons)
}

// onLattice is a polygon as package crossing has it, nil when it has no ground.
func onLattice(geom orb.MultiPolygon, rank int64) *crossing.Polygon {
	var rings [][]lattice.Node
	for _, poly := range geom {
		for _, ring := range poly {
			var nodes []lattice.Node
			for _, p := range ring {
				if n, ok := lattice.On(p[0], p[1]); ok && (len(nodes) == 0 || nodes[len(nodes)-1] != n) {
					nodes = append(nodes, n)
				}
			}
			for len(nodes) > 1 && nodes[0] == nodes[len(nodes)-1] {
				nodes = nodes[:len(nodes)-1]
			}
			if len(nodes) > 2 {
				rings = append(rings, nodes)
			}
		}
	}
	if len(rings) == 0 {
		return nil
	}
	return crossing.NewPolygon(rings, rank)
}

// draw gives the drawing of nets over a place with the grids of an index. A draft
// has no edition yet, so what is drawn of it is not kept.
func (s *Service) draw(ctx context.Context, scope string, nets []Net, ix *grid.Index, draft bool) (*drawing, error) {
	key := keyOf(scope, nets, ix.Edition())
	s.mu.Lock()
	d := s.drawn[key]
	s.mu.Unlock()
	if d != nil && !draft {
		return d, nil
	}
	list, err := s.read(ctx, nets)
	if err != nil {
		return nil, err
	}
	if d, err = newDrawing(scope, list, ix); err != nil || draft {
		return d, err
	}
	now := make([]Net, len(list))
	for i := range list {
		now[i] = list[i].Net // a newer import may have come in
	}
	key = keyOf(scope, now, ix.Edition())
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drawn[key] == nil {
		if len(s.order) == mostDrawn {
			delete(s.drawn, s.order[0])
			s.order = s.order[1:]
		}
		s.order = append(s.order, key)
	}
	s.drawn[key] = d
	return d, nil
}

func keyOf(scope string, nets []Net, edition int64) string {
	var b strings.Builder
	fmt.Fprint(&b, scope, " ", edition)
	for _, n := range nets {
		fmt.Fprint(&b, " ", n.ID, "@", n.Rev)
	}
	return b.String()
}

func newDrawing(scope string, nets []cover, ix *grid.Index) (*drawing, error) {
	d := &drawing{scope: scope, ix: ix, nets: nets, number: map[grid.Code]int{}}
	var polygons []coverage.Polygon
	for _, ref := range ix.AtLevel(grid.Grid) {
		if ref.Code.Within(grid.Code(scope)) {
			r, _ := ix.Region(ref.Code)
			d.number[r.Code] = len(d.grids)
			d.grids = append(d.grids, r)
			polygons = append(polygons, coverage.Polygon{Code: string(r.Code), Geom: r.Geom})
		}
	}
	if len(d.grids) == 0 {
		return nil, fault.Newf(fault.Invalid, "net.grids", "There are no grids under %s yet to compare with.", scope)
	}
	first := []int{len(polygons)} // of each net's cells
	for _, n := range nets {
		for _, c := range n.cells {
			polygons = append(polygons, coverage.Polygon{Code: c.Code, Geom: c.Geom})
		}
		first = append(first, len(polygons))
	}
	m, err := coverage.NewMosaic(polygons)
	if errors.Is(err, coverage.ErrTangled) {
		return nil, fault.New(fault.Invalid, "net.tangled", "The borders cross each other too often to be compared; check the file the cells came from.")
	}
	if err != nil {
		return nil, err
	}
	d.mosaic = m
	shapes := make([]*crossing.Polygon, len(m.Pieces))
	d.pieces = make([]piece, len(m.Pieces))
	for i, p := range m.Pieces {
		x := piece{Piece: p, grid: -1, cells: make([][]int, len(nets))}
		for _, o := range p.Owners {
			if o >= len(d.grids) {
				after, _ := slices.BinarySearch(first, o+1) // the first net whose cells come later
				x.cells[after-1] = append(x.cells[after-1], o-first[after-1])
			} else if x.grid < 0 { // where our own overlap, the lowest code has it
				x.grid = o
			}
		}
		d.pieces[i] = x
		shapes[i] = onLattice(p.Geom, int64(i))
	}
	d.table = crossing.New(shapes)
	return d, nil
}

// gridCode names a grid of the drawing, "" for none.
func (d *drawing) gridCode(number int) string {
	if number < 0 {
		return ""
	}
	return string(d.grids[number].Code)
}

// one is the drawing of one net over its own place with what lies there, as far as
// the actor sees it.
func (s *Service) one(ctx context.Context, id uuid.UUID, edition int64) (*view, error) {
	n, sight, err := s.seen(ctx, id)
	if err != nil {
		return nil, err
	}
	ix, err := s.index(ctx, edition)
	if err != nil {
		return nil, err
	}
	d, err := s.draw(ctx, n.Scope, []Net{n}, ix, false)
	if err != nil {
		return nil, err
	}
	held, err := s.hold(ctx, n.Scope, sight)
	return &view{drawing: d, sight: sight, held: held}, err
}

// index is that of an edition; 0 is the one in force.
func (s *Service) index(ctx context.Context, edition int64) (*grid.Index, error) {
	ix := s.Regions.Index()
	switch {
	case edition == 0 || edition == ix.Edition():
		return ix, nil
	case edition < 0 || edition > ix.Edition():
		return nil, fault.Missing("edition")
	}
	return s.Regions.At(ctx, edition)
}
