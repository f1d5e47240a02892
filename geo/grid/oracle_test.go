package grid

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"onemap/geo/crs"
	"onemap/geo/lattice"
)

// The oracle knows the half-open rule only from its words: the owner of (x, y)
// contains (x+e1, y+e2), e2 << e1. It intersects every edge with the horizontal
// through y+e2 in rational numbers and counts those not to the right of x; edges
// wholly on one side need no arithmetic.
func oracleHolds(s *shape, p lattice.Node) bool {
	inside := false
	for _, ring := range s.rings {
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			// y+e2 is above every lattice point at y and below all higher ones.
			if (a.Y > p.Y) == (b.Y > p.Y) {
				continue
			}
			if min(a.X, b.X) > p.X {
				continue
			}
			if max(a.X, b.X) <= p.X {
				inside = !inside
				continue
			}
			// x of the crossing = a.x + (b.x-a.x) * (y-a.y) / (b.y-a.y)
			cross := big.NewRat(int64(p.Y)-int64(a.Y), int64(b.Y)-int64(a.Y))
			cross.Mul(cross, big.NewRat(int64(b.X)-int64(a.X), 1))
			cross.Add(cross, big.NewRat(int64(a.X), 1))
			if cross.Cmp(big.NewRat(int64(p.X), 1)) <= 0 {
				inside = !inside
			}
		}
	}
	return inside
}

// bruteForce finds owners without the index: shapes by the squares of a table
// their boxes cover, then every candidate by the oracle.
type bruteForce struct {
	shapes []shape
	size   int64 // of a square
	table  map[[2]int64][]int
}

func newBruteForce(shapes []shape) *bruteForce {
	b := &bruteForce{shapes: shapes, table: make(map[[2]int64][]int)}
	for _, s := range shapes {
		b.size += max(int64(s.max.X)-int64(s.min.X), int64(s.max.Y)-int64(s.min.Y))
	}
	b.size = b.size/int64(len(shapes)) + 1
	for i, s := range shapes {
		low, high := b.square(s.min), b.square(s.max)
		for x := low[0]; x <= high[0]; x++ {
			for y := low[1]; y <= high[1]; y++ {
				b.table[[2]int64{x, y}] = append(b.table[[2]int64{x, y}], i)
			}
		}
	}
	return b
}

func (b *bruteForce) square(p lattice.Node) [2]int64 {
	return [2]int64{(int64(p.X) + 1<<31) / b.size, (int64(p.Y) + 1<<31) / b.size}
}

// owner is the first shape that holds p, -1 for none, and how many do.
func (b *bruteForce) owner(p lattice.Node) (first, owners int) {
	first = -1
	for _, i := range b.table[b.square(p)] {
		s := &b.shapes[i]
		if p.X < s.min.X || p.X > s.max.X || p.Y < s.min.Y || p.Y > s.max.Y || !oracleHolds(s, p) {
			continue
		}
		if first < 0 {
			first = i
		}
		owners++
	}
	return first, owners
}

// borderedBy lists the shapes whose border p lies on.
func (b *bruteForce) borderedBy(p lattice.Node) (on []int) {
	for _, i := range b.table[b.square(p)] {
		if b.shapes[i].borders(p) {
			on = append(on, i)
		}
	}
	return on
}

// probes are random points of the box, vertices, lattice points nearest to a
// point of an edge, and their neighbours one unit away.
func probes(rng *rand.Rand, shapes []shape, n int) []lattice.Node {
	low, high := shapes[0].min, shapes[0].max
	for _, s := range shapes {
		low = lattice.Node{X: min(low.X, s.min.X), Y: min(low.Y, s.min.Y)}
		high = lattice.Node{X: max(high.X, s.max.X), Y: max(high.Y, s.max.Y)}
	}
	out := make([]lattice.Node, 0, n)
	for len(out) < n {
		s := shapes[rng.IntN(len(shapes))]
		ring := s.rings[rng.IntN(len(s.rings))]
		i := rng.IntN(len(ring))
		a, b := ring[i], ring[(i+1)%len(ring)]
		t := rng.Float64()
		on := lattice.Node{X: int32(float64(a.X) + t*(float64(b.X)-float64(a.X))), Y: int32(float64(a.Y) + t*(float64(b.Y)-float64(a.Y)))}
		switch rng.IntN(5) {
		case 0:
			out = append(out, lattice.Node{X: int32(int64(low.X) + rng.Int64N(int64(high.X)-int64(low.X)+1)), Y: int32(int64(low.Y) + rng.Int64N(int64(high.Y)-int64(low.Y)+1))})
		case 1:
			out = append(out, a)
		case 2:
			out = append(out, lattice.Node{X: a.X + int32(rng.IntN(3)) - 1, Y: a.Y + int32(rng.IntN(3)) - 1})
		case 3:
			out = append(out, on)
		default:
			out = append(out, lattice.Node{X: on.X + int32(rng.IntN(3)) - 1, Y: on.Y + int32(rng.IntN(3)) - 1})
		}
	}
	return out
}

