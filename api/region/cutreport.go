package region

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb/geojson"
)

// report sums up the cells.
func (c *Cuts) report() {
	r := &c.Report
	r.Communities, r.Grids, r.Off = len(c.cuts), len(r.Cells), []CutCell{}
	r.Lines, r.Sliced, r.Detours, r.Straddling, r.Crossed, r.CrossedIn, r.Work = 0, 0, 0, 0, 0, "", nil
	var areas, loads, works []float64
	work := map[[2]int]float64{} // by community and number
	cell := 0
	for i, of := range c.cuts {
		r.Lines += of.plan.Kept
		r.Sliced += of.plan.Sliced
		r.Detours += of.plan.Detours
		r.Straddling += of.plan.Straddling
		for range of.plan.Cells {
			one := r.Cells[cell]
			cell++
			areas, loads = append(areas, one.Area), append(loads, one.Load)
			if one.Why != "" {
				r.Off = append(r.Off, one)
			}
			if one.Crossed > r.Crossed {
				r.Crossed, r.CrossedIn = one.Crossed, one.Code
			}
			if one.Work > 0 {
				work[[2]int{i, one.Work}] += one.Load
			}
		}
	}
	r.Area, r.Load = spread(areas), spread(loads)
	if len(work) > 0 {
		var shares []float64 // of what each would have in its community
		whole, areas := map[int]float64{}, map[int]float64{}
		for key, w := range work {
			works = append(works, w)
			whole[key[0]] += w
			areas[key[0]]++
		}
		for key, w := range work {
			if whole[key[0]] > 0 {
				shares = append(shares, w*areas[key[0]]/whole[key[0]])
			}
		}
		s, fair := spread(works), spread(shares)
		s.CV, s.Peak = fair.CV, fair.Peak
		r.Work = &s
	}
	slices.SortFunc(r.Off, func(a, b CutCell) int { return cmp.Or(cmp.Compare(b.Load, a.Load), strings.Compare(a.Code, b.Code)) })
}

func spread(list []float64) (s Spread) {
	if len(list) == 0 {
		return s
	}
	list = slices.Sorted(slices.Values(list))
	var sum, squares float64
	for _, v := range list {
		sum += v
	}
	mean := sum / float64(len(list))
	for _, v := range list {
		squares += (v - mean) * (v - mean)
	}
	s.Min, s.Max = list[0], list[len(list)-1]
	s.Median = (list[(len(list)-1)/2] + list[len(list)/2]) / 2
	if mean > 0 {
		s.CV, s.Peak = math.Sqrt(squares/float64(len(list)))/mean, s.Max/mean
	}
	return s
}

// Feature is a cell as GeoJSON.
func (c CutCell) Feature() *geojson.Feature {
	f := geojson.NewFeature(c.geom)
	f.ID = c.Code
	f.Properties = geojson.Properties{"code": c.Code, "area_m2": c.Area, "load": c.Load, "work": c.Work, "why": c.Why, "crossed_m": c.Crossed}
	return f
}
