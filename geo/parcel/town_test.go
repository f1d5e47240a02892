package parcel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/tidwall/rtree"

	"onemap/geo/coverage"
	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// invented is a town of a size in metres: crooked streets of three ranks, a
// railway and a river, blind alleys, houses that stand askew, one in fifty over a
// street, each with households.
func invented(rng *rand.Rand, width, height, block float64, houses bool) Region {
	const lon, lat = 113.0, 23.0
	east, north := lattice.MetresPerUnit(int32(lat * lattice.PerDegree))
	at := func(x, y float64) orb.Point {
		return orb.Point{lon + math.Round(x/east)/lattice.PerDegree, lat + math.Round(y/north)/lattice.PerDegree}
	}
	var r Region
	ring := orb.Ring{}
	n := 40
	for i := range n {
		f := 2 * math.Pi * float64(i) / float64(n)
		s, c := math.Sincos(f)
		k := 1 / math.Max(math.Abs(s), math.Abs(c)) * (0.93 + 0.07*rng.Float64())
		ring = append(ring, at(width/2*(1+c*k), height/2*(1+s*k)))
	}
	r.Geom = orb.MultiPolygon{{append(ring, ring[0])}}
	bend := func(x, y float64) orb.Point {
		return at(x+0.12*block*math.Sin(y/block*1.3)+rng.Float64()*2, y+0.1*block*math.Sin(x/block*1.7)+rng.Float64()*2)
	}
	cols, rows := int(width/block), int(height/block)
	for c := 0; c <= cols; c++ {
		rank := Street
		if c%4 == 1 {
			rank = Main
		}
		var way orb.LineString
		for y := -0.05; y <= 1.06; y += 0.02 {
			way = append(way, bend(float64(c)*block, y*height))
		}
		r.Lines = append(r.Lines, Line{way, rank})
	}
	for c := 0; c <= rows; c++ {
		rank := Street
		if c%3 == 1 {
			rank = Main
		}
		var way orb.LineString
		for x := -0.05; x <= 1.06; x += 0.02 {
			way = append(way, bend(x*width, float64(c)*block))
		}
		r.Lines = append(r.Lines, Line{way, rank})
	}
	r.Lines = append(r.Lines, Line{orb.LineString{at(-50, 0.31*height), at(0.5*width, 0.36*height), at(1.1*width, 0.33*height)}, Barrier})
	r.Lines = append(r.Lines, Line{orb.LineString{at(0.62*width, -50), at(0.66*width, 0.5*height), at(0.58*width, 1.1*height)}, Barrier})
	for range cols * rows / 2 {
		x, y := rng.Float64()*width, rng.Float64()*height
		r.Lines = append(r.Lines, Line{orb.LineString{at(x, y), at(x+rng.Float64()*block-block/2, y+rng.Float64()*block-block/2)}, Lane})
	}
	if !houses {
		return r
	}
	for c := range cols {
		for d := range rows {
			for i := range int(block / 32) {
				for j := range int(block / 28) {
					if rng.Float64() < 0.12 {
						continue
					}
					x, y := float64(c)*block+22+float64(i)*30+rng.Float64()*4, float64(d)*block+20+float64(j)*26+rng.Float64()*4
					x, y = x+0.12*block*math.Sin(y/block*1.3), y+0.1*block*math.Sin(x/block*1.7)
					w, h, turn := 7+rng.Float64()*14, 7+rng.Float64()*8, (rng.Float64()-0.5)*0.4
					if rng.IntN(50) == 0 {
						w *= 3
					}
					s, cs := math.Sincos(turn)
					var house orb.Ring
					for _, k := range [][2]float64{{-1, -1}, {1, -1}, {1, 1}, {0.2, 1}, {0.2, 0.4}, {-1, 0.4}} {
						dx, dy := k[0]*w/2, k[1]*h/2
						house = append(house, at(x+dx*cs-dy*s, y+dx*s+dy*cs))
					}
					r.Buildings = append(r.Buildings, orb.MultiPolygon{{append(house, house[0])}})
					r.Loads = append(r.Loads, Load{at(x-0.3*w*cs+0.2*h*s, y-0.3*w*s-0.2*h*cs), float64(1 + rng.IntN(6)*rng.IntN(8))})
				}
			}
		}
	}
	return r
}

type failing interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

