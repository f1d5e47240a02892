package town

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"
)

// layQuarter lays the streets of a quarter: its borders are arterials that the
// quarter to the right of them, or above, draws and furnishes.
func (m *maker) layQuarter() {
	q, c := m.quarter, m.city
	d := m.dice("streets")
	names := &names{d: d, sides: q.names[:len(q.names)*3/5]}
	last, top := len(m.xs)-1, len(m.ys)-1
	spans := [][2]float64{{m.ys[0], m.ys[top]}}
	if m.bank >= 0 {
		spans = [][2]float64{{m.ys[0], m.ys[m.bank]}, {m.ys[m.bank+1], m.ys[top]}}
	}
	upright := make([][2]int, len(m.xs))
	for i, x := range m.xs {
		s := m.avenueOf(line{true, m.edgeOf(true, i)}, names, i == 0 || i == last, i == last && !q.edge[1], x == c.ring.x0 || x == c.ring.x1)
		for side, span := range spans {
			one := s
			one.from, one.to = spot{x, span[0]}, spot{x, span[1]}
			upright[i][side] = m.lay(one)
		}
		if m.bank >= 0 && !one(i, last, q.edge) && (i == 0 || i == last || d.chance(0.75)) {
			s.name, s.bridge, s.from, s.to = bridgeName(s.name), true, spot{x, m.ys[m.bank]}, spot{x, m.ys[m.bank+1]}
			m.lay(s)
			m.bridges = append(m.bridges, i)
		}
	}
	level := make([]int, len(m.ys))
	for j, y := range m.ys {
		s := m.avenueOf(line{false, m.edgeOf(false, j)}, names, j == 0 || j == top, j == top && !q.edge[3], y == c.ring.y0 || y == c.ring.y1)
		switch {
		case m.bank >= 0 && j == m.bank:
			s.name, s.class = name{"滨河南路", "Binhe South Road"}, "tertiary"
		case m.bank >= 0 && j == m.bank+1:
			s.name, s.class = name{"滨河北路", "Binhe North Road"}, "secondary"
		}
		s.from, s.to = spot{m.xs[0], y}, spot{m.xs[last], y}
		level[j] = m.lay(s)
	}
	for j := range top {
		if m.bank >= 0 && j == m.bank {
			continue
		}
		side := 0
		if m.bank >= 0 && j > m.bank {
			side = 1
		}
		for i := range last {
			field := rect{m.xs[i], m.ys[j], m.xs[i+1], m.ys[j+1]}
			z := between
			switch w := c.weight(field.middle()); {
			case w > 1.3:
				z = centre
			case w < 0.55 && d.chance(0.3):
				z = edge
			}
			m.split(d, names, field, [4]int{upright[i][side], upright[i+1][side], level[j], level[j+1]}, z, 0)
		}
	}
	if m.bank >= 0 {
		m.layRiver()
	}
	m.layRoads()
	m.rim()
}

// one says that a side of a quarter is the city's own.
func one(i, last int, edge [4]bool) bool { return i == 0 && edge[0] || i == last && edge[1] }

// edgeOf is where the border lies that the i-th avenue runs along or beside.
func (m *maker) edgeOf(upright bool, i int) float64 {
	list, low, high := m.xs, m.quarter.x0, m.quarter.x1
	if !upright {
		list, low, high = m.ys, m.quarter.y0, m.quarter.y1
	}
	switch i {
	case 0:
		return low
	case len(list) - 1:
		return high
	}
	return list[i]
}

// avenueOf names an avenue: a border's is the city's, the ring's is the ring's.
func (m *maker) avenueOf(at line, names *names, onBorder, foreign, onRing bool) street {
	if b := m.city.lines[at]; onBorder && b != nil {
		s := street{name: b.name, class: b.class, foreign: foreign, origin: m.city.border.y0 - 1}
		if !at.upright {
			s.origin = m.city.border.x0 - 1
		}
		return s
	}
	if onRing {
		return street{name: name{"内环路", "Inner Ring Road"}, class: "primary"}
	}
	class := "secondary"
	if names.d.chance(0.25) {
		class = "tertiary"
	}
	n := names.side(at.upright)
	if strings.HasSuffix(n.zh, "巷") {
		n = name{strings.TrimSuffix(n.zh, "巷") + "大道", strings.TrimSuffix(n.en, " Lane") + " Avenue"}
	}
	return street{name: n, class: class}
}

