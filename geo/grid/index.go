package grid

import (
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"

	"onemap/geo/grid/crossing"
	"onemap/geo/lattice"
)

// Index is one edition of all regions. It never changes after [NewIndex] or
// [Index.Redraw]; any number of goroutines may use it.
type Index struct {
	edition int64
	layers  [len(levels)]layer
	tops    *rtree.RTreeGN[float64, *entry] // regions with nothing above them
}

// layer is the regions of one level.
type layer struct {
	byCode []*entry
	table  *crossing.Table
	codes  string  // one after the other, by their number in the table
	free   []int32 // numbers that are in no use
}

// entry is a region as the index keeps it.
type entry struct {
	Region
	polygon *crossing.Polygon
	number  int32 // in the table of its level
}

// NewIndex builds an edition. Codes must be codes and unique, polygons must have
// an area; whether borders are sound and neighbours fit is not asked here. The
// geometries are kept and must not be changed afterwards.
func NewIndex(edition int64, regions []Region) (*Index, error) {
	ix := &Index{edition: edition}
	for _, r := range regions {
		e, err := newEntry(r)
		if err != nil {
			return nil, err
		}
		l := &ix.layers[r.Code.Level().Order()]
		l.byCode = append(l.byCode, e)
	}
	for i := range ix.layers {
		l := &ix.layers[i]
		slices.SortFunc(l.byCode, byCode)
		polygons := make([]*crossing.Polygon, len(l.byCode))
		codes := make([]byte, 0, len(l.byCode)*levels[i].digits)
		for n, e := range l.byCode {
			if n > 0 && l.byCode[n-1].Code == e.Code {
				return nil, fmt.Errorf("region %s is given twice", e.Code)
			}
			polygons[n], e.number = e.polygon, int32(n)
			codes = append(codes, e.Code...)
		}
		l.codes = string(codes)
		l.table = crossing.New(polygons)
	}
	ix.findTops()
	return ix, nil
}

func newEntry(r Region) (*entry, error) {
	if _, err := ParseCode(string(r.Code)); err != nil {
		return nil, err
	}
	p, err := newPolygon(r.Code, r.Geom)
	if err != nil {
		return nil, fmt.Errorf("region %s: %w", r.Code, err)
	}
	return &entry{Region: r, polygon: p}, nil
}

func byCode(a, b *entry) int { return strings.Compare(string(a.Code), string(b.Code)) }

// find is the place of a code among the entries of a level, and whether it is there.
func (l *layer) find(code Code) (int, bool) {
	return slices.BinarySearchFunc(l.byCode, code, func(e *entry, code Code) int { return strings.Compare(string(e.Code), string(code)) })
}

// entry is the region of a code, nil when the edition does not have it.
func (ix *Index) entry(code Code) *entry {
	order := code.Level().Order()
	if order < 0 {
		return nil
	}
	if at, ok := ix.layers[order].find(code); ok {
		return ix.layers[order].byCode[at]
	}
	return nil
}

func (e *entry) ref() Ref {
	low, high := lattice.Node{X: e.polygon.Min.X, Y: e.polygon.Min.Y}, lattice.Node{X: e.polygon.Max.X, Y: e.polygon.Max.Y}
	return Ref{
		Code: e.Code, Level: e.Code.Level(), Name: e.Name, NameEn: e.NameEn,
		Bound: orb.Bound{Min: low.Point(), Max: high.Point()},
	}
}

// Edition is the number given to [NewIndex].
func (ix *Index) Edition() int64 { return ix.edition }

// Len is the number of regions.
func (ix *Index) Len() (n int) {
	for i := range ix.layers {
		n += len(ix.layers[i].byCode)
	}
	return n
}

// Region returns a region with its polygon.
func (ix *Index) Region(code Code) (Region, bool) {
	if e := ix.entry(code); e != nil {
		return e.Region, true
	}
	return Region{}, false
}

// Ref returns a region without its polygon.
func (ix *Index) Ref(code Code) (Ref, bool) {
	if e := ix.entry(code); e != nil {
		return e.ref(), true
	}
	return Ref{}, false
}

// Cities lists the cities by code.
func (ix *Index) Cities() []Ref { return ix.Children("") }

// Children lists the regions one level below code, by code; of "" the cities.
func (ix *Index) Children(code Code) []Ref {
	below := code.Level().Order() + 1
	if code != "" && below == 0 || below == len(levels) {
		return []Ref{}
	}
	l := &ix.layers[below]
	from, _ := l.find(code)
	to := from
	for to < len(l.byCode) && l.byCode[to].Code.Within(code) {
		to++
	}
	return refs(l.byCode[from:to])
}

// AtLevel lists all regions of a level by code.
func (ix *Index) AtLevel(level Level) []Ref {
	if order := level.Order(); order >= 0 && len(ix.layers[order].byCode) > 0 {
		return refs(ix.layers[order].byCode)
	}
	return nil
}

func refs(entries []*entry) []Ref {
	list := make([]Ref, len(entries))
	for i, e := range entries {
		list[i] = e.ref()
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
