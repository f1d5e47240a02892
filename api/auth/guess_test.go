package auth

import (
	"fmt"
	"testing"
	"time"

	"onemap/api/fault"
)

// A million tries in a day, counted where each would cost a hash: against one
// login from everywhere, against every login from one address, and by whoever
// stole a colleague's device cookie. The colleague's own browser never waits.
func TestAMillionTriesInADay(t *testing.T) {
	t.Parallel()
	const tries, most = 1_000_000, 24*time.Hour/(15*time.Minute) + 15 // 96 at the longest wait, and those before it
	address := func(n int) string { return fmt.Sprintf("198.%d.%d.%d", 18+n%2, n>>8&255, n&255) }
	for name, one := range map[string]struct {
		try   func(n int) (login string, from Sender, known bool)
		most  int
		least int
	}{
		"one login":   {func(n int) (string, Sender, bool) { return "victim", Sender{Address: address(n)}, false }, int(most), 50},
		"one address": {func(n int) (string, Sender, bool) { return fmt.Sprint("user", n), Sender{Address: "192.0.2.1"}, false }, 30 + 24*60/5 + 10, 100},
		"one network": {func(n int) (string, Sender, bool) {
			return fmt.Sprint("user", n), Sender{Address: fmt.Sprintf("2001:db8::%x", n&0xffff)}, false
		}, 30 + 24*60/5 + 10, 100},
		"a stolen device": {func(n int) (string, Sender, bool) {
			return "victim", Sender{Address: address(n), Device: "stolen"}, true
		}, int(most) + 5, 50},
	} {
		now := time.Unix(1_800_000_000, 0)
		s := &Service{throttle: newThrottle(), now: func() time.Time { return now }}
		reached, held := 0, 0
		for n := range tries {
			now = now.Add(24 * time.Hour / tries)
			if _, err := s.gate(now, countedFor(one.try(n))); err == nil {
				reached++
			} else if !fault.Is(err, fault.TooMany) {
				t.Fatal(err)
			}
			if n%50_000 == 0 {
				back, err := s.gate(now, countedFor("victim", Sender{Address: address(n), Device: "the colleague's own"}, true))
				if err != nil {
					held++
					continue
				}
				back()
			}
		}
		if reached > one.most || reached < one.least || held > 0 {
			t.Errorf("%s: %d of %d tries reach the hash, want %d at most; the colleague waited %d times", name, reached, tries, one.most, held)
		}
	}
}
