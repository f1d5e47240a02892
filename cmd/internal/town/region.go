package town

import (
	"fmt"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"onemap/geo/coverage"
	"onemap/geo/grid"
)

// gridSize is the side of a grid in metres.
const gridSize = 250

// divide makes the tree of regions. The communities follow avenues and the
// middle of the river; common borders have the very same points, because
// every border line is cut once, with all the corners that lie on it.
func (m *maker) divide() error {
	d := m.dice("regions")
	b, y := m.bounds(), m.riverY()
	cuts := m.cuts(d)
	river := slices.Sorted(slices.Values(append(append([]float64{b.x0, b.x1}, cuts[0]...), cuts[1]...)))
	south := append(append([]float64{b.x0}, cuts[0]...), b.x1)
	north := append(append([]float64{b.x0}, cuts[1]...), b.x1)
	outer := m.border(rect{b.x0, b.y0, b.x1, b.y1}, south, north, []float64{b.y0, y, b.y1})
	whole := orb.MultiPolygon{{outer}}
	m.town.Regions = []Region{
		{CityCode, "青禾市", "Qinghe", whole},
		{DistrictCode, "禾苗区", "Hemiao District", whole},
		{StreetCode, "东门街道", "Dongmen Subdistrict", whole},
	}
	var grids []Region
	number := 0
	for side, xs := range [][]float64{south, north} {
		for i := range len(xs) - 1 {
			number++
			r := rect{xs[i], b.y0, xs[i+1], y}
			low, high := xs, river
			if side == 1 {
				r, low, high = rect{xs[i], y, xs[i+1], b.y1}, river, xs
			}
			n := numberedCommunity(number)
			community := Region{
				Code: grid.Code(fmt.Sprintf("%s%03d", StreetCode, number)),
				Name: n.zh + "社区", NameEn: n.en + " Community",
				Geom: orb.MultiPolygon{{m.border(r, low, high, nil)}},
			}
			m.town.Regions = append(m.town.Regions, community)
			m.communities = append(m.communities, community)
			cells, err := grid.Cut(community.Geom, gridSize)
			if err != nil {
				return fmt.Errorf("grids of %s: %w", community.Name, err)
			}
			for k, cell := range cells {
				grids = append(grids, Region{
					Code: grid.Code(fmt.Sprintf("%s%03d", community.Code, k+1)),
					Name: fmt.Sprintf("%s%02d网格", n.zh, k+1), NameEn: fmt.Sprintf("%s Grid %02d", n.en, k+1), Geom: cell,
				})
			}
		}
	}
	m.town.Regions = append(m.town.Regions, grids...)
	stitch(m.town.Regions)
	m.communities = m.communities[:0]
	for _, r := range m.town.Regions {
		if r.Code.Level() == grid.Community {
			m.communities = append(m.communities, r)
		}
	}
	m.draw("boundary", "admin", name{"青禾市", "Qinghe"}, 1, orb.LineString(outer))
	return nil
}

// stitch gives all regions the corners of the others on their sides, from the
// grids up to the city, so that each covers its parent vertex for vertex.
func stitch(regions []Region) {
	list := make([]coverage.Polygon, len(regions))
	for i, r := range regions {
		list[i] = coverage.Polygon{Code: string(r.Code), Geom: r.Geom}
	}
	for i, p := range coverage.Stitch(list) {
		regions[i].Geom = p.Geom
	}
}

// cuts are the avenues that part the communities of the south and of the
// north bank: every inner one in a large town; of three, two on each bank, and
// not the same two.
func (m *maker) cuts(d dice) [2][]float64 {
	inner := m.xs[1 : len(m.xs)-1]
	south, north := slices.Clone(inner), slices.Clone(inner)
	if len(inner) == 3 {
		drop := d.IntN(3)
		south = slices.Delete(south, drop, drop+1)
		drop = (drop + 1 + d.IntN(2)) % 3
		north = slices.Delete(north, drop, drop+1)
	}
	return [2][]float64{south, north}
}

func numberedCommunity(number int) name {
	n := communityNames[(number-1)%len(communityNames)]
	if round := (number - 1) / len(communityNames); round > 0 {
		return name{fmt.Sprintf("%s%d", n.zh, round+1), fmt.Sprintf("%s %d", n.en, round+1)}
	}
	return n
}

// border is the ring of a rectangle of the plan: low, high and sides are the
// places of all corners on its lower, upper and upright lines.
func (m *maker) border(r rect, low, high, sides []float64) orb.Ring {
	var ring orb.Ring
	add := func(at func(v float64) spot, values []float64) {
		for _, v := range values[:len(values)-1] {
			ring = append(ring, m.ground.at(at(v)).wgs84())
		}
	}
	reversed := func(v []float64) []float64 { v = slices.Clone(v); slices.Reverse(v); return v }
	add(func(x float64) spot { return spot{x, r.y0} }, marksOn(r.x0, r.x1, low))
	add(func(y float64) spot { return spot{r.x1, y} }, marksOn(r.y0, r.y1, sides))
	add(func(x float64) spot { return spot{x, r.y1} }, reversed(marksOn(r.x0, r.x1, high)))
	add(func(y float64) spot { return spot{r.x0, y} }, reversed(marksOn(r.y0, r.y1, sides)))
	return append(ring, ring[0])
}

// marksOn are the places along a line where its points are: the ends, the
// corners, and every 40 metres of the plan, whoever asks.
func marksOn(from, to float64, corners []float64) []float64 {
	const every = 40
	marks := []float64{from, to}
	for _, c := range corners {
		if c > from && c < to {
			marks = append(marks, c)
		}
	}
	for v := float64(int(from/every)-1) * every; v < to; v += every {
		if v > from && v < to {
			marks = append(marks, v)
		}
	}
	slices.Sort(marks)
	return slices.Compact(marks)
}

// labelPlaces writes the names of the town and its neighbourhoods.
func (m *maker) labelPlaces() {
	m.draw("place", "city", name{"青禾市", "Qinghe"}, 0, m.ground.at(m.bounds().middle()).wgs84())
	for _, r := range m.town.Regions {
		if r.Code.Level() == "community" {
			c := r.Geom.Bound().Center()
			m.draw("place", "quarter", name{r.Name, r.NameEn}, 3, c)
		}
	}
	for i := range m.blocks {
		if b := &m.blocks[i]; b.use == compound || b.use == oldTown || b.use == industry {
			m.draw("place", "neighbourhood", b.name, 6, m.ground.at(b.inner.middle()).wgs84())
		}
	}
}

// communityOf is the community that holds a site.
func (m *maker) communityOf(s site) string {
	p := s.wgs84()
	for _, r := range m.communities {
		if r.Geom.Bound().Contains(p) && planar.MultiPolygonContains(r.Geom, p) {
			return string(r.Code)
		}
	}
	return ""
}
