package town

import (
	"fmt"
	"math"
)

// describe says where a site at a street is, as people do: the street and its
// side, and what is near: 人民路东侧·东门菜场斜对面.
func (m *maker) describe(s *street, where site, side float64) string {
	text := s.name.zh + sideWord(s, side) + "侧"
	near, distance := m.nearestMark(where)
	if near == nil || distance > 130 {
		return text
	}
	across := m.across(s, where, near.at)
	along := m.alongStreet(s, where, near.at)
	word := "旁"
	switch {
	case across && along < 25:
		word = "对面"
	case across:
		word = "斜对面"
	case near.gate && distance < 45:
		word = "门口"
	case distance > 70:
		word = "附近"
	}
	return fmt.Sprintf("%s·%s%s", text, near.name.zh, word)
}

// sideWord names the side: 1 is left of the street's direction, which is
// north or east.
func sideWord(s *street, side float64) string {
	left, right := "北", "南"
	if s.upright() {
		left, right = "西", "东"
	}
	if side > 0 {
		return left
	}
	return right
}

func (m *maker) nearestMark(where site) (*mark, float64) {
	best, nearest := -1, math.Inf(1)
	for i := range m.marks {
		if d := apart(where, m.marks[i].at); d < nearest {
			best, nearest = i, d
		}
	}
	if best < 0 {
		return nil, nearest
	}
	return &m.marks[best], nearest
}

// across says whether a and b lie on different sides of a street.
func (m *maker) across(s *street, a, b site) bool {
	from, to := s.sites[0], s.sites[len(s.sites)-1]
	left := func(p site) bool { return (to.x-from.x)*(p.y-from.y)-(to.y-from.y)*(p.x-from.x) > 0 }
	return left(a) != left(b)
}

// alongStreet is how far apart a and b are in the street's direction.
func (m *maker) alongStreet(s *street, a, b site) float64 {
	from, to := s.sites[0], s.sites[len(s.sites)-1]
	length := apart(from, to)
	return math.Abs((b.x-a.x)*(to.x-from.x)+(b.y-a.y)*(to.y-from.y)) / length
}

// busLine sets stops along the middle avenue and its bridge, and along the
// road on the north bank, on both sides.
func (f *furnisher) busLine() {
	middle := f.xs[fromMiddleFirst(len(f.xs))]
	along := f.ys[len(f.ys)/2]
	if f.bank >= 0 {
		along = f.ys[f.bank+1]
	}
	number := 0
	for i := range f.streets {
		s := &f.streets[i]
		onLine := s.upright() && s.from.x == middle || !s.upright() && s.from.y == along
		if s.bridge || s.foreign || !onLine {
			continue
		}
		length := math.Hypot(s.to.x-s.from.x, s.to.y-s.from.y)
		for at := 130.0; at < length-60; at += 340 {
			number++
			for _, side := range []float64{1, -1} {
				// the two stops of a pair lie a little apart, each behind the crossing
				f.stop(s, (at-side*18)/length, side, number)
			}
		}
	}
}

func (f *furnisher) stop(s *street, t, side float64, number int) {
	p := spot{s.from.x + (s.to.x-s.from.x)*t, s.from.y + (s.to.y-s.from.y)*t}
	kind := "bus_stop"
	if number%2 == 0 || side > 0 {
		kind = "bus_shelter"
	}
	if !f.beside(s, p, side, kind, 1.8) {
		return
	}
	// A stop is called after what is near it.
	last := &f.town.Facilities[len(f.town.Facilities)-1]
	if m, distance := f.nearestMark(siteOf(last.Point)); m != nil && distance < 220 {
		last.Name, last.NameEn = "1路公交"+m.name.zh+"站", m.name.en+" bus stop (line 1)"
	}
	ahead := 9.0 / math.Hypot(s.to.x-s.from.x, s.to.y-s.from.y)
	f.beside(s, spot{p.x + (s.to.x-s.from.x)*ahead, p.y + (s.to.y-s.from.y)*ahead}, side, "waste_basket", 2.4)
	f.beside(s, spot{p.x - (s.to.x-s.from.x)*ahead, p.y - (s.to.y-s.from.y)*ahead}, side, "bench", 2.8)
}

// fromMiddleFirst is the avenue that comes first in fromMiddle.
func fromMiddleFirst(n int) int {
	for i := 1; i < n-1; i++ {
		if fromMiddle(i, n-1) == 0 {
			return i
		}
	}
	return 0
}

