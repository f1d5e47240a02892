package town

import (
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// house is a building while the town is made; its place in maker.houses is
// its building's place in Town.Buildings.
type house struct {
	block   int // of maker.blocks
	at      spot
	centre  site
	outline []site
	door    string // the number behind the house's name: 3栋
	taken   bool   // a service is in it
	levels  int
	below   int
	use     string
	long    float64 // metres along the front
	deep    float64
	height  float64
}

// mark is something people name when they say where: 菜场, 翠竹苑.
type mark struct {
	name name
	at   site
	gate bool // the mark is a point with a door, not an area
}

// form is an outline about its middle, in metres, counter-clockwise.
type form []site

func slab(length, depth float64) form {
	l, d := length/2, depth/2
	return form{{-l, -d}, {l, -d}, {l, d}, {-l, d}}
}

// stepped is a slab of staircases with the ends set back, as they are built.
func stepped(length, depth float64) form {
	l, d := length/2, depth/2
	return form{{-l, -d + 1.5}, {-l / 3, -d + 1.5}, {-l / 3, -d}, {l / 3, -d}, {l / 3, -d + 1.5}, {l, -d + 1.5}, {l, d}, {-l, d}}
}

// cross is a point block: a square with its corners cut out.
func cross(side float64) form {
	a, b := side/2, side/2-4.5
	return form{{-b, -a}, {b, -a}, {b, -b}, {a, -b}, {a, b}, {b, b}, {b, a}, {-b, a}, {-b, b}, {-a, b}, {-a, -b}, {-b, -b}}
}

// hook is a building round a court that is open to the south.
func hook(length, depth, arm float64) form {
	l, h := length/2, depth/2
	return form{{-l, -h}, {-l + arm, -h}, {-l + arm, h - arm}, {l - arm, h - arm}, {l - arm, -h}, {l, -h}, {l, h}, {-l, h}}
}

func angle(length, depth, arm float64) form {
	l, h := length/2, depth/2
	return form{{-l, -h}, {l, -h}, {l, -h + arm}, {-l + arm, -h + arm}, {-l + arm, h}, {-l, h}}
}

func round(radius float64) form {
	f := make(form, 24)
	for i := range f {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(len(f)))
		f[i] = site{radius * cos, radius * sin}
	}
	return f
}

// size is how long and how deep a form is.
func (f form) size() (long, deep float64) {
	low, high := f[0], f[0]
	for _, s := range f {
		low = site{min(low.x, s.x), min(low.y, s.y)}
		high = site{max(high.x, s.x), max(high.y, s.y)}
	}
	return high.x - low.x, high.y - low.y
}

// mark is a place within the form: its middle, or the middle of the first wing
// on the line through the middle.
func (f form) mark() site {
	var xs []float64
	before := 0
	for i, a := range f {
		b := f[(i+1)%len(f)]
		if (a.y <= 0) == (b.y <= 0) {
			continue
		}
		x := a.x - a.y*(b.x-a.x)/(b.y-a.y)
		if xs = append(xs, x); x < 0 {
			before++
		}
	}
	if before%2 == 1 {
		return site{}
	}
	slices.Sort(xs)
	return site{(xs[0] + xs[1]) / 2, 0}
}

// turned is the form by a quarter to the left.
func (f form) turned() form {
	g := make(form, len(f))
	for i, s := range f {
		g[i] = site{-s.y, s.x}
	}
	return g
}

// raise builds a house of a form at a spot of the plan, square to its streets.
func (m *maker) raise(b *block, at spot, f form, levels int, use string, n name, door string) int {
	sin, cos := math.Sincos(m.ground.heading(at))
	c := m.ground.at(at)
	placed := func(s site) site { return site{c.x + s.x*cos - s.y*sin, c.y + s.x*sin + s.y*cos} }
	outline := make([]site, len(f))
	var ring orb.Ring
	for i, s := range f {
		outline[i] = placed(s)
		ring = append(ring, outline[i].wgs84())
	}
	perLevel := 3.0
	switch use {
	case "industrial", "sports_hall", "warehouse":
		perLevel = 7
	case "retail", "commercial", "hospital", "office", "public":
		perLevel = 4
	}
	i := len(m.houses)
	long, deep := f.size()
	height := float64(levels)*perLevel + 1.2
	m.houses = append(m.houses, house{block: b.index, at: at, centre: c, outline: outline, door: door, levels: levels, use: use, long: long, deep: deep, height: height})
	m.town.Buildings = append(m.town.Buildings, Building{
		Ref: fmt.Sprintf("building-%s%04d", m.prefix, i+1), Name: n.zh, NameEn: n.en, Use: use,
		Levels: levels, Height: height, Point: placed(f.mark()).wgs84(),
		Footprint: orb.Polygon{append(ring, ring[0])},
	})
	return i
}

// draw puts a feature on the map beneath the data.
func (m *maker) draw(layer, class string, n name, rank int, geom orb.Geometry) {
	m.town.Basemap = append(m.town.Basemap, Feature{
		Ref:   fmt.Sprintf("%s-%s%04d", layer, m.prefix, len(m.town.Basemap)+1),
		Layer: layer, Class: class, Name: n.zh, NameEn: n.en, Rank: rank, Geom: geom,
	})
}

// way draws a road that is no street: within a block, or in a park.
func (m *maker) way(class string, from, to spot) {
	m.draw("road", class, name{}, wayRank[class], lineString(m.ground.line(from, to)))
	m.ways = append(m.ways, way{m.ground.line(from, to), widths[class]})
}

var wayRank = map[string]int{
	"trunk":   0,
	"primary": 1, "secondary": 2, "tertiary": 3, "residential": 4, "pedestrian": 5,
	"service": 6, "track": 7, "cycleway": 7, "path": 8,
}

// way is a road's middle on the ground and its width in metres.
type way struct {
	sites []site
	width float64
}
