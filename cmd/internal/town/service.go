package town

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// serve opens the services: those with a house of their own, and those that
// move into shops, each kind spread over the town.
func (m *maker) serve() {
	d := m.dice("services")
	m.servePublic()
	m.serveCommunities(d)
	grow := m.scale() * m.scale()
	for _, s := range []struct {
		kind  string
		name  name
		hours string
		low   int
		high  int
		count int
	}{
		{"canteen", name{"%s长者食堂", "%s Seniors' Canteen"}, "Mo-Su 07:00-08:30,11:00-13:00,17:00-18:30", 80, 260, 4},
		{"clinic", name{"%s社区卫生服务站", "%s Community Clinic"}, "Mo-Su 08:00-12:00,14:00-17:30", 30, 60, 4},
		{"pharmacy", name{"%s便民药房", "%s Pharmacy"}, "Mo-Su 08:00-21:30", 0, 0, 5},
		{"bank", name{"青禾农商银行%s支行", "Qinghe Rural Bank, %s Branch"}, "Mo-Fr 09:00-17:00", 0, 0, 3},
		{"post_office", name{"%s邮政支局", "%s Post Office"}, "Mo-Sa 08:30-17:30", 0, 0, 1},
		{"social_facility", name{"%s残疾人之家", "%s Day Centre for Disabled People"}, "Mo-Fr 08:30-17:00", 30, 30, 1},
		{"marketplace", name{"%s生鲜便民市场", "%s Fresh Food Market"}, "Mo-Su 06:00-19:00", 40, 60, 1},
	} {
		for range max(1, int(math.Round(float64(s.count)*grow))) {
			capacity := 0
			if s.high > 0 {
				capacity = s.low + 5*d.IntN((s.high-s.low)/5+1)
			}
			m.moveIn(d, s.kind, s.name, s.hours, capacity, "")
		}
	}
	m.kindergartens(d)
}

// servePublic opens what has a house of its own, by the house's name.
func (m *maker) servePublic() {
	for i := range m.houses {
		b := &m.town.Buildings[i]
		ends := func(word string) bool { return strings.HasSuffix(b.Name, word) }
		block := m.blocks[m.houses[i].block]
		switch {
		case ends("街道办事处"):
			m.open(i, "townhall", name{b.Name, b.NameEn}, "Mo-Fr 08:30-12:00,14:00-17:30", 0)
		case ends("派出所"):
			m.open(i, "police", name{b.Name, b.NameEn}, "24/7", 0)
		case ends("消防救援站"):
			m.open(i, "fire_station", name{b.Name, b.NameEn}, "24/7", 0)
		case ends("图书馆"):
			m.open(i, "library", name{b.Name, b.NameEn}, "Tu-Su 09:00-21:00", 240)
		case ends("门诊楼"):
			m.open(i, "hospital", block.name, "24/7", 260)
		case ends("颐养院"):
			m.open(i, "nursing_home", name{b.Name, b.NameEn}, "24/7", 120)
		case block.use == market && ends("菜场"):
			m.open(i, "marketplace", block.name, "Mo-Su 05:30-19:30", 180)
		case ends("教学楼") && block.use == college:
			m.open(i, "college", block.name, "Mo-Fr 07:30-22:00", 2400)
		case ends("教学楼"):
			m.open(i, "school", block.name, "Mo-Fr 07:30-17:30", map[use]int{primary: 720, middle: 960}[block.use])
		}
	}
}

func (m *maker) serveCommunities(d dice) {
	for _, r := range m.town.Regions {
		if r.Code.Level() == "community" {
			n := name{r.Name + "党群服务中心", r.NameEn + " Service Centre"}
			m.moveIn(d, "community_centre", n, "Mo-Su 08:30-20:30", 80, string(r.Code))
		}
	}
}

