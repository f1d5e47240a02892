package town

import (
	"fmt"
	"math"
)

// buildUp builds what a block's use asks for.
func (m *maker) buildUp(b *block) {
	switch b.use {
	case compound:
		m.buildCompound(b)
	case oldTown:
		m.buildOldTown(b)
	case park, smallPark:
		m.buildPark(b)
	case primary, middle, college:
		m.buildSchool(b)
	case industry:
		m.buildIndustry(b)
	case farmland:
		m.buildFields(b)
	case forest:
		m.buildForest(b)
	case sports:
		m.buildSports(b)
	default:
		m.buildPublic(b)
	}
}

// A part of a public block: where its middle is, as shares of the block's
// inner width and height, and how large it is, in metres or, where less, as
// shares of the block.
type part struct {
	x, y       float64
	long, deep float64
	shareX     float64 // at most this share of the width
	levels     int
	use        string
	name       name
	shape      func(long, deep float64) form // nil is a lawn
}

func hooked(long, deep float64) form { return hook(long, deep, min(14, deep/2.6)) }
func angled(long, deep float64) form { return angle(long, deep, min(15, deep/2.2)) }

var publicPlans = map[use]struct {
	landuse string
	parts   []part
}{
	civic: {"commercial", []part{
		{0.5, 0.8, 80, 22, 0.8, 6, "public", name{"东门街道办事处", "Dongmen Subdistrict Office"}, slab},
		{0.2, 0.45, 34, 20, 0.3, 4, "public", name{"东门派出所", "Dongmen Police Station"}, angled},
		{0.8, 0.45, 34, 20, 0.3, 3, "public", name{"青禾消防救援站", "Qinghe Fire Station"}, slab},
		{0.5, 0.3, 60, 50, 0.38, 0, "", name{"市民广场", "Civic Square"}, nil},
	}},
	market: {"retail", []part{
		{0.5, 0.66, 84, 46, 0.8, 2, "retail", name{"东门菜场", "Dongmen Market"}, slab},
		{0.25, 0.2, 44, 14, 0.4, 2, "retail", name{}, slab},
		{0.75, 0.2, 44, 14, 0.4, 2, "retail", name{}, slab},
	}},
	mall: {"retail", []part{
		{0.45, 0.6, 92, 58, 0.72, 5, "commercial", name{"青禾天地", "Qinghe Mall"}, angled},
		{0.85, 0.25, 26, 26, 0.22, 17, "office", name{"青禾天地写字楼", "Qinghe Mall Tower"}, slab},
		{0.25, 0.16, 46, 14, 0.4, 2, "retail", name{}, slab},
	}},
	offices: {"commercial", []part{
		{0.25, 0.7, 40, 26, 0.36, 15, "office", name{"商务中心A座", "Business Centre A"}, slab},
		{0.75, 0.7, 40, 26, 0.36, 12, "office", name{"商务中心B座", "Business Centre B"}, slab},
		{0.5, 0.22, 70, 20, 0.8, 4, "commercial", name{"青禾宾馆", "Qinghe Hotel"}, slab},
	}},
	hospital: {"health", []part{
		{0.5, 0.2, 86, 24, 0.84, 5, "hospital", name{"青禾市人民医院门诊楼", "Qinghe People's Hospital, Outpatients"}, slab},
		{0.3, 0.72, 60, 34, 0.46, 11, "hospital", name{"青禾市人民医院住院楼", "Qinghe People's Hospital, Wards"}, hooked},
		{0.8, 0.72, 30, 20, 0.28, 4, "hospital", name{"青禾市人民医院急诊楼", "Qinghe People's Hospital, Emergency"}, slab},
	}},
	library: {"commercial", []part{
		{0.32, 0.6, 52, 40, 0.5, 4, "public", name{"青禾市图书馆", "Qinghe Library"}, hooked},
		{0.82, 0.62, 36, 30, 0.3, 3, "public", name{"青禾剧场", "Qinghe Theatre"}, slab},
		{0.5, 0.16, 80, 20, 0.8, 0, "", name{"文化广场", "Culture Square"}, nil},
	}},
	careHome: {"residential", []part{
		{0.5, 0.68, 74, 40, 0.8, 4, "apartments", name{"青禾颐养院", "Qinghe Care Home"}, hooked},
		{0.5, 0.2, 70, 30, 0.7, 0, "", name{"颐园", "Yiyuan Garden"}, nil},
	}},
}