func shapesOf(t testing.TB, ix *Index, level Level) (shapes []shape, codes []Code) {
	t.Helper()
	for _, ref := range ix.AtLevel(level) {
		r, _ := ix.Region(ref.Code)
		s, err := newShape(r.Geom)
		if err != nil {
			t.Fatal(err)
		}
		shapes, codes = append(shapes, s), append(codes, ref.Code)
	}
	return shapes, codes
}

// compare asks index and oracle about n points of a level; where the oracle has
// no owner the index must name the first on whose border the point is, or none.
func compare(t *testing.T, ix *Index, level Level, n int, mayOverlap bool) {
	t.Helper()
	shapes, codes := shapesOf(t, ix, level)
	oracle, slow := newBruteForce(shapes), newSlowIndex(ix)
	owned, none := 0, 0
	all := probes(rand.New(rand.NewPCG(1, 2)), shapes, n)
	points, bulk := make([]crs.WGS84, n), make([]Place, n)
	for i, p := range all {
		points[i] = crs.FromPoint(p.Point())
	}
	ix.LocateAll(points, bulk)
	for i, p := range all {
		want, owners := oracle.owner(p)
		if owners > 1 && !mayOverlap {
			t.Fatalf("%v has %d owners", p, owners)
		}
		got := ix.Locate(points[i])
		if plain := slow.Locate(points[i]); got != plain || bulk[i] != plain {
			t.Fatalf("%v: %+v, in bulk %+v, the plain way %+v", p, got, bulk[i], plain)
		}
		scope := got.Scope
		if got.Outside {
			scope = ""
		}
		switch {
		case want >= 0 && scope != codes[want]:
			t.Fatalf("%v: index %q, oracle %q", p, scope, codes[want])
		case want >= 0:
			owned++
		default:
			none++
			rim := oracle.borderedBy(p)
			if len(rim) > 0 && scope != codes[rim[0]] {
				t.Fatalf("%v on the outer border of %s: index %q", p, codes[rim[0]], scope)
			}
			if len(rim) == 0 && scope.Level() == level {
				t.Fatalf("%v is in nobody, index says %q", p, scope)
			}
		}
	}
	t.Logf("%d points agree: %d owned, %d in nobody", n, owned, none)
	if owned == 0 {
		t.Fatal("no point was owned")
	}
}

func TestLocateAgainstOracleInTown(t *testing.T) {
	t.Parallel()
	ix, err := NewIndex(1, latticeTown(4))
	if err != nil {
		t.Fatal(err)
	}
	compare(t, ix, Grid, 120_000, false)
}

// Needs the shared data set: real villages, towns, and parishes, some
// overlapping, some not sound. Each stands as a community of one city that is
// the box around them all.
func TestLocateAgainstOracleOnRealPolygons(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file    string
		points  int
		overlap bool
	}{
		{"polygons/taiwan-villages.geojson", 60_000, true},
		{"polygons/taiwan-towns.geojson", 40_000, true},
		{"polygons/macau-parishes.geojson", 20_000, true},
		{"polygons/macau-grid-100m.geojson", 100_000, true},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			var regions []Region
			var box orb.Bound
			for i, f := range shared(t, c.file).Features {
				regions = append(regions, Region{Code: Code(fmt.Sprintf("9900%08d", i)), Geom: polygons(t, f.Geometry)})
				if box = box.Union(f.Geometry.Bound()); i == 0 {
					box = f.Geometry.Bound()
				}
			}
			regions = append(regions, Region{Code: "9900", Geom: orb.MultiPolygon{box.Pad(0.1).ToPolygon()}})
			ix, err := NewIndex(1, regions)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, ix, Community, c.points, c.overlap)
		})
	}
}

// Far apart coordinates: differences beyond 32 bits and products near 2^63.
func TestLocateWorldWide(t *testing.T) {
	t.Parallel()
	world := orb.MultiPolygon{{{{-180, -90}, {180, -89.9999999}, {180, 90}, {-179.9999999, 89}, {-180, -90}}}}
	wedge := orb.MultiPolygon{{{{-180, -90}, {180, 0.0000001}, {-180, 90}, {-180, -90}}}}
	for _, g := range []orb.MultiPolygon{world, wedge} {
		ix, err := NewIndex(1, []Region{{Code: "990101001001", Geom: g}})
		if err != nil {
			t.Fatal(err)
		}
		compare(t, ix, Community, 5_000, false)
	}
}
