package live

import (
	"iter"
	"math"

	"github.com/paulmach/orb"

	"onemap/geo/crs"
	"onemap/geo/lattice"
)

// Circle yields the objects within some metres of a place, and how many metres
// away each is: of the geodesic on WGS84, rounded to the millimetre ([crs.Distance]),
// across the 180th meridian and the poles, too. Near a place that is not on Earth,
// or within NaN or less than 0 metres, is nothing.
func (s *Points[R]) Circle(at orb.Point, metres float64) iter.Seq2[*Object[R], float64] {
	return func(yield func(*Object[R], float64) bool) {
		s.ring(at, -1, metres, nil, yield)
	}
}

// Nearest yields objects by ascending distance as in [Points.Circle], those as far
// away by ID, of those that keep says yes to (all, if it is nil). It is for a
// caller that stops: all of them cost as much as sorting the layer.
//
// It looks ring after ring around the place. A ring in which there are many more
// than were expected is left again for a narrower one. Whoever is not kept costs a
// distance in the first two rings; after them keep is asked first. It may be asked
// about an object more than once.
func (s *Points[R]) Nearest(at orb.Point, keep func(*Object[R]) bool) iter.Seq2[*Object[R], float64] {
	return func(yield func(*Object[R], float64) bool) {
		queue := make(heap[R], 0, 3*expected)
		var first func(*Object[R]) bool
		limit, beyond, width := 512, -1.0, s.fewAround(at)
		for reach := width; beyond < farthest; {
			if beyond > width {
				first = keep
			}
			queue = queue[:0]
			s.ring(at, beyond, reach, first, func(o *Object[R], metres float64) bool {
				queue = append(queue, found[R]{metres, o})
				return len(queue) <= limit || width < 1
			})
			if len(queue) > limit && width >= 1 {
				width /= 4
				reach = max(beyond, 0) + width
				continue
			}
			limit = max(limit, 2*len(queue))
			queue.order()
			for len(queue) > 0 {
				f := queue.pop()
				if (keep == nil || keep(f.o)) && !yield(f.o, f.metres) {
					return
				}
			}
			beyond, reach, width = reach, reach+width, 2*width
		}
	}
}

// farthest is farther than any two places of the Earth are apart, in metres.
const farthest = 20_100_000

// expected is how many objects the first ring should have.
const expected = 20

// fewAround is a reach in metres within which that many objects are to be expected
// around a place: by the number in the least square that is no list.
func (s *Points[R]) fewAround(at orb.Point) float64 {
	on, ok := lattice.On(at[0], at[1])
	if !ok || s.Len() == 0 {
		return farthest
	}
	x, y := place(on)
	in, side, n := s.space.root, float64(1<<32), s.Len()
	for level := 0; level < placeLevels; level++ {
		k := &in.kids[slot(level, x, y, nil)]
		if k.in == nil {
			break
		}
		in, side, n = k.in, side/4, k.in.n
	}
	east, north := lattice.MetresPerUnit(on.Y)
	area := side * side * max(east, north/1000) * north
	return min(max(math.Sqrt(area*expected/math.Pi/float64(n)), 0.1), farthest)
}

// ring yields the objects more than beyond and at most reach metres away, of those
// to keep (all, if it is nil), until told to stop.
func (s *Points[R]) ring(at orb.Point, beyond, reach float64, keep func(*Object[R]) bool, yield func(*Object[R], float64) bool) {
	from := crs.FromPoint(at)
	last, metres := lattice.Node{X: math.MinInt32}, math.NaN()
	windows, n := around(at, reach)
	disc := disc{at, reach}
	for _, w := range windows[:n] {
		w.disc = &disc
		if !s.space.look(w, func(e entry[R]) bool {
			if keep != nil && !keep(e.o) {
				return true
			}
			if n := e.node(); n != last {
				last, metres = n, math.Round(crs.Distance(from, crs.FromPoint(n.Point()))*1000)/1000
			}
			return !(metres > beyond && metres <= reach) || yield(e.o, metres)
		}) {
			return
		}
	}
}

// around is windows that hold every place within some metres of another, and no
// place twice. A way of that length stays within so many degrees of latitude, at
// 110,574 m and more each; there a degree of longitude is at least as long as
// where the latitude is highest, 111,319 m times the cosine.
func around(at orb.Point, metres float64) (windows [3]window, n int) {
	if _, ok := lattice.On(at[0], at[1]); !ok || !(metres >= 0) {
		return windows, 0
	}
	const edge, turn = 180 * lattice.PerDegree, 360 * lattice.PerDegree
	north := (metres + 0.001) / 110_574
	widest := math.Abs(at[1]) + north
	east := 180.0
	if widest < 89.9 {
		east = (metres + 0.001) / (111_319 * math.Cos(widest*math.Pi/180))
	}
	south, end := math.Floor((at[1]-north)*lattice.PerDegree), math.Ceil((at[1]+north)*lattice.PerDegree)
	add := func(from, to float64) {
		windows[n] = windowOf(node(from, south), node(to, end))
		n++
	}
	if east >= 179.9 {
		add(math.MinInt32, math.MaxInt32)
		return windows, n
	}
	west, to := math.Floor((at[0]-east)*lattice.PerDegree), math.Ceil((at[0]+east)*lattice.PerDegree)
	add(max(west, -edge), min(to, edge))
	if west <= -edge {
		add(west+turn, edge)
	}
	if to >= edge {
		add(-edge, to-turn)
	}
	return windows, n
}

// node is that of two whole numbers, or the nearest there is.
func node(x, y float64) lattice.Node {
	whole := func(v float64) int32 { return int32(max(math.MinInt32, min(v, math.MaxInt32))) }
	return lattice.Node{X: whole(x), Y: whole(y)}
}
