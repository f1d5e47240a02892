package town

import (
	"fmt"
	"math"
)

// gate is where a compound opens to its street.
type gate struct {
	block  int
	street int
	at     spot // at the edge of the pavement
	name   name
}

// green is where people sit and walk: benches stand along its paths.
type green struct {
	block  int
	middle spot
	paths  [][]site
	play   spot
	large  bool
}

// countHomes says how many houses a compound must have for the people there are.
func (m *maker) countHomes() {
	compounds := 0
	for i := range m.blocks {
		if m.blocks[i].use == compound {
			compounds++
		}
	}
	const peopleInAHouse = 58
	m.homes = float64(m.people) / peopleInAHouse / float64(max(1, compounds))
}

// buildCompound builds a 小区: shops along the best street, a lane in from
// another, and rows of houses that face south.
func (m *maker) buildCompound(b *block) {
	d := m.dice(fmt.Sprint("compound", b.index))
	m.draw("landuse", "residential", name{}, 6, m.ground.area(b.inner.inset(-2)))
	r := b.inner
	front := m.front(b)
	if widths[m.streets[b.sides[front]].class] >= widths["tertiary"] {
		r = m.shops(d, b, r, front)
	}
	spine := r.middle().x + d.between(-0.06, 0.06)*r.width()
	if r.width() < 92 {
		spine = r.x0 + 4 // too narrow for houses on both sides
	}
	m.lane(b, r, spine, front)
	m.marks = append(m.marks, mark{name: b.name, at: m.ground.at(b.middle())})
	if r.width() > 110 && r.height() > 100 && d.chance(0.3) {
		m.towers(d, b, r, spine)
		return
	}
	m.rows(d, b, r, spine)
}

// shops builds a row of shops along one side and gives back what is left.
func (m *maker) shops(d dice, b *block, r rect, side int) rect {
	const depth, behind = 12.0, 10.0
	along := side >= 2
	from, to := r.y0, r.y1
	if along {
		from, to = r.x0, r.x1
	}
	for at := from + d.between(0, 8); ; {
		length := d.between(26, 46)
		if at+length > to {
			break
		}
		f := slab(length, depth)
		var c spot
		switch side {
		case 0:
			f, c = f.turned(), spot{r.x0 + depth/2, at + length/2}
		case 1:
			f, c = f.turned(), spot{r.x1 - depth/2, at + length/2}
		case 2:
			c = spot{at + length/2, r.y0 + depth/2}
		default:
			c = spot{at + length/2, r.y1 - depth/2}
		}
		if d.chance(0.8) {
			m.raise(b, c, f, 1+d.IntN(3), "retail", name{}, "")
		}
		at += length + d.between(9, 26)
	}
	switch side {
	case 0:
		r.x0 += depth + behind
	case 1:
		r.x1 -= depth + behind
	case 2:
		r.y0 += depth + behind
	default:
		r.y1 -= depth + behind
	}
	return r
}

// lane runs north through a compound, in from the street above or below that
// has no shops.
func (m *maker) lane(b *block, r rect, x float64, front int) {
	side, street := 2, b.y0
	far, edge := r.y1-8, b.inner.y0
	if front == 2 {
		side, street, far, edge = 3, b.y1, r.y0+8, b.inner.y1
	}
	m.way("service", spot{x, street}, spot{x, far})
	m.gates = append(m.gates, gate{b.index, b.sides[side], spot{x, edge}, b.name})
}

// rows builds slabs on both sides of the lane, leaving some places green.
func (m *maker) rows(d dice, b *block, r rect, spine float64) {
	const depth = 12.0
	rows := max(1, int((r.height()-depth-6)/d.between(32, 38))+1)
	gap := 0.0
	if rows > 1 {
		gap = (r.height() - depth - 8) / float64(rows-1)
	}
	levels := []int{4, 5, 6, 6, 7, 11}[d.IntN(6)]
	places := m.rowPlaces(r, spine, rows, gap, depth)
	keep := min(1, m.homes/float64(len(places)))
	houses, open := 0, spot{}
	for i, p := range places {
		left := len(places) - i
		if need := m.homes - float64(houses); keep < 1 && !d.chance(need/float64(left)) {
			m.garden(d, rect{p.x0, p.y0 - 8, p.x1, p.y1 + 8}, r)
			open = p.middle()
			continue
		}
		houses++
		length := min(p.width(), d.between(34, 60))
		f := slab(length, depth)
		if d.chance(0.5) {
			f = stepped(length, depth)
		}
		at := spot{p.x0 + length/2 + d.Float64()*(p.width()-length), p.middle().y}
		m.home(b, at, f, max(3, levels-d.IntN(2)), houses)
		if i%4 == 1 {
			m.way("path", spot{spine, at.y - depth/2 - 4}, spot{at.x, at.y - depth/2 - 4})
		}
	}
	if open != (spot{}) {
		m.greens = append(m.greens, green{block: b.index, middle: open, play: open})
	}
}