// buildPublic builds a block from its plan, with a lane in from its front.
func (m *maker) buildPublic(b *block) {
	plan := publicPlans[b.use]
	m.draw("landuse", plan.landuse, b.name, 5, m.ground.area(b.inner.inset(-2)))
	r := b.inner.inset(2)
	for i, p := range plan.parts {
		long, deep := min(p.long, p.shareX*r.width()), min(p.deep, 0.42*r.height())
		c := spot{r.x0 + p.x*r.width(), r.y0 + p.y*r.height()}
		c.x = min(max(c.x, r.x0+long/2), r.x1-long/2)
		c.y = min(max(c.y, r.y0+deep/2), r.y1-deep/2)
		if p.shape == nil {
			m.draw("green", "garden", p.name, 5, m.ground.area(rect{c.x - long/2, c.y - deep/2, c.x + long/2, c.y + deep/2}))
			m.greens = append(m.greens, green{block: b.index, middle: c, play: c})
			continue
		}
		if m.quarter != nil {
			p.name = m.ofQuarter(p.name)
		}
		if i == 0 {
			if b.use == market || b.use == careHome {
				p.name = b.name
			}
			m.marks = append(m.marks, mark{name: shortest(b.name, p.name), at: m.ground.at(c), gate: true})
		}
		m.raise(b, c, p.shape(long, deep), p.levels, p.use, p.name, "")
	}
}

func shortest(a, b name) name {
	if b.zh == "" || len(a.zh) <= len(b.zh) {
		return a
	}
	return b
}

// buildSchool builds classrooms to the north and a pitch to the south.
func (m *maker) buildSchool(b *block) {
	m.draw("landuse", "education", b.name, 5, m.ground.area(b.inner.inset(-2)))
	r := b.inner.inset(3)
	w, h := r.width(), r.height()
	floors := map[use]int{primary: 4, middle: 5, college: 6}[b.use]
	main := spot{r.x0 + 0.3*w, r.y0 + 0.78*h}
	m.raise(b, main, hooked(min(70, 0.5*w), min(46, 0.34*h)), floors, "school", name{b.name.zh + "教学楼", b.name.en + ", Teaching Building"}, "")
	m.raise(b, spot{r.x0 + 0.8*w, r.y0 + 0.86*h}, slab(min(50, 0.32*w), min(14, 0.16*h)), floors, "school", name{b.name.zh + "综合楼", b.name.en + ", Main Hall"}, "")
	m.raise(b, spot{r.x0 + 0.84*w, r.y0 + 0.6*h}, slab(min(36, 0.26*w), min(24, 0.18*h)), 1, "sports_hall", name{b.name.zh + "体育馆", b.name.en + ", Gym"}, "")
	m.marks = append(m.marks, mark{name: b.name, at: m.ground.at(main), gate: true})
	pitch := rect{r.x0 + 0.08*w, r.y0 + 0.04*h, r.x0 + 0.72*w, r.y0 + 0.48*h}
	m.track(pitch)
	if b.use == college {
		for i := range 2 {
			m.raise(b, spot{r.x0 + 0.87*w, r.y0 + (0.12+0.22*float64(i))*h}, slab(min(44, 0.2*w), 13), 6, "dormitory", name{fmt.Sprintf("%s宿舍%d号楼", b.name.zh, i+1), fmt.Sprintf("%s, Hall %d", b.name.en, i+1)}, "")
		}
	}
	y := r.y0 + 0.53*h
	m.way("service", spot{b.x0, y}, spot{r.x0 + 0.6*w, y})
}

