package auth

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onemap/api/actor"
	"onemap/api/audit"
	"onemap/api/fault"
	"onemap/api/pg"
	"onemap/api/web"
)

// Account is somebody who can sign in, as those who administer see them.
type Account struct {
	ID         uuid.UUID
	Login      string
	Name       string
	Scope      string // where the account belongs; "" is the whole installation
	Demo       bool
	SSO        bool // may be opened by single sign-on
	Invited    bool // nobody has opened it yet: it has no password, no passkey and no identity elsewhere
	Rev        int64
	DisabledAt *time.Time
	CreatedAt  time.Time
	CreatedBy  *Who    // nil: a command of the installation
	Manageable bool    // the reader may reset, sign out, rename and close it
	Grants     []Grant // those the reader may know of

	all  []Grant // of all times
	open []Grant // in force or to come, were the account and those it stands in for open
}

const selectAccount = `
SELECT a.id, a.login, a.name, a.scope, a.demo, a.sso_allowed, a.rev, a.disabled_at, a.created_at, maker.id, COALESCE(maker.login, ''), COALESCE(maker.name, ''),
    a.password_hash IS NULL AND NOT EXISTS (SELECT FROM passkey p WHERE p.account_id = a.id) AND NOT EXISTS (SELECT FROM account_identity i WHERE i.account_id = a.id)
FROM account a LEFT JOIN account maker ON maker.id = a.created_by `

func scanAccount(row pgx.CollectableRow) (Account, error) {
	var x Account
	var maker Who
	var makerID *uuid.UUID
	err := row.Scan(&x.ID, &x.Login, &x.Name, &x.Scope, &x.Demo, &x.SSO, &x.Rev, &x.DisabledAt, &x.CreatedAt, &makerID, &maker.Login, &maker.Name, &x.Invited)
	x.CreatedBy = maker.known(makerID)
	return x, err
}

// accountsWhere reads accounts with all their grants.
func (s *Service) accountsWhere(ctx context.Context, q pg.Querier, where string, args ...any) ([]Account, error) {
	rows, err := q.Query(ctx, selectAccount+where, args...)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, scanAccount)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	ids, at := make([]uuid.UUID, len(list)), make(map[uuid.UUID]int, len(list))
	for i, x := range list {
		ids[i], at[x.ID] = x.ID, i
	}
	grants, err := grantsOf(ctx, q, ids...)
	now := s.now()
	for _, g := range grants {
		x := &list[at[g.Account.ID]]
		x.all = append(x.all, g)
		if end := g.until(); end == nil || end.After(now) {
			x.open = append(x.open, g)
		}
	}
	return list, err
}

func (s *Service) accountByID(ctx context.Context, q pg.Querier, id uuid.UUID) (Account, error) {
	list, err := s.accountsWhere(ctx, q, "WHERE a.id = $1", id)
	if err == nil && len(list) == 0 {
		err = fault.Missing("account")
	}
	if err != nil {
		return Account{}, err
	}
	return list[0], nil
}

// shown is an account as an authority sees it; history adds what has ended.
func (a authority) shown(x Account, history bool) Account {
	from := x.open
	if history {
		from = x.all
	}
	x.Grants = nil
	for _, g := range from {
		if a.seesGrant(x, g) {
			x.Grants = append(x.Grants, g)
		}
	}
	x.Manageable = a.manages(x)
	return x
}

// AccountsQuery narrows the list of accounts.
type AccountsQuery struct {
	Q      string // part of the login or the name
	Region string // accounts that belong under it
	Role   actor.Role
	// Department is of handlers, now or later.
	Department string
	Disabled   *bool
	After      uuid.UUID
	Limit      int
}

