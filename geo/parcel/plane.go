package parcel

import (
	"math"

	"onemap/geo/coverage"
	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// mostNudges is how often nodes are moved out of buildings.
const mostNudges = 4

// plane cuts border and lines at each other. Where lines cross beside a wall, the
// node may be rounded into the building by a unit: it is moved out, and all is
// cut again. What cannot be moved parts no blocks.
func (t *town) plane() (edges []coverage.Drawn, faces int, err error) {
	for round := 0; ; round++ {
		steps := make([]grid.Step, len(t.lines))
		for i, l := range t.lines {
			steps[i] = l.Step
		}
		if edges, faces, err = coverage.Draw(t.border, steps); err != nil {
			return nil, 0, err
		}
		nudges := t.nudges(edges)
		if len(nudges) == 0 || round == mostNudges {
			return edges, faces, nil
		}
		t.nudge(edges, nudges)
	}
}

// nudges are the nodes that lie in a building by a unit or two, and where they
// would lie outside. Those of the region's border stay.
func (t *town) nudges(edges []coverage.Drawn) map[lattice.Node]lattice.Node {
	moves := map[lattice.Node]lattice.Node{}
	for _, e := range edges {
		if int(e.Lines[0]) < len(t.border) {
			continue
		}
		t.through(e.From, e.To, func(h int32) bool {
			for _, n := range [...]lattice.Node{e.From, e.To} {
				if !t.inside(n) {
					continue
				}
				if to, ok := t.outOf(n); ok {
					moves[n] = to
				}
			}
			return true
		})
	}
	for _, e := range edges {
		if int(e.Lines[0]) < len(t.border) {
			delete(moves, e.From)
			delete(moves, e.To)
		}
	}
	return moves
}

// inside says whether a node lies in a building.
func (t *town) inside(n lattice.Node) (in bool) {
	t.index.Search([2]int32{n.X, n.Y}, [2]int32{n.X, n.Y}, func(_, _ [2]int32, h int32) bool {
		for _, ring := range t.houses[h].rings {
			in = in || within(ring, n)
		}
		return !in
	})
	return in
}

// outOf is the nearest node within two units that lies in no building.
func (t *town) outOf(n lattice.Node) (at lattice.Node, ok bool) {
	best := math.Inf(1)
	for dx := int32(-2); dx <= 2; dx++ {
		for dy := int32(-2); dy <= 2; dy++ {
			to := lattice.Node{X: n.X + dx, Y: n.Y + dy}
			if off := float64(dx*dx + dy*dy); off < best && !t.inside(to) {
				at, best, ok = to, off, true
			}
		}
	}
	return at, ok
}

// nudge makes the edges the lines, with some nodes moved.
func (t *town) nudge(edges []coverage.Drawn, moves map[lattice.Node]lattice.Node) {
	moved := func(n lattice.Node) lattice.Node {
		if to, ok := moves[n]; ok {
			return to
		}
		return n
	}
	var lines []line
	for _, e := range edges {
		for _, n := range e.Lines {
			if int(n) < len(t.border) {
				continue
			}
			l := t.lines[int(n)-len(t.border)]
			step := grid.Step{From: moved(e.From), To: moved(e.To)}
			if against(e.Step, l.Step) {
				step.From, step.To = step.To, step.From
			}
			if step.From != step.To {
				lines = append(lines, line{step, l.rank, l.house})
			}
		}
	}
	t.lines = lines
}
