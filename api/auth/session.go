package auth

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/audit"
	"onemap/api/fault"
	"onemap/api/pg"
)

// How long a session lasts, whatever is done in it, when nobody has set it
// otherwise, and how long one that is not yet open. Who can change the registers,
// give rights or read the audit is signed out after two hours without doing
// anything; a screen on the wall of the command centre must not go dark in the
// middle of a shift.
const (
	SessionLife = 12 * time.Hour
	IdleLife    = 2 * time.Hour
	halfLife    = 10 * time.Minute
	seenEvery   = time.Minute
)

// Rules are what a city may set while the server runs. A shorter time counts for
// sessions that are open, too; a longer one from the next sign-in, or use.
type Rules struct {
	// Life is how long a session lasts, and Idle how long one without use.
	Life, Idle time.Duration
	// SecondFactor lists the roles that must have a second factor to sign in.
	SecondFactor []actor.Role
}

var idling = []actor.Role{actor.Administrator, actor.Registrar, actor.Auditor}

// The stages of a session: only the last opens anything.
const (
	stageSecond   = "second"   // a second factor is to be shown
	stagePassword = "password" // a new password is to be set
	stageEnrol    = "enrol"    // a second factor is to be set up
	stageOpen     = "open"
)

// How somebody came in.
const (
	ByPassword = "password"
	ByPasskey  = "passkey"
	BySSO      = "sso"
)

// Sender is the browser: where it is, what it calls itself, and the token of its
// device cookie.
type Sender struct {
	Address string
	Agent   string
	Device  string
	Session string // the token of the session it had before, which a new one replaces
}

// Entered is what a step of signing in led to.
type Entered struct {
	Token   string // of the session; new at every step
	Device  string // of the browser, when it is to keep one
	Actor   actor.Actor
	Session uuid.UUID
	Next    string   // the step to go, or ""
	Ways    []string // how the second step can be gone
	Codes   []string // recovery codes, shown this once
	Expires time.Time
}

type sessionRow struct {
	ID     uuid.UUID
	Stage  string
	SeenAt time.Time
}

// alive are sessions that count at the time $1: none from before $3, and none of
// those that idle that was last used before $4.
const alive = `s.expires_at > $1 AND s.created_at > $3 AND (s.idle_until IS NULL OR s.idle_until > $1 AND s.seen_at > $4)`

func (s *Service) bySession(ctx context.Context, tokenHash []byte, now time.Time) (a actor.Actor, row sessionRow, err error) {
	a, err = scanActor(s.pool.QueryRow(ctx, "SELECT "+actorColumns+`, s.id, s.stage, s.seen_at FROM account a
JOIN session s ON s.account_id = a.id
WHERE s.token_hash = $2 AND `+alive+`
    AND a.disabled_at IS NULL AND (NOT a.demo OR $5)`, now, tokenHash, now.Add(-s.Rules().Life), now.Add(-s.Rules().Idle), s.Demo), &row.ID, &row.Stage, &row.SeenAt)
	a.Session = row.ID
	return a, row, err
}

// see notes that the session is used.
func (s *Service) see(ctx context.Context, a actor.Actor, now time.Time) error {
	_, err := s.pool.Exec(ctx, "UPDATE session SET seen_at = $1, idle_until = $2 WHERE id = $3 AND seen_at < $1", now, s.idleUntil(a, now), a.Session)
	return err
}

func (s *Service) idleUntil(a actor.Actor, now time.Time) any {
	if slices.ContainsFunc(a.Grants, func(g actor.Grant) bool { return slices.Contains(idling, g.Role) }) {
		return now.Add(s.Rules().Idle)
	}
	return nil
}

// ceremony is a session with what its account still has to show, while something
// about its factors is being done.
type ceremony struct {
	Actor      actor.Actor
	ID         uuid.UUID // of the session
	Stage      string
	How        string
	Second     bool // a second factor was shown
	ProvedAt   time.Time
	Hash       string // of the password, "" without one
	PasswordAt *time.Time
	MustChange bool
	TOTP       []byte // sealed secret
	Confirmed  bool   // the secret is in use
	Passkeys   int
	Codes      int // recovery codes left
}

const ceremonyColumns = actorColumns + `, COALESCE(a.password_hash, ''), a.password_set_at, a.must_change, a.totp_sealed, a.totp_confirmed_at IS NOT NULL,
    (SELECT count(*) FROM passkey p WHERE p.account_id = a.id AND p.cloned_at IS NULL),
    (SELECT count(*) FROM recovery_code r WHERE r.account_id = a.id AND r.used_at IS NULL)`

func (c *ceremony) account() []any {
	return []any{&c.Hash, &c.PasswordAt, &c.MustChange, &c.TOTP, &c.Confirmed, &c.Passkeys, &c.Codes}
}

// hasFactor says whether there is a second factor to show.
func (c *ceremony) hasFactor() bool { return c.Confirmed || c.Passkeys > 0 }

