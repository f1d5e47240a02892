package crossing

// slabWords is how much of the pages lies in one piece of memory, about: large
// pieces can be given huge pages by the system, so that a look-up far from the
// last one does not wait for the address of the page, too.
const slabWords = 4 << 20 / 4

// press collects pages and presses them into slabs.
type press struct {
	words  []uint32
	marks  []mark
	placed []placed
}

// mark is a page that is not pressed yet, and where its words end.
type mark struct {
	number uint32
	end    int
}

// placed is a page with its number.
type placed struct {
	number uint32
	page   page
}

// add takes a page, which may be overwritten afterwards.
func (p *press) add(number uint32, pg page) {
	p.words = append(p.words, pg...)
	p.marks = append(p.marks, mark{number, len(p.words)})
	if len(p.words) >= slabWords {
		p.flush()
	}
}

// flush makes a slab of what has been collected.
func (p *press) flush() {
	slab := make([]uint32, len(p.words))
	adviseHuge(slab)
	copy(slab, p.words)
	collapseHuge(slab)
	from := 0
	for _, m := range p.marks {
		p.placed = append(p.placed, placed{m.number, page(slab[from:m.end:m.end])})
		from = m.end
	}
	p.words, p.marks = p.words[:0], p.marks[:0]
}

// take takes over what another has collected and not pressed yet.
func (p *press) take(from *press) {
	for _, m := range from.marks {
		p.marks = append(p.marks, mark{m.number, m.end + len(p.words)})
	}
	p.words = append(p.words, from.words...)
	from.words, from.marks = nil, nil
}
