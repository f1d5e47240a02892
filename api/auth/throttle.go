package auth

import (
	"hash/maphash"
	"sync"
	"time"
)

// allowance is how many wrong tries are free, and how long the wait after each
// further one grows: one second, doubled each time, up to longest.
type allowance struct {
	free    int
	longest time.Duration
}

// Who is asked to wait. Behind one address may sit a whole office, so it has
// more; a browser that has signed in to the account before has its own, so
// nobody elsewhere can make it wait.
var (
	ofAddress = allowance{30, 5 * time.Minute}
	ofLogin   = allowance{5, 15 * time.Minute}
	ofDevice  = allowance{10, 15 * time.Minute}
)

// forgotten is how long after the last try it no longer counts.
const forgotten = 12 * time.Hour

const (
	throttleSets = 8192
	throttleWays = 8
)

// throttle counts wrong tries by key, in memory of a fixed size (1.5 MB): a key
// has its place among the eight of a set, and when all are taken, the one with
// the fewest tries goes, the oldest first. A flood of names that were never
// tried before so pushes out only its own kind, never a name under attack.
//
// Wrong tries are counted in the database as well (hear, spread), so that several
// processes over one allow no more than one does; here they are counted in advance,
// before the password is compared, which holds back many at once. Of a million
// tries at one login in a day some hundred reach the hash (TestAMillionTriesInADay).
type throttle struct {
	mu   sync.Mutex
	seed maphash.Seed // nobody outside knows which names share a set
	sets [throttleSets][throttleWays]tried
}

type tried struct {
	tag   uint64
	times int
	last  int64 // Unix time in nanoseconds
}

func newThrottle() *throttle { return &throttle{seed: maphash.MakeSeed()} }

// take counts a try in advance, so that many at once are not more than one after
// the other. When it must wait it is not counted, and says how long.
func (t *throttle) take(now time.Time, key string, a allowance) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.place(key, now)
	if over := p.times - a.free; over >= 0 {
		delay := a.longest
		if over < 30 {
			delay = min(delay, time.Second<<over)
		}
		if wait = time.Unix(0, p.last).Add(delay).Sub(now); wait > 0 {
			return wait
		}
	}
	p.times, p.last = p.times+1, now.UnixNano()
	return 0
}

// raise makes a count at least what the other processes know of it.
func (t *throttle) raise(now time.Time, key string, times int, last time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p := t.place(key, now); times > p.times {
		p.times, p.last = times, max(p.last, last.UnixNano())
	}
}

// giveBack uncounts a try that was right.
func (t *throttle) giveBack(now time.Time, key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p := t.place(key, now); p.times > 0 {
		p.times--
	}
}

func (t *throttle) place(key string, now time.Time) *tried {
	tag := maphash.String(t.seed, key) | 1 // 0 is an empty place
	set := &t.sets[tag>>32%throttleSets]
	worst := &set[0]
	for i := range set {
		p := &set[i]
		if p.tag != 0 && now.UnixNano()-p.last > int64(forgotten) {
			*p = tried{}
		}
		if p.tag == tag {
			return p
		}
		if p.times < worst.times || p.times == worst.times && p.last < worst.last {
			worst = p
		}
	}
	*worst = tried{tag: tag}
	return worst
}
