package town

import (
	"math"
	"math/cmplx"

	"github.com/paulmach/orb"
)

// The town is planned in straight lines (spot, metres), bent and turned onto
// the ground (site, metres east and north of the town's middle), and then
// given its place on the Earth.
type (
	spot struct{ x, y float64 }
	site struct{ x, y float64 }
)

// rect is a rectangle of the plan.
type rect struct{ x0, y0, x1, y1 float64 }

func (r rect) width() float64  { return r.x1 - r.x0 }
func (r rect) height() float64 { return r.y1 - r.y0 }
func (r rect) middle() spot    { return spot{(r.x0 + r.x1) / 2, (r.y0 + r.y1) / 2} }

func (r rect) inset(by float64) rect { return rect{r.x0 + by, r.y0 + by, r.x1 - by, r.y1 - by} }

// The middle of the town: lon, lat. A hillside; no city is there to be confused with.
const (
	middleLon = 113.30
	middleLat = 23.40
	// metres of a degree of latitude at 23.4 north on WGS84, and of longitude.
	metresLat = 110_765.0
	metresLon = 102_236.0
)

// ground bends and turns the plan.
type ground struct {
	middle      spot
	riverY      float64
	width, tall float64
	bend, sway  float64 // metres
	phase, lean float64 // radians
	turn        float64 // radians
	// A large town is bent as a whole by a conformal map, which keeps right angles:
	// z + curve[0] z^2 + curve[1] z^3 over a disc of radius metres. Zero is none.
	radius float64
	curve  [2]complex128
}

// at is where a spot of the plan comes to lie. The bend is strongest at the
// river; its slope stays below 0.17, so that right angles stay nearly right.
func (g ground) at(p spot) site {
	away := (p.y - g.riverY) / 900
	y := p.y + g.bend*math.Sin(1.5*math.Pi*p.x/g.width+g.phase)*math.Exp(-away*away)
	x := p.x + g.sway*math.Sin(1.2*math.Pi*p.y/g.tall+g.lean)
	x, y = x-g.middle.x, y-g.middle.y
	if g.radius > 0 {
		z := complex(x/g.radius, y/g.radius)
		z += g.curve[0]*z*z + g.curve[1]*z*z*z
		// Nowhere may the ground become smaller than the plan.
		k := g.radius / (1 - 2*cmplx.Abs(g.curve[0]) - 3*cmplx.Abs(g.curve[1])*0.5)
		x, y = real(z)*k, imag(z)*k
	}
	sin, cos := math.Sincos(g.turn)
	return site{x*cos - y*sin, x*sin + y*cos}
}

// heading is the direction the plan's x axis has at a spot, in radians.
func (g ground) heading(p spot) float64 {
	a, b := g.at(spot{p.x - 1, p.y}), g.at(spot{p.x + 1, p.y})
	return math.Atan2(b.y-a.y, b.x-a.x)
}

// wgs84 rounds to 1e-7 degrees, a centimetre: the lattice that region borders
// are compared on.
func (s site) wgs84() orb.Point {
	round := func(v float64) float64 { return math.Round(v*1e7) / 1e7 }
	return orb.Point{round(middleLon + s.x/metresLon), round(middleLat + s.y/metresLat)}
}

// step is how far apart the points of a bent line are, in metres.
const step = 30.0

// line bends a straight line of the plan.
func (g ground) line(a, b spot) []site {
	length := math.Hypot(b.x-a.x, b.y-a.y)
	n := max(1, int(math.Ceil(length/step)))
	sites := make([]site, n+1)
	for i := range sites {
		t := float64(i) / float64(n)
		sites[i] = g.at(spot{a.x + (b.x-a.x)*t, a.y + (b.y-a.y)*t})
	}
	return sites
}

// area bends a rectangle of the plan into a closed ring, counter-clockwise.
func (g ground) area(r rect) orb.Polygon {
	corners := []spot{{r.x0, r.y0}, {r.x1, r.y0}, {r.x1, r.y1}, {r.x0, r.y1}}
	return g.outline(corners)
}

func (g ground) outline(corners []spot) orb.Polygon {
	var ring orb.Ring
	for i, c := range corners {
		line := g.line(c, corners[(i+1)%len(corners)])
		for _, s := range line[:len(line)-1] {
			ring = append(ring, s.wgs84())
		}
	}
	return orb.Polygon{append(ring, ring[0])}
}

// ellipse is an oval of the plan.
func (g ground) ellipse(c spot, a, b float64, wobble func(angle float64) float64) orb.Polygon {
	points := max(24, min(96, int(2*math.Pi*max(a, b)/9)))
	var ring orb.Ring
	for i := range points {
		angle := 2 * math.Pi * float64(i) / float64(points)
		sin, cos := math.Sincos(angle)
		k := wobble(angle)
		ring = append(ring, g.at(spot{c.x + a*k*cos, c.y + b*k*sin}).wgs84())
	}
	return orb.Polygon{append(ring, ring[0])}
}

func lineString(sites []site) orb.LineString {
	line := make(orb.LineString, len(sites))
	for i, s := range sites {
		line[i] = s.wgs84()
	}
	return line
}

func apart(a, b site) float64 { return math.Hypot(a.x-b.x, a.y-b.y) }

// toSegment is the distance from p to the segment a-b.
func toSegment(p, a, b site) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	t := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		t = min(1, max(0, ((p.x-a.x)*dx+(p.y-a.y)*dy)/l))
	}
	return apart(p, site{a.x + t*dx, a.y + t*dy})
}

// siteOf undoes wgs84, to the centimetre.
func siteOf(p orb.Point) site {
	return site{(p.Lon() - middleLon) * metresLon, (p.Lat() - middleLat) * metresLat}
}

func metresBetween(a, b orb.Point) float64 { return apart(siteOf(a), siteOf(b)) }
