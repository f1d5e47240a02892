package crossing

import "onemap/geo/lattice"

// lane is how many places are looked up side by side.
const lane = 32

// OwnerAll puts the owner of each place into out, which is as long as points.
// The places of a lane go through each step together, so that the waits for
// memory of one overlap with those of the others.
func (t *Table) OwnerAll(points []lattice.Node, out []int32) {
	var pages [lane]page
	var words, sorts [lane]uint32
	var crossed [lane]uint32 // which places are in cells that have a record
	for len(points) > 0 {
		some := points[:min(lane, len(points))]
		n := uint32(0)
		for i, p := range some {
			pg, cell := t.pageAt(p)
			word, sort := pg.word(cell)
			pages[i%lane], words[i%lane], sorts[i%lane], out[i] = pg, word, sort, int32(word)-1
			crossed[n%lane] = uint32(i)
			n += (sort + 3) >> 2
		}
		first := uint32(0)
		for _, i := range crossed[:n] {
			pg, at := pages[i%lane], words[i%lane]&offsetMask
			first |= pg[at] | pg[min(int(at)+8, len(pg)-1)]
		}
		fetched(first)
		for _, i := range crossed[:n] {
			out[i] = t.crossed(pages[i%lane], words[i%lane], sorts[i%lane], some[i])
		}
		points, out = points[len(some):], out[len(some):]
	}
}

// fetched is where the first words of records go, which are read for nothing but
// to be near.
//
//go:noinline
func fetched(uint32) {}
