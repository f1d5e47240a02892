package grid

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/rtree"

	"onemap/geo/crs"
	"onemap/geo/grid/crossing"
	"onemap/geo/lattice"
)

// shareOfOverlap is what all owners of a place may cost of R-tree and orb.
const shareOfOverlap = 0.1

// twice is the shapes of a set and the same again, moved to the north-east: the
// grids of two departments.
func (s set) twice(by int32) (shapes []orb.MultiPolygon) {
	for _, by := range [2]int32{0, by} {
		for _, r := range s.regions[:len(s.regions)-1] {
			geom := r.Geom.Clone()
			for k, p := range geom[0][0] {
				n, _ := lattice.On(p[0], p[1])
				geom[0][0][k] = lattice.Node{X: n.X + by, Y: n.Y + by}.Point()
			}
			shapes = append(shapes, geom)
		}
	}
	return shapes
}

// overlap measures the time for all owners of a place where shapes lie on
// one another, and asks whole rings in rational numbers about many places.
func overlap(b *testing.B, name string, shapes []orb.MultiPolygon, places []crs.WGS84, asked int) {
	polygons, slow := make([]*crossing.Polygon, len(shapes)), make([]shape, len(shapes))
	var tree rtree.RTreeGN[float64, int32]
	for i, geom := range shapes {
		p, err := newPolygon("0", geom)
		if err != nil {
			b.Fatal(err)
		}
		box := geom.Bound()
		tree.Insert(box.Min, box.Max, int32(i))
		polygons[i], slow[i] = p, shape{rings: p.Rings, min: p.Min, max: p.Max}
	}
	before := heap()
	overlay := crossing.NewOverlay(polygons)
	bytes := heap() - before

	owners := make([]int32, 0, 64)
	took := inTurn(b, places, func(now []crs.WGS84) {
		for _, p := range now {
			at := [2]float64{p.Lon, p.Lat}
			owners = owners[:0]
			tree.Search(at, at, func(_, _ [2]float64, id int32) bool {
				if planar.MultiPolygonContains(shapes[id], at) {
					owners = append(owners, id)
				}
				return true
			})
		}
	}, func(now []crs.WGS84) {
		for _, p := range now {
			at, _ := lattice.On(p.Lon, p.Lat)
			owners = overlay.Owners(at, owners[:0])
		}
	})

	var want []int32
	wrong := 0
	for _, at := range probes(rand.New(rand.NewPCG(4, 4)), slow, asked) {
		q := [2]float64(at.Point())
		want = want[:0]
		tree.Search(q, q, func(_, _ [2]float64, id int32) bool {
			if oracleHolds(&slow[id], at) {
				want = append(want, id)
			}
			return true
		})
		slices.Sort(want)
		if owners = overlay.Owners(at, owners[:0]); !slices.Equal(owners, want) {
			wrong++
		}
	}
	report("grids-all-owners-share-of-rtree-orb-of-"+name, took[1]/took[0], shareOfOverlap)
	report("grids-all-owners-disagreements-of-"+name, float64(wrong), 0)
	b.Logf("%s: R-tree and orb %.0f ns, all owners %.1f ns, %d bytes a polygon", name, took[0], took[1], bytes/len(polygons))
}