// proven fails the test unless the cells cover the region, vertex for vertex but
// for those where a border between cells meets the region's, are whole, and go
// through no building, which is asked of each edge and each building here once
// more, in a plainer way.
func proven(t failing, r Region, p Plan) {
	t.Helper()
	var set []coverage.Polygon
	var parts []orb.MultiPolygon
	var load float64
	for i, c := range p.Cells {
		set = append(set, coverage.Polygon{Code: fmt.Sprint(i), Geom: c.Geom})
		parts = append(parts, c.Geom)
		load += c.Load
		if bad := grid.CheckRings(c.Geom); len(bad) > 0 {
			t.Errorf("cell %d: %s", i+1, bad[0].Text)
		}
		if len(r.Geom) == 1 && len(c.Geom) != 1 {
			t.Errorf("cell %d has %d parts", i+1, len(c.Geom))
		}
	}
	whole, err := grid.Union(parts)
	if err != nil {
		t.Fatal(err)
	}
	check, err := coverage.New(&coverage.Polygon{Code: "region", Geom: whole}, set, coverage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !check.Valid() {
		t.Errorf("the cells are no coverage: %v", check.Findings()[0].Text)
	}
	given, err := coverage.New(&coverage.Polygon{Code: "region", Geom: r.Geom}, set, coverage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range given.Findings() {
		if f.Kind != coverage.Unmatched {
			t.Errorf("against the region as it was given: %s %s", f.Kind, f.Text)
		}
	}
	if p.Sliced != 0 {
		t.Errorf("%d buildings are cut", p.Sliced)
	}
	rim := map[[2]orb.Point]bool{}
	for _, poly := range whole {
		for _, ring := range poly {
			for i := 1; i < len(ring); i++ {
				rim[[2]orb.Point{ring[i-1], ring[i]}] = true
			}
		}
	}
	var index rtree.RTreeG[[2]orb.Point]
	for _, part := range parts {
		for _, poly := range part {
			for _, ring := range poly {
				for i := 1; i < len(ring); i++ {
					if e := [2]orb.Point{ring[i-1], ring[i]}; !rim[e] {
						b := orb.LineString{e[0], e[1]}.Bound()
						index.Insert(b.Min, b.Max, e)
					}
				}
			}
		}
	}
	astride := func(ring []lattice.Node) bool { // the region's border goes through it
		for e := range rim {
			if through(ring, node(e[0]), node(e[1])) {
				return true
			}
		}
		return false
	}
	for i, h := range r.Buildings {
		for _, poly := range h {
			b := poly.Bound()
			index.Search(b.Min, b.Max, func(_, _ [2]float64, e [2]orb.Point) bool {
				a, c, ring := node(e[0]), node(e[1]), ringOf(poly[0], false)
				if through(ring, a, c) && !(astride(ring) && alongWall(ring, a, c)) {
					t.Errorf("building %d is cut by %v", i, e)
				}
				return true
			})
		}
	}
}

func node(p orb.Point) lattice.Node {
	n, _ := lattice.On(p[0], p[1])
	return n
}

// drawn writes what came out as a picture, where ONEMAP_DRAW names a folder.
func drawn(t testing.TB, name string, r Region, p Plan) {
	dir := os.Getenv("ONEMAP_DRAW")
	if dir == "" {
		return
	}
	b := r.Geom.Bound()
	scale := 1400 / (b.Max[0] - b.Min[0])
	xy := func(q orb.Point) string {
		return fmt.Sprintf("%.1f,%.1f ", (q[0]-b.Min[0])*scale, (b.Max[1]-q[1])*scale*1.09)
	}
	var s strings.Builder
	fmt.Fprintf(&s, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1400 %.0f"><rect width="1400" height="3000" fill="#fff"/>`, (b.Max[1]-b.Min[1])*scale*1.09)
	for i, c := range p.Cells {
		s.WriteString(`<path d="`)
		for _, poly := range c.Geom {
			for _, ring := range poly {
				s.WriteString("M")
				for _, q := range ring {
					s.WriteString(xy(q))
				}
				s.WriteString("Z ")
			}
		}
		hue := i * 137 % 360
		if c.Work > 0 {
			hue = c.Work * 137 % 360
		}
		fmt.Fprintf(&s, `" fill="hsl(%d,70%%,88%%)" stroke="#c00" stroke-width="2" fill-rule="evenodd"/>`, hue)
	}
	for _, l := range r.Lines {
		s.WriteString(`<polyline points="`)
		for _, q := range l.Way {
			s.WriteString(xy(q))
		}
		fmt.Fprintf(&s, `" fill="none" stroke="%s" stroke-width="%.1f" stroke-opacity="0.6"/>`, [...]string{"#00f", "#f80", "#777", "#aaa"}[l.Rank], 3-0.7*float64(l.Rank))
	}
	for _, h := range r.Buildings {
		for _, poly := range h {
			s.WriteString(`<polygon points="`)
			for _, q := range poly[0] {
				s.WriteString(xy(q))
			}
			s.WriteString(`" fill="#444"/>`)
		}
	}
	for i, c := range p.Cells {
		q := c.Geom.Bound().Center()
		fmt.Fprintf(&s, `<text x="%.0f" y="%.0f" font-size="11" fill="#060">%d: %.0f %s</text>`, (q[0]-b.Min[0])*scale, (b.Max[1]-q[1])*scale*1.09, i+1, c.Load, c.Why)
	}
	s.WriteString("</svg>")
	if err := os.WriteFile(dir+"/"+name+".svg", []byte(s.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
