package audit

import (
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
)

// witness remembers what this process has written until it lies in the log: an
// entry that somebody takes out of the inbox before it is sealed is missed.
type witness struct {
	mu   sync.Mutex
	seen []sighting
}

type sighting struct {
	id uuid.UUID
	at time.Time
}

// mostSeen bounds the memory of a process whose sealer is away: 24 bytes each.
const mostSeen = 200_000

func (w *witness) saw(ids []uuid.UUID, at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range ids {
		if len(w.seen) < mostSeen {
			w.seen = append(w.seen, sighting{id, at})
		}
	}
}

// before gives what was seen before a time.
func (w *witness) before(at time.Time) (ids []uuid.UUID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.seen {
		if s.at.Before(at) {
			ids = append(ids, s.id)
		}
	}
	return ids
}

// forget takes out what is settled.
func (w *witness) forget(ids map[uuid.UUID]bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = slices.DeleteFunc(w.seen, func(s sighting) bool { return ids[s.id] })
}
