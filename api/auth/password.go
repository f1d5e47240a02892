package auth

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/audit"
	"onemap/api/fault"
	"onemap/api/pg"
)

// A password has so many characters.
const (
	MinPassword = 10
	maxPassword = 256
)

// checkPassword says what is wrong with a new password: too short or long, among
// those that are tried first, or made of who it belongs to.
func checkPassword(f *fault.Fields, location, password, login, name string) {
	n := utf8.RuneCountInString(password)
	switch {
	case n < MinPassword || n > maxPassword || len(password) > 4*maxPassword:
		f.Add(location, nil, "%d to %d characters", MinPassword, maxPassword)
	case strings.EqualFold(password, DemoPassword), commonPassword(password):
		f.Add(location, nil, "this is among the passwords that are tried first; choose another, such as four words that do not belong together")
	case tellsOf(password, login, name):
		f.Add(location, nil, "must not contain the login or the name")
	}
}

// tellsOf says whether a password has the login in it, or a part of the name
// that is long enough to tell of it.
func tellsOf(password, login, name string) bool {
	p := strings.ToLower(password)
	for _, part := range append(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == ' ' || r == '·' || r == '（' || r == '）' }), strings.ToLower(login)) {
		if long := len(part) > 3 || utf8.RuneCountInString(part) > 1 && len(part) > utf8.RuneCountInString(part); long && strings.Contains(p, part) {
			return true
		}
	}
	return false
}

var errBusy = fault.New(fault.Unavailable, "auth.busy", "Too many people are signing in at once; please try again in a moment.").After(2 * time.Second)

// queue is how long a password waits to be hashed while others are.
const queue = 5 * time.Second

// turn waits for memory to hash in. A browser that is known has a place of its
// own, which no flood from elsewhere takes.
func (s *Service) turn(ctx context.Context, known bool) (done func(), err error) {
	reserved := s.reserved
	if !known {
		reserved = nil // never ready
	}
	timer := time.NewTimer(queue)
	defer timer.Stop()
	select {
	case s.hashing <- struct{}{}:
		return func() { <-s.hashing }, nil
	case reserved <- struct{}{}:
		return func() { <-reserved }, nil
	case <-timer.C:
		return nil, errBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// hash makes the hash of a password; "" has none.
func (s *Service) hash(ctx context.Context, password string) (string, error) {
	if password == "" {
		return "", nil
	}
	done, err := s.turn(ctx, false)
	if err != nil {
		return "", err
	}
	defer done()
	return argon2id.CreateHash(password, s.Hashing)
}

// compare says whether a password is right, and whether its hash is weaker than
// those made today.
func (s *Service) compare(ctx context.Context, password, hash string, known bool) (ok, weak bool, err error) {
	done, err := s.turn(ctx, known)
	if err != nil {
		return false, false, err
	}
	defer done()
	ok, p, err := argon2id.CheckHash(password, hash)
	if err != nil {
		return false, false, err
	}
	d := s.Hashing
	return ok, p.Memory < d.Memory || p.Iterations < d.Iterations || p.KeyLength < d.KeyLength || p.SaltLength < d.SaltLength, nil
}

// rehash keeps the hash as strong as those made today. It changes nothing that
// anybody sees, and not the password that was set meanwhile.
func (s *Service) rehash(ctx context.Context, account uuid.UUID, password, old string) error {
	hash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	_, err = s.pool.Exec(ctx, "UPDATE account SET password_hash = $1 WHERE id = $2 AND password_hash = $3", hash, account, old)
	return err
}

var errPassword = fault.New(fault.Forbidden, "auth.password", "The password is not right.")

// ChangePassword takes a new password from who knows the old one. Everywhere else
// the account is signed out.
func (s *Service) ChangePassword(ctx context.Context, session uuid.UUID, from Sender, old, password string) (Entered, error) {
	c, err := s.ceremony(ctx, session, stageOpen, stagePassword)
	if err != nil {
		return Entered{}, err
	}
	if err := s.provePassword(ctx, c, old); err != nil {
		return Entered{}, err
	}
	var f fault.Fields
	checkPassword(&f, "body.new", password, c.Actor.Login, c.Actor.Name)
	if old == password {
		f.Add("body.new", nil, "must be another than before")
	}
	if err := f.Err("account.password"); err != nil {
		return Entered{}, err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return Entered{}, err
	}
	c.MustChange = false
	return s.advance(ctx, c, from, func(tx pgx.Tx, now time.Time) error {
		if err := setPassword(ctx, tx, c.Actor.ID, hash, now); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM account_link WHERE account_id = $1", c.Actor.ID); err != nil {
			return err
		}
		return endSessions(ctx, tx, c.Actor.ID, uuid.Nil, session)
	})
}

func setPassword(ctx context.Context, tx pgx.Tx, account uuid.UUID, hash string, now time.Time) error {
	audit.Note(ctx, "account", account.String(), "password")
	_, err := tx.Exec(ctx, "UPDATE account SET password_hash = $1, password_set_at = $2, must_change = false, rev = rev + 1 WHERE id = $3", hash, now, account)
	return err
}

// provePassword asks for the password of who is signed in. Wrong ones count as
// those at the sign-in do: a stolen session must not be a way to try.
func (s *Service) provePassword(ctx context.Context, c ceremony, password string) error {
	if c.Hash == "" {
		return fault.New(fault.Conflict, "auth.no_password", "This account has no password; sign in again instead.")
	}
	key := "prove " + c.Actor.ID.String() + " " + c.ID.String()
	now := s.now()
	keys := []counted{{key, ofDevice}}
	if err := s.hear(ctx, now, keys); err != nil {
		return err
	}
	if wait := s.throttle.take(now, key, ofDevice); wait > 0 {
		return waiting(wait)
	}
	ok, _, err := s.compare(ctx, password, c.Hash, true)
	if err != nil {
		return err
	}
	if !ok {
		if err := s.spread(ctx, now, keys); err != nil {
			return err
		}
		return errPassword
	}
	s.throttle.giveBack(now, key)
	return nil
}

// Prove notes that who is signed in has just shown who they are, as changing
// factors asks for.
func (s *Service) Prove(ctx context.Context, session uuid.UUID, password string) error {
	c, err := s.ceremony(ctx, session, stageOpen, stageEnrol)
	if err != nil {
		return err
	}
	if err := s.provePassword(ctx, c, password); err != nil {
		return err
	}
	_, err = pg.Exec(ctx, s.pool, "UPDATE session SET proved_at = $1 WHERE id = $2", s.now(), session)
	return err
}

// provedFor is how long showing who one is counts.
const provedFor = 15 * time.Minute

var errProve = fault.New(fault.Forbidden, "auth.prove", "Please show once more that it is you: enter your password, or sign in again.")

func (s *Service) proved(c ceremony) error {
	if s.now().Sub(c.ProvedAt) > provedFor {
		return errProve
	}
	return nil
}

func waiting(wait time.Duration) error {
	return fault.New(fault.TooMany, "auth.wait", "Too many wrong tries; please wait a moment before the next.").After(wait)
}
