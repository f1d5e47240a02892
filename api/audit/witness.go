package audit

import (
	"slices"
	"sync"

	"github.com/google/uuid"
)

// witness remembers what this process has written until it lies in the log: an
// entry that somebody takes out of the inbox before it is sealed is missed.
type witness struct {
	mu   sync.Mutex
	seen []uuid.UUID
}

// mostSeen bounds the memory of a process whose sealer is away: 16 bytes each.
const mostSeen = 200_000

func (w *witness) saw(ids []uuid.UUID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.seen) < mostSeen {
		w.seen = append(w.seen, ids...)
	}
}

// all gives what is not settled yet.
func (w *witness) all() []uuid.UUID {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.seen)
}

// forget takes out what is settled.
func (w *witness) forget(ids map[uuid.UUID]bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = slices.DeleteFunc(w.seen, func(id uuid.UUID) bool { return ids[id] })
}