// Accounts lists the accounts of the places the actor administers, and gives
// the id the next page begins behind.
func (s *Service) Accounts(ctx context.Context, query AccountsQuery) (list []Account, next uuid.UUID, err error) {
	by, err := s.authorityOf(ctx, s.pool, actor.From(ctx))
	if err != nil {
		return nil, next, err
	}
	if by.none() {
		return nil, next, errNoAdministrator
	}
	args := pgx.NamedArgs{"now": s.now(), "after": query.After, "limit": query.Limit + 1, "role": string(query.Role), "disabled": query.Disabled, "q": query.Q, "department": query.Department}
	home, held := by.places().Where("a.scope", "", args), by.places().Where("g.scope", "", args)
	where := `
WHERE a.id > @after AND ` + actor.Within("a.scope", query.Region, "region", args) + `
  AND (` + home + ` OR EXISTS (SELECT 1 FROM account_grant g WHERE g.account_id = a.id AND (g.ends_at IS NULL OR g.ends_at > @now) AND ` + held + `))
  AND (@q = '' OR strpos(a.login, lower(@q)) > 0 OR strpos(a.name, @q) > 0)
  AND (@role = '' OR EXISTS (SELECT 1 FROM account_grant g WHERE g.account_id = a.id AND g.role = @role AND (g.ends_at IS NULL OR g.ends_at > @now) AND ` + held + `))
  AND (@department = '' OR EXISTS (SELECT 1 FROM account_grant g WHERE g.account_id = a.id AND g.department = @department AND (g.ends_at IS NULL OR g.ends_at > @now) AND ` + held + `))
  AND (@disabled::boolean IS NULL OR (a.disabled_at IS NOT NULL) = @disabled)
ORDER BY a.id LIMIT @limit`
	found, err := s.accountsWhere(ctx, s.pool, where, args)
	if err != nil {
		return nil, next, err
	}
	if len(found) > query.Limit {
		found = found[:query.Limit]
		next = found[len(found)-1].ID
	}
	for _, x := range found {
		list = append(list, by.shown(x, false))
	}
	return list, next, nil
}

// Place is where accounts belong, and how many: all of them, and those who wait
// for their owner or are closed.
type Place struct {
	Scope    string `json:"scope" doc:"A region code; empty is the whole installation."`
	Accounts int64  `json:"accounts"`
	Disabled int64  `json:"disabled"`
}

// AccountPlaces counts the accounts of the places the actor administers.
func (s *Service) AccountPlaces(ctx context.Context) ([]Place, error) {
	by, err := s.authorityOf(ctx, s.pool, actor.From(ctx))
	if err != nil {
		return nil, err
	}
	if by.none() {
		return nil, errNoAdministrator
	}
	args := pgx.NamedArgs{}
	rows, err := s.pool.Query(ctx, "SELECT a.scope, count(*), count(a.disabled_at) FROM account a WHERE "+by.places().Where("a.scope", "", args)+" GROUP BY a.scope ORDER BY a.scope", args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Place])
}

var errNoAdministrator = fault.New(fault.Forbidden, "auth.forbidden", "This is for the administrators of the place.")

// AccountByID is an account that the actor sees; with history, its grants of all times.
func (s *Service) AccountByID(ctx context.Context, id uuid.UUID, history bool) (Account, error) {
	by, err := s.authorityOf(ctx, s.pool, actor.From(ctx))
	if err != nil {
		return Account{}, err
	}
	return s.seen(ctx, s.pool, by, id, history)
}

// AccountByLogin is the same by login.
func (s *Service) AccountByLogin(ctx context.Context, login string) (Account, error) {
	by, err := s.authorityOf(ctx, s.pool, actor.From(ctx))
	if err != nil {
		return Account{}, err
	}
	var id uuid.UUID
	err = s.pool.QueryRow(ctx, "SELECT id FROM account WHERE login = $1", loginOf(login)).Scan(&id)
	if missing(err) {
		err = fault.Missing("account")
	}
	if err != nil {
		return Account{}, err
	}
	return s.seen(ctx, s.pool, by, id, false)
}

func (s *Service) seen(ctx context.Context, q pg.Querier, by authority, id uuid.UUID, history bool) (Account, error) {
	x, err := s.accountByID(ctx, q, id)
	if err == nil && !by.sees(x) {
		err = fault.Missing("account")
	}
	return by.shown(x, history), err
}

// Member is a new account, made by an administrator: it has no password until
// its owner follows the link.
type Member struct {
	Login  string
	Name   string
	Scope  string
	SSO    bool
	Grants []Giving
}

