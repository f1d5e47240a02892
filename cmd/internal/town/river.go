package town

import (
	"fmt"
	"math"
)

// layRiver draws the river between its roads, with a green bank, a path and
// a cycleway on both sides, then the streets themselves, and the railway.
func (m *maker) layRiver() {
	d := m.dice("river")
	b, y := m.bounds(), m.riverY()
	phase := d.between(0, 2*math.Pi)
	if m.quarter != nil {
		phase = m.city.phase
	}
	half := func(x float64) float64 { return riverHalf + 4*math.Sin(x/170+phase) }
	river := name{"青禾河", "Qinghe River"}
	var corners []spot
	for x := b.x0; x < b.x1; x += 20 {
		corners = append(corners, spot{x, y - half(x)})
	}
	corners = append(corners, spot{b.x1, y - half(b.x1)})
	for x := b.x1; x > b.x0; x -= 20 {
		corners = append(corners, spot{x, y + half(x)})
	}
	corners = append(corners, spot{b.x0, y + half(b.x0)})
	m.draw("water", "water", river, 0, m.ground.outline(corners))
	m.draw("waterway", "river", river, 0, lineString(m.ground.line(spot{b.x0, y}, spot{b.x1, y})))

	west, east := m.xs[0], m.xs[len(m.xs)-1]
	for _, side := range []float64{-1, 1} {
		inner, outer := riverHalf+5.5, riverRoad-12.0
		bank := rect{west, y + inner, east, y + outer}
		if side < 0 {
			bank = rect{west, y - outer, east, y - inner}
		}
		m.draw("green", "park", name{"滨河绿带", "Riverside Green"}, 3, m.ground.area(bank))
		m.way("path", spot{west, y + side*(inner+2)}, spot{east, y + side*(inner+2)})
	}
	m.way("cycleway", spot{west, y + riverRoad - 13.5}, spot{east, y + riverRoad - 13.5})
}

// layRoads draws the streets, and the railway of a town of one quarter.
func (m *maker) layRoads() {
	b := m.bounds()
	for i := range m.streets {
		if m.streets[i].foreign {
			m.ways = append(m.ways, way{m.streets[i].sites, widths[m.streets[i].class]})
			continue
		}
		m.drawStreet(&m.streets[i])
	}
	if m.quarter != nil {
		return
	}
	rail := m.ys[len(m.ys)-1] + margin/2
	m.draw("rail", "rail", name{"青禾铁路", "Qinghe Railway"}, 2, lineString(m.ground.line(spot{b.x0, rail}, spot{b.x1, rail})))
	m.underpass(rail)
	m.outskirts()
}

// outskirts leads two avenues out of the town, and lays meadows around it.
func (m *maker) outskirts() {
	b, west, east := m.bounds(), m.xs[0], m.xs[len(m.xs)-1]
	south, north, y := m.ys[0], m.ys[len(m.ys)-1], m.riverY()
	for i := range m.streets {
		s := m.streets[i]
		switch {
		case s.class != "primary" || s.bridge:
			continue
		case s.upright() && s.from.y == south:
			m.leave(s, spot{s.from.x, b.y0}, s.from)
		case !s.upright():
			m.leave(s, spot{b.x0, s.from.y}, s.from)
			m.leave(s, s.to, spot{b.x1, s.to.y})
		}
	}
	const off = 12 // metres from the middle of a road
	bank := riverHalf + 8
	for _, r := range []rect{
		{b.x0, b.y0, b.x1, south - off},
		{b.x0, north + off, b.x1, b.y1},
		{b.x0, south - off, west - off, y - bank},
		{b.x0, y + bank, west - off, north + off},
		{east + off, south - off, b.x1, y - bank},
		{east + off, y + bank, b.x1, north + off},
	} {
		m.draw("green", "meadow", name{}, 9, m.ground.area(r))
	}
}

func (m *maker) leave(s street, from, to spot) {
	s.from, s.to, s.sites = from, to, m.ground.line(from, to)
	m.drawStreet(&s)
}

func (m *maker) drawStreet(s *street) {
	n := len(m.town.Basemap)
	m.draw("road", s.class, s.name, wayRank[s.class], lineString(s.sites))
	m.town.Basemap[n].Bridge, m.town.Basemap[n].Tunnel = s.bridge, s.tunnel
	m.ways = append(m.ways, way{s.sites, widths[s.class]})
}

// underpass leads the middle avenue out of the town beneath the railway.
func (m *maker) underpass(rail float64) {
	x := m.xs[len(m.xs)/2]
	of := m.streets[m.streetAt(x)]
	top := m.ys[len(m.ys)-1]
	for _, part := range []struct {
		from, to float64
		tunnel   bool
	}{{top, rail - 22, false}, {rail - 22, rail + 22, true}, {rail + 22, top + margin, false}} {
		s := street{name: of.name, class: of.class, from: spot{x, part.from}, to: spot{x, part.to}, tunnel: part.tunnel}
		s.sites = m.ground.line(s.from, s.to)
		m.drawStreet(&s)
	}
}

func (m *maker) streetAt(x float64) int {
	for i := range m.streets {
		if s := &m.streets[i]; s.upright() && s.from.x == x {
			return i
		}
	}
	panic(fmt.Sprintf("town: no avenue at %v", x))
}
