package coverage

// boxes finds the boxes that meet another: a table of square cells, each with
// the numbers of the boxes that reach into it.
type boxes struct {
	list  []box
	whole box
	shift uint // a cell is 1<<shift units wide
	cols  int64
	start []int32 // of each cell's numbers, row by row
	items []int32
}

// newBoxes makes cells about as many as boxes, and larger ones when the boxes
// are so large that their numbers would be written more than eight times.
func newBoxes(list []box) *boxes {
	b := &boxes{list: list}
	if len(list) == 0 {
		return b
	}
	b.whole = list[0]
	for _, l := range list {
		b.whole = b.whole.with(l.lo).with(l.hi)
	}
	for b.cells() > int64(2*len(list)+16) || b.entries() > int64(8*len(list)+16) {
		b.shift++
	}
	b.start = make([]int32, b.cells()+1)
	for i := range list {
		b.each(list[i], func(cell int64) { b.start[cell+1]++ })
	}
	for i := 1; i < len(b.start); i++ {
		b.start[i] += b.start[i-1]
	}
	b.items = make([]int32, b.start[len(b.start)-1])
	next := append([]int32(nil), b.start...)
	for i := range list {
		b.each(list[i], func(cell int64) {
			b.items[next[cell]] = int32(i)
			next[cell]++
		})
	}
	return b
}

func (b *boxes) cells() int64 {
	b.cols = (int64(b.whole.hi.X)-int64(b.whole.lo.X))>>b.shift + 1
	return b.cols * ((int64(b.whole.hi.Y)-int64(b.whole.lo.Y))>>b.shift + 1)
}

func (b *boxes) entries() (n int64) {
	for _, l := range b.list {
		x1, y1, x2, y2 := b.span(l)
		n += (x2 - x1 + 1) * (y2 - y1 + 1)
	}
	return n
}

// span is the columns and rows of a box within the table.
func (b *boxes) span(q box) (x1, y1, x2, y2 int64) {
	x1 = (int64(max(q.lo.X, b.whole.lo.X)) - int64(b.whole.lo.X)) >> b.shift
	y1 = (int64(max(q.lo.Y, b.whole.lo.Y)) - int64(b.whole.lo.Y)) >> b.shift
	x2 = (int64(min(q.hi.X, b.whole.hi.X)) - int64(b.whole.lo.X)) >> b.shift
	y2 = (int64(min(q.hi.Y, b.whole.hi.Y)) - int64(b.whole.lo.Y)) >> b.shift
	return x1, y1, x2, y2
}

func (b *boxes) each(q box, visit func(cell int64)) {
	x1, y1, x2, y2 := b.span(q)
	for y := y1; y <= y2; y++ {
		for x := x1; x <= x2; x++ {
			visit(y*b.cols + x)
		}
	}
}

// visit calls for each box that meets q, once, in a fixed order.
func (b *boxes) visit(q box, call func(i int32)) {
	if len(b.list) == 0 || !q.meets(b.whole) {
		return
	}
	x1, y1, x2, y2 := b.span(q)
	for y := y1; y <= y2; y++ {
		for x := x1; x <= x2; x++ {
			cell := y*b.cols + x
			for _, i := range b.items[b.start[cell]:b.start[cell+1]] {
				l := b.list[i]
				// Of the cells both reach into the first one tells.
				if l.meets(q) && max(x1, (int64(l.lo.X)-int64(b.whole.lo.X))>>b.shift) == x &&
					max(y1, (int64(l.lo.Y)-int64(b.whole.lo.Y))>>b.shift) == y {
					call(i)
				}
			}
		}
	}
}