// rim lays meadows outside of the city's own roads.
func (m *maker) rim() {
	q := m.quarter
	last, top := len(m.xs)-1, len(m.ys)-1
	const off = 16
	for side, r := range []rect{
		{q.x0, q.y0, m.xs[0] - off, q.y1},
		{m.xs[last] + off, q.y0, q.x1, q.y1},
		{m.xs[0] - off, q.y0, m.xs[last] + off, m.ys[0] - off},
		{m.xs[0] - off, m.ys[top] + off, m.xs[last] + off, q.y1},
	} {
		if !q.edge[side] || r.width() < 5 || r.height() < 5 {
			continue
		}
		if side < 2 && m.bank >= 0 {
			south, north := r, r
			south.y1, north.y0 = m.riverY()-riverHalf-8, m.riverY()+riverHalf+8
			m.draw("green", "meadow", name{}, 9, m.ground.area(south))
			m.draw("green", "meadow", name{}, 9, m.ground.area(north))
			continue
		}
		m.draw("green", "meadow", name{}, 9, m.ground.area(r))
	}
}

// out is how far out of the city a spot lies: 0 the middle, 1 its nearest edge.
func (c *City) out(p spot) float64 {
	m := c.border.middle()
	return math.Hypot((p.x-m.x)/(c.border.width()/2), (p.y-m.y)/(c.border.height()/2))
}

// patches is smooth and between -1 and 1: where villages and old quarters lie
// together.
func (c *City) patches(p spot, wave float64) float64 {
	a := float64(c.Seed%97) + c.phase
	return (math.Sin(p.x/wave+a) + math.Sin(p.y/wave*1.3-a) + math.Sin((p.x+p.y)/wave*0.8+2*a)) / 3
}

// assignQuarter gives every block of a quarter its use: what so many people
// need, then what lies far out, and homes.
func (m *maker) assignQuarter() {
	d := m.dice("uses")
	c := m.city
	thousands := float64(m.people) / 1000
	central := math.Max(0, 1-c.out(m.quarter.middle()))
	share := func(each float64) int { return max(1, int(math.Round(thousands/each))) }
	wants := []want{
		{civic, 0, 1, false, true, name{}},
		{hospital, 0, 1, false, true, name{}},
		{library, 0, 1, false, true, name{}},
		{mall, 0, 1 + int(2.5*central), false, true, name{"天地", "Mall"}},
		{offices, 0, int(14*central*central + d.Float64()), false, false, name{"商务中心", "Business Centre"}},
		{park, 0, 1 + d.IntN(2), true, false, name{"公园", "Park"}},
		{market, 0, share(13), false, false, name{"菜场", "Market"}},
		{primary, 0, share(9), false, false, name{"小学", "Primary School"}},
		{middle, 0, share(19), false, false, name{"中学", "Middle School"}},
		{smallPark, 0, share(9), false, false, name{"口袋公园", "Pocket Park"}},
		{sports, 0, 1, false, false, name{"体育公园", "Sports Park"}},
		{careHome, 0, 1 + d.IntN(2), false, false, name{"颐养院", "Care Home"}},
	}
	if d.chance(0.35) {
		wants = append(wants, want{college, 0, 1, true, true, name{"学院", "College"}})
	}
	for _, w := range wants {
		for range w.count {
			if b := m.somewhere(d, w); b != nil {
				b.use, b.name = w.use, m.localName(b, w.name)
				if w.name == (name{}) {
					b.name = m.ofQuarter(publicPlans[w.use].parts[0].name)
				}
			}
		}
	}
	used := map[string]bool{}
	for i := range m.blocks {
		if b := &m.blocks[i]; b.use == unassigned {
			m.homesOrElse(d, b, used)
		}
	}
}

