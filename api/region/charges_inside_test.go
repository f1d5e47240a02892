package region

import (
	"slices"
	"testing"

	"github.com/paulmach/orb"
)

// Whoever has the ground keeps it while that is fair; what is left goes to who has
// the least, near to what they have.
func TestSharingGrids(t *testing.T) {
	t.Parallel()
	row := func(loads []float64, today ...[]float64) (list []toCharge) {
		for i, load := range loads {
			g := toCharge{load: load, middle: orb.Point{float64(i) / 1000, 23}, today: []float64{0, 0}}
			if i < len(today) && today[i] != nil {
				g.today = today[i]
			}
			list = append(list, g)
		}
		return list
	}
	for _, tt := range []struct {
		name    string
		grids   []toCharge
		workers int
		want    []int
	}{
		{"each keeps their own", row([]float64{10, 10, 10, 10}, []float64{0, 1}, []float64{0, 0.8}, []float64{0.9, 0.1}, []float64{1, 0}), 2, []int{1, 1, 0, 0}},
		{"the half of one who has all goes to the other, what is surest stays", row([]float64{10, 10, 10, 10}, []float64{0.6, 0}, []float64{0.7, 0}, []float64{1, 0}, []float64{1, 0}), 2, []int{1, 1, 0, 0}},
		{"nobody has any: evenly, and neighbours together", row([]float64{10, 10, 10, 10}), 2, []int{0, 0, 1, 1}},
		{"one grid alone is more than fair", row([]float64{100, 10, 10}, []float64{0, 1}), 2, []int{1, 0, 0}},
		{"a new worker begins away from the others", row([]float64{10, 10, 10}, []float64{1, 0}, nil, nil), 2, []int{0, 0, 1}},
		{"one worker has all", row([]float64{1, 2, 3})[:3], 1, []int{0, 0, 0}},
	} {
		for i := range tt.grids {
			tt.grids[i].today = tt.grids[i].today[:tt.workers]
		}
		if got := share(tt.grids, tt.workers); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