// corners sets signals and guideposts where avenues meet.
func (f *furnisher) corners() {
	for i := range f.streets {
		for j := range f.streets {
			a, b := &f.streets[i], &f.streets[j]
			if !a.upright() || b.upright() || a.bridge || widths[a.class] < 14 || widths[b.class] < 14 ||
				b.from.y < a.from.y || b.from.y > a.to.y || a.from.x < b.from.x || a.from.x > b.to.x {
				continue
			}
			dx, dy := widths[a.class]/2, widths[b.class]/2
			for k, q := range [4][2]float64{{1, 1}, {-1, 1}, {-1, -1}, {1, -1}} {
				where := f.ground.at(spot{a.from.x + q[0]*(dx+2), b.from.y + q[1]*(dy+2)})
				if f.onRoad(where, 0.3) || f.crowded(where, 1) || f.inHouse(where) || !f.inTown(where) {
					continue
				}
				place := fmt.Sprintf("%s与%s交叉口", a.name.zh, b.name.zh)
				if widths[a.class]+widths[b.class] >= 40 && k%2 == 0 {
					f.stand("traffic_signals", a.name, where, place)
				} else if k == 1 {
					f.stand("guidepost", a.name, where, place)
				}
			}
		}
	}
}

func (f *furnisher) inTown(s site) bool { return f.communityOf(s) != "" }

// inCompounds sets lockers, boxes and stands at the gates.
func (f *furnisher) inCompounds() {
	for _, g := range f.gates {
		inward := 1.0
		if g.at.y > f.blocks[g.block].middle().y {
			inward = -1
		}
		for _, item := range []struct {
			kind   string
			dx, dy float64
			chance float64
		}{
			{"parcel_locker", 4.4, 4, 0.9},
			{"recycling", -4.4, 5, 1},
			{"bicycle_parking", 4.6, 12, 0.6},
			{"transformer", -4.8, 13, 0.7},
			{"gas_regulator", 4.6, 20, 0.4},
			{"bollard", 2.9, -1, 0.6},
			{"info_board", -4.2, 1, 0.5},
		} {
			where := f.ground.at(spot{g.at.x + item.dx, g.at.y + inward*item.dy})
			if !f.d.chance(item.chance) || f.onRoad(where, 0.3) || f.crowded(where, 1.2) || f.inHouse(where) {
				continue
			}
			f.stand(item.kind, g.name, where, g.name.zh+"大门内·"+f.streets[g.street].name.zh)
		}
	}
}

// inGreens sets benches and bins along the paths of parks, and a playground
// where there is room.
func (f *furnisher) inGreens() {
	for _, g := range f.greens {
		b := &f.blocks[g.block]
		put := func(kind string, where site, place string) {
			if !f.onRoad(where, 0.4) && !f.crowded(where, 2) && !f.inHouse(where) {
				f.stand(kind, b.name, where, place)
			}
		}
		play := f.ground.at(g.play)
		if b.use == compound || g.large {
			put("playground", play, b.name.zh+"内活动场地")
		}
		for _, path := range g.paths {
			c := f.ground.at(g.middle)
			for i := 0; i < len(path)-1; i += 2 {
				k := 1 + 3.6/apart(path[i], c) // outside of the ring
				where := site{c.x + (path[i].x-c.x)*k, c.y + (path[i].y-c.y)*k}
				kind := "bench"
				switch {
				case i%12 == 2:
					kind = "waste_basket"
				case i == 18:
					kind = "drinking_water"
				}
				put(kind, where, b.name.zh+"环形步道旁")
			}
		}
		switch b.use {
		case civic:
			put("fountain", f.ground.at(g.middle), b.name.zh+"广场中央")
		case park, smallPark:
			put("map_board", f.ground.at(spot{b.inner.middle().x + 7, b.inner.y0 + 2}), b.name.zh+"南入口")
			put("toilets", f.ground.at(spot{b.inner.x0 + 18, b.inner.y0 + 9}), b.name.zh+"西南角")
			put("mobile_toilet", f.ground.at(spot{b.inner.x1 - 5, b.inner.y0 + 5}), b.name.zh+"东南角")
		}
	}
	for i := range f.blocks {
		if b := &f.blocks[i]; b.use == market || b.use == sports {
			where := f.ground.at(spot{b.inner.x1 - 1, b.inner.y0 + 0.42*b.inner.height()})
			if !f.crowded(where, 2) && !f.inHouse(where) && !f.onRoad(where, 0.3) {
				f.stand("mobile_toilet", b.name, where, b.name.zh+"东侧空地")
			}
		}
	}
}

// riverside sets benches, lamps and bins on the river's banks.
func (f *furnisher) riverside() {
	if f.bank < 0 {
		return
	}
	n := name{"滨河绿带", "Riverside"}
	y := f.riverY()
	for _, side := range []float64{-1, 1} {
		bank := map[float64]string{-1: "南岸", 1: "北岸"}[side]
		i := 0
		for x := f.xs[0] + 30; x < f.xs[len(f.xs)-1]-20; x += 42 * f.d.between(0.9, 1.1) {
			kind := []string{"bench", "street_lamp", "bench", "waste_basket", "tree", "street_lamp"}[i%6]
			i++
			where := f.ground.at(spot{x, y + side*(riverHalf+5.5+4.3)})
			if f.onRoad(where, 0.4) || f.crowded(where, 1.2) {
				continue
			}
			place := "青禾河" + bank + "步道"
			if m, distance := f.nearestMark(where); m != nil && distance < 120 {
				place += "·近" + m.name.zh
			}
			f.stand(kind, n, where, place)
		}
	}
}