// open puts a service into a house.
func (m *maker) open(i int, kind string, n name, hours string, capacity int) {
	b := &m.town.Buildings[i]
	m.houses[i].taken = true
	m.town.Services = append(m.town.Services, Service{
		Ref: fmt.Sprintf("service-%s%03d", m.prefix, len(m.town.Services)+1), Kind: kind, Name: n.zh, NameEn: n.en,
		Address: b.Address, Hours: hours, Capacity: capacity, Unit: capacityUnits[kind], Point: b.Point,
	})
	m.marks = append(m.marks, mark{name: n, at: m.houses[i].centre, gate: true})
}

// capacityUnits say what a kind's capacity counts.
var capacityUnits = map[string]string{
	"canteen": "meals", "clinic": "visits", "hospital": "beds", "nursing_home": "beds", "school": "places", "kindergarten": "places",
	"college": "places", "library": "places", "social_facility": "places", "community_centre": "places",
}

// moveIn looks for a free shop, in a community if one is named, far from
// others of the kind and of another name; the name of a branch has its
// street's in it.
func (m *maker) moveIn(d dice, kind string, n name, hours string, capacity int, community string) {
	best, bestScore := -1, -1.0
	for i := range m.houses {
		h := &m.houses[i]
		if h.use != "retail" || h.taken || m.blocks[h.block].use == market {
			continue
		}
		if community != "" && m.communityOf(h.centre) != community || community == "" && m.named(m.withStreet(i, n)) {
			continue
		}
		score := 900.0
		for _, s := range m.town.Services {
			if s.Kind == kind {
				score = min(score, metresBetween(s.Point, m.town.Buildings[i].Point))
			}
		}
		if score *= d.between(0.7, 1); score > bestScore {
			best, bestScore = i, score
		}
	}
	if best < 0 {
		best = m.anyHouse(community)
	}
	if best < 0 {
		return
	}
	if community == "" {
		n = m.withStreet(best, n)
	}
	m.open(best, kind, n, hours, capacity)
	b := &m.town.Buildings[best]
	if b.Name == "" {
		b.Name, b.NameEn = n.zh, n.en
	}
}

// anyHouse is the fallback of a community without a free shop.
func (m *maker) anyHouse(community string) int {
	for i := range m.houses {
		if h := &m.houses[i]; !h.taken && h.use != "toilets" && (community == "" || m.communityOf(h.centre) == community) {
			return i
		}
	}
	return -1
}

// withStreet names a branch after its street: 翠竹路便民药房.
func (m *maker) withStreet(house int, n name) name {
	h := m.houses[house]
	s := m.streets[m.nearestSide(&m.blocks[h.block], h.at)].name
	return name{fmt.Sprintf(n.zh, s.zh), fmt.Sprintf(n.en, firstWord(s.en))}
}

func (m *maker) named(n name) bool {
	return slices.ContainsFunc(m.town.Services, func(s Service) bool { return s.Name == n.zh })
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return word
}

// kindergartens move into the ground of three compounds, as is usual.
func (m *maker) kindergartens(d dice) {
	left := max(1, int(math.Round(3*m.scale()*m.scale())))
	for _, i := range d.Perm(len(m.houses)) {
		h := &m.houses[i]
		if left == 0 {
			return
		}
		if h.use != "apartments" || h.levels > 5 || h.taken || m.tooClose("kindergarten", m.town.Buildings[i], 450) {
			continue
		}
		left--
		b := m.blocks[h.block]
		m.town.Buildings[i].Use, m.town.Buildings[i].Levels, m.town.Buildings[i].Height = "kindergarten", 3, 11
		h.use, h.levels, h.height = "kindergarten", 3, 11
		n := name{b.name.zh + "幼儿园", b.name.en + " Kindergarten"}
		m.town.Buildings[i].Name, m.town.Buildings[i].NameEn = n.zh, n.en
		m.open(i, "kindergarten", n, "Mo-Fr 07:40-17:20", 180+30*d.IntN(6))
	}
}

func (m *maker) tooClose(kind string, b Building, metres float64) bool {
	for _, s := range m.town.Services {
		if s.Kind == kind && metresBetween(s.Point, b.Point) < metres {
			return true
		}
	}
	return false
}
