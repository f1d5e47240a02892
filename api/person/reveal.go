package person

import (
	"sync"
	"time"

	"github.com/google/uuid"
)

// revealsAnHour is how many records an account may see in full in an hour: more
// than a registrar's visits, fewer than a copy of the register.
const revealsAnHour = 120

// allowance counts what each account has taken within an hour. It is of this
// process; what was shown is in person_reading.
type allowance struct {
	most  int
	mu    sync.Mutex
	taken map[uuid.UUID][]time.Time
}

// take takes one, or says how long to wait for the next.
func (a *allowance) take(account uuid.UUID, now time.Time) (wait time.Duration, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.taken == nil {
		a.taken = map[uuid.UUID][]time.Time{}
	}
	list := a.taken[account]
	for len(list) > 0 && !list[0].After(now.Add(-time.Hour)) {
		list = list[1:]
	}
	if len(list) >= a.most {
		a.taken[account] = list
		return list[0].Add(time.Hour).Sub(now), false
	}
	a.taken[account] = append(list, now)
	return 0, true
}
