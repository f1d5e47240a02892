package grid

import (
	"github.com/tidwall/rtree"

	"onemap/geo/crs"
	"onemap/geo/lattice"
)

// nearCity is how far from a city's border a place still counts as that city's, in metres.
const nearCity = 5000.0

// Locate says where a place is: exactly one answer, also on shared borders and
// corners. Nothing is allocated.
func (ix *Index) Locate(p crs.WGS84) Place {
	at, ok := lattice.On(p.Lon, p.Lat)
	if !ok {
		return ix.nowhere()
	}
	if l := &ix.layers[finest]; l.table != nil {
		if owner := l.table.Owner(at); owner >= 0 {
			code := ix.gridCode(owner)
			return Place{Grid: code, Scope: code, Edition: ix.edition}
		}
	}
	return ix.above(at)
}

// finest is the order of [Grid] among the levels.
const finest = len(levels) - 1

// gridCode is the code of a grid. It is part of one long string, so finding it
// takes no look at memory.
func (ix *Index) gridCode(number int32) Code {
	return Code(ix.layers[finest].codes[int(number)*gridDigits:][:gridDigits])
}

// LocateAll puts the answer of Locate for each point into out, which is as long
// as points. It is for many points: the waits for memory of one overlap with
// those of others. Nothing is allocated.
func (ix *Index) LocateAll(points []crs.WGS84, out []Place) {
	const some = 512
	var at [some]lattice.Node
	var owners [some]int32
	for len(points) > 0 {
		n := min(some, len(points))
		for i, p := range points[:n] {
			at[i], _ = lattice.On(p.Lon, p.Lat)
		}
		ix.layers[finest].owners(at[:n], owners[:n])
		for i, p := range points[:n] {
			on, ok := lattice.On(p.Lon, p.Lat)
			switch {
			case !ok:
				out[i] = ix.nowhere()
			case owners[i] >= 0:
				code := ix.gridCode(owners[i])
				out[i] = Place{Grid: code, Scope: code, Edition: ix.edition}
			default:
				out[i] = ix.above(on)
			}
		}
		points, out = points[n:], out[n:]
	}
}

func (l *layer) owners(at []lattice.Node, out []int32) {
	if l.table != nil {
		l.table.OwnerAll(at, out)
		return
	}
	for i := range out {
		out[i] = -1
	}
}

// above is the answer where no grid has the place: it asks the levels above.
func (ix *Index) above(at lattice.Node) Place {
	for i := finest - 1; i >= 0; i-- {
		l := &ix.layers[i]
		if l.table == nil {
			continue
		}
		if owner := l.table.Owner(at); owner >= 0 {
			digits := levels[i].digits
			return Place{Scope: Code(l.codes[int(owner)*digits:][:digits]), Edition: ix.edition}
		}
	}
	if top := ix.nearest(at); top != nil {
		return Place{Scope: top.Code, Outside: true, Edition: ix.edition}
	}
	return ix.nowhere()
}

func (ix *Index) nowhere() Place {
	return Place{Outside: true, FarOutside: true, Edition: ix.edition}
}

// nearest is the topmost region nearest to the place, if within 5 km, or nil. A
// topmost region is a city, or one whose city the edition does not have.
func (ix *Index) nearest(at lattice.Node) (best *entry) {
	if ix.tops == nil {
		return nil
	}
	east, north := lattice.MetresPerUnit(at.Y)
	reach := [2]float64{nearCity / max(east, 1e-9) * 1.01, nearCity / north * 1.01}
	low := [2]float64{float64(at.X) - reach[0], float64(at.Y) - reach[1]}
	high := [2]float64{float64(at.X) + reach[0], float64(at.Y) + reach[1]}
	least := nearCity
	ix.tops.Search(low, high, func(_, _ [2]float64, e *entry) bool {
		d := distance(e.polygon, at)
		if d < least || d == least && (best == nil || e.Code < best.Code) {
			best, least = e, d
		}
		return true
	})
	return best
}

// findTops finds the regions with nothing above them.
func (ix *Index) findTops() {
	ix.tops = &rtree.RTreeGN[float64, *entry]{}
	for i := range ix.layers {
		for _, e := range ix.layers[i].byCode {
			if !ix.hasAbove(e.Code) {
				p := e.polygon
				ix.tops.Insert([2]float64{float64(p.Min.X), float64(p.Min.Y)}, [2]float64{float64(p.Max.X), float64(p.Max.Y)}, e)
			}
		}
	}
}

// hasAbove says whether the edition has a region above code.
func (ix *Index) hasAbove(code Code) bool {
	for code = code.Parent(); code != ""; code = code.Parent() {
		if ix.entry(code) != nil {
			return true
		}
	}
	return false
}
