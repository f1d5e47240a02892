package crossing

import "onemap/geo/lattice"

// lane is how many places are looked up side by side.
const lane = 32

// OwnerAll puts the owner of each place into out, which is as long as points.
// The places of a lane go through each step together, so that the waits for
// memory of one overlap with those of the others.
func (t *Table) OwnerAll(points []lattice.Node, out []int32) {
	var pages [lane]page
	var words [lane]uint32
	for len(points) > 0 {
		some := points[:min(lane, len(points))]
		for i, p := range some {
			pages[i%lane], words[i%lane] = t.cellOf(p)
		}
		first := uint32(0)
		for i := range some {
			if w := words[i%lane]; w >= tagNarrow {
				first |= pages[i%lane][w&offsetMask]
			}
		}
		fetched(first)
		for i, p := range some {
			if w := words[i%lane]; w >= tagNarrow {
				out[i] = t.crossed(pages[i%lane], w, p)
			} else {
				out[i] = int32(w) - 1
			}
		}
		points, out = points[len(some):], out[len(some):]
	}
}

// fetched is where the first words of records go, which are read for nothing but
// to be near.
//
//go:noinline
func fetched(uint32) {}