// somewhere is a free block that is large enough; parks and colleges take the largest of a few.
func (m *maker) somewhere(d dice, w want) *block {
	var best *block
	for range 40 {
		b := &m.blocks[d.IntN(len(m.blocks))]
		if b.use != unassigned || min(b.inner.width(), b.inner.height()) < 92 {
			continue
		}
		if !w.large {
			return b
		}
		if best == nil || b.inner.width()*b.inner.height() > best.inner.width()*best.inner.height() {
			best = b
		}
	}
	return best
}

func (m *maker) homesOrElse(d dice, b *block, used map[string]bool) {
	c := m.city
	p := b.middle()
	out := c.out(p)
	// Factories lie together, to one side.
	away := math.Cos(math.Atan2(p.y-c.river, p.x-c.border.middle().x) - c.phase)
	switch {
	case out > 0.9 && d.chance(0.28):
		b.use, b.name = farmland, name{"田园", "Fields"}
		if d.chance(0.35) && b.inner.width() > 140 && b.inner.height() > 140 {
			b.use, b.name = forest, m.localName(b, name{"山", "Hill"})
		}
	case out > 0.5 && away > 0.55 && d.chance(0.4), out > 0.75 && d.chance(0.08):
		b.use, b.name = industry, m.localName(b, name{"工业园", "Industrial Park"})
	case out > 0.34 && c.patches(p, 420) > -0.12 && d.chance(0.88):
		b.use, b.name = village, m.localName(b, name{"村", "Village"})
	case out < 0.5 && c.patches(p, 300) > 0.05 && d.chance(0.85):
		b.use, b.name = oldTown, m.localName(b, name{"老街", "Old Street"})
	default:
		b.use, b.name = compound, m.estateName(d, used)
	}
}

// estateName is a name that no other estate of the quarter has.
func (m *maker) estateName(d dice, used map[string]bool) name {
	list := m.quarter.names[len(m.quarter.names)/5:]
	for try := 0; ; try++ {
		n, e := list[d.IntN(len(list))], estateEndings[d.IntN(len(estateEndings))]
		full := name{n.zh + e.zh, n.en + " " + e.en}
		if try > 60 {
			full = name{full.zh + "二期", full.en + " II"}
		}
		if !used[full.zh] || try > 200 {
			used[full.zh] = true
			return full
		}
	}
}

var estateEndings = []name{
	{"苑", "Court"},
	{"花园", "Garden"},
	{"小区", "Estate"},
	{"家园", "Homes"},
	{"里", "Li"},
	{"新村", "New Village"},
	{"雅居", "Residence"},
	{"名邸", "Mansions"},
	{"华庭", "Garden Court"},
	{"湾", "Bay"},
	{"府", "Residence"},
	{"公寓", "Apartments"},
	{"宿舍", "Dormitory"},
}

// ofQuarter brings a name of the small town's centre to this quarter.
func (m *maker) ofQuarter(n name) name {
	zh, en := strings.TrimSuffix(m.title.zh, "街道"), strings.TrimSuffix(m.title.en, " Subdistrict")
	for _, old := range []name{{"东门", "Dongmen"}, {"青禾市", "Qinghe"}, {"青禾", "Qinghe"}} {
		n.zh, n.en = strings.ReplaceAll(n.zh, old.zh, zh), strings.ReplaceAll(n.en, old.en, en)
	}
	return n
}