// track is a running track with a pitch in it.
func (m *maker) track(r rect) {
	even := func(float64) float64 { return 1 }
	m.draw("green", "pitch", name{"运动场", "Sports ground"}, 6, m.ground.ellipse(r.middle(), r.width()/2, r.height()/2, even))
}

func (m *maker) buildSports(b *block) {
	m.draw("landuse", "education", b.name, 5, m.ground.area(b.inner.inset(-2)))
	r := b.inner.inset(3)
	m.raise(b, spot{r.x0 + 0.5*r.width(), r.y0 + 0.8*r.height()}, round(min(0.17*r.height(), 0.3*r.width(), 30)), 2, "sports_hall", name{"青禾体育馆", "Qinghe Sports Hall"}, "")
	m.track(rect{r.x0 + 0.1*r.width(), r.y0 + 0.06*r.height(), r.x0 + 0.9*r.width(), r.y0 + 0.52*r.height()})
	m.marks = append(m.marks, mark{name: b.name, at: m.ground.at(b.middle()), gate: true})
}

// buildPark lays a pond and a path round it, with ways in from the streets.
func (m *maker) buildPark(b *block) {
	d := m.dice(fmt.Sprint("park", b.index))
	m.draw("green", "park", b.name, 2, m.ground.area(b.inner.inset(-3)))
	c := b.inner.middle()
	c.x, c.y = c.x+d.between(-8, 8), c.y+d.between(-8, 8)
	ringX, ringY := 0.32*b.inner.width(), 0.32*b.inner.height()
	p1, p2 := d.between(0, 2*math.Pi), d.between(0, 2*math.Pi)
	wobble := func(a float64) float64 { return 1 + 0.1*math.Sin(2*a+p1) + 0.06*math.Sin(3*a+p2) }
	if b.use == park {
		m.draw("water", "water", name{"荷塘", "Lotus Pond"}, 4, m.ground.ellipse(c, 0.74*ringX, 0.74*ringY, wobble))
	}
	const points = 36
	ring := make([]site, points+1)
	for i := range ring {
		angle := 2 * math.Pi * float64(i%points) / points
		sin, cos := math.Sincos(angle)
		ring[i] = m.ground.at(spot{c.x + ringX*wobble(angle)*cos, c.y + ringY*wobble(angle)*sin})
	}
	m.draw("road", "path", name{}, wayRank["path"], lineString(ring))
	m.ways = append(m.ways, way{ring, widths["path"]})
	m.way("path", spot{c.x, b.y0}, spot{c.x, c.y - ringY*wobble(1.5*math.Pi)})
	m.way("path", spot{c.x, b.y1}, spot{c.x, c.y + ringY*wobble(0.5*math.Pi)})
	m.way("path", spot{b.x0, c.y}, spot{c.x - ringX*wobble(math.Pi), c.y})
	m.way("path", spot{b.x1, c.y}, spot{c.x + ringX*wobble(0), c.y})
	corner := b.inner.inset(9)
	m.raise(b, spot{corner.x1, corner.y1}, round(4.5), 1, "public", name{b.name.zh + "凉亭", b.name.en + ", Pavilion"}, "")
	m.raise(b, spot{corner.x0, corner.y0}, slab(12, 8), 1, "toilets", name{b.name.zh + "公厕", b.name.en + ", Toilets"}, "")
	m.greens = append(m.greens, green{block: b.index, middle: c, paths: [][]site{ring}, play: spot{corner.x0 + 6, corner.y1 - 6}, large: b.use == park})
	m.marks = append(m.marks, mark{name: b.name, at: m.ground.at(c)})
}

