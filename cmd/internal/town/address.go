package town

import (
	"fmt"
	"math"
	"slices"
)

// address numbers the houses: along their street from its south or west end,
// even numbers to the east and north. All houses of a compound have the
// number of its gate.
func (m *maker) address() {
	taken := map[string]bool{}
	gates := map[int]string{}
	for _, g := range m.gates {
		gates[g.block] = m.number(&m.blocks[g.block], g.street, g.at, taken)
	}
	for i := range m.houses {
		h := &m.houses[i]
		b := &m.blocks[h.block]
		base, ok := gates[h.block]
		if !ok || h.door == "" {
			base = m.number(b, m.nearestSide(b, h.at), h.at, taken)
		}
		m.town.Buildings[i].Address = base + h.door
	}
}

func (m *maker) number(b *block, street int, at spot, taken map[string]bool) string {
	s := m.streets[street]
	along, even := at.x-s.from.x, b.middle().y > s.from.y
	if s.upright() {
		along, even = at.y-s.from.y, b.middle().x > s.from.x
		if slices.Contains(m.xs, s.from.x) {
			along = at.y - m.ys[0] // an avenue counts on beyond the river
		}
	}
	if m.quarter != nil && s.origin != 0 {
		if along = at.x - s.origin; s.upright() {
			along = at.y - s.origin
		}
	}
	const frontage = 7.0 // metres a number
	n := 2*int(math.Max(0, along)/frontage) + 1
	if even {
		n++
	}
	for taken[fmt.Sprint(s.name.zh, n)] {
		n += 2
	}
	taken[fmt.Sprint(s.name.zh, n)] = true
	return fmt.Sprintf("%s%d号", s.name.zh, n)
}

// nearestSide is the street of the block nearest to a spot in it.
func (m *maker) nearestSide(b *block, at spot) int {
	off := [4]float64{at.x - b.x0, b.x1 - at.x, at.y - b.y0, b.y1 - at.y}
	best := 0
	for i := range off {
		if off[i]-widths[m.streets[b.sides[i]].class]/2 < off[best]-widths[m.streets[b.sides[best]].class]/2 {
			best = i
		}
	}
	return b.sides[best]
}
