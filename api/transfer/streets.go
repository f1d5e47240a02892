package transfer

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"
)

// streets finds the named road nearest to a point, to say where a facility
// stands when nothing else does.
type streets struct {
	tree rtree.RTreeGN[float64, street]
}

type street struct {
	name string
	a, b orb.Point
}

// streetReach is how far from a road something still stands on it, in metres.
const streetReach = 60.0

func (s *streets) add(name string, g orb.Geometry) {
	switch line := g.(type) {
	case orb.LineString:
		for i := 1; i < len(line); i++ {
			a, b := line[i-1], line[i]
			s.tree.Insert([2]float64{min(a[0], b[0]), min(a[1], b[1])}, [2]float64{max(a[0], b[0]), max(a[1], b[1])}, street{name, a, b})
		}
	case orb.MultiLineString:
		for _, part := range line {
			s.add(name, part)
		}
	}
}

// nearest names the road within reach of a point, or is empty.
func (s *streets) nearest(p orb.Point) string {
	const metresPerDegree = 111320.0
	kx := metresPerDegree * math.Cos(p[1]*math.Pi/180)
	dx, dy := streetReach/kx, streetReach/metresPerDegree
	best, name := streetReach, ""
	s.tree.Search([2]float64{p[0] - dx, p[1] - dy}, [2]float64{p[0] + dx, p[1] + dy}, func(_, _ [2]float64, st street) bool {
		d := distance((st.a[0]-p[0])*kx, (st.a[1]-p[1])*metresPerDegree, (st.b[0]-p[0])*kx, (st.b[1]-p[1])*metresPerDegree)
		if d < best || d == best && st.name < name {
			best, name = d, st.name
		}
		return true
	})
	return name
}

// distance is from the origin to a segment, on a plane.
func distance(ax, ay, bx, by float64) float64 {
	dx, dy := bx-ax, by-ay
	t := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		t = min(1, max(0, -(ax*dx+ay*dy)/l))
	}
	return math.Hypot(ax+t*dx, ay+t*dy)
}
