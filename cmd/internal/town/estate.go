package town

import (
	"fmt"
	"math"
)

// buildEstate builds a 小区 of about so many flats: low slabs where few are
// wanted, towers of up to 34 storeys where there is no other way; shops along
// the street, a lane in from one side and a path out to the other, a shed or
// two for bicycles.
func (m *maker) buildEstate(b *block, flats float64) {
	d := m.dice(fmt.Sprint("estate", b.index))
	m.draw("landuse", "residential", name{}, 6, m.ground.area(b.inner.inset(-2)))
	r := b.inner
	front := m.front(b)
	if widths[m.streets[b.sides[front]].class] >= widths["tertiary"] {
		r = m.shops(d, b, r, front)
	}
	if r.width() > 90 && d.chance(0.8) {
		r = m.sheds(d, b, r)
	}
	m.marks = append(m.marks, mark{name: b.name, at: m.ground.at(b.middle())})
	spine := r.middle().x + d.between(-0.14, 0.14)*r.width()
	if r.width() < 92 {
		spine = r.x0 + 4
	}
	m.lane(b, r, spine, front)
	m.wayOut(b, r, spine, front)
	const depth = 12.0
	pitch := d.between(30, 38)
	rows := max(1, int((r.height()-depth-6)/pitch)+1)
	gap := 0.0
	if rows > 1 {
		gap = (r.height() - depth - 8) / float64(rows-1)
	}
	places := m.rowPlaces(r, spine, rows, gap, depth)
	slabs := 0.0 // flats of all slabs, for each storey
	for _, p := range places {
		slabs += 2 * math.Max(1, math.Round(math.Min(p.width(), 56)/26))
	}
	switch {
	case len(places) == 0:
	case flats > 10*slabs || flats > 5.5*slabs && d.chance(0.45) && r.width() > 80:
		m.highRise(d, b, r, spine, flats)
	default:
		m.slabsFor(d, b, r, places, spine, flats, slabs)
	}
}

// wayOut leads a path from the lane's end out to the street on the other side.
func (m *maker) wayOut(b *block, r rect, spine float64, front int) {
	from, to, at := spot{spine, r.y1 - 8}, spot{spine, b.y1}, spot{spine, b.inner.y1}
	side := 3
	if front == 2 {
		from, to, at, side = spot{spine, r.y0 + 8}, spot{spine, b.y0}, spot{spine, b.inner.y0}, 2
	}
	if front >= 2 && len(m.houses) > 0 {
		// Between two shops, where there is a gap, or not at all.
		for i := len(m.houses) - 1; i >= 0 && m.houses[i].block == b.index; i-- {
			h := &m.houses[i]
			if h.use == "retail" && math.Abs(h.at.x-spine) < h.long/2+3 {
				return
			}
		}
	}
	m.way("path", from, to)
	m.gates = append(m.gates, gate{b.index, b.sides[side], at, b.name})
}

// sheds stand along the west side of an estate, for bicycles and tools.
func (m *maker) sheds(d dice, b *block, r rect) rect {
	for y := r.y0 + d.between(6, 24); y < r.y1-18; y += d.between(15, 40) {
		m.raise(b, spot{r.x0 + 2.2, y}, slab(4, d.between(6, 13)), 1, "shed", name{}, "")
	}
	r.x0 += 8
	return r
}

// slabsFor builds slabs of as many storeys as are needed.
func (m *maker) slabsFor(d dice, b *block, r rect, places []rect, spine, flats, each float64) {
	levels := min(11, max(4, int(math.Ceil(flats/each*d.between(1, 1.35)))))
	left, number := flats, 0
	open := spot{}
	for i, p := range places {
		length := min(p.width(), d.between(38, 58))
		have := 2 * math.Max(1, math.Round(length/26)) * float64(levels)
		if rest := float64(len(places) - i); left < have/2 || !d.chance(left/(have*rest)) {
			m.garden(d, rect{p.x0, p.y0 - 6, p.x1, p.y1 + 6}, r)
			open = p.middle()
			continue
		}
		left -= have
		number++
		f := slab(length, 12)
		if d.chance(0.5) {
			f = stepped(length, 12)
		}
		at := spot{p.x0 + length/2 + d.Float64()*(p.width()-length), p.middle().y}
		storeys := levels
		if levels < 8 {
			storeys = max(3, levels-d.IntN(2))
		}
		m.home(b, at, f, storeys, number)
		if i%3 == 1 {
			m.way("path", spot{spine, at.y - 10}, spot{at.x, at.y - 10})
		}
	}
	if open != (spot{}) {
		m.greens = append(m.greens, green{block: b.index, middle: open, play: open})
	}
}

// highRise builds point blocks on both sides of the lane, the rows a little out
// of line.
func (m *maker) highRise(d dice, b *block, r rect, spine, flats float64) {
	side := 25.0
	if d.chance(0.4) {
		side = 28
	}
	each := 4.0
	if side > 26 {
		each = 6
	}
	rows := max(1, int((r.height()-8)/d.between(46, 56)))
	gap := (r.height() - 12 - side) / math.Max(1, float64(rows-1))
	if rows == 1 {
		gap = 0
	}
	var places []spot
	for i := range rows {
		y := r.y0 + 6 + side/2 + float64(i)*gap
		for _, half := range [][2]float64{{r.x0 + 2, spine - 6}, {spine + 6, r.x1 - 2}} {
			n := int((half[1] - half[0] + 16) / (side + 18))
			for k := range n {
				free := (half[1]-half[0])/float64(n) - side
				places = append(places, spot{half[0] + (float64(k)+0.5)*(half[1]-half[0])/float64(n) + d.between(-0.4, 0.4)*math.Min(free, 12), y + d.between(-3, 3)})
			}
		}
	}
	if len(places) == 0 {
		return
	}
	levels := flats / each / float64(len(places))
	if levels < 14 { // fewer of them, not all so low
		levels = math.Max(levels, float64(14+d.IntN(5)))
	}
	left, number := flats, 0
	for i, p := range places {
		storeys := min(34, max(9, int(math.Round(levels*d.between(0.9, 1.1)))))
		have := each * float64(storeys)
		if rest := float64(len(places) - i); left < have/2 || !d.chance(left/(have*rest)) {
			m.garden(d, rect{p.x - 12, p.y - 14, p.x + 12, p.y + 14}, r)
			m.greens = append(m.greens, green{block: b.index, middle: p, play: p})
			continue
		}
		left -= have
		number++
		m.home(b, p, cross(side), storeys, number)
	}
	m.way("path", spot{r.x0 + 4, r.y0 + 3}, spot{r.x1 - 4, r.y0 + 3})
}
