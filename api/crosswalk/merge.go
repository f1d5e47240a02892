package crosswalk

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/geo/coverage"
	"onemap/geo/grid"
)

// Proposal is a merged net: a draft of our grids, and what it would better.
type Proposal struct {
	Draft  uuid.UUID `json:"draft" doc:"Of the place's regions, to look at, to change and to publish; the nil id when nothing would change."`
	Under  string    `json:"under"`
	Grids  int       `json:"grids" doc:"That would be drawn anew, those included that only gain a common corner."`
	Moves  []Move    `json:"moves" doc:"Ground that goes from one grid to its neighbour, the most people first."`
	Before []Fit     `json:"before"`
	After  []Fit     `json:"after"`
}

// Move is ground that goes to a neighbour.
type Move struct {
	From string  `json:"from"`
	To   string  `json:"to"`
	Area float64 `json:"area_m2"`
	Counts
}

// Propose makes a draft in which our grids under a place follow several nets
// better.
//
// The method is plurality voting after label correspondence to a reference
// (Dudoit and Fridlyand, Bagging to improve the accuracy of a clustering procedure,
// Bioinformatics 19, 2003; Strehl and Ghosh, Cluster ensembles, JMLR 3, 2002). Our
// grids are the reference. A cell of a net corresponds to the grid that has most of
// its ground, and to each grid of whose ground it has most, as in Disagreements.
// The borders of all cut the place into pieces, and pieces that share a house, in
// one grid, are one block. For a block b and a grid h
//
//	votes(b, h) = sum over its pieces i and nets n of w(i) [a cell of n at i corresponds to h], by the sum of w(i)
//
// with w(i) the people of the piece, and its ground in thousands of km2. A block
// goes to the bordering grid of its community with the most votes when those are
// more than its own grid has; a tie stays. It stays, too, when its grid would be
// left in more parts than before or without ground, or when all its pieces are
// narrower than sliver metres. This goes on until nothing moves: each move adds
// votes, so it ends. Blocks are looked at in the order of the drawing, among equal
// grids the one with the longest common border is taken, then the lowest code: the
// same nets give the same proposal.
//
// Pieces are cut from one drawing, so the grids that come out have neither gaps nor
// overlaps, and no grid leaves its community.
func (s *Service) Propose(ctx context.Context, place, name string, ids []uuid.UUID, sliver float64) (Proposal, error) {
	out := Proposal{Under: place, Moves: []Move{}, Before: []Fit{}, After: []Fit{}}
	a := actor.From(ctx)
	all, sight, err := s.over(ctx, place)
	if err != nil {
		return out, err
	}
	if !a.IsCommand() && !a.May(place, actor.Administrator) {
		return out, fault.New(fault.Forbidden, "auth.forbidden", "This is for the administrators of the place.")
	}
	var nets []Net
	for _, n := range all {
		if n.Cells > 0 && (len(ids) == 0 || slices.Contains(ids, n.ID)) {
			nets = append(nets, n)
		}
	}
	if len(nets) == 0 || len(ids) > len(nets) {
		return out, fault.New(fault.Invalid, "net.none", "Name nets over the place that have cells.")
	}
	d, err := s.draw(ctx, place, nets, s.Regions.Index(), false)
	if err != nil {
		return out, err
	}
	held, err := s.hold(ctx, place, sight)
	if err != nil {
		return out, err
	}
	v := &view{drawing: d, sight: sight, held: held}
	blocks, err := s.blocks(ctx, d)
	if err != nil {
		return out, err
	}
	counts := v.byPiece()
	was := d.labels()
	now := d.merged(blocks, weighed(counts, func(c Counts) int64 { return c.People }), sliver)
	out.Moves = d.moves(was, now, counts)
	if out.Before, err = s.fits(ctx, place, nets, d.ix, false, v, sliver); err != nil || len(out.Moves) == 0 {
		out.After = out.Before
		return out, err
	}
	grids := d.redrawn(now)
	next, err := d.ix.Redraw(d.ix.Edition()+1, grids, nil)
	if err != nil {
		return out, err
	}
	if out.After, err = s.fits(ctx, place, nets, next, true, v, sliver); err != nil {
		return out, err
	}
	out.Grids = len(grids)
	if name = strings.TrimSpace(name); name == "" {
		name = "多网合一"
	}
	out.Draft, err = s.Drafts.Propose(ctx, place, name, grids)
	return out, err
}

