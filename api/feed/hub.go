package feed

import (
	"context"
	"sync"

	"onemap/api/change"
	"onemap/api/fault"
)

// backlog is how many entries a reader may be behind before it is cut off.
const backlog = 1024

// How many streams one account, or all visitors of one address, may hold. Each
// costs some 40 kB and a connection, and takes part in every change.
const (
	mostOfAccount = 64
	mostOfAddress = 512
)

// Hub hands entries on to readers.
type Hub struct {
	mu      sync.Mutex
	at      change.Position
	readers map[*reader]struct{}
	held    map[string]int // by who listens
	closed  bool
}

type reader struct {
	who     string
	entries chan *change.Entry // closed when the reader was cut off
}

// NewHub makes a hub whose readers join at a position.
func NewHub(at change.Position) *Hub {
	return &Hub{at: at, readers: map[*reader]struct{}{}, held: map[string]int{}}
}

// Apply hands entries to every reader; it never waits for one.
func (h *Hub) Apply(_ context.Context, epoch int64, entries []change.Entry) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range entries {
		for r := range h.readers {
			select {
			case r.entries <- &entries[i]:
			default:
				h.cut(r)
			}
		}
	}
	h.at = change.Position{Epoch: epoch, Pos: entries[len(entries)-1].Pos}
	return nil
}

// Reset cuts every reader off: they come back and are told to start over.
func (h *Hub) Reset(_ context.Context, at change.Position) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for r := range h.readers {
		h.cut(r)
	}
	h.at = at
	return nil
}

// Close cuts every reader off and takes no more, at the server's end.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for r := range h.readers {
		h.cut(r)
	}
}

// At is the position that has been handed on.
func (h *Hub) At() change.Position {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

// Readers is how many are listening.
func (h *Hub) Readers() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.readers)
}

var (
	errClosing = fault.New(fault.Unavailable, "feed.closing", "The server is stopping; please come back in a moment.")
	errMany    = fault.New(fault.TooMany, "feed.many", "Too many screens are open for this account or address; please close some.")
)

// join adds a reader, one of at most so many; it gets every entry after the
// position given back.
func (h *Hub) join(who string, most int) (*reader, change.Position, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed:
		return nil, h.at, errClosing
	case h.held[who] >= most:
		return nil, h.at, errMany
	}
	r := &reader{who: who, entries: make(chan *change.Entry, backlog)}
	h.readers[r] = struct{}{}
	h.held[who]++
	return r, h.at, nil
}

func (h *Hub) leave(r *reader) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.readers[r]; ok {
		h.cut(r)
	}
}

func (h *Hub) cut(r *reader) {
	delete(h.readers, r)
	if h.held[r.who]--; h.held[r.who] == 0 {
		delete(h.held, r.who)
	}
	close(r.entries)
}
