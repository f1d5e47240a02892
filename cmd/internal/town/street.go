package town

import (
	"math"
	"slices"
)

// street is a straight line of the plan, from its west or south end.
type street struct {
	name   name
	class  string
	from   spot
	to     spot
	bridge bool
	tunnel bool
	// foreign is a street on the border that another quarter draws and furnishes.
	foreign bool
	origin  float64 // where its house numbers begin, if not at its from
	sites   []site  // on the ground
}

func (s *street) upright() bool { return s.from.x == s.to.x }

// widths are of the carriageway, in metres.
var widths = map[string]float64{
	"trunk": 30, "primary": 26, "secondary": 20, "tertiary": 14, "residential": 10,
	"pedestrian": 10, "service": 5, "path": 2.5, "cycleway": 3, "track": 4,
}

const pavement = 4.0 // metres, on both sides of a street

// block is the land between streets: left, right, below and above.
type block struct {
	rect
	index int  // of maker.blocks
	inner rect // within the pavements
	sides [4]int
	zone  zone
	use   use
	name  name
}

type zone int

const (
	centre zone = iota
	between
	edge
)

const (
	riverHalf  = 30.0 // half the river's width, metres
	riverRoad  = 56.0 // from the river's middle to the middle of a riverside road
	margin     = 90.0 // of land around the outer roads
	fieldWide  = 540.0
	fieldTall  = 420.0
	largeBlock = 250.0
)

// draft draws the avenues, the river and the ground.
func (m *maker) draft() {
	d := m.dice("draft")
	columns := max(2, int(math.Round(4*m.scale())))
	rows := max(1, int(math.Round(2*m.scale())))
	m.xs = []float64{0}
	for range columns {
		m.xs = append(m.xs, m.xs[len(m.xs)-1]+math.Round(fieldWide*d.between(0.85, 1.15)))
	}
	m.ys = []float64{0}
	for i := range 2*rows + 1 {
		height := math.Round(fieldTall * d.between(0.88, 1.12))
		if i == rows {
			m.bank, height = i, 2*riverRoad
		}
		m.ys = append(m.ys, m.ys[len(m.ys)-1]+height)
	}
	// One inner avenue in four ends at the river, but never so that there is
	// but one bridge.
	for i := 1; i < columns; i++ {
		if columns < 4 || len(m.bridges) < 2 || d.chance(0.75) {
			m.bridges = append(m.bridges, i)
		}
	}
	wide, tall := m.xs[columns], m.ys[len(m.ys)-1]
	m.ground = ground{
		middle: spot{wide / 2, tall / 2}, riverY: m.riverY(), width: wide / max(1, m.scale()), tall: tall / max(1, m.scale()),
		bend: d.between(62, 76), sway: d.between(22, 38),
		phase: d.between(0, 2*math.Pi), lean: d.between(0, 2*math.Pi), turn: d.between(3, 8) * math.Pi / 180,
	}
	if d.chance(0.5) {
		m.ground.turn = -m.ground.turn
	}
}

func (m *maker) riverY() float64 { return m.ys[m.bank] + riverRoad }

// bounds is the border of the town in the plan.
func (m *maker) bounds() rect {
	return rect{-margin, -margin, m.xs[len(m.xs)-1] + margin, m.ys[len(m.ys)-1] + margin}
}