// redrawn are the grids whose borders are others when pieces go where of says.
func (d *drawing) redrawn(of []int) []grid.Region {
	var list []grid.Region
	for i, geom := range d.mosaic.Join(of, len(d.grids), len(d.grids)) {
		if r := d.grids[i]; geom != nil && !coverage.SameGround(geom, r.Geom) {
			r.Geom = geom
			list = append(list, r)
		}
	}
	return list
}

func (d *drawing) moves(was, now []int, counts []Counts) []Move {
	sum := map[[2]int]*Move{}
	list := []Move{}
	for i, p := range d.pieces {
		if was[i] == now[i] {
			continue
		}
		k := [2]int{was[i], now[i]}
		if sum[k] == nil {
			sum[k] = &Move{From: d.gridCode(was[i]), To: d.gridCode(now[i])}
		}
		sum[k].Area += p.Area
		sum[k].add(counts[i])
	}
	for _, m := range sum {
		m.Area = rounded(m.Area, 1)
		list = append(list, *m)
	}
	slices.SortFunc(list, func(a, b Move) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(b.Area, a.Area), strings.Compare(a.From+a.To, b.From+b.To))
	})
	return list
}

// blocks gives each piece the first of those it goes with: pieces of one grid that
// share a house go together. A house counts as far as it is inside of a border by
// more than a tenth of its depth, so that a wall on a border ties nothing.
func (s *Service) blocks(ctx context.Context, d *drawing) ([]int, error) {
	first := make([]int, len(d.pieces))
	for i := range first {
		first[i] = i
	}
	root := func(i int) int {
		for first[i] != i {
			i = first[i]
		}
		return i
	}
	v := &view{drawing: d}
	args := pgx.NamedArgs{}
	rows, err := s.Pool.Query(ctx, "SELECT geom FROM building b WHERE "+actor.Within("b.scope_code", d.scope, "place", args), args)
	if err != nil {
		return nil, err
	}
	var points []orb.Point
	var house []int
	var geom orb.Geometry
	n := 0
	_, err = pgx.ForEachRow(rows, []any{&geom}, func() error {
		if outline, ok := geom.(orb.MultiPolygon); ok {
			for _, p := range inside(outline) {
				points, house = append(points, p), append(house, n)
			}
			n++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	last := map[[2]int]int{} // the piece seen first, of each house in each grid
	v.locate(points, func(i, piece int) {
		k := [2]int{house[i], d.pieces[piece].grid}
		if other, known := last[k]; known {
			a, b := root(other), root(piece)
			first[max(a, b)] = min(a, b)
		} else {
			last[k] = piece
		}
	})
	for i := range first {
		first[i] = root(i)
	}
	return first, nil
}

// inside are places along the walls of a house, some 5 m apart, moved a tenth of
// the way to its middle.
func inside(outline orb.MultiPolygon) (list []orb.Point) {
	const step = 5e-5 // degrees
	for _, poly := range outline {
		if len(poly) == 0 {
			continue
		}
		middle := poly[0].Bound().Center()
		for i := 1; i < len(poly[0]); i++ {
			a, b := poly[0][i-1], poly[0][i]
			parts := 1 + int(max(b[0]-a[0], a[0]-b[0], b[1]-a[1], a[1]-b[1])/step)
			for k := range parts {
				t := float64(k) / float64(parts)
				p := orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
				list = append(list, orb.Point{p[0] + (middle[0]-p[0])/10, p[1] + (middle[1]-p[1])/10})
			}
		}
	}
	return list
}
