// Package gridtest draws towns for tests and benchmarks: any number of grids
// side by side with crooked common borders, so that every place of the town is
// in exactly one.
package gridtest

import (
	"github.com/paulmach/orb"
)

// Town is Side x Side grids of 26 corners each, Step units of 1e-7 degrees wide,
// from the lower left corner X, Y. Every corner follows from its place alone, so
// neighbours agree without knowing of each other.
type Town struct {
	Side int
	Step int32
	X, Y int32
	Seed int // another town of the same size
}

// New is a town of grids about 100 m wide.
func New(side int) Town { return Town{Side: side, Step: 10_000, X: 1_130_000_000, Y: 220_000_000} }

// jitter is a number from -by/2 to by/2 that follows from a, b and what.
func (t Town) jitter(a, b, what int, by int32) int32 {
	h := uint64(a)*0x9e3779b97f4a7c15 ^ uint64(b)*0xc2b2ae3d27d4eb4f ^ uint64(what+1000*t.Seed)*0x165667b19e3779f9
	h ^= h >> 31
	h *= 0xd6e8feb86659fd93
	h ^= h >> 29
	h *= 0xd6e8feb86659fd93
	return int32(h>>33%uint64(by)) - by/2
}

// Corner is the lower left corner of the grid in column i and row j.
func (t Town) Corner(i, j int) (x, y int32) {
	return t.X + int32(i)*t.Step + t.jitter(i, j, 0, t.Step/3), t.Y + int32(j)*t.Step + t.jitter(i, j, 1, t.Step/3)
}

// Ring is the border of the grid in column i and row j, to the left, open.
func (t Town) Ring(i, j int) [][2]int32 {
	ring := make([][2]int32, 0, 26)
	ring = t.border(ring, i, j, false, false)
	ring = t.border(ring, i+1, j, true, false)
	ring = t.border(ring, i, j+1, false, true)
	return t.border(ring, i, j, true, true)
}

// Polygon is the same in degrees, closed.
func (t Town) Polygon(i, j int) orb.MultiPolygon { return closed(t.Ring(i, j)) }

// Rim is the border of the whole town in degrees, closed.
func (t Town) Rim() orb.MultiPolygon {
	var ring [][2]int32
	for i := range t.Side {
		ring = t.border(ring, i, 0, false, false)
	}
	for j := range t.Side {
		ring = t.border(ring, t.Side, j, true, false)
	}
	for i := range t.Side {
		ring = t.border(ring, t.Side-1-i, t.Side, false, true)
	}
	for j := range t.Side {
		ring = t.border(ring, 0, t.Side-1-j, true, true)
	}
	return closed(ring)
}

func closed(open [][2]int32) orb.MultiPolygon {
	ring := make(orb.Ring, 0, len(open)+1)
	for _, p := range open {
		ring = append(ring, orb.Point{float64(p[0]) / 1e7, float64(p[1]) / 1e7})
	}
	return orb.MultiPolygon{{append(ring, ring[0])}}
}

// border appends the way from corner i, j to its eastern or northern neighbour,
// without the last point; backwards if asked, without the first.
func (t Town) border(ring [][2]int32, i, j int, north, back bool) [][2]int32 {
	points := 5
	bx, by := t.Corner(i+1, j)
	if north {
		points = 6
		bx, by = t.Corner(i, j+1)
	}
	ax, ay := t.Corner(i, j)
	at := func(k int) [2]int32 {
		switch k {
		case 0:
			return [2]int32{ax, ay}
		case points + 1:
			return [2]int32{bx, by}
		}
		share, what := float64(k)/float64(points+1), 2+4*k
		if north {
			what += 2
		}
		return [2]int32{
			ax + int32(share*float64(bx-ax)) + t.jitter(i, j, what, t.Step/16),
			ay + int32(share*float64(by-ay)) + t.jitter(i, j, what+1, t.Step/16),
		}
	}
	for k := range points + 1 {
		if back {
			k = points + 1 - k
		}
		ring = append(ring, at(k))
	}
	return ring
}
