package auth

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/seal"
	"onemap/api/web"
)

// Config is what the service needs to know.
type Config struct {
	Pool  *pgxpool.Pool
	Now   func() time.Time
	NewID func() uuid.UUID
	// Keys seal the secrets of second factors, and what goes out to come back.
	Keys *seal.Keys
	// PublicURL is where people reach the server, for passkeys and links; without
	// one both work on the server's own machine.
	PublicURL string
	// Rules gives the rules of signing in as they are now; without it, those that
	// hold when nobody has set others.
	Rules func() Rules
	// Demo lets the accounts of the demo town in.
	Demo bool
	// Hashing is what a password's hash costs; without it, what a server should
	// pay. Only tests, which hash thousands, pay less.
	Hashing *argon2id.Params
	// SSO is the provider of single sign-on, if there is one.
	SSO *SSO
}

// Service signs in and out.
type Service struct {
	Config
	pool     *pgxpool.Pool
	now      func() time.Time
	newID    func() uuid.UUID
	hashing  chan struct{} // each hash takes 64 MB: as many at once as there are cores
	reserved chan struct{} // and one for browsers that have signed in before
	nobody   string        // a hash of what nobody knows, to compare with when there is no such login
	throttle *throttle
}

// New makes the service.
func New(c Config) (*Service, error) {
	c.Hashing = cmp.Or(c.Hashing, argon2id.DefaultParams)
	if c.Rules == nil {
		c.Rules = func() Rules { return Rules{Life: SessionLife, Idle: IdleLife} }
	}
	nobody, err := argon2id.CreateHash(rand.Text(), c.Hashing)
	if err != nil {
		return nil, err
	}
	return &Service{
		Config: c, pool: c.Pool, now: c.Now, newID: c.NewID, nobody: nobody, throttle: newThrottle(),
		hashing: make(chan struct{}, runtime.NumCPU()), reserved: make(chan struct{}, 1),
	}, nil
}

// Authenticate finds who stands behind a request. An expired session is a
// visitor, and so is one with a step to go; a wrong key is refused, since a
// machine must hear of it.
func (s *Service) Authenticate(ctx context.Context, r *http.Request) (actor.Actor, error) {
	if scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		return s.byKey(ctx, strings.TrimSpace(key))
	}
	cookie, err := r.Cookie(web.SessionCookie(web.Secure(ctx)))
	if err != nil || cookie.Value == "" {
		return actor.Nobody, nil
	}
	now := s.now()
	a, found, err := s.bySession(ctx, hashToken(cookie.Value), now)
	if missing(err) {
		return actor.Nobody, nil
	}
	if err != nil {
		return actor.Nobody, err
	}
	if found.Stage != stageOpen {
		return actor.Actor{Session: found.ID}, nil
	}
	// A stream that beats is no sign of a person.
	if now.Sub(found.SeenAt) >= seenEvery && r.URL.Path != "/api/v1/feed" {
		if err := s.see(ctx, a, now); err != nil {
			return actor.Nobody, err
		}
	}
	return a, nil
}

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// AddAccount makes an account with its grants. Without a password it can be
// signed in to only after a one-time link was used.
func (s *Service) AddAccount(ctx context.Context, n NewAccount) (uuid.UUID, error) {
	if err := n.Validate(); err != nil {
		return uuid.Nil, err
	}
	hash, err := s.hash(ctx, n.Password)
	if err != nil {
		return uuid.Nil, err
	}
	if n.Scope == "" {
		n.Scope = home(n.Grants)
	}
	id, now := s.newID(), s.now()
	err = pg.InTx(ctx, s.pool, func(tx pgx.Tx) error { return s.addAccount(ctx, tx, id, n, hash, now) })
	return id, inWords(err, n.Login)
}

// Free says whether an account could be made but for its password: that its login
// is nobody's yet and its departments are there.
func (s *Service) Free(ctx context.Context, n NewAccount) error {
	var taken bool
	if err := s.pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM account WHERE login = $1)", n.Login).Scan(&taken); err != nil {
		return err
	}
	if taken {
		return fault.Newf(fault.Conflict, "account.exists", "There is an account %q already.", n.Login)
	}
	for _, g := range n.Grants {
		if g.Department == "" {
			continue
		}
		if list, err := departmentsWhere(ctx, s.pool, "WHERE code = $1", g.Department); err != nil || len(list) == 0 {
			return cmp.Or(err, error(fault.New(fault.Invalid, "account.department", "There is no such department.")))
		}
	}
	return nil
}

func (s *Service) addAccount(ctx context.Context, tx pgx.Tx, id uuid.UUID, n NewAccount, hash string, now time.Time) error {
	if err := insertAccount(ctx, tx, id, n, hash, now); err != nil {
		return err
	}
	for _, g := range n.Grants {
		one := Grant{ID: s.newID(), Account: Who{ID: id}, Role: g.Role, Scope: g.Prefix, Department: g.Department, StartsAt: now, EndsAt: n.Until, GivenAt: now, Reason: n.Reason}
		if err := insertGrant(ctx, tx, one); err != nil {
			return err
		}
	}
	return nil
}

func inWords(err error, login string) error {
	switch pg.Constraint(err) {
	case "account_login_uq":
		return fault.Newf(fault.Conflict, "account.exists", "There is an account %q already.", login).Because(err)
	case "department_pk":
		return fault.Newf(fault.Conflict, "department.exists", "There is a department %q already.", login).Because(err)
	case "account_grant_open_ix":
		return errHeld
	case "account_grant_department_fk", "api_key_department_fk":
		return fault.New(fault.Invalid, "account.department", "There is no such department.").Because(err)
	}
	return err
}

// PutDepartments makes departments, or renames them; where they work stays.
func (s *Service) PutDepartments(ctx context.Context, list []Department) error {
	return pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		for _, d := range list {
			b.Queue("INSERT INTO department (code, name, name_en, scope) VALUES ($1, $2, $3, $4) ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_en = excluded.name_en", d.Code, d.Name, d.NameEn, d.Scope)
		}
		return tx.SendBatch(ctx, b).Close()
	})
}

// Account finds an account by its login.
func (s *Service) Account(ctx context.Context, login string) (actor.Actor, error) {
	a, err := scanActor(s.pool.QueryRow(ctx, selectActor+`WHERE a.login = $2`, s.now(), login))
	if missing(err) {
		return a, fault.Missing("account")
	}
	return a, err
}

// needsSecond says whether somebody with these grants must have a second factor.
// The demo's accounts are everybody's.
func (s *Service) needsSecond(a actor.Actor) bool {
	needed := s.Rules().SecondFactor
	return !a.Demo && slices.ContainsFunc(a.Grants, func(g actor.Grant) bool { return slices.Contains(needed, g.Role) })
}
