package town

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"onemap/api/plate"
)

// kinds are the words and the class of what stands in the street.
var kinds = map[string]struct {
	class string
	name  name
}{
	"waste_basket": {"waste_bin", name{"废物箱", "Litter Bin"}}, "recycling": {"waste_bin", name{"分类回收箱", "Recycling Bin"}},
	"guidepost": {"guide_sign", name{"路名牌", "Guidepost"}}, "map_board": {"guide_sign", name{"导览图", "Map Board"}}, "info_board": {"guide_sign", name{"信息栏", "Information Board"}},
	"bus_stop": {"bus_stop", name{"公交站", "Bus Stop"}}, "bus_shelter": {"bus_stop", name{"公交候车亭", "Bus Shelter"}},
	"post_box": {"postal", name{"邮筒", "Post Box"}}, "newsstand": {"postal", name{"报刊亭", "Newsstand"}}, "parcel_locker": {"postal", name{"快递柜", "Parcel Locker"}},
	"telephone": {"phone_booth", name{"公用电话亭", "Phone Booth"}}, "bench": {"seat", name{"座椅", "Bench"}},
	"mobile_toilet":   {"mobile_toilet", name{"活动厕所", "Portable Toilet"}},
	"bicycle_parking": {"cycle_parking", name{"自行车存车架", "Bicycle Stand"}}, "bicycle_rental": {"cycle_parking", name{"公共自行车租赁点", "Bicycle Rental"}},
	"street_cabinet": {"cabinet", name{"通信交接箱", "Telecom Cabinet"}}, "transformer": {"cabinet", name{"箱式变压器", "Transformer"}}, "gas_regulator": {"cabinet", name{"燃气调压箱", "Gas Regulator"}},
	"street_lamp": {"other", name{"路灯", "Street Lamp"}}, "traffic_signals": {"other", name{"信号灯", "Traffic Signals"}}, "hydrant": {"other", name{"消火栓", "Hydrant"}},
	"bollard": {"other", name{"阻车桩", "Bollard"}}, "tree": {"other", name{"行道树", "Street Tree"}}, "toilets": {"other", name{"公共厕所", "Public Toilet"}},
	"drinking_water": {"other", name{"饮水点", "Drinking Water"}}, "manhole": {"other", name{"井盖", "Manhole Cover"}},
	"playground": {"other", name{"儿童游乐设施", "Playground"}}, "fountain": {"other", name{"喷泉", "Fountain"}},
}

// row says how one kind stands along the streets.
type row struct {
	kind    string
	classes []string
	every   float64 // metres
	off     float64 // metres from the kerb; negative lies in the carriageway
	both    bool    // on both sides, or by turns
}

var (
	avenues = []string{"primary", "secondary"}
	roads   = []string{"primary", "secondary", "tertiary"}
)

var rows = []row{
	{"street_lamp", roads, 38, 0.8, false},
	{"street_lamp", []string{"residential"}, 55, 0.7, false},
	{"tree", avenues, 21, 1.6, true},
	{"tree", []string{"tertiary"}, 34, 1.4, false},
	{"waste_basket", avenues, 95, 2.6, true},
	{"waste_basket", []string{"tertiary", "residential"}, 150, 2.4, false},
	{"bench", avenues, 170, 3.2, false},
	{"hydrant", roads, 210, 1.1, false},
	{"manhole", roads, 130, -3.2, false},
	{"street_cabinet", roads, 330, 3.4, false},
	{"bicycle_parking", avenues, 240, 3.0, true},
	{"bicycle_rental", avenues, 780, 3.1, false},
	{"info_board", avenues, 620, 3.3, false},
	{"post_box", roads, 1150, 2.2, false},
	{"newsstand", avenues, 1500, 3.1, false},
	{"telephone", []string{"primary"}, 1050, 3.0, false},
}

// furnisher stands things up, keeping them off roads and apart.
type furnisher struct {
	*maker
	d      dice
	counts map[string]int
	near   map[[2]int][]site // sites by cell of 4 m
	codes  map[plate.Code]bool
	random *rand.ChaCha8
	depts  map[string]Department
}

// furnish stands up everything along the streets and in the parks.
func (m *maker) furnish() error {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(m.seed >> (8 * i))
	}
	copy(key[8:], "onemap demo plates"+m.prefix)
	f := &furnisher{
		maker: m, d: m.dice("furniture"), counts: map[string]int{}, near: map[[2]int][]site{},
		codes: map[plate.Code]bool{}, random: rand.NewChaCha8(key), depts: kindDepartments(),
	}
	f.layOut()
	f.busLine()
	for _, r := range rows {
		for i := range m.streets {
			if s := &m.streets[i]; !s.bridge && !s.foreign && slices.Contains(r.classes, s.class) {
				f.along(s, r)
			}
		}
	}
	f.corners()
	f.inCompounds()
	f.inGreens()
	f.riverside()
	return f.plates()
}

// denser is how much closer things stand in a city than in a small town.
const denser = 0.45

