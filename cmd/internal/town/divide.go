package town

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"onemap/geo/grid"
)

// draft lays the border, the river and the ground.
func (c *City) draft() {
	d := (&maker{seed: c.Seed}).dice("city")
	area := float64(c.People) / density * 1e6
	tall := math.Round(math.Sqrt(area / d.between(1.1, 1.3)))
	wide := math.Round(area / tall)
	c.border = rect{0, 0, wide, tall}
	c.river = math.Round(tall * d.between(0.4, 0.6))
	c.phase = d.between(0, 2*math.Pi)
	half := math.Min(wide, tall) * 0.19
	middle := c.border.middle()
	c.ring = rect{math.Round(middle.x - 1.1*half), math.Round(middle.y - half), math.Round(middle.x + half), math.Round(middle.y + 1.05*half)}
	c.names = invented(d)
	radius := math.Hypot(wide, tall) / 2
	bend := d.between(0, 2*math.Pi)
	c.ground = ground{
		middle: middle, riverY: c.river, width: 2700, tall: 2300, bend: d.between(62, 76), sway: d.between(22, 38),
		phase: d.between(0, 2*math.Pi), lean: d.between(0, 2*math.Pi), turn: d.between(-9, 9) * math.Pi / 180,
		radius: radius, curve: [2]complex128{complex(0.075*math.Cos(bend), 0.075*math.Sin(bend)), complex(0, 0.035)},
	}
}

// weight is how densely people live at a spot, the city's average being about 1.
func (c *City) weight(p spot) float64 {
	m := c.border.middle()
	r := math.Hypot((p.x-m.x)/(c.border.width()/2), (p.y-m.y)/(c.border.height()/2))
	return 0.45 + 1.9*math.Exp(-r*r/0.3)
}

func (c *City) weightOf(r rect) (sum float64) {
	const n = 16
	for i := range n {
		for j := range n {
			sum += c.weight(spot{r.x0 + (float64(i)+0.5)/n*r.width(), r.y0 + (float64(j)+0.5)/n*r.height()})
		}
	}
	return sum / n / n * r.width() * r.height()
}

// divide parts the city into districts and these into quarters, by people, and
// lays the avenues of each.
func (c *City) divide() {
	d := (&maker{seed: c.Seed}).dice("quarters")
	quarters := max(2, int(math.Round(float64(c.People)/inQuarter)))
	districts := max(1, int(math.Round(float64(c.People)/inDistrict)))
	for _, side := range []struct {
		line line
		name name
	}{
		{line{true, c.border.x0}, name{"西环快速路", "West Expressway"}},
		{line{true, c.border.x1}, name{"东环快速路", "East Expressway"}},
		{line{false, c.border.y0}, name{"南环快速路", "South Expressway"}},
		{line{false, c.border.y1}, name{"北环快速路", "North Expressway"}},
	} {
		c.lines[side.line] = &border{side.name, "trunk"}
	}
	total := c.weightOf(c.border)
	names := slices.Clone(districtNames)
	c.split(d, c.border, quarters, districts, func(r rect, quarters int) {
		district := len(c.parts)
		c.parts = append(c.parts, piecePlan{r, names[district%len(names)]})
		number := 0
		c.split(d, r, quarters, quarters, func(r rect, _ int) {
			number++
			i := len(c.quarters)
			title := c.names[i]
			c.quarters = append(c.quarters, quarter{
				rect: r, index: i, district: district, people: int(float64(c.People) * c.weightOf(r) / total),
				code: fmt.Sprintf("%s%02d%03d", CityCode, district+1, number), title: name{title.zh + "街道", title.en + " Subdistrict"},
				edge: [4]bool{r.x0 == c.border.x0, r.x1 == c.border.x1, r.y0 == c.border.y0, r.y1 == c.border.y1},
			})
		})
	})
	rest := c.People
	for i := range c.quarters {
		rest -= c.quarters[i].people
	}
	c.quarters[0].people += rest
	per := len(c.names) / (len(c.quarters) + 1)
	for i := range c.quarters {
		q := &c.quarters[i]
		q.names = c.names[(i+1)*per : (i+2)*per]
		c.avenues(q)
		c.group(q)
	}
}

