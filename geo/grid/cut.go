package grid

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"onemap/geo/lattice"
)

const (
	// maxCells is what the three digits of a grid's serial number can count.
	maxCells = 999
	// smallShare of a full cell: a smaller piece joins a neighbour.
	smallShare = 0.15
	// tries is how many places of the cutting lines are tried.
	tries = 24
	// maxSide of a region in lattice units (90 degrees): products fit int64.
	maxSide = 90 * lattice.PerDegree
)

// Cut divides a region into cells of about sizeMetres by sizeMetres: without gap
// or overlap, neighbours with the very same vertices along their common border.
// The cells come in rows from the north, each from the west, and the same input
// gives the same cells, so that serial numbers stay.
//
// The lines run north-south and east-west at even distances. Pieces smaller than
// 15 % of a full cell join the neighbour they share the longest border with, and
// islands that small join the nearest cell. Where a line meets the region's
// border between two of its vertices, a vertex is inserted, rounded to the
// lattice: there the cells' outer border leaves the given one by up to a unit,
// 11 mm. [Union] of the cells is the region with these vertices. The tip of a
// spike, or of a gap, may be lost where it is narrower than a unit.
//
// An error says why a region cannot be cut: its rings are not sound
// ([CheckRings]), or there would be more than 999 cells.
func Cut(geom orb.MultiPolygon, sizeMetres float64) ([]orb.MultiPolygon, error) {
	border, err := borderOf(geom)
	if err != nil {
		return nil, err
	}
	plan, err := newRaster(border, sizeMetres)
	if err != nil {
		return nil, err
	}
	// A border that passes a vertex within a unit can be pushed over it by
	// rounding, and the tip of a narrow spike can be flattened. The lines may lie
	// anywhere, so they are moved and tried again; a tip narrower than the lattice
	// is given up only when no place does.
	for _, keepTips := range [...]bool{true, false} {
		for try := range int32(tries) {
			pieces, ok := plan.moved(try).pieces(border, keepTips)
			if !ok {
				continue
			}
			cells := merge(pieces, plan)
			if len(cells) > maxCells {
				return nil, fmt.Errorf("cells of %v m would be %d; a community has at most %d grids", sizeMetres, len(cells), maxCells)
			}
			return cells, nil
		}
	}
	return nil, errors.New("the region's border runs too close to itself to be cut on the lattice of 1e-7 degrees")
}

// Union joins polygons that share exact vertices, such as the cells of [Cut] or
// the communities of a street: borders between two of them vanish, those of the
// whole stay with all their vertices. It fails when they
// overlap, or meet where only one has a vertex.
func Union(parts []orb.MultiPolygon) (orb.MultiPolygon, error) {
	var edges []dedge
	for i, part := range parts {
		border, err := directed(part)
		if err != nil {
			return nil, fmt.Errorf("part %d: %w", i+1, err)
		}
		edges = append(edges, border...)
	}
	edges, ok := cancel(edges)
	if !ok {
		return nil, errors.New("the parts overlap: two have the same edge on the same side")
	}
	if !sound(edges) {
		return nil, errors.New("the parts do not fit: an edge of one runs across another's border, or ends on it without a vertex")
	}
	return assemble(splitAll(trace(edges))), nil
}

// borderOf is the sound border of a region as directed edges, the region to the
// left, with a vertex wherever two rings touch.
func borderOf(geom orb.MultiPolygon) ([]dedge, error) {
	for _, f := range CheckRings(geom) {
		if f.Fatal() {
			return nil, fmt.Errorf("the region is not sound: %s", f.Text)
		}
	}
	edges, err := directed(geom)
	if err != nil {
		return nil, err
	}
	if len(edges) == 0 {
		return nil, errors.New("the region is empty")
	}
	return splitAtTouches(edges), nil
}

