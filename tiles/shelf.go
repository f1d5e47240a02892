package tiles

import (
	"container/list"
	"sync"
)

// shelf keeps rendered tiles by their keys, up to a weight in bytes, and lets
// go of the keys least recently asked for. Equal tiles are one: whoever sees
// the same, under whichever sight, filter or version, is answered from one
// copy, with one set of encodings. The key alone decides what is answered, and
// only its own render puts something under it, so sharing shows nobody more.
type shelf struct {
	mu     sync.Mutex
	most   uint64
	weight uint64
	places map[key]*list.Element // of order, holding *place
	tiles  map[sum]*shared
	order  list.List // the most recently asked for first
}

type place struct {
	key  key
	tile *shared
}

// shared is a tile with the number of keys it lies under; it weighs once.
type shared struct {
	*entry
	keys int
}

// keyOverhead is about what a key costs: itself, twice, with its sight and
// filter, its place in the order and in the table.
const keyOverhead = 512

func newShelf(most uint64) *shelf {
	return &shelf{most: most, places: map[key]*list.Element{}, tiles: map[sum]*shared{}}
}

func (s *shelf) get(k key) (*entry, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.places[k]
	if !ok {
		return nil, false
	}
	s.order.MoveToFront(at)
	return holds(at).tile.entry, true
}

// put keeps the tile under the key and gives the copy to answer with: the one
// already kept where an equal one is. A tile too heavy for the whole shelf is
// given back and not kept.
func (s *shelf) put(k key, e *entry) *entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.places[k]; ok {
		s.drop(old)
	}
	tile, ok := s.tiles[e.sum]
	if !ok {
		if e.weight()+keyOverhead > s.most {
			return e
		}
		tile = &shared{entry: e}
		s.tiles[e.sum] = tile
		s.weight += e.weight()
	}
	tile.keys++
	s.weight += keyOverhead
	s.places[k] = s.order.PushFront(&place{k, tile})
	for s.weight > s.most {
		s.drop(s.order.Back())
	}
	return tile.entry
}

// drop takes a key off, and the tile with it when no other key is left to it;
// the caller holds mu.
func (s *shelf) drop(at *list.Element) {
	p := holds(at)
	s.order.Remove(at)
	delete(s.places, p.key)
	s.weight -= keyOverhead
	if p.tile.keys--; p.tile.keys == 0 {
		delete(s.tiles, p.tile.sum)
		s.weight -= p.tile.weight()
	}
}

// holds is what an element of the order holds.
func holds(at *list.Element) *place {
	p, _ := at.Value.(*place) // nothing else is ever put there
	return p
}

// size is the keys kept, the different tiles under them, and what they weigh.
func (s *shelf) size() (keys, tiles int, weight uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.places), len(s.tiles), s.weight
}