// rowPlaces are where slabs may stand, from the south.
func (m *maker) rowPlaces(r rect, spine float64, rows int, gap, depth float64) []rect {
	var places []rect
	for i := range rows {
		y := r.y0 + 4 + float64(i)*gap
		for _, half := range [][2]float64{{r.x0 + 3, spine - 8}, {spine + 8, r.x1 - 3}} {
			n := max(1, int(math.Floor((half[1]-half[0]+9)/68)))
			each := (half[1] - half[0] - 9*float64(n-1)) / float64(n)
			if each < 26 {
				continue
			}
			for k := range n {
				x := half[0] + float64(k)*(each+9)
				places = append(places, rect{x, y, x + each, y + depth})
			}
		}
	}
	return places
}

// home is a house of flats with its number.
func (m *maker) home(b *block, at spot, f form, levels, number int) {
	n := name{fmt.Sprintf("%s%d栋", b.name.zh, number), fmt.Sprintf("%s, Block %d", b.name.en, number)}
	m.raise(b, at, f, levels, "apartments", n, fmt.Sprintf("%d栋", number))
}

// garden is a lawn where no house stands, square or round; or nothing, where
// people park.
func (m *maker) garden(d dice, place, within rect) {
	place = rect{max(place.x0, within.x0), max(place.y0, within.y0), min(place.x1, within.x1), min(place.y1, within.y1)}
	place = place.inset(d.between(0, 4))
	kind := d.Float64()
	switch {
	case min(place.width(), place.height()) < 8 || kind < 0.3:
	case kind < 0.75:
		m.draw("green", "garden", name{}, 7, m.ground.area(place))
	default:
		even := func(float64) float64 { return 1 }
		m.draw("green", "garden", name{}, 7, m.ground.ellipse(place.middle(), place.width()*d.between(0.3, 0.45), place.height()/2, even))
	}
}

// towers builds point blocks in a square.
func (m *maker) towers(d dice, b *block, r rect, spine float64) {
	const side = 23.0
	for _, half := range []rect{{r.x0, r.y0, spine - 5, r.y1}, {spine + 5, r.y0, r.x1, r.y1}} {
		c, p := half.middle(), d.between(0, 2*math.Pi)
		m.draw("green", "garden", name{}, 7, m.ground.ellipse(c, 0.42*half.width(), 0.46*half.height(), func(a float64) float64 { return 1 + 0.07*math.Sin(3*a+p) }))
	}
	rows := max(1, min(int(math.Ceil(m.homes/2)), int((r.height()-10)/52)))
	gap := (r.height() - 12 - side) / float64(max(1, rows-1))
	number := 0
	for i := range rows {
		y := r.y0 + 6 + side/2 + float64(i)*gap
		for _, x := range []float64{(r.x0 + spine) / 2, (spine + r.x1) / 2} {
			number++
			m.home(b, spot{x + d.between(-5, 5), y}, cross(side), 9+d.IntN(9), number)
		}
	}
	at := spot{(r.x0 + spine) / 2, r.y0 + 6 + side + 12}
	m.greens = append(m.greens, green{block: b.index, middle: at, play: at})
}

// buildOldTown builds rows of small houses along lanes, with shops on the
// middle one.
func (m *maker) buildOldTown(b *block) {
	d := m.dice(fmt.Sprint("old town", b.index))
	m.draw("landuse", "residential", name{}, 6, m.ground.area(b.inner.inset(-2)))
	r := b.inner
	lanes := max(1, int(r.height()/42))
	gap := r.height() / float64(lanes)
	number := 0
	for i := range lanes {
		y := r.y0 + (float64(i)+0.5)*gap
		class, half, use := "service", 3.5, "house"
		if i == lanes/2 {
			class, half, use = "pedestrian", 6.5, "retail"
			m.marks = append(m.marks, mark{name: b.name, at: m.ground.at(spot{b.x0, y}), gate: true})
		}
		m.way(class, spot{b.x0, y}, spot{b.x1, y})
		for _, side := range []float64{-1, 1} {
			for x := r.x0 + d.between(1, 8); ; {
				length, depth := d.between(11, 17), d.between(9, 11.5)
				if x+length > r.x1 {
					break
				}
				if d.chance(0.8) {
					number++
					n, door := name{}, fmt.Sprintf("%d号院", number)
					if use == "retail" {
						door = ""
					}
					m.raise(b, spot{x + length/2, y + side*(half+1+depth/2)}, slab(length, depth), 1+d.IntN(3), use, n, door)
				}
				x += length + d.between(3, 12)
			}
		}
	}
}