// buildQuarter builds everything: small houses first, then the estates share
// the flats that are still wanted among themselves, more of them where the
// city is dense.
func (m *maker) buildQuarter() {
	for i := range m.blocks {
		switch b := &m.blocks[i]; b.use {
		case compound:
		case village:
			m.buildVillage(b)
		default:
			m.buildUp(b)
		}
	}
	const (
		household = 2.47 // people
		lived     = 0.9  // of all flats
	)
	left := float64(m.people) / household / lived
	for i := range m.houses {
		left -= float64(m.houses[i].dwellings())
	}
	weight := 0.0
	size := func(b *block) float64 { return m.city.weight(b.middle()) * b.inner.width() * b.inner.height() }
	for i := range m.blocks {
		if m.blocks[i].use == compound {
			weight += size(&m.blocks[i])
		}
	}
	for i := range m.blocks {
		b := &m.blocks[i]
		if b.use != compound {
			continue
		}
		before := len(m.houses)
		m.buildEstate(b, left*size(b)/weight)
		weight -= size(b)
		for k := before; k < len(m.houses); k++ {
			left -= float64(m.houses[k].dwellings())
		}
	}
}

// labelQuarter writes the names of the quarter and what lies in it; the first
// also the city's and the districts'.
func (m *maker) labelQuarter() {
	q, c := m.quarter, m.city
	if q.index == 0 {
		m.draw("place", "city", name{"青禾市", "Qinghe"}, 0, m.ground.at(c.border.middle()).wgs84())
		m.draw("boundary", "admin", name{"青禾市", "Qinghe"}, 1, orb.LineString(c.outline(c.border)))
		for _, p := range c.parts {
			m.draw("place", "suburb", p.title, 1, m.ground.at(p.middle()).wgs84())
		}
	}
	m.draw("place", "suburb", q.title, 2, m.ground.at(q.middle()).wgs84())
	for _, r := range m.communities {
		m.draw("place", "quarter", name{r.Name, r.NameEn}, 4, r.Geom.Bound().Center())
	}
	for i := range m.blocks {
		if b := &m.blocks[i]; slices.Contains([]use{compound, oldTown, industry, village}, b.use) {
			m.draw("place", "neighbourhood", b.name, 6, m.ground.at(b.inner.middle()).wgs84())
		}
	}
}

// communityAt is the place of the community that holds a spot in the plan.
func (m *maker) communityAt(p spot) int {
	for i, x := range m.quarter.communities {
		if p.x >= x.x0 && p.x <= x.x1 && p.y >= x.y0 && p.y <= x.y1 {
			return i
		}
	}
	return -1
}

// serveQuarter opens services: schools and what has a house of its own, and in
// the shops of each community what it needs. Some communities have no canteen
// and no clinic: these are what a planner is to find.
func (m *maker) serveQuarter() {
	d := m.dice("services")
	m.servePublic()
	free := make([][]int, len(m.quarter.communities))
	for i := range m.houses {
		h := &m.houses[i]
		if h.use != "retail" || h.taken || m.blocks[h.block].use == market {
			continue
		}
		if at := m.communityAt(h.at); at >= 0 {
			free[at] = append(free[at], i)
		}
	}
	gap := d.between(0.25, 0.6) // of its communities a quarter leaves without
	for i, r := range m.communities {
		d.Shuffle(len(free[i]), func(a, b int) { free[i][a], free[i][b] = free[i][b], free[i][a] })
		people := m.quarter.communities[i].people
		open := func(kind string, chance float64, n name, hours string, capacity int) {
			if len(free[i]) == 0 || !d.chance(chance) {
				return
			}
			house := free[i][0]
			free[i] = free[i][1:]
			m.open(house, kind, n, hours, capacity)
			if b := &m.town.Buildings[house]; b.Name == "" {
				b.Name, b.NameEn = n.zh, n.en
			}
		}
		base := name{strings.TrimSuffix(r.Name, "社区"), strings.TrimSuffix(r.NameEn, " Community")}
		of := func(zh, en string) name { return name{base.zh + zh, base.en + " " + en} }
		tens := func(share, low, high float64) int { return 10 * int(people*share*d.between(low, high)/10) }
		open("community_centre", 1, of("社区党群服务中心", "Service Centre"), "Mo-Su 08:30-20:30", 80)
		open("canteen", 1-gap, of("长者食堂", "Seniors' Canteen"), "Mo-Su 07:00-08:30,11:00-13:00,17:00-18:30", tens(0.04, 0.5, 1.6)+20)
		open("canteen", 0.25*(1-gap), of("助餐点", "Meal Point"), "Mo-Su 11:00-13:00", tens(0.02, 0.5, 1.4)+20)
		open("clinic", 0.8, of("社区卫生服务站", "Community Clinic"), "Mo-Su 08:00-12:00,14:00-17:30", tens(0.012, 0.6, 1.4)+20)
		open("pharmacy", 0.95, of("便民药房", "Pharmacy"), "Mo-Su 08:00-21:30", 0)
		open("pharmacy", 0.5, of("大药房", "Drugstore"), "Mo-Su 08:00-22:00", 0)
		open("kindergarten", 0.8, of("幼儿园", "Kindergarten"), "Mo-Fr 07:40-17:20", 150+30*d.IntN(8))
		open("bank", 0.5, of("支行", "Bank Branch"), "Mo-Fr 09:00-17:00", 0)
		open("post_office", 0.2, of("邮政支局", "Post Office"), "Mo-Sa 08:30-17:30", 0)
		open("social_facility", 0.2, of("残疾人之家", "Day Centre for Disabled People"), "Mo-Fr 08:30-17:00", 20+5*d.IntN(4))
		open("marketplace", 0.3, of("生鲜市场", "Fresh Food Market"), "Mo-Su 06:00-19:00", 0)
		open("nursing_home", 0.12, of("养老驿站", "Senior Care Station"), "24/7", 20+10*d.IntN(6))
	}
}