// split cuts a rectangle in two and these again until there are leaves of them;
// units are shared out as evenly as the cuts allow, keeping clear of the river.
func (c *City) split(d dice, r rect, units, leaves int, leaf func(rect, int)) {
	if leaves == 1 {
		leaf(r, units)
		return
	}
	half := leaves / 2
	share := (units*half + leaves/2) / leaves
	want := float64(share) / float64(units) * c.weightOf(r) * d.between(0.97, 1.03)
	upright := r.width() > r.height()*d.between(0.85, 1.15)
	low, high := r.x0, r.x1
	if !upright {
		low, high = r.y0, r.y1
	}
	cut := func(at float64) (first, second rect) {
		first, second = r, r
		if upright {
			first.x1, second.x0 = at, at
		} else {
			first.y1, second.y0 = at, at
		}
		return first, second
	}
	for range 40 {
		mid := (low + high) / 2
		if first, _ := cut(mid); c.weightOf(first) < want {
			low = mid
		} else {
			high = mid
		}
	}
	at := math.Round(low)
	const free = 650 // metres
	if off := at - c.river; !upright && math.Abs(off) < free {
		at = c.river + math.Copysign(free, off)
	}
	key := line{upright, at}
	if c.lines[key] == nil {
		n := c.names[len(c.names)-1-len(c.lines)]
		word := [2]string{"大道", " Avenue"}
		if upright {
			word = [2]string{"路", " Road"}
		}
		c.lines[key] = &border{name{n.zh + word[0], n.en + word[1]}, "primary"}
	}
	first, second := cut(at)
	c.split(d, first, share, half, leaf)
	c.split(d, second, units-share, leaves-half, leaf)
}

// avenues lays the avenues of a quarter at uneven distances; the centre is
// closer, and the ring road and the river's roads come through.
func (c *City) avenues(q *quarter) {
	d := (&maker{seed: c.Seed, prefix: prefixOf(q.index)}).dice("avenues")
	inner := q.rect
	for side, at := range []*float64{&inner.x0, &inner.x1, &inner.y0, &inner.y1} {
		if q.edge[side] {
			*at += []float64{margin, -margin, margin, -margin}[side]
		}
	}
	wide := 560 - 60*math.Min(2.2, c.weight(q.middle()))
	spread := func(low, high, size float64, fixed ...float64) []float64 {
		anchors := []float64{low, high}
		for _, f := range fixed {
			if f > low+260 && f < high-260 {
				anchors = append(anchors, f)
			}
		}
		slices.Sort(anchors)
		var out []float64
		for i := 1; i < len(anchors); i++ {
			from, to := anchors[i-1], anchors[i]
			n := max(1, int(math.Round((to-from)/size)))
			out = append(out, from)
			for k := 1; k < n; k++ {
				out = append(out, math.Round(from+(to-from)/float64(n)*(float64(k)+d.between(-0.2, 0.2))))
			}
		}
		return append(out, high)
	}
	q.xs = spread(inner.x0, inner.x1, wide*d.between(0.9, 1.1), c.ring.x0, c.ring.x1)
	q.bank = -1
	if c.river < inner.y0 || c.river > inner.y1 {
		q.ys = spread(inner.y0, inner.y1, wide*0.82, c.ring.y0, c.ring.y1)
		return
	}
	south := spread(inner.y0, c.river-riverRoad, wide*0.82)
	q.bank = len(south) - 1
	q.ys = append(south, spread(c.river+riverRoad, inner.y1, wide*0.82)...)
}

// group joins the fields of a quarter to communities.
func (c *City) group(q *quarter) {
	total := c.weightOf(q.rect)
	at := func(list []float64, i int, low, high float64) float64 {
		switch i {
		case 0:
			return low
		case len(list) - 1:
			return high
		}
		return list[i]
	}
	area := func(i0, i1, j0, j1 int) rect {
		r := rect{at(q.xs, i0, q.x0, q.x1), at(q.ys, j0, q.y0, q.y1), at(q.xs, i1, q.x0, q.x1), at(q.ys, j1, q.y0, q.y1)}
		if q.bank >= 0 {
			if j1 == q.bank {
				r.y1 = c.river
			}
			if j0 == q.bank+1 {
				r.y0 = c.river
			}
		}
		return r
	}
	var cut func(i0, i1, j0, j1 int)
	cut = func(i0, i1, j0, j1 int) {
		r := area(i0, i1, j0, j1)
		people := float64(q.people) * c.weightOf(r) / total
		if people <= inPlot || i1-i0 == 1 && j1-j0 == 1 {
			q.communities = append(q.communities, plot{r, people})
			c.corners.add(r)
			return
		}
		if j1-j0 == 1 || i1-i0 > 1 && r.width() > r.height() {
			k := (i0 + i1) / 2
			cut(i0, k, j0, j1)
			cut(k, i1, j0, j1)
			return
		}
		k := (j0 + j1) / 2
		cut(i0, i1, j0, k)
		cut(i0, i1, k, j1)
	}
	last := len(q.ys) - 1
	if q.bank < 0 {
		cut(0, len(q.xs)-1, 0, last)
		return
	}
	cut(0, len(q.xs)-1, 0, q.bank)
	cut(0, len(q.xs)-1, q.bank+1, last)
}