// AddMember makes an account under the places the actor administers, and the
// one-time link by which its owner sets a password.
func (s *Service) AddMember(ctx context.Context, m Member) (x Account, l Link, err error) {
	m.Login, m.Name = loginOf(m.Login), strings.TrimSpace(m.Name)
	var f fault.Fields
	validateLogin(&f, m.Login)
	validateName(&f, m.Name)
	validateScope(&f, m.Scope)
	if err := f.Err("account.invalid"); err != nil {
		return x, l, err
	}
	id, now := s.newID(), s.now()
	err = pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		by, err := s.changing(ctx, tx)
		switch {
		case err != nil:
			return err
		case by.none():
			return errNoAdministrator
		case !by.over(m.Scope):
			return errBeyond
		}
		audit.Note(ctx, "account", id.String(), "login", "name", "scope")
		audit.In(ctx, m.Scope)
		n := NewAccount{Login: m.Login, Name: m.Name, Scope: m.Scope, SSO: m.SSO, by: by.by.ID}
		if err := insertAccount(ctx, tx, id, n, "", now); err != nil {
			return err
		}
		for _, want := range m.Grants {
			x, err := s.accountByID(ctx, tx, id)
			if err != nil {
				return err
			}
			if _, err := s.give(ctx, tx, by, x, want); err != nil {
				return err
			}
		}
		if l, err = s.makeLink(ctx, tx, id, by.by.ID); err != nil {
			return err
		}
		x, err = s.seen(ctx, tx, by, id, false)
		return err
	})
	return x, l, inWords(err, m.Login)
}

// Rewrite changes an account; what is nil stays.
type Rewrite struct {
	Rev      int64
	Name     *string
	Scope    *string
	SSO      *bool
	Disabled *bool
}

// fields names what it changes.
func (w Rewrite) fields() (names []string) {
	for name, given := range map[string]bool{"name": w.Name != nil, "scope": w.Scope != nil, "sso_allowed": w.SSO != nil, "disabled": w.Disabled != nil} {
		if given {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// ChangeAccount renames, moves, closes or opens an account.
func (s *Service) ChangeAccount(ctx context.Context, id uuid.UUID, want Rewrite) (x Account, err error) {
	err = pg.InTx(ctx, s.pool, func(tx pgx.Tx) error {
		by, err := s.changing(ctx, tx)
		if err != nil {
			return err
		}
		if x, err = s.manageable(ctx, tx, by.by, id); err != nil {
			return err
		}
		if x.Rev != want.Rev {
			return web.Changed("account")
		}
		if err := s.rewriteAccount(ctx, tx, by, &x, want); err != nil {
			return err
		}
		x, err = s.seen(ctx, tx, by, id, false)
		return err
	})
	return x, err
}

var (
	errMightier = fault.New(fault.Forbidden, "account.beyond", "This account belongs elsewhere or holds more than you could give; it is not yours to change.")
	errSelf     = fault.New(fault.Conflict, "account.self", "Nobody closes their own account.")
)

func (s *Service) rewriteAccount(ctx context.Context, tx pgx.Tx, by authority, x *Account, want Rewrite) error {
	var f fault.Fields
	audit.Note(ctx, "account", x.ID.String(), want.fields()...)
	audit.In(ctx, x.Scope)
	if want.Name != nil {
		x.Name = strings.TrimSpace(*want.Name)
		validateName(&f, x.Name)
	}
	if want.Scope != nil {
		x.Scope = *want.Scope
		validateScope(&f, x.Scope)
	}
	if err := f.Err("account.invalid"); err != nil {
		return err
	}
	if !by.over(x.Scope) {
		return errBeyond
	}
	if want.SSO != nil {
		x.SSO = *want.SSO
	}
	var lost []Grant
	if want.Disabled != nil && *want.Disabled != (x.DisabledAt != nil) {
		x.DisabledAt = nil
		if *want.Disabled {
			if x.ID == by.by.ID {
				return errSelf
			}
			now := s.now()
			x.DisabledAt, lost = &now, x.open
			if err := endSessions(ctx, tx, x.ID, uuid.Nil, uuid.Nil); err != nil {
				return err
			}
		}
	}
	if _, err := tx.Exec(ctx, "UPDATE account SET name = $2, scope = $3, sso_allowed = $4, disabled_at = $5, rev = rev + 1 WHERE id = $1",
		x.ID, x.Name, x.Scope, x.SSO, x.DisabledAt); err != nil {
		return err
	}
	return s.lastAdministrator(ctx, tx, lost)
}
