package auth

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/audit"
	"onemap/api/fault"
	"onemap/api/pg"
)

// LinkLife is how long a one-time link can be used.
const LinkLife = 24 * time.Hour

// LinkPath is the page of one-time links. The token stands behind the #, which
// browsers send to nobody: it reaches no log and no other site.
const LinkPath = "/link#"

// Link is a one-time link: whoever opens it sets the account's password.
type Link struct {
	Token     string
	ExpiresAt time.Time
}

// URL is the link at an address such as https://map.example.gov.cn.
func (l Link) URL(base string) string { return strings.TrimSuffix(base, "/") + LinkPath + l.Token }

// makeLink makes a link for an account, Nil for the first administrator. It
// replaces those made before. by is Nil for a command.
func (s *Service) makeLink(ctx context.Context, tx pgx.Tx, account, by uuid.UUID) (Link, error) {
	now := s.now()
	l := Link{Token: rand.Text(), ExpiresAt: now.Add(LinkLife)}
	b := &pgx.Batch{}
	b.Queue("DELETE FROM account_link WHERE account_id IS NOT DISTINCT FROM $1 OR expires_at <= $2", pg.OrNull(account), now)
	b.Queue("INSERT INTO account_link (token_hash, account_id, created_by, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
		hashToken(l.Token), pg.OrNull(account), pg.OrNull(by), now, l.ExpiresAt)
	return l, tx.SendBatch(ctx, b).Close()
}

// LinkFor makes a link for the account with a login, for whoever can run commands
// on the server.
func (s *Service) LinkFor(ctx context.Context, login string) (l Link, err error) {
	a, err := s.Account(ctx, loginOf(login))
	if err != nil {
		return l, err
	}
	if a.Demo {
		return l, errDemoAccount
	}
	err = pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		audit.Note(ctx, "account", a.ID.String(), "link")
		l, err = s.makeLink(ctx, tx, a.ID, uuid.Nil)
		return err
	})
	return l, err
}

var errDemoAccount = fault.New(fault.Conflict, "account.demo", "This account belongs to the demo town; its password is everybody's.")

// FirstLink makes the link that makes the first administrator, while there is no
// account at all.
func (s *Service) FirstLink(ctx context.Context) (l Link, made bool, err error) {
	err = pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		if made, err = empty(ctx, tx); err != nil || !made {
			return err
		}
		l, err = s.makeLink(ctx, tx, uuid.Nil, uuid.Nil)
		return err
	})
	return l, made, err
}

func empty(ctx context.Context, q pg.Querier) (is bool, err error) {
	err = q.QueryRow(ctx, "SELECT NOT EXISTS (SELECT 1 FROM account)").Scan(&is)
	return is, err
}

// LinkSeen is what a link is for.
type LinkSeen struct {
	Kind      string    `json:"kind" enum:"password,first" doc:"Sets the password of an account, or makes the first administrator."`
	Login     string    `json:"login,omitempty"`
	Name      string    `json:"name,omitempty"`
	ExpiresAt time.Time `json:"expires_at"`

	account uuid.UUID
}

var errLink = fault.New(fault.NotFound, "link.missing", "This link was used already, has expired or never was. Ask your administrator for a new one.")

// LookAtLink says what a link is for.
func (s *Service) LookAtLink(ctx context.Context, token string) (LinkSeen, error) {
	return s.link(ctx, s.pool, token, "")
}

func (s *Service) link(ctx context.Context, q pg.Querier, token, lock string) (l LinkSeen, err error) {
	var account *uuid.UUID
	err = q.QueryRow(ctx, "SELECT account_id, expires_at FROM account_link WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2"+lock, hashToken(token), s.now()).
		Scan(&account, &l.ExpiresAt)
	if missing(err) {
		return l, errLink
	}
	if err != nil {
		return l, err
	}
	if account == nil {
		l.Kind = "first"
		first, err := empty(ctx, q)
		if err == nil && !first {
			err = errLink
		}
		return l, err
	}
	l.Kind, l.account = "password", *account
	err = q.QueryRow(ctx, "SELECT login, name FROM account WHERE id = $1 AND disabled_at IS NULL AND NOT demo", *account).Scan(&l.Login, &l.Name)
	if missing(err) {
		err = errLink
	}
	return l, err
}

// UseLink sets the password, or makes the first administrator with login and
// name. The account is signed out everywhere and its browsers are known no more;
// its second factors stay, and the next sign-in asks for them.
func (s *Service) UseLink(ctx context.Context, token, password, login, name string) error {
	l, err := s.LookAtLink(ctx, token)
	if err != nil {
		return err
	}
	n := NewAccount{Login: login, Name: name, Password: password, Grants: []actor.Grant{{Role: actor.Administrator}}}
	var f fault.Fields
	if l.Kind == "password" {
		checkPassword(&f, "password", password, l.Login, l.Name)
		err = f.Err("account.invalid")
	} else if password == "" {
		checkPassword(&f, "password", password, login, name)
		err = f.Err("account.invalid")
	} else {
		err = n.Validate()
	}
	if err != nil {
		return err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	err = pg.InTx(ctx, s.pool, func(tx pgx.Tx) error { return s.useLink(ctx, tx, token, n, hash) })
	return inWords(err, login)
}

func (s *Service) useLink(ctx context.Context, tx pgx.Tx, token string, n NewAccount, hash string) error {
	l, err := s.link(ctx, tx, token, " FOR UPDATE")
	if err != nil {
		return err
	}
	now := s.now()
	audit.Note(ctx, "account", l.account.String(), "password", "link")
	if _, err := tx.Exec(ctx, "UPDATE account_link SET used_at = $1 WHERE token_hash = $2", now, hashToken(token)); err != nil {
		return err
	}
	if l.Kind == "first" {
		return s.addAccount(ctx, tx, s.newID(), n, hash, now)
	}
	if err := setPassword(ctx, tx, l.account, hash, now); err != nil {
		return err
	}
	if err := endSessions(ctx, tx, l.account, uuid.Nil, uuid.Nil); err != nil {
		return err
	}
	return forgetDevices(ctx, tx, l.account)
}
