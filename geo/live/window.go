package live

import "onemap/geo/lattice"

// window is a closed box in the square of a trie, perhaps with a disc outside of
// which large squares are passed by.
type window struct {
	x0, y0, x1, y1 uint32
	disc           *disc
}

// crowd is the number of objects from which it pays to ask whether a square
// reaches into a disc.
const crowd = 512

// place is where a node is in the square of a trie: both run from 0.
func place(n lattice.Node) (x, y uint32) { return uint32(n.X) ^ 1<<31, uint32(n.Y) ^ 1<<31 }

// node is the inverse of place.
func (e entry[R]) node() lattice.Node {
	return lattice.Node{X: int32(e.x ^ 1<<31), Y: int32(e.y ^ 1<<31)}
}

func windowOf(low, high lattice.Node) (w window) {
	w.x0, w.y0 = place(low)
	w.x1, w.y1 = place(high)
	return w
}

// look yields the entries of a trie within a window until told to stop, and says
// whether it was not.
func (t trie[R]) look(w window, yield func(entry[R]) bool) bool {
	return w.x0 > w.x1 || w.y0 > w.y1 || t.root.look(w, 0, 0, 0, yield)
}

// look at a square whose least corner is x, y, so many levels down, which the
// window meets.
func (in *square[R]) look(w window, level int, x, y uint32, yield func(entry[R]) bool) bool {
	if level == placeLevels { // one place
		return in.each(yield)
	}
	shift := 30 - 2*level
	size := uint32(1)<<shift*4 - 1 // of 2^32 at the top, too
	fromX, toX := (max(w.x0, x)-x)>>shift, (min(w.x1, x+size)-x)>>shift
	fromY, toY := (max(w.y0, y)-y)>>shift, (min(w.y1, y+size)-y)>>shift
	if !in.touch(fromX, toX, fromY, toY) {
		return false
	}
	alone := fromX == toX && fromY == toY
	wide, high := w.x1-w.x0, w.y1-w.y0 // what is less than x0 is far more when x0 is taken off
	for i := fromX; i <= toX; i++ {
		for j := fromY; j <= toY; j++ {
			k := &in.kids[i<<2|j]
			if k.in != nil {
				x, y := x+i<<shift, y+j<<shift
				if w.disc != nil && !alone && k.in.n > crowd && w.disc.misses(x, y, shift) {
					continue
				}
				if !k.in.look(w, level+1, x, y, yield) {
					return false
				}
				continue
			}
			for n := range k.list {
				e := &k.list[n]
				if e.x-w.x0 <= wide && e.y-w.y0 <= high && !yield(*e) {
					return false
				}
			}
		}
	}
	return true
}

// touch reads the first and the last of each list that is about to be read, so that
// the waits for memory overlap. It is always true.
func (in *square[R]) touch(fromX, toX, fromY, toY uint32) bool {
	sum := uint64(0)
	for i := fromX; i <= toX; i++ {
		for j := fromY; j <= toY; j++ {
			if list := in.kids[i<<2|j].list; len(list) > 0 {
				sum += uint64(list[0].x) + uint64(list[len(list)-1].x)
			}
		}
	}
	return sum < 1<<37
}
