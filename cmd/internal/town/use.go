package town

import (
	"cmp"
	"math"
	"slices"
)

// use is what a block is for.
type use string

const (
	compound   use = "compound" // 小区
	oldTown    use = "old_town"
	civic      use = "civic"
	market     use = "market"
	mall       use = "mall"
	offices    use = "offices"
	hospital   use = "hospital"
	primary    use = "primary_school"
	middle     use = "middle_school"
	college    use = "college"
	library    use = "library"
	sports     use = "sports"
	park       use = "park"
	smallPark  use = "small_park"
	industry   use = "industry"
	farmland   use = "farmland"
	forest     use = "forest"
	careHome   use = "care_home"
	village    use = "village" // 城中村
	unassigned use = ""
)

// A want is a block that every town has, in the zone where it is first looked
// for; each counts for a town of 5,000 and grows with it.
type want struct {
	use   use
	zone  zone
	count int
	large bool // the largest block that is left; otherwise the most central
	once  bool // also in a large town
	name  name
}

var wants = []want{
	{park, between, 1, true, false, name{"青禾公园", "Qinghe Park"}},
	{civic, centre, 1, false, true, name{"市民中心", "Civic Centre"}},
	{market, centre, 1, false, false, name{"东门菜场", "Dongmen Market"}},
	{mall, centre, 1, false, true, name{"青禾天地", "Qinghe Mall"}},
	{offices, centre, 1, false, true, name{"商务中心", "Business Centre"}},
	{smallPark, centre, 2, false, false, name{"口袋公园", "Pocket Park"}},
	{library, centre, 1, false, true, name{"文化中心", "Culture Centre"}},
	{oldTown, centre, 2, false, false, name{"老街", "Old Street"}},
	{hospital, between, 1, false, true, name{"青禾市人民医院", "Qinghe People's Hospital"}},
	{primary, between, 2, false, false, name{"小学", "Primary School"}},
	{middle, between, 1, false, false, name{"青禾中学", "Qinghe Middle School"}},
	{college, between, 1, true, true, name{"青禾职业学院", "Qinghe Vocational College"}},
	{sports, between, 1, false, false, name{"体育公园", "Sports Park"}},
	{careHome, between, 1, false, false, name{"青禾颐养院", "Qinghe Care Home"}},
	{forest, edge, 2, true, false, name{"青禾山", "Mount Qinghe"}},
	{industry, edge, 2, true, false, name{"青禾工业园", "Qinghe Industrial Park"}},
}

// assignUses gives every block its use: first what the town needs once or
// twice, then homes until there are enough, fields at the edge.
func (m *maker) assignUses() {
	d := m.dice("uses")
	grow := m.scale() * m.scale()
	for _, w := range wants {
		count := max(1, int(math.Round(float64(w.count)*grow)))
		if w.once {
			count = w.count
		}
		for i := range count {
			b := m.choose(d, w)
			if b == nil {
				break
			}
			b.use, b.name = w.use, w.name
			if w.use == primary || w.use == smallPark || w.use == oldTown || i > 0 {
				b.name = m.localName(b, w.name)
			}
		}
	}
	compounds := slices.Clone(compoundNames)
	d.Shuffle(len(compounds), func(i, j int) { compounds[i], compounds[j] = compounds[j], compounds[i] })
	given := 0
	for i := range m.blocks {
		b := &m.blocks[i]
		switch {
		case b.use != unassigned:
		case b.zone == edge:
			b.use, b.name = farmland, name{"稻田", "Rice fields"}
		default:
			b.use, b.name = compound, numbered(compounds, given)
			given++
		}
	}
}

func (m *maker) choose(d dice, w want) *block {
	middle := spot{(m.xs[0] + m.xs[len(m.xs)-1]) / 2, m.riverY()}
	var best *block
	score := func(b *block) float64 {
		if w.large {
			return -b.inner.width() * b.inner.height() * d.between(0.95, 1.05)
		}
		c := b.middle()
		return math.Hypot(c.x-middle.x, 1.2*(c.y-middle.y)) * d.between(0.6, 1.4)
	}
	bestScore := math.Inf(1)
	for i := range m.blocks {
		b := &m.blocks[i]
		if b.use != unassigned || b.zone != w.zone || min(b.inner.width(), b.inner.height()) < 90 {
			continue
		}
		if s := score(b); s < bestScore {
			best, bestScore = b, s
		}
	}
	return best
}

// localName takes a name from a side street of the block: 书院小学.
func (m *maker) localName(b *block, n name) name {
	streets := slices.Clone(b.sides[:])
	slices.SortStableFunc(streets, func(a, c int) int { return cmp.Compare(widths[m.streets[a].class], widths[m.streets[c].class]) })
	of := m.streets[streets[0]].name
	runes := []rune(of.zh)
	return name{string(runes[:len(runes)-1]) + n.zh, firstWord(of.en) + " " + n.en}
}

func numbered(list []name, i int) name {
	n := list[i%len(list)]
	if round := i / len(list); round > 0 {
		k := []string{"二期", "三期", "四期", "五期"}[min(round-1, 3)]
		n = name{n.zh + k, n.en + " " + []string{"II", "III", "IV", "V"}[min(round-1, 3)]}
	}
	return n
}
