package access

import (
	"math"

	"github.com/paulmach/orb"
)

// Field is places sorted into squares of a lattice. It never changes after
// NewField; any number of goroutines may use it.
type Field struct {
	points []orb.Point
	west   float64
	south  float64
	east   float64 // the width of a square in degrees
	north  float64 // its height
	cols   int
	rows   int
	first  []int32 // of each square's places in order, and the end
	order  []int32
}

// sideMetres is the wanted side of a square.
const sideMetres = 250

// NewField sorts places. The slice is kept and must not be changed afterwards.
func NewField(points []orb.Point) *Field {
	f := &Field{points: points, cols: 1, rows: 1}
	if len(points) == 0 {
		f.first = make([]int32, 2)
		return f
	}
	bound := orb.MultiPoint(points).Bound()
	f.west, f.south = bound.Min[0], bound.Min[1]
	f.east, f.north = degrees(sideMetres, bound.Center()[1])
	// A field of a few places far apart needs no more squares than places.
	for most := float64(4*len(points) + 64); (bound.Max[0]-f.west)/f.east*(bound.Max[1]-f.south)/f.north > most; {
		f.east, f.north = f.east*2, f.north*2
	}
	f.cols = int((bound.Max[0]-f.west)/f.east) + 1
	f.rows = int((bound.Max[1]-f.south)/f.north) + 1
	f.first = make([]int32, f.cols*f.rows+1)
	for _, p := range points {
		f.first[f.square(p)+1]++
	}
	for i := 1; i < len(f.first); i++ {
		f.first[i] += f.first[i-1]
	}
	f.order = make([]int32, len(points))
	next := append([]int32(nil), f.first...)
	for i, p := range points {
		s := f.square(p)
		f.order[next[s]] = int32(i)
		next[s]++
	}
	return f
}

func (f *Field) square(p orb.Point) int {
	return int((p[1]-f.south)/f.north)*f.cols + int((p[0]-f.west)/f.east)
}

// Within calls found for every place at most metres from a point, with its
// number and distance; the order is always the same.
func (f *Field) Within(at orb.Point, metres float64, found func(i int, distance float64)) {
	f.around(at, metres, func(order []int32) {
		for _, i := range order {
			if d := Metres(at, f.points[i]); d <= metres {
				found(int(i), d)
			}
		}
	})
}

// Reach appends the numbers of the places that Within finds, in its order.
func (f *Field) Reach(list []int32, at orb.Point, metres float64) []int32 {
	near := nearby(at, metres)
	f.around(at, metres, func(order []int32) {
		for _, i := range order {
			p := f.points[i]
			x, y := (p[0]-at[0])*near.east, (p[1]-at[1])*near.north
			d := x*x + y*y
			if d < near.surely || d <= near.perhaps && Metres(at, p) <= metres {
				list = append(list, i)
			}
		}
	})
	return list
}

// around gives the places in the squares that a circle touches, row by row.
func (f *Field) around(at orb.Point, metres float64, row func(order []int32)) {
	if len(f.points) == 0 {
		return
	}
	dx, dy := degrees(metres, at[1])
	left := max(int(math.Floor((at[0]-dx-f.west)/f.east)), 0)
	right := min(int(math.Floor((at[0]+dx-f.west)/f.east)), f.cols-1)
	bottom := max(int(math.Floor((at[1]-dy-f.south)/f.north)), 0)
	top := min(int(math.Floor((at[1]+dy-f.south)/f.north)), f.rows-1)
	for y := bottom; y <= top && left <= right; y++ {
		row(f.order[f.first[y*f.cols+left]:f.first[y*f.cols+right+1]])
	}
}

// Nearest is the place next to a point, at most metres away; -1 when there is
// none. Of equally near ones it is the first.
func (f *Field) Nearest(at orb.Point, metres float64) (nearest int, distance float64) {
	nearest, distance = -1, math.Inf(1)
	// Rings of growing width: most are found in the first.
	for ring := min(500, metres); ; ring = min(ring*4, metres) {
		f.Within(at, ring, func(i int, d float64) {
			if d < distance || d == distance && i < nearest {
				nearest, distance = i, d
			}
		})
		if nearest >= 0 || ring >= metres {
			return nearest, distance
		}
	}
}