// buildIndustry builds rows of sheds along a lane.
func (m *maker) buildIndustry(b *block) {
	d := m.dice(fmt.Sprint("industry", b.index))
	m.draw("landuse", "industrial", b.name, 5, m.ground.area(b.inner.inset(-2)))
	r := b.inner.inset(4)
	lane := r.middle().x
	m.way("service", spot{lane, b.y0}, spot{lane, r.y1 - 6})
	rows := max(1, int(r.height()/72))
	gap := r.height() / float64(rows)
	number := 0
	for i := range rows {
		y := r.y0 + (float64(i)+0.5)*gap
		for _, half := range [][2]float64{{r.x0, lane - 10}, {lane + 10, r.x1}} {
			number++
			long, deep := min(half[1]-half[0], d.between(58, 110)), min(gap-16, d.between(28, 46))
			n := name{fmt.Sprintf("%d号厂房", number), fmt.Sprintf("Works %d", number)}
			m.raise(b, spot{(half[0] + half[1]) / 2, y}, slab(long, deep), 1, "industrial", n, fmt.Sprintf("%d号厂房", number))
		}
	}
	m.marks = append(m.marks, mark{name: b.name, at: m.ground.at(b.middle())})
}

// buildFields divides farmland into plots with a track, and a farmhouse or two.
func (m *maker) buildFields(b *block) {
	d := m.dice(fmt.Sprint("fields", b.index))
	r := b.inner.inset(-3)
	y := r.y0 + d.between(0.4, 0.6)*r.height()
	for _, strip := range []rect{{r.x0, r.y0, r.x1, y - 3}, {r.x0, y + 26, r.x1, r.y1}} {
		for x := strip.x0; x < r.x1-12; {
			to := x + d.between(28, 64)
			if to > r.x1-14 {
				to = r.x1
			}
			cut := strip.y0 + d.between(0.3, 0.7)*strip.height()
			for _, plot := range []rect{{x + 1.5, strip.y0, to - 1.5, cut - 1.5}, {x + 1.5, cut + 1.5, to - 1.5, strip.y1}} {
				class := "farmland"
				if d.chance(0.25) {
					class = "meadow"
				}
				m.draw("green", class, name{}, 8, m.ground.area(plot))
			}
			x = to
		}
	}
	m.way("track", spot{b.x0, y}, spot{b.x1, y})
	for i := range 3 {
		x := r.x0 + (0.2+0.3*float64(i))*r.width()
		m.raise(b, spot{x, y + 12}, slab(d.between(11, 15), 9), 2, "house", name{}, fmt.Sprintf("%d号院", i+1))
	}
}

// buildForest is a wooded hill with meadows around it and paths over it.
func (m *maker) buildForest(b *block) {
	d := m.dice(fmt.Sprint("forest", b.index))
	m.draw("green", "meadow", name{}, 8, m.ground.area(b.inner.inset(-3)))
	c := b.inner.middle()
	p1, p2, p3 := d.between(0, 2*math.Pi), d.between(0, 2*math.Pi), d.between(0, 2*math.Pi)
	edge := func(a float64) float64 {
		// between a circle and a square, and ragged
		sin, cos := math.Sincos(a)
		square := 1 / math.Pow(math.Pow(math.Abs(cos), 5)+math.Pow(math.Abs(sin), 5), 0.2)
		return square * (0.93 + 0.035*math.Sin(3*a+p1) + 0.025*math.Sin(7*a+p2) + 0.02*math.Sin(11*a+p3))
	}
	m.draw("green", "forest", b.name, 2, m.ground.ellipse(c, b.inner.width()/2, b.inner.height()/2, edge))
	top := spot{c.x + d.between(-0.15, 0.15)*b.inner.width(), c.y + d.between(-0.15, 0.15)*b.inner.height()}
	for _, gate := range []spot{{b.x0, top.y + d.between(-60, 60)}, {b.x1, top.y + d.between(-60, 60)}, {top.x + d.between(-60, 60), b.y0}, {top.x + d.between(-60, 60), b.y1}} {
		m.way("path", gate, top)
	}
	m.raise(b, spot{top.x + 14, top.y + 14}, round(5.5), 2, "public", name{b.name.zh + "观景亭", b.name.en + ", Lookout"}, "")
	m.marks = append(m.marks, mark{name: b.name, at: m.ground.at(top)})
}
