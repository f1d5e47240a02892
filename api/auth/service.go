package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onemap/api/actor"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/web"
)

// SessionLife is how long a sign-in lasts.
const SessionLife = 12 * time.Hour

// Service signs in and out.
type Service struct {
	pool    *pgxpool.Pool
	now     func() time.Time
	newID   func() uuid.UUID
	hashing chan struct{} // each hash takes 64 MB: as many at once as there are cores
	nobody  string        // a hash to compare with when there is no such login
}

// nobodysHash is a hash of what nobody knows; it takes a while to make, once.
var nobodysHash = sync.OnceValues(func() (string, error) {
	return argon2id.CreateHash(rand.Text(), argon2id.DefaultParams)
})

// New makes the service.
func New(pool *pgxpool.Pool, now func() time.Time, newID func() uuid.UUID) (*Service, error) {
	nobody, err := nobodysHash()
	if err != nil {
		return nil, err
	}
	return &Service{pool: pool, now: now, newID: newID, hashing: make(chan struct{}, runtime.NumCPU()), nobody: nobody}, nil
}

var errWrong = fault.New(fault.Unauthenticated, "auth.wrong", "Login or password is wrong.")

// SignIn opens a session and gives its token, which is shown only once.
func (s *Service) SignIn(ctx context.Context, login, password string) (token string, a actor.Actor, err error) {
	a, hash, err := byLogin(ctx, s.pool, strings.ToLower(strings.TrimSpace(login)), s.now())
	unknown := missing(err)
	if err != nil && !unknown {
		return "", a, err
	}
	if unknown {
		hash = s.nobody
	}
	ok, err := s.compare(ctx, password, hash)
	if err != nil {
		return "", a, err
	}
	if unknown || !ok {
		return "", actor.Nobody, errWrong
	}
	token = rand.Text()
	now := s.now()
	err = pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		return insertSession(ctx, tx, hashToken(token), a.ID, now, now.Add(SessionLife))
	})
	return token, a, err
}

func (s *Service) compare(ctx context.Context, password, hash string) (bool, error) {
	select {
	case s.hashing <- struct{}{}:
		defer func() { <-s.hashing }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	return argon2id.ComparePasswordAndHash(password, hash)
}

// SignOut forgets a session; an unknown token is no error.
func (s *Service) SignOut(ctx context.Context, token string) error {
	_, err := s.pool.Exec(ctx, "DELETE FROM session WHERE token_hash = $1", hashToken(token))
	return err
}

// Authenticate finds who stands behind a request. An expired session is a
// visitor; a wrong key is refused, since a machine must hear of it.
func (s *Service) Authenticate(ctx context.Context, r *http.Request) (actor.Actor, error) {
	if scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		a, err := byKey(ctx, s.pool, hashToken(strings.TrimSpace(key)))
		if missing(err) {
			return actor.Nobody, fault.New(fault.Unauthenticated, "auth.key", "This key is not known.")
		}
		return a, err
	}
	cookie, err := r.Cookie(web.SessionCookie)
	if err != nil || cookie.Value == "" {
		return actor.Nobody, nil
	}
	a, err := bySession(ctx, s.pool, hashToken(cookie.Value), s.now())
	if missing(err) {
		return actor.Nobody, nil
	}
	return a, err
}

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// AddAccount makes an account with its grants.
func (s *Service) AddAccount(ctx context.Context, n NewAccount) (uuid.UUID, error) {
	if err := n.Validate(); err != nil {
		return uuid.Nil, err
	}
	hash, err := argon2id.CreateHash(n.Password, argon2id.DefaultParams)
	if err != nil {
		return uuid.Nil, err
	}
	if n.Scope == "" {
		n.Scope = home(n.Grants)
	}
	id, now := s.newID(), s.now()
	err = pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		if err := insertAccount(ctx, tx, id, n, hash, now); err != nil {
			return err
		}
		for _, g := range n.Grants {
			one := Grant{ID: s.newID(), Account: Who{ID: id}, Role: g.Role, Scope: g.Prefix, Department: g.Department, StartsAt: now, GivenAt: now}
			if err := insertGrant(ctx, tx, one); err != nil {
				return err
			}
		}
		return nil
	})
	return id, inWords(err, n.Login)
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

// AddKey makes a key for a machine and gives it, once: only its hash is kept.
func (s *Service) AddKey(ctx context.Context, name string, g actor.Grant) (string, error) {
	var f fault.Fields
	if strings.TrimSpace(name) == "" {
		f.Add("name", nil, "must not be empty")
	}
	validateGrant(&f, g)
	if err := f.Err("key.invalid"); err != nil {
		return "", err
	}
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	key := "om_" + base64.RawURLEncoding.EncodeToString(raw)
	_, err := s.pool.Exec(ctx, "INSERT INTO api_key (id, token_hash, name, role, scope, department, created_at) VALUES ($1, $2, $3, $4, $5, NULLIF($6, ''), $7)",
		s.newID(), hashToken(key), name, g.Role, g.Prefix, g.Department, s.now())
	return key, inWords(err, name)
}

// PutDepartments makes departments or renames them.
func (s *Service) PutDepartments(ctx context.Context, list []Department) error {
	return pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		for _, d := range list {
			b.Queue("INSERT INTO department (code, name, name_en) VALUES ($1, $2, $3) ON CONFLICT (code) DO UPDATE SET name = excluded.name, name_en = excluded.name_en", d.Code, d.Name, d.NameEn)
		}
		return tx.SendBatch(ctx, b).Close()
	})
}

// Departments lists them by code.
func (s *Service) Departments(ctx context.Context) ([]Department, error) {
	return selectDepartments(ctx, s.pool)
}

// Account finds an account by its login.
func (s *Service) Account(ctx context.Context, login string) (actor.Actor, error) {
	a, _, err := byLogin(ctx, s.pool, login, s.now())
	if missing(err) {
		return a, fault.Missing("account")
	}
	return a, err
}

// MarkDemo makes accounts the demo's: shown to everybody, with their password.
func (s *Service) MarkDemo(ctx context.Context, logins []string) error {
	_, err := s.pool.Exec(ctx, "UPDATE account SET demo = true WHERE login = ANY ($1)", logins)
	return err
}

// DemoAccounts lists the accounts of the demo town; in a real city there are none.
func (s *Service) DemoAccounts(ctx context.Context) ([]actor.Actor, error) {
	rows, err := s.pool.Query(ctx, selectActor+`WHERE a.demo AND a.disabled_at IS NULL ORDER BY a.created_at, a.id`, s.now())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (actor.Actor, error) { return scanActor(row) })
}
