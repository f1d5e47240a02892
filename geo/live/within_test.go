package live

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"onemap/geo/grid/crossing"
	"onemap/geo/lattice"
)

// A star of 137,000 vertices, with a hole, over a town of 20,000 objects, many of
// them on vertices: some are asked about each edge.
func TestWithinManyVertices(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 9))
	star := func(vertices int, radius, wave float64) (ring []lattice.Node, points orb.Ring) {
		for i := range vertices {
			sin, cos := math.Sincos(float64(i) / float64(vertices) * 2 * math.Pi)
			far := radius * (1 + wave*math.Sin(float64(i)*0.7)*r.Float64())
			n := lattice.Node{X: int32(1.132e9 + far*cos), Y: int32(2.32e8 + far*sin)}
			ring, points = append(ring, n), append(points, n.Point())
		}
		return ring, points
	}
	shell, shellPoints := star(120_000, 2e6, 0.02)
	hole, holePoints := star(17_000, 1e6, 0.3)
	l, m := NewPointLayer((*row).group), model{}
	for n := range 20_000 {
		o := Object[row]{ID: id(n), At: worlds["town"](r)}
		if n%4 == 0 {
			o.At = shell[r.IntN(len(shell))]
		}
		m[o.ID] = o
	}
	l.Load(Position{1, 1}, shuffled(r, m))
	polygon := crossing.NewPolygon([][]lattice.Node{shell, hole}, 0)
	within := map[ID]bool{}
	for o := range l.Now().Within(orb.MultiPolygon{{shellPoints, holePoints}}) {
		within[o.ID] = true
	}
	for n := range 1000 {
		if o := m[id(n)]; within[o.ID] != polygon.Holds(o.At) {
			t.Errorf("%v: within is %v", o, within[o.ID])
		}
	}
}

// Objects on borders that polygons share are in one of them.
func TestWithinOfNeighbours(t *testing.T) {
	t.Parallel()
	const side = 20
	l := NewPointLayer((*row).group)
	l.Load(Position{1, 1}, func(yield func(Object[row]) bool) {
		for n := range side * side {
			if !yield(Object[row]{ID: id(n), At: lattice.Node{X: int32(n % side * 10), Y: int32(n / side * 10)}}) {
				return
			}
		}
	})
	at := func(x, y int32) orb.Point { return lattice.Node{X: x, Y: y}.Point() }
	// Four neighbours meet at a place where an object is, with slanted borders.
	outside, middle := []orb.Point{at(-10, -10), at(200, -10), at(200, 200), at(-10, 200)}, at(100, 100)
	times := map[ID]int{}
	for i, corner := range outside {
		for o := range l.Now().Within(orb.MultiPolygon{{{corner, outside[(i+1)%4], middle}}}) {
			times[o.ID]++
		}
	}
	if len(times) != side*side {
		t.Errorf("%d of %d objects are in a polygon", len(times), side*side)
	}
	for id, n := range times {
		if n != 1 {
			t.Errorf("%x is in %d polygons", id, n)
		}
	}
}
