package seal

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrUnreadable says that a value does not open: it was sealed with another key
// or for another purpose, or it was changed. It tells nothing of the value.
var ErrUnreadable = errors.New("sealed value does not open with the keys there are for this purpose")

// Keys are the keys of one city, as the database says which of them is used for
// what. They may be used by many at once.
type Keys struct {
	ring atomic.Pointer[ring]

	pool  *pgxpool.Pool // nil for keys that no database knows
	from  Source
	lease time.Duration
	mu    sync.Mutex // held while the database is asked
	asked atomic.Pointer[time.Time]
}

// ring is what is known of the keys at a time.
type ring struct {
	newest *key
	byHead map[[headSize]byte]*key
	live   []*key // the newest first: values may be sealed with them
	all    []*key // the same, and those of which only hashes are left
	coming *key   // announced, if there is one
}

// New makes keys out of one master key, which no database knows of.
func New(master []byte) (*Keys, error) {
	one, err := derive(master)
	if err != nil {
		return nil, err
	}
	one.number, one.state = 1, Current
	k := &Keys{}
	k.ring.Store(ringOf([]*key{one}))
	return k, nil
}

func ringOf(list []*key) *ring {
	r := &ring{byHead: map[[headSize]byte]*key{}}
	for i := len(list) - 1; i >= 0; i-- {
		k := list[i]
		r.byHead[k.head] = k
		switch k.state {
		case Current:
			r.newest = k
		case Coming:
			r.coming = k
		}
	}
	r.live, r.all = []*key{r.newest}, []*key{r.newest}
	for i := len(list) - 1; i >= 0; i-- {
		k := list[i]
		if k.state == Coming || k.state == Leaving {
			r.live = append(r.live, k)
		}
		if k != r.newest {
			r.all = append(r.all, k)
		}
	}
	return r
}

// Fingerprint tells the newest key apart from others and says nothing of it.
func (k *Keys) Fingerprint() []byte { return append([]byte{}, k.ring.Load().newest.fingerprint...) }

// Number is that of the newest key.
func (k *Keys) Number() int { return k.ring.Load().newest.number }

// Sole says that there is, and was, one key only: every hash is made with it.
func (k *Keys) Sole() bool { r := k.ring.Load(); return len(r.all) == 1 && r.newest.number == 1 }

// Settled says that everything is sealed with the newest key.
func (k *Keys) Settled() bool { return len(k.ring.Load().live) == 1 }

// Seal encrypts a value with the newest key for a purpose such as
// "person.phone". The same value sealed twice looks different. Whoever stores it
// has called Hold in the same transaction before.
func (k *Keys) Seal(purpose string, plain []byte) []byte {
	return k.ring.Load().newest.seal(purpose, plain)
}

// Open takes a sealed value back out with the key that it names, or is
// ErrUnreadable.
func (k *Keys) Open(purpose string, sealed []byte) ([]byte, error) {
	if len(sealed) < overhead {
		return nil, ErrUnreadable
	}
	head := [headSize]byte(sealed)
	one := k.ring.Load().byHead[head]
	if one == nil && head[0] == form && k.pool != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := k.ask(ctx, k.pool, time.Second); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
		}
		one = k.ring.Load().byHead[head]
	}
	if one == nil {
		return nil, ErrUnreadable
	}
	return one.open(purpose, sealed)
}

// Newest says whether a value is sealed with the newest key.
func (k *Keys) Newest(sealed []byte) bool {
	return len(sealed) >= headSize && [headSize]byte(sealed) == k.ring.Load().newest.head
}

// Head is what every value begins with that is sealed with the newest key.
func (k *Keys) Head() []byte { h := k.ring.Load().newest.head; return h[:] }

// Blind is the keyed hash of a value of a kind such as "phone": equal values of
// a kind have equal blinds, and without the key nobody can try values out.
func (k *Keys) Blind(kind, value string) []byte { return k.ring.Load().newest.blind(kind, value) }

// Blinds are the blinds of a value with every key that values may be sealed with
// just now: what is looked for. Whoever asks has called Fresh before.
func (k *Keys) Blinds(kind, value string) [][]byte {
	live := k.ring.Load().live
	list := make([][]byte, len(live))
	for i, one := range live {
		list[i] = one.blind(kind, value)
	}
	return list
}

// BlindBeside is the blind of a value with the key that something sealed names:
// what lies beside it.
func (k *Keys) BlindBeside(sealed []byte, kind, value string) []byte {
	if len(sealed) < headSize {
		return nil
	}
	one := k.ring.Load().byHead[[headSize]byte(sealed)]
	if one == nil {
		return nil
	}
	return one.blind(kind, value)
}

// Mark is a blind and the number of its key.
type Mark struct {
	Key   int
	Blind []byte
}

// Marks are the blinds of a value with every key there is, the newest first: for
// hashes that nobody can make anew, since their value is gone.
func (k *Keys) Marks(kind, value string) []Mark {
	all := k.ring.Load().all
	list := make([]Mark, len(all))
	for i, one := range all {
		list[i] = Mark{one.number, one.blind(kind, value)}
	}
	return list
}

// Name is a hash as text that says which key it was made with; the first key's
// say nothing.
func (m Mark) Name(prefix string) string {
	if m.Key > 1 {
		prefix += "-" + strconv.Itoa(m.Key)
	}
	return prefix + "-" + hex.EncodeToString(m.Blind)
}

// KeyOf is the number of the key that a name was made with, 0 for any other text.
func KeyOf(name string) int {
	parts := strings.Split(name, "-")
	if len(parts) < 2 || len(parts) > 3 || len(parts[len(parts)-1]) != 2*BlindSize {
		return 0
	}
	if len(parts) == 2 {
		return 1
	}
	number, err := strconv.Atoi(parts[1])
	if err != nil {
		return 0
	}
	return number
}

// Named is the regular expression, PostgreSQL's too, of the names that Name
// gives with a key.
func Named(prefix string, number int) string {
	if number == 1 {
		return "^" + prefix + "-[0-9a-f]{32}$"
	}
	return "^" + prefix + "-" + strconv.Itoa(number) + "-[0-9a-f]{32}$"
}
