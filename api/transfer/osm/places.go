package osm

import "slices"

// placeIndex keeps the positions of the nodes that are needed: two sorted
// arrays, 16 bytes a node, and a binary search.
type placeIndex struct {
	ids []int64
	at  []location
}

func (p *placeIndex) need(ids []int64) {
	p.ids = append(p.ids, ids...)
	// Neighbouring ways share nodes: sort out the doubles before they make the
	// list grow.
	if len(p.ids) == cap(p.ids) {
		p.compact()
	}
}

func (p *placeIndex) compact() {
	slices.Sort(p.ids)
	p.ids = slices.Compact(p.ids)
}

// settle ends the asking; positions may now be put and looked up.
func (p *placeIndex) settle() {
	p.compact()
	p.at = make([]location, len(p.ids))
	for i := range p.at {
		p.at[i] = nowhere
	}
}

// put keeps the position of a node if it is needed and the first of its id.
func (p *placeIndex) put(id int64, at location) {
	if i, ok := slices.BinarySearch(p.ids, id); ok && p.at[i] == nowhere {
		p.at[i] = at
	}
}

func (p *placeIndex) look(id int64) location {
	if i, ok := slices.BinarySearch(p.ids, id); ok {
		return p.at[i]
	}
	return nowhere
}

// idSet is a set of object ids, which come in clusters: a bit each, in pages
// of 4,096.
type idSet map[int64]*[64]uint64

// add tells whether id was new.
func (s idSet) add(id int64) bool {
	page := s[id>>12]
	if page == nil {
		page = new([64]uint64)
		s[id>>12] = page
	}
	word, bit := &page[id>>6&63], uint64(1)<<(id&63)
	if *word&bit != 0 {
		return false
	}
	*word |= bit
	return true
}

func (s idSet) has(id int64) bool {
	page := s[id>>12]
	return page != nil && page[id>>6&63]&(1<<(id&63)) != 0
}
