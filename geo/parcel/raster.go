package parcel

import (
	"math"
	"slices"

	"onemap/geo/lattice"
)

// What is known of a square of the raster.
const (
	inner  uint8 = 1 << iota // its middle lies in the block
	rim                      // the block's border touches it
	walled                   // a building touches it
	beside                   // the next square has a building
)

// margin, in metres, by which squares are touched sooner than they are: more
// than rounding to the lattice moves anything.
const margin = 0.03

// raster is a block as squares.
type raster struct {
	frame
	x, y       float64 // the lower left corner, metres
	step       float64
	cols, rows int
	cell       []uint8
}

// newRaster draws a block: its rings, and the buildings around.
func newRaster(t *town, rings [][]lattice.Node, step float64) *raster {
	low, high := rings[0][0], rings[0][0]
	for _, ring := range rings {
		for _, n := range ring {
			low = lattice.Node{X: min(low.X, n.X), Y: min(low.Y, n.Y)}
			high = lattice.Node{X: max(high.X, n.X), Y: max(high.Y, n.Y)}
		}
	}
	r := &raster{frame: t.frame, step: step}
	r.x, r.y = t.metres(low)
	x, y := t.metres(high)
	r.x, r.y = r.x-step, r.y-step
	r.cols, r.rows = int((x-r.x)/step)+2, int((y-r.y)/step)+2
	r.cell = make([]uint8, r.cols*r.rows)
	r.fill(rings, inner, rim)
	t.index.Search([2]int32{low.X, low.Y}, [2]int32{high.X, high.Y}, func(_, _ [2]int32, h int32) bool {
		for _, ring := range t.houses[h].rings { // one by one: they may overlap
			r.fill([][]lattice.Node{ring}, walled, walled)
		}
		return true
	})
	for row := 1; row < r.rows-1; row++ {
		for col := 1; col < r.cols-1; col++ {
			i := int32(row*r.cols + col)
			for _, by := range r.beside() {
				if r.cell[i+by]&walled != 0 {
					r.cell[i] |= beside
				}
			}
		}
	}
	return r
}

// free says whether a way may lie in a square.
func (r *raster) free(i int32) bool { return r.cell[i]&(inner|rim|walled) == inner }

// fill marks the squares whose middle rings hold and those that their edges touch.
func (r *raster) fill(rings [][]lattice.Node, in, edge uint8) {
	cross := map[int][]float64{} // where edges cross the middle of a row
	for _, ring := range rings {
		a := ring[len(ring)-1]
		for _, b := range ring {
			r.touch(a, b, func(i int32) bool {
				r.cell[i] |= edge
				return true
			})
			ax, ay := r.metres(a)
			bx, by := r.metres(b)
			if ay > by {
				ax, ay, bx, by = bx, by, ax, ay
			}
			first, end := int(math.Ceil((ay-r.y)/r.step-0.5)), int(math.Ceil((by-r.y)/r.step-0.5))
			for row := max(0, first); row < min(r.rows, end); row++ {
				y := r.y + (float64(row)+0.5)*r.step
				cross[row] = append(cross[row], ax+(y-ay)/(by-ay)*(bx-ax))
			}
			a = b
		}
	}
	for row, xs := range cross {
		slices.Sort(xs)
		for k := 0; k+1 < len(xs); k += 2 {
			from, to := int(math.Ceil((xs[k]-r.x)/r.step-0.5)), int(math.Ceil((xs[k+1]-r.x)/r.step-0.5))
			for col := max(0, from); col < min(to, r.cols); col++ {
				r.cell[row*r.cols+col] |= in
			}
		}
	}
}

// touch visits the squares that a straight piece touches, or nearly does, until
// it is told to stop; it says whether it came to the end.
func (r *raster) touch(a, b lattice.Node, visit func(i int32) bool) bool {
	ax, ay := r.metres(a)
	bx, by := r.metres(b)
	if ay > by {
		ax, ay, bx, by = bx, by, ax, ay
	}
	first, last := int(math.Floor((ay-margin-r.y)/r.step)), int(math.Floor((by+margin-r.y)/r.step))
	for row := max(first, 0); row <= min(last, r.rows-1); row++ {
		low, high := r.y+float64(row)*r.step-margin, r.y+float64(row+1)*r.step+margin
		x1, x2 := ax, bx
		if by > ay {
			if low > ay {
				x1 = ax + (low-ay)/(by-ay)*(bx-ax)
			}
			if high < by {
				x2 = ax + (high-ay)/(by-ay)*(bx-ax)
			}
		}
		x1, x2 = min(x1, x2)-margin, max(x1, x2)+margin
		from, to := int(math.Floor((x1-r.x)/r.step)), int(math.Floor((x2-r.x)/r.step))
		for col := max(from, 0); col <= min(to, r.cols-1); col++ {
			if !visit(int32(row*r.cols + col)) {
				return false
			}
		}
	}
	return true
}

// middle of a square, on the lattice.
func (r *raster) middle(i int32) lattice.Node {
	x, y := r.centre(i)
	return r.node(x, y)
}

func (r *raster) centre(i int32) (x, y float64) {
	return r.x + (float64(int(i)%r.cols)+0.5)*r.step, r.y + (float64(int(i)/r.cols)+0.5)*r.step
}

func (f frame) node(x, y float64) lattice.Node {
	return lattice.Node{X: f.origin.X + int32(math.Round(x/f.east)), Y: f.origin.Y + int32(math.Round(y/f.north))}
}

// at is the square that holds a place in metres, -1 for none.
func (r *raster) at(x, y float64) int32 {
	col, row := int(math.Floor((x-r.x)/r.step)), int(math.Floor((y-r.y)/r.step))
	if col < 0 || row < 0 || col >= r.cols || row >= r.rows {
		return -1
	}
	return int32(row*r.cols + col)
}

// beside is how far the numbers of the eight squares beside one are from its
// own, those in line first.
func (r *raster) beside() [8]int32 {
	c := int32(r.cols)
	return [8]int32{1, c, -1, -c, 1 + c, c - 1, -1 - c, 1 - c}
}