// directed lists the edges of a region, shells to the left and holes to the right.
func directed(geom orb.MultiPolygon) ([]dedge, error) {
	var edges []dedge
	for _, poly := range geom {
		for j, ring := range poly {
			nodes, err := openRing(ring)
			if err != nil {
				return nil, err
			}
			if len(nodes) < 3 {
				continue
			}
			if (area2(nodes) < 0) != (j > 0) {
				slices.Reverse(nodes)
			}
			for i, n := range nodes {
				edges = append(edges, dedge{n, nodes[(i+1)%len(nodes)]})
			}
		}
	}
	return edges, nil
}

// area2 is twice the signed area of an open ring in lattice units, positive when
// it turns left. Exact for rings smaller than a quarter of the Earth.
func area2(nodes []lattice.Node) int64 {
	var sum int64
	o := nodes[0]
	a := nodes[len(nodes)-1]
	for _, b := range nodes {
		sum += (int64(a.X)-int64(o.X))*(int64(b.Y)-int64(o.Y)) - (int64(b.X)-int64(o.X))*(int64(a.Y)-int64(o.Y))
		a = b
	}
	return sum
}

// raster is the cutting lines of a region, its own limits included.
type raster struct {
	xs, ys      []int32 // increasing
	low, high   lattice.Node
	cellArea2   float64 // twice the area of a full cell in lattice units
	east, north float64 // metres per unit
}

func newRaster(border []dedge, size float64) (raster, error) {
	if !(size > 0) || math.IsInf(size, 0) {
		return raster{}, fmt.Errorf("cell size %v m is no length", size)
	}
	r := raster{low: border[0].a, high: border[0].a}
	for _, e := range border {
		r.low = lattice.Node{X: min(r.low.X, e.a.X), Y: min(r.low.Y, e.a.Y)}
		r.high = lattice.Node{X: max(r.high.X, e.a.X), Y: max(r.high.Y, e.a.Y)}
	}
	width, height := float64(r.high.X)-float64(r.low.X), float64(r.high.Y)-float64(r.low.Y)
	if width > maxSide || height > maxSide {
		return raster{}, errors.New("the region is wider or taller than 90 degrees")
	}
	r.east, r.north = lattice.MetresPerUnit(int32((int64(r.low.Y) + int64(r.high.Y)) / 2))
	columns := max(1, math.Round(width*r.east/size))
	rows := max(1, math.Round(height*r.north/size))
	r.cellArea2 = 2 * width / columns * height / rows

	var whole float64
	o := border[0].a
	for _, e := range border {
		whole += (float64(e.a.X)-float64(o.X))*(float64(e.b.Y)-float64(o.Y)) - (float64(e.b.X)-float64(o.X))*(float64(e.a.Y)-float64(o.Y))
	}
	// Joining never makes a cell of ten; lines closer than a metre cut nothing a city has.
	if whole/r.cellArea2 > 10*maxCells || columns+rows > 100_000 ||
		columns > max(1, width/64) || rows > max(1, height/64) {
		return raster{}, fmt.Errorf("cells of %v m are too small for this region: a community has at most %d grids", size, maxCells)
	}
	r.xs, r.ys = evenly(r.low.X, r.high.X, int64(columns)), evenly(r.low.Y, r.high.Y, int64(rows))
	return r, nil
}

// evenly divides low..high into n parts, the ends included.
func evenly(low, high int32, n int64) []int32 {
	lines := make([]int32, n+1)
	for i := range n + 1 {
		lines[i] = low + int32((int64(high)-int64(low))*i/n)
	}
	return lines
}

// moved shifts the inner lines for another try: a few units first, then more, up
// to a third of a cell.
func (r raster) moved(try int32) raster {
	shift := func(lines []int32, part int32) []int32 {
		lines = slices.Clone(lines)
		cell := (lines[len(lines)-1] - lines[0]) / int32(len(lines)-1)
		step := [...]int32{2, min(61, cell/30), cell / 6}[try/8]
		for i := 1; i < len(lines)-1; i++ {
			lines[i] += part * step
		}
		return lines
	}
	r.xs, r.ys = shift(r.xs, try%8%3), shift(r.ys, try%8/3)
	return r
}