// layStreets lays the avenues, and splits the fields between them.
func (m *maker) layStreets() {
	names := newNames(m.dice("street names"))
	last, top := len(m.xs)-1, len(m.ys)-1
	upright := make([][2]int, len(m.xs)) // the avenue south and north of the river
	for i, x := range m.xs {
		n, class := names.avenue(i, last, true)
		for side, span := range [][2]float64{{m.ys[0], m.ys[m.bank]}, {m.ys[m.bank+1], m.ys[top]}} {
			upright[i][side] = m.lay(street{name: n, class: class, from: spot{x, span[0]}, to: spot{x, span[1]}})
		}
		if slices.Contains(m.bridges, i) {
			m.lay(street{name: bridgeName(n), class: class, from: spot{x, m.ys[m.bank]}, to: spot{x, m.ys[m.bank+1]}, bridge: true})
		}
	}
	level := make([]int, len(m.ys))
	for j, y := range m.ys {
		var n name
		var class string
		switch j {
		case m.bank:
			n, class = name{"滨河南路", "Binhe South Road"}, "tertiary"
		case m.bank + 1:
			n, class = name{"滨河北路", "Binhe North Road"}, "secondary"
		default:
			n, class = names.avenue(j, top, false)
		}
		level[j] = m.lay(street{name: n, class: class, from: spot{m.xs[0], y}, to: spot{m.xs[last], y}})
	}
	d := m.dice("fields")
	for j := range top {
		if j == m.bank {
			continue
		}
		side := 0
		if j > m.bank {
			side = 1
		}
		for i := range last {
			field := rect{m.xs[i], m.ys[j], m.xs[i+1], m.ys[j+1]}
			m.split(d, names, field, [4]int{upright[i][side], upright[i+1][side], level[j], level[j+1]}, m.zoneOf(i, j), 0)
		}
	}
}

func (m *maker) lay(s street) int {
	s.sites = m.ground.line(s.from, s.to)
	m.streets = append(m.streets, s)
	return len(m.streets) - 1
}

// zoneOf says how far out a field is: the corners are the edge of the town,
// what touches the river in the middle is its centre.
func (m *maker) zoneOf(i, j int) zone {
	lastX, lastY := len(m.xs)-2, len(m.ys)-2
	out := func(k, last int) bool { return k == 0 || k == last }
	switch {
	case out(i, lastX) && out(j, lastY):
		return edge
	case !out(i, lastX) && (j == m.bank-1 || j == m.bank+1):
		return centre
	}
	return between
}

// split halves a field by a side street, across its longer side, until the
// blocks are small enough; the edge of the town is left in large pieces.
func (m *maker) split(d dice, names *names, r rect, sides [4]int, z zone, depth int) {
	limit := map[zone]float64{centre: largeBlock * 0.86, between: largeBlock, edge: largeBlock * 1.8}[z] * d.between(0.92, 1.08)
	if max(r.width(), r.height()) <= limit || depth == 6 {
		m.blocks = append(m.blocks, block{rect: r, index: len(m.blocks), sides: sides, zone: z, inner: m.within(r, sides)})
		return
	}
	class := "residential"
	if depth == 0 && z != edge {
		class = "tertiary"
	}
	at := d.between(0.4, 0.6)
	first, second := r, r
	one, two := sides, sides
	if r.width() >= r.height() {
		x := math.Round(r.x0 + r.width()*at)
		s := m.lay(street{name: names.side(true), class: class, from: spot{x, r.y0}, to: spot{x, r.y1}})
		first.x1, second.x0, one[1], two[0] = x, x, s, s
	} else {
		y := math.Round(r.y0 + r.height()*at)
		s := m.lay(street{name: names.side(false), class: class, from: spot{r.x0, y}, to: spot{r.x1, y}})
		first.y1, second.y0, one[3], two[2] = y, y, s, s
	}
	m.split(d, names, first, one, z, depth+1)
	m.split(d, names, second, two, z, depth+1)
}

// within is the land of a block behind carriageway and pavement.
func (m *maker) within(r rect, sides [4]int) rect {
	const setback = 3.0
	off := func(side int) float64 { return widths[m.streets[sides[side]].class]/2 + pavement + setback }
	return rect{r.x0 + off(0), r.y0 + off(2), r.x1 - off(1), r.y1 - off(3)}
}

// front is the side of a block with the most important street.
func (m *maker) front(b *block) int {
	best := 0
	for i := range b.sides {
		if widths[m.streets[b.sides[i]].class] > widths[m.streets[b.sides[best]].class] {
			best = i
		}
	}
	return best
}
