package parcel

import (
	"cmp"
	"math"
	"slices"

	"onemap/geo/grid"
	"onemap/geo/lattice"
)

// Steps of the raster in metres: how fine at first, and how fine at the least.
const (
	squares  = 36 // along the side of a cell as wanted
	coarsest = 4.0
	finest   = 0.6
	mostFine = 6_000_000 // squares of one raster
)

// axis is a direction with what lies along it.
type axis struct {
	ux, uy   float64 // of length 1
	low, end float64 // how far the block reaches along it
	at       float64 // where it is to be cut
	reach    float64 // how far the cut may leave that
}

// along is how far a place lies along the axis.
func (a axis) along(x, y float64) float64 { return x*a.ux + y*a.uy }

// halve finds the way that cuts a block into two parts of about as many whole
// cells each; nil and why when there is none.
func (t *town) halve(steps []grid.Step, loads []load, b block) ([][]lattice.Node, Why) {
	rings := ringsOf(steps)
	if len(rings) == 0 {
		return nil, NoWay
	}
	parts := math.Round(b.load / t.want)
	share := math.Floor(parts/2) / parts
	side := math.Sqrt(b.area / parts)
	x1, y1, x2, y2 := t.reach(rings[0])
	least := max(finest, math.Sqrt((x2-x1)*(y2-y1)/mostFine))
	why := NoWay
	for step := max(min(side/squares, coarsest), least); ; step /= 2 {
		r := newRaster(t, rings, step)
		var best [][]lattice.Node
		cost := math.Inf(1)
		for _, a := range t.axes(rings[0]) {
			ok := t.middle(r, &a, loads, share, side)
			if !ok {
				why = OneHouse
				continue
			}
			why = NoWay
			if way, c := r.way(rings, a, side); way != nil && c < cost {
				best, cost = way, c
			}
			if best != nil && (a.end-a.low) > 1.4*sqrtOf(b.area, a) {
				break // a long block is cut across
			}
		}
		if best != nil {
			return best, Fits
		}
		if step/2 < least || why == OneHouse {
			return nil, why
		}
	}
}

// sqrtOf is how wide a block is across an axis.
func sqrtOf(area float64, a axis) float64 { return area / (a.end - a.low) }

// ringsOf are the rings that steps make: the largest shell first.
func ringsOf(steps []grid.Step) (rings [][]lattice.Node) {
	for _, poly := range grid.Outline(steps) {
		for _, ring := range poly {
			nodes := make([]lattice.Node, 0, len(ring))
			for _, p := range ring[:len(ring)-1] {
				n, _ := lattice.On(p[0], p[1]) // made of nodes
				nodes = append(nodes, n)
			}
			rings = append(rings, nodes)
		}
	}
	if len(rings) > 1 {
		size := func(ring []lattice.Node) int64 {
			low, high := ring[0], ring[0]
			for _, n := range ring {
				low = lattice.Node{X: min(low.X, n.X), Y: min(low.Y, n.Y)}
				high = lattice.Node{X: max(high.X, n.X), Y: max(high.Y, n.Y)}
			}
			return (int64(high.X) - int64(low.X)) * (int64(high.Y) - int64(low.Y))
		}
		slices.SortStableFunc(rings, func(a, b []lattice.Node) int { return cmp.Compare(size(b), size(a)) })
	}
	return rings
}

func (f frame) reach(ring []lattice.Node) (x1, y1, x2, y2 float64) {
	x1, y1 = f.metres(ring[0])
	x2, y2 = x1, y1
	for _, n := range ring {
		x, y := f.metres(n)
		x1, y1, x2, y2 = min(x1, x), min(y1, y), max(x2, x), max(y2, y)
	}
	return x1, y1, x2, y2
}

// axes are the directions of the smallest rectangle around a ring, the longer
// first: blocks are cut square to their streets.
func (f frame) axes(ring []lattice.Node) []axis {
	var best [2]axis
	smallest := math.Inf(1)
	for degrees := 0.0; degrees < 90; degrees += 3 {
		s, c := math.Sincos(degrees * math.Pi / 180)
		a := axis{ux: c, uy: s, low: math.Inf(1), end: math.Inf(-1)}
		b := axis{ux: -s, uy: c, low: math.Inf(1), end: math.Inf(-1)}
		for _, n := range ring {
			x, y := f.metres(n)
			a.low, a.end = min(a.low, a.along(x, y)), max(a.end, a.along(x, y))
			b.low, b.end = min(b.low, b.along(x, y)), max(b.end, b.along(x, y))
		}
		if area := (a.end - a.low) * (b.end - b.low); area < smallest*0.999 {
			smallest = area
			if best = [2]axis{a, b}; b.end-b.low > a.end-a.low {
				best = [2]axis{b, a}
			}
		}
	}
	return best[:]
}

// middle finds where along an axis so much of the load lies before it; false when
// all of it lies in one place.
func (t *town) middle(r *raster, a *axis, loads []load, share, side float64) bool {
	const bins = 2000
	sum := make([]float64, bins)
	bin := func(x, y float64) int {
		return min(max(int((a.along(x, y)-a.low)/(a.end-a.low)*bins), 0), bins-1)
	}
	var total float64
	if t.plan.Load > 0 {
		for _, l := range loads {
			sum[bin(t.metres(l.at))] += l.much
			total += l.much
		}
	} else {
		for i := range r.cell {
			if r.cell[i]&inner != 0 {
				sum[bin(r.centre(int32(i)))]++
				total++
			}
		}
	}
	// Of the empty stretches, the middle of that which is nearest to the share.
	best, before := math.Inf(1), 0.0
	last := -1
	for i, s := range sum {
		if s == 0 {
			continue
		}
		if off := math.Abs(before - share*total); last >= 0 && before > 0 && off < best {
			best = off
			a.at = a.low + (float64(last+i+1)/2)/bins*(a.end-a.low)
		}
		before += s
		last = i
	}
	a.reach = min(0.7*min(a.at-a.low, a.end-a.at), 0.8*side)
	return !math.IsInf(best, 1)
}