// draw makes the tree of regions on the ground.
func (c *City) draw() error {
	c.corners.add(c.border)
	for _, p := range c.parts {
		c.corners.add(p.rect)
	}
	for _, q := range c.quarters {
		c.corners.add(q.rect)
	}
	for k := range c.corners {
		slices.Sort(c.corners[k])
		c.corners[k] = slices.Compact(c.corners[k])
	}
	area := func(r rect) orb.MultiPolygon { return orb.MultiPolygon{{c.outline(r)}} }
	c.Regions = []Region{{CityCode, "青禾市", "Qinghe", area(c.border)}}
	for i, p := range c.parts {
		c.Regions = append(c.Regions, Region{grid.Code(fmt.Sprintf("%s%02d", CityCode, i+1)), p.title.zh, p.title.en, area(p.rect)})
	}
	for _, q := range c.quarters {
		c.Regions = append(c.Regions, Region{grid.Code(q.code), q.title.zh, q.title.en, area(q.rect)})
	}
	for _, q := range c.quarters {
		for i, p := range q.communities {
			n := q.names[len(q.names)-1-i]
			community := Region{grid.Code(fmt.Sprintf("%s%03d", q.code, i+1)), n.zh + "社区", n.en + " Community", area(p.rect)}
			c.Regions = append(c.Regions, community)
			// A grid is for 400 households, about 1,000 people.
			size := math.Sqrt(ringArea(community.Geom[0][0]) * 1000 / math.Max(1000, p.people))
			cells, err := grid.Cut(community.Geom, size)
			if err != nil {
				return fmt.Errorf("grids of %s: %w", community.Code, err)
			}
			for k, cell := range cells {
				c.Regions = append(c.Regions, Region{
					Code: grid.Code(fmt.Sprintf("%s%03d", community.Code, k+1)),
					Name: fmt.Sprintf("%s%02d网格", n.zh, k+1), NameEn: fmt.Sprintf("%s Grid %02d", n.en, k+1), Geom: cell,
				})
			}
		}
	}
	slices.SortStableFunc(c.Regions, func(a, b Region) int { return cmp.Compare(len(a.Code), len(b.Code)) })
	stitch(c.Regions)
	return nil
}

// outline is a rectangle's ring on the ground, with all corners on its sides.
func (c *City) outline(r rect) orb.Ring {
	var ring orb.Ring
	side := func(upright bool, fixed, from, to float64) {
		marks := marksOn(math.Min(from, to), math.Max(from, to), c.corners[line{upright, fixed}])
		if from > to {
			slices.Reverse(marks)
		}
		for _, v := range marks[:len(marks)-1] {
			p := spot{v, fixed}
			if upright {
				p = spot{fixed, v}
			}
			ring = append(ring, c.ground.at(p).wgs84())
		}
	}
	side(false, r.y0, r.x0, r.x1)
	side(true, r.x1, r.y0, r.y1)
	side(false, r.y1, r.x1, r.x0)
	side(true, r.x0, r.y1, r.y0)
	return append(ring, ring[0])
}

func ringArea(r orb.Ring) (area float64) {
	for i := 1; i < len(r); i++ {
		a, b := siteOf(r[i-1]), siteOf(r[i])
		area += a.x*b.y - b.x*a.y
	}
	return math.Abs(area) / 2
}

// dealt are the cases of a quarter out of twice a town's: each gets its share.
func (c *City) dealt(index int, pasts []past) []past {
	var mine []past
	for i, p := range append(slices.Clone(pasts), pasts...) {
		if i%len(c.quarters) == index {
			mine = append(mine, p)
		}
	}
	return mine
}

var districtNames = []name{
	{"禾苗区", "Hemiao District"}, {"云溪区", "Yunxi District"}, {"金穗区", "Jinsui District"}, {"青岚区", "Qinglan District"}, {"河东区", "Hedong District"},
}