// along stands one kind in a row along a street.
func (f *furnisher) along(s *street, r row) {
	if f.quarter != nil {
		r.every *= denser
	}
	length := math.Hypot(s.to.x-s.from.x, s.to.y-s.from.y)
	side := 1.0
	if f.d.chance(0.5) {
		side = -1
	}
	for at := r.every * f.d.between(0.25, 0.75); at < length; at += r.every * f.d.between(0.93, 1.07) {
		t := at / length
		p := spot{s.from.x + (s.to.x-s.from.x)*t, s.from.y + (s.to.y-s.from.y)*t}
		sides := []float64{side}
		if r.both {
			sides = []float64{1, -1}
		}
		for _, one := range sides {
			f.beside(s, p, one, r.kind, r.off)
		}
		side = -side
	}
}

// beside stands a thing at a street, side 1 being left of its direction.
func (f *furnisher) beside(s *street, p spot, side float64, kind string, off float64) bool {
	out := side * (widths[s.class]/2 + off)
	if s.upright() {
		p.x -= out
	} else {
		p.y += out
	}
	where := f.ground.at(p)
	if kind != "manhole" && f.onRoad(where, 0.4) || f.crowded(where, 1.3) || f.inHouse(where) {
		return false
	}
	f.stand(kind, s.name, where, f.describe(s, where, side))
	return true
}

// piece is a straight piece of a way.
type piece struct {
	a, b site
	half float64
}

// A cell of the two indexes below is as long as nothing in them: no piece of a
// way, and no house from its middle.
const nearCell = 80

func nearOf(s site) [2]int {
	return [2]int{int(math.Floor(s.x / nearCell)), int(math.Floor(s.y / nearCell))}
}

func eachNear[T any](index map[[2]int][]T, s site, found func(T) bool) bool {
	at := nearOf(s)
	for dx := -1; dx <= 1; dx++ {
		for dy := -1; dy <= 1; dy++ {
			if slices.ContainsFunc(index[[2]int{at[0] + dx, at[1] + dy}], found) {
				return true
			}
		}
	}
	return false
}

// layOut makes the indexes of ways and houses.
func (m *maker) layOut() {
	m.waysNear, m.housesNear = map[[2]int][]piece{}, map[[2]int][]int{}
	for _, w := range m.ways {
		for j := 1; j < len(w.sites); j++ {
			k := nearOf(w.sites[j-1])
			m.waysNear[k] = append(m.waysNear[k], piece{w.sites[j-1], w.sites[j], w.width / 2})
		}
	}
	for i := range m.houses {
		k := nearOf(m.houses[i].centre)
		m.housesNear[k] = append(m.housesNear[k], i)
	}
}

// onRoad says whether a site lies on a carriageway or within gap of one.
func (m *maker) onRoad(s site, gap float64) bool {
	return eachNear(m.waysNear, s, func(p piece) bool { return toSegment(s, p.a, p.b) < p.half+gap })
}

func (f *furnisher) crowded(s site, gap float64) bool {
	const cell = 4
	x, y := int(math.Floor(s.x/cell)), int(math.Floor(s.y/cell))
	for dx := -1; dx <= 1; dx++ {
		for dy := -1; dy <= 1; dy++ {
			for _, other := range f.near[[2]int{x + dx, y + dy}] {
				if apart(s, other) < gap {
					return true
				}
			}
		}
	}
	return false
}

func (m *maker) inHouse(s site) bool {
	return eachNear(m.housesNear, s, func(i int) bool { return inside(s, m.houses[i].outline) })
}

// inside is the even-odd rule.
func inside(p site, ring []site) bool {
	in := false
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		if (a.y > p.y) != (b.y > p.y) && p.x < a.x+(p.y-a.y)/(b.y-a.y)*(b.x-a.x) {
			in = !in
		}
	}
	return in
}

// stand adds a facility, named after its street or compound and numbered there.
func (f *furnisher) stand(kind string, of name, where site, place string) {
	const cell = 4
	k := [2]int{int(math.Floor(where.x / cell)), int(math.Floor(where.y / cell))}
	f.near[k] = append(f.near[k], where)
	key := of.zh + kind
	f.counts[key]++
	n, dept := kinds[kind], f.depts[kind]
	f.town.Facilities = append(f.town.Facilities, Facility{
		Ref: fmt.Sprintf("facility-%s%05d", f.prefix, len(f.town.Facilities)+1), Kind: kind, Class: n.class,
		Name: fmt.Sprintf("%s%s%02d", of.zh, n.name.zh, f.counts[key]), NameEn: fmt.Sprintf("%s %s %02d", of.en, n.name.en, f.counts[key]),
		Place: place, Owner: owners[n.class], Maintainer: dept.Name, Department: dept.Code, Point: where.wgs84(),
	})
}

// owners have the property, by class; what is not here is the city's.
var owners = map[string]string{
	"waste_bin": "青禾市城市管理局", "guide_sign": "青禾市城市管理局", "bus_stop": "青禾公交公司", "postal": "青禾邮政分公司",
	"phone_booth": "青禾电信分公司", "seat": "青禾市城市管理局", "mobile_toilet": "青禾市城市管理局", "cycle_parking": "青禾市城市管理局",
	"cabinet": "青禾市公用事业公司", "other": "青禾市城市管理局",
}

// plates give every facility its code: demo plates come from the seed, so
// that a printed sheet fits the same town again.
func (f *furnisher) plates() error {
	for i := range f.town.Facilities {
		for f.town.Facilities[i].Code == "" {
			code, err := plate.New(f.random)
			if err != nil {
				return err
			}
			if !f.codes[code] {
				f.codes[code] = true
				f.town.Facilities[i].Code = code
			}
		}
	}
	return nil
}