// stage is the step that comes next.
func (s *Service) stage(c ceremony) string {
	switch {
	case c.hasFactor() && !c.Second && c.How != BySSO:
		return stageSecond
	case c.MustChange && c.How == ByPassword:
		return stagePassword
	case !c.hasFactor() && c.How != BySSO && s.needsSecond(c.Actor):
		return stageEnrol
	}
	return stageOpen
}

// ways are how the second step can be gone.
func (c *ceremony) ways() []string {
	ways := []string{}
	if c.Confirmed {
		ways = append(ways, "totp")
	}
	if c.Passkeys > 0 {
		ways = append(ways, "passkey")
	}
	if c.Codes > 0 {
		ways = append(ways, "recovery")
	}
	return ways
}

var errSignIn = fault.New(fault.Unauthenticated, "auth.needed", "Please sign in.")

// ceremony finds a session that is at one of the stages.
func (s *Service) ceremony(ctx context.Context, session uuid.UUID, stages ...string) (c ceremony, err error) {
	c.Actor, err = scanActor(s.pool.QueryRow(ctx, "SELECT "+ceremonyColumns+`, s.id, s.stage, s.how, s.second_at IS NOT NULL, s.proved_at
FROM account a JOIN session s ON s.account_id = a.id
WHERE s.id = $2 AND s.expires_at > $1 AND a.disabled_at IS NULL AND (NOT a.demo OR $3)`, s.now(), session, s.Demo),
		append(c.account(), &c.ID, &c.Stage, &c.How, &c.Second, &c.ProvedAt)...)
	c.Actor.Session = c.ID
	if missing(err) || err == nil && !slices.Contains(stages, c.Stage) {
		return c, errSignIn
	}
	return c, err
}

// enter opens a session for who has shown a first factor, and gives it the stage
// that its account asks for.
func (s *Service) enter(ctx context.Context, c ceremony, from Sender, with func(tx pgx.Tx, now time.Time) error) (Entered, error) {
	now := s.now()
	c.ID, c.Stage = s.newID(), s.stage(c)
	c.Actor.Session = c.ID
	e := s.entered(c, now)
	audit.By(ctx, c.Actor)
	err := pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		if with != nil {
			if err := with(tx, now); err != nil {
				return err
			}
		}
		if from.Session != "" {
			if _, err := tx.Exec(ctx, "DELETE FROM session WHERE token_hash = $1", hashToken(from.Session)); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, "DELETE FROM session WHERE expires_at <= $1", now); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
INSERT INTO session (id, token_hash, account_id, how, stage, second_at, proved_at, agent, address, created_at, seen_at, idle_until, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $7, $7, $10, $11)`,
			c.ID, hashToken(e.Token), c.Actor.ID, c.How, c.Stage, when(c.Second, now), now, cut(from.Agent, 200), cut(from.Address, 64), s.idleUntil(c.Actor, now), e.Expires)
		if err != nil {
			return err
		}
		noteSession(ctx, c)
		return s.keepDevice(ctx, tx, c, from, &e, now)
	})
	return e, err
}

// noteSession tells the audit who it is that came in, and how.
func noteSession(ctx context.Context, c ceremony) {
	audit.By(ctx, c.Actor)
	audit.Note(ctx, "account", c.Actor.ID.String(), "session", c.How, c.Stage)
}

// advance takes a session a step on, under a new token.
func (s *Service) advance(ctx context.Context, c ceremony, from Sender, with func(tx pgx.Tx, now time.Time) error) (Entered, error) {
	now := s.now()
	before := c.Stage
	c.Stage = s.stage(c)
	e := s.entered(c, now)
	err := pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		if err := with(tx, now); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
UPDATE session SET token_hash = $1, stage = $2, second_at = COALESCE(second_at, $3), proved_at = $4, seen_at = $4, idle_until = $5,
    expires_at = CASE WHEN stage = 'open' THEN expires_at ELSE $6 END, tries = 0
WHERE id = $7 AND stage = $8`, hashToken(e.Token), c.Stage, when(c.Second, now), now, s.idleUntil(c.Actor, now), e.Expires, c.ID, before)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return errSignIn // ended meanwhile, or taken on by another request
		}
		noteSession(ctx, c)
		return s.keepDevice(ctx, tx, c, from, &e, now)
	})
	return e, err
}

func (s *Service) entered(c ceremony, now time.Time) Entered {
	e := Entered{Token: rand.Text(), Actor: c.Actor, Session: c.ID, Expires: now.Add(s.Rules().Life)}
	if c.Stage != stageOpen {
		e.Next, e.Expires = c.Stage, now.Add(halfLife)
		e.Actor = actor.Actor{Session: c.ID}
	}
	if c.Stage == stageSecond {
		e.Ways = c.ways()
	}
	return e
}

func when(is bool, now time.Time) any {
	if !is {
		return nil
	}
	return now
}

func cut(text string, n int) string {
	runes := []rune(text)
	return string(runes[:min(n, len(runes))])
}

// SignOut forgets a session; an unknown one is no error.
func (s *Service) SignOut(ctx context.Context, session uuid.UUID) error {
	_, err := pg.Exec(ctx, s.pool, "DELETE FROM session WHERE id = $1", session)
	return err
}
