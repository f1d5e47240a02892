package auth

import (
	"context"
	"net/netip"
	"time"

	"onemap/api/audit"
	"onemap/api/fault"
)

// Try is a login with a password, as somebody typed it somewhere.
type Try struct {
	Login    string
	Password string
	From     Sender
}

var errWrong = fault.New(fault.Unauthenticated, "auth.wrong", "Login or password is wrong.")

// SignIn compares a password and opens a session: whole, or with a step to go.
// Whether the login exists shows neither in the answer nor in its time.
func (s *Service) SignIn(ctx context.Context, t Try) (Entered, error) {
	login := loginOf(t.Login)
	known, err := s.knows(ctx, t.From.Device, login)
	if err != nil {
		return Entered{}, err
	}
	now, keys := s.now(), countedFor(login, t.From, known)
	if err := s.hear(ctx, now, keys); err != nil {
		return Entered{}, err
	}
	back, err := s.gate(now, keys)
	if err != nil {
		return Entered{}, err
	}
	c := ceremony{How: ByPassword}
	c.Actor, err = scanActor(s.pool.QueryRow(ctx, "SELECT "+ceremonyColumns+" FROM account a WHERE a.login = $2 AND a.disabled_at IS NULL AND (NOT a.demo OR $3)", s.now(), login, s.Demo), c.account()...)
	if err != nil && !missing(err) {
		return Entered{}, err
	}
	if c.Actor.Staff() {
		audit.Note(ctx, "account", c.Actor.ID.String())
	}
	hash := c.Hash
	if hash == "" {
		hash = s.nobody
	}
	ok, weak, err := s.compare(ctx, t.Password, hash, known)
	if err != nil {
		return Entered{}, err
	}
	if c.Hash == "" || !ok {
		if err := s.spread(ctx, now, keys); err != nil {
			return Entered{}, err
		}
		return Entered{}, errWrong
	}
	back()
	if weak {
		if err := s.rehash(ctx, c.Actor.ID, t.Password, c.Hash); err != nil {
			return Entered{}, err
		}
	}
	return s.enter(ctx, c, t.From, nil)
}

// countedFor says what a try is counted for: a browser that has signed in to the
// account before has an allowance of its own.
func countedFor(login string, from Sender, known bool) []counted {
	if known {
		return []counted{{"device " + login + " " + from.Device, ofDevice}}
	}
	return []counted{{"address " + network(from.Address), ofAddress}, {"login " + login, ofLogin}}
}

// gate asks whoever has tried wrong passwords often to wait, and gives what to
// call when this one was right.
func (s *Service) gate(now time.Time, keys []counted) (back func(), err error) {
	back = func() {
		for _, k := range keys {
			s.throttle.giveBack(now, k.key)
		}
	}
	for i, k := range keys {
		if wait := s.throttle.take(now, k.key, k.allowance); wait > 0 {
			keys = keys[:i]
			back()
			return nil, waiting(wait)
		}
	}
	return back, nil
}

// network is what one sender can take addresses from: of IPv6 the first 64 bits.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	p, _ := a.Prefix(64) // fits every address of IPv6
	return p.String()
}
