package crosswalk

import (
	"context"

	"github.com/google/uuid"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/geo/grid"
)

// Shares are parts, from 0 to 1, of what lies in our grids, with w(c, g) what lies
// in cell c and grid g and W what lies in all grids:
//
//	purity        sum over cells of max over grids of w(c, g), by W
//	completeness  sum over grids of max over cells of w(c, g), by W
//	one to one    sum of w(c, g) over pairs that are each other's largest, by W
//	agreed        sum of w(c, g) over pairs of which either is the other's largest, by W
//
// The first is the purity of clusterings (Manning, Raghavan and Schuetze,
// Introduction to Information Retrieval, 16.3), the second its reverse. Ground of
// several cells counts to each in equal parts; ground of no cell counts in W alone.
type Shares struct {
	Whole        float64 `json:"whole" doc:"W: people, m2 or buildings in all grids. Where it is 0, the shares are 0 and say nothing."`
	Purity       float64 `json:"purity" doc:"What lies in the grid that has most of its cell."`
	Completeness float64 `json:"completeness" doc:"What lies in the cell that has most of its grid."`
	OneToOne     float64 `json:"one_to_one" doc:"What lies in a cell and a grid that are each other's largest."`
	Agreed       float64 `json:"agreed" doc:"What lies where the borders agree: in a grid that has most of its cell, or a cell that has most of its grid."`
}

// Fit is how well a net and our grids match.
type Fit struct {
	Net         uuid.UUID `json:"net"`
	Name        string    `json:"name"`
	Kind        Kind      `json:"kind" enum:"police,fire,civil_affairs,party_building,other"`
	Title       string    `json:"title"`
	TitleEn     string    `json:"title_en"`
	Cells       int       `json:"cells"`
	CellsSplit  int       `json:"cells_split" doc:"With ground, slivers aside, in a grid with which they do not agree."`
	Grids       int       `json:"grids"`
	GridsShared int       `json:"grids_shared" doc:"With ground, slivers aside, of a cell with which they do not agree."`
	Pieces      int       `json:"pieces" doc:"Where borders depart from each other, slivers aside."`
	Departs     Counts    `json:"departs" doc:"What lies there."`
	Gap         Counts    `json:"gap" doc:"What lies in our grids and in no cell."`
	Overlap     Counts    `json:"overlap" doc:"What lies in several cells."`
	GapArea     float64   `json:"gap_m2"`
	OverlapArea float64   `json:"overlap_m2"`
	People      Shares    `json:"people"`
	Area        Shares    `json:"area"`
	Buildings   Shares    `json:"buildings"`
}

// FitOf measures nets over a place against our grids in force, or those of a draft.
func (s *Service) FitOf(ctx context.Context, place string, draft uuid.UUID, sliver float64) ([]Fit, error) {
	nets, sight, err := s.over(ctx, place)
	if err != nil {
		return nil, err
	}
	ix := s.Regions.Index()
	if draft != uuid.Nil {
		if ix, err = s.Drafts.Drawn(ctx, place, draft); err != nil {
			return nil, err
		}
	}
	held, err := s.hold(ctx, place, sight)
	if err != nil {
		return nil, err
	}
	return s.fits(ctx, place, nets, ix, draft != uuid.Nil, &view{sight: sight, held: held}, sliver)
}

// fits measures nets one by one against the grids of an index.
func (s *Service) fits(ctx context.Context, place string, nets []Net, ix *grid.Index, draft bool, of *view, sliver float64) ([]Fit, error) {
	list := []Fit{}
	for _, n := range nets {
		d, err := s.draw(ctx, place, []Net{n}, ix, draft)
		if err != nil {
			return nil, err
		}
		v := &view{drawing: d, sight: of.sight, held: of.held}
		list = append(list, v.fit(sliver))
	}
	return list, nil
}

// over is the nets that say something of a place which the actor sees all of.
func (s *Service) over(ctx context.Context, place string) ([]Net, actor.Scope, error) {
	sight, err := area(ctx)
	if err != nil {
		return nil, sight, err
	}
	if _, known := s.Regions.Index().Ref(grid.Code(place)); !known || !sight.Holds(place, "") {
		return nil, sight, fault.Missing("region")
	}
	nets, err := readNets(ctx, s.Pool, place)
	return nets, sight, err
}

// fit measures the one net of a drawing.
func (v *view) fit(sliver float64) Fit {
	const net = 0
	n, of, counts := v.nets[net], v.labels(), v.byPiece()
	f := Fit{Net: n.ID, Name: n.Name, Kind: n.Kind, Title: n.Title, TitleEn: n.TitleEn, Cells: len(n.cells), Grids: len(v.grids)}
	most := v.mostly(net, of, v.areas())
	split, shared := map[int]bool{}, map[int]bool{}
	for i, p := range v.pieces {
		cells := p.cells[net]
		switch {
		case of[i] >= 0 && len(cells) == 0:
			f.Gap.add(counts[i])
			f.GapArea += p.Area
		case len(cells) > 1:
			f.Overlap.add(counts[i])
			f.OverlapArea += p.Area
		}
		if of[i] < 0 || p.Width < sliver {
			continue
		}
		departs := false
		for _, c := range cells {
			if !most.agree(c, of[i]) {
				split[c], shared[of[i]], departs = true, true, true
			}
		}
		if departs {
			f.Pieces++
			f.Departs.add(counts[i])
		}
	}
	f.CellsSplit, f.GridsShared = len(split), len(shared)
	f.GapArea, f.OverlapArea = rounded(f.GapArea, 1), rounded(f.OverlapArea, 1)
	f.Area = v.shares(net, of, v.areas())
	f.People = v.shares(net, of, weighed(counts, func(c Counts) int64 { return c.People }))
	f.Buildings = v.shares(net, of, weighed(counts, func(c Counts) int64 { return c.Buildings }))
	return f
}

func weighed(counts []Counts, of func(Counts) int64) []float64 {
	list := make([]float64, len(counts))
	for i, c := range counts {
		list[i] = float64(of(c))
	}
	return list
}

// shares are those of a weight of the pieces.
func (d *drawing) shares(net int, of []int, weight []float64) Shares {
	whole := 0.0
	for i := range d.pieces {
		if of[i] >= 0 {
			whole += weight[i]
		}
	}
	if whole == 0 {
		return Shares{}
	}
	m := d.mostly(net, of, weight)
	s := Shares{Whole: rounded(whole, 0)}
	for k, w := range m.of {
		ofCell, ofGrid := m.grid[k.cell] == k.grid && w > 0, m.cell[k.grid] == k.cell && w > 0
		if ofCell {
			s.Purity += w
		}
		if ofGrid {
			s.Completeness += w
		}
		if ofCell && ofGrid {
			s.OneToOne += w
		}
		if ofCell || ofGrid {
			s.Agreed += w
		}
	}
	for _, share := range []*float64{&s.Purity, &s.Completeness, &s.OneToOne, &s.Agreed} {
		*share = rounded(*share/whole, 4)
	}
	return s
}
