package live

import (
	"bytes"
)

// found is an object and its distance in metres.
type found[R any] struct {
	metres float64
	o      *Object[R]
}

func (f found[R]) before(g found[R]) bool {
	if f.metres != g.metres {
		return f.metres < g.metres
	}
	return bytes.Compare(f.o.ID[:], g.o.ID[:]) < 0
}

// heap is what was found, once ordered, the nearest first.
type heap[R any] []found[R]

func (h heap[R]) order() {
	for i := len(h)/2 - 1; i >= 0; i-- {
		h.sink(i)
	}
}

func (h *heap[R]) pop() found[R] {
	first, last := (*h)[0], len(*h)-1
	(*h)[0] = (*h)[last]
	*h = (*h)[:last]
	h.sink(0)
	return first
}

func (h heap[R]) sink(i int) {
	for {
		least := i
		for kid := 2*i + 1; kid <= 2*i+2 && kid < len(h); kid++ {
			if h[kid].before(h[least]) {
				least = kid
			}
		}
		if least == i {
			return
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}
