package feed

import (
	"context"
	"sync"

	"onemap/api/change"
)

// backlog is how many entries a reader may be behind before it is cut off.
const backlog = 1024

// Hub hands entries on to readers.
type Hub struct {
	mu      sync.Mutex
	at      change.Position
	readers map[*reader]struct{}
	closed  bool
}

type reader struct {
	entries chan change.Entry // closed when the reader was cut off
}

// NewHub makes a hub whose readers join at a position.
func NewHub(at change.Position) *Hub {
	return &Hub{at: at, readers: map[*reader]struct{}{}}
}

// Apply hands entries to every reader; it never waits for one.
func (h *Hub) Apply(_ context.Context, epoch int64, entries []change.Entry) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range entries {
		for r := range h.readers {
			select {
			case r.entries <- e:
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

// join adds a reader; it gets every entry after the position given back.
func (h *Hub) join() (*reader, change.Position, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, h.at, false
	}
	r := &reader{entries: make(chan change.Entry, backlog)}
	h.readers[r] = struct{}{}
	return r, h.at, true
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
	close(r.entries)
}
