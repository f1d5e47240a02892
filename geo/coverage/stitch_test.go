package coverage

import (
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

// A square that squares of other sizes, at odd places along its sides, were
// stitched to is known as the one it was; moved, cut or turned it is another.
func TestAStitchedPolygonIsKnownAgain(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	gained := 0
	for range 300 {
		// A slanting triangle, and others that end on its long side, rounded.
		a, b, c := lattice.Node{X: 0, Y: 0}, lattice.Node{X: 90000 + r.Int32N(9000), Y: 40000 + r.Int32N(9000)}, lattice.Node{X: 100, Y: 90000}
		plain := Polygon{"whole", polygonOf([]lattice.Node{a, b, c})}
		list := []Polygon{plain}
		for range 1 + r.IntN(5) {
			s := r.Float64()
			on := lattice.Node{X: int32(s * float64(b.X)), Y: int32(s * float64(b.Y))}
			list = append(list, Polygon{"part", polygonOf([]lattice.Node{on, {X: on.X + 500, Y: on.Y - 3000}, {X: on.X + 900, Y: on.Y - 3000}})})
		}
		had := Stitch(list)[0].Geom
		if !Stitched(had, plain.Geom) || !Stitched(plain.Geom, plain.Geom) {
			t.Fatalf("%v is not known as %v", had, plain.Geom)
		}
		if len(had[0][0]) == len(plain.Geom[0][0]) {
			continue
		}
		gained++
		if Stitched(plain.Geom, had) {
			t.Errorf("%v lacks vertices of %v", plain.Geom, had)
		}
		for k := 1; k < len(had[0][0])-1; k++ {
			moved := had.Clone()
			moved[0][0][k][1] += 20 / lattice.PerDegree
			if Stitched(moved, plain.Geom) {
				t.Errorf("vertex %d is elsewhere: %v, %v", k, moved, plain.Geom)
			}
		}
		if Stitched(append(had.Clone(), orb.Polygon{had[0][0]}), plain.Geom) {
			t.Error("a part more")
		}
	}
	if gained < 200 {
		t.Errorf("%d towns of 300 had anything to stitch", gained)
	}
}