// buildVillage builds a 城中村 or a village at the rim: houses of three or four
// storeys along narrow lanes, sheds between them, an ancestral hall at the
// square.
func (m *maker) buildVillage(b *block) {
	d := m.dice(fmt.Sprint("village", b.index))
	m.draw("landuse", "residential", name{}, 6, m.ground.area(b.inner.inset(-2)))
	r := b.inner
	lanes := max(1, int(r.height()/d.between(25, 30)))
	gap := r.height() / float64(lanes)
	hall := rect{r.middle().x - 16, r.middle().y - 16, r.middle().x + 16, r.middle().y + 16}
	m.raise(b, r.middle(), slab(16, 12), 1, "public", name{b.name.zh + "祠堂", b.name.en + ", Ancestral Hall"}, "")
	m.marks = append(m.marks, mark{name: b.name, at: m.ground.at(b.middle()), gate: true})
	number := 0
	for i := range lanes {
		y := r.y0 + (float64(i)+0.5)*gap
		if from, to := (spot{b.x0, y}), (spot{b.x1, y}); y+4 < hall.y0 || y-4 > hall.y1 {
			m.way([]string{"service", "pedestrian", "path"}[min(2, i%4)], from, to)
		} else {
			m.way("path", from, spot{hall.x0, y})
			m.way("path", spot{hall.x1, y}, to)
		}
		for _, side := range []float64{-1, 1} {
			deep := min(d.between(8.5, 10.5), gap/2-6.2)
			for x := r.x0 + d.between(0.5, 5); ; {
				long := d.between(8.5, 13)
				if x+long > r.x1 {
					break
				}
				c := spot{x + long/2, y + side*(5.4+deep/2)}
				free := c.x+long/2 < hall.x0 || c.x-long/2 > hall.x1 || c.y+deep/2 < hall.y0 || c.y-deep/2 > hall.y1
				switch {
				case !free || deep < 5:
				case d.chance(0.1):
					m.raise(b, c, slab(long*0.6, deep*0.7), 1, "shed", name{}, "")
				case d.chance(0.93):
					number++
					use, levels := "house", 2+d.IntN(3)
					if i%5 == 2 && side > 0 && d.chance(0.3) {
						use, levels = "retail", 1+d.IntN(2)
					}
					m.raise(b, c, slab(long, deep), levels, use, name{}, fmt.Sprintf("%s%d号", b.name.zh, number))
				}
				x += long + d.between(1.2, 4)
			}
		}
	}
}
