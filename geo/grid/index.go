package grid

import (
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"

	"onemap/geo/crs"
)

// nearCity is how far from a city's border a place still counts as that city's, in metres.
const nearCity = 5000.0

// Index is one edition of all regions. It never changes after [NewIndex]; any
// number of goroutines may use it.
type Index struct {
	edition int64
	regions []Region // by code
	shapes  []shape  // of the region with the same number
	refs    []Ref
	byCode  map[Code]int32
	under   map[Code][]int32 // children, by code; "" has the cities
	trees   [len(levels)]rtree.RTreeGN[float64, int32]
	tops    rtree.RTreeGN[float64, int32] // regions with nothing above them
}

// NewIndex builds an edition. Codes must be codes and unique, polygons must have
// an area; whether borders are sound and neighbours fit is not asked here. The
// geometries are kept and must not be changed afterwards.
func NewIndex(edition int64, regions []Region) (*Index, error) {
	ix := &Index{
		edition: edition,
		regions: slices.Clone(regions),
		shapes:  make([]shape, len(regions)),
		refs:    make([]Ref, len(regions)),
		byCode:  make(map[Code]int32, len(regions)),
		under:   make(map[Code][]int32),
	}
	slices.SortFunc(ix.regions, func(a, b Region) int { return strings.Compare(string(a.Code), string(b.Code)) })
	for i, r := range ix.regions {
		code, err := ParseCode(string(r.Code))
		if err != nil {
			return nil, err
		}
		if _, twice := ix.byCode[code]; twice {
			return nil, fmt.Errorf("region %s is given twice", code)
		}
		if ix.shapes[i], err = newShape(r.Geom); err != nil {
			return nil, fmt.Errorf("region %s: %w", code, err)
		}
		ix.add(int32(i))
	}
	return ix, nil
}

// add enters region i, whose ancestors have been entered before it: a prefix
// sorts first.
func (ix *Index) add(i int32) {
	r, s := &ix.regions[i], &ix.shapes[i]
	level := r.Code.Level()
	ix.byCode[r.Code] = i
	ix.refs[i] = Ref{
		Code: r.Code, Level: level, Name: r.Name, NameEn: r.NameEn,
		Bound: orb.Bound{Min: s.min.point(), Max: s.max.point()},
	}
	parent := r.Code.Parent()
	ix.under[parent] = append(ix.under[parent], i)

	low := [2]float64{float64(s.min.x), float64(s.min.y)}
	high := [2]float64{float64(s.max.x), float64(s.max.y)}
	ix.trees[level.Order()].Insert(low, high, i)
	if len(ix.Chain(r.Code)) == 1 {
		ix.tops.Insert(low, high, i)
	}
}

// Edition is the number given to [NewIndex].
func (ix *Index) Edition() int64 { return ix.edition }

// Len is the number of regions.
func (ix *Index) Len() int { return len(ix.regions) }

// Region returns a region with its polygon.
func (ix *Index) Region(code Code) (Region, bool) {
	i, ok := ix.byCode[code]
	if !ok {
		return Region{}, false
	}
	return ix.regions[i], true
}

// Ref returns a region without its polygon.
func (ix *Index) Ref(code Code) (Ref, bool) {
	i, ok := ix.byCode[code]
	if !ok {
		return Ref{}, false
	}
	return ix.refs[i], true
}

// Cities lists the cities by code.
func (ix *Index) Cities() []Ref { return ix.Children("") }

// Children lists the regions one level below code, by code; of "" the cities.
func (ix *Index) Children(code Code) []Ref {
	list := make([]Ref, len(ix.under[code]))
	for n, i := range ix.under[code] {
		list[n] = ix.refs[i]
	}
	return list
}

// AtLevel lists all regions of a level by code.
func (ix *Index) AtLevel(level Level) []Ref {
	var list []Ref
	for i := range ix.refs {
		if ix.refs[i].Level == level {
			list = append(list, ix.refs[i])
		}
	}
	return list
}

// Chain lists the regions above code and code itself, the city first. Codes the
// edition does not have are left out.
func (ix *Index) Chain(code Code) []Ref {
	chain := make([]Ref, 0, len(levels))
	for i := range levels {
		if levels[i].digits > len(code) {
			break
		}
		if ref, ok := ix.Ref(code[:levels[i].digits]); ok {
			chain = append(chain, ref)
		}
	}
	return chain
}

// Locate says where a place is: exactly one answer, also on shared borders and
// corners. Nothing is allocated.
func (ix *Index) Locate(p crs.WGS84) Place {
	at, ok := onLattice(p.Lon, p.Lat)
	if !ok {
		return Place{Outside: true, FarOutside: true, Edition: ix.edition}
	}
	for i := len(levels) - 1; i >= 0; i-- {
		owner := ix.owner(i, at)
		if owner < 0 {
			continue
		}
		place := Place{Scope: ix.regions[owner].Code, Edition: ix.edition}
		if levels[i].level == Grid {
			place.Grid = place.Scope
		}
		return place
	}
	if top := ix.nearest(at); top >= 0 {
		return Place{Scope: ix.regions[top].Code, Outside: true, Edition: ix.edition}
	}
	return Place{Outside: true, FarOutside: true, Edition: ix.edition}
}

// owner is the region of a level that holds the place, or -1. Should polygons
// overlap, the lowest code wins. On an outer right or upper border the half-open
// rule names nobody; there the region whose border it is has the place, again
// the lowest code.
func (ix *Index) owner(level int, at node) int32 {
	owner, rim := int32(-1), int32(-1)
	q := [2]float64{float64(at.x), float64(at.y)}
	ix.trees[level].Search(q, q, func(_, _ [2]float64, i int32) bool {
		switch s := &ix.shapes[i]; {
		case owner >= 0 && owner < i:
		case s.holds(at):
			owner = i
		case owner < 0 && (rim < 0 || i < rim) && s.borders(at):
			rim = i
		}
		return true
	})
	if owner >= 0 {
		return owner
	}
	return rim
}

// nearest is the topmost region nearest to the place, if within 5 km, or -1. A
// topmost region is a city, or one whose city the edition does not have.
func (ix *Index) nearest(at node) int32 {
	east, north := metresPerUnit(at.y)
	reach := [2]float64{nearCity / max(east, 1e-9) * 1.01, nearCity / north * 1.01}
	low := [2]float64{float64(at.x) - reach[0], float64(at.y) - reach[1]}
	high := [2]float64{float64(at.x) + reach[0], float64(at.y) + reach[1]}
	best, distance := int32(-1), nearCity
	ix.tops.Search(low, high, func(_, _ [2]float64, i int32) bool {
		d := ix.shapes[i].distance(at)
		if d < distance || d == distance && (best < 0 || i < best) {
			best, distance = i, d
		}
		return true
	})
	return best
}
